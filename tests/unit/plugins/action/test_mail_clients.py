# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is looked for on a host, by a real shell in a folder that stands for the host."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.client_registry import (
    detected,
    detection_command,
    programs,
)
from ansible_collections.charter.mail.plugins.module_utils._linux.installed import installed

SHELLS = [shell for shell in ("sh", "dash", "bash", "busybox") if shutil.which(shell)]


@pytest.fixture
def host(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path


def found(host: pathlib.Path, shell: str = "sh") -> list[str]:
    """What the command finds on a host with that root and ``/root`` as the home of who asks."""
    below = {name: [_below(host, path) for path in paths] for name, paths in programs().items()}
    command = [shell, "sh"] if shell == "busybox" else [shell]
    environment = {"HOME": str(host / "root")}
    done = subprocess.run(
        [*command, "-c", detection_command(below)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return detected(f"Welcome to thunderbird and evolution!\n{done.stdout}")


def _below(host: pathlib.Path, path: str) -> str:
    return path if path.startswith("~") else f"{host}{path}"


def make(host: pathlib.Path, *paths: str) -> None:
    for path in paths:
        (host / path).mkdir(parents=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_host_without_clients(host: pathlib.Path, shell: str) -> None:
    make(host, "usr/bin", "home/mario", "var/lib/flatpak/app/org.gnome.Calendar")
    assert found(host, shell) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_a_host_with_all(host: pathlib.Path, shell: str) -> None:
    make(host, "usr/bin/evolution", "usr/bin/thunderbird", "usr/lib/thunderbird", "home/a b/.local/share/flatpak/app")
    assert found(host, shell) == ["thunderbird", "evolution"]


@pytest.mark.parametrize(
    ("path", "client"),
    [
        ("usr/lib64/thunderbird", "thunderbird"),
        ("opt/thunderbird", "thunderbird"),
        ("snap/thunderbird/current", "thunderbird"),
        ("var/lib/flatpak/app/org.mozilla.thunderbird", "thunderbird"),
        ("home/a b/.local/share/flatpak/app/net.thunderbird.Thunderbird", "thunderbird"),
        ("root/.local/share/flatpak/app/org.mozilla.Thunderbird", "thunderbird"),
        ("usr/local/bin/evolution", "evolution"),
        ("var/lib/flatpak/app/org.gnome.Evolution", "evolution"),
        ("home/mario/.local/share/flatpak/app/org.gnome.Evolution", "evolution"),
    ],
)
def test_any_trace_will_do(host: pathlib.Path, path: str, client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make(host, path)
    assert found(host) == [client]
    monkeypatch.setenv("HOME", str(host / "root"))
    assert installed({name: [_below(host, some) for some in paths] for name, paths in programs().items()}) == [client]


def test_no_path_needs_quoting() -> None:
    characters: set[str] = set().union(*(set(path) for paths in programs().values() for path in paths))
    assert not {character for character in characters if not character.isalnum()} - set("/._-~*")


def test_the_order_is_ours_and_words_within_lines_do_not_count() -> None:
    outputs: t.Sequence[str] = ("evolution\r\nthunderbird\n", "no thunderbird\nevolution: none", "")
    assert [detected(output) for output in outputs] == [["thunderbird", "evolution"], [], []]
