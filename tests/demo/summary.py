# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's summary: what was configured and verified, and how to do the same on one's own hosts."""

from __future__ import annotations

import collections.abc
import pathlib
import shlex
import typing as t

from .inventory import DemoAccount
from .playbooks import PlaybookRun
from .screen import Screen

ROOT = pathlib.Path(__file__).resolve().parents[2]

_NAMES = {
    "imap": "IMAP",
    "pop3": "POP3",
    "smtp": "SMTP",
    "dns": "DNS",
    "tcp": "TCP",
    "first_bytes": "first bytes",
    "tls": "TLS",
    "starttls": "STARTTLS",
    "capability": "capabilities",
}

_HOSTS = """\
# hosts.yml
all:
  hosts:
    desk1.example.org:                  # a host that you reach over SSH
      mail_accounts:
        - user: ada                     # the local user on that host
          email: ada@charter.net
          full_name: Ada Example
          protocol: imap                # or pop3
          password: "{{ vault_ada }}"   # optional; without it, the mail client asks Ada"""

_COMMANDS = """\
ansible-galaxy collection install {root}
ansible-vault create secrets.yml        # add the line   vault_ada: "her mail password"
ansible-playbook charter.mail.site -i hosts.yml -e @secrets.yml --ask-vault-pass"""


def show(
    screen: Screen,
    accounts: collections.abc.Sequence[DemoAccount],
    home: pathlib.Path,
    configured: PlaybookRun,
    verified: PlaybookRun,
    page: pathlib.Path,
) -> None:
    """Print the summary.

    Args:
        screen: where to print.
        accounts: the accounts that the demo configured.
        home: the home directory in which they were configured.
        configured: the first run of the configure playbook.
        verified: the run of the verify playbook.
        page: the report of that run.
    """
    screen.heading("Configured")
    for account in accounts:
        screen.row(account.email, _servers(account, verified))
    for profile in dict.fromkeys(account["profile"] for account in configured.accounts):
        files = ", ".join(_files(pathlib.Path(profile)))
        screen.row(_client(profile), f"{profile.replace(str(home), '~')}: {files}")
        screen.row("", _passwords([one for one in configured.accounts if one["profile"] == profile]))
    screen.heading("Verified")
    for tested in verified.accounts:
        for service, stages in _stages(tested).items():
            screen.row(tested["email"], f"{_NAMES[service]}: {', '.join(stages)}")
    for tested in verified.accounts:
        screen.blank_line()
        screen.paragraph(tested["summary"])
    screen.blank_line()
    screen.paragraph("The report of this run, as a page for your browser:")
    screen.verbatim(str(page))
    screen.heading("Try it on your own hosts")
    screen.paragraph("List the accounts of each host in an inventory. The servers of charter.net are built in:")
    screen.blank_line()
    screen.verbatim(_HOSTS)
    screen.blank_line()
    screen.paragraph(
        "Then install the collection, put the password in a vault, and run the playbook that configures and verifies"
        " the accounts. Use your own Ansible or the one in .venv/bin. Add --ask-become-pass if sudo needs a password"
        " on the hosts."
    )
    screen.blank_line()
    screen.verbatim(_COMMANDS.format(root=shlex.quote(str(ROOT))))


def _servers(account: DemoAccount, verified: PlaybookRun) -> str:
    """The account's servers, as the verification reported them."""
    (tested,) = (one for one in verified.accounts if one["email"] == account.email)
    servers = {check["service"]: check["server"] for check in tested["checks"]}
    return ", ".join(f"{_NAMES[service]} {server}" for service, server in servers.items())


def _client(profile: str) -> str:
    return "Evolution" if profile.endswith("/evolution/sources") else "Thunderbird"


def _files(profile: pathlib.Path) -> list[str]:
    """The names of a profile's files, or the number of Evolution's, whose names are only identifiers."""
    found = sorted(path.name for path in profile.iterdir() if path.is_file())
    sources = [name for name in found if name.endswith(".source")]
    return [f"{len(sources)} .source files"] if sources else found


def _passwords(accounts: collections.abc.Sequence[dict[str, t.Any]]) -> str:
    """Where the passwords of one client are, as its module reported it."""
    if all(account["password"] == "stored" for account in accounts):
        return "Passwords are stored in the profile, encrypted."
    return (
        "Passwords are not stored: they belong in the user's keyring, which is open only while the user is logged in."
        " Evolution will ask for them once."
    )


def _stages(tested: dict[str, t.Any]) -> dict[str, list[str]]:
    """The stages that were tested for one account, by service."""
    stages: dict[str, list[str]] = {}
    for check in tested["checks"]:
        stages.setdefault(check["service"], []).append(_NAMES.get(check["stage"], check["stage"]))
    return stages
