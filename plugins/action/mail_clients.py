# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mail clients a host gets settings for; its documentation is in plugins/modules/mail_clients.py.

An action, as a look for a few files does not need a Python on the host: one command of its shell does it in a seventh
of the time of the cheapest module.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._clients.evolution import locations as evolution
from ..module_utils._clients.thunderbird import locations as thunderbird
from ..plugin_utils._windows.task_connection import reaches_windows

_FLATPAKS = ("/var/lib/flatpak/app", "~/.local/share/flatpak/app", "/home/*/.local/share/flatpak/app")


def _flatpaks(*identifiers: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{identifier}" for folder in _FLATPAKS for identifier in identifiers)


# What a host has where a client is installed, any of it; the shell's patterns are allowed.
TRACES: t.Mapping[str, t.Sequence[str]] = {
    "thunderbird": (
        "/usr/bin/thunderbird",
        "/usr/local/bin/thunderbird",
        *thunderbird.NATIVE_PROGRAMS,
        thunderbird.SNAP_PROGRAM,
        *_flatpaks(*thunderbird.FLATPAK_IDS),
    ),
    "evolution": ("/usr/bin/evolution", "/usr/local/bin/evolution", *_flatpaks(evolution.FLATPAK_ID)),
}
# Where none is installed: a host that is being set up gets its Thunderbird later.
OTHERWISE = "thunderbird"
NONE_INSTALLED = (
    "No mail client is installed on this host. Thunderbird is taken to be meant, for the day on which it is; name"
    " others by the option clients, or the variable mail_clients of the playbooks."
)


def look(traces: t.Mapping[str, t.Sequence[str]]) -> str:
    """A command for any POSIX shell that prints the name of each client of which there is a trace, one a line."""
    loops = [
        f'for path in {" ".join(paths)}; do if [ -e "$path" ]; then echo {name}; break; fi; done'
        for name, paths in traces.items()
    ]
    return "; ".join(loops)


def seen(output: str) -> list[str]:
    """The names in what the command has printed, in the order of TRACES; a shell may have said other things, too."""
    lines = {line.strip() for line in output.splitlines()}
    return [name for name in TRACES if name in lines]


class ActionModule(ActionBase):
    """The plugin."""

    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """See plugins/modules/mail_clients.py."""
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        spec = {"clients": {"type": "list", "elements": "str", "choices": list(TRACES)}}
        _valid, options = self.validate_argument_spec(spec)  # type: ignore[no-untyped-call]
        if options["clients"] is not None:
            return {**result, "changed": False, "clients": options["clients"]}
        if reaches_windows(self):
            raise AnsibleActionFail("A Windows host cannot be asked for mail clients: name them.")
        done = self._low_level_execute_command(look(TRACES))  # type: ignore[no-untyped-call]
        if done["rc"] != 0:
            raise AnsibleActionFail(f"Cannot look for mail clients: {done['stderr'].strip() or done['stdout'].strip()}")
        found = seen(done["stdout"])
        if not found:
            result["warnings"] = [NONE_INSTALLED]
        return {**result, "changed": False, "clients": found or [OTHERWISE]}
