#!/usr/bin/python
# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Ansible sends this file as it is, with the arguments in the place of a marker: a module of the style JSONARGS. Other
# modules bring ansible.module_utils.basic, which every host compiles for every task: most of the time of a ping. The
# arguments contain the files of this collection that the task needs, as source and compiled by the controller's Python.
# See plugin_utils/_compiled.

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
  program:
    description: The name of the module to import, whose function C(run) is called.
    type: str
    required: true
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

# As Ansible does for other modules: nothing may be imported from the folder in which this runs, which may be a user's.
# So this file does not import __future__ either, which would come first.
for folder in ("", ".", sys.argv[0].rpartition("/")[0]):
    while folder in sys.path:
        sys.path.remove(folder)

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

Content = t.Union[str, bytes]  # Python source, or compiled

# JSON never has three quotation marks in a row, and in a raw text a backslash keeps its meaning for JSON.
ARGUMENTS = r"""<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"""


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports files from memory.

    Args:
        files: the files, by module name.
        packages: the names of the packages that contain them.
    """

    def __init__(self, files: t.Mapping[str, Content], packages: t.Sequence[str]) -> None:
        self._files = files
        self._packages = frozenset(packages)

    def find_spec(self, fullname: str, path: object, target: object = None) -> "importlib.machinery.ModuleSpec | None":
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


def files_in(arguments: t.Mapping[str, str]) -> t.Mapping[str, Content]:
    """The files that this Python can run. Another Python's code could crash it."""
    found: t.Mapping[str, Content]
    if arguments["magic"] == importlib.util.MAGIC_NUMBER.hex():
        found = marshal.loads(unpacked(arguments["code"]))
    else:
        found = json.loads(unpacked(arguments["source"]))
    return found


def unpacked(packed: str) -> bytes:
    return zlib.decompress(base64.b64decode(packed))


def main() -> None:
    if ARGUMENTS.startswith("<"):  # it was started without an action, as tests of modules do
        basic = importlib.import_module("ansible.module_utils.basic")
        names = ("program", "magic", "code", "source", "packages", "work")
        spec = {name: {"type": "str", "required": True} for name in names}
        module = basic.AnsibleModule(spec, supports_check_mode=True)
        module.fail_json(msg="Only actions of charter.mail run this module.")
    os.chdir("/")  # the working directory may be gone, or closed to the users who have their settings changed
    arguments = json.loads(ARGUMENTS)
    sys.meta_path.insert(0, Importer(files_in(arguments), arguments["packages"].split(",")))
    program = importlib.import_module(arguments["program"])
    sys.stdout.write(program.run(json.loads(unpacked(arguments["work"])), arguments))


if __name__ == "__main__":
    main()
