# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders, receiving, composing and further settings, in clients on real files; what is left out stays the user's."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.drift import IGNORED, without_ignored
from ansible_collections.charter.mail.plugins.module_utils._ansible.option_secrets import hidden
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.diff import before_and_after
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.lookup import not_staged
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError, OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.folders import NONE_GIVEN, Folder, Place, folder_text
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.tests.unit.amount import examples

from .desk import CLIENTS, Desk, request

Options = t.Dict[str, t.Any]
PROTOCOLS = pytest.mark.parametrize("protocol", ["imap", "pop3"])
NAMES = ("server", "Mail/Gesendet & mehr", "Entwürfe", "a~b+c@d", "日本語/&", "Sent", "x%20y")
FOLDERS: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("sent", "drafts", "templates", "archive"), ("local", *NAMES)),
    **dict.fromkeys(("trash", "junk"), NAMES),
}
VALUES: t.Mapping[str, tuple[t.Any, ...]] = {
    "check_at_start": (True, False),
    "check_interval": (0, 1, 10, 60, 90),
    "idle": (True, False),
    "offline": ("all", "none", "1", "30"),
    "subscribed_only": (True, False),
    "delete_on_server": (True, False),
    "compose_format": ("html", "plain"),
    "request_receipts": (True, False),
}
ALL_FOLDERS = dict.fromkeys(FOLDERS, "server")


def some(chance: random.Random) -> Options:
    """Some of the options with values by chance."""
    found: Options = {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.3}
    found["folders"] = {kind: chance.choice(names) for kind, names in FOLDERS.items() if chance.random() < 0.4}
    return found


def folders(desk: Desk, **options: t.Any) -> dict[str, str]:
    return {kind: folder_text(kind, folder) for kind, folder in desk.stored(**options).folders.given()}


@CLIENTS
@PROTOCOLS
@pytest.mark.parametrize("seed", range(examples(30)))
def test_any_change_is_made_once_and_seen_before(
    tmp_path: pathlib.Path, client: ClientEntry, protocol: str, seed: int
) -> None:
    chance = random.Random(seed)
    desk = Desk(client, tmp_path)
    for _run in range(4):
        given = {"protocol": protocol, **some(chance)}
        before = desk.stored(protocol=protocol) if desk.files() else None
        foreseen = plan(desk.open(), [request(**given).account])
        step = desk.step(**given)
        assert step.status is foreseen.steps[0].status
        assert before_and_after([step]) == before_and_after(foreseen.steps)
        after = desk.stored(protocol=protocol)
        for name in VALUES:
            now = getattr(after.client, name)
            if name in given:
                assert now in (None, given[name])
            elif before is not None:
                assert now == getattr(before.client, name)
        for kind in FOLDERS:
            wanted, now = getattr(request(**given).account.folders, kind), getattr(after.folders, kind)
            if wanted is None:
                assert before is None or now == getattr(before.folders, kind)
            elif now is not None:
                assert not wanted.name or now.name == wanted.name
        if before is not None:
            assert (step.status is Status.UPDATED) is (after != before or bool(step.changes))
            assert (after != before) <= (before_and_after([step])[0] != "")
        written = desk.files()
        assert desk.step(**given).status is Status.UNCHANGED
        assert desk.files() == written
        assert desk.inspect(**given).check.status is CheckStatus.OK


