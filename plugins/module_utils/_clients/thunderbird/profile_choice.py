# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the profile that Thunderbird opens, and registers a new one.

Rules from toolkit/profile/nsToolkitProfileService.cpp, checked with Thunderbird 153:

* ``[Install<hash>] Default=`` names the profile of one installation.
* Otherwise, the default profile is used if its compatibility.ini does not name another installation and no other
  installation has locked it. If the file names none ("an ancient version"), any installation adopts the profile, so a
  new profile gets such a file. The default profile is the last with ``Default=1``, or the only one.
* In a Snap, no installation has its own profile: only the default profile is used.
* A listed profile with a missing folder, or a gap in the numbering, makes Thunderbird hang at its start.

The file is edited as text to keep Thunderbird's order and the entries of other programs.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._host.file_write import FileWrite
from ..._model.errors import HostError, MailError, OptionError
from . import profiles_ini, programs
from .install_hash import install_hash
from .installations import NATIVE_PROGRAMS, SNAP_PROGRAM, Sandbox
from .profiles_ini import ListedProfile, Sections

if t.TYPE_CHECKING:
    from ..._host.files import Files

COMPATIBILITY = b"[Compatibility]\n"
_NEW_NAME = "charter.default"
_GENERAL = "[General]\nStartWithLastProfile=1\nVersion=2\n"
_CHOOSE = (
    "Choose this one in Thunderbird's profile manager (thunderbird -P), or name another one with the option profile."
)
_REMEDY = "If the user opens another one, name it with the option profile."


class Root(t.NamedTuple):
    """A folder with profiles.ini, and the Thunderbird that uses it.

    Attributes:
        path: the folder; it need not exist.
        programs: the installation folders whose own entries apply.
        dedicated: each installation has its own profile.
        installed: a Thunderbird that opens this root is on the host.
        warnings: what the administrator should know about the choice of the root.
        sandboxes: the Snaps and Flatpaks that open this root.
    """

    path: str
    programs: tuple[str, ...] = ()
    dedicated: bool = True
    installed: bool = False
    warnings: tuple[str, ...] = ()
    sandboxes: tuple[Sandbox, ...] = ()


