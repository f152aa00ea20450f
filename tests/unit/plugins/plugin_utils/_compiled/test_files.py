# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to a host is complete, the same as code and as source, and made once in a run."""

from __future__ import annotations

import ast
import base64
import importlib.util
import json
import marshal
import os
import pathlib
import stat
import subprocess
import sys
import threading
import time
import types
import typing as t
import zlib

import pytest
from ansible import constants
from ansible.executor import module_common

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.configure_compiled import PATHS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all_options import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import CLIENT_OPTIONS
from ansible_collections.charter.mail.plugins.modules.__internal import run_compiled as module
from ansible_collections.charter.mail.plugins.plugin_utils._compiled import files
from ansible_collections.charter.mail.tests.unit.imports import uses
from ansible_collections.charter.mail.tests.unit.layers import PLUGINS
from ansible_collections.charter.mail.tests.unit.plugins.modules.__internal.program import (
    MARKER,
    for_another_python,
    text_of,
)
from ansible_collections.charter.mail.tests.unit.test_payloads import sent

PROGRAM = "configure_compiled"
KEPT, LOCK = f"charter-mail-{PROGRAM}.json", f"charter-mail-{PROGRAM}.lock"

# The program without its end, and without what a module that imports ansible would need.
_IMPORTS_ALL = """
import importlib, sys
sys.modules["ansible"] = None
arguments = json.loads(ARGUMENTS)
sys.meta_path.insert(0, Importer(files_in(arguments), arguments["packages"].split(",")))
for name in NAMES:
    assert importlib.import_module(name).__name__ == name
print(len(NAMES))
"""


@pytest.fixture(scope="module")
def arguments() -> dict[str, str]:
    return files.arguments(PROGRAM)


@pytest.fixture(scope="module")
def sources(arguments: dict[str, str]) -> dict[str, str]:
    return t.cast("dict[str, str]", json.loads(unpacked(arguments["source"])))


@pytest.fixture(scope="module")
def codes(arguments: dict[str, str]) -> dict[str, types.CodeType]:
    return {name: marshal.loads(code) for name, code in marshal.loads(unpacked(arguments["code"])).items()}


def unpacked(content: str) -> bytes:
    return zlib.decompress(base64.b64decode(content))


def name_of(path: str) -> str:
    """The module's name of a file below plugins/."""
    return "ansible_collections.charter.mail.plugins." + path[: -len(".py")].replace("/", ".")


def needed() -> set[str]:
    """The files that the program can import, late as well, as paths below plugins/."""
    return sent(f"module_utils/_ansible/{PROGRAM}.py", for_type_checkers=False)


def nested(code: types.CodeType) -> t.Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested(constant)


def test_all_that_could_be_imported_is_sent(sources: dict[str, str]) -> None:
    paths = needed()
    assert len(paths) > 100
    assert {name_of(path) for path in paths} <= sources.keys()
    assert name_of(f"module_utils/_ansible/{PROGRAM}.py") in sources


def test_nothing_of_it_imports_ansible() -> None:
    found = [(path, use) for path in needed() for _line, use in uses(path, (PLUGINS / path).read_text())]
    assert len(found) > 500
    assert [(path, use) for path, use in found if use.partition(".")[0] == "ansible"] == []


@pytest.mark.parametrize("as_source", [False, True], ids=["code", "source"])
def test_all_of_it_can_be_imported_without_anything_else(arguments: dict[str, str], as_source: bool) -> None:
    names = sorted(map(name_of, needed()))
    text = text_of(for_another_python(arguments) if as_source else arguments)
    program, _main, _call = text.rpartition('if __name__ == "__main__":')
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-"],
        input=f"{program}\nNAMES = {names!r}\n{_IMPORTS_ALL}".encode(),
        capture_output=True,
        check=False,
    )
    assert (done.stderr.decode(), done.stdout.decode()) == ("", f"{len(names)}\n")


def test_home_is_the_only_path_among_the_options() -> None:
    specs = [argument_spec(**OPTIONS)]
    specs += [argument_spec(**CLIENT_OPTIONS, **entry.options) for entry in client_registry.CLIENTS.values()]
    for spec in specs:
        places = {place for place, option in all_options(spec) if option.get("type") == "path"}
        places |= {place for place, option in all_options(spec) if option.get("elements") == "path"}
        assert places == {name for path in PATHS for name in (path, f"accounts.{path}")} == {"home", "accounts.home"}


