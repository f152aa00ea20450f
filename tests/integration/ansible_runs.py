# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the collection as an admin does: ``ansible`` and ``ansible-playbook`` from this clone, on this machine.

The machine's own Ansible is neither used nor changed: each test has its own configuration, home and temporary files.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import typing as t

from . import ansible_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Another environment has another ansible-core: see the step cores in tests/step_runner/steps.py.
ENVIRONMENT = "CHARTER_MAIL_ENVIRONMENT"
_TIMEOUT = 300  # seconds
_BIN = ROOT / os.environ.get(ENVIRONMENT, ".venv") / "bin"


@dataclasses.dataclass(frozen=True)
class AnsibleRun:
    """The outcome of a run of ``ansible-playbook`` or ``ansible``.

    Attributes:
        code: the exit code.
        output: standard output and standard error together.
    """

    code: int
    output: str

    @property
    def recap(self) -> dict[str, int]:
        """The numbers in the last line of the recap: ok, changed, failed ..."""
        line = next(line for line in reversed(self.output.splitlines()) if "unreachable=" in line)
        return {name: int(number) for name, number in (word.split("=") for word in line.split() if "=" in word)}


class Ansible:
    """Ansible on this machine.

    Args:
        folder: a private directory for Ansible's own files.
        prefix: a prefix for each command, such as ``ip netns exec NAME``.
        python: the interpreter of the modules; by default Debian's.
        quick: whether playbooks and commands, too, run in forks of one process, as ``module`` does: for tests to which
            they are a means. See ``ansible_server``.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        prefix: t.Sequence[str] = (),
        python: str = "/usr/bin/python3",
        *,
        quick: bool = False,
    ) -> None:
        self.folder = self._folder = folder
        self._prefix = list(prefix)
        self._python = python
        self._quick = quick
        self._runs = 0
        self._record = folder / "record"
        (folder / "ansible_collections/charter").mkdir(parents=True)
        (folder / "ansible_collections/charter/mail").symlink_to(ROOT)
        (folder / "ansible.cfg").write_text("")

    def module(
        self, name: str, *, check: bool = False, hosts: t.Mapping[str, t.Any] | None = None, **options: t.Any
    ) -> dict[str, t.Any]:
        """Run one module as an ad-hoc command, with ``--diff``, in a fork of a process that has imported Ansible.

        Args:
            name: the module's name in this collection.
            check: whether to run in check mode.
            hosts: an inventory with one host; by default this machine.
            options: the module's options.

        Returns:
            The module's whole result.
        """
        self._record.unlink(missing_ok=True)
        # The localhost that no inventory names would run them on Ansible's own Python.
        interpreter = json.dumps({"ansible_python_interpreter": self._python})
        here = ["localhost", "--extra-vars", interpreter]
        where = here if hosts is None else ["all", "--inventory", str(self._inventory(hosts))]
        arguments = [*where, "--module-name", f"charter.mail.{name}", "--args", json.dumps(options), "--diff"]
        done = self._run("ansible", *arguments, *(["--check"] if check else []), quick=True)
        results = self.results()
        if len(results) != 1:
            raise AssertionError(done.output)
        return results[0]

    def results(self, host: str | None = None) -> list[dict[str, t.Any]]:
        """The result of each task of the last run, and whether it ``failed``, for one host or all."""
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        entries = [entry for entry in map(json.loads, lines) if "result" in entry]
        entries = [entry for entry in entries if host in (None, entry["host"])]
        return [{"failed": entry["status"] == "failed", **entry["result"]} for entry in entries]

    def playbook(self, name: str, inventory: t.Mapping[str, t.Any], *options: str) -> AnsibleRun:
        """Run one of the collection's playbooks with an inventory in the form of Ansible's YAML inventories."""
        self._record.unlink(missing_ok=True)
        hosts = self._inventory(inventory)
        return self.command("ansible-playbook", f"charter.mail.{name}", "--inventory", str(hosts), *options)

    def _inventory(self, inventory: t.Mapping[str, t.Any]) -> pathlib.Path:
        self._runs += 1
        hosts = self._folder / f"hosts-{self._runs}.json"
        hosts.touch(mode=0o600)
        hosts.write_text(json.dumps(inventory))
        return hosts

    def local_host(self, **variables: t.Any) -> dict[str, t.Any]:
        """An inventory with only this machine."""
        connection = {"ansible_connection": "local", "ansible_python_interpreter": self._python}
        return {"all": {"hosts": {"desk": {**connection, **variables}}}}

    def command(self, program: str, *arguments: str) -> AnsibleRun:
        """Run one of Ansible's programs."""
        return self._run(program, *arguments, quick=self._quick)

    def _run(self, program: str, *arguments: str, quick: bool) -> AnsibleRun:
        variables = {
            "PATH": f"{_BIN}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(self._folder),
            "ANSIBLE_CONFIG": str(self._folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "ANSIBLE_REMOTE_TMP": str(self._folder / "remote"),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/demo/callback"),
            "ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tests/wine/connection"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true",
            "CHARTER_MAIL_RECORD": str(self._record),
            "ANSIBLE_PYTHON_INTERPRETER": self._python,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_DEPRECATION_WARNINGS": "false",
            "ANSIBLE_NOCOLOR": "true",
        }
        command = [str(_BIN / program), *arguments]
        if quick and program in ansible_server.PROGRAMS and ENVIRONMENT not in os.environ:
            return self._fork(command, variables)
        done = subprocess.run(
            [*self._prefix, *command],
            env=variables,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT,
            check=False,
        )
        return AnsibleRun(done.returncode, done.stdout.decode())

    def _fork(self, command: t.Sequence[str], variables: t.Mapping[str, str]) -> AnsibleRun:
        output = self._folder / "output"
        output.write_bytes(b"")
        request = ansible_server.Request(command, variables, str(self._folder), str(output))
        code = ansible_server.run(_BIN / "python", self._prefix, request, _TIMEOUT)
        return AnsibleRun(code, output.read_bytes().decode())


def python_of_version(version: str) -> str | None:
    """A Python interpreter of a version such as ``3.8``; None if this machine has none."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv")
    candidates = [*pyenv.glob(f"versions/{version}.*/bin/python"), pathlib.Path(f"/usr/bin/python{version}")]
    return next((str(path) for path in candidates if path.exists()), None)
