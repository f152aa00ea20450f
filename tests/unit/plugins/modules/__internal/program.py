# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""modules/__internal/run_compiled.py run as Ansible runs it: from standard input, with the arguments in its text."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import typing as t
import zlib

from ansible_collections.charter.mail.plugins.modules.__internal import run_compiled as module

PLUGINS = pathlib.Path(module.__file__).parents[2]
PACKAGE = "ansible_collections.charter.mail.plugins.module_utils"
MARKER = "<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"
OTHER_MAGIC = "00000000"  # of no Python
MODULE = "charter.mail.mail_accounts"

# What Ansible adds to the arguments. A test has no entry in the log of the machine.
INTERNAL: t.Mapping[str, t.Any] = {
    "_ansible_check_mode": False,
    "_ansible_no_log": True,
    "_ansible_debug": False,
    "_ansible_diff": False,
    "_ansible_verbosity": 0,
    "_ansible_version": "2.19.14",
    "_ansible_module_name": "charter.mail.__internal.run_compiled",
    "_ansible_syslog_facility": "LOG_USER",
    "_ansible_selinux_special_fs": ["fuse", "nfs"],
    "_ansible_string_conversion_action": "warn",
    "_ansible_socket": None,
    "_ansible_shell_executable": "/bin/sh",
    "_ansible_keep_remote_files": False,
    "_ansible_tmpdir": None,
    "_ansible_remote_tmp": "~/.ansible/tmp",
    "_ansible_ignore_unknown_opts": False,
    "_ansible_target_log_info": None,
}

Payload = t.Mapping[str, str]


def packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


def source_alone() -> dict[str, str]:
    """A payload for a Python that none of its code is for."""
    root = PLUGINS / "module_utils"
    sources = {
        ".".join((PACKAGE, *path.relative_to(root).with_suffix("").parts)): path.read_text(encoding="utf-8")
        for path in root.rglob("*.py")
    }
    parts = [name.split(".") for name in sources]
    packages = {".".join(names[:length]) for names in parts for length in range(1, len(names))}
    return {
        "program": f"{PACKAGE}._ansible.configure_compiled",
        "magic": OTHER_MAGIC,
        "code": packed(b"never read"),
        "source": packed(json.dumps(sources).encode()),
        "packages": ",".join(sorted(packages)),
    }


def for_another_python(payload: Payload) -> dict[str, str]:
    """The payload as it comes to a host whose Python is not the controller's."""
    assert payload["magic"] == importlib.util.MAGIC_NUMBER.hex()
    return {**payload, "magic": OTHER_MAGIC}


def work(client: str | None, options: t.Mapping[str, t.Any]) -> str:
    """The argument that says what to do."""
    return packed(json.dumps({"module": MODULE, "client": client, "options": options}).encode())


def text_of(arguments: t.Mapping[str, t.Any]) -> str:
    """The program, as ansible-core makes it."""
    before, after = pathlib.Path(module.__file__).read_text(encoding="utf-8").split(MARKER)
    return before + json.dumps(arguments) + after


def run(
    payload: Payload,
    client: str | None,
    options: t.Mapping[str, t.Any],
    *,
    folder: pathlib.Path | None = None,
    variables: t.Mapping[str, str] | None = None,
    **internal: t.Any,
) -> subprocess.CompletedProcess[bytes]:
    """The ended program.

    Args:
        payload: the files.
        client: the name of the client; None for those of the option ``clients``.
        options: of the task, valid.
        folder: the working directory.
        variables: of the environment, in addition to those of this process.
        internal: other values for ``INTERNAL``, without the prefix.
    """
    others = {f"_ansible_{name}": value for name, value in internal.items()}
    return run_with({**payload, "work": work(client, options), **INTERNAL, **others}, folder, variables)


def run_with(
    arguments: t.Mapping[str, t.Any],
    folder: pathlib.Path | None = None,
    variables: t.Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """The ended program with these arguments; see ``run``."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_THIS_SESSION}
    return subprocess.run(
        [sys.executable, "-"],
        input=text_of(arguments).encode(),
        capture_output=True,
        cwd=folder,
        env={**environment, **(variables or {})},
        timeout=300,
        check=False,
    )


# PYTHONUNBUFFERED has Python read its program byte by byte, which takes seconds.
_OF_THIS_SESSION = ("DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PYTHONUNBUFFERED")


def result_of(done: subprocess.CompletedProcess[bytes]) -> dict[str, t.Any]:
    """What Ansible reads of it."""
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout.isascii()
    return t.cast(t.Dict[str, t.Any], json.loads(done.stdout))
