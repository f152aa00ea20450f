# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes what a host's record keeps from the results of its tasks."""

from __future__ import annotations

import itertools
import typing as t

from ...module_utils._verify.findings.failure import Code
from .fleet_report import StageResult
from .host_record import ACCOUNT, CLIENT, FROM_CONTROLLER, AccountRecord, EndpointRecord, SeenCertificate, shared_stage
from .record_limits import LONGEST_SENTENCES, MOST_ACCOUNTS, MOST_ENTRIES, MOST_STAGES, bounded, bounded_texts

_CODES_OF_DRIFT: t.Mapping[str, Code] = {
    "changed": Code.CLIENT_DIFFERS,
    "never_ours": Code.CLIENT_DIFFERS,
    "not_removed": Code.CLIENT_DIFFERS,
    "extra": Code.CLIENT_DIFFERS,
    "missing": Code.CLIENT_LACKS_ACCOUNT,
    "unreadable": Code.CLIENT_UNREADABLE,
}
_NOT_COMPARED = ("left_alone", "staged")


def compared_accounts(result: t.Mapping[str, t.Any], with_texts: bool = True) -> tuple[AccountRecord, ...]:
    """The accounts in a result of mail_drift, each as one test of the mail client.

    Args:
        result: of the task, without secrets.
        with_texts: whether sentences may be kept.
    """
    found = result.get("accounts")
    accounts: dict[tuple[str, str, str], AccountRecord] = {}
    for entry in found[:MOST_ACCOUNTS] if isinstance(found, list) else []:
        one = _compared(entry, with_texts)
        accounts[one.key] = accounts[one.key].merged(one) if one.key in accounts else one
    return tuple(accounts.values())


def _compared(entry: t.Mapping[str, t.Any], with_texts: bool) -> AccountRecord:
    drift = str(entry.get("drift"))
    code = _CODES_OF_DRIFT.get(drift)
    status = "failed" if code is not None else "skipped" if drift in _NOT_COMPARED else "ok"
    stage = shared_stage(ACCOUNT, CLIENT, status, "" if code is None else code.value)
    return AccountRecord(
        email=bounded(entry.get("email")),
        user=bounded(entry.get("user")),
        protocol=bounded(entry.get("protocol")),
        ok=code is None,
        sentence=bounded(entry.get("sentence") or entry.get("reason"), LONGEST_SENTENCES) if with_texts else "",
        cause=None if code is None else stage,
        endpoints=(EndpointRecord(ACCOUNT, bounded(entry.get("client")), "", "", "", (stage,)),),
    )


def accounts_of(result: t.Mapping[str, t.Any], with_texts: bool = True) -> tuple[AccountRecord, ...]:
    """The accounts in a result of mail_verify with all checks.

    Args:
        result: of the task, without secrets.
        with_texts: whether sentences may be kept.
    """
    found = result.get("accounts")
    entries = found[:MOST_ACCOUNTS] if isinstance(found, list) else []
    origin = bounded(result.get("checked_from"))  # for a Windows host that tested nothing itself
    origin = origin if origin == FROM_CONTROLLER else ""
    return tuple(_account(entry, origin, with_texts) for entry in entries if isinstance(entry, dict))


def networks_of(result: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """The networks in a result of mail_verify."""
    return bounded_texts(result.get("network"))


def _account(entry: t.Mapping[str, t.Any], origin: str, with_texts: bool) -> AccountRecord:
    cause = entry.get("cause") or {}
    checks: dict[tuple[str, str], list[t.Mapping[str, t.Any]]] = {}
    for check in itertools.islice(entry.get("checks") or (), MOST_STAGES * MOST_ENTRIES):
        checks.setdefault((str(check.get("endpoint")), str(check.get("checked_from", origin))), []).append(check)
    return AccountRecord(
        email=bounded(entry.get("email")),
        user=bounded(entry.get("user")),
        protocol=bounded(entry.get("protocol")),
        ok=bool(entry.get("ok")),
        sentence=bounded(entry.get("summary"), LONGEST_SENTENCES) if with_texts else "",
        warnings=bounded_texts(entry.get("warnings")) if with_texts else (),
        cause=_stage({**cause, "status": "failed"}) if cause else None,
        cause_server=bounded(cause.get("server")),
        suggestion=tuple(_options(cause.get("suggestion") or {}))[:MOST_ENTRIES],
        endpoints=tuple(_endpoint(where, origin, found) for (where, origin), found in checks.items())[:MOST_ENTRIES],
    )


def _options(suggestion: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for name, value in suggestion.items():
        if isinstance(value, dict):
            yield from (bounded(f"{name}.{part}={content}") for part, content in value.items())
        else:
            yield bounded(f"{name}={value}")


def _stage(check: t.Mapping[str, t.Any]) -> StageResult:
    names = ("endpoint", "stage", "status", "code")
    return shared_stage(*(bounded(check.get(name)) for name in names))


def _endpoint(where: str, origin: str, checks: t.Sequence[t.Mapping[str, t.Any]]) -> EndpointRecord:
    stages = tuple(_stage(check) for check in checks[:MOST_STAGES])
    names = {stage.stage for stage in stages}
    complete = "dns" in names and "authentication" in names  # otherwise only failed tests are known
    security = "" if not complete else "starttls" if "starttls" in names else "ssl" if "tls" in names else "none"
    seen = next((check["certificate"] for check in checks if isinstance(check.get("certificate"), dict)), None)
    first = checks[0]
    return EndpointRecord(
        endpoint=bounded(where),
        service=bounded(first.get("service")),
        server=next((bounded(check.get("server")) for check in checks if check.get("server")), ""),
        security=security,
        address=next((bounded(check.get("address")) for check in checks if check.get("address")), ""),
        stages=stages,
        checked_from=bounded(origin),
        certificate=None
        if seen is None
        else SeenCertificate(
            bounded_texts(seen.get("names")), bounded(seen.get("issuer")), bounded(seen.get("not_after"))
        ),
    )
