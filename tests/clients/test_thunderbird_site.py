# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site's files and user.js give: the collection sees it as the real Thunderbird does, and leaves it alone."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import client, preference_files
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.policy_preferences import (
    BUILT_IN_NUMBERS,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._clients.thunderbird.policy_cases import CASES

from . import thunderbird_process
from .thunderbird import Thunderbird, require
from .thunderbird_process import Plan
from .thunderbird_profiles import make_home

MARIO = "mario.rossi@charter.net"
PROGRAM = "/usr/lib/thunderbird"
PREF = f"{PROGRAM}/defaults/pref"
ETC = "/etc/thunderbird"
NETWORK = 'ip link set lo up && mount --bind "$0" "$1" && shift && exec "$@"'
LISTS = {"mail.accountmanager.accounts": "account2", "mail.accountmanager.defaultaccount": "account2"}
RELAY: dict[str, t.Any] = {
    "mail.smtpserver.smtp1.hostname": "relay.office.example",
    "mail.smtpserver.smtp1.username": "desk",
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
}
CLUB: dict[str, t.Any] = {
    **LISTS,
    "mail.account.account2.identities": "id1",
    "mail.account.account2.server": "server2",
    "mail.identity.id1.useremail": "mario@club.example",
    "mail.server.server2.hostname": "imap.club.example",
    "mail.server.server2.type": "imap",
    "mail.server.server2.userName": "mario",
}
VALUES = """
const found = {};
for (const name of Services.prefs.getChildList(arguments[0])) {
    const kinds = { 32: "getStringPref", 64: "getIntPref", 128: "getBoolPref" };
    try {
        found[name] = Services.prefs[kinds[Services.prefs.getPrefType(name)]](name);
    } catch {
        // It has no value: it is locked, and there is no default.
    }
}
return found;
"""


BUILT_IN = "return arguments[0].map(name => Services.prefs.getPrefType(name));"


@pytest.fixture(autouse=True)
def _thunderbird_is_here() -> None:
    require()


class Host(LocalFiles):
    """The host's files, with the folders of a site in the place of the real ones."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(str(folder / "journal"))
        self._folder = folder

    def place(self, path: str) -> str:
        return f"{self._folder}{path}" if path.startswith((PROGRAM, ETC)) else path

    def read(self, path: str) -> bytes | None:
        return super().read(self.place(path))

    def names(self, path: str) -> t.Sequence[str]:
        return super().names(self.place(path))


def _link(source: str, target: str) -> None:
    """Copy a file, without its content where that is possible: the program is large."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Site:
    """A host with files of its site, and a home with one profile."""

    def __init__(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.chmod(0o755)
        self.files = Host(folder)
        self.program = pathlib.Path(self.files.place(PROGRAM))
        self.pref = pathlib.Path(self.files.place(PREF))
        self.etc = pathlib.Path(self.files.place(ETC))
        shutil.copytree(PROGRAM, self.program, symlinks=True, copy_function=_link)
        defaults = self.program / "defaults"
        if defaults.is_symlink():
            defaults.unlink()
            shutil.copytree(f"{PROGRAM}/defaults", defaults, symlinks=True)
        shutil.copytree(ETC, self.etc)
        monkeypatch.setattr(thunderbird_process, "_SYSTEM_SETTINGS", self.etc)
        self.home = folder / "home"

    def make(self, prefs: t.Mapping[str, t.Any]) -> None:
        self.profile = make_home(self.home, prefs)

    def run(self, **options: t.Any) -> Outcome[t.Any]:
        root = Root(str(self.home / ".thunderbird"), (PROGRAM,), installed=True)
        configured = client.Thunderbird(self.files, root, None, scratch=lambda: str(self.home), backup=False)
        return reconcile(configured, [account(**options)])

    def open(self) -> Thunderbird:
        prefix = ["unshare", "--net", "--mount", "--", "sh", "-c", NETWORK, str(self.program), PROGRAM]
        return Thunderbird(self.home, copy=False, command_prefix=prefix)

    def senders(self) -> dict[str, str | None]:
        """What Thunderbird shows once it has started: the address of each identity, and the host it sends by."""
        with self.open() as opened:
            identities = [identity for shown in opened.accounts() for identity in shown["identities"]]
        return {
            identity["email"]: None if identity["outgoing"] is None else identity["outgoing"]["host"]
            for identity in identities
        }

    def prefs(self) -> dict[str, t.Any]:
        path = self.profile / "prefs.js"
        return dict(PrefsFile.parse(path.read_bytes(), str(path)).values)


@pytest.fixture
def site(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def account(**options: t.Any) -> Account:
    (found,) = requests({"email": MARIO, "accounts": None, **options})
    return found.account


def lines(prefs: t.Mapping[str, t.Any], kind: str = "pref") -> str:
    return "".join(f"{kind}({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items())


def test_the_collection_sees_what_thunderbird_sees(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"mail.server.test.x{number}" for number in range(22)]
    for where, name in (
        (site.pref, "aa"),
        (site.pref, "zz"),
        (site.program / "defaults/preferences", "m"),
        (site.etc / "defaults/pref", "m"),
        (site.etc / "pref", "m"),
    ):
        where.mkdir(parents=True, exist_ok=True)
        given = {"mail.server.test.order": f"{where.name}/{name}", "mail.server.test.own": name} | dict.fromkeys(
            names, f"{where}/{name}"
        )
        (where / f"{name}.js").write_text(lines(given))
    (site.pref / "bb.js").write_text('pref("mail.server.test.locked", 1, locked);pref("mail.server.test.x1", oops);')
    (site.etc / "pref/b.js").write_text(
        'pref("mail.server.test.locked", 2);pref("mail.server.test.sticky", "s", sticky);'
    )
    policies = {
        names[2]: {"Value": "policy"},
        names[3]: {"Value": "policy", "Status": "user"},
        names[4]: {"Value": "policy", "Status": "locked"},
        names[5]: {"Status": "clear"},
        names[6]: "policy",
    }
    (site.etc / "policies").mkdir()
    (site.etc / "policies/policies.json").write_text(json.dumps({"policies": {"Preferences": policies}}))
    given = {**dict.fromkeys(names[2:14], '"distribution"'), "mail.server.test.locked": "4", names[20]: "bare"}
    given |= {"mail.server.test.d1": "25", "mail.server.test.d2": "false", "mail.server.test.d3": "1.5"}
    (site.program / "distribution").mkdir(exist_ok=True)
    (site.program / "distribution/distribution.ini").write_text(
        "[Global]\nid=x\nversion=1\nabout=x\n[Preferences]\n"
        + "".join(f"{name}={value}\n" for name, value in given.items())
    )
    for folder in ("defaults/pref", "defaults/preferences"):
        (site.program / folder / "order.js").write_text(lines({names[18]: folder, f"mail.server.test.{folder[9:]}": 1}))
    for folder in ("pref", "defaults/pref"):
        (site.etc / folder / "order.js").write_text(lines({names[18]: f"etc {folder}"}))
    (site.program / "defaults/preferences/order2.js").write_text(lines({names[19]: "preferences"}))
    (site.etc / "defaults/pref/order2.js").write_text(lines({names[19]: "etc"}))
    (site.program / "defaults/preferences/order3.js").write_text(lines({names[21]: "preferences"}))
    (site.etc / "pref/order3.js").write_text(lines({names[21]: "etc pref"}))
    autoconfig = f'pref("{names[7]}", "c");defaultPref("{names[8]}", "c");lockPref("{names[9]}", "c");\n'
    autoconfig += f'pref("{names[10]}", "c");defaultPref("{names[2]}", "c");lockPref("mail.server.test.locked", 3);\n'
    site.make(dict.fromkeys([*names[3:8], *names[9:12], "mail.server.test.locked"], "mine"))
    (site.profile / "user.js").write_text(
        lines(dict.fromkeys([*names[9:13], names[4]], "user.js"), "user_pref")
        + f'user_pref("{names[0]}", oops, "x");\n'
        + 'user_pref("mail.server.test.behind", true); pref("mail.server.test.default", 1);\n'
    )
    write_settings = thunderbird_process._write_settings

    def with_autoconfig(directory: pathlib.Path, port: int, plan: Plan) -> None:
        write_settings(directory, port, plan)
        with (directory / "driver.cfg").open("a") as config:
            config.write("\n" + autoconfig)

    monkeypatch.setattr(thunderbird_process, "_write_settings", with_autoconfig)
    before = site.prefs()
    with site.open() as opened:
        expected = opened.run_script(VALUES, "mail.server.test.")
    # The driver's own AutoConfig is a program; the site's has these lines alone.
    (site.pref / "autoconfig.js").write_text(
        'pref("general.config.filename", "site.cfg");pref("general.config.obscure_value", 0);'
    )
    (site.etc / "site.cfg").write_text("//\n" + autoconfig)
    sources = preference_files.read(site.files, (PROGRAM,), str(site.profile))
    seen = {name: value for name, value in sources.seen(before).items() if name.startswith("mail.server.test.")}
    assert seen == expected
    assert sources.computed == ()


def test_policies_and_files_have_the_types_that_thunderbird_gives_them(site: Site) -> None:
    """JSON of Windows and macOS has 0 and 1 for booleans, and a preference has one type."""
    prefix = "mail.server.test."
    defaults = {prefix + name: case.default for name, case in CASES.items() if case.default is not None}
    (site.pref / "office.js").write_text(lines(defaults))
    policies = {prefix + name: case.policy for name, case in CASES.items()}
    (site.etc / "policies").mkdir()
    (site.etc / "policies/policies.json").write_text(json.dumps({"policies": {"Preferences": policies}}))
    site.make({prefix + name: case.stored for name, case in CASES.items() if case.stored is not None})
    before = site.prefs()
    with site.open() as opened:
        expected = opened.run_script(VALUES, prefix)
        built_in = opened.run_script(BUILT_IN, BUILT_IN_NUMBERS)
        if int(opened.version.partition(".")[0]) >= 157:  # a value that does not fit does not stop it there
            assert expected.pop(prefix + "h1") == CASES["h1"].policy["Value"]
    sources = preference_files.read(site.files, (PROGRAM,), str(site.profile), stored=before)
    seen = {name: value for name, value in sources.seen(before).items() if name.startswith(prefix)}
    assert {name: repr(value) for name, value in seen.items()} == {
        name: repr(value) for name, value in expected.items()
    }
    assert set(built_in) <= {64, 0}  # numbers, or nothing that this version has


def test_the_sites_smtp_server_stays_the_one_that_others_send_by(site: Site) -> None:
    (site.pref / "office.js").write_text(lines(RELAY))
    site.make(CLUB)
    site.run()
    both = {"mario@club.example": "relay.office.example", MARIO: "smtp.charter.net"}
    assert site.senders() == both
    assert not site.run().changed
    site.run(state="absent")
    assert site.senders() == {"mario@club.example": "relay.office.example"}
    assert not site.run(state="absent").changed


def test_the_sites_account_stays_in_its_place(site: Site) -> None:
    (site.pref / "office.js").write_text(lines({**RELAY, **CLUB}))
    site.make({})
    site.run()
    both = {"mario@club.example": "relay.office.example", MARIO: "smtp.charter.net"}
    assert site.senders() == both
    assert not site.run().changed
    with site.open() as opened:
        assert opened.default_account() == "account2"
    site.run(state="absent")
    assert site.senders() == {"mario@club.example": "relay.office.example"}


def test_accounts_that_the_site_appends_stay_beside_ours(site: Site) -> None:
    append = {"mail.accountmanager.appendaccounts": "account2"}
    club = {key: value for key, value in CLUB.items() if key not in LISTS}
    (site.pref / "office.js").write_text(lines({**RELAY, **club, **append}))
    site.make({})
    site.run()
    both = {"mario@club.example": "relay.office.example", MARIO: "smtp.charter.net"}
    for _start in range(3):
        assert site.senders() == both
        assert not site.run().changed
    site.run(state="absent")
    assert site.senders() == {"mario@club.example": "relay.office.example"}


def test_absent_leaves_the_smtp_server_that_others_send_by(site: Site) -> None:
    other = {"mail.smtpserver.smtp9.hostname": "smtp.other.example", "mail.smtpservers": "smtp9"}
    site.make({**CLUB, **other})
    site.run()
    # As a user would choose it in the settings of outgoing servers.
    prefs = {**site.prefs(), "mail.smtp.defaultserver": "smtp10"}
    (site.profile / "prefs.js").write_text(lines(prefs, "user_pref"))
    assert site.senders()["mario@club.example"] == "smtp.charter.net"
    site.run(state="absent")
    assert site.senders() == {"mario@club.example": "smtp.charter.net"}


def test_a_list_in_user_js_is_told_and_would_not_have_lasted(site: Site) -> None:
    site.make(CLUB)
    user_js = site.profile / "user.js"
    user_js.write_text(lines(LISTS, "user_pref"))
    before = site.prefs()
    for _start in range(2):
        with pytest.raises(HostError, match=r"user\.js, line 1: this file sets mail\.accountmanager\.accounts"):
            site.run()
        assert MARIO not in site.senders()
        assert before.items() <= {**site.prefs(), **LISTS}.items()
    user_js.unlink()
    site.run()
    assert MARIO in site.senders()
    user_js.write_text(lines(LISTS, "user_pref"))
    assert MARIO not in site.senders()  # so much for what was refused
