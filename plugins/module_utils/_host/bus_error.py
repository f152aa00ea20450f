# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error of a message bus."""

from __future__ import annotations


class BusError(Exception):
    """A call on a message bus failed or was not answered.

    Attributes:
        name: the error's D-Bus name, such as ``org.freedesktop.DBus.Error.UnknownMethod``.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{message} ({name})")
        self.name = name
