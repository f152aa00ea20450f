# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user whose session bus lies fails alone, soon, and in a sentence; the users before and after it are served."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import resource
import socket
import struct
import time
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import desktop_hosts as module
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import (
    Request,
    argument_spec,
    requests,
)
from ansible_collections.charter.mail.plugins.module_utils._ansible.from_client import inspect
from ansible_collections.charter.mail.plugins.module_utils._ansible.linux_users import opened
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task, UserAccounts, configure
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.module_utils._clients.client import Client
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._linux.desktop import ADDRESS
from ansible_collections.charter.mail.plugins.module_utils._linux.local_user import LocalUser, Target
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import AccountCheck, CheckStatus
from ansible_collections.charter.mail.tests.unit.amount import sample, size
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus import hostile_peers
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.bus_peers import (
    Behaviour,
    Peer,
    answer,
)
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._linux.dbus.hostile_peers import (
    REGISTRY,
    SOURCE,
    Reply,
    objects,
    serving,
)

pytestmark = pytest.mark.one_in(3)

PASSWORD = "s3cret-Pässword"
IN_TIME, AT_ONCE = 20.0, 0.4  # seconds for the buses of one user
MEMORY = 250_000  # KiB, what the largest answers may take

# What a method answers that returns values of other types.
WRONG: t.Mapping[str, Reply] = {
    "a number": ["u", 5],
    "nothing": [""],
    "two texts": ["ss", "x", "y"],
    "a text": ["s", "x"],
    "a list of numbers": ["au", [1, 2]],
    "a dictionary": ["a{sv}", {"x": ("u", 1)}],
    "a refusal": hostile_peers.refusal,
    "the end": hostile_peers.hang_up,
    "garbage": hostile_peers.garbage,
}
UNTRUE: t.Mapping[str, t.Mapping[str, Reply]] = {
    "data is a number": {"ListNames": REGISTRY, "GetManagedObjects": objects(("s", "x"), ("u", 9))},
    "data is a list": {"ListNames": REGISTRY, "GetManagedObjects": objects(("s", "x"), ("as", ["x"]))},
    "the uid is a number": {"ListNames": REGISTRY, "GetManagedObjects": objects(("x", 9), ("s", "x"))},
    "the uid is a path": {"ListNames": REGISTRY, "GetManagedObjects": objects(("s", "../../x"), ("s", "x"))},
    "properties are numbers": {
        "ListNames": REGISTRY,
        "GetManagedObjects": ["a{oa{su}}", {"/x": {SOURCE: 5}}],
    },
    "the keyring is neither locked nor open": {"Get": ["v", ("s", "no")]},
    "the keyring takes a password and has none": {"GetSecret": ["(oayays)", ("/session", b"", b"", "text/plain")]},
    "the keyring finds what it does not have": {"SearchItems": ["aoao", ["/item"] * 1000, []], "GetSecret": [""]},
    "the registry takes a source and has none": {"ListNames": REGISTRY},
}


