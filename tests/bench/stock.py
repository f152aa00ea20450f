# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same settings by Ansible's own modules: as one does it first, and as well as one can.

Both know nothing of an account that is there already, of numbers that are taken, of a password, of a running
Thunderbird, and of profiles that Thunderbird has made. The settings are those that the collection itself writes.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import configure, profile_choice
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account

from .measure import Task

_PROFILE = "charter.default"
_INI = """\
[Profile0]
Name=default
IsRelative=1
Path=charter.default
Default=1

[General]
StartWithLastProfile=1
Version=2
"""


def naive(home: str, user: str, account: Account) -> list[Task]:
    """A line at a time, each setting by a task of its own, as a loop does it.

    Args:
        home: the user's home.
        user: whose files these are.
        account: as it shall be.
    """
    folder = f"{home}/.thunderbird"
    owned = {"owner": user, "group": user}
    tasks: list[Task] = [
        {"ansible.builtin.stat": {"path": f"{folder}/profiles.ini"}},
        {"ansible.builtin.file": {"path": folder, "state": "directory", "mode": "0700", **owned}},
        {"ansible.builtin.file": {"path": f"{folder}/{_PROFILE}", "state": "directory", "mode": "0700", **owned}},
    ]
    loop = [{"pattern": rf'^user_pref\("{re.escape(key)}",', "line": line} for key, line in _lines(account)]
    prefs = {"path": f"{folder}/{_PROFILE}/prefs.js", "create": True, "mode": "0600", **owned}
    tasks.append(_loop(prefs, loop))
    ini = {"path": f"{folder}/profiles.ini", "create": True, "mode": "0600", **owned}
    entries = [line for line in _INI.splitlines() if line]
    tasks.append(_loop(ini, [{"pattern": f"^{re.escape(line.partition('=')[0])}", "line": line} for line in entries]))
    compatibility = {"path": f"{folder}/{_PROFILE}/compatibility.ini", "create": True, "mode": "0600", **owned}
    entries = profile_choice.COMPATIBILITY.decode().splitlines()
    tasks.append(_loop(compatibility, [{"pattern": f"^{re.escape(line)}", "line": line} for line in entries]))
    return tasks


def templates(home: str, user: str, account: Account, folder: str) -> list[Task]:
    """A template for each of the two files that matter, after the folder for them.

    Args:
        home: the user's home.
        user: whose files these are.
        account: as it shall be.
        folder: on the controller, for the templates.
    """
    place = f"{home}/.thunderbird"
    owned = {"owner": user, "group": user}
    for name, content in (("prefs.js", "".join(f"{line}\n" for _key, line in _lines(account))), ("profiles.ini", _INI)):
        with open(f"{folder}/{name}.j2", "w", encoding="utf-8") as file:
            file.write(content)
    prefs, ini = f"{place}/{_PROFILE}/prefs.js", f"{place}/profiles.ini"
    return [
        {"ansible.builtin.file": {"path": f"{place}/{_PROFILE}", "state": "directory", "mode": "0700", **owned}},
        {"ansible.builtin.template": {"src": f"{folder}/prefs.js.j2", "dest": prefs, "mode": "0600", **owned}},
        {"ansible.builtin.template": {"src": f"{folder}/profiles.ini.j2", "dest": ini, "mode": "0600", **owned}},
    ]


def _lines(account: Account) -> list[tuple[str, str]]:
    settings, _ids = configure.present({}, account)
    return [(key, f'user_pref("{key}", {json.dumps(value)});') for key, value in sorted(settings.items())]


def _loop(options: t.Mapping[str, t.Any], entries: t.Sequence[t.Mapping[str, str]]) -> Task:
    line = {**options, "regexp": "{{ item.pattern }}", "line": "{{ item.line }}"}
    return {"ansible.builtin.lineinfile": line, "loop": entries, "loop_control": {"label": "{{ item.line }}"}}
