# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads accounts from Outlook's profiles, the only proof that Outlook has created them.

An account is a key below ``Profiles\\<profile>\\9375CFF0413111d3B88A00104B2A6676`` of Outlook's own key; its class
tells the type (CLSID_OlkPOP3Account and CLSID_OlkIMAP4Account of Microsoft's "Constants (Account Management API)").
Outlook 2016 and later store texts as strings; 2013 and before as UTF-16 bytes with a zero at the end. A number that
equals its default is not stored. These keys are never created here: Outlook binds each account to its own stores.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._model.account import Account, Protocol, Security, Server
from ..._model.differences import Difference
from ..._windows.registry import Registry, Values, ValueType, decode_text
from .mapping import left_on_server, outgoing_security, security_name

ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676"
_CLASSES = {
    "{ED475411-B0D6-11D2-8C3B-00104B2A6676}": Protocol.POP3,
    "{ED475412-B0D6-11D2-8C3B-00104B2A6676}": Protocol.IMAP,
}
MAIL_ORDER = "{ED475418-B0D6-11D2-8C3B-00104B2A6676}"
_PREFIXES = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
# The ports that Outlook uses if none is stored, regardless of security: facts about Outlook, not about protocols.
_DEFAULT_PORTS = {Protocol.IMAP: 143, Protocol.POP3: 110}
_DEFAULT_SUBMISSION_PORT = 25
# The constants SMTP_AUTH_... for the value SMTP Auth Method.
_SAME_LOGIN, _OWN_LOGIN, _RECEIVE_FIRST = 0, 1, 2
_SERVICES = "{ED475414-B0D6-11D2-8C3B-00104B2A6676}"  # address books, data files and Exchange
_EXCHANGE = "MSEMS"

# An account may be called "Jo @ home" or "jo@example.net (2)", which are not addresses.
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")

SIGNATURES = ("New Signature", "Reply-Forward Signature")
"""An account's values with its signature names: for new messages, and for replies and forwarded messages."""


@dataclasses.dataclass(frozen=True)
class ProfileAccount:
    """An account as Outlook has it. Its texts come from a part of the registry that the user can change.

    Attributes:
        profile: the name of the Outlook profile.
        key: the whole path of the account's key.
        account: the account that its values describe.
        authenticates: it signs in at the outgoing server.
        outgoing_username: the login there; empty if it does not sign in.
        sign_in: settings for signing in that differ from the staged ones.
        security_names: by ``incoming`` and ``outgoing``: Outlook's name of a security that ``Security`` does not have,
            ``auto`` or ``unknown``. ``account`` then has ``none``, since the connection may end up unencrypted.
    """

    profile: str
    key: str
    account: Account
    authenticates: bool
    outgoing_username: str
    sign_in: tuple[Difference, ...] = ()
    security_names: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


def accounts(registry: Registry, root: str) -> tuple[ProfileAccount, ...]:
    """All IMAP and POP3 accounts of all profiles of a user.

    Args:
        registry: the registry with everything below ``root``.
        root: Outlook's key, such as ``HKEY_USERS\\<SID>\\Software\\Microsoft\\Office\\16.0\\Outlook``.
    """
    found: list[ProfileAccount] = []
    for profile in profiles(registry, root):
        parent = f"{root}\\Profiles\\{profile}\\{ACCOUNTS}"
        first = _first_mail_account(registry, parent)
        for name in registry.children(parent):
            values = registry.get(f"{parent}\\{name}")
            protocol = None if values is None else _CLASSES.get(_text(values, "clsid").upper())
            if values is not None and protocol is not None:
                is_default = first is not None and name.upper() == f"{first:08X}"
                found.append(_read(profile, f"{parent}\\{name}", values, protocol, is_default))
    return tuple(found)


def exchange_accounts(registry: Registry, root: str, profile: str) -> tuple[str, ...]:
    """The names of the Exchange accounts of a profile; arguments as for ``accounts``."""
    parent = f"{root}\\Profiles\\{profile}\\{ACCOUNTS}"
    found = []
    for name in registry.children(parent):
        values = registry.get(f"{parent}\\{name}")
        if values is None or _text(values, "clsid").upper() != _SERVICES:
            continue
        if _text(values, "Service Name").upper() == _EXCHANGE:
            found.append(_text(values, "Account Name") or _text(values, "Email") or "Exchange")
    return tuple(found)


def signature_name(registry: Registry, key: str, name: str) -> str | None:
    """The signature name in a value of an account's key; None if none is chosen."""
    values = registry.get(key)
    return None if values is None or name not in values else _text(values, name)


def profiles(registry: Registry, root: str) -> tuple[str, ...]:
    """The names of a user's profiles; arguments as for ``accounts``."""
    return registry.children(root + "\\Profiles")


def default_profile(registry: Registry, root: str) -> str:
    """The default profile; empty if there is none. Arguments as for ``accounts``."""
    value = registry.value(root, "DefaultProfile")
    return (value.text or "") if value is not None else ""


def _read(profile: str, key: str, values: Values, protocol: Protocol, is_default: bool) -> ProfileAccount:
    prefix = _PREFIXES[protocol]
    username = _text(values, f"{prefix} User")
    authenticates = _number(values, "SMTP Use Auth", 0) != 0
    own = authenticates and _number(values, "SMTP Auth Method", _SAME_LOGIN) == _OWN_LOGIN
    leaves, days = None, None
    if protocol is Protocol.POP3:
        leaves, days = left_on_server(_number(values, "Leave on Server", 0))
    incoming, incoming_name = _security(values, prefix, prefers_older=True)
    outgoing, outgoing_name = _security(values, "SMTP", prefers_older=False)
    account = Account(
        email=_address(values, prefix),
        protocol=protocol,
        incoming=Server(
            _text(values, f"{prefix} Server"), _number(values, f"{prefix} Port", _DEFAULT_PORTS[protocol]), incoming
        ),
        outgoing=Server(_text(values, "SMTP Server"), _number(values, "SMTP Port", _DEFAULT_SUBMISSION_PORT), outgoing),
        username=username,
        full_name=_text(values, "Display Name") or None,
        leave_on_server=leaves,
        leave_on_server_days=days,
        default=is_default,
    )
    login = _text(values, "SMTP User") if own else username
    names = {"incoming": incoming_name, "outgoing": outgoing_name}
    return ProfileAccount(
        profile,
        key,
        account,
        authenticates,
        login if authenticates else "",
        sign_in=tuple(_sign_in(values, prefix)),
        security_names={side: name for side, name in names.items() if name},
    )


def _address(values: Values, prefix: str) -> str:
    """The address; if it is missing, the account's name or the login may be one."""
    texts = [_text(values, name).strip() for name in ("Email", "Account Name", f"{prefix} User")]
    return next((text for text in texts if _ADDRESS.fullmatch(text)), texts[0])


def _sign_in(values: Values, prefix: str) -> t.Iterator[Difference]:
    """What differs from the staged way: plain password for both servers, and one login for both."""
    for side, server in (("incoming", prefix), ("outgoing", "SMTP")):
        if not _is_number(values, f"{server} Use SPA", 0):
            yield Difference(f"{side}.secure_password_authentication", False, True)
    if not _is_number(values, "SMTP Use Auth", 0) and not _is_number(values, "SMTP Use Auth", 1):
        yield Difference("outgoing.sign_in", "yes", f"unknown ({_shown(values, 'SMTP Use Auth')})")
    for known in (_SAME_LOGIN, _OWN_LOGIN):  # the name of a separate login is compared elsewhere
        if _is_number(values, "SMTP Auth Method", known):
            return
    method = "only at the incoming server, before sending"
    if not _is_number(values, "SMTP Auth Method", _RECEIVE_FIRST):
        method = f"unknown ({_shown(values, 'SMTP Auth Method')})"
    yield Difference("outgoing.sign_in", "as for receiving", method)


def _security(values: Values, prefix: str, *, prefers_older: bool) -> tuple[Security, str]:
    """How a connection is protected, and Outlook's name for it if ``Security`` has none.

    Outlook 2007 used ``Use SSL`` for sending, and all versions use it for receiving. If only ``Secure Connection`` is
    present, it counts.
    """
    newer, older = f"{prefix} Secure Connection", f"{prefix} Use SSL"
    if newer in values and not (prefers_older and older in values):
        number = _number(values, newer, -1)
        return outgoing_security(number), security_name(number)
    number = _number(values, older, 0 if older not in values else -1)
    if number in (0, 1):
        return (Security.SSL if number else Security.NONE), ""
    return Security.NONE, f"unknown ({_shown(values, older)})"


def _first_mail_account(registry: Registry, parent: str) -> int | None:
    """The account that new mail is sent from: the first in a list of 32-bit numbers."""
    order = registry.value(parent, MAIL_ORDER)
    if order is None or order.kind != ValueType.BINARY or len(order.data) < 4:
        return None
    return int.from_bytes(order.data[:4], "little")


def _text(values: Values, name: str) -> str:
    """A text in either form; empty if it is missing or of another type."""
    value = values.get(name)
    if value is None:
        return ""
    return decode_text(value.data) if value.kind == ValueType.BINARY else value.text or ""


def _is_number(values: Values, name: str, number: int) -> bool:
    """Whether a value is this number; a missing one is 0."""
    value = values.get(name)
    return number == 0 if value is None else value.number == number


def _shown(values: Values, name: str) -> str:
    """A value of an unexpected type, as text."""
    value = values.get(name)
    plain = None if value is None else value.plain
    return plain.hex() if isinstance(plain, bytes) else str(plain)


def _number(values: Values, name: str, default: int) -> int:
    value = values.get(name)
    number = None if value is None else value.number
    return default if number is None else number
