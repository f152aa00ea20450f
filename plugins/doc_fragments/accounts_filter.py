# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of the filters that write accounts for a client."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _input:
    description:
      - The accounts of one user, with the options of an entry of O(charter.mail.mail_accounts#module:accounts). The
        entries of C(mail_accounts) in the inventory can be used as they are.
      - Entries with C(state=absent) are skipped. Passwords are not read, so no vault password is needed.
      - Accounts are validated as in the modules. Settings that cannot work are an error. Doubtful settings give a
        warning.
    type: list
    elements: dict
    required: true
"""
