# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all modules for a client on Linux have, in addition to the accounts."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  when_running:
    description:
      - What to do when a change is needed while the user's client is running. It is never closed or started.
      - V(fail) fails for this user. V(skip) leaves the user's accounts unchanged, with a warning. V(wait) waits for
        O(wait_seconds) and then fails.
    type: str
    choices: [fail, skip, wait]
    default: fail
  wait_seconds:
    description: How many seconds to wait with O(when_running=wait).
    type: int
    default: 60
  lock_timeout:
    description:
      - How many seconds to wait for another run of this collection that changes the same client of the same user.
      - After that, the accounts of this user fail with this reason.
    type: int
    default: 30
  backup:
    description: Keep a backup copy of each settings file, in the same folder, before it is changed.
    type: bool
    default: true
  exclusive:
    description:
      - Also remove accounts that are not listed, with their stored passwords. Mail files are kept.
      - V(charter) removes IMAP and POP3 accounts whose incoming server belongs to one of the presets of O(provider).
        V(ours) removes the accounts that this collection has set up, on any server.
      - Accounts are only removed from users who have an account with O(state=present) in the list. An account counts as
        listed if an entry of its user has its protocol and its address or login.
      - In Thunderbird, only the profiles of the entries are searched.
    type: str
    choices: [charter, ours]
"""
