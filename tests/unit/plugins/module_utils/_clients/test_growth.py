# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twice as many accounts of one user are twice as much work, not four times.

Work is counted in instructions of the interpreter, so that a busy machine changes nothing. The fast loop counts lines.
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import sys
import types
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.change_log import ChangeLog, path_of
from ansible_collections.charter.mail.plugins.module_utils._clients.client import Client
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import location_choice
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, State
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.tests.unit.amount import FULL, sample

AnyClient = t.Union[Thunderbird, Evolution]
FEW = 6 if FULL else 2  # and twice as many, and four times
# Twice the work is 2, and the square of it 4. Few accounts say less: a node more or less in a map of theirs counts.
LIMIT = 2.1 if FULL else 2.6
LIMITS = {
    "change": LIMIT + 0.05,  # a state for each account: what is looked up lies in so many layers as its logarithm
    "remove": LIMIT + 0.15,  # what is taken out of a list has the rest of the list written anew
}


def thunderbird(home: pathlib.Path) -> Thunderbird:
    return Thunderbird(LocalFiles(), Root(str(home / ".thunderbird")), None, scratch=lambda: str(home))


def evolution(home: pathlib.Path) -> Evolution:
    location = location_choice.locate(LocalFiles(), str(home), "native")
    return Evolution(LocalFiles(), location, None, password_store="plaintext_keyring")


def logged(client: AnyClient, home: pathlib.Path) -> AnyClient:
    """The client with a log of what is changed, as in a task."""
    log = ChangeLog(path_of(str(home), "a-client"), "20261129T101500Z-1", {}, lambda _paths: None)
    client.open_log = lambda: log
    return client


def accounts(count: int, password: str | None) -> list[Account]:
    """IMAP for all, and for every third one POP3 beside it."""
    entries = [
        {"email": f"mario{number}@charter.net", "protocol": protocol, "password": password}
        for number in range(count)
        for protocol in (("imap", "pop3") if number % 3 == 0 else ("imap",))
    ]
    return [request.account for request in requests({"email": None, "accounts": entries})]


def work_of(action: t.Callable[[], object]) -> int:
    """How many instructions of the interpreter an action takes, or lines, which takes a fifth of the time."""
    count = 0

    def trace(frame: types.FrameType, event: str, _argument: object) -> t.Any:
        nonlocal count
        if event == "call":
            frame.f_trace_opcodes = FULL
            frame.f_trace_lines = not FULL
        elif event in {"opcode", "line"}:
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


def run(client: AnyClient, wanted: t.Sequence[Account], status: Status) -> None:
    """All that a module has a client do."""
    outcome: Outcome[t.Any] = reconcile(t.cast(Client[t.Any], client), wanted)
    for account in wanted:
        client.warnings(outcome.after, account)
        client.result_details(outcome.after, account)
    assert {step.status for step in outcome.steps} == {status}


CASES = [(thunderbird, None), (thunderbird, "secret"), (evolution, None), (evolution, "secret")]


@pytest.mark.parametrize(("client", "password"), sample(CASES, 1))
def test_work_grows_with_the_number_of_accounts(
    tmp_path: pathlib.Path, client: t.Callable[[pathlib.Path], AnyClient], password: str | None
) -> None:
    names = ["create", "nothing to do", "change", "remove"]
    work: dict[str, list[int]] = {name: [] for name in sample(names, 1)}
    done = names[: names.index(max(work, key=names.index)) + 1]
    for count in (1, FEW, 2 * FEW, 4 * FEW):  # the first imports what is imported late
        home = tmp_path / str(count)
        home.mkdir()
        wanted = accounts(count, password)
        secret = None if password is None else Secret("another")
        other = [dataclasses.replace(account, full_name="Mario", password=secret) for account in wanted]
        gone = [dataclasses.replace(account, state=State.ABSENT) for account in wanted]
        runs = {
            "create": (wanted, Status.CREATED),
            "nothing to do": (wanted, Status.UNCHANGED),
            "change": (other, Status.UPDATED),
            "remove": (gone, Status.REMOVED),
        }
        for name in done:
            target, status = runs[name]
            task = functools.partial(run, logged(client(home), home), target, status)
            if name in work:
                work[name].append(work_of(task))
            else:
                task()
    for name, (_one, few, twice, four_times) in work.items():
        # What each run costs, however many accounts there are, is in neither difference.
        growth = (four_times - twice) / (twice - few)
        assert growth < LIMITS.get(name, LIMIT), f"{name}: {few}, {twice} and {four_times}"
