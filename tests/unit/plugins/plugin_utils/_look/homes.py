# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated homes, some as a run leaves them and some hostile, and what the module and a look say of them."""

from __future__ import annotations

import base64
import contextlib
import gzip
import os
import pathlib
import pwd
import random
import shutil
import subprocess
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request, argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.desktop_hosts import desktop_hosts
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import local_users
from ansible_collections.charter.mail.plugins.module_utils._ansible.result import TaskResult
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all import AllResults, configure_all
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all_options import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import CLIENT_OPTIONS, Task, configure
from ansible_collections.charter.mail.plugins.module_utils._ansible.users_of_host import UsersOfHost, users_of
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.module_utils._linux.local_user import LocalUser, Target
from ansible_collections.charter.mail.plugins.plugin_utils._look.command import MARK, MOST_BYTES, of_user
from ansible_collections.charter.mail.plugins.plugin_utils._look.covered_paths import Patterns
from ansible_collections.charter.mail.plugins.plugin_utils._look.decided_by_look import Look, look
from ansible_collections.charter.mail.plugins.plugin_utils._look.prepared import FILES

Options = t.Dict[str, t.Any]

SPEC = argument_spec(**OPTIONS)
CLIENTS = ("thunderbird", "evolution")
PATTERNS = Patterns(FILES["thunderbird"].joined(FILES["evolution"]))
PATTERNS_WITH_KEY = Patterns(FILES["thunderbird"].joined(FILES["evolution"]), has_key=True)
_FLATPAK = ".var/app/org.gnome.Evolution/config/evolution"


def options(accounts: t.Sequence[Options], **others: t.Any) -> Options:
    """The options of a task, as the action has them."""
    return validated({"accounts": list(accounts), "clients": list(CLIENTS), **others}, SPEC)


def client_options(client: str, accounts: t.Sequence[Options], **others: t.Any) -> Options:
    """The options of a task for one client's module, as its action has them."""
    spec = argument_spec(**CLIENT_OPTIONS, **client_registry.CLIENTS[client].options)
    return validated({"accounts": list(accounts), **others}, spec)


def user_of(home: pathlib.Path) -> LocalUser:
    """The user of this process, with another home."""
    entry = pwd.getpwuid(os.geteuid())
    return LocalUser(entry.pw_name, entry.pw_uid, entry.pw_gid, str(home))


def by_module(home: pathlib.Path, params: Options, *, check_mode: bool = True) -> AllResults:
    """What the module does in a home, or would do."""

    return configure_all(
        params, list, users_in(home), lambda warn: Task(check_mode, params["when_running"], warn, lambda trace: None)
    )


def by_client_module(home: pathlib.Path, client: str, params: Options) -> tuple[TaskResult, list[str]]:
    """What the module of one client would do in a home, and its warnings."""
    warnings: dict[str, None] = {}
    users = users_of(client_registry.CLIENTS[client], params, params, users_in(home), warnings.setdefault)
    task = Task(True, params["when_running"], warnings.setdefault, lambda trace: None)
    return configure(users, task), list(warnings)


def users_in(home: pathlib.Path) -> UsersOfHost:
    """The user of this process, with another home."""

    def target_of(request: Request) -> Target:
        return Target(user_of(home), str(home), request.profile)

    return local_users(desktop_hosts())._replace(target_of=target_of)


def by_look(home: pathlib.Path, params: Options) -> Options | None:
    """What the action says of a home after one look at it, if no client is to be changed."""
    found = look_at(home, params)
    return None if found is None or found.to_change else found.as_result()


def look_at(home: pathlib.Path, params: Options) -> Look | None:
    """What one look at a home tells."""
    patterns = PATTERNS if params["seal_key"] is None else PATTERNS_WITH_KEY
    return look(params, lambda line: printed(home, patterns), check_mode=True)


