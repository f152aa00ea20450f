# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: outlook_prf
version_added: 0.1.0
short_description: Write accounts as a PRF file for Outlook
description:
  - Makes the text of a PRF (Outlook Profile) file, from which classic Outlook on Windows makes accounts at its next
    start. It is for people who deploy by Group Policy, Intune or M(ansible.windows.win_copy);
    M(charter.mail.outlook_account) does it for them otherwise.
  - A PRF cannot hold a password, so that Outlook asks for it once.
positional: _input
extends_documentation_fragment:
  - charter.mail.outlook_filter
options:
  profile:
    description:
      - The name of the Outlook profile.
      - Left out, it is the C(profile) that the accounts name, and V(Outlook) if they name none.
    type: str
  existing_profile:
    description: The profile is there already. Otherwise Outlook makes one.
    type: bool
    default: false
  code_page:
    description:
      - The code page of the PC for programs without Unicode, C(cp) and its number (the value C(ACP) in
        C(HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Nls\CodePage)).
      - A text that it cannot hold is an error.
    type: str
    default: cp1252
notes:
  - Write the text in the encoding O(code_page). The line ends (CR LF) are in it. Text in English letters alone is the
    same in all of them.
  - Outlook finds the file by the registry, see P(charter.mail.outlook_reg#filter). It imports one PRF for a user, once;
    so all accounts of a person belong in one.
  - Put it where only administrators can change it, or somebody else could redirect a person's mail.
  - STARTTLS for incoming mail cannot be said in a PRF, and is an error.
  - The form is the one that others measured with Outlook 2024 for POP3. This project has no Outlook to try it with.
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
- name: Put the PRF of Jo's accounts on the PC
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
from ..module_utils._model.errors import OptionError
from ..plugin_utils._filters.errors import readable_errors, warn

_SPEC: t.Mapping[str, t.Any] = {
    "profile": {"type": "str"},
    "existing_profile": {"type": "bool", "default": False},
    "code_page": {"type": "str", "default": "cp1252"},
}
_FIRST_PROFILE = "Outlook"  # as Outlook itself calls it


def outlook_prf(accounts: t.Any, profile: t.Any = None, existing_profile: t.Any = None, code_page: t.Any = None) -> str:
    """See the documentation above."""
    with readable_errors():
        options = {"profile": profile, "existing_profile": existing_profile, "code_page": code_page}
        found, own = of_one_user(accounts, _SPEC, options)
        named = list(dict.fromkeys(request.profile for request in found if request.profile))
        if own["profile"] is None and len(named) > 1:
            raise OptionError("profile", f"the accounts name several: {', '.join(named)}", "give the filter one")
        first = sorted((request.account for request in found), key=lambda account: not account.default)
        content = prf.render(
            own["profile"] or next(iter(named), _FIRST_PROFILE),
            first,  # Outlook takes the first one as the default
            existing_profile=own["existing_profile"],
            code_page=own["code_page"],
        )
        warn(warning for request in found for warning in request.warnings)
        return content.decode(own["code_page"])


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., str]]:
        return {"outlook_prf": outlook_prf}
