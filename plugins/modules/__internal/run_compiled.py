#!/usr/bin/python
# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Ansible sends this file as it is, with the arguments in the place of a marker: a module of the style JSONARGS. Other
# modules bring ansible.module_utils.basic, which every host compiles for every task: most of the time of a ping. The
# arguments contain the files of this collection that configure clients, as source and compiled by the controller's
# Python. See plugin_utils/_compiled.
from __future__ import annotations

DOCUMENTATION = r"""
module: run_compiled
version_added: 0.1.0
short_description: A part of charter.mail.mail_accounts
description:
  - Use M(charter.mail.mail_accounts), M(charter.mail.thunderbird_account) or M(charter.mail.evolution_account). Their
    actions run this module on Linux hosts.
extends_documentation_fragment:
  - charter.mail.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  platform:
    platforms: posix
options:
  magic:
    description: The magic number of the Python that compiled O(code), in hexadecimal.
    type: str
    required: true
  code:
    description: The compiled files, by module name.
    type: str
    required: true
  source:
    description: The source files, by module name, for hosts with another Python.
    type: str
    required: true
  packages:
    description: The names of the packages that contain the files, separated by commas.
    type: str
    required: true
  work:
    description: What to do, with the options of the task.
    type: str
    required: true
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Configure an account in the clients of this host
  charter.mail.mail_accounts:
    user: mario
    email: mario.rossi@charter.net
"""

RETURN = r"""
accounts:
  description: As the module returns it in whose place this runs.
  returned: always, except for bad options
  type: list
  elements: dict
"""

import sys

# What Python runs from standard input, it lets import from the working directory, which may be another user's. Other
# modules begin with this, too.
sys.path = [folder for folder in sys.path if folder.startswith("/")]

import base64
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import marshal
import os
import types
import typing as t
import zlib

PROGRAM = "ansible_collections.charter.mail.plugins.module_utils._ansible.run_compiled"

# JSON in ASCII. The values of our own arguments are hexadecimal or base64, so no quote ends this text.
ARGUMENTS = r"""<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"""


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports files from memory.

    Args:
        files: by module name: Python source as text, or compiled as bytes. That of a package is empty.
        packages: the names of packages.
    """

    def __init__(self, files: t.Mapping[str, str | bytes], packages: t.Sequence[str]) -> None:
        self._files = files
        self._packages = frozenset(packages)

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if fullname in self._packages:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in self._files else None

    def exec_module(self, module: types.ModuleType) -> None:
        content = self._files.get(module.__name__, "")
        if isinstance(content, bytes):
            code = marshal.loads(content)
        else:
            code = compile(content, f"{module.__name__.replace('.', '/')}.py", "exec", dont_inherit=True)
        exec(code, module.__dict__)


def files_in(arguments: t.Mapping[str, str]) -> dict[str, str | bytes]:
    """The files that this Python can run. Another Python's code could crash it."""
    if arguments["magic"] == importlib.util.MAGIC_NUMBER.hex():
        return t.cast("dict[str, str | bytes]", marshal.loads(unpacked(arguments["code"])))
    return t.cast("dict[str, str | bytes]", json.loads(unpacked(arguments["source"])))


def unpacked(packed: str) -> bytes:
    return zlib.decompress(base64.b64decode(packed))


def main() -> None:
    os.chdir("/")  # the working directory may be gone, or closed to the users who have their settings changed
    arguments = json.loads(ARGUMENTS)
    sys.meta_path.insert(0, Importer(files_in(arguments), arguments["packages"].split(",")))
    program = importlib.import_module(PROGRAM)
    sys.stdout.write(program.run(json.loads(unpacked(arguments["work"])), arguments))


if __name__ == "__main__":
    main()
