# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which desktop settings a site has locked, with a database that the real dconf made.

tests/clients/test_dconf_locks.py asks the real dconf about the same files.
"""

from __future__ import annotations

import base64
import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux import dconf_locks
from ansible_collections.charter.mail.plugins.module_utils._linux.files import LocalFiles
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError

ACCOUNT, IDENTITY = "/org/gnome/evolution/default-mail-account", "/org/gnome/evolution/default-mail-identity"
PROFILE = "etc/dconf/profile/user"
USUAL = "user-db:user\nsystem-db:local # ours\n"

# Compiled by dconf 0.40: the account 'site', and a lock on it.
REAL = base64.b64decode(
    """
R1ZhcmlhbnQAAAAAAAAAABgAAADIAAAAAAAAKAYAAAAAAAAAAQAAAAMAAAAFAAAABgAAAAYAAACEgXDvAwAAAMgAAAAKAEwA1AAAANgAAABLUJALBAAA
ANgAAAAEAEwA3AAAAOAAAACTZJVzAAAAAOAAAAAUAHYA+AAAAP8AAACwtyQwAQAAAP8AAAAGAEwACAEAAAwBAADUtQIA/////wwBAAABAEwAEAEAABQB
AACPOQ17/////xQBAAAGAEgAHAEAAEABAABldm9sdXRpb24vAAACAAAAb3JnLwMAAABkZWZhdWx0LW1haWwtYWNjb3VudAAAAABzaXRlAABzZ25vbWUv
AAAAAAAAAC8AAAABAAAALmxvY2tzAAAAAAAoAQAAAAAAAACTZJVz/////0ABAAApAHYAcAEAAHMBAAAvb3JnL2dub21lL2V2b2x1dGlvbi9kZWZhdWx0
LW1haWwtYWNjb3VudAAAAAAAAAAAAHM=
"""
)


class Host(LocalFiles):
    """The files of a host below a folder."""

    def __init__(self, root: pathlib.Path) -> None:
        super().__init__()
        self.root = root

    def read(self, path: str) -> bytes | None:
        return super().read(f"{self.root}{path}")

    def names(self, path: str) -> t.Sequence[str]:
        return super().names(f"{self.root}{path}")

    def put(self, path: str, content: str | bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def host(tmp_path: pathlib.Path) -> Host:
    host = Host(tmp_path)
    host.put(PROFILE, USUAL)
    host.put("etc/dconf/db/local", REAL)
    return host


def test_the_text_that_locks_is_named_if_it_is_there(host: Host) -> None:
    assert dconf_locks.lock(host, ACCOUNT) == "/etc/dconf/db/local"
    host.put("etc/dconf/db/local.d/locks/a", f"{ACCOUNT}-x\n")
    host.put("etc/dconf/db/local.d/locks/mail", f"# why\n{ACCOUNT}\n")
    assert dconf_locks.lock(host, ACCOUNT) == "/etc/dconf/db/local.d/locks/mail"
    assert dconf_locks.lock(host, IDENTITY) is None


@pytest.mark.parametrize(
    "profile",
    [
        "user-db:user\n",
        "user-db:user\nsystem-db:other\n",
        "user-db:user\n#system-db:local\n",
        "user-db:user\nservice-db:keyfile/user\n",
        "",
    ],
)
def test_a_database_that_the_profile_does_not_name_locks_nothing(profile: str, host: Host) -> None:
    host.put(PROFILE, profile)
    assert dconf_locks.lock(host, ACCOUNT) is None


@pytest.mark.parametrize(
    "profile",
    [
        "user-db:user\r\nsystem-db:local\r\n",
        "user-db:user\n\n\tsystem-db:local# x\n",
        "user-db:user\nsystem-db:none\nsystem-db:local\n",
        "nonsense\nuser-db:user\nfile-db:/etc/dconf/db/local",
    ],
)
def test_the_forms_of_a_profile(profile: str, host: Host) -> None:
    host.put(PROFILE, profile)
    assert dconf_locks.lock(host, ACCOUNT) == "/etc/dconf/db/local"


@pytest.mark.parametrize("folder", ["usr/local/share", "usr/share"])
def test_the_profile_of_a_package_counts_where_the_site_has_none(folder: str, host: Host) -> None:
    host.put(f"{folder}/dconf/profile/user", USUAL)
    host.put(PROFILE, "user-db:user\n")
    assert dconf_locks.lock(host, ACCOUNT) is None
    (host.root / PROFILE).unlink()
    assert dconf_locks.lock(host, ACCOUNT) == "/etc/dconf/db/local"


def test_a_text_that_was_not_compiled_locks_nothing(host: Host) -> None:
    host.put("etc/dconf/db/local.d/locks/mail", f"{IDENTITY}\n")
    assert dconf_locks.lock(host, IDENTITY) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", REAL[:100], REAL[:-60], b"\0" * 400])
def test_a_damaged_database_locks_nothing(content: bytes, host: Host) -> None:
    host.put("etc/dconf/db/local", content)
    assert dconf_locks.lock(host, ACCOUNT) is None


def test_what_the_user_cannot_read_locks_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_self: object, path: str) -> t.Any:
        raise HostError(path, "permission denied", "see to it")

    monkeypatch.setattr(LocalFiles, "names", refused)
    assert dconf_locks.lock(host, ACCOUNT) == "/etc/dconf/db/local"
    monkeypatch.setattr(LocalFiles, "read", refused)
    assert dconf_locks.lock(host, ACCOUNT) is None