class Profile(t.NamedTuple):
    """The profile to configure.

    Attributes:
        path: the profile's folder.
        new: Thunderbird does not know it yet.
        files: the files that register it, to be written after its other files, in this order.
        warnings: what the administrator should know about the choice.
        missing: the reason why the profile does not exist and cannot be read or written; None if it exists.
    """

    path: str
    new: bool
    files: tuple[FileWrite, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: MailError | None = None


def choose(files: Files, root: Root, wanted: str | None) -> Profile:
    """Choose the profile to configure below one of Thunderbird's roots.

    Args:
        files: the user's files.
        root: the root.
        wanted: a profile's name or folder from the options; None for the one that Thunderbird would open.
    """
    ini = posixpath.join(root.path, "profiles.ini")
    try:
        content = files.read(ini) or b""
    except HostError as error:
        if not files.is_directory(ini):
            raise
        return Profile(root.path, new=False, warnings=(str(error),), missing=error)
    sections = _sections(files, root.path, content)
    known = profiles_ini.listed(sections, root.path)
    if wanted is not None:
        for profile in known:
            if wanted in {profile.name, posixpath.basename(profile.path)} or _is_at(files, profile, wanted):
                return _existing(files, root, profile, ())
        missing = _unknown(known, wanted, ini)
        found = Profile(posixpath.join(root.path, wanted), new=False, missing=missing)
        # No warning on a host where Thunderbird was never used.
        return found._replace(warnings=(str(missing),)) if known else found
    if known:
        chosen, warnings = _opened(files, root, sections, known)
        if len(known) > 1 and not warnings and sections.get("General", {}).get("StartWithLastProfile") == "0":
            others = ", ".join(profile.path for profile in known if profile is not chosen)
            asks = "Thunderbird asks the user for a profile at each start."
            warnings = (f"{asks} {chosen.path} is configured; there is also {others}. {_REMEDY}",)
        return _existing(files, root, chosen, warnings)
    return _new(files, root, content, sections)


def openers(files: Files, root: Root, profile: str) -> tuple[str, ...]:
    """The installed programs that open a profile; all programs of the root if none opens it by itself."""
    if len(root.programs) < 2:
        return root.programs
    sections = _sections(files, root.path, files.read(posixpath.join(root.path, "profiles.ini")) or b"")
    known = profiles_ini.listed(sections, root.path)
    by_program = {program: _opened_by(files, root, program, sections, known) for program in root.programs}
    found = tuple(program for program, opened in by_program.items() if opened is not None and opened.path == profile)
    return found or root.programs


def listed(files: Files, root: str) -> list[ListedProfile]:
    """The profiles below a root; none if profiles.ini cannot be read."""
    try:
        content = files.read(posixpath.join(root, "profiles.ini")) or b""
        return profiles_ini.listed(_sections(files, root, content), root)
    except HostError:
        return []


def lists(files: Files, root: Root, path: str) -> bool:
    """Whether a root lists a profile in that folder."""
    return any(_is_at(files, profile, path) for profile in listed(files, root.path))


def last_used(files: Files, root: Root) -> float | None:
    """The time of the last write to a profile below a root, in seconds since 1970; None if there is none."""
    return max((_modified(files, profile.path) for profile in listed(files, root.path)), default=None)


def opened_by(files: Files, root: str) -> list[str]:
    """The installation folders that opened the profiles below a root."""
    found = (_compatibility(files, profile.path).get("LastPlatformDir") for profile in listed(files, root))
    return [folder for folder in found if folder]


def is_ours(path: str) -> bool:
    """Whether a profile has a name that this collection gives to new ones."""
    return posixpath.basename(path).startswith(_NEW_NAME)


def last_version(files: Files, profile: str) -> int | None:
    """The major version of the Thunderbird that last opened the profile."""
    return programs.major(files, posixpath.join(profile, "compatibility.ini"), "Compatibility", "LastVersion")


def version(files: Files, profile: str) -> int | None:
    """The major version of the Thunderbird that last opened the profile, else of an installed one."""
    found = last_version(files, profile)
    for folder in (*NATIVE_PROGRAMS, SNAP_PROGRAM):
        if found is None:
            found = programs.version(files, folder)
    return found


def _sections(files: Files, root: str, content: bytes) -> Sections:
    installs = posixpath.join(root, "installs.ini")
    return profiles_ini.with_installs(
        profiles_ini.parse(content), lambda: profiles_ini.parse(_if_readable(files, installs)) if content else {}
    )


def _is_at(files: Files, profile: ListedProfile, path: str) -> bool:
    """Whether a path is the profile's folder, also through links."""
    return path.startswith("/") and files.real_path(path) == files.real_path(profile.path)


def _unknown(known: t.Sequence[ListedProfile], wanted: str, ini: str) -> OptionError:
    names = ", ".join(sorted(_shown(profile.name) for profile in known)) or "no profile at all"
    return OptionError(
        "profile", f"{wanted!r} is not in {ini}, which lists {names}", "name one of these, or leave it out"
    )


def _opened(
    files: Files, root: Root, sections: Sections, known: t.Sequence[ListedProfile]
) -> tuple[ListedProfile, tuple[str, ...]]:
    """The profile that Thunderbird opens or most likely opens, and the warnings about it."""
    if root.dedicated:
        by_program = {program: _opened_by(files, root, program, sections, known) for program in root.programs}
    else:
        by_program = {"the Snap": _default(known)}
    found = list(dict.fromkeys(profile for profile in by_program.values() if profile is not None))
    if found:
        return _newest(files, root, found)
    of_installs = [profile for profile in known if profile.path in _defaults(sections, root)]
    chosen, warnings = _newest(files, root, of_installs or [_default(known) or known[0]])
    if root.installed:
        who = " and ".join(by_program)
        doubt = f"the profile {chosen.path} is configured, but {root.path}/profiles.ini does not make {who} open it"
        warnings = (f"{doubt}: the next start asks for a profile, or creates a new one. {_CHOOSE}",)
    return chosen, warnings


def _opened_by(
    files: Files, root: Root, program: str, sections: Sections, known: t.Sequence[ListedProfile]
) -> ListedProfile | None:
    """The profile that an installed program opens; None if it would create a new one or ask."""
    own = f"Install{install_hash(program)}"
    path = _install_default(sections.get(own, {}), root)
    if path is not None:
        return next((profile for profile in known if profile.path == path), None)
    default = _default(known)
    if default is None:
        return None
    for name, entries in sections.items():
        locked = name.startswith("Install") and entries.get("Locked") == "1"
        if locked and _install_default(entries, root) == default.path:
            return None
    last = _compatibility(files, default.path).get("LastPlatformDir")
    return default if last is None or files.real_path(last) == files.real_path(program) else None


def _default(known: t.Sequence[ListedProfile]) -> ListedProfile | None:
    marked = [profile for profile in known if profile.default]
    if marked:
        return marked[-1]
    return known[0] if len(known) == 1 else None


def _defaults(sections: Sections, root: Root) -> set[str | None]:
    return {_install_default(entries, root) for name, entries in sections.items() if name.startswith("Install")}


def _install_default(entries: t.Mapping[str, str], root: Root) -> str | None:
    path = entries.get("Default")
    return posixpath.normpath(posixpath.join(root.path, path)) if path else None


def _newest(files: Files, root: Root, candidates: t.Sequence[ListedProfile]) -> tuple[ListedProfile, tuple[str, ...]]:
    chosen = max(candidates, key=lambda profile: _modified(files, profile.path))
    others = ", ".join(profile.path for profile in candidates if profile is not chosen)
    if not others:
        return chosen, ()
    reason = f"several installations have profiles of their own in {root.path}/profiles.ini"
    used = f"{chosen.path} is configured, because it was used last; there is also {others}"
    return chosen, (f"{reason}. {used}. {_REMEDY}",)


def _compatibility(files: Files, profile: str) -> t.Mapping[str, str]:
    content = _if_readable(files, posixpath.join(profile, "compatibility.ini"))
    return profiles_ini.parse(content).get("Compatibility", {})


def _if_readable(files: Files, path: str) -> bytes:
    """The content of a file that Thunderbird ignores if it cannot be read; then empty."""
    try:
        return files.read(path) or b""
    except HostError:
        return b""


def _modified(files: Files, profile: str) -> float:
    try:
        return files.modified(posixpath.join(profile, "prefs.js")) or 0.0
    except HostError:  # the user does not open a profile without access to it
        return 0.0


def _existing(files: Files, root: Root, profile: ListedProfile, warnings: tuple[str, ...]) -> Profile:
    if not files.is_directory(profile.path):
        missing = HostError(
            profile.path,
            f"this folder of the profile {_shown(profile.name)!r} is missing, but {root.path}/profiles.ini lists it",
            "restore it, or remove the profile from profiles.ini: Thunderbird itself does not start like this",
        )
        return Profile(profile.path, new=False, warnings=(str(missing),), missing=missing)
    compatibility = posixpath.join(profile.path, "compatibility.ini")
    if programs.exists(files, compatibility):
        return Profile(profile.path, new=False, warnings=warnings)
    # Listed by another tool and never opened: without this file, Thunderbird would ignore it.
    return Profile(profile.path, False, (FileWrite(compatibility, COMPATIBILITY),), warnings)


def _shown(name: str) -> str:
    """A name for messages, in any encoding."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _new(files: Files, root: Root, content: bytes, sections: Sections) -> Profile:
    folder = _free_folder(files, root.path)
    number = profiles_ini.next_number(sections)
    if "IsRelative" in sections.get(f"Profile{number + 1}", {}):
        missing = HostError(
            f"{root.path}/profiles.ini",
            f"there is no complete section Profile{number}, so Thunderbird ignores the sections that follow",
            "number the sections from 0 without a gap, and run again",
        )
        return Profile(posixpath.join(root.path, folder), new=False, warnings=(str(missing),), missing=missing)
    text = profiles_ini.text(content)
    if text and not text.endswith("\n"):
        text += "\n"
    if text:
        text += "\n"
    text += f"[Profile{number}]\nName=default\nIsRelative=1\nPath={folder}\nDefault=1\n"
    if "General" not in sections:
        text += "\n" + _GENERAL
    path = posixpath.join(root.path, folder)
    ini = FileWrite(
        posixpath.join(root.path, "profiles.ini"), text.encode("utf-8", "surrogateescape"), backup=bool(content)
    )
    writes = (FileWrite(posixpath.join(path, "compatibility.ini"), COMPATIBILITY), ini)
    return Profile(path, True, writes, _about_unlisted(files, root.path, folder))


def _about_unlisted(files: Files, root: str, new: str) -> tuple[str, ...]:
    folders = (posixpath.join(root, name) for name in files.names(root) if name != new)
    found = [folder for folder in folders if files.is_directory(folder) and _modified(files, folder)]
    if not found:
        return ()
    reason = f"{root}/profiles.ini lists no profile, so {new} becomes the user's profile"
    lost = f"But there are profiles in {', '.join(found)}"
    return (f"{reason}. {lost}. If one of them is the user's, list it in profiles.ini, and run again.",)


def _free_folder(files: Files, root: str) -> str:
    """A folder that does not exist, or that an interrupted run left and Thunderbird never opened."""
    number = 1
    while True:
        name = _NEW_NAME if number == 1 else f"{_NEW_NAME}-{number}"
        path = posixpath.join(root, name)
        if not files.is_directory(path) or _never_opened(files, path):
            return name
        number += 1


def _never_opened(files: Files, path: str) -> bool:
    ours = {"compatibility.ini", "prefs.js", "key4.db", "logins.json", ".parentlock"}
    return ours.issuperset(name for name in files.names(path) if not name.startswith(".")) and (
        files.read(posixpath.join(path, "compatibility.ini")) in {None, COMPATIBILITY}
    )
