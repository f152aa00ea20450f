# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which SMTP server the real Thunderbird sends where the one that is named is not in its list.

The rule differs between versions, so the collection takes everybody who may send by a server for one who does.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import smtp_servers
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.indexed_settings import IndexedSettings
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.tests.lab.hosts import Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser

from .test_thunderbird_mail import STORE
from .thunderbird import Thunderbird, ThunderbirdError, require
from .thunderbird_profiles import imap_prefs, make_home

SUCCESS = "0x0"
FIRST_THAT_FALLS_BACK = 157
HOSTS = {"smtp1": "smtp.charter.net", "smtp2": "mail.twc.com", "smtp3": "mail.brighthouse.com", "smtp4": ""}
LISTED = "smtp1,smtp2,smtp4"
# What the identities name: one in the list, one of which nothing is left, one that is not listed, one without a host.
NAMED = {"id1": "smtp2", "id2": "smtp9", "id3": "smtp3", "id4": "smtp4", "id5": ""}
LOST = ("id2", "id3")


class Case(t.NamedTuple):
    """Preferences, and by which server identities send that name none, and, since 157, those whose server is gone.

    ``before`` is the former up to 153, where it differs. None is no server at all.
    """

    prefs: dict[str, str]
    unnamed: str | None
    lost: str | None
    before: str | None = "same"


DEFAULT, OF_ALL = "mail.smtp.defaultserver", "mail.identity.default.smtpServer"
CASES = {
    "no default": Case({}, "smtp1", "smtp1"),
    "a default": Case({DEFAULT: "smtp2"}, "smtp2", "smtp2"),
    "a default that is gone": Case({DEFAULT: "smtp9"}, None, None),
    "a default that is not listed": Case({DEFAULT: "smtp3"}, None, None),
    "a default without a host": Case({DEFAULT: "smtp4"}, "smtp4", "smtp4"),
    "one for all identities": Case({DEFAULT: "smtp1", OF_ALL: "smtp2"}, "smtp2", "smtp1"),
    "one for all identities that is gone": Case({DEFAULT: "smtp1", OF_ALL: "smtp9"}, "smtp1", "smtp1", None),
}


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


def prefs(address: str, case: Case) -> dict[str, str | int | bool]:
    made = imap_prefs(address)
    del made[DEFAULT]
    made["mail.account.account1.identities"] = ",".join(NAMED)
    made["mail.smtpservers"] = LISTED
    for identity, smtp in NAMED.items():
        made[f"mail.identity.{identity}.useremail"] = address
        made[f"mail.identity.{identity}.valid"] = True
        made[f"mail.identity.{identity}.fcc"] = False
        made[f"mail.identity.{identity}.smtpServer"] = smtp
    for smtp, host in HOSTS.items():
        server: dict[str, str | int] = {
            "hostname": host,
            "type": "smtp",
            "port": 587,
            "try_ssl": 2,
            "authMethod": 3,
            "username": address,
        }
        made.update({f"mail.smtpserver.{smtp}.{name}": value for name, value in server.items() if value != ""})
    del made["mail.identity.id5.smtpServer"]
    return {**made, **case.prefs}


def expected(case: Case, version: str) -> dict[str, str | None]:
    """The identities, each with the key of the server by which this version of Thunderbird sends."""
    falls_back = int(version.partition(".")[0]) >= FIRST_THAT_FALLS_BACK
    unnamed = case.unnamed if falls_back or case.before == "same" else case.before
    lost = dict.fromkeys(LOST, case.lost if falls_back else None)
    return {"id1": "smtp2", **lost, "id4": "smtp4", "id5": unnamed}


def shown(client: Thunderbird) -> dict[str, str | None]:
    identities = [identity for account in client.accounts() for identity in account["identities"]]
    servers = {identity["key"]: identity["outgoing"] for identity in identities}
    return {key: None if server is None else server["key"] for key, server in servers.items()}


def of_smtp(path: pathlib.Path) -> dict[str, t.Any]:
    values = PrefsFile.parse(path.read_bytes(), str(path)).values
    # 115 gives each server that it opens a clientid.
    return {key: value for key, value in values.items() if "smtp" in key.lower() and not key.endswith(".clientid")}


def outcome(client: Thunderbird, identity: str, address: str) -> str:
    """Of a message that cannot be sent: the nsresult, or the error, which is what there is without any server."""
    try:
        return client.send(identity, address, "Never", "Hello\n")
    except ThunderbirdError as error:
        return str(error)


@pytest.mark.parametrize("name", CASES)
def test_who_sends_by_which_server(name: str, mail_lab: MailLab, tmp_path: pathlib.Path) -> None:
    case = CASES[name]
    made = prefs("mario.rossi@charter.net", case)
    profile = make_home(tmp_path / "home", made)
    before = of_smtp(profile / "prefs.js")
    for _start in range(2):
        with Thunderbird(tmp_path / "home", copy=False, command_prefix=mail_lab.command([])) as client:
            assert shown(client) == expected(case, client.version)
    # Nothing that is lost was repaired or dropped. The default is stored once it was asked for.
    after = of_smtp(profile / "prefs.js")
    after.pop(DEFAULT, None)
    before.pop(DEFAULT, None)
    assert after == before
    # Everybody who sends by a server, in any version, is known to the collection as one who does.
    settings = IndexedSettings.of(made)
    if not case.prefs:
        assert smtp_servers.default_smtp_server(settings) == "smtp1"
    senders = {smtp: smtp_servers.senders_by(settings, smtp) for smtp in LISTED.split(",")}
    for falling_back in (True, False):
        version = str(FIRST_THAT_FALLS_BACK if falling_back else FIRST_THAT_FALLS_BACK - 1)
        for identity, smtp in expected(case, version).items():
            assert smtp is None or identity in senders[smtp], json.dumps([version, identity, smtp])


def test_mail_goes_out_by_that_server(mail_lab: MailLab, mail_user: MailUser, tmp_path: pathlib.Path) -> None:
    case = CASES["a default"]
    make_home(tmp_path / "home", prefs(mail_user.address, case))
    sent = set()
    with Thunderbird(tmp_path / "home", command_prefix=mail_lab.command([]), ca=mail_lab.ca_path) as client:
        for host in filter(None, HOSTS.values()):
            assert client.run_script(STORE, f"smtp://{host}", mail_user.address, mail_user.password)
        for identity, smtp in expected(case, client.version).items():
            if smtp is None:
                assert outcome(client, identity, mail_user.address) != SUCCESS
            elif HOSTS[smtp]:  # without a host, it tries for minutes
                assert client.send(identity, mail_user.address, f"By {identity}", "Hello\n") == SUCCESS
                sent.add(HOSTS[smtp])
    logins = [one for one in mail_lab.logins() if (one.user, one.service) == (mail_user.address, Service.SUBMISSION)]
    assert {login.host for login in logins} == sent  # of several messages, it may send all by one connection
