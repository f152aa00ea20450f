# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The item of a keyring that holds a password of Evolution: its attributes, by which Evolution finds it, and its label.

Every kind of keyring has the same: the one of a session and the file without encryption.
"""

from __future__ import annotations

import typing as t

from ...._model.secret import Secret

UID_ATTRIBUTE = "e-source-uid"
"""The attribute that Evolution looks for (e-secret-store.c)."""


class Item(t.NamedTuple):
    """A password to store.

    Attributes:
        label: what users see in the list of their keyring.
        secret: the password.
    """

    label: str
    secret: Secret


def attributes(uid: str) -> dict[str, str]:
    """The attributes of the item of a source, by the source's uid, as evolution-data-server writes them."""
    return {
        UID_ATTRIBUTE: uid,
        "eds-origin": "evolution-data-server",
        "xdg:schema": "org.gnome.Evolution.Data.Source",
    }
