# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Thunderbird refuses to store, in either store."""

from __future__ import annotations

from ...._model.errors import PasswordStoreError
from ...._model.secret import Secret


def require_storable(username: str, password: Secret) -> None:
    """Refuse what Thunderbird refuses to store (LoginHelper.checkLoginValues), and text that is not Unicode.

    Raises:
        PasswordStoreError: it cannot be stored.
    """
    texts = (username, password.reveal())
    if not texts[1]:
        raise PasswordStoreError("Thunderbird stores no empty password. Give one, or leave the password out.")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for text in texts for character in text):
        raise PasswordStoreError(
            "Thunderbird stores no user name or password that contains a null or half a character (a lone surrogate). "
            "Use another one."
        )
