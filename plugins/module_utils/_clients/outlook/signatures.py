# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages the signature of an account, and withdraws it. Pure.

The files are in the user's signature folder, from which Outlook builds its list. Two values in the account's key of
Outlook's profile select the signature for new messages, and for replies and forwarded messages. No other values are
written there, and these only if they are missing: the user's choice is kept. The values ``NewSignature`` and
``ReplySignature`` of the key MailSettings would apply to all accounts, even an employer's, and override the user's
choice. They are read, never written.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import typing as t

from ..._model.account import Account, State
from ..._model.signature import Signature, normal
from ..._windows.registry import KeyWrite, RegValue, fold
from ..lookup import marker
from . import locations, reading
from .lookup import all_made
from .signature_renditions import name, renditions, text_of
from .staging import record_write
from .staging_record import StagedSignature
from .stored import OutlookState


class SignatureStatus(enum.Enum):
    """The status of a signature."""

    ABSENT = "absent"
    STAGED = "staged"
    CONFIGURED = "configured"
    KEPT = "kept"


def configured(state: OutlookState, account: Account) -> OutlookState:
    """The state with, or without, the signature of an account; the same object if nothing changes."""
    if not state.loaded or state.signature_obstacle:
        return state
    if account.state is State.ABSENT or (account.signature is not None and not account.signature.content):
        return _without(state, account)
    if account.signature is None or (state.record.find(account) is None and not all_made(state, account)):
        return state
    named = name(account)
    files = renditions(account.signature, named)
    if not _may_write(state, account, files):
        return state
    staged = StagedSignature(marker(account), tuple((file, _digest(files[file])) for file in sorted(files)))
    others = tuple(one for one in state.record.signatures if one.mark != staged.mark)
    values = {place: RegValue.sz(named) for place in _unset(state, account)}
    values_gone = dict.fromkeys(_ours(state, account, _REPLY)) if _in_replies(account) is False else {}
    return _changed(state, {**state.signatures, **files}, {**values, **values_gone}, (*others, staged))


def status(state: OutlookState, account: Account) -> SignatureStatus | None:
    """The status of an account's signature; None if it is unknown or not asked for."""
    if not state.loaded or account.signature is None:
        return None
    files = renditions(account.signature, name(account)) if account.signature.content else {}
    if account.state is State.ABSENT or not files:
        left = state.record.signature(account) is not None or any(file in state.signatures for file in _names(account))
        return SignatureStatus.KEPT if left else SignatureStatus.ABSENT
    if state.signature_obstacle:
        return SignatureStatus.ABSENT
    if any(file in state.signatures and state.signatures[file] != content for file, content in files.items()):
        return SignatureStatus.KEPT
    if any(file not in state.signatures for file in files):
        return SignatureStatus.ABSENT
    made = all_made(state, account)
    if _choices(state, account):
        return SignatureStatus.KEPT
    chosen = made and not list(_unset(state, account))
    return SignatureStatus.CONFIGURED if chosen else SignatureStatus.STAGED


def stored(state: OutlookState, account: Account) -> Signature | None:
    """The signature that an account has in Outlook, for comparison with the wanted one.

    It is the wanted one if nothing differs, and empty if new messages of the account do not use it.
    """
    wanted = account.signature
    reached = status(state, account)
    unwanted = wanted is None or not wanted.content
    if wanted is None or reached is (SignatureStatus.ABSENT if unwanted else SignatureStatus.CONFIGURED):
        return wanted
    files = {} if unwanted else renditions(wanted, name(account))
    other = [
        file for file in reversed(_names(account)) if state.signatures.get(file, files.get(file)) != files.get(file)
    ]
    content = normal(text_of(state.signatures[other[0]])) if other else ""
    is_html = bool(content) and other[0].endswith(".htm")
    return Signature(content, is_html, above=wanted.above, managed=_is_ours(state, account))


def left_alone(state: OutlookState, account: Account) -> str:
    """Why a run keeps a signature that differs from the wanted one, a clause; empty if it does not."""
    reached = status(state, account)
    wanted = account.signature is not None and bool(account.signature.content)
    if wanted and reached is not None and state.signature_obstacle:
        return f"its signature cannot be staged: {state.signature_obstacle}"
    if reached is not SignatureStatus.KEPT or (_is_ours(state, account) and not (wanted and _choices(state, account))):
        return ""
    return f"{state.user.name} has chosen another signature for it, or changed this one"


def advice(state: OutlookState, account: Account) -> str:
    """What the user must do for the signature, a sentence; empty for nothing."""
    if status(state, account) is not SignatureStatus.STAGED:
        return ""
    return "Run again after that, so that new messages of the account have its signature."


def warnings(state: OutlookState, account: Account) -> t.Iterator[str]:
    """Warnings for the administrator about the signature of an account, sentences."""
    if not state.loaded:
        return
    signature, user = account.signature, state.user.name
    if account.state is State.ABSENT or (signature is not None and not signature.content):
        yield from _about_left(state, account)
        return
    if signature is None:
        return
    if state.signature_obstacle:
        yield f"The signature is not staged: {state.signature_obstacle}."
        return
    files = renditions(signature, name(account))
    if any(file in state.signatures and state.signatures[file] != content for file, content in files.items()):
        yield (
            f"The signature {name(account)} in Outlook was changed, or was not created by this collection on this PC. "
            f"It is kept. To use the one from the list, have {user} delete it in Outlook (File, Options, Mail, "
            "Signatures), and run again."
        )
    for value_name, chosen in _choices(state, account):
        yield (
            f"{user} has chosen the signature {chosen!r} for {_USES[value_name]} of the account. It is kept. "
            f"{name(account)} is also in Outlook's list."
        )
    yield from _about_mail_settings(state, account)
    if signature.above is False:
        yield "Outlook puts signatures above the quoted text and cannot place them elsewhere."
    if None not in (signature.in_replies, signature.in_forwards) and signature.in_replies != signature.in_forwards:
        yield "Outlook has one setting for replies and forwarded messages. It is not changed."


