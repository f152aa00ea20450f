# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and signatures by chance."""

from __future__ import annotations

import random

from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD

from .desk import Options

ADDRESSES = ("info@rossi.example", "Office@Rossi.example", "a+b@x.example", "o'neil@x.example")
NAMES = (None, "Mario Rossi", 'Rossi, "Mario" \\ Söhne', "Büro 😀", "=?x?=", "a <b> c")
CONTENTS = (
    {"text": "Mario Rossi\nIdraulico 😀"},
    {"text": '\\ "quotes" \t= [x] # ;\n\n  blanks'},
    {"html": "<p><b>Mario</b> &amp; Söhne</p><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"},
    {"html": "x" * 5000},
)
ABSENT = {"state": "absent"}


def some_signature(chance: random.Random) -> Options | None:
    if chance.random() < 0.3:
        return chance.choice((None, ABSENT))
    given: Options = dict(chance.choice(CONTENTS))
    for name, values in (("placement", ("above", "below")), ("replies", (True, False)), ("forwards", (True, False))):
        if chance.random() < 0.4:
            given[name] = chance.choice(values)
    return given


def some_identities(chance: random.Random, client: ClientEntry) -> list[Options]:
    found: list[Options] = []
    for address in chance.sample(ADDRESSES, chance.randrange(len(ADDRESSES) + 1)):
        if chance.random() < 0.25:
            found.append({"address": address, **ABSENT})
            continue
        entry: Options = {"address": chance.choice((address, address.upper())), "full_name": chance.choice(NAMES)}
        if client is THUNDERBIRD:
            entry["reply_to"] = chance.choice((None, "", "boss@rossi.example"))
            entry["organization"] = chance.choice((None, "", "Rossi"))
            entry["signature"] = some_signature(chance)
        found.append({name: value for name, value in entry.items() if value is not None})
    return found
