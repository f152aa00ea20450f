# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Ansible's own programs in forks of one process, which has imported Ansible once.

Half the time of a short run is the start of Ansible and the packing of the module's payload. A fork has the first
behind it, and finds the payloads that earlier runs packed. All else is as in a new process: the program's command line,
environment, working directory, configuration, temporary folder, and so its run id.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import functools
import importlib
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t

PROGRAMS = {"ansible": "adhoc", "ansible-playbook": "playbook"}
_PAYLOADS = "ansiballz_cache"  # Ansible's name for the folder of packed modules in its temporary folder


class ServerEnded(Exception):
    """The process is gone, as a mail lab kills all that is in its network when it ends."""


@dataclasses.dataclass(frozen=True)
class Request:
    """A command to run.

    Attributes:
        arguments: the command line, beginning with the program's path.
        environment: its environment variables.
        folder: its working directory.
        output: the file for standard output and standard error.
    """

    arguments: t.Sequence[str]
    environment: t.Mapping[str, str]
    folder: str
    output: str


class AnsibleServer:
    """The process.

    Args:
        python: of the environment that has Ansible.
        prefix: a prefix for its command, such as ``ip netns exec NAME``.
        plugins: environment variables with folders of plugins, which Ansible reads when it is imported.
    """

    def __init__(self, python: pathlib.Path, prefix: t.Sequence[str], plugins: t.Mapping[str, str]) -> None:
        self._folder = tempfile.mkdtemp(prefix="charter-mail-ansible-")
        configuration = pathlib.Path(self._folder, "ansible.cfg")
        configuration.write_text("")
        own = {"HOME": self._folder, "ANSIBLE_HOME": self._folder, "ANSIBLE_CONFIG": str(configuration)}
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **plugins, **own}
        self._process = subprocess.Popen(
            [*prefix, str(python), __file__, self._folder, json.dumps(environment)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, request: Request, timeout: float) -> int:
        """Run a command and return its exit code.

        Raises:
            ServerEnded: the process ended before the command did, or before it began.
            subprocess.TimeoutExpired: the command takes longer.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(dataclasses.asdict(request)).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ServerEnded from error
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(list(request.arguments), timeout)
        line = self._process.stdout.readline()
        if not line:
            raise ServerEnded
        return int(line)

    def close(self) -> None:
        """End the process, and a command that it runs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


_SERVERS: dict[tuple[str, ...], AnsibleServer] = {}


def run(python: pathlib.Path, prefix: t.Sequence[str], request: Request, timeout: float) -> int:
    """Run a command and return its exit code.

    Each prefix has one process, started when it is first needed.

    Raises:
        ServerEnded: the process ended meanwhile; the next command gets a new one.
        subprocess.TimeoutExpired: the command takes longer than the timeout in seconds, and has been ended.
    """
    plugins = {name: value for name, value in request.environment.items() if name.endswith("_PLUGINS")}
    key = (str(python), *prefix, *plugins.values())
    if key not in _SERVERS:
        _SERVERS[key] = AnsibleServer(python, prefix, plugins)
    try:
        return _SERVERS[key].run(request, timeout)
    except (ServerEnded, subprocess.TimeoutExpired):
        _SERVERS.pop(key).close()
        raise


@atexit.register
def close_all() -> None:
    """End all processes."""
    while _SERVERS:
        _SERVERS.popitem()[1].close()


def _serve(folder: pathlib.Path, given: t.Mapping[str, str]) -> None:
    """Run commands until the tests end.

    Args:
        folder: for files.
        given: the environment before the prefix, which can be ``env NAME=VALUE``.
    """
    by_prefix = {name: value for name, value in os.environ.items() if given.get(name) != value}
    payloads = folder / _PAYLOADS
    payloads.mkdir()
    try:
        _import_ansible()
        for line in sys.stdin:
            request = Request(**json.loads(line))
            request = dataclasses.replace(request, environment={**request.environment, **by_prefix})
            child = os.fork()
            if child == 0:
                _become(request)
                _run(request, payloads)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _import_ansible() -> None:
    """Import what each run needs, and read Ansible's two large files, which else takes a tenth of each run."""
    for name in PROGRAMS.values():
        importlib.import_module(f"ansible.cli.{name}")
    import ansible
    from ansible import constants
    from ansible.config.manager import ConfigManager
    from ansible.utils.collection_loader import _collection_finder

    owners = {"_read_config_yaml_file": ConfigManager, "_meta_yml_to_dict": _collection_finder}
    for reader, owner in owners.items():
        setattr(owner, reader, functools.cache(getattr(owner, reader)))
    constants.config.__init__()  # type: ignore[misc] # reads one of them
    routing = pathlib.Path(ansible.__file__).with_name("config") / "ansible_builtin_runtime.yml"
    vars(_collection_finder)["_meta_yml_to_dict"](routing.read_bytes(), ("ansible.builtin", "runtime.yml"))


def _become(request: Request) -> None:
    """Make this process what the command's own would be."""
    for number, flags, path in ((0, os.O_RDONLY, os.devnull), (1, os.O_WRONLY | os.O_APPEND, request.output)):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    os.dup2(1, 2)
    os.environ.clear()
    os.environ.update(request.environment)
    os.chdir(request.folder)
    sys.argv = list(request.arguments)


def _run(request: Request, payloads: pathlib.Path) -> t.NoReturn:
    code = 1
    try:
        _configure(payloads)
        importlib.import_module(f"ansible.cli.{PROGRAMS[os.path.basename(request.arguments[0])]}").main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:  # noqa: BLE001 # it ends this process only, and is in its output
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(BaseException):
            atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _configure(payloads: pathlib.Path) -> None:
    """Read the configuration again, which gives this run a temporary folder of its own, and share the payloads."""
    from ansible import constants
    from ansible.utils.path import cleanup_tmp_file

    atexit.unregister(cleanup_tmp_file)  # of the server's own folder
    constants.config.__init__()  # type: ignore[misc] # other modules hold this object
    for name in constants.config.get_configuration_definitions():
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))
    pathlib.Path(vars(constants)["DEFAULT_LOCAL_TMP"], _PAYLOADS).symlink_to(payloads)


if __name__ == "__main__":
    _serve(pathlib.Path(sys.argv[1]), json.loads(sys.argv[2]))
