# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the runs that are interrupted find and do, and whether later runs put it right."""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import stat
import typing as t

from .runs import Ended, Interruption, run

EMAIL = "anna.bianchi@charter.net"
_BASE = {"email": EMAIL, "password": "synthetic-1!", "full_name": "Anna"}
_KEYRING = {**_BASE, "password_store": "plaintext_keyring"}
_GONE = {"email": EMAIL, "state": "absent"}
_KEYRING_GONE = {**_GONE, "password_store": "plaintext_keyring"}
_POP3 = {**_BASE, "protocol": "pop3"}
_POP3_KEYRING = {**_POP3, "password_store": "plaintext_keyring"}
_MIGRATE = {"email": EMAIL, "migrate": True}
_MIGRATE_KEYRING = {**_MIGRATE, "password_store": "plaintext_keyring"}
_LAST: t.Mapping[str, t.Any] = {"run": "last"}
_THUNDERBIRD, _EVOLUTION, _ROLLBACK = "thunderbird_account", "evolution_account", "mail_rollback"

_PROFILES_INI = "[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\nDefault=1\n\n[General]\nVersion=2\n"
_PREFS = """\
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.lastKey", 1);
user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.accountmanager.defaultaccount", "account1");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.useremail", "other@example.org");
user_pref("mail.server.server1.hostname", "imap.example.org");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.userName", "other");
user_pref("mail.smtpserver.smtp1.hostname", "smtp.example.org");
user_pref("mail.smtpservers", "smtp1");
user_pref("zz.foreign", "kept");
"""
_BACKUP = re.compile(r"\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d[^/]*~$")
_OF_RUN = re.compile(rb'"run":"[0-9A-Za-z-]+","at":"[0-9TZ:-]+"')  # in the log of changes
_ENCRYPTED_ANEW = ("key4.db", "logins.json")  # each time: another content is no fault

Tree = t.Mapping[str, tuple[int, bytes]]
Options = t.Mapping[str, t.Any]


class Scenario(t.NamedTuple):
    """A run, and what it finds.

    Attributes:
        module: its name.
        before: the runs before it, from an empty home.
        options: those of the run.
        used: the user has a Thunderbird profile with another account.
        mail: there is mail on the disk.
        then: the module of the run, if it is another one than that of the runs before it.
    """

    module: str
    before: tuple[Options, ...]
    options: Options
    used: bool = True
    mail: bool = False
    then: str = ""


