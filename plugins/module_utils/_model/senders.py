# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the senders of two accounts: signatures, and identities besides the account's own.

Settings that a client does not have are None in the account read from it, and are not compared.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .account import Account
from .identity import Identity
from .signature import Signature, same_content
from .text import same_address

Value = t.Union[str, bool]
Pair = t.Tuple[str, Value, Value]
"""A setting, its wanted value and its stored value."""

IDENTITIES = "identities"
DEFAULT_IDENTITY = "identities.default"
SIGNATURE = "signature"
SETTINGS = (
    *(SIGNATURE, f"{SIGNATURE}.placement", f"{SIGNATURE}.replies", f"{SIGNATURE}.forwards"),
    *(IDENTITIES, DEFAULT_IDENTITY),
    *(f"{IDENTITIES}.{name}" for name in ("full_name", "reply_to", "organization", "signature")),
)
"""All settings that ``pairs`` can yield."""
_PLACES = {True: "above", False: "below", None: ""}
_NONE = Signature("")


def pairs(wanted: Account, stored: Account) -> t.Iterator[Pair]:
    """The differences, without omitted options and without the user's own senders that were to be removed."""
    yield from _of_signature(SIGNATURE, wanted.signature, stored.signature)
    for identity in wanted.identities:
        yield from _of_identity(identity, find(stored.identities, identity.email))
    default, chosen = wanted.default_identity, stored.default_identity
    if default is not None and chosen is not None and not same_address(default, chosen):
        yield DEFAULT_IDENTITY, default, chosen


def find(identities: t.Iterable[Identity], address: str) -> Identity | None:
    """The first identity with this address."""
    return next((one for one in identities if same_address(one.email, address)), None)


def as_spelled(wanted: Account, stored: Account) -> dict[str, t.Any]:
    """The wanted account's senders in the client's spelling where they are equivalent, for ``replace``.

    The user's own senders that were to be removed are left out, so that they are kept.
    """
    default, own = wanted.default_identity, stored.default_identity
    return {
        "signature": _spelled_signature(wanted.signature, stored.signature),
        "identities": tuple(
            one
            for identity in wanted.identities
            for one in [_spelled(identity, find(stored.identities, identity.email))]
            if one is not None
        ),
        "default_identity": own if default and own and same_address(default, own) else default,
    }


def left(wanted: Account, stored: Account) -> t.Iterator[str]:
    """Clauses about what was to be removed but is kept, since it is the user's own."""
    for identity in wanted.identities:
        found = find(stored.identities, identity.email)
        if identity.absent and found is not None and not found.managed:
            yield f"the identity {found.email} is kept, because it was made by hand"
    if _is_users(wanted.signature, stored.signature):
        yield "its signature is kept, because it was made or changed by hand"


def _of_identity(wanted: Identity, stored: Identity | None) -> t.Iterator[Pair]:
    if wanted.absent:
        if stored is not None and stored.managed:
            yield IDENTITIES, "", stored.email
        return
    if stored is None:
        yield IDENTITIES, wanted.email, ""
        return
    name, reply_to, organization = wanted.full_name, wanted.reply_to, wanted.organization
    found: list[Pair] = []
    if name is not None and name != (stored.full_name or ""):
        found.append(("full_name", name, stored.full_name or ""))
    if reply_to is not None and not same_address(reply_to, stored.reply_to or ""):
        found.append(("reply_to", reply_to, stored.reply_to or ""))
    if organization is not None and organization != (stored.organization or "").strip():
        found.append(("organization", organization, stored.organization or ""))
    found += _of_signature(SIGNATURE, wanted.signature, stored.signature)
    for setting, one, other in found:
        yield f"{IDENTITIES}.{setting}", f"{wanted.email}: {one}", f"{wanted.email}: {other}"


def _of_signature(name: str, wanted: Signature | None, stored: Signature | None) -> t.Iterator[Pair]:
    has = stored or _NONE
    if wanted is None or _is_users(wanted, stored):
        return
    if not same_content(wanted, has):
        yield name, str(wanted), str(has)
    if not wanted.content:
        return
    if wanted.above is not None and wanted.above is not has.above:
        yield f"{name}.placement", _PLACES[wanted.above], _PLACES[has.above]
    for setting, one, other in (
        ("replies", wanted.in_replies, has.in_replies),
        ("forwards", wanted.in_forwards, has.in_forwards),
    ):
        if one is not None and other is not None and one is not other:
            yield f"{name}.{setting}", one, other


def _is_users(wanted: Signature | None, stored: Signature | None) -> bool:
    """Whether no signature is wanted, but there is one that this collection did not set."""
    if wanted is None or wanted.content or stored is None:
        return False
    return bool(stored.content) and not stored.managed


def _spelled(wanted: Identity, stored: Identity | None) -> Identity | None:
    if stored is None:
        return wanted
    if wanted.absent and not stored.managed:
        return None
    reply_to, organization = wanted.reply_to, wanted.organization
    if reply_to and same_address(reply_to, stored.reply_to or ""):
        reply_to = stored.reply_to
    if organization and organization == (stored.organization or "").strip():
        organization = stored.organization
    return dataclasses.replace(
        wanted,
        email=stored.email,
        reply_to=reply_to,
        organization=organization,
        signature=_spelled_signature(wanted.signature, stored.signature),
    )


def _spelled_signature(wanted: Signature | None, stored: Signature | None) -> Signature | None:
    if wanted is None or _is_users(wanted, stored):
        return None
    if stored is not None and same_content(wanted, stored):
        return dataclasses.replace(wanted, content=stored.content)
    return wanted
