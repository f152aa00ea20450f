# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts Ansible and this collection on a host of a fleet, which sees neither this clone nor its environment."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import sysconfig

from .fleet import Fleet

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = "/opt/ansible"
PROGRAMS = {"ansible": "adhoc", "ansible-playbook": "playbook", "ansible-pull": "pull"}
PYTHON = "/usr/bin/python3"  # of the host
_PACKAGES = ("ansible", "cffi", "cryptography", "jinja2", "markupsafe", "packaging", "pycparser", "resolvelib", "yaml")
_START = f"""#!{PYTHON}
import sys
sys.path.insert(0, "{FOLDER}/lib")
from ansible.cli.%s import main
sys.exit(main())
"""


def unavailable() -> str | None:
    """The reason why a host cannot run this environment's Ansible; None if it can."""
    version = "{}.{}".format(*sys.version_info)
    found = subprocess.run([PYTHON, "--version"], capture_output=True, text=True, check=True).stdout
    if not found.startswith(f"Python {version}."):
        return f"hosts have {found.strip()}, and the environment's packages are for {version}"
    return None


def install(fleet: Fleet, host: str, scratch: pathlib.Path) -> None:
    """Install both on a host.

    Args:
        fleet: the running fleet.
        host: the name of a host.
        scratch: an existing folder for files on the way.
    """
    packages = pathlib.Path(sysconfig.get_path("platlib"))
    names = [name for name in _PACKAGES if (packages / name).exists()]
    # Ansible asks for the version of jinja2.
    names += [path.name for pattern in ("_cffi_backend*", "jinja2-*") for path in packages.glob(pattern)] + ["_yaml"]
    _send(fleet, host, packages, f"{FOLDER}/lib", names)
    programs = scratch / "programs"
    programs.mkdir()
    for name, module in PROGRAMS.items():
        (programs / name).write_text(_START % module)
        (programs / name).chmod(0o755)
    _send(fleet, host, programs, f"{FOLDER}/bin", list(PROGRAMS))
    subprocess.run([ROOT / "tests/setup/tree.sh", "files", scratch / "collection"], check=True)
    names = ["galaxy.yml", "meta", "playbooks", "plugins", "roles"]
    where = "/usr/share/ansible/collections/ansible_collections/charter/mail"
    _send(fleet, host, scratch / "collection", where, names)


def _send(fleet: Fleet, host: str, source: pathlib.Path, target: str, names: list[str]) -> None:
    archive = ["tar", "--create", "--exclude=__pycache__", f"--directory={source}", *names]
    extract = fleet.ssh(host, f"mkdir -p {target} && tar --extract --no-same-owner --directory={target}")
    with subprocess.Popen(archive, stdout=subprocess.PIPE) as packing:
        subprocess.run(extract, stdin=packing.stdout, timeout=120, check=True)
    assert packing.returncode == 0
