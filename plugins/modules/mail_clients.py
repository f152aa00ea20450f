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
  - Returns the mail clients of a host that this collection can configure. The playbook C(charter.mail.confirm) uses it.
  - On Linux, it searches for native programs, Snaps and Flatpaks. It finds Flatpaks of the system and those that users
    have installed in a home directory in C(/home). It runs one shell command and needs no Python on the host.
  - On Windows, the only client is Outlook, and no command is run.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  clients:
    description:
      - The clients to return, whether installed or not. Clients for other systems are ignored.
      - If none of them is for the host's system, the option has no effect.
    type: list
    elements: str
    choices: [thunderbird, evolution, outlook]
  installed:
    description:
      - Return only the clients that are installed. If none is, return V(thunderbird), with a warning.
      - If V(false), return all clients for the host's system.
    type: bool
    default: true
attributes:
  diff_mode:
    support: N/A
    details: The task changes nothing.
  platform:
    platforms: posix, windows
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
system:
  description:
    - The operating system of the host, V(linux) or V(windows).
    - The variable C(mail_system) sets it. Without that variable, hosts that Ansible reaches by winrm or psrp, or with
      C(ansible_shell_type) set to V(cmd) or V(powershell), are Windows hosts.
  returned: success
  type: str
  sample: linux
"""
