# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filters for Outlook take."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _input:
    description:
      - The accounts of one person, with the options of an entry of
        O(charter.mail.thunderbird_account#module:accounts), so that C(mail_accounts) of the inventory serves here, too.
      - Entries with V(absent) as their C(state) are left out. Passwords are not even looked at, so that no vault need
        be open.
      - They are checked as the modules do it; what cannot work is an error, and what is doubtful a warning.
    type: list
    elements: dict
    required: true
"""
