# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures and aliases, as the real registry and the composer of Evolution have them."""

from __future__ import annotations

import pathlib
import stat
import typing as t

from .evolution import TIMEOUT, wait_until
from .evolution_setup import EvolutionSetup
from .evolution_window import EvolutionWindow

INFO, OFFICE = "info@rossi.example", "office@rossi.example"
NAME = 'Rossi, "Mario" \\ Söhne 😀'
TEXT = 'Mario "Rossi"\n\\ Idraulico 😀'
HTML = "<p><b>Mario</b> &amp; Söhne</p>"


def signatures(folder: pathlib.Path) -> list[str]:
    """The names of the files that Evolution would take, which are no backups."""
    return [path.name for path in folder.iterdir() if not path.name.endswith("~")]


def test_the_registry_has_signature_and_aliases_at_once(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    address = setup.user.address
    wanted: dict[str, t.Any] = {
        "password": None,
        "signature": {"text": TEXT, "placement": "above"},
        "identities": [{"address": INFO, "full_name": NAME}, {"address": OFFICE}],
    }
    files = setup.local_user.home / ".config/evolution/signatures"
    with setup.log_in() as evolution:
        created = setup.configure_one("created", **wanted)
        assert created["via"] == "session"
        identity = evolution.account(address)["identity"]
        assert identity["aliases"] == {INFO: NAME, OFFICE: ""}
        assert identity["top_signature"] == "on"
        signature = evolution.signature(identity["signature"])
        assert (signature["content"], signature["mime_type"]) == (TEXT, "text/plain")
        assert signature["path"] == str(files / identity["signature"])
        assert stat.S_IMODE((files / identity["signature"]).stat().st_mode) == 0o600
        assert (files / identity["signature"]).stat().st_uid == setup.local_user.uid
        setup.configure_one("unchanged", **wanted)
        html = {**wanted, "signature": {"html": HTML}}
        foreseen = setup.configure(check=True, **html)
        done = setup.configure(**html)
        assert foreseen["accounts"] == done["accounts"]
        signature = evolution.signature(identity["signature"])
        assert (signature["content"], signature["mime_type"]) == (HTML, "text/html")
        evolution.edit(identity["uid"], "Mail Identity", aliases=f"Mine <mine@x.example>, {INFO}")
        absent = {"state": "absent"}
        gone: dict[str, t.Any] = {"password": None, "signature": absent}
        gone["identities"] = [{"address": INFO.upper(), **absent}]
        setup.configure_one("updated", **gone)
        after = evolution.account(address)["identity"]
        assert (after["aliases"], after["signature"]) == ({"mine@x.example": "Mine"}, "none")
        assert identity["signature"] not in evolution.memory()
        assert signatures(files) == []
        setup.configure_one("unchanged", **gone)
        memory = evolution.memory()
    with setup.log_in() as evolution:
        assert evolution.memory() == memory


def test_the_registry_of_the_next_session_has_what_files_got(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    wanted = {"password": None, "signature": {"html": HTML}, "identities": [{"address": INFO, "full_name": NAME}]}
    assert setup.configure_one("created", **wanted)["via"] == "files"
    with setup.log_in() as evolution:
        identity = evolution.account(setup.user.address)["identity"]
        assert identity["aliases"] == {INFO: NAME}
        assert evolution.signature(identity["signature"])["content"] == HTML
        memory = evolution.memory()
        setup.configure_one("unchanged", **wanted)
        assert evolution.memory() == memory
        setup.configure_one("removed", password=None, state="absent")
        assert identity["signature"] not in evolution.memory()
    assert signatures(setup.local_user.home / ".config/evolution/signatures") == []


def test_a_message_that_is_begun_has_the_signature(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        setup.configure_one("created", signature={"html": HTML}, default=True)
        with EvolutionWindow(evolution.session) as window:
            wait_until(lambda: evolution.set_up(setup.user.address), "folders taken over from the server")
            window.begin_message("anna@example.net", "Leak")
            window.press("Leak", "ctrl+s")
            message = setup.lab.wait_for_message(setup.user.address, "Leak", "Drafts", seconds=TIMEOUT)
            window.press("Leak", "ctrl+w")
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert any("Mario & Söhne" in text or HTML in text for text in texts), texts
