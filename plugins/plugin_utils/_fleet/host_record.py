# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of one host in one run: values without secrets, of bounded size, and their form in a file."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import typing as t

from ...module_utils._model.printable import printable
from .fleet_report import StageResult

FORMAT = 1
_SENTENCES = 2000  # characters of an account's result
_TEXT = 300  # of any other text
_ACCOUNTS = 500  # of a host
_LIST = 20  # entries of any other list
_STAGES = 2 * _LIST  # of an endpoint

ACCOUNT = "account"  # the endpoint of tests that are about the account as a whole


class DamagedRecord(Exception):
    """A file that is no record. The message says why."""


@dataclasses.dataclass(frozen=True)
class SeenCertificate:
    """A certificate that a server showed: see ``fleet_report.Certificate``."""

    names: tuple[str, ...]
    issuer: str
    not_after: str


@dataclasses.dataclass(frozen=True)
class EndpointRecord:
    """The tests of one server of an account, or of the account as a whole.

    Attributes:
        endpoint: ``incoming``, ``outgoing`` or ``account``.
        service: ``imap``, ``pop3`` or ``smtp``; the client's name for ``account``.
        server: host and port; empty for ``account``.
        security: ``ssl``, ``starttls`` or ``none``; empty if not known.
        address: that the connection led to, or that was tried; may be empty.
        checked_from: ``controller`` or ``pc`` for a Windows host, else empty.
        stages: the tests in their order.
        certificate: the server's; None if it was not seen.
    """

    endpoint: str
    service: str
    server: str
    security: str
    address: str
    stages: tuple[StageResult, ...]
    checked_from: str = ""
    certificate: SeenCertificate | None = None

    @property
    def failed(self) -> StageResult | None:
        """The first test that failed."""
        return next((stage for stage in self.stages if stage.status == "failed"), None)

    @property
    def is_tested(self) -> bool:
        """Whether any test was made."""
        return any(stage.status != "skipped" for stage in self.stages)


