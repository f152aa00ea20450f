# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two states of a user's Outlook."""

from __future__ import annotations

from ..._model.settings import Change, Value
from ..._windows.registry import RegValue, difference
from ..engine import TextDiff
from . import locations
from .signature_renditions import text_of
from .staging_record import StagingRecord
from .stored import OutlookState


def compare(before: OutlookState, after: OutlookState) -> tuple[Change, ...]:
    """The changes from one to the other: registry values, our record in words, and files."""
    ours = locations.record(after.user.sid)
    found = [
        Change(f"{write.path}\\{name}", shown(before.registry.value(write.path, name)), shown(value))
        for write in difference(before.registry, after.registry)
        for name, value in (write.values or dict.fromkeys(before.registry[write.path])).items()
        if write.path != ours
    ]
    if before.record != after.record:
        found.append(Change(f"{ours}\\{locations.RECORD}", _summary(before.record), _summary(after.record)))
    found += [
        Change(after.path(name), _text(before.files.get(name)), _text(after.files.get(name)))
        for name in sorted(before.files.keys() | after.files.keys())
        if before.files.get(name) != after.files.get(name)
    ]
    found += [
        Change(after.signature_path(name), _signature(before.signatures.get(name)), _signature(new))
        for name, new in _changed_signatures(before, after)
    ]
    return tuple(found)


def _changed_signatures(before: OutlookState, after: OutlookState) -> list[tuple[str, bytes | None]]:
    names = sorted(before.signatures.keys() | after.signatures.keys())
    return [
        (one, after.signatures.get(one)) for one in names if before.signatures.get(one) != after.signatures.get(one)
    ]


def _signature(content: bytes | None) -> str | None:
    return None if content is None else text_of(content)


def file_diffs(before: OutlookState, after: OutlookState) -> tuple[TextDiff, ...]:
    """One diff for each file, and one for the registry."""
    files: list[TextDiff] = []
    old: list[str] = []
    new: list[str] = []
    for change in compare(before, after):
        was, becomes = ("" if value is None else str(value) for value in (change.before, change.after))
        if "\n" in was + becomes:
            files.append(TextDiff(change.key, was, becomes))
            continue
        old += [f"{change.key}: {was}\n"] if change.before is not None else []
        new += [f"{change.key}: {becomes}\n"] if change.after is not None else []
    return (*files, TextDiff(f"the registry for {after.user}", "".join(old), "".join(new)))


def _summary(noted: StagingRecord) -> str | None:
    """Our record in short: in full, it is as long as everything that it lists."""
    if noted == StagingRecord():
        return None
    accounts = ", ".join(str(staged.account) for staged in noted.accounts)
    signatures = "".join(f", signature of {one.mark} {dict(one.files)}" for one in noted.signatures)
    return f"{accounts or 'no account'} ({len(noted.written)} values, {len(noted.files)} files){signatures}"


def shown(value: RegValue | None) -> Value | None:
    """A value in the form for results; None if there is none."""
    if value is None:
        return None
    plain = value.plain
    return "hex:" + plain.hex() if isinstance(plain, bytes) else plain


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")
