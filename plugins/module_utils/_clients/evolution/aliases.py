# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Additional addresses of an identity: Evolution's aliases, an address list as in a header (RFC 5322, section 3.4).

An alias is an address and a name; Evolution uses nothing else of it. Camel accepts unencoded non-ASCII letters
(measured with 3.46). The user's own entries keep their spelling.
"""

from __future__ import annotations

import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model import senders
from ..._model.account import Account
from ..._model.identity import Identity
from ..._model.text import bare_address, same_address
from .sources import MAIL_IDENTITY, MARKER_GROUP

ALIASES = "Aliases"
"""The key in the identity's group; in our own group, it lists the addresses that we added."""

NOT_HELD = frozenset(
    {senders.DEFAULT_IDENTITY, *(f"{senders.IDENTITIES}.{name}" for name in ("reply_to", "organization", "signature"))}
)
"""The fields that an alias cannot hold, by their names in ``Difference``."""


class Alias(t.NamedTuple):
    """One item of the list.

    Attributes:
        written: the item as written.
        address: the address.
        name: the name; empty for none.
    """

    written: str
    address: str
    name: str

    @classmethod
    def of(cls, address: str, name: str) -> Alias:
        """A new item."""
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return cls(f'"{quoted}" <{address}>' if name else address, address, name)

    @classmethod
    def parse(cls, written: str) -> Alias:
        """Parse an item."""
        name, less, _rest = written.rpartition("<")
        return cls(written, bare_address(written), _name(name.strip()) if less else "")


def configured(identity: GlibKeyFile, account: Account) -> GlibKeyFile:
    """The identity's source with the account's identities as aliases; the source itself if nothing differs."""
    before = listed(identity)
    ours = _ours(identity)
    after, noted = before, ours
    own = bare_address(identity.text(MAIL_IDENTITY, "Address") or "")
    for wanted in account.identities:
        found = next((one for one in after if same_address(one.address, wanted.email)), None)
        address = wanted.email.lower()
        if wanted.absent:
            if address in noted:
                after = [one for one in after if not same_address(one.address, wanted.email)]
                noted = [one for one in noted if one != address]
        elif found is None:
            if not same_address(own, wanted.email):
                after = [*after, Alias.of(wanted.email, wanted.full_name or "")]
                noted = [*noted, *([] if address in noted else [address])]
        elif wanted.full_name is not None and wanted.full_name != found.name:
            new = Alias.of(found.address, wanted.full_name)
            after = [new if one is found else one for one in after]
    if after != before:
        identity = identity.with_text(MAIL_IDENTITY, ALIASES, ", ".join(one.written for one in after))
    if noted != ours:
        if noted:
            identity = identity.with_text(MARKER_GROUP, ALIASES, ", ".join(noted))
        else:
            identity = identity.without(MARKER_GROUP, ALIASES)
    return identity


def listed(identity: GlibKeyFile) -> list[Alias]:
    """The aliases of an identity's source."""
    return [Alias.parse(item) for item in _items(identity.text(MAIL_IDENTITY, ALIASES) or "")]


def read(identity: GlibKeyFile) -> tuple[Identity, ...]:
    """The aliases as identities."""
    ours = _ours(identity)
    return tuple(
        Identity(one.address, full_name=one.name or None, managed=one.address.lower() in ours)
        for one in listed(identity)
    )


def not_held(account: Account) -> list[str]:
    """The options of the account's identities that an alias cannot hold, sorted."""
    if not account.identities and account.default_identity is None:
        return []
    present = [one for one in account.identities if not one.absent]
    found = {
        *("reply_to" for one in present if one.reply_to),
        *("organization" for one in present if one.organization),
        *("signature" for one in present if one.signature is not None and one.signature.content),
    }
    if account.default_identity is not None and not same_address(account.default_identity, account.email):
        found.add("default")
    return sorted(found)


def _ours(identity: GlibKeyFile) -> list[str]:
    return [one for one in map(str.strip, (identity.text(MARKER_GROUP, ALIASES) or "").split(",")) if one]


def _items(text: str) -> list[str]:
    """The items of a list as written. Commas in quotation marks do not separate items."""
    items, start, quoted, escaped = [], 0, False, False
    for place, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            items.append(text[start:place])
            start = place + 1
    return [item.strip() for item in (*items, text[start:]) if item.strip()]


def _name(written: str) -> str:
    """A display name without quotation marks, escapes and encoded words (RFC 2047)."""
    if len(written) < 2 or not written.startswith('"') or not written.endswith('"'):
        return _decoded(written) if "=?" in written else written
    pieces, escaped = [], False
    for character in written[1:-1]:
        if character == "\\" and not escaped:
            escaped = True
            continue
        pieces.append(character)
        escaped = False
    return "".join(pieces)


def _decoded(written: str) -> str:
    from email.header import decode_header, make_header  # imported late: slow to load and rarely needed

    try:
        return str(make_header(decode_header(written)))
    except (LookupError, ValueError):
        return written
