# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry values by which Outlook takes a PRF, and the files with the settings of domains.

``locations`` has their keys. They are the same for the module, which stages the files, and for an administrator who
puts them on a PC by other means.
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
"""In ``locations.AUTODISCOVER``: without them, Outlook does not look at a domain's file, or not first."""


def importing(path: str) -> dict[str, RegValue | None]:
    """What makes Outlook import a PRF: values of ``locations.SETUP``, None for one that is deleted.

    Args:
        path: of the PRF.
    """
    # With either of the last two, ImportPRF is not looked at.
    return {IMPORT_PRF: RegValue.sz(path), "First-Run": None, "FirstRun": None}
