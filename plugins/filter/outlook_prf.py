# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: outlook_prf
version_added: 0.1.0
short_description: Write accounts as a PRF file for Outlook
description:
  - Creates the text of a PRF (Outlook Profile) file. Classic Outlook on Windows creates accounts from it at its next
    start.
  - Use this filter to deploy with Group Policy, Intune or M(ansible.windows.win_copy). M(charter.mail.outlook_account)
    does all of this itself.
  - A PRF file cannot hold a password. Outlook asks for it once.
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
options:
  profile:
    description: The name of the Outlook profile.
    type: str
    default: Outlook
  existing_profile:
    description: Whether the profile exists. If not, Outlook creates it.
    type: bool
    default: false
  code_page:
    description:
      - The ANSI code page of the PC, as C(cp) and the number in the registry value C(ACP) of
        C(HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Nls\CodePage), such as V(cp936) or V(cp65001) (UTF-8).
      - A character that the code page does not have is an error.
    type: str
    default: cp1252
notes:
  - Write the text in the encoding O(code_page), with its line ends (CR LF). ASCII text is the same in all code pages.
    V(cp65001) is C(utf-8) without a byte order mark.
  - Outlook finds the file through the registry, see P(charter.mail.outlook_reg#filter). It imports one PRF file for
    each user, once. Put all accounts of a user into one file.
  - Put it where only administrators can change it. Anybody who can change it can redirect the user's mail.
  - A PRF file cannot express STARTTLS for incoming mail, so an account that uses it is an error.
  - The format follows tests by others with Outlook 2024 and POP3. The result was not tested with a real Outlook.
seealso:
  - plugin: charter.mail.outlook_reg
    plugin_type: filter
  - plugin: charter.mail.outlook_autodiscover_xml
    plugin_type: filter
  - module: charter.mail.outlook_account
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
# The template holds: {{ jo | charter.mail.outlook_prf }}
- name: Copy the PRF of jo's accounts to the PC
  ansible.windows.win_template:
    src: outlook.prf.j2
    dest: C:\ProgramData\Mail\jo.prf
    output_encoding: cp1252
  vars:
    jo: "{{ mail_accounts | selectattr('user', 'eq', 'jo') }}"

- name: Show a PRF that adds an account to a profile
  ansible.builtin.debug:
    msg: "{{ [{'email': 'jo.user@charter.net'}] | charter.mail.outlook_prf(profile='Outlook', existing_profile=true) }}"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..module_utils._clients.outlook import prf
from ..module_utils._windows import code_pages
from ..plugin_utils._filters.errors import readable_errors, warn

_SPEC: t.Mapping[str, t.Any] = {
    "profile": {"type": "str", "default": "Outlook"},  # as Outlook itself calls it
    "existing_profile": {"type": "bool", "default": False},
    "code_page": {"type": "str", "default": "cp1252"},
}


def outlook_prf(accounts: t.Any, profile: t.Any = None, existing_profile: t.Any = None, code_page: t.Any = None) -> str:
    """See the documentation above."""
    with readable_errors():
        options = {"profile": profile, "existing_profile": existing_profile, "code_page": code_page}
        found, own = of_one_user(accounts, _SPEC, options)
        first = sorted((request.account for request in found), key=lambda account: not account.default)
        content = prf.render(
            own["profile"],
            first,  # Outlook takes the first one as the default
            existing_profile=own["existing_profile"],
            code_page=own["code_page"],
        )
        warn(warning for request in found for warning in request.warnings)
        return content.decode(code_pages.codec(own["code_page"]) or "ascii")


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., str]]:
        return {"outlook_prf": outlook_prf}
