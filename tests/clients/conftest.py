# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provides Ansible, local users, the mail lab and a setup with Evolution."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.fixtures import anna, ansible, mario
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser
from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from . import evolution
from .evolution_setup import EvolutionSetup

__all__ = ["anna", "ansible", "evolution_setup", "mail_lab", "mail_user", "mario"]


@pytest.fixture
def evolution_setup(ansible: Ansible, mario: LocalUser, mail_lab: MailLab, mail_user: MailUser) -> EvolutionSetup:
    """Mario's setup, on a machine with the real Evolution."""
    evolution.require()
    return EvolutionSetup(ansible, mario, mail_lab, mail_user)