def printed(home: pathlib.Path, patterns: Patterns = PATTERNS) -> str:
    """What the command of the look prints of a home. The part that runs as the user is the real one."""
    user = user_of(home)
    run = subprocess.run(
        ["/bin/sh", "-c", f'/bin/sh -c "$1" sh "$2" "" | head -c {MOST_BYTES}', "sh", of_user(patterns), str(home)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},
        timeout=60,
        check=False,
    )
    lines = [MARK, str(user.uid), f"user:{user.name}:{user.uid}:{user.gid}:{home}"]
    if pathlib.Path(f"/run/user/{user.uid}/bus").exists() or "DBUS_SESSION_BUS_ADDRESS" in os.environ:
        lines.append("odd")
    packed = base64.encodebytes(gzip.compress(run.stdout, 1)).decode().splitlines()
    return "\n".join([*lines, *packed, "end", f"{MARK} end", ""])


class Generator:
    """Makes homes; the same ones for the same seed."""

    def __init__(self, seed: int, folder: pathlib.Path) -> None:
        self._chance = random.Random(seed)
        self._folder = folder
        self.home = folder / "home"
        self.names: list[str] = []

    def make(self) -> Options:
        """A home, and the options of the task that is run on it."""
        self.home.mkdir(mode=0o700)
        for change in self._some(_PREPARATIONS, 2):
            change(self)
        accounts = [self._account(number) for number in range(self._chance.choice((1, 1, 1, 2, 3)))]
        if self._chance.random() < 0.9:
            by_module(self.home, options(accounts), check_mode=False)
        for change in self._some(_CHANGES, self._chance.choice((0, 0, 1, 1, 1, 2))):
            with contextlib.suppress(OSError):
                change(self)
        if self._chance.random() < 0.15:
            accounts = self._changed(accounts)
        return options(accounts)

    def _some(self, kinds: t.Sequence[t.Callable[[Generator], None]], most: int) -> list[t.Callable[[Generator], None]]:
        chosen = self._chance.sample(kinds, self._chance.randint(0, most) if kinds is _PREPARATIONS else most)
        self.names += [kind.__name__ for kind in chosen]
        return chosen

    def _account(self, number: int) -> Options:
        chance = self._chance
        account: Options = {"email": f"mario.rossi{number}@charter.net"}
        for name, value in {
            "full_name": "Mario Rossi",
            "protocol": "pop3",
            "username": f"Mario.Rossi{number}@charter.net",
            "incoming": {"host": "mail.example.com", "port": 1993, "security": "ssl"},
        }.items():
            if chance.random() < 0.3:
                account[name] = value
        if chance.random() < 0.2:
            account["signature"] = chance.choice(({"text": "Mario"}, {"html": "<p>Mario"}, {"state": "absent"}))
        if chance.random() < 0.2:
            account["identities"] = [{"address": "info@rossi.example", "full_name": chance.choice(("Info", "Söhne"))}]
        if account.get("protocol") == "pop3" and chance.random() < 0.5:
            account.update(leave_on_server=True, leave_on_server_days=7)
        if chance.random() < 0.1:
            account["state"] = "absent"
        return account

    def _changed(self, accounts: list[Options]) -> list[Options]:
        kind = self._chance.randrange(4)
        first, *others = accounts
        if kind == 0:
            return [{**first, "full_name": "Maria"}, *others]
        if kind == 1:
            return [{**first, "password": "secret of a user"}, *others]
        if kind == 2:
            return [{**first, "state": "absent"}, *others]
        return [{**first, "profile": self._chance.choice(("default", "charter.default", "none"))}, *others]

    def chosen(self, pattern: str) -> pathlib.Path:
        """One of the files that a pattern finds in the home."""
        found = sorted(self.home.glob(pattern))
        return self._chance.choice(found) if found else self.home / "nothing"

    def write(self, path: str, text: str | bytes) -> pathlib.Path:
        """A file of the home."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def of(self, *choices: t.Any) -> t.Any:
        """One of them."""
        return self._chance.choice(choices)

    def elsewhere(self, path: pathlib.Path) -> None:
        """Move something out of the home, with a link in its place."""
        target = self._folder / f"elsewhere-{len(list(self._folder.iterdir()))}"
        shutil.move(path, target)
        path.symlink_to(target)

    def outside(self, name: str, text: str) -> pathlib.Path:
        """A file outside the home. It is never one of the machine's: the next change may write through a link."""
        file = self._folder / "outside-home" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def folder_of_files(self, pattern: str) -> pathlib.Path:
        """The folder of one of the files that a pattern finds."""
        return self.chosen(pattern).parent


