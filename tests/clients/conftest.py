# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Offers Ansible, local users, the mail lab and a desk with Evolution."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.fixtures import anna, ansible, mario
from ansible_collections.charter.mail.tests.integration.people import Person
from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from . import evolution
from .evolution_desk import Desk

__all__ = ["anna", "ansible", "evolution_desk", "mail_lab", "mail_user", "mario"]


@pytest.fixture
def evolution_desk(ansible: Ansible, mario: Person, mail_lab: MailLab, mail_user: MailUser) -> Desk:
    """Mario's, on a machine that has the real Evolution."""
    evolution.require()
    return Desk(ansible, mario, mail_lab, mail_user)
