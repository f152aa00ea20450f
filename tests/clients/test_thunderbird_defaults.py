# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The defaults that the rollback knows are those that the real Thunderbird is installed with."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t
import zipfile

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.unset_preferences import BUILT_IN
from ansible_collections.charter.mail.plugins.module_utils._model.settings import same
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.rollback_sequences import DROPPED

ARCHIVE = pathlib.Path("/usr/lib/thunderbird/omni.ja")
_PREF = re.compile(
    r'^\s*(?:sticky_)?pref\("mail\.(server|identity|smtpserver)\.default\.([^"]+)",\s*(.*?)\);', re.MULTILINE
)
# In the code of Thunderbird, not among its preferences.
_IN_CODE = {("smtpserver", "type")}
# Defaults of Thunderbird 115 that later versions do not have. There, a rollback leaves what equals one of these alone.
_DEFAULTS_OF_115 = {("identity", key) for key in ("draft_folder", "fcc_folder", "stationery_folder")}
# Up to 140, and of 157: nothing that this collection sets.
_NOT_OURS = {("identity", "attachPgpKey"), ("server", "oauth2.useExternalBrowser")}
_SINCE_141 = {("smtpserver", "quit_delay_ms")}  # or later: 140 has it not, 153 has it
_VERSION = re.compile(r"^Version=(\d+)", re.MULTILINE)


@pytest.fixture(scope="module")
def installed() -> dict[tuple[str, str], t.Any]:
    """What is installed, by the kind of a part and the preference."""
    found = {}
    with zipfile.ZipFile(ARCHIVE) as files:
        for name in files.namelist():
            if name.startswith("defaults/pref/") and name.endswith(".js"):
                for kind, key, value in _PREF.findall(files.read(name).decode("utf-8")):
                    found[kind, key] = json.loads(value)
    assert len(found) > 80
    return found


@pytest.mark.parametrize("table", [BUILT_IN, DROPPED], ids=["the rollback's", "the unit tests'"])
def test_no_default_is_another_one(
    table: t.Mapping[str, t.Mapping[str, t.Any]], installed: t.Mapping[tuple[str, str], t.Any]
) -> None:
    differ = {
        (kind, key): (value, installed[kind, key])
        for kind, values in table.items()
        for key, value in values.items()
        if (kind, key) in installed and not same(value, installed[kind, key])
    }
    assert differ == {}


def test_no_default_is_missing(installed: t.Mapping[tuple[str, str], t.Any]) -> None:
    """Those that are not false, 0 or empty, which the rollback takes where it knows none."""
    known = {(kind, key) for kind, values in BUILT_IN.items() for key in values}
    needed = {place for place, value in installed.items() if value} - _NOT_OURS
    version = _VERSION.search((ARCHIVE.parent / "application.ini").read_text())
    assert version is not None
    assert known >= (needed - _DEFAULTS_OF_115 if int(version[1]) <= 115 else needed)
    assert known - installed.keys() <= (_IN_CODE if int(version[1]) > 140 else _IN_CODE | _SINCE_141)
