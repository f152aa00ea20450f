# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line that a look runs on a host, and what becomes of what it prints."""

from __future__ import annotations

import base64
import gzip
import io
import os
import pathlib
import pwd
import shlex
import subprocess
import tarfile
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry
from ansible_collections.charter.mail.plugins.module_utils._ansible.plain_values import plain
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import System
from ansible_collections.charter.mail.plugins.module_utils._clients.file_groups import BusCall
from ansible_collections.charter.mail.plugins.module_utils._linux.session_environment import LOGIN_FILES
from ansible_collections.charter.mail.plugins.plugin_utils._look.command import MARK, MOST_BYTES, Command, of_user
from ansible_collections.charter.mail.plugins.plugin_utils._look.covered_paths import Patterns
from ansible_collections.charter.mail.plugins.plugin_utils._look.decided_by_look import look
from ansible_collections.charter.mail.plugins.plugin_utils._look.errors import UnseenError
from ansible_collections.charter.mail.plugins.plugin_utils._look.output import parsed
from ansible_collections.charter.mail.plugins.plugin_utils._look.prepared import FILES
from ansible_collections.charter.mail.plugins.plugin_utils._look.seen_host import SeenBus
from ansible_collections.charter.mail.tests.unit.amount import size
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import (
    PATTERNS,
    PATTERNS_WITH_KEY,
    by_module,
    options,
    printed,
)

pytestmark = pytest.mark.one_in(3)

USER = pwd.getpwuid(os.geteuid()).pw_name
LINE = Command(PATTERNS, client_registry.programs()).line({None, "mario"})
WITH_KEY = Command(PATTERNS_WITH_KEY, client_registry.programs()).line({None, "mario"})
STORES = ("key4", "key3", "logins", "keyring", "signons")


@pytest.fixture
def home(tmp_path: pathlib.Path) -> pathlib.Path:
    """A home with an account."""
    folder = tmp_path / "home"
    folder.mkdir()
    by_module(folder, options([{"email": "mario@charter.net"}]), check_mode=False)
    return folder


@pytest.mark.parametrize("line", [LINE, WITH_KEY], ids=["without a key", "with a key"])
@pytest.mark.parametrize("refused", ["\n", "!", "\\\\", "\\'", '\\"', "python"])
def test_the_line_means_the_same_to_every_login_shell(refused: str, line: str) -> None:
    assert refused not in line
    assert shlex.split(line)[:4] == ["timeout", "30", "/bin/sh", "-c"]


def test_the_line_never_names_a_password_store() -> None:
    assert "seal" not in LINE
    assert "sha256sum" not in LINE
    for name in STORES:
        assert name not in LINE
        assert not PATTERNS.has_file(f"~/.thunderbird/x.default/{name}.db")
    assert not PATTERNS.has_file("~/.thunderbird/x.default/logins.json")
    assert not PATTERNS.has_file("~/.local/share/keyrings/login.keyring")


def test_with_a_key_only_digests_of_a_password_store_are_asked_for() -> None:
    parts = of_user(PATTERNS_WITH_KEY).split("; ")
    parts = [part for part in parts if not part.startswith(("for d in ", "for p in "))]  # folders alone
    named = [part for part in parts if any(name in part for name in STORES)]
    files = [f"{name}{leftover}" for name in ("key4.db", "logins.db") for leftover in ("", "-journal", "-wal")]
    calls = " ".join(f'"$d"/*/{file}' for file in (*files, "logins.json"))
    assert named == [f"then g {calls}", 'then g "$d"/charter-mail.keyring']  # g prints digests
    for path in ("x.default/key4.db", "x.default/key4.db-wal", "x.default/logins.json", "x.default/logins.db"):
        assert not PATTERNS_WITH_KEY.has_file(f"~/.thunderbird/{path}")
        assert PATTERNS_WITH_KEY.has_store(f"~/.thunderbird/{path}")
        assert not PATTERNS.has_store(f"~/.thunderbird/{path}")
    for path in ("login.keyring", "user.keystore"):
        assert not PATTERNS_WITH_KEY.has_file(f"~/.local/share/keyrings/{path}")
        assert not PATTERNS_WITH_KEY.has_store(f"~/.local/share/keyrings/{path}")


def test_login_files_are_searched_and_not_brought() -> None:
    assert not [path for path in LOGIN_FILES if PATTERNS.has_file(path)]


def test_every_client_of_linux_says_what_it_needs() -> None:
    assert set(FILES) == set(client_registry.names(System.LINUX))


