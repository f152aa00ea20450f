# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the registry and the keyring of a session store there."""

from __future__ import annotations

from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

LOGIN_PASSWORD = "the user's login"
UID = "f67c9d10c8e219359e90a6076fe8bfc41aee776e"
CHILD = "a6bd012aad581ad84df7b91af79afefe17258294"
SECRET = Secret("pässword 'with\" \\ everything 😀")


def account(name: str, parent: str = "") -> str:
    return f"[Data Source]\nDisplayName={name}\nEnabled=true\nParent={parent}\n\n[Mail Account]\nBackendName=imapx\n"


def child(name: str, host: str) -> str:
    transport = f"[Authentication]\nHost={host}\n\n[Mail Transport]\nBackendName=smtp\n"
    return f"[Data Source]\nDisplayName={name}\nEnabled=true\nParent={UID}\n\n{transport}"
