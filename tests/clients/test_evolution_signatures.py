# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures and aliases, as the real registry and the composer of Evolution have them."""

from __future__ import annotations

import base64
import email.message
import pathlib
import stat
import typing as t

from .evolution import TIMEOUT, Evolution, wait_until
from .evolution_setup import EvolutionSetup
from .evolution_window import EvolutionWindow

COMPOSER = "org.gnome.evolution.mail"
"""The settings of the composer, which are the user's, for all accounts."""
REPLY = "Re: Leak"
QUOTED = "> The pipe drips."
GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
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


def texts(message: email.message.EmailMessage) -> dict[str, str]:
    """The texts of a message by their types."""
    return {
        part.get_content_type(): part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
    }


def compose_in_html(evolution: Evolution) -> None:
    """Have the composer begin messages in HTML."""
    keys = evolution.session.run("gsettings", "list-keys", COMPOSER).split()
    setting = ("composer-mode", "html") if "composer-mode" in keys else ("composer-send-html", "true")  # 3.38
    evolution.session.run("gsettings", "set", COMPOSER, *setting)


def reply(setup: EvolutionSetup, window: EvolutionWindow) -> email.message.EmailMessage:
    """The reply to the selected message as Evolution begins it, saved as a draft, which replaces the last one."""
    before = {str(message["Message-ID"]) for message in setup.lab.messages(setup.user.address, "Drafts")}
    window.begin_reply(REPLY)
    window.press(REPLY, "ctrl+s")

    def new() -> list[email.message.EmailMessage]:
        found = setup.lab.messages(setup.user.address, "Drafts")
        return [message for message in found if message["Message-ID"] not in before]

    wait_until(lambda: bool(new()), "draft of the reply")
    window.close(REPLY)
    (draft,) = new()
    assert draft["Subject"] == REPLY
    return draft


def test_a_reply_shows_the_signature_where_it_was_asked_for(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    message = f"Message-ID: <leak@friend.example>\nSubject: Leak\nFrom: friend@charter.net\nTo: {setup.user.address}"
    setup.lab.deliver(setup.user.address, f"{message}\n\nThe pipe drips.\n".encode())
    image = f'<p><b>Mario</b> &amp; Söhne</p><img src="data:image/gif;base64,{GIF}" alt="logo">'
    with setup.log_in() as evolution:
        created = setup.configure_one("created", signature={"text": TEXT, "placement": "below"}, default=True)
        with EvolutionWindow(evolution.session):
            evolution.wait_until_set_up(setup.user.address)
        with EvolutionWindow(evolution.session, folder=f"folder://{created['ids']['account']}/INBOX") as window:
            window.select_unread(lambda: evolution.fetched(setup.user.address))
            below = texts(reply(setup, window))["text/plain"]
            setup.configure_one("updated", signature={"html": image, "placement": "above"})
            above = texts(reply(setup, window))["text/plain"]
            compose_in_html(evolution)
            html = reply(setup, window)
            evolution.session.run("gsettings", "set", COMPOSER, "composer-signature-in-new-only", "true")
            not_in_replies = texts(reply(setup, window))
            evolution.session.run("gsettings", "reset", COMPOSER, "composer-signature-in-new-only")
            setup.configure_one("updated", signature={"state": "absent"})
            without = texts(reply(setup, window))
    # What it begins with the user writes above the quoted text in each of them.
    assert below.index(QUOTED) < below.index(f"-- \n{TEXT}")
    for text in (above, texts(html)["text/plain"]):
        assert text.index("-- \nMario & Söhne\nlogo") < text.index(QUOTED)
    (part,) = (part for part in html.walk() if part.get_content_type() == "image/gif")
    assert part.get_content() == base64.b64decode(GIF)
    assert f'src="cid:{part["Content-ID"].strip("<>")}"' in texts(html)["text/html"]
    for one in (not_in_replies, without):
        assert QUOTED in one["text/plain"]
        assert "Mario" not in one["text/plain"] + one["text/html"]


def test_a_message_that_is_begun_has_the_signature(evolution_setup: EvolutionSetup) -> None:
    setup = evolution_setup
    with setup.log_in() as evolution:
        setup.configure_one("created", signature={"html": HTML}, default=True)
        with EvolutionWindow(evolution.session) as window:
            evolution.wait_until_set_up(setup.user.address)
            window.begin_message("anna@example.net", "Leak")
            window.press("Leak", "ctrl+s")
            message = setup.lab.wait_for_message(setup.user.address, "Leak", "Drafts", seconds=TIMEOUT)
            window.close("Leak")
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert any("Mario & Söhne" in text or HTML in text for text in texts), texts
