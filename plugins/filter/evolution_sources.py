# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: evolution_sources
version_added: 0.1.0
short_description: Write accounts as files for Evolution
description:
  - Creates the texts of the files that Evolution keeps for accounts, for computers that no play reaches.
  - M(charter.mail.evolution_account) writes the same files, and also merges them with existing ones.
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
notes:
  - Copy them to C(~/.config/evolution/sources) while the user is logged out. Evolution asks for the password.
seealso:
  - module: charter.mail.mail_render
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Write the files of luca's accounts
  ansible.builtin.copy:
    content: "{{ item.value }}"
    dest: "luca/{{ item.key }}"
    mode: "0600"
  delegate_to: localhost
  loop: "{{ luca | charter.mail.evolution_sources | dict2items }}"
  vars:
    luca: "{{ mail_accounts | selectattr('user', 'eq', 'luca') }}"
"""

RETURN = r"""
_value:
  description: The text of each file, by its name.
  type: dict
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..plugin_utils._filters.errors import readable_errors, warn
from ..plugin_utils._render import evolution

_SPEC: t.Mapping[str, t.Any] = {}


def evolution_sources(accounts: t.Any) -> dict[str, str]:
    """See the documentation above."""
    with readable_errors():
        found, _own = of_one_user(accounts, _SPEC, {})
        chosen = sorted((request.account for request in found), key=lambda account: not account.default)
        warn(warning for request in found for warning in request.warnings)
        return evolution.render(chosen)


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., dict[str, str]]]:
        return {"evolution_sources": evolution_sources}
