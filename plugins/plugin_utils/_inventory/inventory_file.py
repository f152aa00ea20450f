# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes an inventory of the accounts found on hosts."""

from __future__ import annotations

import textwrap
import typing as t

import yaml

from ...module_utils._model.printable import printable

_WIDTH = 118
_HEAD = """\
---
# The mail accounts that charter.mail.inventory found. Use it beside your own inventory: -i hosts.yml -i {name}
# It has no passwords: add them from a vault, as in
#   password: "{{{{ vault_mario }}}}"
# Comments say what an entry cannot express. Such an account is not listed, so nothing here changes it.
"""


class HostAccounts(t.NamedTuple):
    """What was found on a host.

    Attributes:
        entries: the entries of ``mail_accounts``.
        remarks: a sentence for each account left out, with the reason.
    """

    entries: t.Sequence[t.Mapping[str, t.Any]]
    remarks: t.Sequence[str]


def of_result(result: t.Mapping[str, t.Any] | None) -> HostAccounts:
    """What mail_account_info returned for a host; None if it returned nothing."""
    if result is None or "mail_accounts" not in result:
        return HostAccounts((), ["It was not reached, or failed."])
    remarks = [
        f"{one['user']}, {one['client']}: {one['email'] or 'no address'} ({one['protocol']}): "
        f"{'; '.join(one['not_expressed'])}."
        for one in result["accounts"]
        if one["not_expressed"]
    ]
    remarks += [
        f"{', '.join(filter(None, (one['user'], one['client'])))}: not read: {one['reason']}"
        for one in result["unreadable"]
    ]
    return HostAccounts(result["mail_accounts"], remarks)


def render(hosts: t.Mapping[str, HostAccounts], name: str) -> str:
    """The text of the inventory.

    Args:
        hosts: the results by inventory name.
        name: the file's name.
    """
    lines = [_HEAD.format(name=name).rstrip("\n"), "all:", "  hosts:"]
    for host, found in sorted(hosts.items()):
        for remark in found.remarks:
            lines += textwrap.wrap(
                printable(remark), _WIDTH, initial_indent="    # ", subsequent_indent="    #   ", break_on_hyphens=False
            )
        key = yaml.safe_dump(str(host), allow_unicode=True).removesuffix("\n").removesuffix("\n...")
        lines.append(f"    {key}:")
        if found.entries:
            entries = yaml.dump(
                [_literal(dict(entry)) for entry in found.entries], Dumper=_Dumper, sort_keys=False, allow_unicode=True
            )
            lines += ["      mail_accounts:", textwrap.indent(entries.rstrip("\n"), "        ")]
        else:  # an empty list would override the one in the administrator's own inventory
            lines.append("      # No accounts are listed: those in your own inventory count.")
    if not hosts:
        lines[-1] = "  hosts: {}"
    return "\n".join(lines) + "\n"


class _Literal(str):
    """A text that Ansible must not treat as a template, since users choose their names."""


class _Dumper(yaml.SafeDumper):
    """Indents lists, as Ansible's documentation does."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, indentless=False)


_Dumper.add_representer(_Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"'))


def _literal(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {str(key): _literal(content) for key, content in value.items()}
    if isinstance(value, str):
        return _Literal(value) if "{" in value else str(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
