# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that another account uses, however they are named."""

from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.mail_deletion import shared_with


@pytest.fixture
def mail(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with mail, and links that lead to it, into it and out of it."""
    own = tmp_path / "ImapMail/imap.charter.net"
    (own / "sub").mkdir(parents=True)
    (tmp_path / "elsewhere/mail").mkdir(parents=True)
    (tmp_path / "to-own").symlink_to(own)
    (tmp_path / "into-own").symlink_to(own / "sub")
    (own / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/parent").symlink_to(own / "sub")
    return own


USED = [
    *("ImapMail/imap.charter.net", "ImapMail/imap.charter.net/", "ImapMail//imap.charter.net/./sub", "ImapMail"),
    *("ImapMail/other/../imap.charter.net/sub", "to-own", "to-own/sub", "into-own", "into-own/missing/deeper"),
    *("elsewhere/parent/..", "ImapMail/imap.charter.net/out/mail", "."),
]
FREE = [
    "ImapMail/imap.charter.net-1",
    "ImapMail/imap.charter",
    "elsewhere",
    "ImapMail/imap.charter.net/../other",
    "Mail",
]


@pytest.mark.parametrize("other", USED)
def test_a_folder_that_is_used(mail: pathlib.Path, tmp_path: pathlib.Path, other: str) -> None:
    named = f"{tmp_path}/{other}"
    assert shared_with([str(mail), "/none"], ["/other", named], os.path.realpath) == (str(mail), named)


@pytest.mark.parametrize("other", FREE)
def test_a_folder_that_is_not_used(mail: pathlib.Path, tmp_path: pathlib.Path, other: str) -> None:
    assert shared_with([str(mail)], [f"{tmp_path}/{other}"], os.path.realpath) is None
