# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading accounts back out of Outlook's profiles, which is the only proof that Outlook has made them.

An account is a key below ``Profiles\\<profile>\\9375CFF0413111d3B88A00104B2A6676`` of Outlook's own key; its class says
what it is (CLSID_OlkPOP3Account and CLSID_OlkIMAP4Account of Microsoft's "Constants (Account Management API)"). Texts
are texts in Outlook 2016 and later, and bytes of UTF-16 with a zero at the end in 2013 and before. A number that equals
its default is not stored. Such keys are never written: Outlook binds each account to stores of its own.
"""

from __future__ import annotations

import dataclasses

from ..._model.account import Account, Protocol, Security, Server
from ..._windows.registry import Kind, Registry, Values, decode_text
from .mapping import left_on_server, outgoing_security

_ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676"
_CLASSES = {
    "{ED475411-B0D6-11D2-8C3B-00104B2A6676}": Protocol.POP3,
    "{ED475412-B0D6-11D2-8C3B-00104B2A6676}": Protocol.IMAP,
}
_MAIL_ORDER = "{ED475418-B0D6-11D2-8C3B-00104B2A6676}"
_PREFIXES = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
# What Outlook takes where no port is stored, whatever the security: facts about Outlook, not about protocols.
_DEFAULT_PORTS = {Protocol.IMAP: 143, Protocol.POP3: 110}
_DEFAULT_SUBMISSION_PORT = 25
_OWN_LOGIN = 1  # SMTP Auth Method: with a user and a password of its own


@dataclasses.dataclass(frozen=True)
class ProfileAccount:
    """An account as Outlook has it. The texts come from a part of the registry that the person can write.

    Attributes:
        profile: the name of the Outlook profile.
        key: the whole path of the account's key.
        account: what its values say.
        authenticates: it signs in at the outgoing server.
        outgoing_username: the login there; empty where it does not sign in.
    """

    profile: str
    key: str
    account: Account
    authenticates: bool
    outgoing_username: str


def accounts(registry: Registry, root: str) -> tuple[ProfileAccount, ...]:
    """All IMAP and POP3 accounts of all profiles of a user.

    Args:
        registry: with all below ``root``.
        root: Outlook's key, such as ``HKEY_USERS\\<SID>\\Software\\Microsoft\\Office\\16.0\\Outlook``.
    """
    found: list[ProfileAccount] = []
    for profile in profiles(registry, root):
        parent = f"{root}\\Profiles\\{profile}\\{_ACCOUNTS}"
        first = _first_mail_account(registry, parent)
        for name in registry.children(parent):
            values = registry.get(f"{parent}\\{name}")
            protocol = None if values is None else _CLASSES.get(_text(values, "clsid").upper())
            if values is not None and protocol is not None:
                is_default = first is not None and name.upper() == f"{first:08X}"
                found.append(_read(profile, f"{parent}\\{name}", values, protocol, is_default))
    return tuple(found)


def profiles(registry: Registry, root: str) -> tuple[str, ...]:
    """The names of a user's profiles; arguments as for ``accounts``."""
    return registry.children(root + "\\Profiles")


def default_profile(registry: Registry, root: str) -> str | None:
    """The profile that Outlook opens; None where none is the default. Arguments as for ``accounts``."""
    return _text(registry[root], "DefaultProfile") or None if root in registry else None


def _read(profile: str, key: str, values: Values, protocol: Protocol, is_default: bool) -> ProfileAccount:
    prefix = _PREFIXES[protocol]
    username = _text(values, f"{prefix} User")
    authenticates = _number(values, "SMTP Use Auth", 0) != 0
    own = authenticates and _number(values, "SMTP Auth Method", 0) == _OWN_LOGIN
    leaves, days = None, None
    if protocol is Protocol.POP3:
        leaves, days = left_on_server(_number(values, "Leave on Server", 0))
    account = Account(
        email=_text(values, "Email"),
        protocol=protocol,
        incoming=Server(
            _text(values, f"{prefix} Server"),
            _number(values, f"{prefix} Port", _DEFAULT_PORTS[protocol]),
            Security.SSL if _number(values, f"{prefix} Use SSL", 0) else Security.NONE,
        ),
        outgoing=Server(
            _text(values, "SMTP Server"),
            _number(values, "SMTP Port", _DEFAULT_SUBMISSION_PORT),
            _outgoing_security(values),
        ),
        username=username,
        full_name=_text(values, "Display Name") or None,
        leave_on_server=leaves,
        leave_on_server_days=days,
        default=is_default,
    )
    login = _text(values, "SMTP User") if own else username
    return ProfileAccount(profile, key, account, authenticates, login if authenticates else "")


def _outgoing_security(values: Values) -> Security:
    """``SMTP Use SSL`` is what Outlook 2007 had; the other one counts where both are."""
    older = 1 if _number(values, "SMTP Use SSL", 0) else 0
    return outgoing_security(_number(values, "SMTP Secure Connection", older))


def _first_mail_account(registry: Registry, parent: str) -> int | None:
    """The account that new mail is sent from: the first number of a list of numbers of 32 bits."""
    order = registry.value(parent, _MAIL_ORDER)
    if order is None or order.kind != Kind.BINARY or len(order.data) < 4:
        return None
    return int.from_bytes(order.data[:4], "little")


def _text(values: Values, name: str) -> str:
    """A text in either form; empty where it is missing or something else."""
    value = values.get(name)
    if value is None:
        return ""
    return decode_text(value.data) if value.kind == Kind.BINARY else value.text or ""


def _number(values: Values, name: str, default: int) -> int:
    value = values.get(name)
    number = None if value is None else value.number
    return default if number is None else number
