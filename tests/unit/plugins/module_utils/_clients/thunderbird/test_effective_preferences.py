# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Thunderbird sees, what prefs.js must have for it, and what would not last: whole runs on real files."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests
from ansible_collections.charter.mail.plugins.module_utils._clients.engine import Outcome, Status, plan, reconcile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client import Thunderbird
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.effective_preferences import (
    Given,
    PreferenceSources,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.profile_choice import Root
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

pytestmark = pytest.mark.one_in(3)

MARIO = "mario.rossi@charter.net"
ACCOUNTS, SMTP_SERVERS = "mail.accountmanager.accounts", "mail.smtpservers"
DEFAULT_ACCOUNT, DEFAULT_SMTP = "mail.accountmanager.defaultaccount", "mail.smtp.defaultserver"
SERVERS = {"mail.smtpserver.smtp1.hostname": "relay.office.example", "mail.smtpserver.smtp1.username": "desk"}
RELAY = {**SERVERS, SMTP_SERVERS: "smtp1", DEFAULT_SMTP: "smtp1"}
SITE: dict[str, t.Any] = {
    **RELAY,
    ACCOUNTS: "account1",
    DEFAULT_ACCOUNT: "account1",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.identity.id1.useremail": "desk@office.example",
    "mail.server.server1.hostname": "imap.office.example",
    "mail.server.server1.type": "imap",
    "mail.server.server1.userName": "desk",
}

_NAMES = st.sampled_from(["mail.a", "mail.b", "mail.c", "mail.d"])
_SETTINGS = st.dictionaries(_NAMES, st.one_of(st.booleans(), st.integers(0, 2), st.sampled_from(["0", "1"])))


def account(email: str = MARIO, **options: t.Any) -> Account:
    (found,) = requests({"email": email, "accounts": None, **options})
    return found.account


class Home:
    """A home with one profile, and an installation."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.program = path / "program"
        self.profile = path / "home/.thunderbird/p"
        self.site_file = self.program / "defaults/pref/site.js"
        self.site_file.parent.mkdir(parents=True)
        (self.program / "application.ini").touch()
        self.profile.mkdir(parents=True)
        (self.profile / "compatibility.ini").write_text("[Compatibility]\n")
        ini = "[Profile0]\nName=default\nIsRelative=1\nPath=p\nDefault=1\n[General]\nVersion=2\n"
        (self.profile.parent / "profiles.ini").write_text(ini)

    def site(self, prefs: t.Mapping[str, t.Any], end: str = "") -> None:
        self.site_file.write_text("".join(f'pref("{name}", {json.dumps(prefs[name])}{end});\n' for name in prefs))

    def write(self, prefs: t.Mapping[str, t.Any], name: str = "prefs.js") -> None:
        lines = [f'user_pref("{key}", {json.dumps(prefs[key])});\n' for key in sorted(prefs)]
        (self.profile / name).write_text("".join(lines))

    def prefs(self) -> dict[str, t.Any]:
        path = self.profile / "prefs.js"
        return dict(PrefsFile.parse(path.read_bytes(), str(path)).values) if path.exists() else {}

    def start(self, site: t.Mapping[str, t.Any], user_js: t.Mapping[str, t.Any] | None = None) -> None:
        """As Thunderbird does it: user.js is copied, and what equals a default is dropped."""
        kept = {key: value for key, value in {**self.prefs(), **(user_js or {})}.items() if site.get(key) != value}
        self.write(kept)

    def client(self) -> Thunderbird:
        files = LocalFiles(str(self.path / "journal"))
        root = Root(str(self.profile.parent), (str(self.program),), installed=True)
        return Thunderbird(files, root, None, scratch=lambda: str(self.path), backup=False)

    def run(self, *accounts: Account) -> Outcome[t.Any]:
        return reconcile(self.client(), accounts)

    def refused(self, wanted: Account) -> str:
        """The error of a run, of a second one, and of check mode, which are the same; nothing is written."""
        before = self.prefs()
        found = []
        for _run in range(2):
            with pytest.raises(HostError) as error:
                self.run(wanted)
            found.append(str(error.value))
        with pytest.raises(HostError) as error:
            plan(self.client(), [wanted])
        assert {str(error.value)} == set(found)
        assert self.prefs() == before
        return found[0]


@pytest.fixture
def home(tmp_path: pathlib.Path) -> Home:
    return Home(tmp_path)


def test_the_sites_smtp_server_keeps_its_number_and_stays_the_default(home: Home) -> None:
    home.site(RELAY)
    assert [step.status for step in home.run(account()).steps] == [Status.CREATED]
    prefs = home.prefs()
    assert prefs[SMTP_SERVERS] == "smtp1,smtp2"
    assert prefs["mail.smtpserver.smtp2.hostname"] == "smtp.charter.net"
    assert prefs["mail.identity.id1.smtpServer"] == "smtp2"
    assert not [key for key in prefs if key.startswith("mail.smtpserver.smtp1.") or key == DEFAULT_SMTP]
    home.start(RELAY)
    assert not home.run(account()).changed
    home.run(account(state="absent"))
    assert home.prefs() == {"mail.account.lastKey": 1}
    assert not home.run(account(state="absent")).changed


def test_the_sites_account_keeps_its_place_and_its_numbers(home: Home) -> None:
    home.site(SITE)
    home.run(account())
    prefs = home.prefs()
    assert prefs[ACCOUNTS] == "account1,account2"
    assert prefs["mail.server.server2.hostname"] == "imap.charter.net"
    assert not prefs.keys() & (SITE.keys() - {ACCOUNTS, SMTP_SERVERS})
    home.start(SITE)
    assert not home.run(account()).changed
    home.run(account(state="absent"))
    assert home.prefs() == {"mail.account.lastKey": 2}


def test_what_the_user_has_of_the_sites_account_stays(home: Home) -> None:
    home.site(SITE)
    theirs = {"mail.server.server1.directory-rel": "[ProfD]ImapMail/x", ACCOUNTS: "account1,account7"}
    home.write(theirs)
    home.run(account())
    prefs = home.prefs()
    assert prefs[ACCOUNTS] == "account1,account7,account8"
    assert prefs["mail.server.server1.directory-rel"] == "[ProfD]ImapMail/x"


def of_mario(**server: t.Any) -> dict[str, t.Any]:
    """An account of Mario's, as the site gives it."""
    return {
        **SITE,
        "mail.identity.id1.useremail": MARIO,
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.server.server1.hostname": "imap.charter.net",
        "mail.server.server1.port": 993,
        "mail.server.server1.socketType": 3,
        "mail.server.server1.userName": MARIO,
        "mail.smtpserver.smtp1.hostname": "smtp.charter.net",
        "mail.smtpserver.smtp1.port": 587,
        "mail.smtpserver.smtp1.try_ssl": 2,
        "mail.smtpserver.smtp1.username": MARIO,
        **{f"mail.server.server1.{key}": value for key, value in server.items()},
    }


def test_an_account_that_the_site_gives_is_taken_as_it_is(home: Home) -> None:
    home.site(of_mario())
    assert not home.run(account()).changed
    assert home.prefs() == {}


def test_an_account_that_the_site_gives_is_not_shadowed(home: Home) -> None:
    home.site(of_mario(port=143))
    told = home.refused(account())
    assert told.startswith(f"{home.site_file}, line ")
    assert "gives mail.server.server1.port the value 143 for all users" in told


def test_an_account_that_the_site_gives_is_not_removed(home: Home) -> None:
    home.site(of_mario())
    assert "would be back at the next start" in home.refused(account(state="absent"))
    assert not home.run(account("anna@charter.net", state="absent")).changed


def test_the_sites_default_is_not_taken_over(home: Home) -> None:
    home.site(SITE)
    assert f"{DEFAULT_ACCOUNT} the value 'account1'" in home.refused(account(default=True))


def test_the_sites_default_counts_again(home: Home) -> None:
    more = {"mail.account.account5.server": "server5", "mail.identity.id1.smtpServer": "smtp1"}
    home.site({**SITE, **more, ACCOUNTS: "account5,account1"})
    home.run(account())
    home.write({**home.prefs(), DEFAULT_ACCOUNT: "account6", DEFAULT_SMTP: "smtp2"})
    home.run(account(state="absent"))
    assert not home.prefs().keys() & {DEFAULT_ACCOUNT, DEFAULT_SMTP}


APPENDED = "mail.accountmanager.appendaccounts"
VERSION = "mailnews.append_preconfig_accounts.version"


def test_an_account_that_the_site_has_thunderbird_append_is_there_already(home: Home) -> None:
    site = {key: value for key, value in of_mario().items() if key not in {ACCOUNTS, DEFAULT_ACCOUNT}}
    home.site({**site, APPENDED: "account1"})
    assert not home.run(account()).changed
    assert home.prefs() == {}
    assert "would be back at the next start" in home.refused(account(state="absent"))
    home.run(account("anna@charter.net"))
    assert home.prefs()[ACCOUNTS] == "account1,account2"
    assert not home.run(account(), account("anna@charter.net")).changed


@pytest.mark.parametrize(("version", "default", "there"), [(1, None, True), (2, None, False), (2, 2, True)])
def test_until_when_the_sites_accounts_are_appended(home: Home, version: int, default: int | None, there: bool) -> None:
    home.site({**SITE, APPENDED: "account7, account1", **({} if default is None else {VERSION: default})})
    home.write({ACCOUNTS: "account1", VERSION: version})
    found = home.client().read()
    assert found.settings[ACCOUNTS] == ("account1,account7" if there else "account1")
    home.run(account())
    assert home.prefs()[ACCOUNTS] == ("account1,account7,account8" if there else "account1,account8")
    assert not home.run(account()).changed


@pytest.mark.parametrize("name", ["user.js", "site.js"])
def test_a_list_that_another_file_has_the_last_word_on(home: Home, name: str) -> None:
    lists = {ACCOUNTS: "account_nix"}
    if name == "user.js":
        home.write(lists, name)
    else:
        home.site(lists, ", locked")
    for _start in range(2):
        told = home.refused(account())
        assert f"/{name}, line 1: this file " in told
        assert "mail.accountmanager.accounts to 'account_nix'" in told
        home.start({}, lists if name == "user.js" else {})
    assert not home.run(account(state="absent")).changed


@pytest.mark.parametrize(
    ("value", "refused"), [(143, True), ("993", True), (993, False)], ids=["another", "another type", "the same"]
)
def test_one_value_of_ours_in_user_js(home: Home, value: int | str, refused: bool) -> None:
    home.run(account())
    home.write({"mail.server.server1.port": value}, "user.js")
    if refused:
        assert "user.js, line 1: this file sets mail.server.server1.port" in home.refused(account())
    else:
        assert not home.run(account()).changed
    home.start({}, {"mail.server.server1.port": value})
    if refused:
        assert "so 993 for" in home.refused(account())


def test_absent_in_spite_of_a_single_value_in_user_js(home: Home) -> None:
    home.run(account())
    home.write({"mail.server.server1.port": 143}, "user.js")
    home.run(account(state="absent"))
    assert home.prefs() == {"mail.account.lastKey": 1}
    home.start({}, {"mail.server.server1.port": 143})
    assert not home.run(account(state="absent")).changed
    home.run(account())
    assert home.prefs()["mail.server.server2.port"] == 993


def test_absent_of_an_account_in_user_js(home: Home) -> None:
    home.write(of_mario(), "user.js")
    told = home.refused(account(state="absent"))
    assert "user.js, line " in told
    assert "remove the account there" in told.lower()


def test_a_policy_that_clears_a_new_preference(home: Home) -> None:
    (home.program / "distribution").mkdir()
    policies = {"policies": {"Preferences": {"mail.server.server1.hostname": {"Status": "clear"}}}}
    (home.program / "distribution/policies.json").write_text(json.dumps(policies))
    assert "policies.json: this file clears mail.server.server1.hostname" in home.refused(account())


def test_autoconfig_that_computes_is_a_warning_and_its_keys_are_taken(home: Home) -> None:
    text = 'pref("general.config.filename", "x.cfg");pref("general.config.obscure_value", 0);'
    home.site_file.write_text(text)
    (home.program / "x.cfg").write_text(
        '//\nvar host = getenv("MAIL"); defaultPref("mail.server.server1.hostname", host);'
    )
    after = home.run(account()).after
    assert home.prefs()["mail.server.server2.hostname"] == "imap.charter.net"
    (warning,) = home.client().warnings(after, account())
    assert warning.startswith(f"{home.program}/x.cfg is more than a list of preferences")
    assert not home.run(account()).changed


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize(("name", "value"), [(DEFAULT_SMTP, "smtp9"), (DEFAULT_ACCOUNT, "account9")])
def test_a_default_that_another_file_fixes_is_not_written_and_stops_nothing(
    home: Home, name: str, value: str, locked: bool
) -> None:
    if locked:
        home.site({name: value}, ", locked")
    else:
        home.write({name: value}, "user.js")
    outcome = home.run(account())
    assert outcome.steps[0].status is Status.CREATED
    assert name not in home.prefs()
    home.start({}, None if locked else {name: value})
    assert not home.run(account()).changed
    if name == DEFAULT_ACCOUNT:
        assert name in home.refused(account(default=True))
    assert home.run(account(state="absent")).steps[0].status is Status.REMOVED
    assert not home.run(account(state="absent")).changed


def test_filters_of_accounts_in_the_sites_list_follow_a_server_that_moves(home: Home) -> None:
    home.run(account())
    listed = {name: value for name, value in home.prefs().items() if name in {ACCOUNTS, SMTP_SERVERS}}
    directory = {"mail.server.server1.directory-rel": "[ProfD]ImapMail/x"}
    home.write({**{name: value for name, value in home.prefs().items() if name not in listed}, **directory})
    home.site(listed)
    filters = home.profile / "ImapMail/x/msgFilterRules.dat"
    filters.parent.mkdir(parents=True)
    filters.write_text('actionValue="imap://mario.rossi%40charter.net@imap.charter.net/A"')
    home.run(account(provider="spectrum"))
    assert filters.read_text() == 'actionValue="imap://mario.rossi%40charter.net@mobile.charter.net/A"'


def autoconfig(home: Home, text: str) -> None:
    home.site_file.write_text('pref("general.config.filename", "x.cfg");pref("general.config.obscure_value", 0);')
    (home.program / "x.cfg").write_text(f"//\n{text}")


def test_what_an_autoconfig_program_sets_in_any_case_counts(home: Home) -> None:
    calls = "".join(f"defaultPref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in SITE.items())
    autoconfig(home, f'var user = getenv("USER");\ntry {{\n{calls}}} catch (error) {{ displayError("x", error); }}\n')
    home.run(account())
    after = home.prefs()
    assert (after[ACCOUNTS], after[SMTP_SERVERS]) == ("account1,account2", "smtp1,smtp2")
    assert DEFAULT_SMTP not in after
    assert not home.run(account()).changed
    home.run(account(state="absent"))
    assert not home.prefs().keys() & {ACCOUNTS, SMTP_SERVERS}


@pytest.mark.parametrize("name", [ACCOUNTS, SMTP_SERVERS])
@pytest.mark.parametrize(
    "program",
    [
        'if (getenv("USER") == "x") {{ defaultPref("{0}", "x1"); }}',
        'if (getenv("USER") == "x")\n  defaultPref("{0}", "x1");',
        'var list = "x_" + getenv("USER");defaultPref("{0}", list);',
        'function set() {{ lockPref("{0}", "x1") }}\nset()',
    ],
)
def test_a_list_that_an_autoconfig_program_may_give_is_not_hidden(home: Home, program: str, name: str) -> None:
    autoconfig(home, program.format(name))
    line = 3 if "\n  " in program else 2
    assert f"x.cfg, line {line}: this file is a program that sets {name}" in home.refused(account())
    assert home.run(account(state="absent")).steps[0].status is Status.ABSENT
    home.write({ACCOUNTS: "account9", SMTP_SERVERS: "smtp9"})  # which hide the site's already
    assert home.run(account()).steps[0].status is Status.CREATED
    autoconfig(home, f'var x = 1; // defaultPref("{SMTP_SERVERS}", x)\n/* lockPref("{ACCOUNTS}", x) */')
    home.write({})
    assert home.run(account()).steps[0].status is Status.CREATED


def test_only_the_program_that_opens_the_profile_counts(home: Home, tmp_path: pathlib.Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "application.ini").touch()
    home.site(RELAY)
    (home.profile / "compatibility.ini").write_text(f"[Compatibility]\nLastPlatformDir={other}\n")
    root = Root(str(home.profile.parent), (str(home.program), str(other)), installed=True)
    client = Thunderbird(LocalFiles(str(tmp_path / "journal")), root, None, scratch=lambda: str(tmp_path))
    assert not client.read().sources
    (home.profile / "compatibility.ini").write_text(f"[Compatibility]\nLastPlatformDir={home.program}\n")
    assert client.read().sources


@given(_SETTINGS, _SETTINGS, _SETTINGS)
def test_what_is_stored_is_seen_and_nothing_more_is_stored(
    defaults: dict[str, t.Any], stored: dict[str, t.Any], added: dict[str, t.Any]
) -> None:
    found = PreferenceSources({name: Given(value, "/x.js") for name, value in defaults.items()})
    # Nothing is wanted that has another type than its default.
    fitting = {name: value for name, value in added.items() if type(value) is type(defaults.get(name, value))}
    wanted = {**found.seen(stored), **fitting}
    after = found.as_stored(stored, wanted)
    assert repr(sorted(found.seen(after).items())) == repr(sorted(wanted.items()))
    assert found.as_stored(stored, found.seen(stored)) == stored
