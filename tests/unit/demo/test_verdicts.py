# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo accepts as a good run."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.demo import verdicts
from ansible_collections.charter.mail.tests.demo.playbooks import Played, TaskResult
from ansible_collections.charter.mail.tests.demo.verdicts import Unexpected


def played(*accounts: dict[str, t.Any], changed: int = 0, code: int = 0) -> Played:
    results = (TaskResult("Say something", "ok", {"accounts": list(accounts)}), TaskResult("Other", "ok", {}))
    return Played("charter.mail.x", code, results, {"this-machine": {"ok": 2, "changed": changed, "failures": 0}})


def proof(ok: bool = True, complete: bool = True) -> dict[str, t.Any]:
    return {"ok": ok, "complete": complete, "summary": "One sentence.", "checks": [{}, {}, {}]}


BOTH = ("One", "Other")
CREATED, UNCHANGED = {"status": "created"}, {"status": "unchanged"}


def test_good_runs() -> None:
    assert verdicts.made_all(played(*[CREATED] * 4, changed=2), 2, BOTH) == "2 accounts made in One and in Other"
    assert verdicts.left_all(played(*[UNCHANGED] * 4), 2, BOTH) == "nothing to change"
    assert verdicts.proved_all(played(proof(), proof()), 2) == "6 tests, all completed successfully"


@pytest.mark.parametrize(("accounts", "found"), [([CREATED, UNCHANGED], "created, unchanged"), ([], "nothing")])
def test_the_first_run_must_make_all(accounts: list[dict[str, t.Any]], found: str) -> None:
    with pytest.raises(Unexpected, match=rf"first run did not make all accounts\. What came of them: {found}\."):
        verdicts.made_all(played(*accounts, changed=1), 1, BOTH)


def test_the_second_run_must_find_all() -> None:
    with pytest.raises(Unexpected, match="second run found something to do again"):
        verdicts.left_all(played(UNCHANGED, CREATED), 1, BOTH)


def test_the_second_run_must_not_even_claim_a_change() -> None:
    with pytest.raises(Unexpected, match="second run changed something"):
        verdicts.left_all(played(UNCHANGED, UNCHANGED, changed=1), 1, BOTH)


@pytest.mark.parametrize(("ok", "complete"), [(False, False), (True, False)])
def test_a_fault_is_told_in_the_words_of_the_verification(ok: bool, complete: bool) -> None:
    with pytest.raises(Unexpected, match=r"^One sentence\.$"):
        verdicts.proved_all(played(proof(), proof(ok, complete)), 2)


def test_every_account_must_be_tested() -> None:
    with pytest.raises(Unexpected, match="1 accounts were tested, not 2"):
        verdicts.proved_all(played(proof()), 2)


def test_a_failed_task_is_told_in_its_own_words() -> None:
    failed = TaskResult("Write", "failed", {"msg": "The disk is full."})
    run = Played("charter.mail.configure", 2, (failed,), {"this-machine": {"changed": 0}})
    attempts: t.Sequence[t.Callable[[], str]] = (
        lambda: verdicts.made_all(run, 2, BOTH),
        lambda: verdicts.left_all(run, 2, BOTH),
        lambda: verdicts.proved_all(run, 2),
    )
    for attempt in attempts:
        with pytest.raises(Unexpected, match=r"charter\.mail\.configure ended with exit code 2\.\nThe disk is full\."):
            attempt()
