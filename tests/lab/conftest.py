# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provides the lab's fixtures."""

from __future__ import annotations

from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user

__all__ = ["mail_lab", "mail_user"]
