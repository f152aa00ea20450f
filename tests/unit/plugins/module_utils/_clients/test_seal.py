# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a seal says, to whom, and when it is written."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import pathlib
import stat
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import request_of
from ansible_collections.charter.mail.plugins.module_utils._clients.seal import (
    NAME,
    Digests,
    Seal,
    digests_of,
    entries_in,
    require_key,
)
from ansible_collections.charter.mail.plugins.module_utils._host.file_write import LockedError
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, OptionError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

KEY = "a key of thirty-two characters.."
LOGIN = ("imap://mobile.charter.net", "mario@charter.net")
CONTENTS = {"key4.db": b"keys", "logins.json": b"logins", "key4.db-wal": None}
PASSWORD = Secret("a password")


def seal(**other: t.Any) -> Seal:
    return Seal(Secret(KEY), "thunderbird", "mario", ())._replace(**other)


def test_an_entry_is_a_keyed_digest_of_all_that_it_depends_on() -> None:
    digests = {name: None if text is None else hashlib.sha256(text).hexdigest() for name, text in CONTENTS.items()}
    assert digests_of(CONTENTS) == digests
    login = [list(LOGIN), "a password"]
    parts: list[t.Any] = ["charter.mail seal 1", "thunderbird", "mario", "/p", sorted(digests.items()), login]
    wanted = hmac.new(KEY.encode(), json.dumps(parts).encode(), "sha256").hexdigest()
    assert seal().entry("/p", digests, (LOGIN, PASSWORD)) == wanted


TEXTS = st.text(max_size=8)
CASES = st.tuples(
    st.text("ab", min_size=32, max_size=34),
    TEXTS,
    TEXTS,
    TEXTS,
    st.dictionaries(TEXTS, st.none() | st.binary(max_size=4), max_size=3),
    st.none() | st.tuples(st.lists(TEXTS, max_size=2), TEXTS),
)


@given(CASES, CASES)
def test_nothing_else_has_the_same_entry(first: t.Any, second: t.Any) -> None:
    def entry(key: str, client: str, user: str, folder: str, contents: t.Any, stored: t.Any) -> str:
        made = Seal(Secret(key), client, user, ())
        return made.entry(folder, digests_of(contents), None if stored is None else (stored[0], Secret(stored[1])))

    assert entry(*first) == entry(*first)
    assert (entry(*first) == entry(*second)) == (first == second)


@pytest.mark.parametrize("key", ["", "x", "x" * 31])
def test_a_short_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(OptionError, match=rf"seal_key: it has {len(key)} characters, and needs at least 32"):
        require_key(key)
    require_key("x" * 32)


def test_no_text_shows_key_or_password() -> None:
    account = account_of(password="a password")
    text = repr(Seal.of(KEY, "thunderbird", "mario", [account]))
    assert KEY not in text
    assert "a password" not in text


def account_of(**options: t.Any) -> Account:
    return request_of({"email": "mario@charter.net", **options}, {}).account


def test_only_passwords_that_are_to_be_stored_are_sealed() -> None:
    stored = account_of(password="a password")
    others = [account_of(), account_of(password="x", state="absent")]
    assert Seal.of(KEY, "thunderbird", "mario", [*others, stored]).accounts == (stored,)


@pytest.mark.parametrize(
    "content",
    [
        *(None, b"", b"\n", b"# a comment\n", b"x", b"\xff\n", b"a" * 63, b"a" * 65, b"A" * 64),
        *(b"a" * 64 + b"\n" + b"b" * 63, b"a" * 64 + b" \n", b"\0" * 64),
    ],
)
def test_a_damaged_seal_says_nothing(content: bytes | None) -> None:
    assert entries_in(content) == ()


def test_entries_are_read() -> None:
    assert entries_in(b"# x\n" + b"a" * 64 + b"\n" + b"0" * 64 + b"\n") == ("a" * 64, "0" * 64)


