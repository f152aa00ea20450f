# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo says at its end: what was done and seen, and how to do the same for one's own machines."""

from __future__ import annotations

import collections.abc
import pathlib
import shlex
import typing as t

from .inventory import DemoAccount
from .playbooks import Played
from .screen import Screen

_ROOT = pathlib.Path(__file__).resolve().parents[2]

_NAMES = {"imap": "IMAP", "pop3": "POP3", "smtp": "SMTP", "dns": "DNS", "tcp": "TCP", "tls": "TLS"}

_HOSTS = """\
# hosts.yml
all:
  hosts:
    desk1.example.org:                  # a machine that you reach by SSH
      mail_accounts:
        - user: ada                     # who logs in on that machine
          email: ada@charter.net
          full_name: Ada Example
          protocol: imap                # or pop3
          password: "{{ vault_ada }}"   # optional: without it, Ada is asked"""

_COMMANDS = """\
ansible-galaxy collection install {root}
ansible-vault create secrets.yml        # with the line   vault_ada: "her mail password"
ansible-playbook charter.mail.site -i hosts.yml -e @secrets.yml --ask-vault-pass"""


def show(
    screen: Screen,
    accounts: collections.abc.Sequence[DemoAccount],
    home: pathlib.Path,
    configured: Played,
    proven: Played,
) -> None:
    """Print all of it.

    Args:
        screen: where to.
        accounts: what the demo configured.
        home: where it is configured.
        configured: the first run of the playbook.
        proven: the run of the verification.
    """
    screen.heading("What was configured")
    for account in accounts:
        screen.row(account.email, _servers(account, proven))
    for profile in dict.fromkeys(account["profile"] for account in configured.accounts):
        files = ", ".join(_files(pathlib.Path(profile)))
        screen.row(_client(profile), f"in {profile.replace(str(home), '~')}: {files}")
        screen.row("", _passwords([one for one in configured.accounts if one["profile"] == profile]))
    screen.heading("What was tested")
    for tested in proven.accounts:
        for service, stages in _stages(tested).items():
            screen.row(tested["email"], f"{_NAMES[service]}: {', '.join(stages)}")
    for tested in proven.accounts:
        screen.gap()
        screen.paragraph(tested["summary"])
    screen.heading("The same for your own machines")
    screen.paragraph("Describe them; the servers of charter.net are known already:")
    screen.gap()
    screen.verbatim(_HOSTS)
    screen.gap()
    screen.paragraph(
        "Then, with your own Ansible or the one in .venv/bin: install the collection, put the password into a vault,"
        " configure and verify. Add --ask-become-pass if sudo asks for a password there."
    )
    screen.gap()
    screen.verbatim(_COMMANDS.format(root=shlex.quote(str(_ROOT))))


def _servers(account: DemoAccount, proven: Played) -> str:
    """Where its mail comes from and goes to, as the tests found it."""
    (tested,) = (one for one in proven.accounts if one["email"] == account.email)
    places = {check["service"]: check["server"] for check in tested["checks"]}
    return ", ".join(f"{_NAMES[service]} {place}" for service, place in places.items())


def _client(profile: str) -> str:
    return "Evolution" if profile.endswith("/evolution/sources") else "Thunderbird"


def _files(profile: pathlib.Path) -> list[str]:
    """By name; those of Evolution, whose names are numbers, by how many there are."""
    found = sorted(path.name for path in profile.iterdir() if path.is_file())
    sources = [name for name in found if name.endswith(".source")]
    return [f"{len(sources)} files .source"] if sources else found


def _passwords(accounts: collections.abc.Sequence[dict[str, t.Any]]) -> str:
    """What became of the passwords in one client, as its module says it."""
    if all(account["password"] == "stored" for account in accounts):
        return "passwords stored in it, encrypted"
    return "passwords not stored: they go into the keyring of a person who is logged in, else Evolution asks once"


def _stages(tested: dict[str, t.Any]) -> dict[str, list[str]]:
    """The tests of one account, by service."""
    stages: dict[str, list[str]] = {}
    for check in tested["checks"]:
        stages.setdefault(check["service"], []).append(_NAMES.get(check["stage"], check["stage"]))
    return stages
