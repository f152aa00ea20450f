# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user could write, seen without writing it."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._linux.writable import require_writable
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError


def test_what_could_be_written(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    paths = [str(tmp_path / path) for path in (".", "file", "link", "new", "new/below")]
    require_writable(str(tmp_path), paths)
    assert not (tmp_path / "new").exists()
    require_writable(str(tmp_path), [f"{tmp_path}/", f"{tmp_path}/new/"])
    for below in ("file/below", "file/", "link/"):
        with pytest.raises(HostError, match=f"{tmp_path}/file: not a directory"):
            require_writable(str(tmp_path), [f"{tmp_path}/{below}"])


@pytest.mark.parametrize("path", ["closed", "closed/new/below", "closed/file"])
def test_what_could_not_be_written(tmp_path: pathlib.Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def access(path: str, mode: int, *, effective_ids: bool) -> bool:
        """As for an owner who is not root."""
        assert effective_ids
        return os.stat(path).st_mode >> 6 & mode == mode

    monkeypatch.setattr(os, "access", access)
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "file").write_text("x")
    (closed / "file").chmod(0o444)
    closed.chmod(0o555)
    blamed = "closed/file" if path.endswith("file") else "closed"
    with pytest.raises(HostError, match=f"{tmp_path}/{blamed}: permission denied. Make sure that"):
        require_writable(str(tmp_path), [str(tmp_path / path)])
    closed.chmod(0o755)


def test_a_home_that_does_not_exist_yet(tmp_path: pathlib.Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(HostError, match=f"{home}: this home directory does not exist yet.* nothing was changed"):
        require_writable(str(home), [str(home / "file")])
    assert not home.exists()


def test_a_link_that_leads_nowhere_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "evolution").symlink_to("file/sources")
    with pytest.raises(
        HostError, match=f"{tmp_path}/evolution: this link leads to {tmp_path}/file/sources, which does not exist"
    ):
        require_writable(str(tmp_path), [f"{tmp_path}/evolution/sources/"])
    (tmp_path / "new").symlink_to("below")
    require_writable(str(tmp_path), [f"{tmp_path}/new/sources/"])
