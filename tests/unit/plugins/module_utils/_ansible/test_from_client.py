# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mail_verify makes of a profile: what is tested, with which passwords, and what differs."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request, requests
from ansible_collections.charter.mail.plugins.module_utils._ansible.from_client import Inspection
from ansible_collections.charter.mail.plugins.module_utils._ansible.inspect_on_linux import inspections
from ansible_collections.charter.mail.plugins.module_utils._clients import engine
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client import Evolution
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.location_choice import locate
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import CheckStatus
from ansible_collections.charter.mail.plugins.modules import mail_verify

pytestmark = pytest.mark.one_in(3)

EMAIL = "mario.rossi@charter.net"
PASSWORD = "the stored one"
ELSEWHERE = "mail.elsewhere.example"


def request(home: pathlib.Path, **options: t.Any) -> Request:
    (found,) = requests({"email": EMAIL, "accounts": None, "home": str(home), **options})
    return found


def configure(home: pathlib.Path, **options: t.Any) -> None:
    """Give Thunderbird the account, as the module does."""
    files = LocalFiles()
    with files.scratch() as scratch:
        client = Thunderbird(files, Root(str(home / ".thunderbird")), None, scratch=lambda: scratch)
        engine.reconcile(client, [request(home, **{"password": PASSWORD, **options}).account])


def edit(home: pathlib.Path, old: str, new: str) -> None:
    """Change prefs.js by hand."""
    path = home / ".thunderbird/charter.default/prefs.js"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def look(home: pathlib.Path, **options: t.Any) -> Inspection:
    (found,) = inspections(THUNDERBIRD, "auto", [request(home, **options)], pytest.fail)
    for secret in (PASSWORD, options.get("password")):
        assert secret is None or secret not in repr(found)
    return found


def passwords(found: Inspection) -> list[str | None]:
    """The passwords that would be used, incoming first."""
    logins = (found.logins.incoming, found.logins.outgoing)
    return [None if login.password is None else login.password.reveal() for login in logins]


def test_what_is_stored_is_used(tmp_path: pathlib.Path) -> None:
    configure(tmp_path)
    found = look(tmp_path)
    assert found.check.status is CheckStatus.OK
    assert found.account.incoming.host == "imap.charter.net"
    assert passwords(found) == [PASSWORD, PASSWORD]
    assert not found.stored_differ


def test_a_given_password_comes_first(tmp_path: pathlib.Path) -> None:
    configure(tmp_path)
    found = look(tmp_path, password="the given one")
    assert passwords(found) == ["the given one"] * 2
    assert found.check.evidence.startswith(
        "password for receiving: another one is stored in Thunderbird; "
        "password for sending: another one is stored in Thunderbird. "
    )
    kept = look(tmp_path, password="the given one", update_password="on_create")
    assert kept.check.status is CheckStatus.OK
    assert look(tmp_path, password=PASSWORD).check.status is CheckStatus.OK


def test_a_given_password_goes_to_no_host_that_only_the_profile_names(tmp_path: pathlib.Path) -> None:
    configure(tmp_path)
    edit(tmp_path, '"imap.charter.net"', f'"{ELSEWHERE}"')
    found = look(tmp_path, password="the given one")
    assert found.account.incoming.host == ELSEWHERE
    assert passwords(found) == [None, "the given one"]
    assert found.logins.incoming.no_password == (
        "the password given is not for the server that Thunderbird has for receiving"
    )


def test_a_given_password_goes_to_another_server_of_the_provider(tmp_path: pathlib.Path) -> None:
    configure(tmp_path, provider="spectrum")
    found = look(tmp_path, password=PASSWORD)
    assert found.account.incoming.host == found.account.outgoing.host == "mobile.charter.net"
    assert passwords(found) == [PASSWORD, PASSWORD]
    assert found.check.status is CheckStatus.FAILED


def test_no_password_goes_where_the_profile_asks_for_no_encryption(tmp_path: pathlib.Path) -> None:
    configure(tmp_path)
    edit(tmp_path, 'socketType", 3', 'socketType", 0')
    for password in (None, PASSWORD):
        found = look(tmp_path, password=password)
        assert found.account.incoming.security is Security.NONE
        assert passwords(found) == [None, PASSWORD]
        assert "not encrypted" in found.logins.incoming.no_password
        assert "imap.charter.net 993 ssl wanted, imap.charter.net 993 none in Thunderbird" in found.check.evidence


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        (
            'smtp1.username", "mario.rossi@charter.net"',
            'smtp1.username", "x"',
            f"username for sending: {EMAIL} wanted, x",
        ),
        ('smtp1.username", "mario.rossi@charter.net"', 'smtp1.username", ""', "wanted, nothing in Thunderbird"),
        ('useremail", "mario.rossi', 'useremail", "maria.rossi', f"email: {EMAIL} wanted, maria.rossi@charter.net in"),
        ('smtp1.authMethod", 3', 'smtp1.authMethod", 4', "mail.smtpserver.smtp1.authMethod: 3 wanted, 4 in"),
        (
            'id1.smtpServer", "smtp1"',
            'id1.smtpServer", ""',
            "outgoing: smtp.charter.net 587 starttls wanted, nothing in",
        ),
        ('smtp1.port", 587', 'smtp1.port", 70000', "smtp.charter.net 70000 starttls in"),
        ('smtp1.hostname", "smtp.charter.net"', 'smtp1.hostname", "a\\nQUIT"', "a quit 587 starttls in"),
    ],
)
def test_what_differs_is_said(tmp_path: pathlib.Path, old: str, new: str, clause: str) -> None:
    configure(tmp_path)
    edit(tmp_path, old, new)
    found = look(tmp_path)
    assert found.check.status is CheckStatus.FAILED
    assert clause in found.check.evidence
    assert clause in found.check.sentences
    assert "\n" not in found.check.sentences
    # What is tested can always be tested.
    assert found.account.outgoing.host == "smtp.charter.net"
    assert 1 <= found.account.outgoing.port <= 65535
    assert all("\n" not in login.username for login in (found.logins.incoming, found.logins.outgoing))


