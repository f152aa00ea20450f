# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection knows about a mail client before it opens one."""

from __future__ import annotations

import enum
import typing as t

if t.TYPE_CHECKING:
    from .client import Client
    from .unlisted import FindUnlisted


class System(enum.Enum):
    """The operating system of a host."""

    LINUX = "linux"
    WINDOWS = "windows"


class OpenClient(t.Protocol):
    """Opens a client of one user of a Linux host; raises MailError.

    Args:
        host: a ``UserHost``, or what the client's module derives from it.
        profile: the option ``profile``; None for a client without profiles.
        options: values for all of the entry's ``options``, ``wait_seconds`` and ``backup``; if the task has a key,
            also ``seal``, the ``Seal`` of the user's password stores.
    """

    def __call__(self, host: t.Any, profile: str | None, options: t.Mapping[str, t.Any]) -> Client[t.Any]:
        """Open the client."""


class ClientEntry(t.NamedTuple):
    """A client in the registry.

    Attributes:
        name: its name in options, such as ``thunderbird``.
        title: its name in messages.
        module: the module that configures it.
        system: the operating system it runs on.
        programs: paths of which at least one exists if the client is installed; POSIX shell patterns.
        options: the module's own options, in AnsibleModule's form.
        profiles: the client has profiles, which the option ``profile`` can name.
        open: None for a client that only an action on the controller can open.
        load_unlisted: imports the search for accounts that are not listed, which few tasks need; None for a client that
            only an action can open: the action has the search.
    """

    name: str
    title: str
    module: str
    system: System
    programs: tuple[str, ...] = ()
    options: t.Mapping[str, t.Any] = {}
    profiles: bool = False
    open: OpenClient | None = None
    load_unlisted: t.Callable[[], FindUnlisted] | None = None

    def defaults(self) -> dict[str, t.Any]:
        """The defaults of its options."""
        return {name: option.get("default") for name, option in self.options.items()}


_FLATPAK_FOLDERS = ("/var/lib/flatpak/app", "~/.local/share/flatpak/app", "/home/*/.local/share/flatpak/app")


def flatpaks(*identifiers: str) -> tuple[str, ...]:
    """The folders of installed Flatpaks: the system's, and those in home directories."""
    return tuple(f"{folder}/{identifier}" for folder in _FLATPAK_FOLDERS for identifier in identifiers)
