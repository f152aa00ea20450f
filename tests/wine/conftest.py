# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Offers Ansible, the mail lab and the PC."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.integration.fixtures import ansible
from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user
from ansible_collections.charter.mail.tests.wine.fixtures import office_pc, windows

__all__ = ["ansible", "mail_lab", "mail_user", "office_pc", "windows"]
