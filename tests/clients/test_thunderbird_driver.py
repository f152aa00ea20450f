# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of Thunderbird, without a mail server, in a network that drops all packets."""

from __future__ import annotations

import hashlib
import os
import pathlib
import re
import secrets
import subprocess
import time
import typing as t

import pytest

from .dropping_network import Network
from .thunderbird import Thunderbird, ThunderbirdError, require
from .thunderbird_data import ParsedPref
from .thunderbird_profiles import ADDRESS, FULL_NAME, imap_prefs, make_home, pop3_prefs

ANOTHER_USER = 60999  # unused
NEW_HOME_SINCE = 157  # or 154 to 156, which were not tried


def contents(folder: pathlib.Path) -> dict[str, str]:
    """The hash of every file below a directory, by relative path."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def pref_names(text: str) -> set[str]:
    return set(re.findall(r'^(?:user_)?pref\("([^"]+)"', text, re.MULTILINE))


def test_a_user_without_a_profile(network: Network, home: pathlib.Path) -> None:
    home.mkdir()
    with Thunderbird(home, copy=False, command_prefix=network.prefix) as client:
        assert client.wizard_shown()
        assert client.accounts() == []
        assert client.default_account() is None
        major = int(client.version.partition(".")[0])
        assert client.profile.parent == home / (".thunderbird" if major < NEW_HOME_SINCE else ".config/thunderbird")
        assert client.profile.name.endswith(".default-default")
        assert client.dialogs == ()


def test_an_imap_account(network: Network, home: pathlib.Path) -> None:
    profile = make_home(home, imap_prefs(ADDRESS))
    with Thunderbird(home, command_prefix=network.prefix) as client:
        accounts = client.accounts()
        assert client.default_account() == "account1"
        assert not client.wizard_shown()
        assert client.dialogs == ()
        assert client.profile == profile
    root = "imap://mario.rossi%40charter.net@imap.charter.net"
    assert [account["incoming"]["type"] for account in accounts] == ["imap", "none"]
    assert accounts[0] == {
        "key": "account1",
        "incoming": {
            "key": "server1",
            "type": "imap",
            "host": "imap.charter.net",
            "port": 993,
            "socket_type": 3,
            "auth_method": 3,
            "username": ADDRESS,
            "pretty_name": ADDRESS,
            "directory": f"{profile}/ImapMail/imap.charter.net",
            "login_at_startup": True,
            "check_new_mail": True,
            "leave_on_server": None,
            "leave_on_server_days": None,
        },
        "identities": [
            {
                "key": "id1",
                "email": ADDRESS,
                "full_name": FULL_NAME,
                "reply_to": None,
                "organization": "",
                "smtp_key": "smtp1",
                "outgoing": {
                    "key": "smtp1",
                    "type": "smtp",
                    "host": "smtp.charter.net",
                    "port": 587,
                    "socket_type": 2,
                    "auth_method": 3,
                    "username": ADDRESS,
                    "description": ADDRESS,
                },
                "fcc_folder": f"{root}/Sent",
                "drafts_folder": f"{root}/Drafts",
                "templates_folder": f"{root}/Templates",
            }
        ],
    }


def test_a_pop3_account(network: Network, home: pathlib.Path) -> None:
    make_home(home, pop3_prefs(ADDRESS))
    with Thunderbird(home, command_prefix=network.prefix) as client:
        incoming = client.accounts()[0]["incoming"]
        # It tries to log in at startup, although offline; the driver hides the resulting error.
        assert client.dialogs == ()
    assert (incoming["type"], incoming["host"], incoming["port"]) == ("pop3", "pop.charter.net", 995)
    assert (incoming["leave_on_server"], incoming["leave_on_server_days"]) == (True, 14)


def test_a_copy_leaves_the_home_unchanged(network: Network, home: pathlib.Path) -> None:
    profile = make_home(home, imap_prefs(ADDRESS))
    before = contents(home)
    with Thunderbird(home, command_prefix=network.prefix) as client:
        client.quit()
        copied_prefs = (client.profile_on_disk / "prefs.js").read_text()
        assert client.profile == profile != client.profile_on_disk
    assert contents(home) == before
    assert "mail.accountmanager.localfoldersserver" in pref_names(copied_prefs)
    assert not client.profile_on_disk.exists()


def test_the_driver_leaves_no_setting_in_the_profile(network: Network, home: pathlib.Path) -> None:
    profile = make_home(home, imap_prefs(ADDRESS))
    with Thunderbird(home, copy=False, command_prefix=network.prefix) as client:
        assert client.profile_on_disk == profile
    written = pref_names((profile / "prefs.js").read_text())
    quiet = pref_names((pathlib.Path(__file__).parent / "thunderbird_quiet.js").read_text())
    assert "mail.accountmanager.localfoldersserver" in written  # Thunderbird has written the file
    assert len(quiet) > 40
    assert not written & (quiet | {"marionette.port", "offline.startup_state", "network.online"})
    assert not (profile / "MarionetteActivePort").exists()
    assert not (profile / "user.js").exists()
    assert not list(pathlib.Path("/etc/thunderbird").rglob("*driver*"))


def test_a_profile_that_is_named(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    other = home / "other"
    other.mkdir()
    with Thunderbird(home, other, command_prefix=network.prefix) as client:
        assert client.profile == other
        assert client.wizard_shown()


def test_a_named_profile_outside_the_home_is_never_changed(home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    require()
    home.mkdir()
    with pytest.raises(ThunderbirdError, match="is not in the home"), Thunderbird(home, tmp_path / "other"):
        pass


def test_as_another_user(network: Network, tmp_path_factory: pytest.TempPathFactory) -> None:
    # Other users cannot access the directories of pytest.
    home = pathlib.Path("/var/tmp") / f"charter-tb-{secrets.token_hex(4)}"
    profile = make_home(home, imap_prefs(ADDRESS))
    try:
        subprocess.run(["chown", "--recursive", f"{ANOTHER_USER}:{ANOTHER_USER}", str(home)], check=True)
        with Thunderbird(home, copy=False, command_prefix=network.prefix) as client:
            status = pathlib.Path(f"/proc/{client.pid}/status").read_text()
        assert re.search(rf"^Uid:(\s+{ANOTHER_USER}){{4}}$", status, re.MULTILINE)
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
        assert (profile / "prefs.js").stat().st_uid == ANOTHER_USER
    finally:
        subprocess.run(["rm", "--recursive", str(home)], check=True)


def test_no_packet_leaves_the_machine(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    empty = home / "empty"
    empty.mkdir()
    network.packets_out()
    with Thunderbird(home, command_prefix=network.prefix) as client:
        assert client.run_script("return Services.io.offline;") is True
    with Thunderbird(empty, command_prefix=network.prefix, online=True) as client:
        time.sleep(5)
        assert client.run_script("return Services.io.offline;") is False
    assert network.packets_out() == []
    # A name lookup would have been seen.
    subprocess.run([*network.prefix, "timeout", "1", "getent", "hosts", "example.com"])
    assert "example com" in network.packets_out()[0]


PARSED: t.Sequence[tuple[bytes, bool, dict[bytes, ParsedPref]]] = [
    (b"", True, {}),
    (b'user_pref("fuzz.i", -2147483648);', True, {b"fuzz.i": ParsedPref(-2147483648, None)}),
    (b'user_pref("fuzz.s", \'a\\x41\\u00fc\\n\');', True, {b"fuzz.s": ParsedPref("aAü\n".encode(), None)}),
    (b'user_pref("fuzz.r", "\xff\xc3\xa4\t");', True, {b"fuzz.r": ParsedPref(b"\xff\xc3\xa4\t", None)}),
    (b'user_pref("fuzz.\xc3\xa4", true);', True, {b"fuzz.\xc3\xa4": ParsedPref(True, None)}),
    (b'pref("fuzz.d", 1);', True, {b"fuzz.d": ParsedPref(None, 1)}),
    (b'pref("fuzz.d", 1);user_pref("fuzz.d", 2);', True, {b"fuzz.d": ParsedPref(2, 1)}),
    (b'user_pref("fuzz.t", 1); user_pref("fuzz.t", "x");', True, {b"fuzz.t": ParsedPref(b"x", None)}),
    (b'user_pref("fuzz.a", 1); user_pref("fuzz.b", oops); user_pref("fuzz.c", false);', False,
     {b"fuzz.a": ParsedPref(1, None), b"fuzz.c": ParsedPref(False, None)}),
    (b'user_pref("fuzz.a", "1', False, {}),
    (b'user_pref("fuzz.a", 2147483648);', False, {}),
]  # fmt: skip


def test_thunderbirds_own_parser(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    inputs = [content for content, _sound, _prefs in PARSED]
    with Thunderbird(home, command_prefix=network.prefix) as client:
        answers = client.parse_prefs(inputs * 60)  # more than one batch; cases must not affect each other
        left = client.run_script("return Services.prefs.getChildList('fuzz.');")
    assert [(content, answer.sound, answer.prefs) for content, answer in zip(inputs, answers, strict=False)] == PARSED
    assert [answer.prefs for answer in answers] == [prefs for _content, _sound, prefs in PARSED] * 60
    assert all(bool(answer.errors) != answer.sound for answer in answers)
    assert left == []


def test_the_machines_own_settings_still_apply(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    [own] = re.findall(r'^pref\("(mail.shell.checkDefaultMail)", false\);$', debian_prefs(), re.MULTILINE)
    with Thunderbird(home, command_prefix=network.prefix) as client:
        assert client.run_script("return Services.prefs.getBoolPref(arguments[0]);", own) is False


def debian_prefs() -> str:
    return pathlib.Path("/etc/thunderbird/pref/thunderbird.js").read_text()


def test_environment_reaches_thunderbird(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    with Thunderbird(home, command_prefix=network.prefix, environment={"CHARTER_TEST": "a b"}) as client:
        environment = pathlib.Path(f"/proc/{client.pid}/environ").read_bytes().split(b"\0")
        assert b"CHARTER_TEST=a b" in environment
        assert f"HOME={home}".encode() in environment
        assert not [entry for entry in environment if entry.startswith(b"TMPDIR=/tmp\0")]
        assert os.environ.get("DBUS_SESSION_BUS_ADDRESS", "none").encode() not in environment