@pytest.mark.parametrize("patterns", [PATTERNS, PATTERNS_WITH_KEY], ids=["without a key", "with a key"])
@pytest.mark.parametrize("shell", [["sh"], ["dash"], ["bash", "--posix"]])
def test_the_whole_line_is_understood(shell: list[str], patterns: Patterns) -> None:
    line = Command(patterns, {"this": ("/etc/passwd",), "that": ("/nothing", "/nothing/*")}).line({USER})
    run = subprocess.run([*shell, "-c", line], capture_output=True, text=True, timeout=60, check=True)
    assert run.stderr == ""
    seen = parsed(run.stdout.replace("\n", "\r\n"), patterns)  # as a terminal has it
    assert seen.uid == os.geteuid()
    assert seen.clients == ["this"]
    assert seen.users[USER].user.home == pwd.getpwnam(USER).pw_dir


@pytest.mark.parametrize("shell", ["/bin/dash", "/bin/bash --posix", "/bin/busybox sh"])
def test_every_posix_shell_finds_the_same(shell: str) -> None:
    users = {USER, "daemon", "bin"} if os.geteuid() == 0 else {USER}
    line = Command(PATTERNS_WITH_KEY, client_registry.programs()).line(users)
    usual, other = (
        subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=True)
        for text in (line, line.replace("/bin/sh", shell))
    )
    assert other.stderr == ""
    seen = parsed(other.stdout, PATTERNS_WITH_KEY)
    assert seen == parsed(usual.stdout, PATTERNS_WITH_KEY)
    assert set(seen.users) == users
    assert {name: user.user.home for name, user in seen.users.items()} == {
        name: pwd.getpwnam(name).pw_dir for name in users
    }


def test_an_unknown_user_is_not_seen() -> None:
    line = Command(PATTERNS, {}).line({"no-such-user"})
    run = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, check=True)
    assert parsed(run.stdout, PATTERNS).users == {}


@pytest.mark.parametrize("name", ["0", "1000", "a b", "$(id)", "a;id", "-x", "a\nb", "DOM\\user", "*", "a'b", ""])
def test_a_name_that_a_shell_could_misread_is_left_to_the_module(name: str) -> None:
    with pytest.raises(UnseenError):
        Command(PATTERNS, {}).line({name})


@pytest.mark.parametrize("cut", [2, 10, 100, 1000])
def test_output_that_is_cut_off_is_not_understood(cut: int, home: pathlib.Path) -> None:
    output = printed(home)
    assert parsed(output, PATTERNS).users
    with pytest.raises(UnseenError):
        parsed(output[:-cut], PATTERNS)


def test_noise_of_a_login_shell_is_passed_over(home: pathlib.Path) -> None:
    output = printed(home)
    assert parsed(f"Welcome to this host\n{output}bye\n", PATTERNS) == parsed(output, PATTERNS)


def archive(*members: tuple[str, bytes, bytes]) -> bytes:
    """A tar archive of names, kinds and contents, as tar makes it of a home /home/mario."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, kind, content in (
            ("/home/mario", tarfile.DIRTYPE, b""),
            *members,
            ("/home/mario", tarfile.DIRTYPE, b""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content)
            info.linkname = "/etc/passwd" if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE} else ""
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def output_of(content: bytes) -> str:
    """What the line prints if a user's process prints this."""
    packed = base64.encodebytes(gzip.compress(content)).decode()
    return f"{MARK}\n0\nuser:mario:1000:1000:/home/mario\n{packed}end\n{MARK} end\n"


PREFS = "/home/mario/.thunderbird/x/prefs.js"


def test_what_the_archive_has_is_seen() -> None:
    seen = parsed(
        output_of(b"d/home/mario\n/home/mario\n\n" + archive((PREFS, tarfile.REGTYPE, b"x")) + b"end\n"), PATTERNS
    )
    assert seen.users["mario"].files.files == {PREFS: (b"x", 0.0)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"odd\n",
        b"end\n",
        b"d/home/mario\n/home/mario\n\nend\n",
        b"d/home/mario\n\n" + archive() + b"end\n",
        b"x/home/mario\n\n" + archive() + b"end\n",
        *(
            b"%s\n\n" % line + archive() + b"end\n"
            for line in (
                *(b"S", b"Sx", b"SHA256 (/x) = ", b"SHA256 (/x) = " + b"A" * 64, b"SHA256 (/x) = " + b"a" * 63),
                *(b"SHA256 (x) = " + b"a" * 64, b"\\SHA256 (/x) = " + b"a" * 64, b"SHA1 (/x) = " + b"a" * 64),
                *(b"a" * 64 + b"  /x", b"s" + b"a" * 64 + b"  /x"),
            )
        ),
        b"d/home/m\xe4rio\n/home/mario\n\n" + archive() + b"end\n",
        b"d/home/mario\n/home/mario\n\n" + archive(),
        b"d/home/mario\n/home/mario\n\n" + archive(("/etc/shadow", tarfile.REGTYPE, b"x")) + b"end\n",
        b"d/home/mario\n/home/mario\n\n" + archive(("relative", tarfile.REGTYPE, b"x")) + b"end\n",
        b"d/home/mario\n/home/mario\n\n" + archive(("/home/mario", tarfile.DIRTYPE, b"")) + b"end\n",
        b"d/home/mario\n/home/mario\n\n" + bytes(MOST_BYTES) + b"end\n",
        b"d/home/mario\n/home/mario\n\n" + archive((PREFS, tarfile.REGTYPE, b"x" * 2000))[:1500] + b"end\n",
    ],
)
def test_what_a_user_could_print_instead_is_not_understood(content: bytes) -> None:
    with pytest.raises(UnseenError):
        parsed(output_of(content), PATTERNS)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
