# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRF files: accounts that Outlook creates at its next start. A PRF cannot contain a password.

The grammar is that of "Customize Outlook profiles by using an Outlook Profile (PRF) file" (Microsoft, Office 2010 and
2013 Resource Kits). It is an .ini file of seven parts:

    1 [General]                Custom=1; the profile, and what happens to an existing one
    2 [Service List]           ServiceN=section, for services other than accounts
    3 [Internet Account List]  AccountN=mapping section: I_Mail for POP3, IMAP_I_Mail for IMAP
    4 [ServiceN]  5 [AccountN] the values, by key
    6 [...] ServiceName=...    which service a section of part 2 means
    7 [I_Mail] [IMAP_I_Mail]   key=type,number: which property of an account each key is

Outlook silently drops a key of part 5 without a line in part 7; only UniqueService belongs to the grammar itself. The
numbers are the tags of the Account Management API. Lines end with CR LF; the file is in the PC's code page, without a
byte order mark. STARTTLS for incoming mail cannot be expressed.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model import text
from ..._model.account import Account, Protocol, Security, Server
from ..._model.errors import DamagedFileError, OptionError
from ..._windows import code_pages
from .mapping import SECURE_CONNECTIONS, leave_on_server, left_on_server, outgoing_security

_BREAK = "\r\n"
_SECTIONS = {Protocol.IMAP: "IMAP_I_Mail", Protocol.POP3: "I_Mail"}
_PREFIXES = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
_INCOMING_SSL = {Security.NONE: "0", Security.SSL: "1"}
_TIMEOUT = "60"  # seconds, Outlook's own default