@dataclasses.dataclass(frozen=True)
class AccountRecord:
    """An account, as mail_verify returned it.

    Attributes:
        email, user, protocol: of the account.
        ok: no test failed.
        sentence: the result in plain sentences.
        warnings: problems that do not stop mail yet.
        cause: ``endpoint``, ``stage``, ``code`` and ``server`` of why it does not work; empty texts if it works.
        suggestion: the options that work instead, as ``name=value`` texts; empty if none were found.
        endpoints: the tests.
    """

    email: str
    user: str
    protocol: str
    ok: bool
    sentence: str = ""
    warnings: tuple[str, ...] = ()
    cause: StageResult | None = None
    cause_server: str = ""
    suggestion: tuple[str, ...] = ()
    endpoints: tuple[EndpointRecord, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells the accounts of a host apart."""
        return (self.email.casefold(), self.user, self.protocol)


@dataclasses.dataclass(frozen=True)
class HostRecord:
    """A host in a run.

    Attributes:
        host: its name in the inventory.
        run: the run's id.
        recorded_at: UTC by the controller's clock.
        tested_at: UTC by the host's clock; empty if nothing was tested.
        check_mode: whether the run was in check mode.
        site: the variable ``mail_site``; may be empty.
        networks: of the host, see mail_verify.
        verified: whether a test was made, or there is no account to test.
        failure: why testing failed altogether; empty otherwise.
        configuring: why configuring failed; empty otherwise.
        changed: whether configuring changed anything.
        accounts: in the order of the task.
    """

    host: str
    run: str
    recorded_at: str
    tested_at: str = ""
    check_mode: bool = False
    site: str = ""
    networks: tuple[str, ...] = ()
    verified: bool = False
    failure: str = ""
    configuring: str = ""
    changed: bool = False
    accounts: tuple[AccountRecord, ...] = ()

    @property
    def place(self) -> str:
        """Its site, or its network; empty if not known."""
        return self.site or next(iter(self.networks), "")

    def merged(self, later: HostRecord) -> HostRecord:
        """This one with what a later task of the same run found."""
        if not later.verified and not later.failure:  # a task that configures
            return dataclasses.replace(
                self,
                configuring="; ".join(dict.fromkeys(filter(None, (self.configuring, later.configuring))))[:_TEXT],
                changed=self.changed or later.changed,
                site=later.site or self.site,
            )
        accounts = {account.key: account for account in (*self.accounts, *later.accounts)}
        return dataclasses.replace(
            later,
            accounts=tuple(accounts.values())[:_ACCOUNTS],
            networks=later.networks or self.networks,
            configuring=self.configuring,
            changed=self.changed,
        )


# --- from the result of a task


def accounts_of(result: t.Mapping[str, t.Any], with_texts: bool = True) -> tuple[AccountRecord, ...]:
    """The accounts in a result of mail_verify with all checks.

    Args:
        result: of the task, without secrets.
        with_texts: whether sentences may be kept.
    """
    found = result.get("accounts")
    entries = found[:_ACCOUNTS] if isinstance(found, list) else []
    return tuple(_account(entry, with_texts) for entry in entries if isinstance(entry, dict))


def networks_of(result: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """The networks in a result of mail_verify."""
    return _texts(result.get("network"))


def bounded(value: t.Any, limit: int = _TEXT) -> str:
    """A text for a record: printable, and not long."""
    text = printable(value[: limit + 1]) if isinstance(value, str) else ""
    return text if len(text) <= limit else text[: limit - 4] + " ..."


def _texts(values: t.Any) -> tuple[str, ...]:
    return tuple(bounded(value) for value in values[:_LIST]) if isinstance(values, (list, tuple)) else ()


def _account(entry: t.Mapping[str, t.Any], with_texts: bool) -> AccountRecord:
    cause = entry.get("cause") or {}
    checks: dict[tuple[str, str], list[t.Mapping[str, t.Any]]] = {}
    for check in itertools.islice(entry.get("checks") or (), _STAGES * _LIST):
        checks.setdefault((str(check.get("endpoint")), str(check.get("checked_from", ""))), []).append(check)
    return AccountRecord(
        email=bounded(entry.get("email")),
        user=bounded(entry.get("user")),
        protocol=bounded(entry.get("protocol")),
        ok=bool(entry.get("ok")),
        sentence=bounded(entry.get("summary"), _SENTENCES) if with_texts else "",
        warnings=_texts(entry.get("warnings")) if with_texts else (),
        cause=_stage({**cause, "status": "failed"}) if cause else None,
        cause_server=bounded(cause.get("server")),
        suggestion=tuple(_options(cause.get("suggestion") or {}))[:_LIST],
        endpoints=tuple(_endpoint(where, origin, found) for (where, origin), found in checks.items())[:_LIST],
    )


def _options(suggestion: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for name, value in suggestion.items():
        if isinstance(value, dict):
            yield from (bounded(f"{name}.{part}={content}") for part, content in value.items())
        else:
            yield bounded(f"{name}={value}")


def _stage(check: t.Mapping[str, t.Any]) -> StageResult:
    names = ("endpoint", "stage", "status", "code")
    return _shared_stage(*(bounded(check.get(name)) for name in names))


@functools.lru_cache(maxsize=4096)
def _shared_stage(endpoint: str, stage: str, status: str, code: str) -> StageResult:
    """One object for all hosts that have the same result."""
    return StageResult(endpoint, stage, status, code)


def _endpoint(where: str, origin: str, checks: t.Sequence[t.Mapping[str, t.Any]]) -> EndpointRecord:
    stages = tuple(_stage(check) for check in checks[:_STAGES])
    names = {stage.stage for stage in stages}
    complete = "dns" in names and "authentication" in names  # else only the tests that failed are known
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
        else SeenCertificate(_texts(seen.get("names")), bounded(seen.get("issuer")), bounded(seen.get("not_after"))),
    )


# --- in a file


def as_json(record: HostRecord) -> dict[str, t.Any]:
    """The form in a file."""
    return {
        "format": FORMAT,
        **{
            name: getattr(record, name)
            for name in ("host", "run", "recorded_at", "tested_at", "check_mode", "site", "verified", "failure")
        },
        **{name: getattr(record, name) for name in ("configuring", "changed")},
        "networks": list(record.networks),
        "accounts": [
            {
                **{name: getattr(one, name) for name in ("email", "user", "protocol", "ok", "sentence")},
                "warnings": list(one.warnings),
                "cause": None if one.cause is None else [*_row(one.cause), one.cause_server],
                "suggestion": list(one.suggestion),
                "endpoints": [
                    {
                        **{name: getattr(end, name) for name in _ENDPOINT_TEXTS},
                        "stages": [_row(stage)[1:] for stage in end.stages],
                        **({} if end.certificate is None else {"certificate": dataclasses.asdict(end.certificate)}),
                    }
                    for end in one.endpoints
                ],
            }
            for one in record.accounts
        ],
    }


_ENDPOINT_TEXTS = ("endpoint", "service", "server", "security", "address", "checked_from")


def _row(stage: StageResult) -> list[str]:
    return [stage.endpoint, stage.stage, stage.status, stage.code]


def from_json(content: t.Any) -> HostRecord:
    """The record in a file.

    Raises:
        DamagedRecord: the content does not have the form of a record.
    """
    try:
        if content["format"] != FORMAT:
            raise DamagedRecord(f"it has format {content['format']!r}, and this release reads format {FORMAT}")
        if len(content["accounts"]) > _ACCOUNTS:
            raise DamagedRecord(f"it has more than {_ACCOUNTS} accounts")
        return HostRecord(
            host=_text(content["host"]),
            run=_text(content["run"]),
            recorded_at=_text(content["recorded_at"]),
            tested_at=_text(content["tested_at"]),
            check_mode=_flag(content["check_mode"]),
            site=_text(content["site"]),
            networks=_all(content["networks"], _text),
            verified=_flag(content["verified"]),
            failure=_text(content["failure"]),
            configuring=_text(content["configuring"]),
            changed=_flag(content["changed"]),
            accounts=_all(content["accounts"], _read_account),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise DamagedRecord(f"{type(error).__name__}: {bounded(str(error))}") from error


_T = t.TypeVar("_T")


def _all(values: t.Any, read: t.Callable[[t.Any], _T]) -> tuple[_T, ...]:
    if not isinstance(values, list):
        raise TypeError("a list is missing")
    return tuple(map(read, values))


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return bounded(value, _SENTENCES)


def _flag(value: t.Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is missing")
    return value


def _read_account(entry: t.Any) -> AccountRecord:
    cause = entry["cause"]
    return AccountRecord(
        email=_text(entry["email"]),
        user=_text(entry["user"]),
        protocol=_text(entry["protocol"]),
        ok=_flag(entry["ok"]),
        sentence=_text(entry["sentence"]),
        warnings=_all(entry["warnings"], _text),
        cause=None if cause is None else _shared_stage(*map(_text, cause[:4])),
        cause_server="" if cause is None else _text(cause[4]),
        suggestion=_all(entry["suggestion"], _text),
        endpoints=_all(entry["endpoints"], _read_endpoint),
    )


def _read_endpoint(entry: t.Any) -> EndpointRecord:
    texts = [_text(entry[name]) for name in _ENDPOINT_TEXTS]
    where, service, server, security, address, origin = texts
    seen = entry.get("certificate")
    certificate = None
    if seen is not None:
        certificate = SeenCertificate(_all(seen["names"], _text), _text(seen["issuer"]), _text(seen["not_after"]))
    stages = _all(entry["stages"], lambda row: _read_stage(where, *row))
    return EndpointRecord(where, service, server, security, address, stages, origin, certificate)


@functools.lru_cache(maxsize=4096)
def _read_stage(where: str, stage: t.Any, status: t.Any, code: t.Any) -> StageResult:
    """The same few results stand in all files."""
    return _shared_stage(where, _text(stage), _text(status), _text(code))
