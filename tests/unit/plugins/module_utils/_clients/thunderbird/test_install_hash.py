# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hashes of installation folders are those that Thunderbird wrote into profiles.ini itself."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.install_hash import install_hash


@pytest.mark.parametrize(
    ("folder", "expected"),
    [  # one for each length class of CityHash64, and both sides of their limits; the last two are public
        ("/t", "DEAE161061C80146"),
        ("/tb", "9EE1A3F9BFE790A5"),
        ("/opt/tb", "5585C215202ACA6B"),
        ("/opt/thunderbird", "9238613B8C3D2579"),
        ("/usr/lib/thunderbird", "FDC34C9F024745EB"),
        ("/usr/lib64/thunderbird", "3DDF446CE6CB1A45"),
        ("/opt/a-thunderbird-of-a-much-longer-name-indeed", "D3757C33E21E70FF"),
        ("/usr/lib/firefox", "4F96D1932A9F858E"),
        (r"C:\Program Files\Mozilla Thunderbird", "D78BF5DD33499EC2"),
    ],
)
def test_the_hash_of_an_installation(folder: str, expected: str) -> None:
    assert install_hash(folder) == expected