SCENARIOS: t.Mapping[str, Scenario] = {
    "thunderbird_new": Scenario(_THUNDERBIRD, (), _BASE, used=False),
    "thunderbird_add": Scenario(_THUNDERBIRD, (), _BASE),
    "thunderbird_move": Scenario(_THUNDERBIRD, (_BASE,), {**_BASE, "provider": "spectrum"}),
    "thunderbird_move_only": Scenario(_THUNDERBIRD, (_BASE,), {"email": EMAIL, "provider": "spectrum"}),
    "thunderbird_password": Scenario(_THUNDERBIRD, (_BASE,), {**_BASE, "password": "another-2!"}),
    "thunderbird_absent": Scenario(_THUNDERBIRD, (_BASE,), _GONE),
    "thunderbird_purge": Scenario(_THUNDERBIRD, (_BASE,), {**_GONE, "purge": True}, mail=True),
    "thunderbird_purge_nothing": Scenario(_THUNDERBIRD, (_BASE,), {**_GONE, "purge": True}),
    "thunderbird_undo_new": Scenario(_THUNDERBIRD, (_BASE,), _LAST, then=_ROLLBACK),
    "thunderbird_undo_move": Scenario(
        _THUNDERBIRD, (_BASE, {"email": EMAIL, "provider": "spectrum"}), _LAST, then=_ROLLBACK
    ),
    "thunderbird_undo_absent": Scenario(_THUNDERBIRD, (_BASE, _GONE), _LAST, then=_ROLLBACK),
    "evolution_undo_new": Scenario(_EVOLUTION, (_KEYRING,), _LAST, used=False, then=_ROLLBACK),
    "evolution_undo_move": Scenario(
        _EVOLUTION, (_KEYRING, {**_KEYRING, "provider": "spectrum"}), _LAST, used=False, then=_ROLLBACK
    ),
    "evolution_undo_absent": Scenario(_EVOLUTION, (_KEYRING, _KEYRING_GONE), _LAST, used=False, then=_ROLLBACK),
    "thunderbird_migrate": Scenario(_THUNDERBIRD, (_POP3,), _MIGRATE),
    "thunderbird_undo_migrate": Scenario(_THUNDERBIRD, (_POP3, _MIGRATE), _LAST, then=_ROLLBACK),
    "evolution_migrate": Scenario(_EVOLUTION, (_POP3_KEYRING,), _MIGRATE_KEYRING, used=False),
    "evolution_undo_migrate": Scenario(
        _EVOLUTION, (_POP3_KEYRING, _MIGRATE_KEYRING), _LAST, used=False, then=_ROLLBACK
    ),
    "evolution_new": Scenario(_EVOLUTION, (), _KEYRING, used=False),
    "evolution_move": Scenario(_EVOLUTION, (_KEYRING,), {**_KEYRING, "provider": "spectrum"}, used=False),
    "evolution_password": Scenario(_EVOLUTION, (_KEYRING,), {**_KEYRING, "password": "another-2!"}, used=False),
    "evolution_absent": Scenario(_EVOLUTION, (_KEYRING,), _KEYRING_GONE, used=False),
    "evolution_purge": Scenario(_EVOLUTION, (_KEYRING,), {**_KEYRING_GONE, "purge": True}, used=False, mail=True),
}


