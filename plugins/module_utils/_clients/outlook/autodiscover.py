# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Autodiscover files, from which Outlook fills in the servers once a user has typed an address and a password.

The grammar is Microsoft's "Plain old XML (POX) Autodiscover response" ([MS-OXDSCLI] section 2.2.4); Its defaults do not
suit: unless the file says otherwise, SPA (a Windows login instead of the mail login) is on and the login is the part
before the @. So the file sets everything. ``Encryption`` is None, SSL (implicit TLS) or TLS (STARTTLS), and takes
precedence over ``SSL``.

Outlook finds the file by the domain of the address, so a file serves one account of a domain (``one_per_domain``).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..._model import text
from ..._model.account import Account, Protocol, Security, Server
from ..._model.errors import DamagedFileError, OptionError

_RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_PREFIX = {"o": _OUTLOOK}
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_TYPES = {Protocol.IMAP: "IMAP", Protocol.POP3: "POP3"}
_ENCRYPTIONS = {Security.NONE: "None", Security.SSL: "SSL", Security.STARTTLS: "TLS"}
# XML 1.0 cannot represent these two (section 2.2); control characters are refused elsewhere, with all options.
_NOT_IN_XML = "\ufffe\uffff"


def render(account: Account) -> bytes:
    """The file for one account.

    Raises:
        OptionError: XML cannot represent a text.
    """
    root = ET.Element("Autodiscover", {"xmlns": _RESPONSE})
    response = ET.SubElement(root, "Response", {"xmlns": _OUTLOOK})
    if account.full_name:
        user = ET.SubElement(response, "User")
        _add(user, "DisplayName", _fit("full_name", account.full_name))
    section = ET.SubElement(response, "Account")
    _add(section, "AccountType", "email")
    _add(section, "Action", "settings")
    login = _fit("username", account.username)
    _add_protocol(section, _TYPES[account.protocol], account.incoming, login)
    _add_protocol(section, "SMTP", account.outgoing, login)
    _indent(root, "\n")
    return (_DECLARATION + ET.tostring(root, encoding="unicode") + "\n").encode("utf-8")


def parse(content: bytes, email: str, source: str = "Autodiscover file") -> Account:
    """The account in a file that ``render`` wrote.

    Args:
        content: the whole file.
        email: the address it is for, which the file does not contain.
        source: what it is, for errors.

    Raises:
        DamagedFileError: it is not such a file.
    """
    try:
        if b"<!" in content:
            raise ValueError("it has a document type or comments")
        response = ET.fromstring(content).find(f"{{{_OUTLOOK}}}Response")
        if response is None:
            raise ValueError("it has no response")
        protocols = {_text(found, "Type"): found for found in response.iterfind("o:Account/o:Protocol", _PREFIX)}
        kind = next(protocol for protocol, name in _TYPES.items() if name in protocols)
        incoming = protocols[_TYPES[kind]]
        return Account(
            email=email,
            protocol=kind,
            incoming=_server(incoming),
            outgoing=_server(protocols["SMTP"]),
            username=_text(incoming, "LoginName"),
            full_name=response.findtext("o:User/o:DisplayName", None, _PREFIX),
        )
    except (ET.ParseError, KeyError, StopIteration, ValueError) as error:
        raise DamagedFileError(
            source,
            None,
            f"this file was not made by this collection ({error!r})",
            "remove it, or leave it to its owner",
        ) from None


def _fit(option: str, value: str) -> str:
    text.visible(value, option)
    if any(character in value for character in _NOT_IN_XML):
        raise OptionError(option, f"{value!r} contains a character that XML does not allow", "write it as plain text")
    return value


def _add(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value


def _add_protocol(parent: ET.Element, kind: str, server: Server, login: str) -> None:
    protocol = ET.SubElement(parent, "Protocol")
    _add(protocol, "Type", kind)
    _add(protocol, "Server", server.host)
    _add(protocol, "Port", str(server.port))
    _add(protocol, "LoginName", login)
    _add(protocol, "DomainRequired", "off")
    _add(protocol, "SPA", "off")
    _add(protocol, "SSL", "on" if server.security is Security.SSL else "off")
    _add(protocol, "Encryption", _ENCRYPTIONS[server.security])
    _add(protocol, "AuthRequired", "on")
    if kind == "SMTP":
        _add(protocol, "UsePOPAuth", "on")  # the login of the incoming server
        _add(protocol, "SMTPLast", "off")
    _add(protocol, "TTL", "0")


def _indent(element: ET.Element, line: str) -> None:
    """Indent by two blanks per level; ``ElementTree.indent`` is not in Python 3.8."""
    if len(element):
        element.text = line + "  "
        for child in element:
            _indent(child, line + "  ")
            child.tail = line + "  "
        element[-1].tail = line


def _server(protocol: ET.Element) -> Server:
    securities = {name: security for security, name in _ENCRYPTIONS.items()}
    return Server(_text(protocol, "Server"), int(_text(protocol, "Port")), securities[_text(protocol, "Encryption")])


def _text(element: ET.Element, name: str) -> str:
    found = element.findtext(f"o:{name}", None, _PREFIX)
    if found is None:
        raise ValueError(f"{name} is missing")
    return found
