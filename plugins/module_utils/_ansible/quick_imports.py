# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Halves the time of imports from Ansible's payload: a module calls ``install`` before its other imports of ours.

Ansible sends a module and its imports as a zip file of source code. Python compiles each file in it twice, first to get
its file name, then to run it: the import system calls ``zipimporter.get_filename``, which compiles the file and
discards the code (zipimport.py, Python 3.8 to 3.14). The name also follows from the zip file's table of contents.
docs/speed.md has the measurement.
"""

from __future__ import annotations

import os.path
import sys
import zipimport


class _Importer(zipimport.zipimporter):
    """Python's importer with a faster ``get_filename``."""

    def get_filename(self, fullname: str) -> str:
        path = os.path.join(self.archive, self.prefix + fullname.rpartition(".")[2])
        return os.path.join(path, "__init__.py") if self.is_package(fullname) else path + ".py"


def install() -> None:
    """Use this importer for zip files in this process from now on."""
    sys.path_hooks.insert(0, _Importer)
    for path, importer in list(sys.path_importer_cache.items()):
        if isinstance(importer, zipimport.zipimporter):
            del sys.path_importer_cache[path]  # Python recreates it with the hook
