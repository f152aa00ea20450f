# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what is sent to a host for each module and program, beside ansible.builtin.ping. Nothing is run.

    .venv/bin/python tests/bench/payload.py [FOLDER]

FOLDER is a clone or an unpacked archive of another state of the collection, such as that of ``git archive COMMIT``.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
import typing as t
import zipfile

_PING = "ansible.builtin.ping"
_MODULES = ("thunderbird_account", "evolution_account", "mail_accounts", "mail_verify")
# What actions send in the place of these modules.
_PROGRAMS = ("configure_compiled", "verify_compiled", "verify_client_compiled")
_OURS = "ansible_collections/charter/"
_LARGEST = 10
_ENCODED = re.compile(rb"[A-Za-z0-9+/=]{1000,}")


def largest(archive: zipfile.ZipFile) -> list[tuple[int, int, str]]:
    """The files of ours that take the most in a payload: the bytes deflated, the bytes of the file, and its path."""
    files = [(info.compress_size, info.file_size, info.filename) for info in archive.infolist()]
    return sorted((file for file in files if file[2].startswith(_OURS)), reverse=True)[:_LARGEST]


def archive_in(module: bytes) -> zipfile.ZipFile:
    """The archive in a module as Ansible sends it.

    Raises:
        ValueError: there is none.
    """
    for found in _ENCODED.finditer(module):
        with contextlib.suppress(zipfile.BadZipFile, ValueError):
            return zipfile.ZipFile(io.BytesIO(base64.b64decode(found[0])))
    raise ValueError("no archive in the module")


def payload(name: str) -> tuple[int, zipfile.ZipFile]:
    """What Ansible sends for a module: its bytes, which are base64 in a program, and the archive in it."""
    from ansible.executor.module_common import modify_module
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import module_loader
    from ansible.template import Templar

    found: t.Any = module_loader.find_plugin_with_context(name)
    built: t.Any = modify_module(
        module_name=found.resolved_fqcn,
        module_path=found.plugin_resolved_path,
        module_args={},
        templar=Templar(loader=DataLoader()),
        task_vars={"ansible_python_interpreter": "/usr/bin/python3"},
        module_compression="ZIP_DEFLATED",
    )
    data: bytes = built.b_module_data
    return len(data), archive_in(data)


def main(arguments: t.Sequence[str]) -> None:
    """Print the table."""
    clone = pathlib.Path(arguments[0] if arguments else __file__).resolve()
    clone = clone if arguments else clone.parents[2]
    with tempfile.TemporaryDirectory() as folder:
        collections = pathlib.Path(folder, "ansible_collections", "charter")
        collections.mkdir(parents=True)
        (collections / "mail").symlink_to(clone)
        # Ansible reads both when it is imported, and remembers what it has sent in the second.
        os.environ.update(ANSIBLE_COLLECTIONS_PATH=folder, ANSIBLE_LOCAL_TEMP=folder, ANSIBLE_HOME=folder)
        from ansible.plugins.loader import init_plugin_loader

        init_plugin_loader([folder])
        ping, _archive = payload(_PING)
        print(f"{_PING:20} {ping:7} bytes")
        for name in _MODULES:
            if not (clone / "plugins/modules" / f"{name.replace('.', '/')}.py").exists():  # in another state
                continue
            size, archive = payload(f"charter.mail.{name}")
            ours = [info for info in archive.infolist() if info.filename.startswith(_OURS)]
            deflated = sum(info.compress_size for info in ours)
            print(f"{name:20} {size:7} bytes, {size / ping:.2f} pings; ours {deflated} deflated in {len(ours)} files")
            for compressed, whole, path in largest(archive):
                print(f"    {compressed:6} of {whole:6}  {path[len(_OURS) :]}")
        if (clone / "plugins/plugin_utils/_compiled").is_dir():
            programs(ping)


def programs(ping: int) -> None:
    """Print what is sent of each program."""
    from ansible_collections.charter.mail.plugins.plugin_utils._compiled.files import arguments

    for name in _PROGRAMS:
        sent = {part: len(text) for part, text in arguments(name).items()}
        size = sum(sent.values())
        print(f"{name:20} {size:7} bytes, {size / ping:.2f} pings; code {sent['code']}, source {sent['source']}")


if __name__ == "__main__":
    main(sys.argv[1:])
