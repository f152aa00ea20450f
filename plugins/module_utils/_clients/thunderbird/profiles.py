# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""profiles.ini: which profile Thunderbird will open, and how a new one is made known to it.

Rules from toolkit/profile/nsToolkitProfileService.cpp and xpcom/ds/nsINIParser.cpp, checked with Thunderbird 153:

* ``[Install<hash>] Default=`` names the profile of one installed copy; the newest used one is taken here.
* Without it, ``Default=1`` counts only if that profile's compatibility.ini does not name another installation.
  One that names none ("an ancient version") is adopted by any: so a new profile gets such a file.
* A listed profile whose folder is gone, and a gap in the numbering, make Thunderbird hang at its start.

The file is edited as text; configparser would lose its order, its letter case and its repeated sections.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._host.files import Files, FileWrite
from ..._model.errors import DamagedFileError, HostError, OptionError

COMPATIBILITY = b"[Compatibility]\n"
_NEW_NAME = "charter.default"
_APPLICATIONS = (
    "/usr/lib/thunderbird/application.ini",
    "/usr/lib64/thunderbird/application.ini",
    "/opt/thunderbird/application.ini",
    "/snap/thunderbird/current/application.ini",
)
_GENERAL = "[General]\nStartWithLastProfile=1\nVersion=2\n"


class Profile(t.NamedTuple):
    """The profile to configure.

    Attributes:
        path: its folder.
        new: it is not known to Thunderbird yet.
        files: what makes it known, to be written after its other files, in this order.
    """

    path: str
    new: bool
    files: tuple[FileWrite, ...] = ()


class _Section(t.NamedTuple):
    name: str
    entries: dict[str, str]


class _Known(t.NamedTuple):
    name: str
    path: str
    default: bool


def choose(files: Files, root: str, wanted: str | None) -> Profile:
    """The profile to configure below one of Thunderbird's roots.

    Args:
        files: the user's files.
        root: the folder of profiles.ini; it need not exist.
        wanted: a profile's name or folder as the admin wrote it; None for the one that Thunderbird would open.

    Raises:
        DamagedFileError: profiles.ini cannot be understood.
        HostError: the profile's folder is missing.
        OptionError: there is no profile of the wanted name.
    """
    ini = posixpath.join(root, "profiles.ini")
    content = files.read(ini)
    sections = _parse(content or b"", ini)
    known = _profiles(sections, root)
    if wanted is not None:
        return _existing(files, root, _named(known, wanted, ini))
    chosen = _opened(files, sections, known, root)
    if chosen is not None:
        return _existing(files, root, chosen)
    return _new(files, root, ini, content or b"", sections, known)


def last_used(files: Files, root: str) -> float | None:
    """When a profile below this root was last written to, in seconds since 1970; None if there is none."""
    sections = _parse(files.read(posixpath.join(root, "profiles.ini")) or b"", posixpath.join(root, "profiles.ini"))
    times = [_modified(files, profile.path) for profile in _profiles(sections, root)]
    return max(times, default=None)


def version(files: Files, profile: str) -> int | None:
    """The major version of the Thunderbird that opened the profile last, else of one that is installed."""
    for path, section, key in (
        (posixpath.join(profile, "compatibility.ini"), "Compatibility", "LastVersion"),
        *((path, "App", "Version") for path in _APPLICATIONS),
    ):
        for found in _parse(files.read(path) or b"", path):
            major = found.entries.get(key, "").partition(".")[0]
            if found.name == section and major.isdigit():
                return int(major)
    return None


def _parse(content: bytes, path: str) -> list[_Section]:
    remedy = "mend that line; Thunderbird itself might take it for no profiles at all and start anew"
    try:
        text = _text(content)
    except UnicodeDecodeError as error:
        raise DamagedFileError(path, content.count(b"\n", 0, error.start) + 1, "this is not text", remedy) from None
    sections: list[_Section] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        stripped = line.strip(" \t")
        if not stripped or stripped[0] in "#;":
            continue
        if stripped.startswith("[") and stripped.endswith("]"):
            sections.append(_Section(stripped[1:-1], {}))
            continue
        key, equals, value = stripped.partition("=")
        if not equals or not sections or "\x00" in stripped:
            raise DamagedFileError(path, number, "a [section] or key=value was expected", remedy)
        sections[-1].entries[key] = value
    return sections


