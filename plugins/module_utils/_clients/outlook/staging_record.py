# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our record of what was staged for a user, kept on the PC so that exactly that can be withdrawn."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..._model.account import Account
from ..._model.errors import DamagedFileError
from ..._windows.registry import Registry, RegValue, fold
from ..account_json import account_in, account_out
from ..lookup import marker
from . import locations

_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Staged:
    """An account as it was staged.

    Attributes:
        account: without a password and without fields that concern only the task.
        methods: ``prf``, ``autodiscover`` or both.
    """

    account: Account
    methods: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What distinguishes it from the user's other accounts."""
        return marker(self.account)


@dataclasses.dataclass(frozen=True)
class StagedSignature:
    """A signature as it was staged.

    Attributes:
        mark: of its account.
        files: names and SHA-256 digests of the files, in hexadecimal, sorted.
    """

    mark: str
    files: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class RegistryChange:
    """A registry value that we set or deleted; None stands for "missing".

    Attributes:
        key: the whole path of its key.
        name: the value's name.
        before: its value before us.
        after: the value that we wrote.
    """

    key: str
    name: str
    before: RegValue | None
    after: RegValue | None


@dataclasses.dataclass(frozen=True)
class StagingRecord:
    """What we have staged on the PC for one user.

    Attributes:
        accounts: what was staged, in this order.
        in_prf: marks of the accounts in the PRF that was written last.
        profile: the Outlook profile that this PRF names; empty without one.
        written: registry values.
        files: names of the files in the user's folder.
        signatures: what was staged in the user's folder of signatures.
    """

    accounts: tuple[Staged, ...] = ()
    in_prf: tuple[str, ...] = ()
    profile: str = ""
    written: tuple[RegistryChange, ...] = ()
    files: tuple[str, ...] = ()
    signatures: tuple[StagedSignature, ...] = ()

    def find(self, account: Account) -> Staged | None:
        """The record of a staged account."""
        return next((staged for staged in self.accounts if staged.mark == marker(account)), None)

    def signature(self, account: Account) -> StagedSignature | None:
        """The signature that was staged for an account."""
        return next((one for one in self.signatures if one.mark == marker(account)), None)

    def value_before(self, key: str, name: str) -> RegistryChange | None:
        """The record of a value."""
        return next((one for one in self.written if (one.key, one.name) == (key, name)), None)


def bare(account: Account) -> Account:
    """The account with only what Outlook is given: no password, nothing about the task."""
    return Account(
        email=account.email,
        protocol=account.protocol,
        incoming=account.incoming,
        outgoing=account.outgoing,
        username=account.username,
        full_name=account.full_name,
        leave_on_server=account.leave_on_server,
        leave_on_server_days=account.leave_on_server_days,
        default=account.default,
    )


def dump(record: StagingRecord) -> str:
    """The record as one line of text in ASCII."""
    return json.dumps(
        {
            "version": _VERSION,
            "accounts": [{**account_out(one.account), "methods": list(one.methods)} for one in record.accounts],
            "in_prf": list(record.in_prf),
            "profile": record.profile,
            "written": [[one.key, one.name, _value_out(one.before), _value_out(one.after)] for one in record.written],
            "files": list(record.files),
            "signatures": [[one.mark, dict(one.files)] for one in record.signatures],
        },
        separators=(",", ":"),
    )


def load(registry: Registry, sid: str) -> StagingRecord:
    """A user's record; an empty one if there is none.

    Raises:
        DamagedFileError: it is not one of ours, or was written by a later version.
    """
    key = locations.record(sid)
    value = registry.value(key, locations.RECORD)
    if value is None:
        return StagingRecord()
    try:
        stored = json.loads(value.text or "")
        if stored["version"] != _VERSION:
            raise ValueError("version")
        found = StagingRecord(
            accounts=tuple(Staged(account_in(one), tuple(one["methods"])) for one in stored["accounts"]),
            in_prf=tuple(stored["in_prf"]),
            profile=stored["profile"],
            written=tuple(
                RegistryChange(path, name, _value_in(before), _value_in(after))
                for path, name, before, after in stored["written"]
            ),
            files=tuple(stored["files"]),
            signatures=tuple(
                StagedSignature(mark, tuple(sorted(files.items()))) for mark, files in stored.get("signatures", ())
            ),
        )
        if not _is_the_users(found, sid):
            raise ValueError("places")
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedFileError(
            f"{key}\\{locations.RECORD}",
            None,
            "this record of what was staged for the user cannot be read",
            "use the version of this collection that wrote it, or delete the key; what it lists then stays on the PC",
        ) from None


def _is_the_users(record: StagingRecord, sid: str) -> bool:
    """Whether everything in it is where this collection stages; entries elsewhere must not be restored or deleted."""
    above = fold(locations.outlook(sid)) + "\\"
    signatures = [name for one in record.signatures for name, _digest in one.files]
    return all(fold(one.key).startswith(above) for one in record.written) and not any(
        set(name) & set("\\/:") for name in (*record.files, *signatures)
    )


def _value_out(value: RegValue | None) -> str | list[t.Any] | None:
    """A text unchanged, any other value as its type and its bytes in hexadecimal."""
    if value is None:
        return None
    if value.text is not None and value == RegValue.sz(value.text):
        return value.text
    return [int(value.kind), value.data.hex()]


def _value_in(stored: str | list[t.Any] | None) -> RegValue | None:
    if stored is None:
        return None
    if isinstance(stored, str):
        return RegValue.sz(stored)
    kind, digits = stored
    return RegValue(kind, bytes.fromhex(digits))
