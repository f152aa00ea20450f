# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays Outlook's part: takes what is staged for it, as classic Outlook does, and leaves a profile in the registry.

It does what is known of the real one: a PRF only without First-Run and FirstRun; ImportPRF removed and First-Run
written back; local settings of a domain (Autodiscover) when a user adds an account. It proves nothing about the real
one.
"""

from __future__ import annotations

import enum
import struct
import typing as t
from xml.etree import ElementTree

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue

from . import prf_rules
from .office_pc import OfficePC, WindowsUser
from .prf_rules import IMAP, POP3, SERVICE

_ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676"
_ORDER = "{ED475418-B0D6-11D2-8C3B-00104B2A6676}"
_NAMESPACE = "{http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a}"
_LEFT_FOR_14_DAYS = 0xE0003  # what public exports of accounts made in Outlook's dialog have
_SMTP_SECURITY = {"None": 0, "SSL": 1, "TLS": 2, "Auto": 3}

Values = t.Mapping[str, str | int]


class Form(enum.Enum):
    """How texts stand in a profile."""

    SINCE_2016 = "text"
    UNTIL_2013 = "binary"


class FakeOutlook:
    """One user's Outlook.

    Args:
        pc: where.
        user: whose.
        form: how it writes texts.
        imports: whether it makes accounts of a PRF; otherwise it takes the file and makes nothing of it.
    """

    def __init__(self, pc: OfficePC, user: WindowsUser, form: Form = Form.SINCE_2016, *, imports: bool = True) -> None:
        self._pc = pc
        self._user = user
        self._form = form
        self._imports = imports

    def start(self) -> None:
        """Start it and close it again."""
        setup = self._pc.registry(self._user.setup)
        if any(setup.value(self._user.setup, name) for name in ("First-Run", "FirstRun")):
            return
        prf = setup.value(self._user.setup, "ImportPRF")
        first_run = RegValue.binary(struct.pack("<Q", 20326))
        self._pc.write(KeyWrite(self._user.setup, {"ImportPRF": None, "First-Run": first_run}))
        if prf is not None and prf.text and self._imports:
            self._import(self._pc.file(prf.text).read_bytes())

    def add_account(self, email: str) -> None:
        """Add an account as a user does who types an address, and for whom the domain's settings are there."""
        value = self._pc.registry(self._user.autodiscover).value(self._user.autodiscover, email.rpartition("@")[2])
        if value is None or not value.text:
            raise prf_rules.Unreadable(f"there are no settings for {email} on this PC")
        self.add(_discovered(email, self._pc.file(value.text).read_bytes()))

    def add(self, account: Values) -> None:
        """Add an account with all its values, as a user does by hand."""
        profile = self.profile
        if profile is None:
            self._make("Outlook", default=True, services=("CONTAB",))
        self._append(profile or "Outlook", [account])

    def change(self, number: int, **values: str | int) -> None:
        """Change values of an account, named with underscores for spaces, as a user does in the settings."""
        named = {name.replace("_", " "): self._value(value) for name, value in values.items()}
        self._pc.write(KeyWrite(f"{self._accounts(self.profile or '')}\\{number:08X}", named))

    def remove_profiles(self) -> None:
        """Delete all profiles, as a user does in the control panel."""
        self._pc.write(KeyWrite(self._profiles, delete=True), KeyWrite(self._user.outlook, {"DefaultProfile": None}))

    @property
    def profile(self) -> str | None:
        """The default profile."""
        value = self._pc.registry(self._user.outlook).value(self._user.outlook, "DefaultProfile")
        return value.text if value else None

    @property
    def _profiles(self) -> str:
        return self._user.outlook + r"\Profiles"

    def _accounts(self, profile: str) -> str:
        return f"{self._profiles}\\{profile}\\{_ACCOUNTS}"

    def _import(self, content: bytes) -> None:
        wanted = prf_rules.read(content, self._pc.code_page)
        there = self._pc.registry(self._profiles).children(self._profiles)
        exists = wanted.profile.lower() in (name.lower() for name in there)
        if exists and wanted.overwrite == "No":
            return
        if exists and wanted.overwrite == "Yes":
            self._pc.write(KeyWrite(f"{self._profiles}\\{wanted.profile}", delete=True))
        if not exists or wanted.overwrite == "Yes":
            self._make(wanted.profile, default=wanted.default or not there, services=wanted.services)
        self._append(wanted.profile, [account for account in wanted.accounts if account])

    def _make(self, profile: str, *, default: bool, services: t.Sequence[str]) -> None:
        writes = [KeyWrite(self._accounts(profile), {"NextAccountID": RegValue.dword(1)})]
        if default:
            writes.append(KeyWrite(self._user.outlook, {"DefaultProfile": RegValue.sz(profile)}))
        self._pc.write(*writes)
        self._append(profile, [{"clsid": SERVICE, "Account Name": name} for name in services])

    def _append(self, profile: str, accounts: t.Sequence[Values]) -> None:
        parent = self._accounts(profile)
        known = self._pc.registry(parent)
        value, order = known.value(parent, "NextAccountID"), known.value(parent, _ORDER)
        first = (value.number if value else None) or 1
        mail = order.data if order else b""
        writes = []
        for number, account in enumerate(accounts, first):
            values = {name: self._value(text) for name, text in account.items()}
            values["clsid"] = RegValue.sz(str(account["clsid"]))  # in every version
            values["Service UID"] = RegValue.binary(number.to_bytes(16, "big"))
            writes.append(KeyWrite(f"{parent}\\{number:08X}", values))
            if account["clsid"] != SERVICE:
                mail += number.to_bytes(4, "little")
        after = {"NextAccountID": RegValue.dword(first + len(accounts)), _ORDER: RegValue.binary(mail)}
        self._pc.write(*writes, KeyWrite(parent, after))

    def _value(self, value: str | int) -> RegValue:
        if isinstance(value, int):
            return RegValue.dword(value)
        return (
            RegValue.sz(value) if self._form is Form.SINCE_2016 else RegValue.binary(f"{value}\0".encode("utf-16-le"))
        )


