# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of ``make test``, and which of them may run side by side."""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
import typing as t

from .commands import environment, prepare, script
from .machine import ROOT, existing, in_ci, in_memory, need_root
from .pytest_runs import AMOUNT, REAL_SIDE_BY_SIDE, pytest, read_report, unit_tests
from .results import Counts, Failed

TOOLS = ROOT / ".venv" / "bin" / "python"
OLDEST = ROOT / ".venv-3.8"
CORES = ("oldest-core", "newest-core")


def packages() -> Counts:
    """The Debian packages that the tests use, installed where they are missing."""
    prepare("tests/setup/packages.sh")
    return Counts()


def lint() -> Counts:
    """Style, types, documentation, changelog, the built package."""
    environment("tests")
    return script("tests/steps/lint.sh")


def unit() -> Counts:
    """The unit tests with a sample of their generated examples, kill points and tables; in CI with all of them."""
    if in_ci():
        return unit_full()
    environment("tests")
    # The watch over hanging tests is a thread for each test.
    options = ("-o", "faulthandler_timeout=0")
    return unit_tests(TOOLS, *options, "tests/unit", temporary=in_memory(), **{AMOUNT: "fast"})


def unit_full() -> Counts:
    """The unit tests with all of their generated examples and kill points, on the controller's Python."""
    environment("tests")
    return unit_tests(TOOLS, "tests/unit")


def unit_oldest() -> Counts:
    """The unit tests of what runs on targets on the oldest Python of a target, with a sample of generated examples."""
    environment("3.8")
    environment("tests")
    folders = existing("tests/unit/plugins", "module_utils", "modules")
    variables = {AMOUNT: "sample", "PYTHONPATH": str(ansible_for_targets())}  # unit-full has all examples
    return unit_tests(OLDEST / "bin" / "python", *folders, **variables)


def ansible_for_targets() -> pathlib.Path:
    """A folder with the part of ansible-core that goes to targets, which runs on older Pythons than the rest does."""
    (installed,) = (ROOT / ".venv").glob("lib/python3*/site-packages/ansible")
    folder = OLDEST / "targets"
    (folder / "ansible").mkdir(parents=True, exist_ok=True)
    for name in ("__init__.py", "_vendor", "module_utils", "release.py"):
        link = folder / "ansible" / name
        if not link.is_symlink():
            link.symlink_to(installed / name)
    return folder


def sanity() -> Counts:
    """Ansible's sanity tests."""
    environment("tests")
    return script("tests/steps/sanity.sh")


def cores() -> Counts:
    """The demo, Ansible's sanity tests and foreign templates with the oldest and the newest ansible-core."""
    environment("tests")
    total = Counts()
    for name in CORES:
        environment(name)
        folder = f".venv-{name}"
        script(str(ROOT / folder / "bin/python"), "tests/demo")
        # Those that depend on the core; the step sanity has all of them.
        script("tests/steps/sanity.sh", folder, "ansible-doc", "compile", "runtime-metadata", "validate-modules")
        total += pytest(TOOLS, "tests/integration/test_foreign_templates.py", CHARTER_MAIL_ENVIRONMENT=folder)
    return total


def demo() -> Counts:
    """The demo, from this clone."""
    environment("demo")
    return script(str(TOOLS), "tests/demo")


def demo_as_user() -> Counts:
    """The demo, by an ordinary user with an empty home."""
    need_root("makes an ordinary user")
    return script("tests/steps/demo_as_user.sh")


def real() -> Counts:
    """The tests against real mail servers, mail clients and a browser."""
    need_root("makes network namespaces and users")
    environment("tests")
    folders = existing("tests", "lab", "fleet", "clients", "integration", "page", "wine")
    # Of a thousand such tests, one fails now and then on a busy machine: Wine, for example, does not start a program,
    # and says nothing. A defect fails again.
    return pytest(TOOLS, *REAL_SIDE_BY_SIDE, *folders, second_try=["--numprocesses=0"])


def molecule() -> Counts:
    """The collection on several hosts over SSH: all scenarios of extensions/molecule."""
    need_root("makes hosts")
    environment("tests")
    with tempfile.TemporaryDirectory() as folder:
        # Its folder would else be shared with clones of the same name.
        own = {"MOLECULE_EPHEMERAL_DIRECTORY": folder, "PATH": f"{TOOLS.parent}:{os.environ['PATH']}"}
        shutil.rmtree(ROOT / ".tree/molecule-tests", ignore_errors=True)
        script("molecule", "test", "--all", **own)
    total = Counts()
    for scenario in sorted(path.parent for path in ROOT.glob("extensions/molecule/*/tests")):
        report = ROOT / ".tree/molecule-tests" / f"{scenario.name}.xml"
        if not report.exists():
            raise Failed(f"the scenario {scenario.name} ran no tests")
        tests, reasons = read_report(report)
        total += tests
        if reasons and in_ci():
            raise Failed(f"skipped in CI: {'; '.join(reasons)}", total)
    return total


STEPS: t.Mapping[str, t.Callable[[], Counts]] = {
    "packages": packages,
    "unit": unit,
    "unit-full": unit_full,
    "unit-3.8": unit_oldest,
    "molecule": molecule,
    "sanity": sanity,
    "lint": lint,
    "cores": cores,
    "demo": demo,
    "demo-as-user": demo_as_user,
    "real": real,
}

# Steps that keep only one core busy, in two lists that run side by side and take about equally long. Those in one list
# run one after the other: sanity and cores share the environments of ansible-test. All other steps use all cores.
ONE_CORE = (("molecule", "lint", "demo", "demo-as-user"), ("sanity", "cores"))

# All of what they do is in other steps.
ONLY_WHEN_NAMED = {"unit"}