def _text(content: bytes) -> str:
    """Without the mark that some editors put in front. (The codec that does this might lie where only root reads.)"""
    return (content[3:] if content.startswith(b"\xef\xbb\xbf") else content).decode("utf-8")


def _profiles(sections: t.Sequence[_Section], root: str) -> list[_Known]:
    return [
        _Known(
            name=section.entries.get("Name", ""),
            path=posixpath.normpath(posixpath.join(root, section.entries["Path"])),
            default=section.entries.get("Default") == "1",
        )
        for section in sections
        if _is_profile(section) and section.entries.get("Path")
    ]


def _is_profile(section: _Section) -> bool:
    return section.name.startswith("Profile") and section.name[len("Profile") :].isdigit()


def _named(known: t.Sequence[_Known], wanted: str, ini: str) -> _Known:
    for profile in known:
        if wanted in {profile.name, profile.path, posixpath.basename(profile.path)}:
            return profile
    names = ", ".join(sorted(profile.name for profile in known)) or "no profile at all"
    raise OptionError(
        "profile", f"{wanted!r} is not in {ini}, which lists {names}", "name one of these, or leave it out"
    )


def _opened(files: Files, sections: t.Sequence[_Section], known: t.Sequence[_Known], root: str) -> _Known | None:
    """The profile that Thunderbird would open, or would once its compatibility.ini says nothing against it."""
    installed = {
        posixpath.normpath(posixpath.join(root, section.entries["Default"]))
        for section in sections
        if section.name.startswith("Install") and section.entries.get("Default")
    }
    of_installs = [profile for profile in known if profile.path in installed]
    if of_installs:
        return max(of_installs, key=lambda profile: _modified(files, profile.path))
    defaults = [profile for profile in known if profile.default]
    candidates = defaults or known
    return candidates[0] if candidates else None


def _modified(files: Files, profile: str) -> float:
    return files.modified(posixpath.join(profile, "prefs.js")) or 0.0


def _existing(files: Files, root: str, profile: _Known) -> Profile:
    if not files.is_directory(profile.path):
        raise HostError(
            profile.path,
            f"this folder of the profile {profile.name!r} is missing, although {root}/profiles.ini lists it",
            "bring it back, or take the profile out of profiles.ini: Thunderbird itself does not start like this",
        )
    compatibility = posixpath.join(profile.path, "compatibility.ini")
    if files.read(compatibility) is not None:
        return Profile(profile.path, new=False)
    # Listed by another tool and never opened: without this file Thunderbird would pass it over.
    return Profile(profile.path, new=False, files=(FileWrite(compatibility, COMPATIBILITY),))


def _new(
    files: Files, root: str, ini: str, content: bytes, sections: t.Sequence[_Section], known: t.Sequence[_Known]
) -> Profile:
    folder = _free_folder(files, root)
    number = len(known)  # numbered without gaps; there is none here, or it would have been opened
    section = f"[Profile{number}]\nName=default\nIsRelative=1\nPath={folder}\nDefault=1\n"
    text = _text(content)
    if text and not text.endswith("\n"):
        text += "\n"
    if text:
        text += "\n"
    text += section
    if not any(existing.name == "General" for existing in sections):
        text += "\n" + _GENERAL
    path = posixpath.join(root, folder)
    return Profile(
        path,
        new=True,
        files=(
            FileWrite(posixpath.join(path, "compatibility.ini"), COMPATIBILITY),
            FileWrite(ini, text.encode("utf-8"), backup=bool(content)),
        ),
    )


def _free_folder(files: Files, root: str) -> str:
    """A folder that is not there, or that an interrupted run of ours left and Thunderbird never opened."""
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
