# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Homes with seals: the options of a task with a key, and whether the look answers it as the module does."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable_result
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    Options,
    by_look,
    by_module,
    options,
)

KEY = "a key of the administrator's, for seals"
PASSWORD = "a password of mario's"
ACCOUNT: Options = {"email": "mario@charter.net", "password": PASSWORD}
KEYRING: Options = {"evolution": {"password_store": "plaintext_keyring"}}
PROFILE = ".thunderbird/charter.default"
KEYRINGS = ".local/share/keyrings"
USES_DATABASE = b'user_pref("signon.storage.rust.active", true);\n'


def task(*accounts: Options, **others: t.Any) -> Options:
    """The options of a task with the key of the host."""
    return options(accounts or [ACCOUNT], **{"seal_key": KEY, **KEYRING, **others})


def agrees(home: pathlib.Path, params: Options) -> bool:
    """Whether the look answers; then the module must agree."""
    module, look = by_module(home, params), by_look(home, params)
    if look is not None:
        warnings = {"warnings": list(module.warnings)} if module.warnings else {}
        assert printable_result(look) == printable_result({**module.as_result(), **warnings})
        assert not module.failed
        assert not look["changed"]
    return look is not None
