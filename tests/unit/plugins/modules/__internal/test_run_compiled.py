# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program on a host's own Python: its arguments arrive, and it imports the files that its Python can run."""

from __future__ import annotations

import importlib
import importlib.util
import json
import marshal
import pathlib
import sys
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all_options import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.modules.__internal.run_compiled import Importer, files_in

from .program import MARKER, OTHER_MAGIC, packed, result_of, run, source_alone, text_of

MAGIC = importlib.util.MAGIC_NUMBER.hex()
FILES: t.Mapping[str, str] = {
    "chm_top.inner.one": "from __future__ import annotations\nfrom .two import TWO\nfrom . import two\nONE = TWO - 1\n",
    "chm_top.inner.two": "import json\nTWO = 2\nNAME, PACKAGE = __name__, __package__\n",
    "chm_top.other": "def late():\n    from .inner import one\n    return one\n",
    "chm_top.broken": "raise ValueError(__name__)\n",
}
PACKAGES = ("chm_top", "chm_top.inner")

TEXTS = st.text() | st.sampled_from(["'''", '"""', "\\", "\\'''", '\\"""', "\u2028\u2029\x85", "\ud800", MARKER, "\0"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(params=["source", "code"])
def importer(request: pytest.FixtureRequest) -> t.Iterator[Importer]:
    content: dict[str, t.Any] = dict(FILES)
    if request.param == "code":
        content = {name: marshal.dumps(compile(text, f"{name}.py", "exec")) for name, text in FILES.items()}
    made = Importer(content, PACKAGES)
    sys.meta_path.insert(0, made)
    yield made
    sys.meta_path.remove(made)
    for name in [name for name in sys.modules if name.partition(".")[0] == "chm_top"]:
        del sys.modules[name]


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@example({"": '"""', "'''": "\\", '"': ""})
@example({"a": MARKER, MARKER: ["\\\\'''", '"', "\n\r\t\u2028\U0001f4e7"]})
def test_the_arguments_arrive(arguments: dict[str, t.Any]) -> None:
    text = text_of(arguments)
    assert text.isascii()
    found: dict[str, t.Any] = {"__name__": "not run"}
    exec(compile(_arguments_in(text), "<stdin>", "exec"), found)
    assert json.loads(found["ARGUMENTS"]) == arguments


def _arguments_in(text: str) -> str:
    """The statement that has them; all else of the program is always the same."""
    _before, start, after = text.partition("\nARGUMENTS = ")
    statement, end, _rest = after.rpartition("\n\n\nclass Importer(")
    assert start
    assert end
    return f"{start}{statement}"


def test_files_import_each_other(importer: Importer) -> None:
    one = importlib.import_module("chm_top.inner.one")
    assert one.ONE == 1
    assert (one.two.NAME, one.two.PACKAGE) == ("chm_top.inner.two", "chm_top.inner")
    assert importlib.import_module("chm_top.other").late() is one


def test_only_its_own_files_are_the_importers(importer: Importer) -> None:
    assert importer.find_spec("json", None) is None
    assert importer.find_spec("chm_top.nothing", None) is None
    for name in ("chm_top.nothing", "chm_top.inner.nothing"):
        with pytest.raises(ModuleNotFoundError, match=name):
            importlib.import_module(name)


def test_an_error_in_a_file_is_its_own(importer: Importer) -> None:
    with pytest.raises(ValueError, match=r"^chm_top\.broken$"):
        importlib.import_module("chm_top.broken")
    assert "chm_top.broken" not in sys.modules


def test_code_is_for_the_python_that_made_it() -> None:
    code = {"name": b"code"}
    source = {"name": "source"}
    arguments = {"code": packed(marshal.dumps(code)), "source": packed(json.dumps(source).encode())}
    assert files_in({**arguments, "magic": MAGIC}) == code
    assert files_in({**arguments, "magic": OTHER_MAGIC}) == source
    assert files_in({**arguments, "magic": MAGIC, "source": "damaged"}) == code  # the other is not looked at
    assert files_in({**arguments, "magic": OTHER_MAGIC, "code": "damaged"}) == source


@pytest.mark.parametrize("as_code", [False, True], ids=["source", "code"])
def test_this_python_configures_a_home(as_code: bool, tmp_path: pathlib.Path) -> None:
    payload = source_alone()
    if as_code:
        sources = files_in(payload)
        codes = {
            name: marshal.dumps(compile(text, f"{name.replace('.', '/')}.py", "exec", dont_inherit=True, optimize=2))
            for name, text in sources.items()
        }
        payload = {**payload, "magic": MAGIC, "code": packed(marshal.dumps(codes)), "source": "damaged"}
    accounts = [{"email": "mario@charter.net", "full_name": "M\u00e0rio'''\\", "home": str(tmp_path)}]
    params = validated({"accounts": accounts, "clients": ["thunderbird", "evolution"]}, argument_spec(**OPTIONS))
    assert result_of(run(payload, None, params, check_mode=True))["changed"]
    assert list(tmp_path.iterdir()) == []
    first = result_of(run(payload, None, params))
    assert (first["changed"], first["failed"]) == (True, False)
    assert [entry["status"] for entry in first["accounts"]] == ["created", "created"]
    assert not result_of(run(payload, None, params))["changed"]
