# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of an action: plugins/action/mail_clients.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_clients
version_added: 0.1.0
short_description: Detect the mail clients of a host
description:
  - Detects which of the mail clients that this collection can configure are installed on a host. The playbooks of this
    collection use it to decide which clients to configure.
  - Finds system packages, Snaps and Flatpaks, including the Flatpaks that a user has installed in a home directory
    below C(/home).
  - Runs one shell command on the host, which needs no Python.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  clients:
    description:
      - The clients to return, whether they are installed or not. The host is then not asked.
      - If omitted, the installed clients are returned. If none is installed, V(thunderbird) is returned with a warning.
    type: list
    elements: str
    choices: [thunderbird, evolution]
attributes:
  diff_mode:
    support: N/A
    details: The task changes nothing.
  platform:
    platforms: posix
seealso:
  - module: charter.mail.thunderbird_account
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Detect mail clients
  charter.mail.mail_clients:
  register: detected

- name: Add an account for mario where Thunderbird is installed
  charter.mail.thunderbird_account:
    user: mario
    email: mario.rossi@charter.net
  become: true
  when: "'thunderbird' in detected.clients"
"""

RETURN = r"""
clients:
  description: The clients to configure.
  returned: success
  type: list
  elements: str
  sample: [thunderbird, evolution]
"""
