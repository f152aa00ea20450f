# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes ``ansible_collections.charter.mail`` importable from a clone in any folder, for all tests."""

from __future__ import annotations

import gc
import importlib.util
import pathlib
import signal
import sys
import types
import typing as t

if t.TYPE_CHECKING:
    import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
NAME = "ansible_collections.charter.mail"


def _is_this_clone() -> bool:
    try:
        spec = importlib.util.find_spec(NAME)
    except ModuleNotFoundError:
        return False
    return spec is not None and str(ROOT) in (spec.submodule_search_locations or ())


def _provide() -> None:
    for name in ("ansible_collections", "ansible_collections.charter"):
        sys.modules.setdefault(name, _package(name, []))
    sys.modules[NAME] = _package(NAME, [str(ROOT)])


def _package(name: str, path: list[str]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = path
    return module


if not _is_this_clone():
    _provide()


def pytest_configure(config: pytest.Config) -> None:
    """See that the tests do not depend on how they were started, nor on how slow this machine is at the moment."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN:
        # It would be ignored in all that the tests start as well, and SIGTERM is how they end some of that.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # the tests run in other processes, and to import Hypothesis takes longer than any of them
    gc.disable()  # until all tests are found: next to nothing of that is garbage
    from hypothesis import HealthCheck, settings  # here, as the demo's environment has no pytest and none of this

    from ansible_collections.charter.mail.tests.unit.amount import FAST, examples

    settings.register_profile(
        "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples(100)
    )
    settings.load_profile("any machine")
    if FAST:
        # The constants of the code are for a few of hundreds of examples; to look for them is a tenth of the time
        # in which the tests are found.
        from hypothesis.internal.conjecture import providers  # older ones, for Python 3.8, look for none

        providers._get_local_constants = lambda: providers._local_constants


def pytest_collection_finish() -> None:
    """Have the collector of garbage leave out what stays until the end, and begin later: a sixth of the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)
    gc.enable()


def pytest_report_header() -> str:
    """Say how much is tried."""
    from ansible_collections.charter.mail.tests.unit.amount import FULL, VARIABLE

    return f"generated examples and kill points: {'all' if FULL else f'a sample; all of them with {VARIABLE}=full'}"
