# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of a user reaches the session's services as root does that acts as the user."""

from __future__ import annotations

import pathlib
import shutil

from .desktop_session import DesktopSession
from .session_services import LOGIN_PASSWORD, UID

_PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"

_PROGRAM = """
import sys, types
for name, path in (("charter", []), ("charter.mail", [sys.argv[1]])):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = path
from charter.mail.module_utils._linux import local_user
from charter.mail.module_utils._linux.desktop import LocalDesktop
from charter.mail.module_utils._clients.evolution import registry_service
from charter.mail.module_utils._clients.evolution.password_store import keyring
from charter.mail.module_utils._model.secret import Secret
user, uid = local_user.find(None), sys.argv[2]
with local_user.acting_as(user), LocalDesktop(user, None) as desktop:
    live, passwords = registry_service.running(desktop), keyring.Keyring(desktop.bus())
    live.remove(uid)
    live.create(uid, "[Data Source]\\nDisplayName=x\\n")
    passwords.store(uid, "label", Secret("the secret"))
    print(uid in live.sources(), passwords.stored(uid).reveal(), passwords.state.name)
"""


def test_the_user_needs_no_root(session: DesktopSession) -> None:
    """The same code in a process that runs as the user from the start, with Debian's Python."""
    session.start_registry()
    session.start_keyring(LOGIN_PASSWORD)
    shutil.copytree(_PLUGINS, session.user.home / "plugins")
    session.user.own()
    for address in (session.address, ""):  # with the address in the environment, as in a terminal; without, as by SSH
        output = session.run(
            "/usr/bin/python3",
            "-c",
            _PROGRAM,
            str(session.user.home / "plugins"),
            UID,
            DBUS_SESSION_BUS_ADDRESS=address,
        )
        assert output == "True the secret UNLOCKED\n"
