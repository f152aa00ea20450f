# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the steps of `make test` and prints a table of their results.

    python3 tests/run_tests.py              all of them but unit, in the order below, also when one fails
    python3 tests/run_tests.py lint unit    these

Steps that keep only one core busy run side by side where there are several. What such a step prints comes as one block
when it and those before it have ended.

What this machine lacks (root, a Python 3.8) is skipped, and the reason is in the table at the end. In CI, where the
variable CI is set, nothing may be missing: what would be skipped elsewhere fails there, a single skipped test included.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import contextvars
import dataclasses
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
IN_CI = bool(os.environ.get("CI"))
MISSING = 3  # how the scripts of tests/setup say that this machine lacks something; see there
TOOLS = ROOT / ".venv" / "bin" / "python"
OLDEST = ROOT / ".venv-3.8"
_CORES = os.cpu_count() or 1
# See tests/unit/workers.py. Some tests wait for processes and servers.
UNIT_SIDE_BY_SIDE = ("-p", "no:xdist", f"--workers={min(8, _CORES + 2)}")
# These tests wait for servers and clients a third of the time. Each worker has a mail lab and a Windows of its own.
REAL_SIDE_BY_SIDE = (f"--numprocesses={min(4, _CORES + 1)}", "--dist=worksteal")
CORES = ("oldest-core", "newest-core")
AMOUNT = "CHARTER_MAIL_TESTS"  # see tests/unit/amount.py

# Where the step of this thread prints, and all that it starts; None is this program's own output.
_OUTPUT: contextvars.ContextVar[t.IO[str] | None] = contextvars.ContextVar("output", default=None)
_ENVIRONMENTS = threading.Lock()  # steps share them


@dataclasses.dataclass(frozen=True)
class Counts:
    """How many tests passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


class Failed(Exception):
    """A step went wrong; what it printed says how.

    Args:
        note: for the table.
        tests: those that it did run.
    """

    def __init__(self, note: str, tests: Counts = Counts()) -> None:
        super().__init__(note)
        self.tests = tests


class Missing(Exception):
    """A step cannot run on this machine; ``str(error)`` is the reason."""


@dataclasses.dataclass(frozen=True)
class Result:
    """One line of the table."""

    step: str
    outcome: str
    seconds: float
    note: str
    tests: Counts


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
    if IN_CI:
        return unit_full()
    environment("tests")
    # The watch over hanging tests is a thread for each test.
    options = ("-o", "faulthandler_timeout=0")
    return unit_tests(TOOLS, *options, "tests/unit", temporary=in_memory(), **{AMOUNT: "fast"})


def in_memory() -> str | None:
    """A folder for files that need no disk, where they need not be written to it; None if there is none."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


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
    return pytest(TOOLS, *REAL_SIDE_BY_SIDE, *folders)


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
        if reasons and IN_CI:
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


def existing(folder: str, *names: str) -> list[str]:
    """Those of a folder's folders that there are, as paths from the clone's root."""
    return [f"{folder}/{name}" for name in names if (ROOT / folder / name).is_dir()]


def script(*command: str, **variables: str) -> Counts:
    """Run a command in the clone's root; it prints for itself."""
    code = command_line(command, **variables)
    if code != 0:
        raise Failed(f"exit code {code}")
    return Counts()


def command_line(command: t.Sequence[str], **variables: str) -> int:
    """Run a command in the clone's root and return its exit code; it prints where this step does."""
    output = _OUTPUT.get()
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        check=False,
    ).returncode


