# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop of one local user on a host: running programs, the message bus, stored desktop settings.

No method starts a program on the user's screen, opens a prompt, or activates a service that is not running.
"""

from __future__ import annotations

import typing as t

from .process import Process
from .user_host import UserHost


class Bus(t.Protocol):
    """A connection to a D-Bus message bus (D-Bus Specification 0.42).

    Values are those of Python: str for s, o and g; bool for b; int for y, n, q, i, u, x and t; float for d; bytes for
    ay; list for other arrays; dict for a{..}; tuple for (..). For v, ``(signature, value)`` is sent and the bare value
    received.
    """

    def has_owner(self, name: str) -> bool:
        """Whether a running program owns the service name. Starts none."""

    def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *arguments: t.Any,
        returns: str = "",
    ) -> tuple[t.Any, ...]:
        """Call a method and wait for the answer for a limited time. Starts no service.

        Args:
            destination: the service.
            path: the object.
            interface: the method's interface.
            member: the method.
            signature: the types of the arguments.
            arguments: one value per type.
            returns: the types of the returned values. The content of a variant can be of any type.

        Raises:
            BusError: the answer is an error or has other types, there is no such service, or no answer arrives.
        """


class Desktop(t.Protocol):
    """The desktop of one local user, used with the rights of that user."""

    def processes(self, name: str) -> t.Sequence[Process]:
        """The user's running programs whose executable has this name.

        The first result may be a second old, so that many users share one scan of the host; later ones are current.
        """

    def bus(self, address: str | None = None) -> Bus | None:
        """The message bus at this address (default: that of the user's session); None if there is none.

        The connection stays open until this user's run ends; a second call returns the same one.

        Raises:
            HostError: the bus exists, but refuses the connection or does not answer.
        """

    def setting(self, path: str) -> str | None:
        """A text in the user's desktop settings (dconf), such as ``/org/gnome/evolution/default-mail-account``.

        None if the user has not set it.

        Raises:
            DamagedFileError: the settings cannot be read.
        """

    def lock(self, path: str) -> str | None:
        """The file with which the site locks a setting, which overrides the user's value; None if it is not locked."""

    def store_setting(self, path: str, value: str | None, schema: str | None = None) -> None:
        """Store a text, through the user's session if there is one; None resets the setting.

        Args:
            path: as above.
            value: the text.
            schema: the GSettings schema of these settings, for hosts without the dconf tool.

        Raises:
            HostError: it cannot be stored, or reading it back gives another value.
        """


class DesktopHost(UserHost, t.Protocol):
    """A host whose users have desktops."""

    def desktop(self) -> Desktop | None:
        """The user's desktop; None if no session of the user uses the files in ``home``."""
