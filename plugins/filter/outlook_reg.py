# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: outlook_reg
version_added: 0.1.0
short_description: Write a registry file that makes Outlook use a PRF and Autodiscover files
description:
  - Creates the text of a C(.reg) file. Once it is imported, classic Outlook (2016 to Microsoft 365) on Windows uses the
    files that P(charter.mail.outlook_prf#filter) and P(charter.mail.outlook_autodiscover_xml#filter) create, wherever
    they are on the PC.
  - Use this filter to deploy with Group Policy, Intune or M(ansible.windows.win_copy). M(charter.mail.outlook_account)
    does all of this itself.
  - Import it once. Outlook deletes the value C(ImportPRF) after it has imported the PRF file. B(If the C(.reg) file is
    imported again, as by a logon script, ImportPRF is back, and Outlook may create the accounts twice.)
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
options:
  prf:
    description: The full path of the PRF file on the PC, without variables. Either this or O(xml_folder) is required.
    type: str
  xml_folder:
    description:
      - The full path of the folder on the PC that has a file C(<domain>.xml) for each domain of the accounts.
      - One file cannot serve several accounts of a domain. With O(prf), such a domain is skipped here, with a warning.
        Without O(prf), it is an error.
    type: str
  sid:
    description:
      - The SID of the Windows user whose registry hive is changed. The user must be logged on when an administrator
        imports the file.
      - If omitted, the file changes C(HKEY_CURRENT_USER), the hive of the user who imports it.
    type: str
notes:
  - Write the text in UTF-16LE with a byte order mark (C(utf-16) in Ansible and Python), as Windows does, and with its
    line ends (CR LF).
  - Use paths where only administrators can change files. Anybody who can change them can redirect the user's mail.
  - The result was tested with C(reg.exe) of Wine, but not with a real Outlook.
seealso:
  - plugin: charter.mail.outlook_prf
    plugin_type: filter
  - plugin: charter.mail.outlook_autodiscover_xml
    plugin_type: filter
  - module: charter.mail.outlook_account
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
# The template holds: {{ jo | charter.mail.outlook_reg(prf='C:\\ProgramData\\Mail\\jo.prf') }}
- name: Copy the registry file for jo to the PC
  ansible.windows.win_template:
    src: outlook.reg.j2
    dest: C:\ProgramData\Mail\jo.reg
    output_encoding: utf-16
  vars:
    jo: "{{ mail_accounts | selectattr('user', 'eq', 'jo') }}"
"""

RETURN = r"""
_value:
  description: The text of the file, without a byte order mark.
  type: str
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..module_utils._clients.outlook import deployment, one_per_domain
from ..module_utils._windows import reg_file
from ..plugin_utils._filters.errors import readable_errors, warn

_SPEC: t.Mapping[str, t.Any] = {"prf": {"type": "str"}, "xml_folder": {"type": "str"}, "sid": {"type": "str"}}


def outlook_reg(accounts: t.Any, prf: t.Any = None, xml_folder: t.Any = None, sid: t.Any = None) -> str:
    """See the documentation above."""
    with readable_errors():
        found, own = of_one_user(accounts, _SPEC, {"prf": prf, "xml_folder": xml_folder, "sid": sid})
        there = [request.account for request in found]
        content = reg_file.render(
            deployment.writes(there, sid=own["sid"], prf=own["prf"], xml_folder=own["xml_folder"])
        )
        warn(warning for request in found for warning in request.warnings)
        if own["xml_folder"] is not None:
            warn(
                f"{domain} is left to the PRF: one file for Autodiscover cannot serve {' and '.join(map(str, members))}"
                for domain, members in one_per_domain.shared_domains(there).items()
            )
        return content.decode("utf-16")


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., str]]:
        return {"outlook_reg": outlook_reg}
