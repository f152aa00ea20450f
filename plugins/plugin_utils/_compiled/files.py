# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this collection that a program on a Linux host imports, for modules/__internal/run_compiled.py.

A host compiles the files of a module in every task, which takes longer than all that they do. These files are compiled
here, once in a run. A host with the same Python runs the code, and any other host compiles the source.
"""

from __future__ import annotations

import ast
import base64
import fcntl
import importlib.util
import json
import marshal
import pathlib
import tempfile
import typing as t
import zlib

from ansible import constants

from .imports import imported_names

PACKAGE = "ansible_collections.charter.mail.plugins.module_utils"

_ROOT = pathlib.Path(__file__).resolve().parents[2] / "module_utils"
_WITHOUT_DOCSTRINGS = 2  # compile()'s optimize; there are no assert statements to lose


def arguments(program: str) -> dict[str, str]:
    """The module's arguments ``program``, ``magic``, ``code``, ``source`` and ``packages``.

    The first process of a run that needs them leaves them in the run's temporary folder for the others.

    Args:
        program: the module in ``_ansible`` that the host runs.
    """
    folder = pathlib.Path(constants.DEFAULT_LOCAL_TMP)  # type: ignore[attr-defined]  # set when imported
    kept = folder / f"charter-mail-{program}.json"
    if not kept.exists():
        with (folder / f"charter-mail-{program}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # or the processes of all hosts would compile at once
            if not kept.exists():
                with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
                    json.dump(_made(f"{PACKAGE}._ansible.{program}"), file)
                pathlib.Path(file.name).replace(kept)
    return t.cast("dict[str, str]", json.loads(kept.read_bytes()))


def _made(program: str) -> dict[str, str]:
    sources: dict[str, str] = {}
    codes: dict[str, bytes] = {}
    left = [program]
    while left:
        name = left.pop()
        source = None if name in sources else _source(name)
        if source is None:
            continue
        sources[name] = source
        tree = ast.parse(source)
        left += imported_names(tree, name)
        codes[name] = marshal.dumps(
            compile(tree, f"{name.replace('.', '/')}.py", "exec", dont_inherit=True, optimize=_WITHOUT_DOCSTRINGS)
        )
    return {
        "program": program,
        "magic": importlib.util.MAGIC_NUMBER.hex(),
        "code": packed(marshal.dumps(codes)),
        "source": packed(json.dumps(sources).encode()),
        "packages": ",".join(sorted({package for name in sources for package in _packages(name)})),
    }


def _source(name: str) -> str | None:
    """The file of a module; None for a package, or something in a module."""
    path = _ROOT.joinpath(*name[len(PACKAGE) + 1 :].split(".")).with_suffix(".py")
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _packages(name: str) -> t.Iterator[str]:
    """The names of the packages that contain a module."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def packed(content: bytes) -> str:
    """Text for ``unpacked`` in the module."""
    return base64.b64encode(zlib.compress(content)).decode()
