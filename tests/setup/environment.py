# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates or updates a Python environment for the demo, the tools or the tests.

    python3 tests/setup/environment.py demo    .venv with what the demo needs; where Python 3.14 is the only one, with
                                               the newest ansible-core, as the others do not run on it
    python3 tests/setup/environment.py tests   .venv with all tools
    python3 tests/setup/environment.py 3.8     .venv-3.8 for the unit tests on the targets' oldest Python
    python3 tests/setup/environment.py oldest-core, newest-core
                                               .venv-oldest-core, .venv-newest-core with other versions of ansible-core

An environment remembers the requirements that it was made from. It is left alone while they are the same, added to
when there are only more of them, and made anew when they changed in any other way. Needs no root and nothing but
Python. Exits with 3 when the machine has no Python of the right version; the last line on stderr says so.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
MEMORY = "made-from.txt"
MISSING = 3


@dataclasses.dataclass(frozen=True)
class Environment:
    """One environment.

    Attributes:
        folder: its name in the clone's root.
        pythons: the versions that will do, the first one found is taken.
        files: the requirements, each with all of those before it; the last one is installed.
    """

    folder: str
    pythons: tuple[str, ...]
    files: tuple[pathlib.Path, ...]


_SETUP = TESTS / "setup"
_DEMO = TESTS / "demo" / "requirements.txt"
_CONTROLLER = ("3.11", "3.12", "3.13")  # what ansible-core 2.19 runs on

ENVIRONMENTS: t.Mapping[str, Environment] = {
    "demo": Environment(".venv", _CONTROLLER, (_DEMO,)),
    "tests": Environment(".venv", _CONTROLLER, (_DEMO, TESTS / "requirements.txt")),
    "oldest-core": Environment(".venv-oldest-core", ("3.11", "3.12"), (_SETUP / "requirements-oldest-core.txt",)),
    "newest-core": Environment(".venv-newest-core", ("3.13", "3.12"), (_SETUP / "requirements-newest-core.txt",)),
    "3.8": Environment(".venv-3.8", ("3.8",), (_SETUP / "requirements-3.8.txt",)),
}

# Instead of the environment of that name, on a machine that has none of its Pythons.
INSTEAD: t.Mapping[str, Environment] = {
    "demo": Environment(".venv", ("3.14",), (_SETUP / "requirements-newest-core.txt",)),
}


def chosen(name: str) -> Environment:
    """The environment of that name, by the Pythons that this machine has."""
    environment, other = ENVIRONMENTS[name], INSTEAD.get(name)
    if other is None or _find(environment.pythons) or not _find(other.pythons):
        return environment
    return other


def ensure(environment: Environment) -> None:
    """Make the environment, unless it is there already."""
    folder = ROOT / environment.folder
    memory = folder / MEMORY
    # The folder is part of it, as the commands in an environment stop working when it is moved.
    wanted = "\n".join([f"# {folder}", *(path.read_text() for path in environment.files)])
    present = memory.read_text() if memory.exists() else ""
    works = _works(folder / "bin" / "python")
    if works and present.startswith(wanted):
        return
    if not (works and wanted.startswith(present)):
        python = _python(environment.pythons)
        if folder.is_symlink():  # venv would empty the folder that it leads to, which others may use
            raise SystemExit(f"{folder} leads to {folder.resolve()}, which is not emptied: remove the link")
        print(f"Making {environment.folder} with {python} ...", flush=True)
        subprocess.run([str(python), "-m", "venv", "--clear", str(folder)], check=True)
    print(f"Installing {environment.files[-1].relative_to(ROOT)} in {environment.folder} ...", flush=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    install = [*pip, "install", "--require-hashes", "--requirement", str(environment.files[-1])]
    subprocess.run(install, check=True)
    memory.write_text(wanted)


def _python(versions: tuple[str, ...]) -> pathlib.Path:
    """A Python that will do.

    Raises:
        SystemExit: there is none.
    """
    found = _find(versions)
    if found is None:
        print(f"There is no Python {' or '.join(versions)} here, neither on the PATH nor in pyenv.", file=sys.stderr)
        raise SystemExit(MISSING)
    return found


def _find(versions: tuple[str, ...]) -> pathlib.Path | None:
    """The Python that runs this where it will do, else one from the PATH or from pyenv; None if there is none."""
    if "{}.{}".format(*sys.version_info) in versions:
        return pathlib.Path(sys.executable)
    candidates = (candidate for version in versions for candidate in _candidates(version))
    return next(filter(_works, candidates), None)


def _candidates(version: str) -> t.Iterator[pathlib.Path]:
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield pathlib.Path(on_path)
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    yield from pyenv.glob(f"versions/{version}.*/bin/python{version}")


def _works(python: pathlib.Path) -> bool:
    """Whether it starts. One of pyenv's shims is there even while its version is switched off."""
    if not python.exists():
        return False
    answer = subprocess.run([str(python), "--version"], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and re.match(r"Python 3\.\d+", answer.stdout) is not None


def main() -> None:
    """The command line."""
    if len(sys.argv) != 2 or sys.argv[1] not in ENVIRONMENTS:
        raise SystemExit(f"usage: {sys.argv[0]} {'|'.join(ENVIRONMENTS)}")
    try:
        ensure(chosen(sys.argv[1]))
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.returncode) from None  # venv and pip have said why


if __name__ == "__main__":
    main()
