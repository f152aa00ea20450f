# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyring item with a password of Evolution: the attributes, by which Evolution finds it, and the label.

Items are the same in the keyring of a session and in an unencrypted file.
"""

from __future__ import annotations

import typing as t

from ...._model.secret import Secret

UID_ATTRIBUTE = "e-source-uid"
"""The attribute that Evolution searches for (e-secret-store.c)."""


class Item(t.NamedTuple):
    """A password to store.

    Attributes:
        label: what users see in the list of their keyring.
        secret: the password.
    """

    label: str
    secret: Secret


def attributes(uid: str) -> dict[str, str]:
    """The attributes of a source's item, by the source's uid, as evolution-data-server writes them."""
    return {
        UID_ATTRIBUTE: uid,
        "eds-origin": "evolution-data-server",
        "xdg:schema": "org.gnome.Evolution.Data.Source",
    }