def _discovered(email: str, content: bytes) -> Values:
    """The account that the settings of a domain make of an address. What they leave out is as Microsoft says: SPA is
    on, and a login is the part before the @ (learn.microsoft.com, "Autodiscover for Exchange", POX elements)."""
    protocols = {}
    response = ElementTree.fromstring(content)
    name = next((found.text for found in response.iter(f"{_NAMESPACE}DisplayName")), None)
    for entry in response.iter(f"{_NAMESPACE}Protocol"):
        fields = {field.tag.removeprefix(_NAMESPACE): field.text or "" for field in entry}
        protocols[fields["Type"]] = fields
    kind = "IMAP" if "IMAP" in protocols else "POP3"
    incoming, outgoing = protocols[kind], protocols["SMTP"]
    login = email.partition("@")[0]
    return {
        "clsid": IMAP if kind == "IMAP" else POP3,
        "Account Name": email,
        "Email": email,
        **({"Display Name": name} if name else {}),
        **({"Leave on Server": _LEFT_FOR_14_DAYS} if kind == "POP3" else {}),
        f"{kind} Server": incoming["Server"],
        f"{kind} User": incoming.get("LoginName", login),
        f"{kind} Port": int(incoming["Port"]),
        f"{kind} Use SSL": int(incoming.get("Encryption", incoming.get("SSL", "on")) in ("SSL", "on")),
        f"{kind} Use SPA": int(incoming.get("SPA", "on") == "on"),
        "SMTP Server": outgoing["Server"],
        "SMTP Port": int(outgoing["Port"]),
        "SMTP Secure Connection": _SMTP_SECURITY[outgoing.get("Encryption", "SSL")],
        "SMTP Use Auth": int(outgoing.get("AuthRequired", "on") == "on"),
        "SMTP Use SPA": int(outgoing.get("SPA", "on") == "on"),
    }