def test_what_is_no_regular_file_has_no_content(kind: bytes) -> None:
    seen = parsed(output_of(b"d/home/mario\n/home/mario\n\n" + archive((PREFS, kind, b"")) + b"end\n"), PATTERNS)
    assert seen.users["mario"].files.files == {PREFS: None}


def test_a_file_that_unpacks_to_more_than_it_was_is_not_unpacked() -> None:
    with pytest.raises(UnseenError):
        parsed(output_of(bytes(size(100, 2) * MOST_BYTES)), PATTERNS)


def test_a_home_that_changes_meanwhile_is_not_understood() -> None:
    first = archive()
    changed = bytearray(first)
    second = len(tarfile.TarInfo("/home/mario").tobuf())
    info = tarfile.TarInfo("/home/mario")
    info.type, info.mtime = tarfile.DIRTYPE, 1
    changed[second : 2 * second] = info.tobuf()
    for content, is_seen in ((first, True), (bytes(changed), False)):
        text = output_of(b"d/home/mario\n/home/mario\n\n" + content + b"end\n")
        if is_seen:
            assert parsed(text, PATTERNS).users
        else:
            with pytest.raises(UnseenError):
                parsed(text, PATTERNS)


class Tagged(str):
    """As option values are on the controller since ansible-core 2.19."""


def test_values_of_the_controller_become_those_of_a_module() -> None:
    found = plain({Tagged("a"): [Tagged("b"), True, None, 3, 1.5, {"c": Tagged("d")}]})
    assert found == {"a": ["b", True, None, 3, 1.5, {"c": "d"}]}
    types: list[t.Any] = [*map(type, found), *map(type, found["a"][:5]), type(found["a"][5]["c"])]
    assert types == [str, str, bool, type(None), int, float, str]


def test_option_values_of_the_controller_are_compared_as_those_of_a_module(home: pathlib.Path) -> None:
    params = options([{"email": Tagged("mario@charter.net"), "full_name": Tagged("Mario Rossi")}])
    by_module(home, options([{"email": "mario@charter.net", "full_name": "Mario Rossi"}]), check_mode=False)
    params["accounts"][0]["full_name"] = Tagged("Mario Rossi")
    found = look(params, lambda line: printed(home), check_mode=False)
    assert found is not None
    assert not found.to_change


NAMES = BusCall("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"type":"s","data":["x"]}',
        '{"type":"as","data":[]}',
        '{"type":"as","data":[[1]]}',
        "[" * 9999,
    ],
)
def test_an_answer_on_the_bus_that_is_not_understood_is_not_seen(answer: str) -> None:
    with pytest.raises(UnseenError):
        SeenBus({NAMES: answer}).call(*NAMES, returns="as")


def test_an_answer_on_the_bus_counts_once() -> None:
    bus = SeenBus({NAMES: '{"type":"as","data":[["a","b"]]}'})
    assert bus.call(*NAMES, returns="as") == (["a", "b"],)
    with pytest.raises(UnseenError):
        bus.call(*NAMES, returns="as")
    with pytest.raises(UnseenError):
        bus.has_owner("org.freedesktop.secrets")


@pytest.mark.parametrize(
    ("lines", "has_bus", "is_odd", "has_service"),
    [
        ([], False, False, False),
        (["bus"], True, False, False),
        (["odd"], False, True, False),
        (["service:1000:usual", "bus"], True, False, True),
        (["service:1000:odd", "bus"], True, True, False),
        (["service:1001:odd", "bus"], True, False, False),
    ],
)
def test_who_is_logged_in(lines: list[str], has_bus: bool, is_odd: bool, has_service: bool) -> None:
    before = [line for line in lines if line.startswith("service")]
    after = [line for line in lines if not line.startswith("service")]
    output = output_of(b"d/home/mario\n/home/mario\nb\n\n" + archive() + b"end\n")
    head, user, rest = output.partition("user:mario:1000:1000:/home/mario\n")
    output = head + "".join(f"{line}\n" for line in before) + user + "".join(f"{line}\n" for line in after) + rest
    seen = parsed(output, PATTERNS).users["mario"]
    assert (seen.bus == "unix:path=/run/user/1000/bus", seen.has_odd_bus, seen.has_service) == (
        has_bus,
        is_odd,
        has_service,
    )
    assert seen.answers == [""]