def _with_profiles(home: Generator) -> None:
    root = home.of(".thunderbird", ".config/thunderbird", ".icedove", "snap/thunderbird/common/.thunderbird")
    names = home.of(["abc.default"], ["abc.default", "x.other"], ["with blank.x"], ["Profiles/deep"], ["m\u00fcller.x"])
    text = "[General]\nStartWithLastProfile=1\nVersion=2\n\n" * home.of(0, 1)
    for number, name in enumerate(names):
        home.write(f"{root}/{name}/prefs.js", 'user_pref("mail.shell.checkDefaultClient", false);\n')
        if home.of(True, False):
            home.write(
                f"{root}/{name}/compatibility.ini", home.of("[Compatibility]\n", _COMPATIBILITY, _COMPATIBILITY_OLD)
            )
        default = "Default=1\n" * home.of(0, 1)
        text += f"[Profile{number}]\nName={name}\nIsRelative=1\nPath={name}\n{default}\n"
    home.write(f"{root}/profiles.ini", text)


_COMPATIBILITY = (
    "[Compatibility]\nLastVersion=153.0_20261120/20261120\nLastPlatformDir=/usr/lib/thunderbird\n"
    "LastAppDir=/usr/lib/thunderbird\n"
)
_COMPATIBILITY_OLD = "[Compatibility]\nLastVersion=91.0_2021/2021\nLastPlatformDir=/opt/somewhere/thunderbird\n"


def _with_flatpak(home: Generator) -> None:
    home.write(f"{_FLATPAK}/mail/state.ini", "")


def _with_used_evolution(home: Generator) -> None:
    home.write(".config/evolution/mail/state.ini", "")


def _behind_links(home: Generator) -> None:
    for name in (".thunderbird", ".config", ".config/evolution"):
        if home.of(True, False):
            home.write(f"{name}/x", "")
            home.elsewhere(home.home / name)


def _with_login_files(home: Generator) -> None:
    line = home.of("PATH=$HOME/bin:$PATH", "export XDG_CONFIG_HOME=$HOME/etc", '[ -n "$XDG_DATA_HOME" ] || true')
    home.write(home.of(".profile", ".bash_profile", ".zshenv", ".config/environment.d/a.conf"), f"{line}\n")


_PREPARATIONS = (_with_profiles, _with_flatpak, _with_used_evolution, _behind_links, _with_login_files)

_PREFS = "**/prefs.js"
_SOURCE = "**/*.source"


