# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provides Ansible, local users, their sessions, the mail lab, a network without servers and a setup with Evolution."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import LocalDesktop
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.fixtures import anna, ansible, mario
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from . import evolution, thunderbird
from .desktop_session import DesktopSession, desktop_session
from .dropping_network import Network, dropping_network
from .evolution_setup import EvolutionSetup
from .user_desktop import run_command

__all__ = [
    "anna",
    "ansible",
    "desktop",
    "evolution_setup",
    "home",
    "mail_lab",
    "mail_user",
    "mario",
    "network",
    "session",
]


@pytest.fixture
def evolution_setup(ansible: Ansible, mario: LocalUser, mail_lab: MailLab, mail_user: MailUser) -> EvolutionSetup:
    """Mario's setup, on a machine with the real Evolution."""
    evolution.require()
    return EvolutionSetup(ansible, mario, mail_lab, mail_user)


@pytest.fixture
def session(mario: LocalUser) -> t.Iterator[DesktopSession]:
    """Mario is logged in."""
    with desktop_session(mario) as session:
        yield session


@pytest.fixture
def desktop(session: DesktopSession) -> t.Iterator[LocalDesktop]:
    """Mario's desktop. Root acted as Mario when it connected to the bus, which decides who it is there."""
    user = local_user.find(session.user.name)
    with LocalDesktop(user, run_command) as desktop:
        with local_user.acting_as(user):
            assert desktop.bus() is not None
        yield desktop


@pytest.fixture(scope="module")
def network() -> t.Iterator[Network]:
    """A network that drops all packets, on a machine with the real Thunderbird."""
    thunderbird.require()
    with dropping_network() as found:
        yield found


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    """The home of nobody in particular, still to be made."""
    return tmp_path / "home"
