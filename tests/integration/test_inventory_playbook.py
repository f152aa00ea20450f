# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From accounts made by hand to an inventory that configures them, and to their drift: ``inventory`` and ``drift``."""

from __future__ import annotations

import json
import stat
import typing as t

import yaml

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser, snapshot
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.hand_made import (
    HandMade,
    write_evolution,
    write_thunderbird,
)

MARIO = HandMade(
    "mario@charter.net",
    "imap",
    ("imap.charter.net", 993, "ssl"),
    ("smtp.charter.net", 587, "starttls"),
    "mario@charter.net",
    "{{ lookup('pipe', 'touch TOUCHED') }}",
    leaves=True,
    days=0,
)
OAUTH2 = {"mail.server.server3.authMethod": 10}
GONE = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}


def test_an_office_starts_with_what_its_people_have(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    other = MARIO._replace(email="mario@provider.example", username="mario@provider.example", full_name="")
    write_thunderbird(mario.home, [MARIO, other], OAUTH2)
    write_evolution(anna.home, [MARIO._replace(email="anna@charter.net", username="anna@charter.net", full_name="A")])
    for user in (mario, anna):
        user.own()
    before = [snapshot(user.home) for user in (mario, anna)]
    inventory: dict[str, t.Any] = ansible.local_host()
    inventory["all"]["hosts"]["gone"] = GONE
    names = json.dumps({"mail_users": [mario.name, anna.name, "nobody-here"], "mail_inventory": "mail.yml"})

    # As people write inventories: Ansible marks what it reads from YAML, and not what it reads from JSON.
    in_yaml = ansible.folder / "people.yml"
    in_yaml.write_text(yaml.safe_dump(inventory, allow_unicode=True))
    preview = ("ansible-playbook", "charter.mail.inventory", "-i", str(in_yaml), "--check", "--diff", "-e", names)
    previewed = ansible.command(*preview)
    assert previewed.code == 0, previewed.output
    file = ansible.folder / "mail.yml"
    assert not file.exists()
    assert "+      mail_accounts:" in previewed.output, previewed.output

    done = ansible.playbook("inventory", inventory, "-e", names)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, done.output
    assert [snapshot(user.home) for user in (mario, anna)] == before
    remarks = " ".join(line.strip(" #") for line in file.read_text().splitlines() if line.startswith("    #"))
    assert "thunderbird: mario@provider.example (imap): it signs in for receiving by oauth2" in remarks
    assert "nobody-here" in remarks
    assert "It was not reached, or failed." in remarks

    listed = ansible.command("ansible-inventory", "-i", str(file), "--host", "desk")
    accounts = json.loads(listed.output)["mail_accounts"]
    assert [account["email"] for account in accounts] == ["mario@charter.net", "anna@charter.net"]

    again = ansible.playbook("inventory", inventory, "-e", names)
    assert "mail.yml exists and is not overwritten" in again.output

    # Everything is as the file says, and a name that looks like a template is only a name.
    del inventory["all"]["hosts"]["gone"]
    of_file = ("-i", str(file), "-l", "desk", "-e", '{"mail_clients": ["thunderbird"]}')
    settled = ansible.playbook("configure", inventory, *of_file)
    assert settled.code == 0, settled.output
    assert not list(ansible.folder.rglob("TOUCHED"))
    statuses = {one["email"]: one["status"] for result in ansible.results() for one in result.get("accounts", ())}
    assert statuses["mario@charter.net"] == "unchanged"

    # An account at Charter's servers that the list lacks is worth a word, whoever made it.
    extra = f"desk: {mario.name}, thunderbird: mario@provider.example (imap) is not in the list."
    output = ansible.playbook("drift", inventory, *of_file).output
    assert [line for line in output.splitlines() if line.startswith("desk: ")] == [extra], output
    assert output.count("\n  Mail clients differ from the list on 1 host\n") == 1, output
    prefs = mario.home / ".thunderbird/old.default/prefs.js"
    prefs.write_text(prefs.read_text().replace('server2.port", 993', 'server2.port", 1993'))
    sentence = f"{mario.name}, thunderbird: mario@charter.net (imap) was set up by somebody else, with other settings"
    drifted = ansible.playbook("drift", inventory, *of_file)
    assert drifted.code == 0, drifted.output
    assert f"desk: {sentence} (incoming.port)." in drifted.output
    failed = ansible.playbook("drift", inventory, *of_file, "-e", '{"mail_drift_fails": true}')
    assert failed.code == 2
    assert sentence in failed.output


def test_an_account_in_both_clients_is_listed_once_and_has_not_drifted(ansible: Ansible, mario: LocalUser) -> None:
    account = MARIO._replace(full_name="Mario Rossi")
    write_thunderbird(mario.home, [account])
    write_evolution(mario.home, [account._replace(full_name="Mario R.")])
    mario.own()
    before = snapshot(mario.home)
    inventory = ansible.local_host(mail_clients=["thunderbird", "evolution"])
    names = json.dumps({"mail_users": [mario.name], "mail_inventory": "mail.yml"})
    assert ansible.playbook("inventory", inventory, "-e", names).code == 0
    for name in ("drift", "configure"):
        done = ansible.playbook(name, inventory, "-i", str(ansible.folder / "mail.yml"))
        assert (done.code, done.recap["changed"]) == (0, 0), done.output
    assert [one["status"] for one in ansible.results()[-1]["accounts"]] == ["unchanged"] * 2
    assert snapshot(mario.home) == before