_Lines = t.List[t.Tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Prf:
    """The content of a PRF.

    Attributes:
        profile: the name of the Outlook profile.
        accounts: in the order of the file.
    """

    profile: str
    accounts: tuple[Account, ...]


def render(profile: str, accounts: t.Sequence[Account], *, existing_profile: bool, code_page: str = "cp1252") -> bytes:
    """A PRF that adds these accounts to a profile. An account without a name gets its address as the name.

    Args:
        profile: the name of the Outlook profile.
        accounts: at least one.
        existing_profile: the profile exists; otherwise Outlook creates it, with an address book.
        code_page: the PC's code page for programs without Unicode, such as ``cp1250``.

    Raises:
        OptionError: a PRF cannot express an account.
    """
    codec = code_pages.require_codec(code_page)
    if not accounts:
        raise OptionError(
            "accounts", "a PRF without an account makes Outlook stop and ask the user", "give at least one"
        )
    sections: list[tuple[str, _Lines]] = [
        ("General", _general(_value("profile", profile, code_page))),
        ("Service List", [] if existing_profile else [("Service1", "Outlook Address Book")]),
        (
            "Internet Account List",
            [(f"Account{number}", _SECTIONS[account.protocol]) for number, account in enumerate(accounts, start=1)],
        ),
    ]
    if not existing_profile:
        sections.append(("Service1", []))
    for number, account in enumerate(accounts, start=1):
        sections.append((f"Account{number}", _account(account, code_page)))
    sections.append(("Outlook Address Book", [("ServiceName", "CONTAB")]))
    protocols = {account.protocol: None for account in accounts}
    sections += [(_SECTIONS[protocol], mappings(protocol)) for protocol in protocols]
    return _BREAK.join(_section(name, lines) for name, lines in sections).encode(codec)


def mappings(protocol: Protocol) -> list[tuple[str, str]]:
    """Part 7 of the grammar for one protocol: each key with its property."""
    prefix = _PREFIXES[protocol]
    return [
        ("AccountType", prefix),
        ("AccountName", "PT_UNICODE,0x0002"),
        ("DisplayName", "PT_UNICODE,0x000B"),
        ("EmailAddress", "PT_UNICODE,0x000C"),
        (f"{prefix}Server", "PT_UNICODE,0x0100"),
        (f"{prefix}UserName", "PT_UNICODE,0x0101"),
        (f"{prefix}UseSPA", "PT_LONG,0x0108"),
        ("Organization", "PT_UNICODE,0x0107"),
        ("ReplyEmailAddress", "PT_UNICODE,0x0103"),
        (f"{prefix}Port", "PT_LONG,0x0104"),
        (f"{prefix}UseSSL", "PT_LONG,0x0105"),
        ("SMTPServer", "PT_UNICODE,0x0200"),
        ("SMTPUseAuth", "PT_LONG,0x0203"),
        ("SMTPAuthMethod", "PT_LONG,0x0208"),
        ("SMTPUserName", "PT_UNICODE,0x0204"),
        ("SMTPUseSPA", "PT_LONG,0x0207"),
        ("ConnectionType", "PT_LONG,0x000F"),
        ("ConnectionOID", "PT_UNICODE,0x0010"),
        ("SMTPPort", "PT_LONG,0x0201"),
        ("SMTPSecureConnection", "PT_LONG,0x020A"),
        ("ServerTimeOut", "PT_LONG,0x0209"),
        *(
            [("CheckNewImap", "PT_LONG,0x1100"), ("RootFolder", "PT_UNICODE,0x1101")]
            if protocol is Protocol.IMAP
            else [("LeaveOnServer", "PT_LONG,0x1000")]
        ),
    ]


def parse(content: bytes, code_page: str = "cp1252", source: str = "PRF") -> Prf:
    """The content of a PRF that ``render`` wrote.

    Args:
        content: the whole file.
        code_page: as for ``render``.
        source: what it is, for errors.

    Raises:
        DamagedFileError: it is not such a PRF.
        OptionError: there is no such code page.
    """
    codec = code_pages.require_codec(code_page)
    try:
        sections = _sections(content.decode(codec))
        listed = sections["internet account list"]
        accounts = [_read(sections[name], section) for name, section in listed.items()]
        return Prf(sections["general"]["profilename"], tuple(accounts))
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise DamagedFileError(
            source, None, f"this PRF was not made by this collection ({error!r})", "remove it, or leave it to its owner"
        ) from None


def _general(profile: str) -> _Lines:
    return [
        ("Custom", "1"),
        ("ProfileName", profile),
        ("DefaultProfile", "Yes"),
        ("OverwriteProfile", "Append"),
        ("ModifyDefaultProfileIfPresent", "FALSE"),
        ("BackupProfile", "No"),
    ]


def _account(account: Account, code_page: str) -> _Lines:
    if account.incoming.security not in _INCOMING_SSL:
        raise OptionError(
            "incoming.security",
            f"{account} uses STARTTLS for incoming mail, which a PRF cannot express",
            "write ssl (port 993 for IMAP, 995 for POP3), or use the method autodiscover alone",
        )
    prefix = _PREFIXES[account.protocol]
    lines = [
        ("UniqueService", "No"),
        ("AccountName", _value("email", account.email, code_page)),
        ("DisplayName", _value("full_name", account.full_name or account.email, code_page)),
        ("EmailAddress", account.email),
        (f"{prefix}Server", account.incoming.host),
        (f"{prefix}UserName", _value("username", account.username, code_page)),
        (f"{prefix}UseSPA", "0"),
        (f"{prefix}Port", str(account.incoming.port)),
        (f"{prefix}UseSSL", _INCOMING_SSL[account.incoming.security]),
        ("SMTPServer", account.outgoing.host),
        ("SMTPPort", str(account.outgoing.port)),
        ("SMTPSecureConnection", str(SECURE_CONNECTIONS[account.outgoing.security])),
        ("SMTPUseAuth", "1"),
        ("SMTPAuthMethod", "0"),  # the login of the incoming server
        ("SMTPUseSPA", "0"),
        ("ConnectionType", "0"),
        ("ServerTimeOut", _TIMEOUT),
    ]
    if account.protocol is Protocol.POP3:
        lines.append(("LeaveOnServer", f"0x{leave_on_server(account):X}"))
    return lines


def _value(option: str, value: str, code_page: str) -> str:
    """A text, checked to arrive unchanged."""
    text.visible(value, option)
    if not value or value != value.strip() or (value[0] == value[-1] and value[0] in "\"'"):
        raise OptionError(
            option,
            f"{value!r} is empty, or has blanks or quotes around it, which a PRF does not preserve",
            "leave them out",
        )
    if value.count("%") > 1:
        raise OptionError(
            option, f"Outlook may read part of {value!r} as a variable", "write it without pairs of percent signs"
        )
    code_pages.require_encodable(option, value, code_page)
    return value


def _section(name: str, lines: _Lines) -> str:
    return "".join([f"[{name}]{_BREAK}", *(f"{key}={value}{_BREAK}" for key, value in lines)])


def _sections(content: str) -> dict[str, dict[str, str]]:
    """Keys and values by section; Windows ignores letter case in both."""
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in filter(None, map(str.strip, content.split("\n"))):
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1].lower(), {})
        elif not line.startswith(";"):
            key, equals, value = line.partition("=")
            if not equals:
                raise ValueError(line)
            current.setdefault(key.strip().lower(), value.strip())
    return sections


def _read(values: t.Mapping[str, str], section: str) -> Account:
    protocol = {name.lower(): protocol for protocol, name in _SECTIONS.items()}[section.lower()]
    prefix = _PREFIXES[protocol].lower()
    email, name = values["emailaddress"], values["displayname"]
    leaves, days = None, None
    if protocol is Protocol.POP3:
        leaves, days = left_on_server(int(values["leaveonserver"], 0))
    return Account(
        email=email,
        protocol=protocol,
        incoming=Server(
            values[f"{prefix}server"],
            int(values[f"{prefix}port"]),
            Security.SSL if int(values[f"{prefix}usessl"]) else Security.NONE,
        ),
        outgoing=Server(
            values["smtpserver"], int(values["smtpport"]), outgoing_security(int(values["smtpsecureconnection"]))
        ),
        username=values[f"{prefix}username"],
        full_name=None if name == email else name,
        leave_on_server=leaves,
        leave_on_server_days=days,
    )
