# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks say of wrong values of their variables, once and before anything is changed."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun


def play(ansible: Ansible, name: str, *options: str, **variables: t.Any) -> AnsibleRun:
    home = ansible.folder / "desk"
    home.mkdir(exist_ok=True)
    accounts = [{"email": "mario.rossi@charter.net", "home": str(home)}]
    here = {"mail_become": False, "mail_clients": ["thunderbird"], "mail_accounts": accounts}
    done = ansible.playbook(name, ansible.local_host(**here), *options, "-e", json.dumps(variables))
    assert list(home.iterdir()) == [], done.output
    return done


def message(ansible: Ansible, done: AnsibleRun) -> str:
    """Of the task that has failed."""
    assert done.code == 2, done.output
    (failed,) = [result for result in ansible.results() if result["failed"]]
    return str(failed["msg"])


def test_a_file_that_cannot_be_written_is_named_once(ansible: Ansible) -> None:
    for options in ((), ("--check",)):
        done = play(ansible, "inventory", *options, mail_inventory="/nowhere/mail.yml")
        told = "/nowhere/mail.yml cannot be written: there is no such folder. Create it, or name another file."
        assert message(ansible, done) == told
    (ansible.folder / "mail.yml").touch()
    done = play(ansible, "inventory", mail_inventory=str(ansible.folder / "mail.yml"))
    assert message(ansible, done).endswith(
        "mail.yml exists and is not overwritten. Move it away, or name another file."
    )
    done = play(ansible, "render", mail_render="/proc/nowhere", mail_render_for=["apple"])
    told = "/proc/nowhere cannot be written: No such file or directory. Name another folder."
    assert message(ansible, done) == told


def test_a_report_without_records_says_what_is_missing(ansible: Ansible) -> None:
    advice = "Name the folder that the earlier runs had in mail_records."
    assert message(ansible, play(ansible, "report")) == f"No folder with records is named. {advice}"
    done = play(ansible, "report", mail_records="recrods")
    assert message(ansible, done) == f"recrods has no records. {advice}"
    assert not (ansible.folder / "recrods").exists()


def test_drift_says_nothing_about_mail(ansible: Ansible) -> None:
    done = play(ansible, "drift", mail_drift_ignore=["ful_name"])
    assert "Mail clients could not be compared with the list on 1 host" in done.output
    assert "Mail does not work" not in done.output
    assert message(ansible, done).startswith("value of ignore must be one or more of: ")


def test_confirm_changes_nothing_if_it_cannot_test(ansible: Ansible) -> None:
    told = message(ansible, play(ansible, "confirm", mail_timeout="soon"))
    assert "timeout" in told
    told = message(ansible, play(ansible, "confirm", mail_ca_path="/nowhere/ca.pem"))
    assert "/nowhere/ca.pem" in told
