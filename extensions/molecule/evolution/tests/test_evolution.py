# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role leaves."""

from __future__ import annotations

import json
import os
import pathlib

from testinfra.host import Host

testinfra_hosts = ["ansible://desk-1", "ansible://desk-2", "ansible://desk-4"]  # desk-3 was refused

PROJECT = pathlib.Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])
HANDSHAKE = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
with socket.create_connection(("imap.charter.net", 993), 10) as plain:
    with context.wrap_socket(plain, server_hostname="imap.charter.net") as sealed:
        print(sealed.version())
"""


def is_debian(host: Host) -> bool:
    return bool(host.backend.get_hostname() != "desk-4")


def test_three_sources(host: Host) -> None:
    folder = host.file("/home/mario/.config/evolution/sources")
    assert (folder.user, folder.mode & 0o777) == ("mario", 0o700)
    files = [host.file(f"{folder.path}/{name}") for name in folder.listdir()]
    assert [(file.user, file.mode & 0o777) for file in files] == [("mario", 0o600)] * 3
    text = "".join(file.content_string for file in files)
    assert "Host=imap.charter.net\n" in text
    assert "Host=smtp.charter.net\n" in text


def test_passwords_are_in_a_keyring_of_the_user(host: Host) -> None:
    password = json.loads((PROJECT / ".tree/fleet/inventory.json").read_text())["all"]["vars"]["mail_passwords"][
        "mario.desk-1@charter.net"
    ]
    keyring = host.file("/home/mario/.local/share/keyrings/charter-mail.keyring")
    assert (keyring.user, keyring.mode & 0o777) == ("mario", 0o600)
    assert keyring.content_string.count(f"secret={password}\n") == 2  # for receiving, and for sending


def test_the_system_trusts_the_authority(host: Host) -> None:
    """The file that programs read leads to a verified connection to the real server, with what the role has added."""
    file = host.file(
        "/usr/local/share/ca-certificates/charter-mail.crt"
        if is_debian(host)
        else "/etc/pki/ca-trust/source/anchors/charter-mail.crt"
    )
    assert (file.user, file.group, file.mode & 0o777) == ("root", "root", 0o644)
    assert file.content_string == (PROJECT / ".tree/lab-ca.pem").read_text()
    bundle = (
        "/etc/ssl/certs/ca-certificates.crt" if is_debian(host) else "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
    )
    assert host.check_output("/usr/bin/python3 -c %s %s", HANDSHAKE, bundle).startswith("TLS")


def test_nobody_elses_home_is_touched(host: Host) -> None:
    assert host.check_output("ls -A /home/anna") == ""
