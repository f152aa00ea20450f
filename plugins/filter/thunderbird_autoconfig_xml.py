# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: thunderbird_autoconfig_xml
version_added: 0.1.0
short_description: Write accounts as an autoconfig file for Thunderbird
description:
  - Creates the text of an autoconfig file (C(config-v1.1.xml)). Thunderbird and other clients read servers, ports and
    login from it after a user has entered an address.
  - The file serves everybody with an address of the domain. Clients look for it at
    C(https://DOMAIN/.well-known/autoconfig/mail/config-v1.1.xml).
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
options:
  domain:
    description: The mail domain. If omitted, all accounts must have the same domain.
    type: str
  display_name:
    description: The name that the client shows for the provider. If empty, the domain.
    type: str
    default: ""
notes:
  - The login must be the address or a part of it, because the file serves all users. Any other login is an error.
seealso:
  - module: charter.mail.mail_render
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Copy the file to the web server of the domain
  ansible.builtin.copy:
    content: "{{ mail_accounts | charter.mail.thunderbird_autoconfig_xml(domain='example.com') }}"
    dest: /var/www/html/.well-known/autoconfig/mail/config-v1.1.xml
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The text of the file, XML in UTF-8.
  type: str
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..module_utils._model import text
from ..module_utils._model.errors import OptionError
from ..plugin_utils._filters.errors import readable_errors, warn
from ..plugin_utils._render import autoconfig

_SPEC: t.Mapping[str, t.Any] = {"domain": {"type": "str"}, "display_name": {"type": "str", "default": ""}}


def thunderbird_autoconfig_xml(accounts: t.Any, domain: t.Any = None, display_name: t.Any = None) -> str:
    """See the documentation above."""
    with readable_errors():
        found, own = of_one_user(accounts, _SPEC, {"domain": domain, "display_name": display_name})
        chosen = sorted((request.account for request in found), key=lambda account: not account.default)
        domains = sorted({account.domain for account in chosen})
        wanted = domains[0] if own["domain"] is None else text.host_name(own["domain"], "domain")
        if wanted not in domains or (own["domain"] is None and len(domains) > 1):
            raise OptionError("domain", f"the accounts are of {', '.join(domains)}", "name one of these domains")
        of_domain = [account for account in chosen if account.domain == wanted]
        warn(warning for request in found for warning in request.warnings)
        return autoconfig.render(wanted, of_domain, display_name=own["display_name"])


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., str]]:
        return {"thunderbird_autoconfig_xml": thunderbird_autoconfig_xml}
