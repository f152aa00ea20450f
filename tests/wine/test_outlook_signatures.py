# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures for Outlook through a real cmd.exe and registry, Wine's: staged, chosen, read back, taken back.

What Wine cannot show: junctions and symbolic links, and whether Outlook uses what is staged.
"""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import RegValue
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.staging import MARIO, Admin

NAME = "charter.mail mario.rossi@charter.net"
FILES = [f"{NAME}.{ending}" for ending in ("htm", "rtf", "txt")]
SIGNED = {**MARIO, "signature": {"text": "Mario\nRossi & Söhne \U0001f600", "replies": True}}


@pytest.fixture
def admin(ansible: Ansible, office_pc: OfficePC) -> Admin:
    office_pc.file(r"C:\Users\mario\AppData\Roaming\Microsoft").mkdir(parents=True)
    return Admin(ansible, office_pc)


@pytest.fixture
def signatures(office_pc: OfficePC) -> pathlib.Path:
    return office_pc.file(r"C:\Users\mario\AppData\Roaming\Microsoft") / "Signatures"


def chosen(pc: OfficePC) -> list[RegValue]:
    """The signatures of mario's account."""
    found = pc.registry(pc.mario.outlook)
    names = ("New Signature", "Reply-Forward Signature")
    return [values[name] for values in found.values() for name in names if name in values]


def test_a_signature_from_staged_to_configured_and_back(
    admin: Admin, office_pc: OfficePC, signatures: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    photo = office_pc.photo()
    foretold = admin.configure(SIGNED, check=True)
    assert office_pc.photo() == photo
    staged = admin.configure(SIGNED)
    assert staged["failed"] is False, staged["msg"]
    assert staged["diff"] == foretold["diff"]
    assert staged["accounts"][0]["outlook_signature"] == "staged"
    assert sorted(path.name for path in signatures.iterdir()) == FILES
    assert (signatures / FILES[2]).read_bytes().decode("utf-16") == "Mario\r\nRossi & Söhne \U0001f600\r\n"
    again = admin.configure(SIGNED)
    assert (again["changed"], again["failed"]) == (False, False), again

    FakeOutlook(office_pc, office_pc.mario).start()
    assert chosen(office_pc) == []
    configured = admin.configure(SIGNED)
    assert configured["changed"] is True
    assert configured["accounts"][0]["outlook_signature"] == "configured", configured
    assert chosen(office_pc) == [RegValue.sz(NAME)] * 2
    assert admin.configure(SIGNED)["changed"] is False

    own = signatures / "own.htm"
    own.write_bytes(b"mine")
    template = tmp_path / "signature.html.j2"
    template.write_text("<b>{{ sender.full_name }}</b>")
    changed = admin.configure({**MARIO, "signature": {"src": str(template)}})
    assert (changed["changed"], changed["failed"]) == (True, False), changed
    assert b"<b>Mario Rossi</b>" in (signatures / FILES[0]).read_bytes()
    removed = admin.configure({**MARIO, "signature": {"state": "absent"}})
    assert removed["accounts"][0]["outlook_signature"] == "absent", removed
    assert chosen(office_pc) == []
    assert list(signatures.iterdir()) == [own]
    assert own.read_bytes() == b"mine"


def test_what_is_the_users_own_stays(admin: Admin, office_pc: OfficePC, signatures: pathlib.Path) -> None:
    signatures.mkdir()
    (signatures / FILES[1]).write_bytes(b"somebody's")
    result = admin.configure(SIGNED)
    assert (result["failed"], result["accounts"][0]["outlook_signature"]) == (False, "kept"), str(result)
    assert [(path.name, path.read_bytes()) for path in signatures.iterdir()] == [(FILES[1], b"somebody's")]


def test_a_large_file_of_the_users_stays_where_it_is(
    admin: Admin, office_pc: OfficePC, signatures: pathlib.Path
) -> None:
    signatures.mkdir()
    with (signatures / FILES[0]).open("wb") as file:
        file.truncate(64 * 1024**2)
    result = admin.configure(SIGNED)
    assert (result["failed"], result["accounts"][0]["outlook_signature"]) == (False, "kept"), str(result)
    assert (signatures / FILES[0]).stat().st_size == 64 * 1024**2


def test_a_folder_by_the_name_of_a_file_stays(admin: Admin, office_pc: OfficePC, signatures: pathlib.Path) -> None:
    (signatures / FILES[0]).mkdir(parents=True)
    (signatures / FILES[0] / "own.txt").write_bytes(b"mine")
    result = admin.configure(SIGNED)
    assert result["failed"] is True
    assert "do not read back as written" in result["msg"]
    assert (signatures / FILES[0] / "own.txt").read_bytes() == b"mine"
    assert office_pc.registry(office_pc.mario.setup).value(office_pc.mario.setup, "ImportPRF") is None


def test_without_the_folder_of_a_user_only_the_account_is_staged(ansible: Ansible, office_pc: OfficePC) -> None:
    result = Admin(ansible, office_pc).configure(SIGNED)
    (entry,) = result["accounts"]
    assert (entry["outlook_status"], entry["outlook_signature"]) == ("staged", "absent"), str(result)
