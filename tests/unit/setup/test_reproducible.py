# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two builds of the same content are the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile

from ansible_collections.charter.mail.tests.setup.reproducible import reproducible

FILES = {"README.md": b"Read me.\n", "plugins/modules/x.py": b"pass\n", "tests/step.sh": b"#!/bin/sh\n"}


def build(seed: int) -> bytes:
    """As ansible-galaxy does: order, times and owners are those of the machine."""
    chance = random.Random(seed)
    names = ["plugins", "plugins/modules", "tests", *FILES]
    chance.shuffle(names)
    listed = [{"name": name, "chksum_sha256": hashlib.sha256(FILES.get(name, b"")).hexdigest()} for name in names]
    files = json.dumps({"files": listed, "format": 1}).encode()
    checksum = {"name": "FILES.json", "chksum_sha256": hashlib.sha256(files).hexdigest()}
    manifest = json.dumps({"collection_info": {"name": "mail"}, "file_manifest_file": checksum}).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as target:
        for name in ("MANIFEST.json", "FILES.json", *names):
            content = {"MANIFEST.json": manifest, "FILES.json": files, **FILES}.get(name)
            member = tarfile.TarInfo(name)
            member.mtime, member.uid, member.uname = chance.randrange(2**31), chance.randrange(1000), "me"
            member.mode = chance.choice([0o644, 0o600, 0o664]) if name != "tests/step.sh" else 0o700
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            member.size = len(content or b"")
            target.addfile(member, io.BytesIO(content or b""))
    return packed.getvalue()


def test_the_same_content_gives_the_same_bytes() -> None:
    assert build(1) != build(2)
    assert len({reproducible(build(seed), 1_700_000_000) for seed in range(8)}) == 1


def test_the_content_stays() -> None:
    with tarfile.open(fileobj=io.BytesIO(reproducible(build(3), 1_700_000_000))) as archive:
        found = {member.name: archive.extractfile(member) for member in archive if member.isreg()}
        contents = {name: file.read() for name, file in found.items() if file is not None}
        modes = {member.name: member.mode for member in archive}
        assert {member.mtime for member in archive} == {1_700_000_000}
    assert {name: contents[name] for name in FILES} == FILES
    assert list(modes)[:2] == ["FILES.json", "MANIFEST.json"]
    assert modes["tests/step.sh"] == modes["plugins"] == 0o755
    assert modes["README.md"] == 0o644
    manifest = json.loads(contents["MANIFEST.json"])
    digest = hashlib.sha256(contents["FILES.json"]).hexdigest()
    assert manifest["file_manifest_file"] == {"name": "FILES.json", "chksum_sha256": digest}
    assert {entry["name"] for entry in json.loads(contents["FILES.json"])["files"]} == {
        *FILES,
        *("plugins", "plugins/modules", "tests"),
    }


def test_another_content_gives_other_bytes() -> None:
    one = reproducible(build(1), 1)
    assert gzip.decompress(one) != gzip.decompress(reproducible(build(1), 2))
