# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What worked before a change and does not work since."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._fleet.broken_by_change import regressions

DOCUMENTATION = r"""
name: regressions
version_added: 0.1.0
short_description: List what a change has broken
description:
  - Compares the results of M(charter.mail.mail_verify) from before and after a change, account by account. The playbook
    C(charter.mail.confirm) uses the result to decide what to undo.
options:
  _input:
    description:
      - The results after the change, with C(checks=all). If C(item) in a result names the client, as in a loop over
        clients, only results of the same client are compared.
    type: list
    elements: dict
    required: true
  before:
    description: The results before the change, in the same form.
    type: list
    elements: dict
    required: true
  former:
    description: The results of later tests of C(former_entry). They show whether the former settings still work.
    type: list
    elements: dict
    default: []
positional: before, former
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Show what does not work since the change
  ansible.builtin.debug:
    msg: "{{ after.results | charter.mail.regressions(before.results) | map(attribute='sentence') }}"
"""

RETURN = r"""
_value:
  description:
    - The servers that an account could use before and cannot use now, with C(client), C(user), C(email), C(protocol),
      C(endpoint), C(server), C(former_server), C(code) and C(sentence). C(former_entry) is an entry of
      C(mail_accounts), without a password, with which the former settings can be tested.
    - C(by_settings) is V(true) if the settings of this server were changed in between and have caused the failure, so
      that it is not an outage. This is the case if other settings or the former ones work now, or if the server's
      answer does not match the settings.
  type: list
  elements: dict
"""


def _regressions(after: t.Any, before: t.Any, former: t.Any = ()) -> list[dict[str, t.Any]]:
    for results in (after, before, list(former) if isinstance(former, tuple) else former):
        if not isinstance(results, list):
            raise AnsibleFilterError("charter.mail.regressions: a list of results of mail_verify is expected.")
    return regressions(after, before, former)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """By its name."""
        return {"regressions": _regressions}