def _array(element: bytes) -> bytes:
    data = element * (size(15_000_000, 300_000) // len(element))
    return struct.pack("<I", len(data)) + data


# They are made only when they are sent.
LARGE: t.Mapping[str, t.Callable[[], Reply]] = {
    "empty lists": lambda: hostile_peers.raw("aas", _array(bytes(4))),
    "empty texts": lambda: hostile_peers.raw("as", _array(bytes(8))),
    "small structs": lambda: hostile_peers.raw("a(y)", bytes(4) + _array(bytes(8))),
    "signatures": lambda: hostile_peers.raw("ag", _array(b"\xff" + b"y" * 255 + b"\0")),
    "variants": lambda: hostile_peers.raw("av", _array(b"\x01y\0\x05")),
    "a message of the largest size": lambda: hostile_peers.length(2**27 - 16),
    "a message of 4 GiB": lambda: hostile_peers.length(2**32 - 1),
    "a message within the limit that does not end": lambda: hostile_peers.length(2**24 - 32),
}
ENDLESS: t.Mapping[str, Reply] = {
    "silence": hostile_peers.silence,
    "signals": hostile_peers.signals_without_end,
    "answers to other calls": hostile_peers.answers_to_other_calls_without_end,
    "drops": hostile_peers.drops,
}


def _without_end(data: bytes, pause: float = 0) -> Behaviour:
    def behaviour(peer: Peer) -> None:
        while True:
            peer.send(data)
            time.sleep(pause)

    return behaviour


LOGINS: t.Mapping[str, Behaviour] = {
    "silence": Peer.stay,
    "a line without end": _without_end(b"x" * 4096),
    "a line without end, in drops": _without_end(b"O", 0.01),
    "refusals without end": _without_end(b"REJECTED EXTERNAL\r\n" * 100),
    "data without end": _without_end(b"DATA 00\r\n" * 100),
    "zeros without end": _without_end(bytes(4096)),
    "OK without end": _without_end(b"OK 1\r\n" * 100),
}


class Seen(t.NamedTuple):
    """What came of the three users.

    Attributes:
        accounts: their results.
        failures: in sentences.
        seconds: that it took.
    """

    accounts: list[dict[str, t.Any]]
    failures: list[str]
    seconds: float


class Office:
    """Three users of this machine, the second of whom is logged in, to a bus that lies.

    Args:
        folder: for their homes.
        monkeypatch: says which session each has.
    """

    def __init__(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.make_host = module.desktop_hosts()
        self.traces: list[str] = []
        self.warnings: list[str] = []

    def configure(self, address: str) -> Seen:
        start = time.monotonic()
        users = [self._user(name, number, address) for number, name in enumerate(("anna", "liar", "zoe"))]
        result = configure(users, Task(False, "fail", self.warnings.append, self.traces.append))
        return Seen(result.accounts, result.failures, time.monotonic() - start)

    def inspect(self, address: str) -> AccountCheck:
        """Look for the account that the one in the middle has, as ``from_client`` does."""
        wanted = self._request("liar")
        return inspect(EVOLUTION, lambda _request: self._open("liar", address), wanted, self.traces.append).check

    def _user(self, name: str, number: int, address: str) -> UserAccounts:
        return UserAccounts(name, [(number, self._request(name))], lambda: self._open(name, address))

    def _request(self, name: str) -> Request:
        options = {"email": f"{name}@charter.net", "password": PASSWORD, "home": str(self.folder / name)}
        (found,) = requests(validated(options, argument_spec()))
        return found

    @contextlib.contextmanager
    def _open(self, name: str, address: str) -> t.Iterator[Client[t.Any]]:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        # Only whose home it is has a session that can work with it.
        user = LocalUser(name, os.geteuid(), os.getegid(), str(home) if name == "liar" else "/nonexistent")
        self.monkeypatch.setenv(ADDRESS, address)
        options = {**EVOLUTION.defaults(), "wait_seconds": 0, "lock_timeout": 1, "backup": False, "location": "native"}
        with opened(EVOLUTION, Target(user, str(home), None), options, self.make_host) as client:
            yield client


@pytest.fixture
def offices(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Office]:
    """As many as a test wants."""

    def made() -> t.Iterator[Office]:
        for number in itertools.count():
            folder = tmp_path / str(number)
            folder.mkdir()
            yield Office(folder, monkeypatch)

    return made()


@pytest.fixture
def office(offices: t.Iterator[Office]) -> Office:
    return next(offices)


def check(office: Office, seen: Seen) -> str:
    """The one in the middle failed alone; what its failure says."""
    assert office.traces == []
    assert [one["status"] for one in seen.accounts] == ["created", "failed", "created"], seen.failures
    (failure,) = seen.failures
    assert failure.startswith("liar: ")
    assert failure.endswith(".")
    assert failure.isprintable()
    assert len(failure) < 700
    assert PASSWORD not in repr((seen, office.warnings))
    for name in ("anna", "zoe"):
        assert len(list((office.folder / name / ".config/evolution/sources").glob("*.source"))) == 3
    return failure


def test_a_bus_that_does_not_lie(office: Office) -> None:
    """Whoever lies in one answer only would be served otherwise."""
    stored: list[bytes] = []

    def create(peer: Peer, serial: int) -> None:
        peer.send(answer(serial, "oo", "/item", "/"))
        stored.append(PASSWORD.encode())

    def search(peer: Peer, serial: int) -> None:
        peer.send(answer(serial, "aoao", ["/item"] if stored else [], []))

    def secret(peer: Peer, serial: int) -> None:
        peer.send(answer(serial, "(oayays)", ("/session", b"", PASSWORD.encode(), "text/plain")))

    replies = {"CreateItem": create, "SearchItems": search, "GetSecret": secret}
    with hostile_peers.bus(office.folder / "bus", serving(replies)) as address:
        seen = office.configure(address)
        assert ([one["status"] for one in seen.accounts], seen.failures) == (["created"] * 3, [])
        assert seen.accounts[1]["password"] == "stored"
        assert office.inspect(address).status is CheckStatus.OK


@pytest.mark.parametrize(
    "method",
    [
        *("Hello", "ListNames", "GetManagedObjects", "NameHasOwner", "ReadAlias", "Get", "OpenSession", "SearchItems"),
        *("CreateItem", "GetSecret"),
    ],
)
def test_an_answer_of_a_wrong_type_is_the_failure_of_its_user_alone(offices: t.Iterator[Office], method: str) -> None:
    for how in sample([how for how in WRONG if (method, how) != ("Hello", "a text")], 2):  # which is right
        office = next(offices)
        replies: dict[str, Reply] = {method: WRONG[how]}
        if method == "GetManagedObjects":
            replies["ListNames"] = REGISTRY
        if method == "GetSecret":
            replies["SearchItems"] = ["aoao", ["/item"], []]
        with hostile_peers.bus(office.folder / "bus", serving(replies)) as address:
            check(office, office.configure(address))
            assert office.inspect(address).status is CheckStatus.FAILED
            assert office.traces == []


@pytest.mark.parametrize("how", UNTRUE)
def test_an_untrue_answer_is_the_failure_of_its_user_alone(office: Office, how: str) -> None:
    with hostile_peers.bus(office.folder / "bus", serving(UNTRUE[how])) as address:
        check(office, office.configure(address))


def test_a_large_answer_takes_little_time_and_memory(offices: t.Iterator[Office]) -> None:
    for how in sample(list(LARGE), 1):
        office = next(offices)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with hostile_peers.bus(office.folder / "bus", serving({"ListNames": LARGE[how]()})) as address:
            seen = office.configure(address)
            check(office, seen)
        assert seen.seconds < IN_TIME
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY


@pytest.mark.parametrize("how", ENDLESS)
@pytest.mark.parametrize("method", ["Hello", "GetManagedObjects", "SearchItems"])
def test_an_answer_without_end_takes_a_limited_time(
    office: Office, method: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUS_SECONDS", AT_ONCE)
    replies: dict[str, Reply] = {method: ENDLESS[how]}
    if method == "GetManagedObjects":
        replies["ListNames"] = REGISTRY
    with hostile_peers.bus(office.folder / "bus", serving(replies)) as address:
        seen = office.configure(address)
        assert "does not answer in time" in check(office, seen)
        assert seen.seconds < IN_TIME
        start = time.monotonic()
        for _account in range(20):  # the time of a user is not that of each account
            assert office.inspect(address).status is CheckStatus.FAILED
        assert time.monotonic() - start < 10 * AT_ONCE


@pytest.mark.parametrize("how", LOGINS)
def test_a_login_that_does_not_end(office: Office, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUS_SECONDS", AT_ONCE)
    with hostile_peers.bus(office.folder / "bus", LOGINS[how]) as address:
        seen = office.configure(address)
        check(office, seen)
    assert seen.seconds < IN_TIME


def test_nobody_takes_the_connection(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUS_SECONDS", AT_ONCE)
    with socket.socket(socket.AF_UNIX) as listener, contextlib.ExitStack() as waiting:
        listener.bind(str(office.folder / "bus"))
        listener.listen(0)
        for _place in range(2):  # the queue is full
            one = waiting.enter_context(socket.socket(socket.AF_UNIX))
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(str(office.folder / "bus"))
        check(office, office.configure(f"unix:path={office.folder}/bus"))
