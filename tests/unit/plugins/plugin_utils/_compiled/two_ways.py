# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same task in the same home, by the program and in this process: what they return and leave in the home."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry
from ansible_collections.charter.mail.plugins.module_utils._ansible.compiled_task import WARNINGS
from ansible_collections.charter.mail.plugins.module_utils._ansible.configure_all_on_linux import configure_clients
from ansible_collections.charter.mail.plugins.module_utils._ansible.configure_on_linux import configure_client
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_client import Task
from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable, printable_result
from ansible_collections.charter.mail.tests.unit.plugins.modules.__internal.program import Payload, result_of, run

Options = t.Dict[str, t.Any]
Tree = t.Dict[str, t.List[t.Tuple[object, ...]]]
Done = t.Tuple[Options, Tree]

LARGEST = 12_000_000  # of a file that is read
_RANDOM = ("key4.db", "logins.json")  # salts, and passwords that are encrypted with them
_TIMES = re.compile(r"\d{8}T\d{6}Z-\d{9}|(?<=[.~])\d{4}-?\d\d-?\d\d[T@.-]\d\d:?\d\d:?\d\dZ?(?:-\d+)?")


def by_program(payload: Payload, client: str | None, params: Options, *, check_mode: bool = False) -> Options:
    return result_of(run(payload, client, params, check_mode=check_mode))


def in_process(client: str | None, params: Options, *, check_mode: bool = False) -> Options:
    """What the AnsiballZ module returns, without ``invocation``."""
    warnings: dict[str, None] = {}

    def task(warn: t.Callable[[str], t.Any]) -> Task:
        return Task(check_mode, params["when_running"], warn, lambda trace: None)

    try:
        if client is None:
            all_clients = configure_clients(params, task)
            warnings.update(dict.fromkeys(all_clients.warnings))
            found = {**all_clients.as_result(), "failed": all_clients.failed}
        else:
            one = configure_client(client_registry.CLIENTS[client], params, task(warnings.setdefault))
            found = {**one.as_result(), "failed": bool(one.failures)}
    except MailError as error:
        found = {"failed": True, "changed": False, "msg": str(error)}
    if warnings:
        found[WARNINGS] = [printable(text) for text in warnings]
    return t.cast("Options", printable_result(found))


def in_a_copy(folder: pathlib.Path, configure: t.Callable[[], Options]) -> Done:
    """Run it in a folder that is the same again afterwards, with the links that lead to its own files."""
    kept = folder.with_name(f"{folder.name}-kept")
    used = folder.with_name(f"{folder.name}-used")
    folder.rename(kept)
    # As another user than root, some files cannot be read. Those are missing in every copy.
    subprocess.run(["cp", "-a", "--sparse=always", kept, folder], stderr=subprocess.DEVNULL, check=os.geteuid() == 0)
    try:
        result = configure()
        return without_times(result), tree(folder)
    finally:
        folder.rename(used)
        shutil.rmtree(used, ignore_errors=True)
        kept.rename(folder)


def tree(folder: pathlib.Path) -> Tree:
    """All files below a folder, with their modes and contents. Backups of one file have one name."""
    found: Tree = {}
    for path in _below(folder):
        found.setdefault(without_times(str(path.relative_to(folder))), []).append(_entry(path))
    return {name: sorted(entries, key=repr) for name, entries in found.items()}


def _below(folder: pathlib.Path) -> t.Iterator[pathlib.Path]:
    try:
        entries = sorted(folder.iterdir())
    except PermissionError:
        return
    for path in entries:
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)


def _entry(path: pathlib.Path) -> tuple[object, ...]:
    found = path.lstat()
    kind = (oct(found.st_mode), found.st_uid, found.st_gid)
    if path.is_symlink():
        return (*kind, os.readlink(path))
    if not stat.S_ISREG(found.st_mode) or path.name in _RANDOM:
        return kind
    if found.st_size > LARGEST:
        return (*kind, found.st_size)
    try:
        content = path.read_bytes()
    except PermissionError:
        return kind
    if path.suffix == ".jsonl":
        return (*kind, [*map(_logged, content.splitlines())])
    return (*kind, content if len(content) < 100_000 else hashlib.sha256(content).hexdigest())


def _logged(line: bytes) -> t.Any:
    """An entry of the change log, without its time. Parts have no order: they are found in a folder."""
    return without_times(_in_order({**json.loads(line), "at": None}))


def _in_order(value: t.Any, name: str = "") -> t.Any:
    if isinstance(value, dict):
        return {name: _in_order(content, name) for name, content in value.items()}
    if not isinstance(value, list):
        return value
    entries = [*map(_in_order, value)]
    return sorted(entries, key=repr) if name in ("changes", "created", "removed") else entries


def without_times(value: t.Any) -> t.Any:
    """A result without the times in the names of backups."""
    if isinstance(value, str):
        return _TIMES.sub("TIME", value)
    if isinstance(value, dict):
        return {name: without_times(content) for name, content in value.items()}
    return [*map(without_times, value)] if isinstance(value, list) else value
