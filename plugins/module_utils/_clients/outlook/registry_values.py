# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry values that make Outlook use a PRF, and files with the settings of domains.

``locations`` has their keys. They serve the module, which stages the files, and administrators who put the files on a
PC by other means.
"""

from __future__ import annotations

import typing as t

from ..._windows.registry import RegValue

IMPORT_PRF = "ImportPRF"
"""The path of the PRF to import at Outlook's next start, in the key ``locations.SETUP``."""

PREFER_LOCAL_XML = "PreferLocalXML"

SWITCHES: t.Mapping[str, RegValue] = {
    PREFER_LOCAL_XML: RegValue.dword(1),
    "ExcludeExplicitO365Endpoint": RegValue.dword(1),
}
"""In the key ``locations.AUTODISCOVER``: without them, Outlook does not use a domain's file, or not first."""


def importing(path: str) -> dict[str, RegValue | None]:
    """The values of ``locations.SETUP`` that make Outlook import a PRF; None deletes a value.

    Args:
        path: the PRF's full path.
    """
    # If either of the last two exists, Outlook ignores ImportPRF.
    return {IMPORT_PRF: RegValue.sz(path), "First-Run": None, "FirstRun": None}
