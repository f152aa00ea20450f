# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of an action: plugins/action/mail_clients.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_clients
version_added: 0.1.0
short_description: See which mail clients a host has
description:
  - Looks which of the mail clients that this collection can configure are installed on a host. The playbooks of this
    collection use it to decide which clients get the accounts.
  - Looked for are programs of the system, Snaps, and Flatpaks, both those of the system and those that a person has
    installed in a home directory in C(/home). It is one command of the host's shell; Python is not needed there.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  clients:
    description:
      - The clients that are meant, whether installed or not. The host is not asked then.
      - Left out, it is those that are installed; where none is, V(thunderbird), with a warning.
    type: list
    elements: str
    choices: [thunderbird, evolution]
attributes:
  diff_mode:
    support: N/A
    details: It changes nothing.
  platform:
    platforms: posix
seealso:
  - module: charter.mail.thunderbird_account
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: See which mail clients this host has
  charter.mail.mail_clients:
  register: here

- name: Give mario an account in Thunderbird, where there is one
  charter.mail.thunderbird_account:
    user: mario
    email: mario.rossi@charter.net
  become: true
  when: "'thunderbird' in here.clients"
"""

RETURN = r"""
clients:
  description: The clients that are meant.
  returned: success
  type: list
  elements: str
  sample: [thunderbird, evolution]
"""
