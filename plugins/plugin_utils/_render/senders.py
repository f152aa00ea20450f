# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files for devices cannot express about the senders of an account."""

from __future__ import annotations

from ...module_utils._clients.evolution import aliases
from ...module_utils._model.account import Account


def not_expressed(account: Account, client: str) -> tuple[str, ...]:
    """One sentence, or none.

    Args:
        account: the wanted account.
        client: one of ``folder.CLIENTS``.
    """
    has = {
        "signature": account.signature is not None and bool(account.signature.content),
        "identities": any(not one.absent for one in account.identities),
        "reply_to": bool(account.reply_to),
        "organization": bool(account.organization),
    }
    names = [name for name, given in has.items() if given]
    if client == "evolution":
        names = [name for name in names if name == "signature"]
        names += [f"{name} of identities" for name in aliases.not_held(account) if name != "default"]
    if not names:
        return ()
    return (f"The files do not have {' and '.join(names)}. Set them on the device.",)
