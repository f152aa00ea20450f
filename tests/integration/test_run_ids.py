# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run has one id in all of its plays, hosts, workers and handlers, and no other run has it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import yaml

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible

# A program that runs playbooks by Ansible's Python interface, all in one process, as ansible-console runs its lines.
PROGRAM = """
import sys
from ansible.cli.playbook import PlaybookCLI
from ansible.executor.playbook_executor import PlaybookExecutor
from ansible.plugins.loader import init_plugin_loader

command = PlaybookCLI(["ansible-playbook", "-i", "hosts.yml", "plays.yml"])
command.parse()
init_plugin_loader([sys.argv[1]])
loader, inventory, variables = command._play_prereqs()
for limit in sys.argv[2:]:
    inventory.subset(limit)
    done = PlaybookExecutor(["plays.yml"], inventory, variables, loader, {}).run()
    assert done == 0, str(done)
"""

PLAYS = """
- hosts: all
  gather_facts: false
  serial: 2
  handlers:
    - name: Also
      charter.mail.thunderbird_account: {email: handler@charter.net, home: "{{ home }}"}
      register: done
    - name: Note it of the handler
      listen: Also
      ansible.builtin.copy: {content: "{{ done.run }}", dest: "{{ home }}/handler-{{ done.run }}"}
  tasks:
    - name: Configure
      charter.mail.thunderbird_account: {email: first@charter.net, home: "{{ home }}"}
      register: done
      notify: Also
    - name: Note it
      ansible.builtin.copy: {content: "{{ done.run }}", dest: "{{ home }}/first-{{ done.run }}"}
      when: done is changed

- hosts: all
  gather_facts: false
  strategy: free
  tasks:
    - name: Configure
      charter.mail.thunderbird_account: {email: second@charter.net, home: "{{ home }}"}
      register: done
    - name: Note it
      ansible.builtin.copy: {content: "{{ done.run }}", dest: "{{ home }}/second-{{ done.run }}"}
      when: done is changed
"""


def prepared(folder: pathlib.Path, names: t.Sequence[str]) -> None:
    (folder / "plays.yml").write_text(PLAYS)
    hosts: dict[str, t.Any] = {}
    for name in names:
        (folder / name).mkdir()
        hosts[name] = {"home": str(folder / name)}
    local = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}
    (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": local}}))


def ids(folder: pathlib.Path, *names: str) -> set[str]:
    """The runs that changed these hosts, by the results and by the logs of changes, which must agree."""
    kinds: dict[str, set[str]] = {"first": set(), "second": set(), "handler": set()}
    for name in names:
        for kind, found in kinds.items():
            found |= {path.name.removeprefix(f"{kind}-") for path in (folder / name).glob(f"{kind}-*")}
    logs = {
        json.loads(line)["run"]
        for name in names
        for line in (folder / name / ".local/state/charter-mail/thunderbird.jsonl").read_text().splitlines()
    }
    assert all(found == logs for found in kinds.values()), (kinds, logs)
    return logs


def test_all_plays_hosts_and_handlers_of_a_run_have_one_id(ansible: Ansible) -> None:
    prepared(ansible.folder, ("one", "two", "three", "four"))
    for limit in ("one:two:three", "four"):
        done = ansible.command("ansible-playbook", "-i", "hosts.yml", "plays.yml", "--limit", limit)
        assert done.code == 0, done.output
    (run,) = ids(ansible.folder, "one", "two", "three")
    (other,) = ids(ansible.folder, "four")
    assert other > run


def test_runs_of_one_process_have_ids_of_their_own(ansible: Ansible) -> None:
    prepared(ansible.folder, ("one", "two", "three"))
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(ansible.folder),
        "ANSIBLE_CONFIG": str(ansible.folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(ansible.folder / "ansible"),
        "HOME": str(ansible.folder),
        "LANG": "C.UTF-8",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    }
    program = [sys.executable, "-c", PROGRAM, str(ansible.folder), "one:two", "three"]
    done = subprocess.run(
        program, env=environment, cwd=ansible.folder, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (first,) = ids(ansible.folder, "one", "two")
    (second,) = ids(ansible.folder, "three")
    assert second > first
