# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local users who may have mail."""

from __future__ import annotations

import os
import pwd

from .._model.errors import HostError
from .local_user import LocalUser, require_whole_path

_FIRST_PERSON = 1000  # UID_MIN of login.defs(5) in common distributions


def mail_users() -> list[LocalUser]:
    """The users with a home directory, by name. For root: regular users and root; for others: only themselves.

    The system does not list users of a directory service. They are found by their home directories in /home.
    """
    if os.geteuid() != 0:
        entries = [pwd.getpwuid(os.geteuid())]
    else:
        entries = [entry for entry in pwd.getpwall() if entry.pw_uid == 0 or entry.pw_uid >= _FIRST_PERSON]
        known = {entry.pw_uid for entry in entries}
        entries += [entry for entry in _owners("/home") if entry.pw_uid not in known and entry.pw_uid != 0]
    found = {
        entry.pw_name: LocalUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)
        for entry in entries
        if entry.pw_dir.startswith("/") and os.path.isdir(entry.pw_dir) and entry.pw_dir != "/"
    }
    return [found[name] for name in sorted(found)]


def require_home(home: str) -> None:
    """Check that a home directory named by an option exists.

    Raises:
        HostError: it does not, or is not an absolute path.
    """
    require_whole_path(home)
    if not os.path.isdir(home):
        raise HostError(home, "this home directory does not exist", "correct the option home")


def _owners(folder: str) -> list[pwd.struct_passwd]:
    """The known owners of the folders in a folder."""
    found: dict[int, pwd.struct_passwd] = {}
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    for entry in entries:
        try:
            uid = entry.stat(follow_symlinks=False).st_uid
            found.setdefault(uid, pwd.getpwuid(uid))
        except (KeyError, OSError):
            continue
    return list(found.values())
