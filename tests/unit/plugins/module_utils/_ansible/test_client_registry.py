# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of clients: adding an entry is all that a new client needs."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import pytest
from ansible.module_utils import basic

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_on_linux import run_module
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import System
from ansible_collections.charter.mail.plugins.modules import mail_verify

from .key_value_mail import FILE, KEY_VALUE_MAIL

pytestmark = pytest.mark.one_in(3)

NOBODY = {"host": "127.0.0.1", "port": 1}  # no test asks a name server or a server of somebody else
EMAILS = ("anna.bianchi@charter.net", "mario.rossi@charter.net", "zoe.verdi@charter.net")


@pytest.fixture(autouse=True)
def fourth_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client_registry.CLIENTS, KEY_VALUE_MAIL.name, KEY_VALUE_MAIL)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """Runs the main function of a module with these options, and returns its result."""

    def run_main(main: t.Callable[[], None], **options: t.Any) -> dict[str, t.Any]:
        arguments = {"ANSIBLE_MODULE_ARGS": {"_ansible_remote_tmp": "/nonexistent", "_ansible_diff": True, **options}}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            main()
        found: dict[str, t.Any] = json.loads(capsys.readouterr().out)
        return found

    return run_main


def accounts(*homes: pathlib.Path) -> list[dict[str, str]]:
    return [{"email": email, "home": str(home), "profile": "work"} for email, home in zip(EMAILS, homes)]


def test_it_is_a_choice() -> None:
    assert client_registry.names() == ["thunderbird", "evolution", "outlook", "keyvaluemail"]
    assert client_registry.names(System.LINUX) == ["thunderbird", "evolution", "keyvaluemail"]
    assert client_registry.names(System.WINDOWS) == ["outlook"]


def test_it_is_detected(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "usr/bin/keyvaluemail"
    program.mkdir(parents=True)
    paths = {name: [f"{tmp_path}{path}" for path in some] for name, some in client_registry.programs().items()}
    done = subprocess.run(
        ["sh", "-c", client_registry.detection_command(paths)], capture_output=True, text=True, check=True
    )
    assert client_registry.detected(done.stdout) == ["keyvaluemail"]


def test_it_is_configured_with_all_that_a_module_does(
    tmp_path: pathlib.Path, run: t.Callable[..., dict[str, t.Any]]
) -> None:
    homes = [tmp_path / name for name in "aba"]
    for home in homes:
        home.mkdir(exist_ok=True)

    def main() -> None:
        run_module(KEY_VALUE_MAIL)

    planned = run(main, accounts=accounts(*homes), _ansible_check_mode=True)
    assert planned["changed"]
    assert not (tmp_path / "a" / FILE).exists()
    created = run(main, accounts=accounts(*homes))
    assert [one["email"] for one in created["accounts"]] == list(EMAILS)
    assert [one["status"] for one in created["accounts"]] == ["created"] * 3
    assert created["diff"] == planned["diff"]
    assert created["diff"][0]["after_header"] == f"KeyValueMail profile {tmp_path}/a/{FILE}"
    assert "incoming: imap.charter.net, port 993, ssl" in created["diff"][0]["after"]
    again = run(main, accounts=accounts(*homes))
    assert (again["changed"], again["msg"]) == (False, "Accounts: 3 unchanged.")

    (tmp_path / "b" / FILE).write_text("no line of settings\n")
    (tmp_path / "b" / FILE).chmod(0o600)
    removed = run(main, accounts=accounts(homes[0]), state="absent")
    assert [one["status"] for one in removed["accounts"]] == ["removed"]


def test_its_settings_are_those_that_are_tested(
    tmp_path: pathlib.Path, run: t.Callable[..., dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FILE).write_text(
        f"imap:{EMAILS[0]}.incoming=127.0.0.1 1 ssl\nimap:{EMAILS[0]}.outgoing=127.0.0.1 1 starttls\n"
    )
    result = run(
        mail_verify.main,
        accounts=accounts(tmp_path),
        from_client="keyvaluemail",
        suggest=False,
        fail_on=["failed"],
        timeout=5,
    )
    assert result["failed"]
    summary = result["accounts"][0]["summary"]
    assert "imap.charter.net 993 ssl wanted, 127.0.0.1 1 ssl in KeyValueMail" in summary
    assert "127.0.0.1:1 refuses connections" in summary
    options = {"incoming": NOBODY, "outgoing": NOBODY, "suggest": False, "from_client": "keyvaluemail"}
    missing = run(mail_verify.main, email=EMAILS[1], home=str(tmp_path), **options)
    assert "KeyValueMail does not have the account" in missing["accounts"][0]["summary"]
    assert "example.mail.keyvaluemail_account" in missing["accounts"][0]["summary"]


def test_a_location_that_it_does_not_know_has_no_effect(
    tmp_path: pathlib.Path, run: t.Callable[..., dict[str, t.Any]]
) -> None:
    options = {"incoming": NOBODY, "outgoing": NOBODY, "suggest": False, "from_client": "keyvaluemail"}
    options.update(email=EMAILS[0], home=str(tmp_path))
    assert run(mail_verify.main, **options, location="snap").get("msg") == run(mail_verify.main, **options)["msg"]
