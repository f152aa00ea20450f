# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop of a user who is logged in, as the modules reach it."""

from __future__ import annotations

import contextlib
import subprocess
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.session_bus import SessionBus
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser


def run_command(command: list[str]) -> tuple[int, str, str]:
    """Like AnsibleModule.run_command."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def acting(owner: LocalUser) -> t.Iterator[LocalDesktop]:
    """Act as a user for a while."""
    user = local_user.find(owner.name)
    with local_user.acting_as(user), LocalDesktop(user, run_command) as desktop:
        yield desktop


def bus_of(desktop: LocalDesktop) -> SessionBus:
    """The connection of a user who is logged in."""
    bus = desktop.bus()
    assert isinstance(bus, SessionBus)
    return bus
