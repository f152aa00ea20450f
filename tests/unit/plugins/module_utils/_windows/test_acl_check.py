# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access rights in SDDL: which let only administrators change a folder."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.acl_check import is_protected, saved

ADMINISTRATORS = "(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
MARIO = "S-1-5-21-1-2-3-1001"


@pytest.mark.parametrize(
    "sddl",
    [
        f"D:PAI{ADMINISTRATORS}(A;OICI;0x1200a9;;;{MARIO})",
        f"D:P{ADMINISTRATORS}(A;OICI;FRFX;;;{MARIO})",
        f"O:BAG:SYD:PAI{ADMINISTRATORS}(A;;0x1200a9;;;BU)S:AI",
        f"D:PAI(D;;FA;;;WD){ADMINISTRATORS}",
    ],
)
def test_protected(sddl: str) -> None:
    assert is_protected(sddl)


@pytest.mark.parametrize(
    "sddl",
    [
        "",
        "nonsense",
        "D:P",  # no rights listed: nobody has any, or something was cut off
        "D:NO_ACCESS_CONTROL",
        f"D:AI{ADMINISTRATORS}",  # what is above decides
        f"D:PAI{ADMINISTRATORS}(A;OICI;FA;;;{MARIO})",
        f"D:PAI{ADMINISTRATORS}(A;OICI;0x1301bf;;;{MARIO})",  # modify
        f"D:PAI{ADMINISTRATORS}(A;;FRFW;;;BU)",
        f"D:PAI{ADMINISTRATORS}(A;OICIIO;FA;;;CO)",
        f"D:PAI{ADMINISTRATORS}(A;;FRX;;;BU)",
        f"D:PAI{ADMINISTRATORS}(XA;;FR;;;BU;(x))",
        f"D:PAI{ADMINISTRATORS}(OA;;FA;x;;BU)",
    ],
)
def test_not_protected(sddl: str) -> None:
    assert not is_protected(sddl)


def test_what_icacls_saves() -> None:
    content = f"Outlook\r\nD:PAI{ADMINISTRATORS}\r\n".encode("utf-16-le")
    assert is_protected(saved(content))
    assert not is_protected(saved(content[:30]))
