# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's checks of its playbook runs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.tests.demo import expectations
from ansible_collections.charter.mail.tests.demo.expectations import UnexpectedResult
from ansible_collections.charter.mail.tests.demo.playbooks import PlaybookRun, RecordedTask


def playbook_run(*accounts: dict[str, t.Any], changed: int = 0, code: int = 0) -> PlaybookRun:
    results = (RecordedTask("Return accounts", "ok", {"accounts": list(accounts)}), RecordedTask("Other", "ok", {}))
    return PlaybookRun("charter.mail.x", code, results, {"this-machine": {"ok": 2, "changed": changed, "failures": 0}})


def verified(ok: bool = True, complete: bool = True) -> dict[str, t.Any]:
    return {"ok": ok, "complete": complete, "summary": "One sentence.", "checks": [{}, {}, {}]}


BOTH = ("One", "Other")
CREATED, UNCHANGED = {"status": "created"}, {"status": "unchanged"}


def test_successful_runs() -> None:
    assert expectations.expect_created(playbook_run(*[CREATED] * 4, changed=2), 2, BOTH) == (
        "2 accounts created in each client: One, Other"
    )
    assert expectations.expect_unchanged(playbook_run(*[UNCHANGED] * 4), 2, BOTH) == "no changes"
    assert expectations.expect_verified(playbook_run(verified(), verified()), 2) == "all 6 checks passed"


@pytest.mark.parametrize(("accounts", "found"), [([CREATED, UNCHANGED], "created, unchanged"), ([], "none reported")])
def test_the_first_run_must_create_all(accounts: list[dict[str, t.Any]], found: str) -> None:
    with pytest.raises(UnexpectedResult, match=rf"did not create all accounts\. Status of the accounts: {found}\."):
        expectations.expect_created(playbook_run(*accounts, changed=1), 1, BOTH)


def test_the_second_run_must_leave_all_unchanged() -> None:
    with pytest.raises(UnexpectedResult, match="second run did not leave all accounts unchanged"):
        expectations.expect_unchanged(playbook_run(UNCHANGED, CREATED), 1, BOTH)


def test_the_second_run_must_not_report_a_change() -> None:
    with pytest.raises(UnexpectedResult, match="second run reported a change"):
        expectations.expect_unchanged(playbook_run(UNCHANGED, UNCHANGED, changed=1), 1, BOTH)


@pytest.mark.parametrize(("ok", "complete"), [(False, False), (True, False)])
def test_a_failed_verification_is_reported_with_its_summary(ok: bool, complete: bool) -> None:
    with pytest.raises(UnexpectedResult, match=r"^One sentence\.$"):
        expectations.expect_verified(playbook_run(verified(), verified(ok, complete)), 2)


def test_every_account_must_be_verified() -> None:
    with pytest.raises(UnexpectedResult, match="1 accounts were verified instead of 2"):
        expectations.expect_verified(playbook_run(verified()), 2)


def test_a_failed_task_is_reported_with_its_message() -> None:
    failed = RecordedTask("Write", "failed", {"msg": "The disk is full."})
    run = PlaybookRun("charter.mail.configure", 2, (failed,), {"this-machine": {"changed": 0}})
    attempts: t.Sequence[t.Callable[[], str]] = (
        lambda: expectations.expect_created(run, 2, BOTH),
        lambda: expectations.expect_unchanged(run, 2, BOTH),
        lambda: expectations.expect_verified(run, 2),
    )
    for attempt in attempts:
        with pytest.raises(
            UnexpectedResult, match=r"^charter\.mail\.configure ended with exit code 2\.\nThe disk is full\.$"
        ):
            attempt()