class Bench:
    """Interrupts the runs of one scenario.

    Args:
        scenario: it.
        folder: an empty one.
    """

    def __init__(self, scenario: Scenario, folder: pathlib.Path) -> None:
        self._scenario = scenario
        self._home = folder / "home"
        self._snapshot = folder / "snapshot"
        self._scratch = folder / "scratch"
        self._scratch.mkdir()
        self._home.mkdir(mode=0o700)
        self._prepare()
        shutil.copytree(self._home, self._snapshot, symlinks=True)
        self._before = tree(self._home)
        done = self._run()
        assert done.changed, done.message
        assert not done.failed, done.message
        self._after = tree(self._home)
        self.calls = done.calls
        """How many points there are."""

    def faults(self, call: int, error: int | None = None) -> list[str]:
        """What is wrong after a run was interrupted at a call, and two runs more.

        Args:
            call: the point, counted from 1.
            error: an errno with which the call fails; None for SIGKILL.
        """
        shutil.rmtree(self._home)
        shutil.copytree(self._snapshot, self._home, symlinks=True)
        broken = self._run(Interruption(call, error))
        found = [] if error is not None or broken.killed else ["not killed"]
        found += self._half_written()
        if error is not None:
            found += self._untrue(broken)
        now = tree(self._home)
        foreseen = self._run(options={**self._scenario.options, "_ansible_check_mode": True})
        found += ["check mode writes"] if tree(self._home) != now else []
        second = self._run()
        if foreseen.failed or foreseen.changed != second.changed:
            found.append(f"check mode says {foreseen.message}, and the run {second.message}")
        found += [f"the next run fails: {second.message}"] if second.failed else []
        found += self._differences()
        found += [f"left in the scratch folder: {path.name}" for path in self._scratch.iterdir()]
        third = self._run()
        found += [f"a third run changes or fails: {third.message}"] if third.failed or third.changed else []
        return found

    def _run(self, at: Interruption | None = None, options: Options | None = None, *, first: bool = False) -> Ended:
        wanted = {"home": str(self._home), **(options or self._scenario.options)}
        module = self._scenario.module if first else self._scenario.then or self._scenario.module
        return run(module, wanted, self._scratch, at)

    def _prepare(self) -> None:
        profile = self._home / ".thunderbird/abc.default"
        if self._scenario.used:
            profile.mkdir(parents=True)
            (profile.parent / "profiles.ini").write_text(_PROFILES_INI)
            (profile / "compatibility.ini").write_text("[Compatibility]\nLastVersion=153.0_1/1\n")
            (profile / "prefs.js").write_text(_PREFS)
        for options in self._scenario.before:
            done = self._run(options=options, first=True)
            assert not done.failed, done.message
        if not self._scenario.mail:
            return
        if self._scenario.module == _THUNDERBIRD:
            text = (profile / "prefs.js").read_text()
            found = re.search(r'mail\.server\.(server\d+)\.hostname", "imap\.charter\.net"', text)
            assert found is not None
            line = f'user_pref("mail.server.{found[1]}.directory-rel", "[ProfD]ImapMail/imap.charter.net");\n'
            (profile / "prefs.js").write_text(text + line)
            folder = profile / "ImapMail/imap.charter.net"
        else:
            sources = (self._home / ".config/evolution/sources").glob("*.source")
            (uid,) = [path.stem for path in sources if "[Mail Account]" in path.read_text()]
            folder = self._home / ".cache/evolution/mail" / uid
        (folder / "deeper").mkdir(parents=True)
        for name in ("INBOX", "Sent", "deeper/INBOX"):
            (folder / name).write_text("mail")

    def _half_written(self) -> list[str]:
        """Visible files that are neither as before nor as they shall be."""
        found = []
        for path, (_mode, content) in tree(self._home).items():
            name = path.rpartition("/")[2]
            if _BACKUP.search(path) or ".charter-mail-" in name or name == ".parentlock":
                continue
            if content in {self._before.get(path, (0, b"\0"))[1], self._after.get(path, (0, b"\0"))[1]}:
                continue
            if not (name == "logins.json" and _logins(content) >= 0) and not content.startswith(b"SQLite format 3\0"):
                found.append(f"neither old nor new: {path}")
        return found

    def _untrue(self, broken: Ended) -> list[str]:
        """What a run that failed says against the truth."""
        now = tree(self._home)
        paths = {path for path in (*self._before, *self._after) if not _BACKUP.search(path)}
        changed = {
            path for path in paths if now.get(path) != self._before.get(path) and not path.endswith(".parentlock")
        }
        if broken.result is None:
            return [f"no result: {broken.message}"]
        if not broken.failed or not changed:
            return [] if not broken.failed or not broken.changed or changed else ["says changed, and nothing was"]
        if not broken.changed:
            return [f"says changed: false, although {sorted(changed)} were: {broken.message}"]
        return ["says nothing was changed"] if "nothing was changed" in broken.message else []

    def _differences(self) -> list[str]:
        """What is not as a run leaves it that is not interrupted. There may be more backups."""
        found = []
        now = tree(self._home)
        for path in sorted({*now, *self._after}):
            name = path.rpartition("/")[2]
            if _BACKUP.search(path) or name == ".parentlock":
                continue
            is_, should = now.get(path), self._after.get(path)
            if is_ is None or should is None:
                found.append(f"{'missing' if is_ is None else 'too much'}: {path}")
            elif is_[0] != should[0]:
                found.append(f"another mode: {path}")
            elif name == "logins.json" and _logins(is_[1]) != _logins(should[1]):
                found.append("another number of logins")
            elif is_ != should and name not in _ENCRYPTED_ANEW:
                found.append(f"different: {path}")
        return found


def tree(folder: pathlib.Path) -> Tree:
    """Each file and folder below: its mode, and its content (of a folder none) without what is another in each run."""
    return {
        str(path.relative_to(folder)): (
            stat.S_IMODE(path.lstat().st_mode),
            b"folder" if path.is_dir() else _OF_RUN.sub(b"", path.read_bytes()),
        )
        for path in folder.rglob("*")
    }


def _logins(content: bytes) -> int:
    """How many there are; -1 where that is no logins.json."""
    try:
        return len(json.loads(content)["logins"])
    except (ValueError, KeyError):
        return -1
