# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the real Thunderbird makes of values in policies, in files with defaults and in prefs.js (measured with 153)."""

from __future__ import annotations

import typing as t

NOTHING = None
"""The preference has no value, or does not exist."""


class Case(t.NamedTuple):
    """One preference.

    Attributes:
        default: of a file of the installation; None where there is none.
        stored: in prefs.js, likewise.
        policy: the entry in the policy Preferences, which has them in this order.
        seen: what Thunderbird has in the end.
    """

    default: t.Any
    stored: t.Any
    policy: t.Any
    seen: t.Any


CASES = {
    "a0": Case(None, None, {"Value": 0}, False),
    "a1": Case(None, None, {"Value": 1}, True),
    "a2": Case(None, None, {"Value": 2}, 2),
    "a3": Case(None, None, 1, True),
    "b0": Case(5, None, {"Value": 0}, 0),
    "b1": Case(5, None, {"Value": 1, "Status": "locked"}, 1),
    "b2": Case(5, None, 1, 1),
    "b3": Case(5, 6, {"Value": 1, "Status": "user"}, 1),
    "c0": Case(True, None, {"Value": 0}, False),
    "c1": Case(False, None, {"Value": 1, "Status": "locked"}, True),
    "c2": Case(False, True, {"Value": 0, "Status": "user"}, False),
    "c3": Case(False, None, {"Value": 2}, False),
    "d0": Case("s", None, {"Value": 1}, "s"),
    "d1": Case("s", "mine", {"Value": 1, "Status": "locked"}, "s"),
    "d2": Case("s", "mine", {"Value": 1, "Status": "user"}, "mine"),
    "d3": Case(7, None, {"Value": "text"}, 7),
    "e0": Case(None, 6, {"Value": 1}, 6),
    "e1": Case(None, 6, {"Value": 1, "Status": "locked"}, 1),
    "e2": Case(None, True, {"Value": 0, "Status": "locked"}, False),
    "e3": Case(None, "mine", {"Value": 1, "Status": "locked"}, NOTHING),
    "e4": Case(None, "mine", {"Value": 3, "Status": "locked"}, NOTHING),
    "e5": Case(None, "mine", {"Value": 1, "Status": "user"}, True),
    "e6": Case(None, 6, {"Value": "text", "Status": "user"}, "text"),
    "e7": Case(None, 6, {"Value": 1, "Status": "user"}, 1),
    "f0": Case(None, None, {"Value": 2.0}, 2),
    "f1": Case(None, None, {"Value": 1.0}, True),
    "f2": Case(None, None, {"Value": 1.5}, NOTHING),
    "f3": Case(4, None, {"Value": 1.5, "Status": "locked"}, 4),
    "f4": Case(4, 6, {"Value": 3_000_000_000, "Status": "locked"}, -1_294_967_296),
    "f5": Case(4, 6, {"Status": "locked"}, 4),
    "g0": Case(5, "mine", {"Status": "default"}, 5),
    "g1": Case(True, 1, {"Status": "default"}, True),
    "h0": Case(9, None, "text", 9),
    "h1": Case(None, None, {"Value": "behind what stops it"}, NOTHING),
}
