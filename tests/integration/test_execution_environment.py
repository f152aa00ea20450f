# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-builder reads what the built collection needs, and makes a build context from the example.

No image is built: that needs a container engine and a base image.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tarfile
import typing as t

import pytest
import yaml

from .ansible_runs import ROOT

EXAMPLE = ROOT / "docs/execution-environment/execution-environment.yml"
BIN = pathlib.Path(sys.executable).parent


def builder(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "ansible-builder"), *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of collections with the built one."""
    folder = tmp_path_factory.mktemp("collections")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    subprocess.run([ROOT / "tests/setup/tree.sh", "build", folder / "built"], env=environment, check=True)
    [tarball] = (folder / "built").glob("*.tar.gz")
    place = folder / "ansible_collections/charter/mail"
    with tarfile.open(tarball) as archive:
        archive.extractall(place, filter="data")
    return folder


def test_the_collection_says_what_it_needs(collections: pathlib.Path) -> None:
    done = builder("introspect", collections)
    assert done.returncode == 0, done.stdout
    found: dict[str, t.Any] = yaml.safe_load(done.stdout)
    needed = {kind: [entry.partition("  # from")[0] for entry in found[kind]] for kind in ("python", "system")}
    assert needed == {
        "python": ["segno"],
        "system": ["openssh-client [platform:dpkg]", "openssh-clients [platform:rpm]"],
    }


def test_a_build_context_is_made_from_the_example(tmp_path: pathlib.Path) -> None:
    done = builder("create", "--file", EXAMPLE, "--context", tmp_path / "context")
    assert done.returncode == 0, done.stdout
    wanted = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text())
    assert wanted == {"collections": [{"name": "charter.mail"}]}
    steps = (tmp_path / "context/Dockerfile").read_text()
    assert "ansible-galaxy collection install" in steps


def test_a_mistake_in_the_definition_is_refused(tmp_path: pathlib.Path) -> None:
    definition = yaml.safe_load(EXAMPLE.read_text())
    definition["dependencies"]["galaxi"] = definition["dependencies"].pop("galaxy")
    (tmp_path / "wrong.yml").write_text(yaml.safe_dump(definition))
    done = builder("create", "--file", tmp_path / "wrong.yml", "--context", tmp_path / "context")
    assert done.returncode != 0
    assert "galaxi" in done.stdout
