# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else is needed for files that somebody puts on a PC: where they may be, and what says so to Outlook."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import deployment, locations
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue

from .outlook_accounts import JO_IMAP, JO_POP3

SID = "S-1-5-21-1111111111-2222222222-3333333333-1001"
OUTLOOK = r"HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook"
HOME_IMAP = dataclasses.replace(JO_IMAP, email="jo@home.example")


def test_both_files() -> None:
    assert deployment.writes([JO_IMAP], sid=None, prf=r"C:\Mail\jo.prf", xml_folder="C:\\Mail\\") == (
        KeyWrite(
            OUTLOOK + r"\Setup", {"ImportPRF": RegValue.sz(r"C:\Mail\jo.prf"), "First-Run": None, "FirstRun": None}
        ),
        KeyWrite(
            OUTLOOK + r"\AutoDiscover",
            {
                "charter.net": RegValue.sz(r"C:\Mail\charter.net.xml"),
                "PreferLocalXML": RegValue.dword(1),
                "ExcludeExplicitO365Endpoint": RegValue.dword(1),
            },
        ),
    )


def test_a_user_by_sid_has_the_keys_that_the_module_writes() -> None:
    writes = deployment.writes([JO_IMAP], sid=SID.lower(), prf=r"C:\jo.prf", xml_folder=r"C:\Mail")
    assert [write.path for write in writes] == [locations.setup(SID), locations.autodiscover(SID)]


def test_a_shared_domain_is_left_to_the_prf() -> None:
    accounts = [JO_IMAP, HOME_IMAP, JO_POP3]
    _setup, found = deployment.writes(accounts, sid=None, prf=r"C:\jo.prf", xml_folder=r"C:\Mail")
    assert set(found.values) == {"home.example", "PreferLocalXML", "ExcludeExplicitO365Endpoint"}
    assert len(deployment.writes([JO_IMAP, JO_POP3], sid=None, prf=r"C:\jo.prf", xml_folder=r"C:\Mail")) == 1
    with pytest.raises(OptionError, match="one account of charter"):
        deployment.writes(accounts, sid=None, prf=None, xml_folder=r"C:\Mail")


@pytest.mark.parametrize("path", [r"C:\a", "c:\\a b\\ü.prf", r"\\server\share\jo.prf"])
def test_full_paths(path: str) -> None:
    (write,) = deployment.writes([JO_IMAP], sid=None, prf=path, xml_folder=None)
    assert write.values["ImportPRF"] == RegValue.sz(path)


@pytest.mark.parametrize(
    "options",
    [
        *(
            {"prf": path}
            for path in [
                "",
                "jo.prf",
                "C:jo.prf",
                "C:\\",
                r"\jo.prf",
                r"C:\\Mail\\jo.prf",
                "C:/Mail/jo.prf",
                r"%ProgramData%\jo.prf",
                r"C:\%USERNAME%\jo.prf",
                r"C:\jo.prf:stream",
                'C:\\"jo".prf',
                "C:\\new\nline.prf",
                "\\\\server",
            ]
        ),
        {"xml_folder": "Mail"},
        {"prf": r"C:\jo.prf", "sid": "S-1-5-18"},
        {"prf": r"C:\jo.prf", "sid": SID + r"\Software"},
        {},
    ],
)
def test_what_cannot_be_used_is_named(options: t.Mapping[str, str]) -> None:
    given: t.Mapping[str, t.Any] = {"sid": None, "prf": None, "xml_folder": None, **options}
    with pytest.raises(OptionError) as caught:
        deployment.writes([JO_IMAP], **given)
    assert caught.value.option in {*options, "prf, xml_folder"}
