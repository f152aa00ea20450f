# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Offers Ansible, the mail lab and the PC."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.lab.fixtures import mail_lab, mail_user
from ansible_collections.charter.mail.tests.wine.fixtures import office_pc, windows

__all__ = ["ansible", "mail_lab", "mail_user", "office_pc", "windows"]


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    """Ansible on this machine, to which the PC is a host."""
    return Ansible(tmp_path, quick=True)
