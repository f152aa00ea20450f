# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures for Outlook, on a PC in memory: their files, which messages have them, and what is the user's own."""

from __future__ import annotations

import codecs
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations, staging_record
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.client import Outlook
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.signature_renditions import (
    as_text,
    name,
    renditions,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.staging_methods import METHODS
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.differences import differences
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.module_utils._model.signature import Signature
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import RegValue, encode_text

from .office_pc import MARIO, OfficePc

pytestmark = pytest.mark.one_in(3)

EMAIL = "mario.rossi@charter.net"
NAME = f"charter.mail {EMAIL}"
ACCOUNT = locations.outlook(MARIO.sid) + r"\Profiles\Outlook\9375CFF0413111d3B88A00104B2A6676\00000001"
MAIL_SETTINGS = locations.mail_settings(MARIO.sid)
FILES = {f"{NAME}.{ending}" for ending in ("htm", "rtf", "txt")}
TEXT = {"text": "Mario\nRossi & Söhne"}
OTHER = {"text": "Mario Rossi"}
ABSENT = {"state": "absent"}


def account(signature: t.Mapping[str, t.Any] | None = None, **options: t.Any) -> Account:
    (found,) = requests({"email": EMAIL, "accounts": None, "signature": signature, **options})
    result: Account = found.account
    return result


def client(pc: OfficePc) -> Outlook:
    return Outlook(pc, pc.machine(), MARIO, METHODS)


def push(pc: OfficePc, *accounts: Account) -> Outcome[t.Any]:
    outcome = reconcile(client(pc), accounts)
    assert not plan(client(pc), accounts).changed
    return outcome


def details(pc: OfficePc, wanted: Account) -> t.Mapping[str, str]:
    one = client(pc)
    return one.result_details(one.read(), wanted)


def told(pc: OfficePc, wanted: Account) -> str:
    one = client(pc)
    return " ".join(one.warnings(one.read(), wanted))


def files(pc: OfficePc) -> dict[str, bytes]:
    return pc.signatures[MARIO.sid]


def chosen(pc: OfficePc, value: str = "New Signature") -> str | None:
    found = pc.everything.value(ACCOUNT, value)
    return None if found is None else found.text


def configured(*accounts: Account) -> OfficePc:
    """A PC whose Outlook has the account and its signature."""
    pc = OfficePc()
    push(pc, *accounts)
    pc.start_outlook(MARIO)
    push(pc, *accounts)
    return pc


def test_a_signature_is_staged_with_the_account_and_chosen_once_outlook_has_that() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    (step,) = push(pc, wanted).steps
    assert set(files(pc)) == FILES
    assert f"C:\\Users\\mario\\AppData\\Roaming\\Microsoft\\Signatures\\{NAME}.htm" in {one.key for one in step.changes}
    found = details(pc, wanted)
    assert (found["outlook_status"], found["outlook_signature"]) == ("staged", "staged")
    assert "Run again after that" in found["advice"]
    pc.start_outlook(MARIO)
    assert details(pc, wanted)["outlook_signature"] == "staged"
    assert chosen(pc) is None
    push(pc, wanted)
    assert pc.everything.value(ACCOUNT, "New Signature") == RegValue.sz(NAME)
    assert chosen(pc, "Reply-Forward Signature") is None
    assert dict(details(pc, wanted)) == {
        "outlook_status": "configured",
        "outlook_signature": "configured",
        "advice": "",
    }
    assert told(pc, wanted) == ""


def test_an_account_that_was_made_by_hand_gets_it_too() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    pc.make_account(MARIO, account())
    push(pc, wanted)
    assert (chosen(pc), set(files(pc))) == (NAME, FILES)
    push(pc, account(ABSENT))
    assert (chosen(pc), files(pc)) == (None, {})
    assert client(pc).read().record == staging_record.StagingRecord()


def test_an_account_without_the_option_keeps_what_is_there() -> None:
    pc = configured(account(TEXT))
    before = pc.everything, dict(files(pc))
    assert not push(pc, account()).changed
    assert (pc.everything, files(pc)) == before
    assert "outlook_signature" not in details(pc, account())


def test_a_changed_signature_replaces_ours_and_keeps_the_choice() -> None:
    pc = configured(account(TEXT))
    (step,) = push(pc, account(OTHER)).steps
    assert step.status is Status.UPDATED
    assert b"Mario Rossi" in files(pc)[f"{NAME}.htm"]
    assert chosen(pc) == NAME


def test_check_mode_and_diff_show_what_is_done() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    foretold = plan(client(pc), [wanted])
    assert files(pc) == {}
    done = push(pc, wanted)
    assert foretold.steps[0].changes == done.steps[0].changes
    shown = {one.header: one.after for one in client(pc).file_diffs(foretold.before, foretold.after)}
    (text,) = [after for title, after in shown.items() if title.endswith(".txt")]
    assert "Rossi & Söhne" in text


@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_what_the_user_has_chosen_stays_and_is_named(kind: str) -> None:
    pc, wanted = OfficePc(), account(TEXT)
    pc.make_account(MARIO, account())
    own = RegValue.sz("Büro") if kind == "text" else RegValue.binary(encode_text("Büro"))
    pc.set(ACCOUNT, "New Signature", own)
    push(pc, wanted)
    assert pc.everything.value(ACCOUNT, "New Signature") == own
    assert details(pc, wanted)["outlook_signature"] == "kept"
    assert "mario has chosen the signature 'Büro' for new messages of the account. It is kept." in told(pc, wanted)
    push(pc, account(ABSENT))
    assert pc.everything.value(ACCOUNT, "New Signature") == own


def test_none_is_a_choice_of_the_user() -> None:
    pc = configured(account(TEXT))
    pc.set(ACCOUNT, "New Signature", RegValue.sz("(none)"))
    assert not push(pc, account(TEXT)).changed
    assert details(pc, account(TEXT))["outlook_signature"] == "kept"


def test_a_signature_that_the_user_has_changed_stays() -> None:
    pc = configured(account(TEXT))
    files(pc)[f"{NAME}.htm"] = b"mine"
    assert not push(pc, account(TEXT)).changed
    assert not push(pc, account(OTHER)).changed
    assert files(pc)[f"{NAME}.htm"] == b"mine"
    assert details(pc, account(OTHER))["outlook_signature"] == "kept"
    assert "It is kept. To use the one from the list" in told(pc, account(OTHER))
    push(pc, account(ABSENT))
    assert set(files(pc)) == FILES
    assert chosen(pc) == NAME
    for gone in (account(ABSENT), account(state="absent")):
        assert "is kept in Outlook, because it differs from what this collection staged" in told(pc, gone)


def test_files_of_this_name_that_are_not_ours_stay() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    pc.signatures[MARIO.sid] = {f"{NAME}.txt": b"somebody's"}
    push(pc, wanted)
    assert files(pc) == {f"{NAME}.txt": b"somebody's"}
    assert details(pc, wanted)["outlook_signature"] == "kept"
    assert details(pc, wanted)["outlook_status"] == "staged"


def test_a_signature_that_the_user_has_deleted_comes_back() -> None:
    pc = configured(account(TEXT))
    files(pc).clear()
    assert details(pc, account(TEXT))["outlook_signature"] == "absent"
    push(pc, account(TEXT))
    assert set(files(pc)) == FILES


def test_a_signature_from_another_pc_with_a_roaming_profile_is_taken_over() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    assert wanted.signature is not None
    pc.signatures[MARIO.sid] = renditions(wanted.signature, NAME)
    push(pc, wanted)
    push(pc, account(ABSENT))
    assert files(pc) == {}


@pytest.mark.parametrize(
    ("options", "replies"),
    [
        ({"replies": True}, NAME),
        ({"forwards": True}, NAME),
        ({"replies": True, "forwards": True}, NAME),
        ({"replies": True, "forwards": False}, None),
        ({"replies": False}, None),
    ],
)
def test_replies_and_forwarded_messages_have_one_setting(options: dict[str, bool], replies: str | None) -> None:
    wanted = account({**TEXT, **options})
    pc = configured(wanted)
    assert chosen(pc, "Reply-Forward Signature") == replies
    assert ("one setting for replies" in told(pc, wanted)) == (len(set(options.values())) == 2)
    push(pc, account({**TEXT, "replies": False, "forwards": False}))
    assert (chosen(pc), chosen(pc, "Reply-Forward Signature")) == (NAME, None)


def test_a_place_that_outlook_does_not_have_is_said() -> None:
    assert "above the quoted text" in told(configured(account(TEXT)), account({**TEXT, "placement": "below"}))
    assert told(configured(account(TEXT)), account({**TEXT, "placement": "above"})) == ""


def test_a_signature_that_is_prescribed_for_all_accounts_is_said_and_stays() -> None:
    pc, wanted = configured(account(TEXT)), account(TEXT)
    pc.set(MAIL_SETTINGS, "NewSignature", RegValue.expand_sz("Company"))
    assert not push(pc, wanted).changed
    assert "prescribes the signature 'Company' for new messages of all accounts" in told(pc, wanted)


def test_an_obstacle_is_said_and_the_account_is_staged_without_it() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    pc.signature_obstacle = "the folder is a link to another folder"
    push(pc, wanted)
    assert files(pc) == {}
    assert details(pc, wanted)["outlook_status"] == "staged"
    assert details(pc, wanted)["outlook_signature"] == "absent"
    assert "The signature is not staged: the folder is a link to another folder." in told(pc, wanted)


def test_what_cannot_be_taken_back_is_said_and_stays_noted() -> None:
    pc = OfficePc()
    push(pc, account(TEXT))
    pc.signature_obstacle = "the folder is a link to another folder"
    push(pc, account(state="absent"))
    assert set(files(pc)) == FILES
    assert "cannot be removed: the folder is a link to another folder." in told(pc, account(state="absent"))
    pc.signature_obstacle = ""
    push(pc, account(state="absent"))
    assert files(pc) == {}
    assert told(pc, account(state="absent")) == ""


def test_what_is_not_written_is_an_error() -> None:
    pc = configured(account(TEXT))
    pc.deaf = True
    with pytest.raises(HostError, match=r"Signatures\\charter.mail .* do not read back as written"):
        reconcile(client(pc), [account(OTHER)])


def test_nothing_is_written_for_a_user_who_is_not_logged_on() -> None:
    pc = OfficePc()
    pc.log_off(MARIO)
    assert not push(pc, account(TEXT)).changed
    assert "outlook_signature" not in details(pc, account(TEXT))


def test_an_account_that_is_removed_takes_its_signature_along() -> None:
    pc = OfficePc()
    push(pc, account(TEXT))
    push(pc, account(state="absent"))
    assert files(pc) == {}
    assert client(pc).read().record == staging_record.StagingRecord()


def test_another_account_of_the_user_does_not_touch_it() -> None:
    pc = OfficePc()
    push(pc, account(TEXT))
    push(pc, account({"text": "By POP3"}, protocol="pop3"))
    assert set(files(pc)) == FILES | {f"{NAME} POP3.{ending}" for ending in ("htm", "rtf", "txt")}
    push(pc, account(protocol="pop3", state="absent"))
    assert set(files(pc)) == FILES


def test_a_record_of_an_earlier_version_has_no_signatures() -> None:
    pc = OfficePc()
    push(pc, account())
    key = locations.record(MARIO.sid)
    stored = pc.everything.value(key, locations.RECORD)
    assert stored is not None
    pc.set(key, locations.RECORD, RegValue.sz((stored.text or "").replace(',"signatures":[]', "")))
    assert client(pc).read().record.signatures == ()
    assert not push(pc, account()).changed


def test_names_are_safe_in_a_batch_file() -> None:
    assert name(account()) == NAME
    assert name(account(protocol="pop3")) == f"{NAME} POP3"
    (odd,) = requests({"email": "mario&co%1@charter.net", "accounts": None})
    (like_it,) = requests({"email": "mario'co%1@charter.net", "accounts": None})
    assert name(odd.account).startswith("charter.mail mario_co_1@charter.net ")
    assert name(odd.account) != name(like_it.account)


def test_each_format_has_its_file_in_an_encoding_that_no_code_page_changes() -> None:
    found = renditions(Signature("A <b> & ü \U0001f600\n\\{x}"), "s")
    assert set(found) == {"s.htm", "s.rtf", "s.txt"}
    assert b"A &lt;b&gt; &amp; &#252; &#128512;<br>\r\n\\{x}" in found["s.htm"]
    assert found["s.txt"] == codecs.BOM_UTF16_LE + "A <b> & ü \U0001f600\r\n\\{x}\r\n".encode("utf-16-le")
    assert found["s.rtf"].endswith(rb"A <b> & \u252? \u-10179?\u-8704?\par" + b"\r\n" + rb"\\\{x\}}")


def test_html_stays_as_it_is_and_has_a_text() -> None:
    content = (
        "<style>p { color: red }</style><p><b>Mario</b>,\n Plumber<br>\n555</p>"
        '<img src="data:x" alt="Logo"><p>A &amp; B</p>'
    )
    found = renditions(Signature(content, html=True), "s")
    assert content.replace("\n", "\r\n").encode() in found["s.htm"]
    assert as_text(content) == "Mario, Plumber\n555\nLogo\nA & B"


def compared(pc: OfficePc, wanted: Account) -> tuple[list[str], str]:
    """Which settings a verification finds other than wanted, and why a run would leave them."""
    found = client(pc).account(wanted)
    assert found is not None
    settings = [one.setting for one in differences(wanted, found.account, found.outgoing.username)]
    return settings, found.left_alone.reason if found.left_alone else ""


def test_a_comparison_knows_whether_new_messages_have_it() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    push(pc, wanted)
    pc.start_outlook(MARIO)
    assert compared(pc, wanted) == (["signature"], "")  # another run chooses it
    push(pc, wanted)
    assert compared(pc, wanted) == ([], "")
    assert compared(pc, account(OTHER)) == (["signature"], "")
    assert compared(pc, account(ABSENT)) == (["signature"], "")
    assert compared(pc, account()) == ([], "")
    other = account({**TEXT, "replies": True, "forwards": True, "placement": "above"})
    assert compared(pc, other) == (["signature"], "")
    push(pc, other)
    assert compared(pc, other) == ([], "")


def test_a_comparison_names_what_stays_as_the_user_has_it() -> None:
    reason = "mario has chosen another signature for it, or changed this one"
    wanted = account(TEXT)
    for ending, mine in (("txt", codecs.BOM_UTF16_LE + "Mine".encode("utf-16-le")), ("htm", b"Mine"), ("rtf", b"Mine")):
        pc = configured(account(TEXT))
        files(pc)[f"{NAME}.{ending}"] = mine
        assert compared(pc, wanted) == (["signature"], reason)
        assert compared(pc, account(ABSENT))[0] == []  # it is the user's by now
    pc = configured(account(TEXT))
    pc.set(ACCOUNT, "New Signature", RegValue.sz("Private"))
    assert compared(pc, wanted) == (["signature"], reason)
    assert client(pc).signature_drift(client(pc).read(), wanted) == (True, reason)


def test_a_comparison_says_what_cannot_be_staged() -> None:
    pc, wanted = OfficePc(), account(TEXT)
    pc.make_account(MARIO, account())
    pc.signature_obstacle = "the folder is a link to another folder"
    assert compared(pc, wanted) == (
        ["signature"],
        "its signature cannot be staged: the folder is a link to another folder",
    )
