# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Outlook makes of a PRF, told from Microsoft's description of the file and not from how we write it.

Sources: "Customize Outlook profiles by using an Outlook Profile (PRF) file" (learn.microsoft.com, cc179062) for the
sections; "Account Management API" there for the numbers of properties; values of the registry as they were seen in
exports of real profiles. It is a test's opponent: it is strict, and what has no mapping comes to nothing.
"""

from __future__ import annotations

import configparser
import dataclasses
import typing as t

POP3, IMAP, SERVICE = (f"{{ED47541{number}-B0D6-11D2-8C3B-00104B2A6676}}" for number in (1, 2, 4))

# Property: the name of the value in the registry; {} is IMAP or POP3.
_VALUES: t.Mapping[int, str] = {
    0x0002: "Account Name",
    0x000B: "Display Name",
    0x000C: "Email",
    0x0100: "{} Server",
    0x0101: "{} User",
    0x0103: "Reply E-mail",
    0x0104: "{} Port",
    0x0105: "{} Use SSL",
    0x0107: "Organization",
    0x0108: "{} Use SPA",
    0x0200: "SMTP Server",
    0x0201: "SMTP Port",
    0x0202: "SMTP Use SSL",
    0x0203: "SMTP Use Auth",
    0x0204: "SMTP User",
    0x0207: "SMTP Use SPA",
    0x0208: "SMTP Auth Method",
    0x020A: "SMTP Secure Connection",
    0x1000: "Leave on Server",
}
# What Outlook leaves out of the registry, because it is what it assumes.
_ASSUMED: t.Mapping[str, int] = {
    "IMAP Port": 143,
    "POP3 Port": 110,
    "SMTP Port": 25,
    **dict.fromkeys(("IMAP Use SSL", "POP3 Use SSL", "SMTP Use Auth", "SMTP Auth Method", "SMTP Secure Connection"), 0),
    **dict.fromkeys(("IMAP Use SPA", "POP3 Use SPA", "SMTP Use SPA", "Leave on Server"), 0),
}


class Unreadable(Exception):
    """A file from which no Outlook was ever seen to make anything; ``str(error)`` says why."""


@dataclasses.dataclass(frozen=True)
class Imported:
    """What a PRF asks for.

    Attributes:
        profile: the profile's name.
        default: whether a new profile becomes the default one.
        overwrite: Yes, No or Append: what becomes of a profile of this name that there is.
        services: MAPI services, such as CONTAB, for a new profile.
        accounts: for each Internet account, the values in the registry.
    """

    profile: str
    default: bool
    overwrite: str
    services: tuple[str, ...]
    accounts: tuple[t.Mapping[str, str | int], ...]


def read(content: bytes, code_page: str) -> Imported:
    """Read a PRF.

    Raises:
        Unreadable: it is none.
    """
    if content.count(b"\n") != content.count(b"\r\n"):
        raise Unreadable("lines must end with CR LF")
    try:
        text = content.decode(code_page)
    except UnicodeDecodeError:
        raise Unreadable(f"it is not in the PC's code page {code_page}") from None
    if not text.startswith(("[", ";")):
        raise Unreadable("it begins with neither a section nor a comment")
    file = configparser.RawConfigParser(
        strict=True, delimiters=("=",), comment_prefixes=(";",), empty_lines_in_values=False
    )
    try:
        file.read_string(text)
    except configparser.Error as error:
        raise Unreadable(str(error)) from None
    general = file["General"]
    if general.get("Custom") != "1":
        raise Unreadable("the section General has no Custom=1")
    names = file["Service List"].values() if "Service List" in file else []
    kinds = file["Internet Account List"].items() if "Internet Account List" in file else []
    return Imported(
        profile=general["ProfileName"],
        default=general.get("DefaultProfile", "No").lower() == "yes",
        overwrite=general.get("OverwriteProfile", "No").capitalize(),
        services=tuple(file[name]["ServiceName"] for name in names),
        accounts=tuple(dict(_account(file, number, kind)) for number, kind in kinds),
    )


def _account(file: configparser.RawConfigParser, number: str, kind: str) -> t.Iterator[tuple[str, str | int]]:
    """The values of one account: those for whose key the section of its kind has a mapping."""
    mappings: t.Mapping[str, str] = file[kind] if file.has_section(kind) else {}
    protocol = mappings.get("AccountType", "")
    if protocol not in ("IMAP", "POP3") or kind != {"IMAP": "IMAP_I_Mail", "POP3": "I_Mail"}[protocol]:
        return
    yield "clsid", IMAP if protocol == "IMAP" else POP3
    for key, text in file[_section(file, number)].items():
        form, _comma, property_number = mappings.get(key, "").partition(",")
        name = _VALUES.get(int(property_number, 16), "").format(protocol) if form else ""
        if name and text:
            value = int(text, 0) if form == "PT_LONG" else text
            if _ASSUMED.get(name) != value:
                yield name, value


def _section(file: configparser.RawConfigParser, name: str) -> str:
    """A section by its name without regard to letter case."""
    for section in file.sections():
        if section.lower() == name.lower():
            return section
    raise Unreadable(f"there is no section {name}")
