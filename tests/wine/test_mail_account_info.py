# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_account_info and mail_drift against a real registry and reg.exe, Wine's."""

from __future__ import annotations

import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.staging import MARIO, Admin

SIGNED = {**MARIO, "signature": {"text": "Mario\nRossi & Söhne"}}


def test_what_outlook_has_comes_back_as_an_entry(ansible: Ansible, office_pc: OfficePC) -> None:
    def drift() -> dict[str, t.Any]:
        result = ansible.module("mail_drift", hosts=office_pc.inventory("cmd"), accounts=[MARIO])
        (entry,) = result["accounts"]
        return t.cast("dict[str, t.Any]", entry)

    assert drift()["drift"] == "missing"
    Admin(ansible, office_pc).configure(MARIO)
    assert drift()["drift"] == "staged"
    outlook = FakeOutlook(office_pc, office_pc.mario)
    outlook.start()
    before = office_pc.photo()
    assert drift()["drift"] == "none"
    result = ansible.module("mail_account_info", hosts=office_pc.inventory("cmd"), users=["mario", "nobody"])
    assert office_pc.photo() == before
    (account,) = result["accounts"]
    assert (account["user"], account["managed"], account["not_expressed"]) == ("mario", True, [])
    (entry,) = result["mail_accounts"]
    assert {name: entry[name] for name in ("user", "email", "full_name")} == {
        name: MARIO[name] for name in ("user", "email", "full_name")
    }
    assert [unreadable["user"] for unreadable in result["unreadable"]] == ["nobody"]
    outlook.change(2, IMAP_Port=1993)  # the first is the address book
    drifted = drift()
    assert (drifted["drift"], [one["setting"] for one in drifted["differences"]]) == ("changed", ["incoming.port"])


def test_a_signature_has_drifted_until_new_messages_have_it(ansible: Ansible, office_pc: OfficePC) -> None:
    folder = office_pc.file(r"C:\Users\mario\AppData\Roaming\Microsoft")
    folder.mkdir(parents=True)

    def drift() -> tuple[str, str]:
        result = ansible.module("mail_drift", hosts=office_pc.inventory("cmd"), accounts=[SIGNED])
        (entry,) = result["accounts"]
        return entry["drift"], entry["reason"]

    admin = Admin(ansible, office_pc)
    admin.configure(SIGNED)
    FakeOutlook(office_pc, office_pc.mario).start()
    assert drift() == ("changed", "")
    admin.configure(SIGNED)
    assert drift() == ("none", "")
    (html,) = (folder / "Signatures").glob("*.htm")
    html.write_bytes(b"mine")
    assert drift() == ("left_alone", "mario has chosen another signature for it, or changed this one")
