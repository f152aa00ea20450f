# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: apple_mobileconfig
version_added: 0.1.0
short_description: Write accounts as a configuration profile for Apple Mail
description:
  - Creates the text of a configuration profile. A Mac, iPhone or iPad sets up the accounts in Mail when its user
    installs the profile.
  - The same accounts get the same identifiers each time. A new profile therefore replaces the one that is installed.
  - Passwords in a profile are in plain text, so this profile has none. The device asks for the password once.
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
options:
  identifier:
    description: The distributor of the profile, in reverse-DNS style. It is part of the profile's identifiers.
    type: str
    default: charter.mail
  organization:
    description: The name of the organization that the device shows.
    type: str
    default: ""
notes:
  - The profile is not signed, and devices say so. Sign it with C(openssl cms -sign -outform der).
  - A profile only specifies whether TLS is used. It cannot specify STARTTLS or TLS from the first byte, or how long
    POP3 mail stays on the server.
  - The keys are those of Apple's documentation. The result was not tested with a real device.
seealso:
  - module: charter.mail.mail_render
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Write a profile for mario's phone
  ansible.builtin.copy:
    content: "{{ mario | charter.mail.apple_mobileconfig(identifier='com.example', organization='Example') }}"
    dest: mario.mobileconfig
    mode: "0644"
  delegate_to: localhost
  vars:
    mario: "{{ mail_accounts | selectattr('user', 'eq', 'mario') }}"
"""

RETURN = r"""
_value:
  description: The text of the file, XML in UTF-8.
  type: str
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..plugin_utils._filters.errors import readable_errors, warn
from ..plugin_utils._render import apple_profile

_SPEC: t.Mapping[str, t.Any] = {
    "identifier": {"type": "str", "default": "charter.mail"},
    "organization": {"type": "str", "default": ""},
}


def apple_mobileconfig(accounts: t.Any, identifier: t.Any = None, organization: t.Any = None) -> str:
    """See the documentation above."""
    with readable_errors():
        found, own = of_one_user(accounts, _SPEC, {"identifier": identifier, "organization": organization})
        chosen = sorted((request.account for request in found), key=lambda account: not account.default)
        warn(warning for request in found for warning in request.warnings)
        return apple_profile.render(chosen, identifier=own["identifier"], organization=own["organization"]).decode(
            "utf-8"
        )


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., str]]:
        return {"apple_mobileconfig": apple_mobileconfig}
