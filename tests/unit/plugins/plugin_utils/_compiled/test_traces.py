# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An error that nothing foresees, in the program: the message and the trace name files as those of a module do."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._compiled import files
from ansible_collections.charter.mail.tests.unit.plugins.modules.__internal.program import (
    Payload,
    for_another_python,
    result_of,
    run,
)
from ansible_collections.charter.mail.tests.unit.plugins.plugin_utils._look.homes import client_options, options

SECRET = "hunter2-Pässword"
FAULT = f"""
def preview(*_arguments):
    secret = {SECRET!r}
    raise KeyError(secret)
"""
FUNCTIONS = ["configure", "_configure_user", "_outcome", "preview"]
FILE = "charter/mail/plugins/module_utils/_clients/engine.py"


class Faulty(t.NamedTuple):
    """A payload with an error in it.

    Attributes:
        payload: the files.
        line: the line of the error.
    """

    payload: Payload
    line: int


@pytest.fixture(scope="module")
def made() -> Faulty:
    engine = f"{files.PACKAGE}._clients.engine"
    read = files._source
    line = f"{read(engine)}{FAULT}".count("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_source", lambda name: f"{read(name)}{FAULT}" if name == engine else read(name))
        return Faulty(files._made(f"{files.PACKAGE}._ansible.configure_compiled"), line)


@pytest.fixture(params=["code", "source"])
def faulty(request: pytest.FixtureRequest, made: Faulty) -> Faulty:
    return made if request.param == "code" else made._replace(payload=for_another_python(made.payload))


def returned(faulty: Faulty, client: str | None, home: pathlib.Path, verbosity: int) -> dict[str, t.Any]:
    accounts = [{"email": "mario@charter.net", "home": str(home)}]
    params = options(accounts) if client is None else client_options(client, accounts)
    done = run(faulty.payload, client, params, check_mode=True, verbosity=verbosity)
    assert SECRET.encode() not in done.stdout
    assert b"hunter2" not in done.stdout
    return result_of(done)


@pytest.mark.parametrize("client", [None, "thunderbird", "evolution"])
def test_the_trace_is_that_of_a_module(client: str | None, faulty: Faulty, tmp_path: pathlib.Path) -> None:
    found = returned(faulty, client, tmp_path, 3)
    assert found["failed"]
    assert not found["changed"]
    assert f"an unexpected KeyError in {FILE}, line {faulty.line}, preview." in found["msg"]
    assert len(found["trace"]) == (2 if client is None else 1)
    for trace in found["trace"]:
        first, *frames = trace.splitlines()
        assert first.endswith(": KeyError:")
        assert frames[-1] == f"  {FILE}, line {faulty.line}, preview"
        assert [frame.rpartition(", ")[2] for frame in frames] == [
            "configure",
            "_configure_user",
            "_outcome",
            "preview",
        ]
        assert all(frame.startswith("  charter/mail/plugins/module_utils/_") for frame in frames)
        assert all(_line_of(frame) > 1 for frame in frames)


def _line_of(frame: str) -> int:
    return int(frame.split(", line ")[1].partition(",")[0])


@pytest.mark.parametrize("verbosity", [0, 2])
def test_there_is_no_trace_unless_it_is_asked_for(verbosity: int, faulty: Faulty, tmp_path: pathlib.Path) -> None:
    found = returned(faulty, None, tmp_path, verbosity)
    assert "trace" not in found
    assert "with the trace that -vvv shows" in found["msg"]


def test_code_and_source_have_the_same_trace(made: Faulty, tmp_path: pathlib.Path) -> None:
    other = made._replace(payload=for_another_python(made.payload))
    assert returned(made, None, tmp_path, 3) == returned(other, None, tmp_path, 3)
