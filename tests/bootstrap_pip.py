# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives ansible-test its pip, from the package index that pip itself uses.

ansible-test makes virtual environments without pip, and puts pip into them with a script that it downloads from a host
of its own. Where that host is out of reach (a closed network, a mirror of PyPI only) all such tests fail. This puts
a script of the same name and effect into ansible-test's cache beforehand. What is in the cache already stays.
The files setup/requirements-pip-*.txt pin the versions and their hashes.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

from ansible_test._internal.constants import SUPPORTED_PYTHON_VERSIONS
from ansible_test._internal.host_configs import NativePythonConfig
from ansible_test._internal.python_requirements import get_venv_packages

# Where ansible-test looks: bootstrap() in its _util/target/setup/requirements.py.
CACHE = pathlib.Path("~/.ansible/test/cache").expanduser()

SETUP = pathlib.Path(__file__).parent / "setup"
OLDEST = (3, 8)  # of a target's Python

SCRIPT = '''\
"""Installs the pip beside this file into the Python that runs it."""

import pathlib
import sys

WHEEL = str(pathlib.Path(__file__).with_name("{wheel}"))

if __name__ == "__main__":
    sys.path.insert(0, WHEEL)
    from pip._internal.cli.main import main

    sys.exit(main(["install", "--quiet", "--disable-pip-version-check", "--no-index", WHEEL]))
'''


def wanted_versions() -> set[str]:
    """The versions of pip that this ansible-test puts into its environments."""
    versions = (name for name in SUPPORTED_PYTHON_VERSIONS if tuple(map(int, name.split("."))) >= OLDEST)
    pythons = (NativePythonConfig(version=version, path=sys.executable) for version in versions)
    return {get_venv_packages(python)["pip"] for python in pythons}


def provide(version: str) -> None:
    """Put that pip and its script into the cache."""
    script = CACHE / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    requirements = SETUP / f"requirements-pip-{version}.txt"
    if not requirements.exists():
        raise SystemExit(f"ansible-test wants pip {version}: add it to setup/pin.sh, and run that")
    CACHE.mkdir(parents=True, exist_ok=True)
    download = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--require-hashes"]
    subprocess.run([*download, "--no-deps", "--dest", str(CACHE), "--requirement", str(requirements)], check=True)
    script.write_text(SCRIPT.format(wheel=f"pip-{version}-py3-none-any.whl"))


if __name__ == "__main__":
    for wanted in sorted(wanted_versions()):
        provide(wanted)
