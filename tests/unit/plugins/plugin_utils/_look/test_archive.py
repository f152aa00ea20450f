# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of the real tar and of Python's tarfile are read as tarfile reads them; damaged ones are not understood."""

from __future__ import annotations

import io
import os
import pathlib
import subprocess
import tarfile
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.plugin_utils._look.archive import Member, members
from ansible_collections.charter.mail.plugins.plugin_utils._look.errors import UnseenError
from ansible_collections.charter.mail.tests.unit.amount import sample

KINDS = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)
NAMES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n/"), min_size=1, max_size=120)


def packed(*found: tuple[str, bytes, bytes, float]) -> bytes:
    """An archive of paths, kinds, contents and times."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, content, changed_at in found:
            info = tarfile.TarInfo(name)
            info.type, info.mtime = kind, t.cast(int, changed_at)
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def as_tarfile(content: bytes) -> list[Member]:
    """The same by Python's tarfile."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:", errorlevel=2) as archive:
        found = []
        for info in archive:
            stream = archive.extractfile(info) if info.isreg() else None
            found.append(Member(info.name, None if stream is None else stream.read(), float(info.mtime)))
        return found


SMALL = packed(
    ("/home/mario", tarfile.DIRTYPE, b"", 1_800_000_000.25),
    ("/home/mario/" + "long/" * 40 + "name", tarfile.REGTYPE, b"x" * 700, 1_700_000_000.0),
    ("/home/mario/empty", tarfile.REGTYPE, b"", 5),
    ("/home/mario", tarfile.DIRTYPE, b"", 1_800_000_000.25),
)


@given(
    st.lists(
        st.tuples(
            st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts)),
            st.sampled_from(KINDS),
            st.binary(max_size=2000),
            st.integers(0, 2**33) | st.floats(-1e9, 1e10, allow_nan=False),
        ),
        max_size=5,
    )
)
def test_what_tarfile_packs_is_read(found: list[tuple[str, bytes, bytes, float]]) -> None:
    content = packed(*found)
    assert list(members(content)) == as_tarfile(content)


def test_what_tar_packs_is_read(tmp_path: pathlib.Path) -> None:
    names = ["a", "b" * 90, "c" * 200, "ü" * 60, "d/" + "e" * 150 + "/f"]
    for number, name in enumerate(names):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 700))
        os.utime(path, ns=(0, 1_700_000_000_123_456_789 + number))
    (tmp_path / "link").symlink_to("a")
    os.link(tmp_path / "a", tmp_path / "again")
    os.mkfifo(tmp_path / "pipe")
    os.utime(tmp_path / "a", (0, -5))
    command = ["tar", "-c", "-f", "-", "-P", "--format=posix", "--no-recursion", str(tmp_path)]
    found = [*sorted(map(str, tmp_path.rglob("*"))), str(tmp_path)]
    content = subprocess.run([*command, *found], check=True, capture_output=True).stdout
    read = list(members(content))
    assert read == as_tarfile(content)
    assert [member.path for member in read] == [str(tmp_path), *found]


@pytest.mark.parametrize("cut", sample(range(0, len(SMALL), 100)))
def test_an_archive_that_is_cut_off_is_not_understood(cut: int) -> None:
    end = len(SMALL.rstrip(b"\0"))
    if cut < end + 1024:
        with pytest.raises(UnseenError):
            list(members(SMALL[:cut]))


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_a_damaged_archive_is_not_understood_or_is_read_as_tarfile_reads_it(position: int, change: int) -> None:
    content = bytearray(SMALL)
    content[position] ^= change
    try:
        read = list(members(bytes(content)))
    except (UnseenError, ValueError):  # the caller understands neither
        return
    assert read == as_tarfile(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" * 10240,
        SMALL + b"x",
        SMALL.replace(b"ustar\x0000", b"ustar  \0"),
        packed(("/a", tarfile.CONTTYPE, b"", 0)),
        packed(("/a", tarfile.GNUTYPE_SPARSE, b"", 0)),
        packed(("/a", tarfile.XGLTYPE, b"", 0)),
    ],
    ids=["nothing", "no header", "more", "the old GNU format", "contiguous", "sparse", "global"],
)
def test_other_archives_are_not_understood(content: bytes) -> None:
    with pytest.raises(UnseenError):
        list(members(content))


@pytest.mark.parametrize(
    "records",
    [b"9 path=/b", b"x path=/b\n", b"12 GNU.sparse.major=1\n", b"99 path=/b\n", b"0 path=/b\n", b"9 path/b\n", b"\n"],
)
def test_extended_headers_that_are_wrong_are_not_understood(records: bytes) -> None:
    info = tarfile.TarInfo("/x")
    info.type, info.size = tarfile.XHDTYPE, len(records)
    extended = info.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % 512)
    with pytest.raises(UnseenError):
        list(members(extended + packed(("/a", tarfile.REGTYPE, b"", 0))))
