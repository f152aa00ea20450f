# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of an action: plugins/action/mail_render.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_render
version_added: 0.1.0
short_description: Write account settings for devices that no play reaches
description:
  - Writes a folder on the controller with a subfolder for each person. A page in it explains what to do on each device.
  - A person's folder has a configuration profile for Apple Mail, QR codes for Thunderbird for Android, files for
    Evolution, and a PRF and Autodiscover files for classic Outlook.
  - Also writes an autoconfig file for each domain, in the folders that the domain's web server needs. Thunderbird sets
    up an account from it by the address.
  - Nothing is written to hosts, and no connection is made. No file contains a password.
  - Files of people who are no longer listed are kept.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  folder:
    description: The folder on the controller. It is created if it does not exist.
    type: path
    required: true
  clients:
    description: The clients to write files for.
    type: list
    elements: str
    choices: [apple, thunderbird, android, outlook, evolution]
    default: [apple, thunderbird, android, outlook, evolution]
  identifier:
    description: The distributor of Apple's profiles, in reverse-DNS style. It is part of their identifiers.
    type: str
    default: charter.mail
  organization:
    description: The name that pages and devices show.
    type: str
    default: ""
attributes:
  platform:
    platforms: posix, windows
    details: The hosts are not contacted.
requirements:
  - segno on the controller, for O(clients=android)
notes:
  - The accounts are those in the variable C(mail_accounts) of all hosts of the play. Use C(run_once).
  - Somebody with accounts on several hosts gets one folder. The accounts must have the same settings everywhere.
  - The formats follow the documentation of Apple, Mozilla and Microsoft. Only the autoconfig files and those for
    Evolution were tested with the real program.
seealso:
  - plugin: charter.mail.apple_mobileconfig
    plugin_type: filter
  - plugin: charter.mail.thunderbird_autoconfig_xml
    plugin_type: filter
  - plugin: charter.mail.thunderbird_android_qr
    plugin_type: filter
  - plugin: charter.mail.evolution_sources
    plugin_type: filter
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Write the settings of all people for phones and private computers
  charter.mail.mail_render:
    folder: out
    organization: Example Ltd
    identifier: com.example
  run_once: true
"""

RETURN = r"""
people:
  description: The people, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The address that names the folder.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    accounts:
      description: The addresses.
      type: list
      elements: str
      returned: always
      sample: [mario.rossi@charter.net]
    not_expressed:
      description: What the files cannot express, in sentences, by client. The person's page shows these sentences, too.
      type: dict
      returned: always
      sample: {"android": [], "apple": []}
files:
  description: The files that were written, or would be written in check mode, as paths in O(folder).
  returned: success
  type: list
  elements: str
  sample: [index.html, mario.rossi@charter.net/index.html]
"""
