# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's inventory, in the form that an admin would write."""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import os
import pathlib

HOST = "this-machine"


@dataclasses.dataclass(frozen=True)
class DemoAccount:
    """An account of the demo.

    Attributes:
        email: the e-mail address.
        protocol: ``imap`` or ``pop3``.
        full_name: the owner's name.
        port: the port of the incoming server, on localhost with implicit TLS.
    """

    email: str
    protocol: str
    full_name: str
    port: int

    @property
    def variable(self) -> str:
        """The name of the variable that holds the password."""
        return f"vault_{self.protocol}_password"


@dataclasses.dataclass(frozen=True)
class Inventory:
    """The paths of the inventory's files.

    Attributes:
        hosts: the inventory; its group variables are beside it.
        secrets: the passwords, readable only by the owner.
    """

    hosts: pathlib.Path
    secrets: pathlib.Path


def write(
    folder: pathlib.Path,
    accounts: collections.abc.Sequence[DemoAccount],
    passwords: collections.abc.Mapping[str, str],
    *,
    python: str,
    home: pathlib.Path,
    submission_port: int,
    ca_path: pathlib.Path,
    clients: collections.abc.Sequence[str],
) -> Inventory:
    """Write the inventory to an existing directory.

    Args:
        folder: the directory.
        accounts: the accounts to configure.
        passwords: the passwords by address.
        python: the interpreter of the modules.
        home: the directory to use in place of the user's home.
        submission_port: the port of the outgoing server, on localhost with STARTTLS.
        ca_path: the certificate authority of the demo's server.
        clients: the mail clients in which to set up the accounts.
    """
    inventory = Inventory(folder / "hosts.yml", folder / "secrets.yml")
    group = folder / "group_vars"
    group.mkdir()
    inventory.hosts.write_text(
        f"""\
all:
  hosts:
    {HOST}:
      ansible_connection: local
      ansible_python_interpreter: {_quoted(python)}
"""
    )
    # Only these three lines differ from an inventory for real Charter accounts.
    servers = f"""\
    incoming: {{host: localhost, port: %d, security: ssl}}
    outgoing: {{host: localhost, port: {submission_port}, security: starttls}}
    home: {_quoted(str(home))}
"""
    described = "".join(
        f"""\
  - email: {account.email}
    full_name: {account.full_name}
    protocol: {account.protocol}
    password: "{{{{ {account.variable} }}}}"
{servers % account.port}"""
        for account in accounts
    )
    (group / "all.yml").write_text(
        f"""\
mail_become: false
mail_ca_path: {_quoted(str(ca_path))}
mail_clients: [{", ".join(clients)}]
mail_accounts:
{described}"""
    )
    secrets = "".join(f"{account.variable}: {_quoted(passwords[account.email])}\n" for account in accounts)
    descriptor = os.open(inventory.secrets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets)
    return inventory


def _quoted(text: str) -> str:
    """A YAML string. JSON strings are valid YAML."""
    return json.dumps(text)
