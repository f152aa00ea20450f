# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities and signatures, as the compose window of the real Thunderbird shows them."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.integration.local_users import LocalUser

from .test_thunderbird_users_own import BY_HAND, EMAIL, OWN, Setup
from .thunderbird import require

INFO, OFFICE = "info@rossi.example", "office@rossi.example"
GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
HTML = f'<p><b>Mario</b> &amp; Söhne<br>Idraulico 😀</p><img src="{GIF}" alt="logo">'
TEXT = 'Mario "Rossi"\n\\ Idraulico 😀'


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


@pytest.fixture
def setup(ansible: Ansible, mario: LocalUser) -> Setup:
    return Setup(ansible, mario)


def test_a_reply_shows_the_signature_with_its_image(setup: Setup) -> None:
    setup.configure("created", signature={"html": HTML})
    with setup.open() as client:
        new, reply = client.composed("New"), client.composed("Reply")
        forwarded = client.composed("ForwardInline")
    for message in (new, reply):
        assert HTML in message["html"]
        assert "Mario & Söhne\nIdraulico 😀" in message["text"]
        assert message["images"] == [1]  # one pixel wide, as it is
    assert reply["text"].index("The pipe drips.") < reply["text"].index("Idraulico")
    assert "Idraulico" not in forwarded["text"]  # as Thunderbird has it where nobody says otherwise
    setup.configure("unchanged", signature={"html": HTML})
    setup.configure("updated", signature={"text": TEXT, "placement": "above", "replies": True, "forwards": True})
    with setup.open() as client:
        reply, forwarded = client.composed("Reply"), client.composed("ForwardInline")
    assert TEXT in reply["text"]
    assert reply["text"].index("Idraulico") < reply["text"].index("The pipe drips.")
    assert TEXT in forwarded["text"]
    setup.configure("unchanged", signature={"text": TEXT, "placement": "above", "replies": True, "forwards": True})
    setup.configure("updated", signature={"text": TEXT, "replies": False})
    with setup.open() as client:
        assert "Idraulico" in client.composed("New")["text"]
        assert "Idraulico" not in client.composed("Reply")["text"]
    setup.configure("updated", signature={"state": "absent"})
    with setup.open() as client:
        assert "Idraulico" not in client.composed("New")["html"]
    setup.configure("unchanged", signature={"state": "absent"})


def test_a_long_signature_is_shown_whole(setup: Setup) -> None:
    html = f"<p>start</p><!-- {'x' * (100 * 1024)} --><p>end</p>"
    setup.configure("created", signature={"html": html})
    with setup.open() as client:
        assert html in client.composed("New")["html"]
    setup.configure("unchanged", signature={"html": html})


def test_identities_are_chosen_from_and_the_default_one_writes(setup: Setup) -> None:
    setup.write(
        {
            **BY_HAND,
            "mail.account.account2.identities": "id1,id2",
            "mail.identity.id2.useremail": OWN,
            "mail.identity.id2.htmlSigText": "Mine",
            "mail.identity.id2.smtpServer": "smtp1",
        }
    )
    wanted = [
        {"address": INFO, "full_name": "Rossi, Info", "reply_to": OFFICE, "organization": "Rossi & Söhne"},
        {"address": OFFICE, "signature": {"text": TEXT}, "default": True},
    ]
    setup.configure("updated", identities=wanted)
    (account,) = setup.accounts()
    office, own, users, info = account["identities"]
    assert (office["email"], office["full_name"]) == (OFFICE, "Mario")
    assert (own["email"], users["email"]) == (EMAIL, OWN)
    assert (info["email"], info["full_name"], info["reply_to"]) == (INFO, "Rossi, Info", OFFICE)
    assert info["organization"] == "Rossi & Söhne"
    assert {one["smtp_key"] for one in account["identities"]} == {"smtp1"}
    assert info["fcc_folder"].endswith("mario.rossi%40charter.net@imap.charter.net/Sent")
    with setup.open() as client:
        assert OFFICE in client.composed("New")["sender"]
        assert TEXT in client.composed("Reply", office["key"])["text"]
        assert "Mine" in client.composed("New", users["key"])["text"]
        assert "Idraulico" not in client.composed("New", info["key"])["text"]
    # What marks them as ours has survived Thunderbird, which wrote prefs.js at its end.
    setup.configure("unchanged", identities=wanted)
    changed = [{"address": INFO.upper(), "full_name": "Desk"}, {"address": OFFICE, "state": "absent"}]
    setup.configure("updated", identities=changed)
    (account,) = setup.accounts()
    assert [(one["email"], one["full_name"]) for one in account["identities"]] == [
        (EMAIL, "Mario"),
        (OWN, ""),
        (INFO, "Desk"),
    ]
    setup.configure("unchanged", identities=changed)
    left = setup.configure("unchanged", identities=[{"address": OWN, "state": "absent"}])
    assert f"the identity {OWN} is kept, because it was made by hand" in left["warnings"]
    removed = setup.configure("removed", state="absent")
    assert f"{OWN} are kept in prefs.js" in removed["warnings"]
    prefs = setup.prefs()
    assert not [name for name, value in prefs.items() if value in (INFO, OFFICE, INFO.upper())]
    assert prefs["mail.identity.id2.htmlSigText"] == "Mine"
    assert setup.accounts() == []