def all_options(spec: t.Mapping[str, t.Any], place: str = "") -> t.Iterator[tuple[str, t.Mapping[str, t.Any]]]:
    for name, option in spec.items():
        yield f"{place}{name}", option
        yield from all_options(option.get("options") or {}, f"{place}{name}.")


def test_code_and_source_are_of_the_same_files(
    arguments: dict[str, str], sources: dict[str, str], codes: dict[str, types.CodeType]
) -> None:
    assert arguments.keys() == {"program", "magic", "code", "source", "packages"}
    assert codes.keys() == sources.keys()
    packages = set(arguments["packages"].split(","))
    assert packages == {name.rsplit(".", count)[0] for name in sources for count in range(1, name.count(".") + 1)}
    assert packages.isdisjoint(sources)  # a package has no text of its own
    assert arguments["magic"] == importlib.util.MAGIC_NUMBER.hex()


def test_the_files_are_those_of_this_clone(sources: dict[str, str], codes: dict[str, types.CodeType]) -> None:
    for name, source in sources.items():
        path = f"{name.replace('.', '/')}.py"
        assert source == (PLUGINS / path.partition("/plugins/")[2]).read_text(encoding="utf-8")
        assert {code.co_filename for code in nested(codes[name])} == {path}


def test_what_is_compiled_has_no_docstrings_and_the_same_names(
    sources: dict[str, str], codes: dict[str, types.CodeType]
) -> None:
    for name in map(name_of, sorted(needed())):
        whole = compile(sources[name], "", "exec", dont_inherit=True)
        assert [code.co_name for code in nested(codes[name])] == [code.co_name for code in nested(whole)]
        docstring = ast.get_docstring(ast.parse(sources[name]), clean=False)
        assert docstring is None or docstring not in codes[name].co_consts


def test_nothing_depends_on_what_is_compiled_away(sources: dict[str, str]) -> None:
    """Docstrings, assert statements and __debug__."""
    found = [
        (name, node.lineno)
        for name, source in sources.items()
        if "assert" in source or "__doc__" in source or "__debug__" in source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Attribute) and node.attr == "__doc__")
        or (isinstance(node, ast.Name) and node.id in ("__doc__", "__debug__"))
    ]
    assert found == []


class TestKept:
    """The file in the run's temporary folder."""

    @pytest.fixture
    def folder(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
        return tmp_path

    def test_it_is_made_once(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made = files.arguments(PROGRAM)
        kept = folder / KEPT
        assert json.loads(kept.read_bytes()) == made
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        monkeypatch.setattr(files, "_made", None)
        assert files.arguments(PROGRAM) == made

    def test_it_is_never_half_there(self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[list[str]] = []
        replace = pathlib.Path.replace

        def slowly(path: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
            seen.append(os.listdir(folder))
            assert json.loads(path.read_bytes()) == {"magic": "whole"}
            return replace(path, target)

        monkeypatch.setattr(files, "_made", lambda program: {"magic": "whole"})
        monkeypatch.setattr(pathlib.Path, "replace", slowly)
        assert files.arguments(PROGRAM) == {"magic": "whole"}
        assert len(seen) == 1
        assert KEPT not in seen[0]
        assert sorted(os.listdir(folder)) == [KEPT, LOCK]

    def test_of_processes_that_need_it_at_once_one_makes_it(
        self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        makers: list[str] = []

        def made(program: str) -> dict[str, str]:
            makers.append(program)
            time.sleep(0.1)  # for the others to come
            return {"magic": "whole"}

        monkeypatch.setattr(files, "_made", made)
        found: list[dict[str, str]] = []
        workers = [threading.Thread(target=lambda: found.append(files.arguments(PROGRAM))) for _number in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert found == [{"magic": "whole"}] * 3
        assert len(makers) == 1


def test_ansible_sends_the_module_as_it_is() -> None:
    """For a module of another style it would add its own files, or send the arguments in a file of their own."""
    text = pathlib.Path(module.__file__).read_bytes()
    assert text.count(module_common.REPLACER_JSONARGS) == 1
    assert MARKER.encode() == module_common.REPLACER_JSONARGS
    assert module_common.NEW_STYLE_PYTHON_MODULE_RE.search(text) is None
    others = [name for name in vars(module_common) if name.startswith("REPLACER") and name != "REPLACER_JSONARGS"]
    assert [name for name in others if getattr(module_common, name) in text] == []
    assert all(word not in text for word in (b"WANT_JSON", b"#Requires", b"#AnsibleRequires", b"syslog.LOG_USER"))
