# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this collection that configure clients on a Linux host, for modules/__internal/run_compiled.py.

A host compiles the files of a module in every task, which takes longer than all that they do. These files are compiled
here, once in a run. A host with the same Python runs the code, and any other host compiles the source.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import marshal
import pathlib
import tempfile
import typing as t
import zlib

from ansible import constants

PACKAGE = "ansible_collections.charter.mail.plugins.module_utils"
FOLDERS = ("_ansible", "_clients", "_formats", "_host", "_linux", "_model", "_providers")
"""The folders of module_utils whose files can be needed."""

_ROOT = pathlib.Path(__file__).resolve().parents[2] / "module_utils"
# Only modules and the controller run these.
_NOT_NEEDED = ("_ansible/module.py", "_ansible/validate.py", "_ansible/option_secrets.py")
_WITHOUT_DOCSTRINGS = 2  # compile()'s optimize; there are no assert statements to lose


def arguments() -> dict[str, str]:
    """The arguments ``magic``, ``code``, ``source`` and ``packages`` of the module.

    The first process of a run that needs them leaves them in the run's temporary folder for the others.
    """
    kept = pathlib.Path(constants.DEFAULT_LOCAL_TMP, "charter-mail-compiled.json")  # type: ignore[attr-defined]  # set when imported
    try:
        return t.cast("dict[str, str]", json.loads(kept.read_bytes()))
    except FileNotFoundError:
        made = _made()
    with tempfile.NamedTemporaryFile("w", dir=kept.parent, delete=False) as file:
        json.dump(made, file)
    pathlib.Path(file.name).replace(kept)
    return made


def _made() -> dict[str, str]:
    sources = _sources()
    codes = {name: _code(name, source) for name, source in sources.items()}
    return {
        "magic": importlib.util.MAGIC_NUMBER.hex(),
        "code": packed(marshal.dumps(codes)),
        "source": packed(json.dumps(sources).encode()),
        "packages": ",".join(sorted({package for name in sources for package in _packages(name)})),
    }


def _sources() -> dict[str, str]:
    """The source files by module name."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            inside = path.relative_to(_ROOT)
            if inside.as_posix() not in _NOT_NEEDED:
                found[".".join((PACKAGE, *inside.with_suffix("").parts))] = path.read_text(encoding="utf-8")
    return found


def _packages(name: str) -> t.Iterator[str]:
    """The names of the packages that contain a module."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _code(name: str, source: str) -> bytes:
    path = f"{name.replace('.', '/')}.py"
    return marshal.dumps(compile(source, path, "exec", dont_inherit=True, optimize=_WITHOUT_DOCSTRINGS))


def packed(content: bytes) -> str:
    """Text for ``unpacked`` in the module."""
    return base64.b64encode(zlib.compress(content)).decode()
