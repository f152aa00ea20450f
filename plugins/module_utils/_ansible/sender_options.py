# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options for an account's senders: its signature and additional identities."""

from __future__ import annotations

import typing as t
import unicodedata

from .._model import text
from .._model.errors import OptionError
from .._model.identity import Identity
from .._model.signature import LIMIT, Signature, normal

_STATES = ["present", "absent"]
_CONTENTS = ("text", "html", "src")
SIGNATURE_OPTIONS: t.Mapping[str, t.Any] = {
    "text": {"type": "str"},
    "html": {"type": "str"},
    # The controller reads the file and passes the module its content instead of these three.
    "src": {"type": "str"},
    "vars": {"type": "dict"},
    "images": {"type": "dict"},
    "placement": {"type": "str", "choices": ["above", "below"]},
    "replies": {"type": "bool"},
    "forwards": {"type": "bool"},
    "state": {"type": "str", "choices": _STATES},
}
_SIGNATURE: t.Mapping[str, t.Any] = {"type": "dict", "options": SIGNATURE_OPTIONS}
IDENTITY_OPTIONS: t.Mapping[str, t.Any] = {
    "address": {"type": "str", "required": True},
    "full_name": {"type": "str"},
    "reply_to": {"type": "str"},
    "organization": {"type": "str"},
    "signature": _SIGNATURE,
    "default": {"type": "bool"},
    "state": {"type": "str", "choices": _STATES},
}
OPTIONS: t.Mapping[str, t.Any] = {
    "signature": _SIGNATURE,
    "identities": {"type": "list", "elements": "dict", "options": IDENTITY_OPTIONS},
}
_LONGEST_ORGANIZATION = 240  # keeps the header below 998 bytes in UTF-8 (RFC 5322, section 2.1.1)

Options = t.Mapping[str, t.Any]


def reply_to(value: str | None, option: str) -> str | None:
    """An address; an empty one stays empty."""
    return value if not value else text.address(value, option)


def organization(value: str | None, option: str) -> str | None:
    """One line without surrounding blanks, which Evolution drops.

    Raises:
        OptionError: it is too long for a header, or has control characters.
    """
    if value is None:
        return None
    if len(value) > _LONGEST_ORGANIZATION:
        raise OptionError(
            option,
            f"it has {len(value)} characters, which is too long for a header",
            f"write at most {_LONGEST_ORGANIZATION}",
        )
    return text.visible(value, option).strip()


def signature(given: Options | None, option: str) -> Signature | None:
    """The signature; an empty one for ``state: absent``.

    Raises:
        OptionError: it has no content, more than one, or content that no client supports.
    """
    if given is None:
        return None
    contents = {name: given[name] for name in _CONTENTS if given.get(name) is not None}
    if given.get("state") == "absent":
        if contents:
            raise OptionError(
                option, f"its state is absent, but it has {' and '.join(contents)}", "write one or the other"
            )
        return Signature("")
    if len(contents) != 1:
        reason = f"it has {' and '.join(contents)}" if contents else "it has no content"
        raise OptionError(option, reason, "write one of text, html and src, or state: absent")
    ((name, content),) = contents.items()
    place = f"{option}.{name}"
    if name == "src":
        raise OptionError(
            place, "the file was not read", "use the module's full name, such as charter.mail.mail_accounts"
        )
    others = [one for one in ("vars", "images") if given.get(one)]
    if others:
        raise OptionError(f"{option}.{others[0]}", "it has no effect without src", "give src, or leave it out")
    return Signature(
        signature_content(content, place, html=name == "html"),
        html=name == "html",
        above={"above": True, "below": False, None: None}[given.get("placement")],
        in_replies=given.get("replies"),
        in_forwards=given.get("forwards"),
    )


def identities(given: t.Sequence[Options] | None, email: str) -> tuple[tuple[Identity, ...], str | None]:
    """The additional identities, and the address of the default one.

    Args:
        given: the option; None if omitted.
        email: the account's own address, which an entry may name to make it the default again.

    Raises:
        OptionError: an invalid entry; the message names it.
    """
    found: dict[str, Identity] = {}
    default = None
    for index, entry in enumerate(given or ()):
        place = f"identities[{index}]"
        identity = _identity(entry, place)
        key = identity.email.lower()
        if entry.get("default"):
            if default is not None:
                raise OptionError(f"{place}.default", f"{default} is already the default", "set default for one")
            if identity.absent:
                raise OptionError(f"{place}.default", "the identity is absent", "make another one the default")
            default = identity.email
        if key == email.lower():
            _refuse_own(entry, place)
            continue
        if key in found:
            raise OptionError(place, f"{identity.email} is in the list twice", "keep one of the two")
        found[key] = identity
    return tuple(found.values()), default


def _identity(entry: Options, place: str) -> Identity:
    name = entry.get("full_name")
    return Identity(
        text.address(entry["address"], f"{place}.address"),
        full_name=None if name is None else text.visible(name, f"{place}.full_name"),
        reply_to=reply_to(entry.get("reply_to"), f"{place}.reply_to"),
        organization=organization(entry.get("organization"), f"{place}.organization"),
        signature=signature(entry.get("signature"), f"{place}.signature"),
        absent=entry.get("state") == "absent",
    )


def _refuse_own(entry: Options, place: str) -> None:
    """Refuse the account's own address, which the account itself describes."""
    names = (name for name in IDENTITY_OPTIONS if name not in {"address", "default"})
    others = [name for name in names if entry.get(name) not in (None, "present")]
    if others or not entry.get("default"):
        raise OptionError(
            place,
            "this is the address of the account itself, which can only be made the default here",
            f"write {' and '.join(others)} as options of the account" if others else "leave it out, or set default",
        )


def signature_content(given: str, place: str, *, html: bool) -> str:
    """A signature's content as passed to a client.

    Args:
        given: the content in the option or the file.
        place: the option.
        html: whether it is HTML.

    Raises:
        OptionError: no client supports it, or one of its images would not be shown.
    """
    content = normal(given).lstrip("\ufeff")  # some editors write it at the start of a file
    if not content.strip():
        raise OptionError(place, "it is empty", "write state: absent to have none")
    if len(content) > LIMIT:
        raise OptionError(
            place,
            f"it has {len(content)} characters, but clients accept at most {LIMIT}",
            "make it shorter, or its images smaller",
        )
    for position, character in enumerate(content, start=1):
        if character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs"}:
            raise OptionError(
                place,
                f"character {position} is the control character U+{ord(character):04X}",
                "write plain text, or HTML",
            )
    if html:
        _refuse_unseen_images(content, place)
    return content


def _refuse_unseen_images(content: str, place: str) -> None:
    # Imported late: most runs have no HTML, and its parser is slow to import.
    from .._model.signature_images import UnreadableHtml, images_of

    try:
        unseen = images_of(content).unseen
    except UnreadableHtml:
        raise OptionError(
            place, "it has a declaration that is not HTML (<![...)", "remove what Word or another program added"
        ) from None
    if unseen:
        raise OptionError(
            place,
            f"{unseen}, and nobody would see it",
            "write the image as a data: URL, or let src and images do that with its file",
        )