def cut_off(home: Generator) -> None:
    file = home.chosen(home.of(_PREFS, _SOURCE, "**/*.ini"))
    content = file.read_bytes()
    file.write_bytes(content[: home.of(0, 1, len(content) // 2, len(content) - 1)])


def with_garbage(home: Generator) -> None:
    file = home.chosen(home.of(_PREFS, _SOURCE, "**/*.ini"))
    garbage = home.of(b"\0\xff\xfe", b"\n[Broken\n", b"charter-mail-look end\nend\n", b"user_pref(", b"\r\n\r\n")
    file.write_bytes(home.of(file.read_bytes() + garbage, garbage + file.read_bytes(), garbage))


def with_another_preference(home: Generator) -> None:
    line = home.of(
        'user_pref("mail.server.server1.hostname", "other.example.com");\n',
        'user_pref("mail.server.server1.port", 143);\n',
        'user_pref("mail.server.server1.authMethod", 10);\n',
        'user_pref("mail.server.server1.hostname", "127.0.0.1");\n',
        'user_pref("mail.identity.id1.fullName", "Somebody");\n',
        'user_pref("mail.identity.id1.useremail", "own@example.com");\n',
        'user_pref("mail.account.account1.server", "");\n',
        'user_pref("mail.server.server1.realhostname", "old.example.com");\n',
        'user_pref("calendar.list", "x");\n',
    )
    file = home.chosen(_PREFS)
    target = file.with_name("user.js") if home.of(True, False) else file
    target.write_text((file.read_text() if target == file else "") + line)


def with_another_source(home: Generator) -> None:
    file = home.chosen(_SOURCE)
    text = file.read_text()
    file.write_text(
        home.of(
            text.replace("Enabled=true", "Enabled=false"),
            text.replace("[Authentication]", "[Authentication]\nMethod=Google"),
            text.replace("charter", "example"),
            text + "\n[Autoconfig]\nRevision=1\n",
            text + "\n[Notes]\nColor=red\n",
        )
    )


def a_link(home: Generator) -> None:
    path = home.chosen(home.of(_PREFS, _SOURCE, "**/*.ini"))
    home.elsewhere(home.of(path, path.parent))


def a_loop(home: Generator) -> None:
    path = home.chosen(home.of(_PREFS, _SOURCE, "**/*.ini"))
    path.unlink()
    path.symlink_to(
        home.of(path, path.parent / "nothing", "/dev/null", home.outside("file", "root:x:0:0::/:/bin/sh\n"))
    )


def no_file(home: Generator) -> None:
    path = home.chosen(home.of(_PREFS, _SOURCE, "**/*.ini"))
    path.unlink()
    if home.of(True, False):
        path.mkdir()
    else:
        os.mkfifo(path)


def no_folder(home: Generator) -> None:
    path = home.folder_of_files(home.of(_PREFS, _SOURCE, "**/*.ini"))
    shutil.rmtree(path)
    home.of(path.touch, lambda: None, path.mkdir)()


def closed(home: Generator) -> None:
    path = home.chosen(home.of(_PREFS, _SOURCE, "**/*.ini"))
    home.of(path, path.parent).chmod(home.of(0, 0o100, 0o400))


def interrupted(home: Generator) -> None:
    home.write(f".charter-mail-{home.of(*CLIENTS)}.journal", home.of("", "charter-mail 1\n"))


def large(home: Generator) -> None:
    with home.chosen(home.of(_PREFS, _SOURCE)).open("ab") as file:
        file.write(b"\n" * home.of(1_000, 9_000_000))


def sparse(home: Generator) -> None:
    os.truncate(home.chosen(home.of(_PREFS, _SOURCE)), home.of(100_000, 1 << 40))


def odd_names(home: Generator) -> None:
    folder = home.folder_of_files(home.of(_PREFS, _SOURCE, "**/profiles.ini"))
    name = home.of("a\nb.source", "-rf", "*.source", "\u00e4.source", "x\\ny", "$(id).source", ".hidden.source")
    home.of((folder / name).touch, (folder / name).mkdir)()


def a_second_profile(home: Generator) -> None:
    file = home.chosen("**/profiles.ini")
    folder = home.of("second.default", "../outside", "missing", str(home.outside("folder/file", "").parent))
    (file.parent / folder).mkdir(exist_ok=True)
    relative = 0 if folder.startswith("/") else 1
    entry = f"\n[Profile1]\nName=second\nIsRelative={relative}\nPath={folder}\nDefault={home.of(0, 1)}\n"
    file.write_text(
        file.read_text() + entry + home.of("", "[InstallFDC34C9F024745EB]\nDefault=second.default\nLocked=1\n")
    )


def an_old_root(home: Generator) -> None:
    home.write(home.of(".icedove/x", ".thunderbird/x", ".config/thunderbird/profiles.ini"), "")


def hard_links(home: Generator) -> None:
    path = home.chosen(home.of(_PREFS, _SOURCE))
    os.link(path, path.with_name(home.of("user.js", f"copy{path.suffix}")))


_CHANGES = (
    *(cut_off, with_garbage, with_another_preference, with_another_source, a_link, a_loop, no_file, no_folder, closed),
    *(interrupted, large, sparse, odd_names, a_second_profile, an_old_root, hard_links),
)