def test_an_account_made_by_hand_that_is_as_wanted(tmp_path: pathlib.Path) -> None:
    configure(tmp_path)
    edit(tmp_path, 'user_pref("mail.server.server1.charter_mail", "imap:mario.rossi@charter.net");\n', "")
    assert look(tmp_path).check.status is CheckStatus.OK


def test_only_what_the_options_say_is_compared(tmp_path: pathlib.Path) -> None:
    configure(tmp_path, full_name="Mario")
    assert look(tmp_path).check.status is CheckStatus.OK
    found = look(tmp_path, full_name="Maria")
    assert found.check.evidence.startswith("full_name: Maria wanted, Mario in Thunderbird. ")


def test_damage_and_unknown_people_are_said(tmp_path: pathlib.Path) -> None:
    configure(tmp_path)
    (tmp_path / ".thunderbird/charter.default/logins.json").write_text("{")
    damaged = look(tmp_path)
    assert damaged.check.status is CheckStatus.FAILED
    assert "logins.json, line 1: it is not JSON" in damaged.check.sentences
    nobody = look(tmp_path, user="nobody-has-this-name")
    assert "this host does not know that user" in nobody.check.sentences
    assert passwords(nobody) == [None, None]


def test_the_module_offers_the_same_locations_and_loads_no_client_unless_asked() -> None:
    assert str(client_registry.locations()).replace("'", "") in mail_verify.DOCUMENTATION
    conftest = pathlib.Path(__file__).parents[4] / "conftest.py"
    program = (
        f"import runpy, sys; runpy.run_path({str(conftest)!r}); import {mail_verify.__name__}; "
        "print({name.partition('_clients.')[2] for name in sys.modules if '_clients.' in name})"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": ":".join(sys.path)})
    entries = {f"{name}.client_entry" for name in client_registry.names()}
    entries |= {
        "client_entry",
        "thunderbird.installations",
        "evolution.installations",
        "evolution.password_store.store",
    }
    entries.add("outlook.staging_methods")
    needed = {*entries, *client_registry.names(), "evolution.password_store", "evolution.password_store.keyring_item"}
    assert ast.literal_eval(done.stdout) == needed, done.stderr


def in_evolution(home: pathlib.Path, **options: t.Any) -> Inspection:
    (found,) = inspections(EVOLUTION, "native", [request(home, **options)], pytest.fail)
    return found


def test_evolution_is_asked_in_the_same_way(tmp_path: pathlib.Path) -> None:
    missing = in_evolution(tmp_path)
    assert missing.check.status is CheckStatus.FAILED
    assert "charter.mail.evolution_account" in missing.check.advice
    files = LocalFiles()
    evolution = Evolution(files, locate(files, str(tmp_path), "native"), None, password_store="plaintext_keyring")
    engine.reconcile(evolution, [request(tmp_path, password=PASSWORD).account])
    found = in_evolution(tmp_path)
    assert found.check.status is CheckStatus.OK
    assert found.check.evidence.startswith(
        f"Evolution profile {tmp_path}/.config/evolution/sources is set up as wanted"
    )
    assert passwords(found) == [PASSWORD, PASSWORD]
    (transport,) = (path for path in tmp_path.rglob("*.source") if "[Mail Transport]" in path.read_text())
    transport.write_text(transport.read_text().replace("smtp.charter.net", ELSEWHERE))
    drifted = in_evolution(tmp_path, password="the given one")
    assert f"smtp.charter.net 587 starttls wanted, {ELSEWHERE} 587 starttls in Evolution" in drifted.check.sentences
    assert passwords(drifted) == ["the given one", PASSWORD]  # Evolution, too, would give it to that server
    transport.write_text("nonsense")
    assert ".source, line 1: " in in_evolution(tmp_path).check.sentences


def test_a_snap_of_evolution_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(OptionError, match=r"Evolution is not available as snap\. Write one of auto, native, flatpak"):
        inspections(EVOLUTION, "snap", [request(tmp_path)], pytest.fail)


def test_evolution_ignores_the_profile_of_thunderbird(tmp_path: pathlib.Path) -> None:
    assert in_evolution(tmp_path, profile="work").check.sentences == in_evolution(tmp_path).check.sentences
