# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes imports from Ansible's payload cost half: a module calls ``install`` before it imports anything else of ours.

Ansible sends a module and what it imports as one zip file of source code. Python compiles each file in it twice, to
tell its name and again to run it: the import system asks ``zipimporter.get_filename``, which compiles the file and
throws the code away (zipimport.py, Python 3.8 to 3.14). The name follows from the list of the zip file just as well.
docs/speed.md has the measurement.
"""

from __future__ import annotations

import os.path
import sys
import zipimport


class _Importer(zipimport.zipimporter):
    """Python's own, with a cheaper answer to one question."""

    def get_filename(self, fullname: str) -> str:
        path = os.path.join(self.archive, self.prefix + fullname.rpartition(".")[2])
        return os.path.join(path, "__init__.py") if self.is_package(fullname) else path + ".py"


def install() -> None:
    """Import from zip files in this way from now on, in this process."""
    sys.path_hooks.insert(0, _Importer)
    for path, importer in list(sys.path_importer_cache.items()):
        if isinstance(importer, zipimport.zipimporter):
            del sys.path_importer_cache[path]  # Python makes it again, by the hook
