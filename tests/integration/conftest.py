# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provides Ansible, local users and the mail lab."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.integration.fixtures import anna, ansible, mario
from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user

__all__ = ["anna", "ansible", "mail_lab", "mail_user", "mario"]