def prepare(*command: str) -> None:
    """Run a script of tests/setup, which may find that this machine lacks something."""
    output = _OUTPUT.get()
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    print(done.stderr, end="", file=output or sys.stderr, flush=True)
    if done.returncode == MISSING:
        raise Missing(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        raise Failed(f"{command[-1]}: exit code {done.returncode}")


def environment(name: str) -> None:
    """Make a Python environment, or bring it up to date."""
    with _ENVIRONMENTS:
        prepare(sys.executable, "tests/setup/environment.py", name)


def need_root(why: str) -> None:
    """Skip the step for anybody but root."""
    if os.geteuid() != 0:
        raise Missing(f"only root {why}")


def unit_tests(python: pathlib.Path, *arguments: str, temporary: str | None = None, **variables: str) -> Counts:
    """Run unit tests side by side.

    Args:
        python: of an environment with pytest.
        arguments: pytest's.
        temporary: the folder for their temporary files, if not the usual one.
        variables: of the environment.
    """
    with tempfile.TemporaryDirectory(dir=temporary) as folder:
        os.chmod(folder, 0o711)  # some tests act as another user
        # Where Python may not keep what it has compiled, it compiles all tests: three seconds more.
        variables = {"PYTHONDONTWRITEBYTECODE": "", "TMPDIR": folder, **variables}
        return pytest(python, *UNIT_SIDE_BY_SIDE, "-p", "no:logging", *arguments, **variables)


def pytest(python: pathlib.Path, *arguments: str, **variables: str) -> Counts:
    """Run tests and count them; all that they can try, unless the variables say otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        command = [str(python), "-m", "pytest", f"--junit-xml={report}", *arguments]
        code = command_line(command, **{AMOUNT: "full", **variables})
        tests, reasons = read_report(report) if report.exists() else (Counts(), [])
    if code != 0:
        raise Failed(f"pytest's exit code {code}", tests)
    if reasons and IN_CI:
        raise Failed(f"skipped in CI: {'; '.join(reasons)}", tests)
    return tests


def read_report(report: pathlib.Path) -> tuple[Counts, list[str]]:
    """The numbers in pytest's JUnit report, and the reasons for what was skipped, each once."""
    failed = skipped = total = 0
    reasons = []
    for case in ElementTree.parse(report).iter("testcase"):
        total += 1
        failed += case.find("failure") is not None or case.find("error") is not None
        skip = case.find("skipped")
        if skip is not None:
            skipped += 1
            reasons.append(skip.get("message", "no reason given"))
    return Counts(total - failed - skipped, failed, skipped), sorted(set(reasons))


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


def run(step: str) -> Result:
    """Run one step, with its name above what it prints."""
    output = _OUTPUT.get()
    print(f"\n== {step}: {(STEPS[step].__doc__ or '').splitlines()[0]}", file=output, flush=True)
    start = time.monotonic()
    try:
        outcome, note, tests = "passed", "", STEPS[step]()
    except Failed as error:
        outcome, note, tests = "FAILED", str(error), error.tests
    except Missing as error:
        outcome, note, tests = "FAILED" if IN_CI else "skipped", str(error), Counts()
    result = Result(step, outcome, time.monotonic() - start, note or (str(tests) if tests != Counts() else ""), tests)
    print(f"== {step}: {outcome} after {result.seconds:.1f} s", file=output, flush=True)
    return result


def run_into(file: pathlib.Path, step: str) -> Result:
    """Run one step in a thread of its own, with all that it prints in a file."""
    with file.open("w", errors="replace") as output:
        token = _OUTPUT.set(output)
        try:
            return run(step)
        finally:
            _OUTPUT.reset(token)


def run_side_by_side(steps: t.Sequence[str]) -> t.Iterator[Result]:
    """Run steps that need one core each, and print in order what they printed."""
    print(f"\n== side by side: {', '.join(steps)}", flush=True)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pools = [stack.enter_context(concurrent.futures.ThreadPoolExecutor(1)) for _ in ONE_CORE]
        for pool in pools:  # after Ctrl-C, what has not begun does not begin any more
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        runs = {step: pools[_list_of(step)].submit(run_into, folder / step, step) for step in steps}
        for step, running in runs.items():
            try:
                result = running.result()
            finally:  # also after Ctrl-C, as far as it has come
                show(folder / step)
            yield result


def show(file: pathlib.Path) -> None:
    """Print a file, if there is one, to the byte."""
    sys.stdout.flush()
    if file.exists():
        sys.stdout.buffer.write(file.read_bytes())
        sys.stdout.flush()


def _list_of(step: str) -> int:
    """Which of the lists of ONE_CORE the step is in; -1 if it is in none."""
    return next((number for number, names in enumerate(ONE_CORE) if step in names), -1)


def run_all(steps: t.Sequence[str]) -> t.Iterator[Result]:
    """Run steps; those next to each other that need one core each, side by side where there are several cores."""
    for one_core, group in itertools.groupby(steps, lambda step: _list_of(step) >= 0):
        names = list(group)
        if one_core and len({_list_of(name) for name in names}) > 1 and (os.cpu_count() or 1) > 1:
            yield from run_side_by_side(names)
        else:
            yield from map(run, names)


def git_status() -> str:
    """What git sees as changed or new; empty outside a git clone."""
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def unchanged(before: str) -> Result:
    """Whether the steps left the clone as it was."""
    left = sorted(set(git_status().splitlines()) - set(before.splitlines()))
    return Result("clean clone", "FAILED" if left else "passed", 0.0, "; ".join(left), Counts())


def summary(results: t.Sequence[Result]) -> str:
    """The table, what was skipped, and the closing line."""
    lines = [f"{'step':14}{'result':9}{'seconds':>7}"]
    lines += [f"{one.step:14}{one.outcome:9}{one.seconds:7.1f}  {one.note}".rstrip() for one in results]
    skipped = [one for one in results if one.outcome == "skipped"]
    if skipped:
        lines += ["", f"{len(skipped)} of {len(results)} steps skipped:"]
        lines += [f"  {one.step}: {one.note}" for one in skipped]
    total = Counts()
    for one in results:
        total += one.tests
    return "\n".join(["", *lines, "", f"tests: {total}"])


def main() -> None:
    """The command line."""
    steps = sys.argv[1:] or [step for step in STEPS if step not in ONLY_WHEN_NAMED]
    unknown = set(steps) - set(STEPS)
    if unknown:
        raise SystemExit(f"no such step: {', '.join(sorted(unknown))}; there are: {', '.join(STEPS)}")
    before = git_status()
    results = list(run_all(steps))
    if not sys.argv[1:]:
        results.append(unchanged(before))
    print(summary(results))
    raise SystemExit(any(one.outcome == "FAILED" for one in results))


if __name__ == "__main__":
    main()
