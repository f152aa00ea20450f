# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A path is covered where a shell would find it by one of the patterns, whatever was asked before."""

from __future__ import annotations

import fnmatch

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._clients.file_groups import FileGroup, FilesToRead
from ansible_collections.charter.mail.plugins.plugin_utils._look.covered_paths import Patterns

names = st.sampled_from(["a", "b", ".a", "*/a", "a/*.source", "a.source", ".source", "x*", ".*", "*", "*.source"])
folders = st.lists(names, max_size=3).map(lambda parts: "/".join(["~", *parts]))
groups = st.lists(st.tuples(folders, names), max_size=4)


def is_found(path: str, patterns: list[str]) -> bool:
    parts = path.split("/")
    return any(
        len(parts) == len(wanted)
        and all(
            fnmatch.fnmatchcase(name, one) and (one[0] == "." or name[0] != ".")
            for name, one in zip(parts, wanted, strict=True)
        )
        for wanted in (pattern.split("/") for pattern in patterns)
    )


@given(groups, st.lists(st.tuples(folders, names), max_size=6))
def test_what_a_shell_would_find_is_covered(given_groups: list[tuple[str, str]], asked: list[tuple[str, str]]) -> None:
    patterns = Patterns(FilesToRead(tuple(FileGroup((folder,), (name,)) for folder, name in given_groups)))
    all_patterns = ["~/.charter-mail-*.journal", *(f"{folder}/{name}" for folder, name in given_groups)]
    for path in [f"{folder}/{name}".replace("*", "y") for folder, name in asked]:
        assert patterns.has_file(path) == is_found(path, all_patterns), path
