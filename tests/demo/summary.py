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
          password: "{{ vault_ada }}"   # optional: without it, Thunderbird asks Ada"""

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
    for profile in sorted({account["profile"] for account in configured.accounts}):
        screen.row("where", f"Thunderbird profile {profile.replace(str(home), '~')}")
    screen.row("files", ", ".join(_files(home)))
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


def _files(home: pathlib.Path) -> list[str]:
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def _stages(tested: dict[str, t.Any]) -> dict[str, list[str]]:
    """The tests of one account, by service."""
    stages: dict[str, list[str]] = {}
    for check in tested["checks"]:
        stages.setdefault(check["service"], []).append(_NAMES.get(check["stage"], check["stage"]))
    return stages
