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

_NAMES = {"imap": "IMAP", "pop3": "POP3", "smtp": "SMTP"}

_HOSTS = """\
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
ansible-vault create secrets.yml        # with one line: vault_ada: her mail password
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
    screen.rows((account.email, _servers(account, proven)) for account in accounts)
    screen.rows([("In", _profile(home, configured)), ("Files", ", ".join(_files(home)))])
    screen.heading("What was tested, from this machine")
    for account in proven.accounts:
        screen.rows(_tests(account))
        screen.paragraph(account["summary"])
        screen.verbatim("")
    screen.heading("The same for your own machines")
    screen.paragraph("Describe them in hosts.yml; the servers of charter.net are known already:")
    screen.verbatim(f"\n{_HOSTS}\n")
    screen.paragraph("Then install the collection, put the password into a vault, configure and verify:")
    screen.verbatim(f"\n{_COMMANDS.format(root=shlex.quote(str(_ROOT)))}")


def _servers(account: DemoAccount, proven: Played) -> str:
    checks = next(one["checks"] for one in proven.accounts if one["email"] == account.email)
    places = {_NAMES[check["service"]]: check["server"] for check in checks}
    return ", ".join(f"{name} {place}" for name, place in places.items())


def _profile(home: pathlib.Path, configured: Played) -> str:
    """Where the client keeps the accounts, with the demo's home as ``~``."""
    places = {account["place"].replace(str(home), "~") for account in configured.accounts}
    return ", ".join(sorted(places))


def _files(home: pathlib.Path) -> list[str]:
    return sorted(str(pathlib.Path("~", path.relative_to(home))) for path in home.rglob("*") if path.is_file())


def _tests(account: dict[str, t.Any]) -> list[tuple[str, str]]:
    stages: dict[str, list[str]] = {}
    for check in account["checks"]:
        stages.setdefault(_NAMES[check["service"]], []).append(check["stage"])
    return [(f"{account['email']}, {name}", ", ".join(names)) for name, names in stages.items()]
