# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user at whose session bus something listens that lies, beside another user, in one task that Ansible runs as root.

tests/unit has all the lies; here are real users, the real place of the bus, and the real dconf.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus import hostile_peers
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.bus_peers import Behaviour, Peer
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.hostile_peers import Reply, serving

PASSWORD = "Tr0ub4dor&3 ünï"
AT_MOST = 80.0  # seconds for a task, two of whose waits may each take half a minute

CASES: t.Mapping[str, t.Mapping[str, Reply]] = {
    "names are a number": {"ListNames": ["u", 5]},
    "objects are a text": {"ListNames": hostile_peers.REGISTRY, "GetManagedObjects": ["s", "x"]},
    "the keyring's state is a list": {"Get": ["v", ("as", ["x"])]},
    "signals without end": {"ListNames": hostile_peers.signals_without_end},
    "a message of the largest size": {"Hello": hostile_peers.length(2**27 - 16)},
}


@contextlib.contextmanager
def listening(user: LocalUser, behaviour: Behaviour) -> t.Iterator[None]:
    """A process of the user's at the place of the user's session bus."""
    runtime = pathlib.Path(f"/run/user/{user.uid}")
    runtime.mkdir(parents=True, mode=0o700)
    os.chown(runtime, user.uid, user.uid)
    ready, started = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.setgroups([])
            os.setgid(user.uid)
            os.setuid(user.uid)
            with hostile_peers.bus(runtime / "bus", behaviour):
                os.write(started, b"x")
                signal.pause()
        finally:
            os._exit(0)
    try:
        os.close(started)
        assert os.read(ready, 1) == b"x"
        yield
    finally:
        os.close(ready)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        shutil.rmtree(runtime)


def configure(ansible: Ansible, liar: LocalUser, other: LocalUser, **options: t.Any) -> dict[str, t.Any]:
    accounts = [
        {"user": liar.name, "email": "liar@charter.net", "password": PASSWORD, **options},
        {"user": other.name, "email": "other@charter.net"},
    ]
    start = time.monotonic()
    result = ansible.module("evolution_account", accounts=accounts)
    assert time.monotonic() - start < AT_MOST
    assert [one["status"] for one in result["accounts"]] == ["failed", "created"]
    assert result["msg"].startswith(f"{liar.name}: ")
    assert PASSWORD not in str(result)
    assert len(list((other.home / ".config/evolution/sources").glob("*.source"))) == 3
    return result


@pytest.mark.parametrize("case", CASES)
def test_a_bus_that_lies(ansible: Ansible, mario: LocalUser, anna: LocalUser, case: str) -> None:
    with listening(mario, serving(CASES[case])):
        configure(ansible, mario, anna)


def test_a_bus_that_lets_dconf_wait(ansible: Ansible, mario: LocalUser, anna: LocalUser) -> None:
    """The first connection is ours; the programs that store settings make the next, and wait for ever at the login."""
    connections: list[Peer] = []

    def behaviour(peer: Peer) -> None:
        connections.append(peer)
        if len(connections) == 1:
            serving({"ReadAlias": ["o", "/"]})(peer)
        peer.stay()

    with listening(mario, behaviour):
        result = configure(ansible, mario, anna, default=True)
    assert f"the desktop settings of {mario.name}: it did not end within 30 seconds" in result["msg"]
    assert result["changed"]
