# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account settings for devices that no play reaches. The documentation is in plugins/modules/mail_render.py."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.template import Templar

from ..module_utils._model.errors import MailError
from ..module_utils._model.printable import printable
from ..plugin_utils._accounts import no_accounts
from ..plugin_utils._render import folder
from ..plugin_utils._render.people import people
from ..plugin_utils._render.text_files import TextFiles

_OPTIONS: t.Mapping[str, t.Any] = {
    "folder": {"type": "path", "required": True},
    "clients": {"type": "list", "elements": "str", "choices": list(folder.CLIENTS), "default": list(folder.CLIENTS)},
    "identifier": {"type": "str", "default": "charter.mail"},
    "organization": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """The action plugin."""

    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_render.py."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(dict(_OPTIONS))[1]  # type: ignore[no-untyped-call]
        warnings: dict[str, None] = {}
        try:
            found = people(self._lists(task_vars or {}), lambda text: warnings.setdefault(printable(text)))
            written, pages = folder.files(
                found, options["clients"], identifier=options["identifier"], organization=options["organization"]
            )
        except MailError as error:
            return _failed(result, str(error))
        if not found:
            warnings[f"No host of the play has mail accounts in the variable {no_accounts.VARIABLE}."] = None
            written = {}
        try:
            files = TextFiles(options["folder"])
            changed = files.differing(written)
            if self._task.diff:
                result["diff"] = [files.diff(path, written[path]) for path in changed]
            if not self._task.check_mode:
                for path in changed:
                    files.write(path, written[path])
        except OSError as error:
            return _failed(result, f"{options['folder']} cannot be written: {error.strerror}. Name another folder.")
        return {
            **result,
            "changed": bool(changed),
            "files": changed,
            "people": [
                {
                    "name": page.name,
                    "accounts": [account.email for account in page.accounts],
                    "not_expressed": {name: list(part.missing) for name, part in page.clients.items()},
                }
                for page in pages
            ],
            **({"warnings": list(warnings)} if warnings else {}),
        }

    def _lists(self, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The ``mail_accounts`` entries of each host of the play that has any."""
        found = {host: self._entries(variables["hostvars"], host) for host in variables["ansible_play_hosts_all"]}
        return {host: entries for host, entries in found.items() if entries}

    def _entries(self, hostvars: t.Any, host: str) -> t.Any:
        """A host's entries. Passwords are removed before templates are resolved, so the vault is not needed."""
        raw = hostvars.raw_get(host)
        entries = raw.get(no_accounts.VARIABLE)
        if not isinstance(entries, list) or not all(isinstance(entry, t.Mapping) for entry in entries):
            return hostvars[host].get(no_accounts.VARIABLE)
        bare = [{name: value for name, value in entry.items() if name != "password"} for entry in entries]
        templar = Templar(loader=self._loader, variables={**raw, "hostvars": hostvars})
        return templar.template(bare)


def _failed(result: t.Mapping[str, t.Any], message: str) -> dict[str, t.Any]:
    """A failed result, not an exception, to which Ansible would add its own text and the cause again."""
    return {**result, "failed": True, "changed": False, "msg": printable(message)}
