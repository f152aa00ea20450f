# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the filters, put on a PC by other means than the module: reg.exe imports them, and Outlook takes them."""

from __future__ import annotations

import json
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import reading
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC

FOLDER = r"C:\Users\mario\Mail"
ACCOUNTS = [
    {"email": "mario.rossi@charter.net", "full_name": "Mario Rossì"},
    {"email": "rossi@twc.com", "provider": "auto", "protocol": "pop3", "leave_on_server_days": 14},
]


@pytest.fixture
def pc(ansible: Ansible, office_pc: OfficePC, tmp_path: pathlib.Path) -> OfficePC:
    """It has the files, and mario has imported his."""
    options = f"sid='{office_pc.mario.sid}', prf=folder + '\\\\mario.prf', xml_folder=folder"
    files = {
        "mario.prf": ("outlook_prf", "cp1252"),
        "charter.net.xml": ("outlook_autodiscover_xml(domain='charter.net')", "utf-8"),
        "twc.com.xml": ("outlook_autodiscover_xml(domain='twc.com')", "utf-8"),
        "mario.reg": (f"outlook_reg({options})", "utf-16"),
    }
    office_pc.file(FOLDER).mkdir()
    tasks = []
    for name, (call, encoding) in files.items():
        (tmp_path / name).write_text(f"{{{{ mail_accounts | charter.mail.{call} }}}}")
        dest = str(office_pc.file(f"{FOLDER}\\{name}"))
        template = {"src": str(tmp_path / name), "dest": dest, "output_encoding": encoding, "mode": "0644"}
        tasks.append({"ansible.builtin.template": template})
    play = {"hosts": "localhost", "gather_facts": False, "vars": {"mail_accounts": ACCOUNTS, "folder": FOLDER}}
    (tmp_path / "play.yml").write_text(json.dumps([{**play, "tasks": tasks}]))
    done = ansible.command("ansible-playbook", str(tmp_path / "play.yml"))
    assert done.code == 0, done.output
    assert office_pc.prefix.run(["reg.exe", "import", f"{FOLDER}\\mario.reg"]).returncode == 0
    return office_pc


def in_outlook(pc: OfficePC) -> list[tuple[str, str, str | None]]:
    found = reading.accounts(pc.registry(pc.mario.outlook), pc.mario.outlook)
    return [(str(made.account), made.account.incoming.host, made.account.full_name) for made in found]


def test_outlook_takes_the_prf_and_finds_the_settings_of_both_domains(pc: OfficePC) -> None:
    assert "ImportPRF" not in pc.registry(pc.anna.setup).get(pc.anna.setup, {})
    outlook = FakeOutlook(pc, pc.mario)
    outlook.start()
    assert in_outlook(pc) == [
        ("mario.rossi@charter.net (imap)", "imap.charter.net", "Mario Rossì"),
        ("rossi@twc.com (pop3)", "mail.twc.com", "rossi@twc.com"),
    ]
    outlook.remove_profiles()
    assert in_outlook(pc) == []
    outlook.add_account("mario.rossi@charter.net")
    outlook.add_account("rossi@twc.com")
    assert [host for _account, host, _name in in_outlook(pc)] == ["imap.charter.net", "mail.twc.com"]