class Store:
    """A folder with a password store, as far as it is sealed."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder / "profile"
        self.folder.mkdir()
        self.files = LocalFiles(str(folder / ".charter-mail-thunderbird.journal"))
        self.path = self.folder / NAME

    def run(self, *names: str, contents: t.Mapping[str, bytes | None] = CONTENTS, of: Seal | None = None) -> None:
        """A run that ends with passwords stored for these logins."""
        found = [((name,), PASSWORD) for name in names]
        made = of or seal()
        writes, deletes = made.changes(self.files, str(self.folder), contents, found)
        self.files.replace(writes, deletes)

    def says(self, name: str, digests: Digests | None = None) -> bool:
        entry = seal().entry(str(self.folder), digests or digests_of(CONTENTS), ((name,), PASSWORD))
        return self.path.exists() and entry in entries_in(self.path.read_bytes())


@pytest.fixture
def store(tmp_path: pathlib.Path) -> Store:
    return Store(tmp_path)


def test_the_file_is_the_users_alone_and_holds_no_secret(store: Store) -> None:
    before = os.umask(0)
    try:
        store.run("a")
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    content = store.path.read_text()
    assert "a password" not in content
    assert KEY not in content
    # Nor has it what passwords could be tried with: a digest without the key of a store that is not encrypted.
    unkeyed = [digest for digest in digests_of(CONTENTS).values() if digest is not None]
    assert not [digest for digest in unkeyed if digest in content]


def test_tasks_of_a_user_add_to_each_other_as_long_as_the_store_is_the_same(store: Store) -> None:
    store.run("a")
    store.run("b")
    assert store.says("a")
    assert store.says("b")
    written = store.path.stat()
    store.run("a")
    store.run()
    assert store.path.stat() == written  # nothing was written
    other = {**CONTENTS, "logins.json": b"other"}
    store.run("b", contents=other)
    assert store.says("b", digests_of(other))
    assert not store.says("b")
    assert not store.says("a", digests_of(other))


@pytest.mark.parametrize("content", [b"garbage", b"", b"# x\n" + b"a" * 64 + b"\n" + b"b" * 64 + b"\n"])
def test_what_is_no_seal_of_this_store_is_replaced(store: Store, content: bytes) -> None:
    store.path.write_bytes(content)
    store.run("a")
    assert store.says("a")
    assert b"b" * 64 not in store.path.read_bytes()


def test_a_seal_that_says_nothing_any_more_is_deleted(store: Store) -> None:
    store.run("a")
    store.run(contents={**CONTENTS, "logins.json": b"without a"})
    assert not store.path.exists()
    store.run()
    assert not store.path.exists()


def test_a_seal_does_not_grow_for_ever(store: Store) -> None:
    for first in range(0, 3000, 500):
        store.run(*map(str, range(first, first + 500)))
    assert len(entries_in(store.path.read_bytes())) == 1 + 500 + 1000
    assert store.says("2999")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink(path, path)])
def test_something_else_in_its_place_stops_nothing(store: Store, make: t.Callable[[pathlib.Path], None]) -> None:
    make(store.path)
    before = store.path.lstat()
    store.run("a")
    assert store.path.lstat() == before


def test_what_cannot_be_written_is_a_warning(store: Store) -> None:
    def fail() -> t.NoReturn:
        raise HostError("/p", "no space is left", "make some")

    (warning,) = seal().renew(store.files, fail)
    assert warning.startswith("mario, thunderbird: the seal of the passwords cannot be written, which makes later runs")
    assert "/p: no space is left" in warning


def test_what_an_open_client_keeps_from_being_settled_is_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> t.NoReturn:
        raise LockedError(1, "/p")

    monkeypatch.setattr(store.files, "recover", locked)
    changes = seal().changes(store.files, str(store.folder), CONTENTS, [(("a",), PASSWORD)])
    assert seal().renew(store.files, lambda: changes) == ()
    assert not store.path.exists()


def test_a_seal_alone_is_written(store: Store) -> None:
    assert (
        seal().renew(
            store.files, lambda: seal().changes(store.files, str(store.folder), CONTENTS, [(("a",), PASSWORD)])
        )
        == ()
    )
    assert store.says("a")
    assert list(store.folder.iterdir()) == [store.path]
