# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of the files that give Thunderbird preferences beside prefs.js, on real files."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import preference_files
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.effective_preferences import (
    Given,
    PreferenceSources,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.installations import Sandbox
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.files_below import FilesBelow

PROGRAM = "/usr/lib/thunderbird"
PREF = PROGRAM + "/defaults/pref"


@pytest.fixture
def host(tmp_path: pathlib.Path) -> FilesBelow:
    return FilesBelow(tmp_path)


def sources(host: FilesBelow, *programs: str) -> PreferenceSources:
    return preference_files.read(host, programs or (PROGRAM,), "/home/mario/p")


def seen(host: FilesBelow, stored: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    return dict(sources(host).seen(stored or {}))


def test_nothing_beside_prefs_js(host: FilesBelow) -> None:
    host.put(f"{PREF}/channel-prefs.js", 'pref("app.update.channel", "default");\n')
    host.put("/etc/thunderbird/pref/thunderbird.js", 'pref("mail.shell.checkDefaultMail", false);\n')
    found = sources(host)
    assert not found
    stored = {"mail.server.x": 1}
    assert found.seen(stored) is stored
    assert found.as_stored({}, stored) is stored
    assert len(host.asked) <= 10


def test_the_folders_and_the_names_count_in_thunderbirds_order(host: FilesBelow) -> None:
    host.put(f"{PREF}/aa.js", 'pref("mail.server.x.order", "aa");pref("mail.server.x.place", "program");')
    host.put(f"{PREF}/zz.js", 'pref("mail.server.x.order", "zz");pref("mail.server.x.zz", true);')
    host.put("/etc/thunderbird/pref/a.js", 'pref("mail.server.x.place", "Debian");')
    assert seen(host) == {"mail.server.x.order": "aa", "mail.server.x.place": "Debian", "mail.server.x.zz": True}
    host.put("/etc/thunderbird/defaults/pref/a.js", 'pref("mail.server.x.place", "etc");')
    assert seen(host)["mail.server.x.place"] == "etc"
    host.put("/opt/thunderbird/defaults/pref/a.js", 'pref("mail.server.x.order", "opt");')
    assert sources(host, "/opt/thunderbird").seen({}) == {"mail.server.x.order": "opt", "mail.server.x.place": "etc"}
    assert not sources(host, "/app/lib/thunderbird")


def test_the_grammar_of_default_preferences(host: FilesBelow) -> None:
    text = b"""\xef\xbb\xbf// a comment with mail.
pref("mail.server.a", 'one', sticky);
sticky_pref ( "mail.server.b" , -5 , locked ) ;
pref("mail.server.broken", oops); pref("mail.server.c", false); pref("mail.server.broken", 1, other);
pref("browser.x", 1); user_pref("mail.server.d", "x\\u00fc");
"""
    host.put(f"{PREF}/a.js", text)
    found = sources(host)
    assert found.seen({}) == {
        "mail.server.a": "one",
        "mail.server.b": -5,
        "mail.server.c": False,
        "mail.server.d": "xü",
    }
    assert found.overrides == {"mail.server.b": Given(-5, f"{PREF}/a.js", 3, locked=True)}
    assert found.defaults["mail.server.c"].place == f"{PREF}/a.js, line 4"


def test_a_lock_outlives_later_files_and_hides_the_users_value(host: FilesBelow) -> None:
    host.put(f"{PREF}/a.js", 'pref("mail.server.x", "first", locked);')
    host.put("/etc/thunderbird/pref/a.js", 'pref("mail.server.x", "second");')
    assert seen(host, {"mail.server.x": "mine"}) == {"mail.server.x": "first"}


def test_user_js_comes_after_prefs_js(host: FilesBelow) -> None:
    host.put(
        "/home/mario/p/user.js",
        'user_pref("mail.server.x", 143);\nuser_pref("mail.server.b", oops);\npref("mail.server.y", 1);\n',
    )
    assert seen(host, {"mail.server.x": 993}) == {"mail.server.x": 143, "mail.server.y": 1}
    assert sources(host).overrides["mail.server.x"].place == "/home/mario/p/user.js, line 1"
    assert sources(host, "/app/lib/thunderbird").seen({})["mail.server.x"] == 143


def autoconfig(host: FilesBelow, text: str | bytes, place: str = PROGRAM, more: str = "") -> None:
    host.put(f"{PREF}/autoconfig.js", 'pref("general.config.filename", "site.cfg");' + more)
    host.put(f"{place}/site.cfg", text)


@pytest.mark.parametrize("place", [PROGRAM, "/etc/thunderbird"])
def test_autoconfig_with_plain_values(host: FilesBelow, place: str) -> None:
    text = 'pref("mail.server.first.line", 1);\nlockPref("mail.server.x", 1)\n'
    text += 'defaultPref("mail.server.y", "y"); // why\npref("mail.server.z", true);'
    autoconfig(host, text, place, 'pref("general.config.obscure_value", 0);')
    host.put("/home/mario/p/user.js", 'user_pref("mail.server.z", false);')
    assert seen(host, {"mail.server.x": 2, "mail.server.z": False}) == {
        "mail.server.x": 1,
        "mail.server.y": "y",
        "mail.server.z": True,
    }
    assert sources(host).overrides["mail.server.x"] == Given(1, f"{place}/site.cfg", 2, locked=True)
    assert sources(host).computed == ()


def test_autoconfig_is_shifted_by_thirteen_unless_it_is_told(host: FilesBelow) -> None:
    text = b'//\nlockPref("mail.server.x", "y");\n'
    autoconfig(host, bytes((byte + 13) % 256 for byte in text))
    assert seen(host) == {"mail.server.x": "y"}


def test_autoconfig_that_computes_is_told_and_what_it_names_is_taken(host: FilesBelow) -> None:
    text = '//\nif (getenv("USER") == "x") { lockPref("mail.server.server7.port", 143); }\npref("mail.server.y", n);'
    autoconfig(host, text, more='pref("general.config.obscure_value", 0);')
    found = sources(host)
    assert found.computed == (f"{PROGRAM}/site.cfg",)
    assert not found.overrides
    assert list(found.seen({}).values()) == ["server7"]
    assert found.as_stored({}, found.seen({})) == {}


def test_autoconfig_that_goes_on_at_a_server_is_told(host: FilesBelow) -> None:
    text = '//\nlockPref("autoadmin.global_config_url", "https://office.example/x");lockPref("mail.server.x", 1);'
    autoconfig(host, text, more='pref("general.config.obscure_value", 0);')
    assert sources(host).computed == (f"{PROGRAM}/site.cfg",)
    assert seen(host) == {"mail.server.x": 1}


@pytest.mark.parametrize("text", [False, True])
def test_policies(host: FilesBelow, text: bool) -> None:
    given: t.Any = {
        "mail.server.a": {"Value": "a"},
        "mail.server.b": {"Value": 2, "Status": "locked"},
        "mail.server.c": {"Value": True, "Status": "user"},
        "mail.server.d": {"Status": "clear"},
        "mail.server.e": 5,
        "mail.server.f": {"Value": "default", "Status": "default"},
        "browser.g": 1,
    }
    policies = {"policies": {"Preferences": json.dumps(given) if text else given}}
    host.put("/etc/thunderbird/policies/policies.json", json.dumps(policies))
    host.put(f"{PROGRAM}/distribution/policies.json", '{"policies": {"Preferences": {"mail.server.z": 1}}}')
    stored = dict.fromkeys(
        ("mail.server.a", "mail.server.b", "mail.server.c", "mail.server.d", "mail.server.e"), "mine"
    )
    assert seen(host, stored) == {
        "mail.server.a": "mine",
        "mail.server.b": 2,
        "mail.server.c": True,
        "mail.server.e": 5,
        "mail.server.f": "default",
    }


def test_a_policy_keeps_the_lock_of_a_file(host: FilesBelow) -> None:
    host.put(f"{PREF}/a.js", 'pref("mail.server.x", 1, locked);')
    host.put(f"{PROGRAM}/distribution/policies.json", '{"policies": {"Preferences": {"mail.server.x": {"Value": 2}}}}')
    assert seen(host, {"mail.server.x": 3}) == {"mail.server.x": 2}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"policies": 1}', '{"policies": {"Preferences": [1]}}', "\xff"])
def test_policies_that_thunderbird_cannot_take(host: FilesBelow, text: str) -> None:
    host.put("/etc/thunderbird/policies/policies.json", text.encode("latin-1"))
    assert not sources(host)


DISTRIBUTION = "[Global]\nid=office\nversion=1\nabout=Office\n[Preferences]\n"


def test_the_distributors_preferences(host: FilesBelow) -> None:
    host.put(f"{PREF}/a.js", 'pref("mail.server.number", 1);pref("mail.server.locked", "a", locked);')
    host.put(
        "/etc/thunderbird/policies/policies.json", '{"policies": {"Preferences": {"mail.server.p": {"Value": "p"}}}}'
    )
    lines = (
        'mail.server.text="a text"',
        "mail.server.bare=a text",
        'mail.server.open="a',
        "mail.server.n=25",
        "mail.server.half=2.5",
        "mail.server.large=4294967295",
        "mail.server.nan=NaN",
        "mail.server.no=false",
        "mail.server.list=[1]",
        "mail.server.null=null",
        'mail.server.number="one"',
        'mail.server.locked="b"',
        'mail.server.p="d"',
        "browser.x=1",
    )
    host.put(f"{PROGRAM}/distribution/distribution.ini", DISTRIBUTION + "\n".join(lines))
    assert seen(host) == {
        "mail.server.text": "a text",
        "mail.server.bare": "a text",
        "mail.server.open": "a",
        "mail.server.n": 25,
        "mail.server.half": 2,
        "mail.server.large": -1,
        "mail.server.nan": "NaN",
        "mail.server.no": False,
        "mail.server.number": 1,
        "mail.server.locked": "a",
        "mail.server.p": "d",
    }
    assert seen(host, {"mail.server.n": 26})["mail.server.n"] == 26


def test_a_lock_without_a_value_stays_without_one(host: FilesBelow) -> None:
    host.put(f"{PROGRAM}/distribution/distribution.ini", f"{DISTRIBUTION}mail.server.x=1\n")
    policies = {"policies": {"Preferences": {"mail.server.x": {"Status": "locked"}}}}
    host.put(f"{PROGRAM}/distribution/policies.json", json.dumps(policies))
    stored = {"mail.server.x": 2}
    assert preference_files.read(host, (PROGRAM,), "/home/mario/p", stored=stored).seen(stored) == {}


@pytest.mark.parametrize("key", ["id", "version", "about"])
def test_a_distribution_without_a_name_gives_nothing(host: FilesBelow, key: str) -> None:
    text = "".join(line for line in DISTRIBUTION.splitlines(keepends=True) if not line.startswith(key))
    host.put(f"{PROGRAM}/distribution/distribution.ini", f"{text}mail.server.x=1\n")
    assert not sources(host)


def test_the_programs_second_folder(host: FilesBelow) -> None:
    for folder in ("/etc/thunderbird/pref", f"{PROGRAM}/defaults/preferences", "/etc/thunderbird/defaults/pref"):
        host.put(f"{folder}/a.js", f'pref("mail.server.x", "{folder}");')
        assert seen(host) == {"mail.server.x": folder}


SNAP = Sandbox("/snap/thunderbird/current", "/etc/thunderbird/policies/policies.json", "")
FLATPAK = Sandbox("/flatpak/files", "/flatpak/etc/policies/policies.json", "/flatpak/etc")


@pytest.mark.parametrize(("box", "has_system"), [(SNAP, False), (FLATPAK, True)])
def test_a_sandbox_has_its_own_files(box: Sandbox, has_system: bool, host: FilesBelow) -> None:
    host.put(f"{box.program}/defaults/pref/a.js", 'pref("mail.server.x.program", 1);')
    if has_system:
        host.put(f"{box.system}/defaults/pref/a.js", 'lockPref("x", 1);pref("mail.server.x.system", 1);')
    host.put(box.policies, json.dumps({"policies": {"Preferences": {"mail.server.x.policy": {"Value": 1}}}}))
    host.put(f"{box.program}/distribution/policies.json", "{}")
    host.put("/etc/thunderbird/defaults/pref/a.js", 'pref("mail.server.x.host", 1);')
    found = preference_files.read(host, ("/app/lib/thunderbird",), "/home/mario/p", (box,))
    wanted = {"mail.server.x.program", "mail.server.x.policy", *(["mail.server.x.system"] if has_system else [])}
    assert set(found.seen({})) == wanted


def test_what_the_user_cannot_read_counts_for_nothing(host: FilesBelow, monkeypatch: pytest.MonkeyPatch) -> None:
    host.put(f"{PREF}/a.js", 'pref("mail.server.x", 1);')

    def refused(_self: object, path: str) -> t.Any:
        raise HostError(path, "permission denied", "see to it")

    monkeypatch.setattr(LocalFiles, "read", refused)
    assert not sources(host)
    monkeypatch.setattr(LocalFiles, "names", refused)
    assert not sources(host)
