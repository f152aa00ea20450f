# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks and normalises text from options for servers and settings files: addresses, host names, names.

Each function takes the name of the option for its errors.
"""

from __future__ import annotations

import re
import unicodedata

from .errors import OptionError

# RFC 5321 section 4.1.2, Dot-string. The quoted form ("a b"@example.net) is valid, but no provider issues it.
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# RFC 1123 section 2.1, and the underscore, which some internal names contain.
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")

_EXAMPLE = "write a full address such as mario.rossi@charter.net"


def address(text: str, option: str) -> str:
    """An e-mail address as servers know it: the local part unchanged, the domain in lower-case A-labels.

    Raises:
        OptionError: no mailbox of a provider can have this address.
    """
    visible(text, option)
    local_part, at, domain = text.strip().rpartition("@")
    if not at or not local_part or not domain:
        raise OptionError(option, f"{text!r} is not an e-mail address", _EXAMPLE)
    if not local_part.isascii():
        raise OptionError(
            option,
            f"{text!r} has letters outside ASCII before the @, which neither Charter nor most mail servers accept",
            "write the address exactly as the provider shows it",
        )
    if len(local_part) > 64 or not _LOCAL_PART.fullmatch(local_part):
        raise OptionError(option, f"{local_part!r} is not valid before the @ of an e-mail address", _EXAMPLE)
    if "." not in domain.strip("."):
        raise OptionError(option, f"the domain {domain!r} is not complete", _EXAMPLE)
    return local_part + "@" + host_name(domain, option)


def host_name(text: str, option: str) -> str:
    """A host name in lower-case A-labels (RFC 5891), or an IP address unchanged.

    The conversion is the standard library's, which follows IDNA 2003 (RFC 3490); targets have no other.

    Raises:
        OptionError: it is neither.
    """
    visible(text, option)
    name = text.strip().rstrip(".")
    remedy = "write a host name such as imap.charter.net"
    if name[-1:].isdigit() or ":" in name:  # no top-level domain ends in a digit
        address_text = _ip_address(name)
        if address_text is not None:
            return address_text
    # The codec loads slowly and is rarely needed.
    try:
        ascii_name = (name if name.isascii() else name.encode("idna").decode("ascii")).lower()
    except UnicodeError:
        raise OptionError(option, f"{text!r} is not a host name", remedy) from None
    if not ascii_name or len(ascii_name) > 253:
        raise OptionError(option, f"{text!r} is not a host name", remedy)
    if not all(_LABEL.fullmatch(label) for label in ascii_name.split(".")):
        raise OptionError(option, f"{text!r} is not a host name", remedy)
    return ascii_name


def same_host(one: str, other: str) -> bool:
    """Whether two names are one host, regardless of letter case, form (RFC 5891) and a trailing dot."""
    return one.lower() == other.lower() or _comparable(one) == _comparable(other)


def bare_address(text: str) -> str:
    """The address without the blanks or the name that a client may store with it."""
    return text.rpartition("<")[2].rstrip("> ").strip()


def same_address(one: str, other: str) -> bool:
    """Whether two e-mail addresses are one mailbox. No provider distinguishes mailboxes by letter case."""
    return one.lower() == other.lower()


def _comparable(host: str) -> str:
    try:
        return host_name(host, "host")
    except OptionError:  # it was read from a client, which may store anything
        return host


def _ip_address(text: str) -> str | None:
    import ipaddress  # here, since it loads slowly and is rarely needed

    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def visible(text: str, option: str) -> str:
    """The text itself, checked to be one line without control characters.

    Raises:
        OptionError: it contains a control character, a line break or half a surrogate pair.
    """
    for position, character in enumerate("" if text.isprintable() else text, start=1):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise OptionError(
                option,
                f"character {position} is the control character U+{ord(character):04X}",
                "write it as one line of plain text",
            )
    return text
