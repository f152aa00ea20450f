# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows user of an account. On a PC, it is not the user who connects."""

from __future__ import annotations

import typing as t

from ...module_utils._model.errors import OptionError
from ...module_utils._windows import users
from ...module_utils._windows.users import WindowsUser

if t.TYPE_CHECKING:
    from ...module_utils._model.account import Account
    from ...module_utils._windows.pc import Pc


def require_user(account: Account) -> None:
    """Ensure that an account names its Windows user.

    Raises:
        OptionError: it does not.
    """
    if not account.user:
        raise OptionError(
            "user",
            f"it is missing for {account}, and on Windows the connecting user is not the default",
            "write the name or SID of the Windows user",
        )


def user_of(pc: Pc, account: Account) -> WindowsUser:
    """The Windows user of an account.

    Raises:
        OptionError: no user is named, the PC does not know the user, or several users match.
    """
    require_user(account)
    return users.find(pc.machine().users, account.user or "", pc.machine().name)
