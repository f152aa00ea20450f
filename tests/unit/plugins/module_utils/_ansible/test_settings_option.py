# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings by a client's own names: written, compared, unset, and refused where they are not the administrator's."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.option_secrets import hidden
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Status, plan
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError

from .desk import CLIENTS, Desk, Options, request

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
        ("server.authMethod", 1, "must not"),
        ("server.directory-rel", "[ProfD]x", "must not"),
        ("server.deferred_to_account", "account1", "must not"),
        ("server.oauth2.issuer", "x", "must not"),
        ("server.passwordX", "x", "must not"),
        ("server.charter_mail", "x", "must not"),
        ("identity.charter_mail_signature", "x", "must not"),
        ("identity.htmlSigText", "x", "signature"),
        ("identity/Mail Identity/Aliases", "x", "identities"),
        ("smtpserver.try_ssl", 0, "outgoing"),
        ("smtpserver.authMethod", 1, "must not"),
        ("smtpserver.clientid", "x", "must not"),
        ("identity.smtpServer", "smtp1", "must not"),
        ("identity.fcc_folder", "x", "folders.sent"),
        ("identity.useremail", "x", "email"),
        ("identity.encryption_cert_name", "x", "must not"),
        ("identity.archive_granularity", "1", "a whole number"),
        ("identity.archive_granularity", True, "a whole number"),
        ("identity.bcc_self", "yes", "true or false"),
        ("server.max_size", 1.5, "neither text"),
        ("server.max_size", [1], "neither text"),
        ("server.max_size", 2**31, "out of range"),
        ("server.note", "a\nb", "control character"),
        ("account/Authentication/Host", "x", "incoming"),
        ("transport/Authentication/Method", "none", "must not"),
        ("account/Security/Method", "none", "incoming"),
        ("account/Data Source/Parent", "x", "must not"),
        ("account/Imapx Backend/ShellCommand", "rm", "must not"),
        ("account/Imapx Backend/UseShellCommand", True, "must not"),
        ("account/Imapx Backend/UseIdle", True, "idle"),
        ("account/Refresh/IntervalMinutes", 1, "check_interval"),
        ("account/Mail Account/NeedsInitialSetup", True, "must not"),
        ("account/Mail Account/IdentityUid", "x", "must not"),
        ("identity/Mail Submission/SentFolder", "x", "folders.sent"),
        ("identity/Mail Submission/TransportUid", "x", "must not"),
        ("identity/Mail Identity/SignatureUid", "x", "signature"),
        ("account/WebDAV Backend/SslTrust", "x", "must not"),
        ("account/X-Charter-Mail/Account", "x", "must not"),
        ("account/Mail Account/MarkSeenTimeout", "5", "a whole number"),
        ("server.Type", "imap", "protocol"),
        ("identity.fullname", "x", "full_name"),
        ("identity.sig_file-REL", "x", "must not"),
        ("server.Max_Cached_Connections", 5, "Write server.max_cached_connections"),
        ("account/imapx backend/useIdle", True, "idle"),
        ("account/Imapx Backend /UseIdle", True, "idle"),
        ("account/Data source/Parent", "x", "must not"),
        ("account/imapx Backend/ConcurrentConnections", 5, "Write account/Imapx Backend/ConcurrentConnections"),
        ("mail.server.default.port", 1, "no client has a setting of this name"),
        ("server.", 1, "no client has a setting of this name"),
        ("account/A]\n[B/C", 1, "no client has a setting of this name"),
        ("account/A/B[x]", 1, "no client has a setting of this name"),
        ("other/A/B", 1, "no client has a setting of this name"),
        ("server.a b", 1, "no client has a setting of this name"),
        (3, 1, "no client has a setting of this name"),
    ],
)
def test_a_setting_that_is_not_the_admins_is_refused(name: t.Any, value: t.Any, told: str) -> None:
    with pytest.raises(MailError) as error:
        requests({"email": None, "accounts": [{"email": "a@charter.net", "settings": {name: value}}]})
    assert told in str(error.value)
    assert f"settings.{name}" in str(error.value)


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
