# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: outlook_autodiscover_xml
version_added: 0.1.0
short_description: Write an account as an Autodiscover file for Outlook
description:
  - Creates the text of an Autodiscover file. Classic Outlook on Windows reads servers, ports and login from it when a
    user adds the account by address and password.
  - Use this filter to deploy with Group Policy, Intune or M(ansible.windows.win_copy). M(charter.mail.outlook_account)
    does all of this itself.
  - Outlook finds the file by the domain of the address. One file therefore serves one account of a domain for each
    Windows user. Several accounts are an error. Use P(charter.mail.outlook_prf#filter) for them.
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
options:
  domain:
    description:
      - The mail domain of the account. If omitted, all accounts must have the same domain.
    type: str
notes:
  - Write the text in UTF-8 and name the file C(<domain>.xml), the name that P(charter.mail.outlook_reg#filter) uses.
  - Put it where only administrators can change it. Anybody who can change it can redirect the user's mail.
  - The grammar is Microsoft's. The result was not tested with a real Outlook.
seealso:
  - plugin: charter.mail.outlook_reg
    plugin_type: filter
  - plugin: charter.mail.outlook_prf
    plugin_type: filter
  - module: charter.mail.outlook_account
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Copy the settings of jo's account to the PC
  ansible.windows.win_copy:
    content: "{{ jo | charter.mail.outlook_autodiscover_xml(domain='charter.net') }}"
    dest: C:\ProgramData\Mail\charter.net.xml
  vars:
    jo: "{{ mail_accounts | selectattr('user', 'eq', 'jo') }}"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..module_utils._clients.outlook import autodiscover, one_per_domain
from ..module_utils._model import text
from ..module_utils._model.errors import OptionError
from ..plugin_utils._filters.errors import readable_errors, warn

_SPEC: t.Mapping[str, t.Any] = {"domain": {"type": "str"}}


def outlook_autodiscover_xml(accounts: t.Any, domain: t.Any = None) -> str:
    """See the documentation above."""
    with readable_errors():
        found, own = of_one_user(accounts, _SPEC, {"domain": domain})
        domains = list(dict.fromkeys(request.account.domain for request in found))
        wanted = domains[0] if own["domain"] is None else text.host_name(own["domain"], "domain")
        if wanted not in domains:
            raise OptionError("domain", f"no account has the domain {wanted}", f"write one of {', '.join(domains)}")
        if own["domain"] is None and len(domains) > 1:
            raise OptionError(
                "domain",
                f"the accounts have several domains: {', '.join(domains)}",
                "create one file for each, and name its domain",
            )
        chosen = [request for request in found if request.account.domain == wanted]
        one_per_domain.refuse_shared_domains(request.account for request in chosen)
        content = autodiscover.render(chosen[0].account)
        warn(chosen[0].warnings)
        return content.decode("utf-8")


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., str]]:
        return {"outlook_autodiscover_xml": outlook_autodiscover_xml}
