# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts for Outlook on a Windows PC, worked out on the controller. The documentation is with the module's stub."""

from __future__ import annotations

import collections
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._ansible.arguments import Request, argument_spec, requests
from ..module_utils._ansible.result import TaskResult, done, entry
from ..module_utils._ansible.validate import validated, without_secrets
from ..module_utils._clients.diff import before_and_after
from ..module_utils._clients.engine import Outcome, plan, reconcile
from ..module_utils._clients.outlook.client import Outlook
from ..module_utils._clients.outlook.staging import METHODS
from ..module_utils._clients.outlook.status import AccountStatus, OutlookStatus
from ..module_utils._clients.outlook.stored import OutlookState
from ..module_utils._model.account import State
from ..module_utils._model.errors import MailError, OptionError
from ..module_utils._windows import users
from ..module_utils._windows.users import WindowsUser
from ..plugin_utils._windows.pc import WindowsPc
from ..plugin_utils._windows.task_connection import TaskConnection

_OWN_OPTIONS: t.Mapping[str, t.Any] = {
    "sid": {"type": "str"},
    "method": {"type": "list", "elements": "str", "choices": list(METHODS), "default": list(METHODS)},
    "offline_hives": {"type": "bool", "default": False},
}
# What the person or the admin has to do something about.
_WARNED = {OutlookStatus.DRIFTED, OutlookStatus.PENDING_LOGON, OutlookStatus.CONSUMED}

_display = Display()


class ActionModule(ActionBase):
    """Runs where the playbook runs; the PC needs no Python and runs no PowerShell of ours."""

    TRANSFERS_FILES = False  # a temporary folder is made where it is needed
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        raw = self._task.args
        try:
            params = validated(raw, argument_spec(**_OWN_OPTIONS), mutually_exclusive=[("user", "sid")])
            result = self._configure(params)
        except MailError as error:
            result = {"failed": True, "changed": False, "msg": str(error)}
        return t.cast("dict[str, t.Any]", without_secrets(result, raw))

    def _configure(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        if params["offline_hives"]:
            raise OptionError(
                "offline_hives",
                "this version does not write for people who are not logged on, since that could not be tried out",
                "leave it out and run again while they are logged on; until then the result is pending_logon",
            )
        if params["sid"] is not None:
            params = {**params, "user": params["sid"]}
        found = requests(params)
        methods = [method for method in METHODS if method in params["method"]]
        if not methods:
            raise OptionError("method", "it is empty", "leave it out, or write prf, autodiscover or both")
        answer = TaskResult()
        with TaskConnection.open(self) as connection:
            pc = WindowsPc(connection)
            groups = _by_person(pc, found)
            pc.look_at([person.sid for person in groups])
            for person, group in groups.items():
                try:
                    self._configure_person(pc, answer, person, group, methods)
                except MailError as error:
                    answer.failures.append(f"{person.name}: {error}")
                    answer.accounts += [{**entry(one, person.name, "failed"), "error": str(error)} for one in group]
        for folder in pc.unproven:
            _display.warning(
                f"The PC does not tell the access rights of {folder} (icacls /save): see that only administrators can "
                "change what is in it."
            )
        result = answer.as_result()
        del result["backup_files"]  # nothing is replaced of which Outlook had the only copy
        standings = collections.Counter(one["outlook_status"] for one in answer.accounts if "outlook_status" in one)
        if not answer.failures:
            result["msg"] += (
                f" In Outlook: {', '.join(f'{number} {name}' for name, number in sorted(standings.items()))}."
            )
        return {**result, "failed": bool(answer.failures)}

    def _configure_person(
        self,
        pc: WindowsPc,
        answer: TaskResult,
        person: WindowsUser,
        group: t.Sequence[Request],
        methods: t.Sequence[str],
    ) -> None:
        accounts = [request.account for request in group]
        client = Outlook(pc, pc.machine(), person, methods, _profile(group))
        outcome = plan(client, accounts) if self._task.check_mode else reconcile(client, accounts)
        for request, step in zip(group, outcome.steps, strict=True):
            verdict = client.verdict(outcome.after, request.account)
            for warning in (*request.warnings, *client.warnings(outcome.after, request.account)):
                _display.warning(warning)
            status = _status(request, step.status.value, verdict)
            told = {"outlook_status": verdict.standing.value, "advice": verdict.advice}
            if status == "failed":
                answer.failures.append(f"{request.account}: {verdict.advice}")
                told["error"] = verdict.advice
            elif verdict.standing in _WARNED or (verdict.advice and request.account.state is State.ABSENT):
                _display.warning(f"{request.account}: {verdict.advice}")
            answer.accounts.append({**entry(request, person.name, status), **done(_profile_name(step), step), **told})
        answer.add_outcome(outcome)
        answer.add_diff(f"Outlook {client.profile}", *before_and_after(outcome.steps))
        _add_details(answer, client, outcome)


def _by_person(pc: WindowsPc, found: t.Sequence[Request]) -> dict[WindowsUser, list[Request]]:
    """The accounts of each person together, since they share one PRF. Who is unknown fails before any write."""
    groups: dict[WindowsUser, list[Request]] = {}
    for request in found:
        user = request.account.user
        if not user:
            raise OptionError(
                "user",
                f"whose Outlook shall have {request.account} is not said, and on a PC it is not the user who connects",
                "write the Windows account's name or SID",
            )
        groups.setdefault(users.find(pc.machine().people, user), []).append(request)
    return groups


def _profile(group: t.Sequence[Request]) -> str | None:
    """The Outlook profile of a person's accounts: one, since there is one PRF."""
    named = list(dict.fromkeys(request.profile for request in group if request.profile))
    if len(named) > 1:
        raise OptionError(
            "profile",
            f"{' and '.join(named)} are asked for, and Outlook imports one PRF for one profile",
            "give all accounts of a person the same profile",
        )
    return named[0] if named else None


def _profile_name(step: t.Any) -> str:
    """The Outlook profile that an account is in; empty while it is in none."""
    view = step.before if step.after.account is None else step.after
    return str(view.ids.get("profile", ""))


def _status(request: Request, status: str, verdict: AccountStatus) -> str:
    """What was done for the account, where the engine cannot know that more was asked."""
    if verdict.standing is OutlookStatus.PENDING_LOGON:
        return "skipped"
    if verdict.standing is OutlookStatus.BLOCKED:
        return "failed"
    if request.account.state is State.ABSENT and verdict.advice and status == "unchanged":
        return "skipped"
    return status


def _add_details(answer: TaskResult, client: Outlook, outcome: Outcome[OutlookState]) -> None:
    """Each file and each value of the registry as it is and shall be."""
    before: list[str] = []
    after: list[str] = []
    for change in client.compare(outcome.before, outcome.after):
        one, other = ("" if value is None else str(value) for value in (change.before, change.after))
        if "\n" in one + other:
            answer.add_diff(change.key, one, other)
            continue
        before += [f"{change.key}: {one}\n"] if change.before is not None else []
        after += [f"{change.key}: {other}\n"] if change.after is not None else []
    answer.add_diff(f"the registry for {client.profile[3:]}", "".join(before), "".join(after))