@CLIENTS
def test_new_accounts_have_their_folders_in_the_same_place(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step()
    found = folders(desk)
    assert (found["sent"], found["drafts"]) == ("Sent", "Drafts")
    assert desk.step(folders={"sent": "server", "drafts": "server"}).status is Status.UNCHANGED


@CLIENTS
def test_folders_of_the_users_own_stay(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.set_by_user(folders={"sent": "local", "drafts": "My drafts"}, check_interval=7)
    assert desk.step().status is Status.UNCHANGED
    desk.step(provider="spectrum")
    found = folders(desk)
    assert (found["sent"], found["drafts"]) == ("local", "My drafts")
    assert desk.stored().client.check_interval == 7
    # Any folder on the server is one: the client may have it from the server itself.
    assert desk.step(provider="spectrum", folders={"drafts": "server"}).status is Status.UNCHANGED
    step = desk.step(provider="spectrum", folders={"sent": "server"})
    assert [(one.setting, one.wanted, one.stored) for one in step.differences] == [("folders.sent", "server", "local")]
    assert folders(desk)["sent"] == "Sent"


@CLIENTS
def test_mail_that_is_not_kept_is_kept_again(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step(folders={"sent": "Gesendet"})
    if client is THUNDERBIRD:
        desk.edit(
            'user_pref("mail.identity.id1.fcc_folder"',
            'user_pref("mail.identity.id1.fcc", false);\nuser_pref("mail.identity.id1.fcc_folder"',
            times=1,
        )
    else:
        desk.edit("UseSentFolder=true", "UseSentFolder=false", times=1)
    assert folders(desk)["sent"] == "none"
    check = desk.inspect(folders={"sent": "server"}).check
    assert f"folders.sent: server wanted, none in {client.title}" in str(check)
    desk.step(folders={"sent": "server"})
    assert folders(desk)["sent"] == "Gesendet"


def test_evolution_asks_the_server_only_where_nothing_else_is_wanted(tmp_path: pathlib.Path) -> None:
    desk = Desk(EVOLUTION, tmp_path)

    def asks() -> bool:
        text = "".join(desk.settings().values())
        return "NeedsInitialSetup=true" in text

    desk.step()
    assert asks()
    desk.step(folders={"sent": "server", "drafts": "server"})
    assert asks()
    desk.step(folders={"sent": "local"})
    assert not asks()
    desk.step(folders={"sent": "server"})
    assert not asks()
    desk.step(folders={**ALL_FOLDERS, "sent": "Elsewhere"})
    assert not asks()
    desk.edit("NeedsInitialSetup=false", "NeedsInitialSetup=true", times=1)
    # Before Evolution connects for the first time, it is kept from overwriting what is wanted.
    assert desk.step(folders={"sent": "Elsewhere"}).status is Status.UPDATED
    assert not asks()
    desk.step(folders={"sent": "local"})
    desk.step(folders=ALL_FOLDERS)
    assert asks()


def test_thunderbird_names_folders_as_it_does_itself(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.step(
        folders={
            "sent": "Mail/Gesendet & mehr",
            "drafts": "Entwürfe",
            "templates": "local",
            "junk": "Spam",
            "trash": "Müll/Papierkorb",
        }
    )
    text = "".join(desk.settings().values())
    root = "imap://mario.rossi%40charter.net@imap.charter.net"
    for key, value in {
        "identity.id1.fcc_folder": f"{root}/Mail/Gesendet &- mehr",
        "identity.id1.draft_folder": f"{root}/Entw&APw-rfe",
        "identity.id1.stationery_folder": "mailbox://nobody@Local%20Folders/Templates",
        "server.server1.spamActionTargetFolder": f"{root}/Spam",
        "server.server1.trash_folder_name": "Müll/Papierkorb",
    }.items():
        assert f'user_pref("mail.{key}", "{value}");' in text
    assert 'user_pref("mail.server.server1.moveOnSpam", true);' in text
    # A move to another server takes them along.
    desk.step(provider="spectrum")
    assert "imap.charter.net" not in "".join(desk.settings().values())
    assert folders(desk, provider="spectrum")["drafts"] == "Entwürfe"


def test_receipts_of_one_account_keep_what_the_user_has_for_all(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    desk.step()
    (prefs,) = desk.settings()
    prefs.write_text(
        prefs.read_text() + 'user_pref("mail.mdn.report.enabled", false);\n'
        'user_pref("mail.receipt.request_return_receipt_on", true);\n'
    )
    assert desk.stored().client.request_receipts is True
    assert desk.step(request_receipts=True).status is Status.UNCHANGED
    desk.step(request_receipts=False)
    text = prefs.read_text()
    assert 'user_pref("mail.server.server1.mdn_report_enabled", false);' in text
    assert 'user_pref("mail.identity.id1.use_custom_prefs", true);' in text
    assert desk.stored().client.request_receipts is False


@CLIENTS
def test_what_a_client_cannot_is_said_once_and_is_no_difference(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    given = {"check_at_start": False, "compose_format": "plain", "request_receipts": True}
    desk.push({"email": "a@charter.net", **given}, {"email": "b@charter.net", **given})
    opened = desk.open()
    told = [
        text
        for email in ("a@charter.net", "b@charter.net")
        for text in opened.warnings(opened.read(), request(email=email, **given).account)
        if "check_at_start" in text
    ]
    assert len(set(told)) == (1 if client is EVOLUTION else 0)
    assert desk.inspect(email="a@charter.net", **given).check.status is CheckStatus.OK
    assert desk.step(email="a@charter.net", **given).status is Status.UNCHANGED


@CLIENTS
def test_removing_an_account_removes_what_goes_with_it(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    settings = {"server.max_cached_connections": 3, "identity/Mail Composition/ReplyStyle": "quoted"}
    desk.step(folders={"sent": "Gesendet", "junk": "Spam"}, check_interval=3, settings=settings)
    assert desk.step(state="absent").status is Status.REMOVED
    text = "".join(desk.settings().values())
    for word in ("Gesendet", "Spam", "charter.net", "max_cached_connections", "ReplyStyle"):
        assert word not in text


OWN_SETTINGS: t.Mapping[str, tuple[Options, tuple[str, ...]]] = {
    "thunderbird": (
        {"server.max_cached_connections": 3, "identity.bcc_others": True, "smtpserver.hello_argument": "desk 1"},
        (
            'user_pref("mail.server.server1.max_cached_connections", 3);',
            'user_pref("mail.identity.id1.bcc_others", true);',
            'user_pref("mail.smtpserver.smtp1.hello_argument", "desk 1");',
        ),
    ),
    "evolution": (
        {
            "account/Mail Account/MarkSeenTimeout": 500,
            "identity/Mail Composition/ReplyStyle": "do-not-quote",
            "transport/Smtp Backend/ReencodeData": True,
        },
        ("MarkSeenTimeout=500", "ReplyStyle=do-not-quote", "[Smtp Backend]\nReencodeData=true"),
    ),
}


@CLIENTS
def test_settings_in_the_clients_own_words(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    everybodys = {name: value for own, _lines in OWN_SETTINGS.values() for name, value in own.items()}
    own, lines = OWN_SETTINGS[client.name]
    desk.step()
    foreseen = plan(desk.open(), [request(settings=everybodys).account]).steps[0]
    step = desk.step(settings=everybodys)
    assert [change.key for change in step.changes] == [change.key for change in foreseen.changes]
    assert len(step.changes) == len(own)
    text = "".join(desk.settings().values())
    for line in lines:
        assert line in text
    assert desk.step(settings=everybodys).status is Status.UNCHANGED
    first = next(iter(own))
    other = {first: 4}
    check = desk.inspect(settings=other).check
    assert f"4 wanted, {own[first]} in {client.title}" in str(check)
    step = desk.step(settings=dict.fromkeys(own))
    assert step.status is Status.UPDATED
    assert all(change.after is None for change in step.changes)
    assert not any(line in "".join(desk.settings().values()) for line in lines)


@pytest.mark.parametrize(
    ("client", "name", "value"),
    [(THUNDERBIRD, "server.own_number", "text"), (EVOLUTION, "account/Own Group/OwnKey", 3)],
    ids=["thunderbird", "evolution"],
)
def test_a_setting_keeps_its_type(tmp_path: pathlib.Path, client: ClientEntry, name: str, value: t.Any) -> None:
    desk = Desk(client, tmp_path)
    desk.step(settings={name: 3 if client is THUNDERBIRD else True})
    before = desk.files()
    with pytest.raises(MailError) as error:
        desk.step(settings={name: value})
    assert name in str(error.value)
    assert desk.files() == before


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("server.hostname", "evil.example", "incoming"),
        ("server.realhostname", "evil.example", "incoming"),
        ("server.port", 993, "incoming"),
        ("server.socketType", 0, "incoming"),
        ("server.type", "imap", "protocol"),
        ("server.userName", "x", "username"),
        ("server.check_time", 3, "check_interval"),
        ("server.trash_folder_name", "x", "folders.trash"),
        ("server.spamActionTargetFolder", "x", "folders.junk"),
        ("server.authMethod", 1, "may not"),
        ("server.directory-rel", "[ProfD]x", "may not"),
        ("server.deferred_to_account", "account1", "may not"),
        ("server.oauth2.issuer", "x", "may not"),
        ("server.passwordX", "x", "may not"),
        ("server.charter_mail", "x", "may not"),
        ("identity.charter_mail_signature", "x", "may not"),
        ("identity.htmlSigText", "x", "signature"),
        ("identity/Mail Identity/Aliases", "x", "identities"),
        ("smtpserver.try_ssl", 0, "outgoing"),
        ("smtpserver.authMethod", 1, "may not"),
        ("smtpserver.clientid", "x", "may not"),
        ("identity.smtpServer", "smtp1", "may not"),
        ("identity.fcc_folder", "x", "folders.sent"),
        ("identity.useremail", "x", "email"),
        ("identity.encryption_cert_name", "x", "may not"),
        ("identity.archive_granularity", "1", "a whole number"),
        ("identity.archive_granularity", True, "a whole number"),
        ("identity.bcc_self", "yes", "true or false"),
        ("server.max_size", 1.5, "neither text"),
        ("server.max_size", [1], "neither text"),
        ("server.max_size", 2**31, "out of range"),
        ("server.note", "a\nb", "control character"),
        ("account/Authentication/Host", "x", "incoming"),
        ("transport/Authentication/Method", "none", "may not"),
        ("account/Security/Method", "none", "incoming"),
        ("account/Data Source/Parent", "x", "may not"),
        ("account/Imapx Backend/ShellCommand", "rm", "may not"),
        ("account/Imapx Backend/UseShellCommand", True, "may not"),
        ("account/Imapx Backend/UseIdle", True, "idle"),
        ("account/Refresh/IntervalMinutes", 1, "check_interval"),
        ("account/Mail Account/NeedsInitialSetup", True, "may not"),
        ("account/Mail Account/IdentityUid", "x", "may not"),
        ("identity/Mail Submission/SentFolder", "x", "folders.sent"),
        ("identity/Mail Submission/TransportUid", "x", "may not"),
        ("identity/Mail Identity/SignatureUid", "x", "signature"),
        ("account/WebDAV Backend/SslTrust", "x", "may not"),
        ("account/X-Charter-Mail/Account", "x", "may not"),
        ("account/Mail Account/MarkSeenTimeout", "5", "a whole number"),
        ("server.Type", "imap", "protocol"),
        ("identity.fullname", "x", "full_name"),
        ("identity.sig_file-REL", "x", "may not"),
        ("server.Max_Cached_Connections", 5, "Write server.max_cached_connections"),
        ("account/imapx backend/useIdle", True, "idle"),
        ("account/Imapx Backend /UseIdle", True, "idle"),
        ("account/Data source/Parent", "x", "may not"),
        ("account/imapx Backend/ConcurrentConnections", 5, "Write account/Imapx Backend/ConcurrentConnections"),
        ("mail.server.default.port", 1, "the name of no setting"),
        ("server.", 1, "the name of no setting"),
        ("account/A]\n[B/C", 1, "the name of no setting"),
        ("account/A/B[x]", 1, "the name of no setting"),
        ("other/A/B", 1, "the name of no setting"),
        ("server.a b", 1, "the name of no setting"),
        (3, 1, "the name of no setting"),
    ],
)
def test_a_setting_that_is_not_the_admins_is_refused(name: t.Any, value: t.Any, told: str) -> None:
    with pytest.raises(MailError) as error:
        requests({"email": None, "accounts": [{"email": "a@charter.net", "settings": {name: value}}]})
    assert told in str(error.value)
    assert f"settings.{name}" in str(error.value)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({"folders": {"trash": "local"}}, "folders.trash"),
        ({"folders": {"junk": "local"}}, "folders.junk"),
        ({"folders": {"sent": ""}}, "folders.sent"),
        ({"folders": {"sent": "/Sent"}}, "folders.sent"),
        ({"folders": {"sent": "a//b"}}, "folders.sent"),
        ({"folders": {"sent": "a\nb"}}, "folders.sent"),
        ({"folders": {"drafts": "x" * 201}}, "folders.drafts"),
        ({"check_interval": -1}, "check_interval"),
        ({"check_interval": 10081}, "check_interval"),
        ({"offline": "0"}, "offline"),
        ({"offline": "some"}, "offline"),
        ({"offline": "٣"}, "offline"),
        ({"offline": "99999999999"}, "offline"),
    ],
)
def test_what_no_client_can_do_is_refused(bad: Options, named: str) -> None:
    with pytest.raises(MailError) as error:
        requests({"email": "a@charter.net", "accounts": None, **bad})
    assert str(error.value).startswith(f"{named}:") or named in str(error.value)


@pytest.mark.parametrize(
    ("kind", "word", "remedy"),
    [
        ("sent", "Server", "Write server in small letters"),
        ("trash", "SERVER", "Write server in small letters"),
        ("drafts", " Local ", "Write local in small letters"),
        ("junk", "Local", "Write server, or a name"),
    ],
)
def test_a_keyword_in_other_letters_is_not_the_name_of_a_folder(kind: str, word: str, remedy: str) -> None:
    with pytest.raises(OptionError) as error:
        requests({"email": "a@charter.net", "accounts": None, "folders": {kind: word}})
    assert str(error.value).startswith(f"folders.{kind}: ")
    assert remedy in str(error.value)


@pytest.mark.parametrize("name", ["Mail/Server", "Server/Local", "Local mail", "Servers"])
def test_a_folder_may_have_such_a_word_in_its_name(name: str) -> None:
    (one,) = requests({"email": "a@charter.net", "accounts": None, "folders": {"sent": name}})
    assert one.account.folders.sent == Folder(Place.SERVER, name)


def test_an_entry_has_folders_of_its_own_or_those_of_the_task() -> None:
    entries = [{"email": "a@charter.net"}, {"email": "b@charter.net", "folders": {"drafts": "local"}}]
    one, other = requests({"email": None, "accounts": entries, "folders": {"sent": "local"}, "offline": "030"})
    assert [kind for kind, _folder in one.account.folders.given()] == ["sent"]
    assert [kind for kind, _folder in other.account.folders.given()] == ["drafts"]
    assert one.account.client.offline == "30"


@CLIENTS
def test_what_a_drift_report_ignores_is_not_compared(tmp_path: pathlib.Path, client: ClientEntry) -> None:
    desk = Desk(client, tmp_path)
    desk.step()
    given: Options = {**{name: values[-1] for name, values in VALUES.items()}, "folders": {"sent": "local"}}
    wanted = request(**given, settings={"server.max_size": 3, "account/A/B": 3})
    assert plan(desk.open(), [wanted.account]).changed
    ignored = without_ignored(wanted, IGNORED)
    assert dataclasses.replace(ignored.account) == dataclasses.replace(
        request().account, folders=NONE_GIVEN, full_name=None
    )
    assert not plan(desk.open(), [ignored.account]).changed


def test_settings_reach_a_client_as_they_are_and_show_no_secret() -> None:
    given = {
        "server.max_size": 3,
        "account/A B (C)/Key": True,
        "identity.note": "ü 'x'",
        "server.none": None,
        "server.passwordX": "geheim",
        "account/A/AccessToken": "geheim",
        "password": "geheim",
        "password:geheim": None,
        "server.list": ["geheim"],
    }
    found = hidden({"email": "a@charter.net", "settings": given}, argument_spec())
    shown = found.shown["settings"]
    kept = ("server.max_size", "account/A B (C)/Key", "identity.note", "server.none")
    assert {name: shown[name] for name in kept} == {name: given[name] for name in kept}
    assert "geheim" not in str(found.shown) + str(found.faults)
    assert "settings.server.list" in str(found.faults)
    for name in ("server.passwordX", "account/A/AccessToken"):
        with pytest.raises(MailError):
            requests({"email": "a@charter.net", "accounts": None, "settings": {name: shown[name]}})


def test_further_identities_use_the_folders_of_the_account(tmp_path: pathlib.Path) -> None:
    desk = Desk(THUNDERBIRD, tmp_path)
    given: Options = {"identities": [{"address": "office@charter.net"}], "folders": {"sent": "local"}}
    desk.step(**given, compose_format="plain")
    text = "".join(desk.settings().values())
    for identity in ("id1", "id2"):
        assert f'"mail.identity.{identity}.fcc_folder", "mailbox://nobody@Local%20Folders/Sent"' in text
        assert f'"mail.identity.{identity}.compose_html", false' in text
    assert desk.step(**given, compose_format="plain").status is Status.UNCHANGED


def test_outlook_names_what_it_does_not_get() -> None:
    wanted = request(folders={"sent": "local"}, idle=True, settings={"server.max_size": 3}).account
    assert not_staged(wanted) == ["folders.sent", "idle"]
    assert not_staged(request().account) == []
