# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look at a user who is logged in: Evolution's real registry of accounts decides, asked in the same command."""

from __future__ import annotations

import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import local_users
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all import configure_all
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all_options import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.plugin_utils._look.decided_by_look import look
from ansible_collections.charter.mail.tests.clients.desktop_session import DesktopSession, desktop_session
from ansible_collections.charter.mail.tests.integration.local_users import temporary_user


@pytest.fixture
def session() -> t.Iterator[DesktopSession]:
    """A user who is logged in."""
    with temporary_user() as user, desktop_session(user) as found:
        yield found


def options(session: DesktopSession, **account: t.Any) -> dict[str, t.Any]:
    """Those of a task for one account in Evolution."""
    entry = {"user": session.user.name, "email": "mario.rossi@charter.net", **account}
    return validated({"accounts": [entry], "clients": ["evolution"]}, argument_spec(**OPTIONS))


def by_module(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The result of the module, without its warnings."""
    done = configure_all(
        params, list, local_users(desktop_hosts()), lambda warn: Task(False, "fail", warn, lambda trace: None)
    )
    assert not done.failed, done.as_result()
    return done.as_result()


def by_look(params: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """What the controller says after one look."""
    found = look(params, _run, check_mode=False)
    return None if found is None or found.to_change else found.as_result()


def _run(line: str) -> str:
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_registry_is_asked_in_the_same_look(session: DesktopSession) -> None:
    session.start_registry()
    params = options(session, full_name="Mario Rossi")
    assert by_look(params) is None
    assert by_module(params)["changed"]
    look = by_look(params)
    assert look == by_module(params)
    assert look["accounts"][0]["via"] == "session"
    assert by_look(options(session, full_name="Maria Rossi")) is None


def test_a_session_without_the_registry_is_no_obstacle(session: DesktopSession) -> None:
    params = options(session)
    assert by_module(params)["changed"]
    look = by_look(params)
    assert look == by_module(params)
    assert look["accounts"][0]["via"] == "files"


def test_what_the_registry_knows_counts_and_not_the_files(session: DesktopSession) -> None:
    params = options(session)
    assert by_module(params)["changed"]
    session.start_registry()
    for file in (session.user.home / ".config/evolution/sources").glob("*.source"):
        file.write_text(file.read_text().replace("charter.net", "example.com"))
    assert by_look(params) == by_module(params)


def test_a_password_needs_the_module(session: DesktopSession) -> None:
    session.start_registry()
    params = options(session, password="correct horse")
    assert by_module(params)["changed"]
    assert not by_module(params)["changed"]
    assert by_look(params) is None
