# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a built collection anew, so that the same content gives the same bytes, whenever and wherever it is built.

    python3 tests/setup/reproducible.py dist/charter-mail-1.0.0.tar.gz

What differs otherwise: times, owners, the order of the files, and the time in gzip's header. Times become that of the
variable SOURCE_DATE_EPOCH (reproducible-builds.org), or 1980.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
import typing as t

_OLDEST = 315532800  # 1980-01-01, the oldest time that all archivers know


def reproducible(archive: bytes, moment: int) -> bytes:
    """The archive with the same content in one form.

    Args:
        archive: a built collection, as ``ansible-galaxy collection build`` writes it.
        moment: the time of everything in it, in seconds since 1970.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as source:
        members = {member.name: member for member in source}
        contents = {name: _content(source, member) for name, member in members.items()}
    files = json.loads(contents["FILES.json"])
    files["files"].sort(key=lambda entry: entry["name"])
    contents["FILES.json"] = _json(files)
    manifest = json.loads(contents["MANIFEST.json"])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(contents["FILES.json"]).hexdigest()
    contents["MANIFEST.json"] = _json(manifest)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as target:
        # The manifest stays in front, where readers expect it.
        for name in sorted(members, key=lambda name: (name not in {"MANIFEST.json", "FILES.json"}, name)):
            old = members[name]
            new = tarfile.TarInfo(name)
            new.type, new.linkname, new.mtime = old.type, old.linkname, moment
            new.mode = 0o755 if old.isdir() or old.mode & 0o100 else 0o644
            new.size = len(contents[name])
            target.addfile(new, io.BytesIO(contents[name]))
    return gzip.compress(packed.getvalue(), mtime=moment)


def _content(source: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = source.extractfile(member) if member.isreg() else None
    return b"" if file is None else file.read()


def _json(value: t.Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode("ascii") + b"\n"


def main(path: str) -> None:
    """Write the file anew in its place."""
    with open(path, "rb") as file:
        archive = file.read()
    with open(path, "wb") as file:
        file.write(reproducible(archive, int(os.environ.get("SOURCE_DATE_EPOCH", _OLDEST))))


if __name__ == "__main__":
    main(sys.argv[1])
