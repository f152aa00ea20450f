# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that systemd's files set for a user's manager: systemd.exec(5), systemd.unit(5), systemd-user.conf(5).

systemd reads most of them as root, so one may be unreadable for the user, which is not the same as missing.
"""

from __future__ import annotations

import glob
import os
import posixpath
import re
import typing as t

from .._host.environment import NAMES
from .._model.errors import HostError
from . import regular_file
from .login_file import ANY_NAME, Assignment, matching
from .systemd_syntax import settings, variables, words

FOLDERS = ("etc", "run", "usr/local/lib", "usr/lib")
"""The folders with systemd's files for all users; the first one has the highest priority."""
ENVIRONMENT_FILE = "EnvironmentFile"
"""The setting that names files which ``FILES`` does not include."""

FILES = tuple(
    f"/{folder}/systemd/{name}"
    for folder in FOLDERS
    for name in (
        # Including those of other users.
        *("system/user@*.service", "system/user@*.service.d/*.conf", "system/service.d/*.conf"),
        *("system.conf", "system.conf.d/*.conf"),
    )
)
_MOST_FILES = 100  # named by ``EnvironmentFile``
_MOST_BYTES = 1024 * 1024
_ASSIGNMENT = re.compile(rf"({'|'.join(NAMES)})=(.*)", re.DOTALL)
_SPECIFIER = re.compile("%.?", re.DOTALL)


def of_unit(uid: int, system: str) -> t.Iterator[Assignment]:
    """The assignments of the system's manager and of user@UID.service.

    Args:
        uid: the user's id.
        system: the root of the file system.
    """
    folders = [posixpath.join(system, name) for name in FOLDERS]
    yield from of_manager("system.conf", folders, {})
    units = {path: _text_for_root(path) for path in _unit_files(uid, folders)}
    yield from (Assignment("", None, False, path) for path, text in units.items() if text is None)
    if not any(ANY_NAME.search(text) or ENVIRONMENT_FILE in text for text in units.values() if text):
        return
    unit = f"user@{uid}"
    # Other specifiers refer to root, whose manager runs the unit.
    specifiers = {"%i": str(uid), "%I": str(uid), "%p": "user", "%N": unit, "%n": f"{unit}.service"}
    found: list[Assignment] = []
    files: list[tuple[str, str]] = []
    unset: list[str] = []
    for path, text in units.items():
        for key, value in settings(text or "", "Service"):
            if key == "Environment":
                found = [*found, *_assignments(path, value, specifiers)] if value else []
            elif key == ENVIRONMENT_FILE:
                files = [*files, (path, value)] if value else []
            elif key == "UnsetEnvironment":
                unset = [*unset, *words(value)] if value else []
    for path, value in files[:_MOST_FILES]:
        found += _in_environment_file(path, value, specifiers, system)
    if len(files) > _MOST_FILES:
        found.append(Assignment("", None, False, files[_MOST_FILES][0]))
    yield from (one for one in found if one.name not in unset and f"{one.name}={one.value}" not in unset)


def of_manager(name: str, folders: t.Sequence[str], specifiers: t.Mapping[str, str]) -> t.Iterator[Assignment]:
    """The assignments of system.conf or user.conf: of the first one that exists, then of the files that add to it.

    Args:
        name: the name of the file.
        folders: folders with systemd's files; the first one has the highest priority.
        specifiers: the values of the known specifiers.
    """
    mains = (posixpath.join(folder, "systemd", name) for folder in folders)
    paths = [*[path for path in mains if os.path.exists(path)][:1], *by_name(folders, [f"systemd/{name}.d"])]
    found: dict[str, list[Assignment]] = {"ManagerEnvironment": [], "DefaultEnvironment": []}
    if name == "system.conf":
        del found["ManagerEnvironment"]  # the system's manager does not pass it on
    for path in paths:
        text = _text_for_root(path)
        if text is None:
            yield Assignment("", None, False, path)
        # A file without a name can still reset the list.
        for key, value in settings(text, "Manager") if text and "Environment" in text else ():
            if key in found:
                found[key] = [*found[key], *_assignments(path, value, specifiers)] if value else []
    for assignments in found.values():
        yield from assignments


def by_name(folders: t.Sequence[str], *groups: t.Sequence[str]) -> list[str]:
    """The .conf files in folders of these names, sorted by their own name.

    Of files with the same name, one counts: the first by group, then by folder, then by name in the group.
    """
    found: dict[str, str] = {}
    for group in groups:
        for folder in folders:
            for name in group:
                for path in matching(folder, f"{name}/*.conf"):
                    found.setdefault(posixpath.basename(path), path)
    return [found[one] for one in sorted(found)]


def _unit_files(uid: int, folders: t.Sequence[str]) -> list[str]:
    """The unit user@UID.service, then what is added to it, in order: see systemd.unit(5).

    Of files with the same name, the one in the first folder counts, and this user's takes precedence over that of all
    users, which takes precedence over that of all services.
    """
    added = by_name(
        folders,
        [f"systemd/system/user@{uid}.service.d", "systemd/system/user@.service.d"],
        ["systemd/system/service.d"],
    )
    mains = [posixpath.join(folder, "systemd/system", f"user@{one}.service") for one in (uid, "") for folder in folders]
    return [*[path for path in mains if os.path.exists(path)][:1], *added]


def _assignments(path: str, value: str, specifiers: t.Mapping[str, str]) -> t.Iterator[Assignment]:
    for word in words(value) if ANY_NAME.search(value) else ():
        match = _ASSIGNMENT.fullmatch(word)
        if match is not None:
            yield Assignment(match[1], _specified(match[2], specifiers), True, path)


def _specified(value: str, specifiers: t.Mapping[str, str]) -> str | None:
    """A value with its specifiers replaced; None if one of them is not known."""
    known = {"%%": "%", **specifiers}
    found = _SPECIFIER.sub(lambda one: known.get(one.group(), "\0"), value)
    return None if "\0" in found else found


def _in_environment_file(
    unit_file: str, value: str, specifiers: t.Mapping[str, str], system: str
) -> t.Iterator[Assignment]:
    """The assignments of the files that a pattern names; an unnamed one for each file that cannot be read."""
    named = _specified(value[1:] if value.startswith("-") else value, specifiers)
    if named is None:
        yield Assignment("", None, False, f"{value} ({unit_file})")
        return
    if not named.startswith("/"):  # systemd ignores it
        return
    pattern = posixpath.join(system, named.lstrip("/"))
    paths = sorted(glob.glob(pattern)) if glob.has_magic(named) else [pattern]
    for path in paths[:_MOST_FILES]:
        text = _text_for_root(path)
        if text is None:
            yield Assignment("", None, False, path)
            continue
        for name, one in variables(text) if ANY_NAME.search(text) else ():
            if name in NAMES:
                yield Assignment(name, one, True, path)
    if len(paths) > _MOST_FILES:
        yield Assignment("", None, False, paths[_MOST_FILES])


def _text_for_root(path: str) -> str | None:
    """A file's text; None if the user may not read it, or if it is too large."""
    try:
        content = regular_file.read(path)
    except PermissionError:
        return None
    except (OSError, HostError):
        return ""
    return None if len(content) > _MOST_BYTES else content.decode("utf-8", "surrogateescape")