_NEW, _REPLY = reading.SIGNATURES
_USES = {_NEW: "new messages", _REPLY: "replies and forwarded messages"}
_PRESCRIBED = {"NewSignature": "new messages", "ReplySignature": "replies and forwarded messages"}

_Place = t.Tuple[str, str]


def _about_left(state: OutlookState, account: Account) -> t.Iterator[str]:
    """A warning if an unwanted signature is kept."""
    if state.signature_obstacle and state.record.signature(account) is not None:
        yield f"The signature {name(account)} cannot be removed: {state.signature_obstacle}."
    elif any(file in state.signatures for file in _names(account)):
        yield f"The signature {name(account)} is kept in Outlook, because it differs from what this collection staged."


def _about_mail_settings(state: OutlookState, account: Account) -> t.Iterator[str]:
    key = locations.mail_settings(state.user.sid)
    for value_name, use in _PRESCRIBED.items():
        prescribed = state.text(key, value_name)
        if prescribed and fold(prescribed) != fold(name(account)):
            yield (
                f"The registry value {key}\\{value_name} prescribes the signature {prescribed!r} for {use} of all "
                "accounts. Outlook then uses that one."
            )


def _in_replies(account: Account) -> bool | None:
    """Whether replies and forwarded messages use it, which is one setting; None keeps the present one."""
    signature = account.signature
    if signature is None:
        return None
    given = {one for one in (signature.in_replies, signature.in_forwards) if one is not None}
    return given.pop() if len(given) == 1 else None


def _wanted_values(account: Account) -> tuple[str, ...]:
    return (_NEW, _REPLY) if _in_replies(account) else (_NEW,)


def _unset(state: OutlookState, account: Account) -> t.Iterator[_Place]:
    """The values to set: those that are missing."""
    for made in all_made(state, account):
        for value_name in _wanted_values(account):
            if state.registry.value(made.key, value_name) is None:
                yield made.key, value_name


def _choices(state: OutlookState, account: Account) -> list[tuple[str, str]]:
    """The user's other choices: the value's name, and the name of the signature."""
    found: list[tuple[str, str]] = []
    for made in all_made(state, account):
        for value_name in _wanted_values(account):
            chosen = reading.signature_name(state.registry, made.key, value_name)
            if chosen is not None and fold(chosen) != fold(name(account)) and (value_name, chosen) not in found:
                found.append((value_name, chosen))
    return found


def _ours(state: OutlookState, account: Account, *value_names: str) -> t.Iterator[_Place]:
    """The values that name our signature."""
    for made in all_made(state, account):
        for value_name in value_names:
            chosen = reading.signature_name(state.registry, made.key, value_name)
            if chosen is not None and fold(chosen) == fold(name(account)):
                yield made.key, value_name


def _names(account: Account) -> list[str]:
    return [f"{name(account)}.{ending}" for ending in ("htm", "rtf", "txt")]


def _is_ours(state: OutlookState, account: Account) -> bool:
    """Whether files exist, and all of them are as this collection staged them."""
    there = [file for file in _names(account) if file in state.signatures]
    return bool(there) and all(_is_as_staged(state, account, file) for file in there)


def _is_as_staged(state: OutlookState, account: Account, file: str) -> bool:
    known = state.record.signature(account)
    return known is not None and (file, _digest(state.signatures[file])) in known.files


def _may_write(state: OutlookState, account: Account, files: t.Mapping[str, bytes]) -> bool:
    """Whether each existing file is ours and unchanged, or as wanted."""
    return all(
        file not in state.signatures or state.signatures[file] == content or _is_as_staged(state, account, file)
        for file, content in files.items()
    )


def _without(state: OutlookState, account: Account) -> OutlookState:
    known = state.record.signature(account)
    if known is None:
        return state
    left = tuple(one for one in state.record.signatures if one is not known)
    there = [file for file, _digest_of in known.files if file in state.signatures]
    if not all(_is_as_staged(state, account, file) for file in there):
        return _changed(state, state.signatures, {}, left)  # they now belong to the user
    files = {file: content for file, content in state.signatures.items() if file not in there}
    return _changed(state, files, dict.fromkeys(_ours(state, account, _NEW, _REPLY)), left)


def _changed(
    state: OutlookState,
    files: t.Mapping[str, bytes],
    values: t.Mapping[_Place, RegValue | None],
    staged: tuple[StagedSignature, ...],
) -> OutlookState:
    record = dataclasses.replace(state.record, signatures=staged)
    writes = [KeyWrite(key, {value_name: value}) for (key, value_name), value in values.items()]
    if set(record.signatures) != set(state.record.signatures):
        writes.append(record_write(state, record))
    else:
        record = state.record
    if not writes and files == state.signatures:
        return state
    return dataclasses.replace(
        state, registry=state.registry.written(writes) if writes else state.registry, signatures=files, record=record
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
