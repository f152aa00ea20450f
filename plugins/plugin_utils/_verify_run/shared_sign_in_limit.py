# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One limit on sign-ins for all hosts of a run: a login is first tried on one host, while the others wait.

* A login and a password that a server has accepted may be used there on every host at once.
* A sign-in that a server has refused is tried on no other host, and the password at no other server.
* A password that only a host's mail client knows is tried on one host after the other.
* After the first refusal of a login, each further password may be refused once. In the whole run, a login is refused at
  most ``attempts`` + 1 times. A locked account is not tried again.
"""

from __future__ import annotations

import ipaddress
import os
import random
import time
import typing as t

from ...module_utils._ansible.shared_limit_option import PlannedSignIn
from ...module_utils._verify.findings.failure import Code
from ...module_utils._verify.session_limit import too_many_sessions
from .sign_ins_file import LoginRecord, Records, SignInsFile, digest, empty_record, is_running

_POLL = 0.25  # seconds
# After so many hosts in a row that did not get as far as signing in, the server counts as down: waiting is useless.
_UNREACHED = 3

# Answers that do not concern the password.
_NO_VERDICT = (
    *(Code.UNAVAILABLE, Code.NO_MECHANISM, Code.UNSUPPORTED_MECHANISM, Code.ENCRYPTION_NEEDED),
    *(Code.ADDRESS_BLOCKED, Code.ADDRESS_LISTED, Code.ADDRESS_NAMELESS, Code.TURNED_AWAY),
)
# It is unknown whether the server checked the password, or another host may get another answer.
_UNKNOWN = (Code.LIMITED, Code.NOTHING_SAID, Code.HUNG_UP, Code.LOCATION_BLOCKED)

Entry = dict[str, t.Any]  # of the option shared_limit_option.OPTION


class SharedSignInLimit:
    """One task's part of the shared limit.

    Args:
        logins: the file shared with the other tasks.
        host: the name of the task's host.
        planned: the sign-ins that the task will make.
        attempts: the task's option.
        patience: seconds to wait for one other host.

    Attributes:
        released: the task has waited for others, and tries nothing that others wait for in turn.
    """

    def __init__(
        self, logins: SignInsFile, host: str, planned: t.Sequence[PlannedSignIn], attempts: int, patience: float
    ) -> None:
        self._logins = logins
        self._host = host
        self._planned = {(one.account, one.endpoint.role.value): one for one in planned}
        self._attempts = attempts
        self._patience = patience
        self._most = attempts + 1
        self._held: set[str] = set()
        self.released = False

    def begin(self) -> list[Entry]:
        """Wait for other hosts' sign-ins, and reserve those that no host has tried. ``end`` must follow.

        Returns:
            The entries that the task must know.

        Raises:
            OSError: the shared file cannot be used.
        """
        waiting_for: set[tuple[str, int]] = set()
        until = 0.0
        while True:
            with self._logins.changed() as records:
                busy = self._busy(records)
                if not busy or (busy == waiting_for and time.monotonic() > until):
                    entries = self._take(records)
                    self.released = bool(waiting_for) and not self._held
                    return entries
            if busy != waiting_for:  # others make progress
                waiting_for, until = busy, time.monotonic() + self._patience
            time.sleep(_POLL * random.uniform(0.5, 1.5))

    def end(self, result: t.Mapping[str, t.Any]) -> None:
        """Record that the task has ended.

        Args:
            result: the task's result; empty if it did not run.
        """
        with self._logins.changed() as records:
            before = {login: records[login]["refusals"] + len(records[login]["servers"]) for login in self._held}
            for number, account in enumerate(result.get("accounts") or ()):
                self._note_account(records, number, account["checks"])
            for login in self._held:
                record = records[login]
                if "ansible_job_id" in result:  # it still runs, and its end will not be known here
                    record["refusals"] += self._attempts
                    record["refused_on"] = self._host
                signed_in = record["refusals"] + len(record["servers"]) > before[login]
                record["unreached"] = 0 if signed_in else record["unreached"] + 1
                record["holder"] = None
        self._held = set()

    def _busy(self, records: Records) -> set[tuple[str, int]]:
        """The other tasks that try the same sign-ins and are worth waiting for."""
        found = set()
        for one in self._planned.values():
            record = records.get(login_key(one), empty_record())
            if record["unreached"] < _UNREACHED and self._is_untried(record, one):
                found |= _others(record)
        return found

    def _is_untried(self, record: LoginRecord, one: PlannedSignIn) -> bool:
        return _server_key(self._password_key(one), one.endpoint.where) not in record["servers"] and not self._why_not(
            record, one
        )

    def _take(self, records: Records) -> list[Entry]:
        entries: list[Entry] = []
        for one in self._planned.values():
            login = login_key(one)
            record = records.setdefault(login, empty_record())
            known = record["servers"].get(_server_key(self._password_key(one), one.endpoint.where))
            place = {"account": one.account, "endpoint": one.endpoint.role.value}
            reason = self._why_not(record, one)
            if known is not None and not known["accepted"]:
                entries.append({**place, "refused_on": known["host"], "code": known["code"]})
            elif reason:
                entries.append({**place, "reason": reason})
            elif known is None and _others(record):
                host = ", ".join(host for host, _pid in _others(record))
                reason = f"{one.username} was being tried on {host} and repeated failures lock accounts"
                entries.append({**place, "reason": reason})
            elif known is None:
                record["holder"] = {"host": self._host, "pid": os.getpid()}
                self._held.add(login)
                if record["refusals"]:
                    entries.append({**place, "attempts": 1})
        return entries

    def _why_not(self, record: LoginRecord, one: PlannedSignIn) -> str:
        """Why a login must not be tried, a clause; empty if it may."""
        name, password = one.username, self._password_key(one)
        known = record["servers"].get(_server_key(password, one.endpoint.where))
        if record["locked_on"]:
            return f"the account of {name} was found locked on {record['locked_on']}"
        if known is not None and known["accepted"]:
            return ""
        refused_on = record["passwords"].get(password)
        if refused_on is not None:
            return f"{name} was refused with this password on {refused_on} and repeated failures lock accounts"
        if record["refusals"] >= self._most:
            return (
                f"{name} was refused {record['refusals']} times in this run, the last time on {record['refused_on']}, "
                "and repeated failures lock accounts"
            )
        return ""

    def _note_account(self, records: Records, number: int, checks: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Record how the sign-ins of an account ended."""
        accepted: set[str] = set()
        for (account, role), one in self._planned.items():
            if account != number:
                continue
            record, password = records[login_key(one)], self._password_key(one)
            of_endpoint = [check for check in checks if check["endpoint"] == role]
            sign_ins = [check for check in of_endpoint if check["stage"] == "authentication"]
            # Results may omit checks that succeeded.
            if not sign_ins and one.password is not None and all(check["status"] == "ok" for check in of_endpoint):
                sign_ins = [{"status": "ok", "server": one.endpoint.where}]
            for check in sign_ins:
                # The server that was tried: a client may use another one than the options.
                server = _server_key(password, check["server"])
                known = record["servers"].get(server)
                if check["status"] == "ok":
                    accepted.add(server)
                    record["servers"][server] = {"accepted": True, "host": self._host, "code": ""}
                elif check["status"] == "failed" and (known is None or known["accepted"]):
                    self._note_failure(record, check, password, "" if server in accepted else server)

    def _note_failure(self, record: LoginRecord, check: t.Mapping[str, t.Any], password: str, server: str) -> None:
        """Record a failed sign-in.

        Args:
            record: the login's record.
            check: the check of the stage authentication.
            password: its digest.
            server: its key; empty if it has accepted the password from elsewhere in the same task.
        """
        code = next((code for code in Code if code.value == check["code"]), Code.OTHER)
        if code in _NO_VERDICT or too_many_sessions(code, check["evidence"]):
            return
        record["refusals"] += 1
        record["refused_on"] = self._host
        if code is Code.LOCKED:
            record["locked_on"] = self._host
        elif code not in _UNKNOWN and server:
            record["passwords"].setdefault(password, self._host)
            record["servers"][server] = {"accepted": False, "host": self._host, "code": code.value}

    def _password_key(self, one: PlannedSignIn) -> str:
        if one.password is None:  # the password that this host's client has for this server
            return digest("client", self._host, str(one.account), one.endpoint.role.value)
        return digest("password", one.password.reveal())


def login_key(one: PlannedSignIn) -> str:
    """The account's name at the provider: the login, with the servers' domain unless it is an address."""
    login = one.username.casefold()
    if "@" in login:
        return login
    host = one.endpoint.server.host.casefold()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        host = ".".join(host.split(".")[-2:])
    return f"{login}@{host}"


def _server_key(password: str, where: str) -> str:
    return digest(password, where)


def _others(record: LoginRecord) -> set[tuple[str, int]]:
    """The host and process that are trying the login, if they are not this one."""
    holder = record["holder"]
    if holder is None or holder["pid"] == os.getpid() or not is_running(holder["pid"]):
        return set()
    return {(holder["host"], holder["pid"])}
