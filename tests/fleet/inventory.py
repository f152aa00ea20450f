# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ansible inventory and the OpenSSH configuration of a fleet."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible_collections.charter.mail.tests.lab.files import write_file
from ansible_collections.charter.mail.tests.lab.lab import MailLab

from .host import CA_PATH, Host

# A program in the control namespace opens each connection and passes it on. So one inventory works inside and outside
# the namespace, and SSH clients need not know about namespaces.
_SSH = """\
Host *
    User root
    IdentityFile {directory}/key
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile {directory}/known_hosts
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    UpdateHostKeys no
    ProxyCommand ip netns exec {namespace} {python} -I -S {connect} %h %p
    ProxyUseFdpass yes
    ConnectTimeout 30
"""
_CONNECT = pathlib.Path(__file__).with_name("connect.py")


def write(
    directory: pathlib.Path, namespace: str, hosts: t.Sequence[Host], keys: t.Mapping[str, str], lab: MailLab | None
) -> None:
    """Write inventory.json, ssh_config, known_hosts and connect.py into a directory that only root can read.

    Args:
        directory: the fleet's directory, without spaces in its path.
        namespace: the control namespace.
        hosts: all hosts.
        keys: the public host keys by address.
        lab: the mail lab; its users' passwords go into the inventory as ``mail_passwords``.
    """
    connect = directory / "connect.py"
    write_file(connect, _CONNECT.read_bytes())
    settings = _SSH.format(directory=directory, namespace=namespace, python="/usr/bin/python3", connect=connect)
    for host in hosts:
        settings += f"Host {host.name}\n    HostName {host.address}\n"
    write_file(directory / "ssh_config", settings)
    known = [f"{address} {key}" for address, key in keys.items()]
    write_file(directory / "known_hosts", "".join(known))
    write_file(directory / "inventory.json", json.dumps(_inventory(directory, hosts, lab), indent=2), 0o600)


def _inventory(directory: pathlib.Path, hosts: t.Sequence[Host], lab: MailLab | None) -> dict[str, t.Any]:
    # Persistent connections are kept apart as well, because all fleets use the same addresses.
    persistent = f"-o ControlMaster=auto -o ControlPersist=60s -o ControlPath={directory}/ssh/%C"
    common: dict[str, t.Any] = {
        "ansible_user": "root",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": f"-F {directory}/ssh_config {persistent}",
    }
    if lab is not None:
        common["mail_ca_path"] = CA_PATH
        common["mail_passwords"] = {user.address: user.password for user in lab.users}
    entries = {host.name: {"ansible_host": host.address, "host_users": list(host.users)} for host in hosts}
    return {"all": {"vars": common, "children": {"fleet": {"hosts": entries}}}}
