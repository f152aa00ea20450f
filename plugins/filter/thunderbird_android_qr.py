# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: thunderbird_android_qr
version_added: 0.1.0
short_description: Write accounts as QR codes for Thunderbird for Android
description:
  - Creates the texts of the QR codes from which Thunderbird for Android imports accounts (Settings, Import settings,
    Scan QR code). One code holds three accounts at most.
  - The codes contain no password. The phone asks for it.
positional: _input
extends_documentation_fragment:
  - charter.mail.accounts_filter
notes:
  - The texts are JSON. Any QR code program, such as C(segno) or C(qrencode), can create pictures of them.
  - The grammar is version 1 of Thunderbird's format. The result was not tested with a real phone.
seealso:
  - module: charter.mail.mail_render
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Show the code of mario's accounts in the terminal
  ansible.builtin.command:
    argv: [qrencode, -t, UTF8, "{{ (mario | charter.mail.thunderbird_android_qr) | first }}"]
  delegate_to: localhost
  changed_when: false
  vars:
    mario: "{{ mail_accounts | selectattr('user', 'eq', 'mario') }}"
"""

RETURN = r"""
_value:
  description: The text of each code, in the order in which to scan them.
  type: list
  elements: str
"""

import typing as t

from ..module_utils._ansible.account_list import of_one_user
from ..plugin_utils._filters.errors import readable_errors, warn
from ..plugin_utils._render import android

_SPEC: t.Mapping[str, t.Any] = {}


def thunderbird_android_qr(accounts: t.Any) -> list[str]:
    """See the documentation above."""
    with readable_errors():
        found, _own = of_one_user(accounts, _SPEC, {})
        chosen = sorted((request.account for request in found), key=lambda account: not account.default)
        warn(warning for request in found for warning in request.warnings)
        return android.payloads(chosen)


class FilterModule:
    """Ansible's filter plugin."""

    def filters(self) -> t.Mapping[str, t.Callable[..., list[str]]]:
        return {"thunderbird_android_qr": thunderbird_android_qr}
