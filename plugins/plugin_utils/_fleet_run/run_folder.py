# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that the worker processes of one run share."""

from __future__ import annotations

import contextlib
import os

from ansible import constants
from ansible.plugins.action import ActionBase

_NAME = "charter_mail_run"


def run_folder(action: ActionBase) -> str:
    """The private folder of the run that a task belongs to. Ansible deletes it when its process ends.

    Ansible has one temporary folder per process, but a process can make several runs: ansible-console makes one per
    line, and programs use Ansible's Python interface. Each run has a lock file for its connections, which is open in
    all of its workers. The file has no name. Its inode number may be reused after it is closed; its time may not.

    Raises:
        OSError: the folder cannot be used.
    """
    temporary = str(constants.DEFAULT_LOCAL_TMP)  # type: ignore[attr-defined]  # made of Ansible's configuration
    descriptor = getattr(action._play_context, "connection_lockfd", None)  # not documented
    lock = None if descriptor is None else os.fstat(descriptor)
    own = "" if lock is None else f"-{lock.st_dev:x}-{lock.st_ino:x}-{lock.st_ctime_ns:x}"
    folder = os.path.join(temporary, f"{_NAME}{own}")
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    return folder
