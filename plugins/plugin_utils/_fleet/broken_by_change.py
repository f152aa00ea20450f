# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what worked before a change and fails since, and whether the changed settings are the cause."""

from __future__ import annotations

import typing as t

from ...module_utils._verify.findings.failure import Code
from .failure_kinds import Kind, kind_of

Result = t.Mapping[str, t.Any]

_ENDPOINTS = ("incoming", "outgoing")
_STAGES = (
    *("settings", "dns", "tcp", "first_bytes", "tls", "greeting", "starttls", "capability"),
    *("authentication", "mailbox", "sending"),
)
_SECURITIES = {"starttls": "starttls", "ssl": "tls"}  # the stages that only this security has; STARTTLS has both
# Failures that changed settings cause and outages do not. A failed connection can be either.
_OF_SETTINGS = (Kind.NAME, Kind.MODE, Kind.PASSWORD, Kind.NEW_PASSWORD, Kind.ACCESS, Kind.OPTIONS)
_NO_CLIENT = (Code.CLIENT_LACKS_ACCOUNT.value, Code.CLIENT_UNREADABLE.value)


class _Endpoint(t.NamedTuple):
    """The tests of one server of an account.

    Attributes:
        server: host and port.
        security: ``ssl``, ``starttls`` or ``none``, according to the tests.
        passed: the passed stages.
        failed: the first test that failed; None if all passed.
    """

    server: str
    security: str
    passed: frozenset[str]
    failed: Result | None


def regressions(
    after: t.Iterable[Result], before: t.Iterable[Result], former: t.Iterable[Result] = ()
) -> list[dict[str, t.Any]]:
    """The servers that an account could use before and cannot use since.

    Args:
        after: results of mail_verify with all checks, each with the client in ``item``.
        before: likewise, before the change.
        former: results of the later tests of ``former_entry``, without a client.

    Returns:
        One entry for each, with ``client``, ``user``, ``email``, ``protocol``, ``endpoint``, ``server``,
        ``former_server``, ``code`` and ``sentence``. ``former_entry`` is an entry of ``mail_accounts`` to test the
        former settings with, without a password; empty if they did not change. ``by_settings`` is true if this
        server's settings were changed in between and the failure comes from settings, not from an outage.
    """
    known = dict(_accounts(before))
    working = {key[1:]: account for key, account in _accounts(former)}
    found = []
    for key, account in _accounts(after):
        old = known.get(key)
        if old is None or not _is_there(old) or not _is_there(account):
            continue
        for endpoint in _ENDPOINTS:
            was, is_ = _endpoint(old, endpoint), _endpoint(account, endpoint)
            if was is None or is_ is None or is_.failed is None or not _worked(was, is_.failed):
                continue
            client, user, email, protocol = key
            found.append(
                {
                    "client": client,
                    "user": user,
                    "email": email,
                    "protocol": protocol,
                    "endpoint": endpoint,
                    "server": is_.server,
                    "former_server": was.server,
                    "code": str(is_.failed.get("code")),
                    "sentence": f"{email} in {client}: {is_.failed.get('evidence') or account.get('summary')}",
                    "former_entry": _entry(old) if _is_moved(was, is_) else {},
                    "by_settings": _is_by_settings(account, endpoint, was, is_, working.get(key[1:])),
                }
            )
    return found


def _accounts(results: t.Iterable[Result]) -> t.Iterator[tuple[tuple[str, str, str, str], Result]]:
    for result in results:
        for account in result.get("accounts") or ():
            names = (account.get(name) for name in ("user", "email", "protocol"))
            user, email, protocol = (str(name or "") for name in names)
            yield (str(result.get("item", "")), user, email, protocol), account


def _is_there(account: Result) -> bool:
    """Whether the client has the account, so its own settings were tested."""
    return not any(check.get("stage") == "client" and check.get("code") in _NO_CLIENT for check in account["checks"])


def _endpoint(account: Result, name: str) -> _Endpoint | None:
    checks = [
        check for check in account["checks"] if check.get("endpoint") == name and check.get("checked_from", "") != "pc"
    ]
    if not checks:
        return None
    return _Endpoint(
        str(checks[0].get("server", "")),
        next((word for word, stage in _SECURITIES.items() if any(one["stage"] == stage for one in checks)), "none"),
        frozenset(check["stage"] for check in checks if check["status"] == "ok"),
        next((check for check in checks if check["status"] == "failed"), None),
    )


def _worked(was: _Endpoint, failed: Result) -> bool:
    """Whether no stage failed before, and the stage that fails now had passed."""
    if was.failed is not None or failed.get("stage") not in _STAGES:
        return False
    reached = max((_STAGES.index(stage) for stage in was.passed if stage in _STAGES), default=-1)
    return reached >= _STAGES.index(str(failed["stage"]))


def _is_moved(was: _Endpoint, is_: _Endpoint) -> bool:
    return (was.server.lower(), was.security) != (is_.server.lower(), is_.security)


def _is_by_settings(account: Result, endpoint: str, was: _Endpoint, is_: _Endpoint, former: Result | None) -> bool:
    if is_.failed is None or not _is_moved(was, is_):
        return False
    cause = account.get("cause") or {}
    if cause.get("endpoint") == endpoint and cause.get("suggestion"):
        return True  # other settings work now, tested from the same host
    again = None if former is None else _endpoint(former, endpoint)
    if again is not None and again.server.lower() == was.server.lower() and _worked(again, is_.failed):
        return True  # the former settings work now
    stage, code = str(is_.failed.get("stage")), str(is_.failed.get("code"))
    return code == Code.OTHER_NAME.value or kind_of(stage, code) in _OF_SETTINGS


def _entry(account: Result) -> dict[str, t.Any]:
    """An entry of ``mail_accounts`` with the tested servers. Without a password, no sign-in is tried."""
    entry: dict[str, t.Any] = {name: account[name] for name in ("email", "protocol")}
    entry.update({"user": account["user"]} if account.get("user") else {})
    for name in _ENDPOINTS:
        found = _endpoint(account, name)
        host, colon, port = ("", "", "") if found is None else found.server.rpartition(":")
        if found is not None and colon and port.isdigit():
            entry[name] = {"host": host.strip("[]"), "port": int(port), "security": found.security}
    return {**entry, "allow_plaintext": True}
