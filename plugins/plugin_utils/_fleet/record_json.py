# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON form of a record in a file."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .fleet_report import StageResult
from .host_record import (
    AccountRecord,
    DamagedRecord,
    EndpointRecord,
    HostRecord,
    SeenCertificate,
    shared_stage,
)
from .record_limits import MOST_ACCOUNTS, bounded

FORMAT = 1  # increased when a key is removed or changes its meaning, not for new keys
_LONGEST = 2000  # characters of any text


def as_json(record: HostRecord) -> dict[str, t.Any]:
    """The JSON form of a record."""
    return {
        "format": FORMAT,
        **{
            name: getattr(record, name)
            for name in ("host", "run", "recorded_at", "tested_at", "check_mode", "site", "verified", "failure")
        },
        **{name: getattr(record, name) for name in ("configuring", "changed")},
        "networks": list(record.networks),
        **({"compared": True} if record.compared else {}),
        **({"uncompared": record.uncompared} if record.uncompared else {}),
        **({"unreached": record.unreached} if record.unreached else {}),
        **({"controls": _accounts(record.controls)} if record.controls else {}),
        "accounts": _accounts(record.accounts),
    }


def _accounts(accounts: t.Sequence[AccountRecord]) -> list[dict[str, t.Any]]:
    return [
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
        for one in accounts
    ]


_ENDPOINT_TEXTS = ("endpoint", "service", "server", "security", "address", "checked_from")


def _row(stage: StageResult) -> list[str]:
    return [stage.endpoint, stage.stage, stage.status, stage.code]


def from_json(content: t.Any) -> HostRecord:
    """The record from its JSON form.

    Raises:
        DamagedRecord: the content does not have the form of a record.
    """
    try:
        if content["format"] != FORMAT:
            raise DamagedRecord(f"it has format {content['format']!r}, and this release reads format {FORMAT}")
        if len(content["accounts"]) > MOST_ACCOUNTS:
            raise DamagedRecord(f"it has more than {MOST_ACCOUNTS} accounts")
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
            compared=_flag(content.get("compared", False)),
            uncompared=_text(content.get("uncompared", "")),
            unreached=_text(content.get("unreached", "")),
            controls=_all(content.get("controls", []), _read_account),
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
    return value if value.isprintable() and len(value) <= _LONGEST else bounded(value, _LONGEST)


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
        cause=None if cause is None else shared_stage(*map(_text, cause[:4])),
        cause_server="" if cause is None else _text(cause[4]),
        suggestion=_all(entry["suggestion"], _text),
        endpoints=_all(entry["endpoints"], _read_endpoint),
    )


def _read_endpoint(entry: t.Any) -> EndpointRecord:
    texts = tuple([entry[name] for name in _ENDPOINT_TEXTS])
    stages = entry["stages"]
    seen = entry.get("certificate")
    if not isinstance(stages, list):
        raise TypeError("a list is missing")
    certificate = None if seen is None else (_all(seen["names"], _text), seen["issuer"], seen["not_after"])
    return _shared_endpoint(texts, tuple(map(tuple, stages)), certificate)


@functools.lru_cache(maxsize=4096)
def _shared_endpoint(
    texts: tuple[t.Any, ...],
    rows: tuple[tuple[t.Any, ...], ...],
    seen: tuple[tuple[str, ...], t.Any, t.Any] | None,
) -> EndpointRecord:
    """One object for all hosts with the same results, as most have."""
    where, service, server, security, address, origin = map(_text, texts)
    certificate = None if seen is None else SeenCertificate(seen[0], _text(seen[1]), _text(seen[2]))
    stages = tuple(_read_stage(where, *row) for row in rows)
    return EndpointRecord(where, service, server, security, address, stages, origin, certificate)


def _read_stage(where: str, stage: t.Any, status: t.Any, code: t.Any) -> StageResult:
    return shared_stage(where, _text(stage), _text(status), _text(code))
