# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a user's sessions: from a running program of a session, otherwise from the files that a login reads.

The files are read, never run: an assignment counts if its value has only text and known variables. A warning names
skipped ones. The order is that of a graphical login: pam_env(8), systemd-user.conf(5), environment.d(5), then the
shell's profile; the last one wins. /etc/environment expands no variables, and environment.d no ``~``.
"""

from __future__ import annotations

import os
import posixpath
import re
import typing as t

from .._host.environment import NAMES, Environment
from . import systemd_environment
from .local_user import Target
from .login_file import ANY_NAME, Assignment, matching, text_of
from .processes import Processes
from .systemd_environment import FOLDERS, by_name

# Programs of a desktop session that are started with all of its variables.
WITNESSES = ("gvfsd", "dconf-service", "gnome-shell", "plasmashell", "xfce4-session", "cinnamon", "mate-session")
_DEFAULTS = {"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share", "XDG_CACHE_HOME": ".cache"}
_SHELL_PROFILES = (".bash_profile", ".bash_login", ".profile")  # bash reads the first that exists
_OWN_PAM = ".pam_environment"  # read up to Debian 11, by some kinds of login
_OTHER_PROFILES = (".zshenv", ".zprofile", ".xprofile", ".xsessionrc")
_SYSTEM_PROFILES = ("etc/zshenv", "etc/zsh/zshenv", "etc/zprofile", "etc/zsh/zprofile")
_SCRIPTS = ("etc/X11/Xsession.d/*", "etc/X11/xinit/xinitrc.d/*", "etc/xdg/plasma-workspace/env/*.sh")
# For csh, fish and rare sessions: their settings cause a warning and are not used.
_SELDOM_READ = (
    *(".cshrc", ".tcshrc", ".login", ".config/fish/config.fish", ".config/fish/conf.d/*.fish", ".xsession", ".xinitrc"),
)
_SELDOM_READ_SYSTEM = ("etc/csh.cshrc", "etc/csh.login", "etc/fish/config.fish", "etc/fish/conf.d/*.fish")
_OWN_SCRIPTS = ".config/plasma-workspace/env/*.sh"
# The files that ``stored_environment`` reads, as patterns, to check only whether a name of ``NAMES`` occurs in any.
LOGIN_FILES = (
    *("/etc/environment", "/etc/security/pam_env.conf", "/etc/profile", "/etc/profile.d/*.sh"),
    *(
        f"{folder}/{name}"
        for folder in ("~/.config", *(f"/{name}" for name in FOLDERS))
        for name in ("environment.d/*.conf", "systemd/user.conf", "systemd/user.conf.d/*.conf")
    ),
    *systemd_environment.FILES,
    *(f"/{name}" for name in (*_SYSTEM_PROFILES, *_SCRIPTS, *_SELDOM_READ_SYSTEM)),
    *(f"~/{name}" for name in (*_SHELL_PROFILES, *_OTHER_PROFILES, _OWN_PAM, _OWN_SCRIPTS, *_SELDOM_READ)),
)

_NAME = f"(?P<name>{'|'.join(NAMES)})"
_LINE = re.compile(rf"(?P<before>.*?)\b{_NAME}=(?P<value>.*)")
_UNSET = re.compile(rf"(?P<before>.*?)\bunset\s(?:.*\s)?{_NAME}(?:[\s;].*)?")
_UNLESS_SET = re.compile(rf"(?P<before>.*?)\$\{{{_NAME}:?=(?P<value>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}.*")
_OTHER_SHELL = re.compile(rf"\s*[^#]*?\b(?:setenv|set(?:\s+-\S+)+)\s+{_NAME}\s+(?P<value>.*)")
_PAM_LINE = re.compile(rf"{_NAME}\s+(?P<rest>(?:DEFAULT|OVERRIDE)=.*)")
_PAM_VALUE = re.compile(r'(DEFAULT|OVERRIDE)=("[^"]*"|\S*)')
_WORD = re.compile(r"""(?:'[^']*'|"(?:[^"\\`]|\\.)*"|[^\s;&|#'"`])*""")
_SOURCE = re.compile(r"(?:^|[;&{]|\bthen\b)\s*(?:\.|source)\s+")
_VARIABLE = re.compile(r"[$@]\{(?P<long>\w+)(?::?-(?P<default>[^{}]*))?\}|\$(?P<short>\w+)")


def session_environment(
    target: Target, processes: Processes, programs: t.Sequence[str], system: str = "/"
) -> Environment:
    """The variables that decide where the user's clients keep their files, while the process acts as the user.

    Args:
        target: the user and the home directory.
        processes: the running programs of this machine.
        programs: names of programs whose variables count while they run, the most reliable first.
        system: the root of the file system.
    """
    if posixpath.normpath(target.home) == posixpath.normpath(target.user.home):
        for program in (*programs, *WITNESSES):
            for process in processes.of(target.user, program, fresh=False):
                environment = process.environment
                if environment and not process.sandboxed and "FLATPAK_ID" not in environment:
                    return Environment({name: environment[name] for name in NAMES if name in environment}, live=True)
    return stored_environment(target.home, target.user.name, target.user.uid, system)


def stored_environment(home: str, user: str, uid: int, system: str = "/") -> Environment:
    """The variables that files set at a login; arguments as above."""
    known = {"HOME": home, "USER": user, "LOGNAME": user}
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    warnings = []
    for assignment in _assignments(home, known, uid, system):
        if not assignment.name:
            warnings.append(
                f"A login reads {assignment.where}, which this user cannot read. It is assumed to set none of "
                f"{', '.join(NAMES)}. Have the user log in, and run again meanwhile, if that is wrong."
            )
            continue
        default = posixpath.join(home, _DEFAULTS.get(assignment.name, ""))
        if assignment.value is None or (
            not assignment.sure and (assignment.value or default) != (found.get(assignment.name) or default)
        ):
            assumed = found.get(assignment.name) or default
            warnings.append(
                f"{assignment.where} sets {assignment.name} to a value that is only known when it runs; {assumed} is "
                "assumed. If that is wrong, have the user log in, and run again while the user is logged in."
            )
            continue
        found[assignment.name] = known[assignment.name] = assignment.value
        places[assignment.name] = assignment.where
    for name, where in places.items():
        if name in _DEFAULTS and found[name][:1] not in {"", "/"}:
            default = posixpath.join(home, _DEFAULTS[name])
            path = f"{found[name]}, which is not an absolute path"
            warnings.append(f"{where} sets {name} to {path}; {default} is assumed. Write the full path, and run again.")
    return Environment(found, tuple(dict.fromkeys(warnings)))


def _assignments(home: str, known: t.Mapping[str, str], uid: int, system: str) -> t.Iterator[Assignment]:
    yield from _lines(posixpath.join(system, "etc/environment"), known, literal=True)
    yield from _pam_lines(posixpath.join(system, "etc/security/pam_env.conf"), known)
    yield from (one._replace(sure=False) for one in _pam_lines(posixpath.join(home, _OWN_PAM), known))
    yield from systemd_environment.of_unit(uid, system)
    folders = _folders(home, system)
    yield from systemd_environment.of_manager("user.conf", folders, {"%h": known["HOME"], "%u": known["USER"]})
    for path in by_name(folders, ["environment.d"]):
        yield from _lines(path, known)
    profiles = [posixpath.join(system, "etc/profile"), *matching(system, "etc/profile.d/*.sh")]
    profiles += [posixpath.join(system, name) for name in _SYSTEM_PROFILES]
    profiles += [path for pattern in _SCRIPTS for path in matching(system, pattern)]
    own = [posixpath.join(home, name) for name in _SHELL_PROFILES]
    profiles += [path for path in own if os.path.exists(path)][:1]
    profiles += [posixpath.join(home, name) for name in _OTHER_PROFILES] + matching(home, _OWN_SCRIPTS)
    for path in profiles:
        yield from _lines(path, known, shell=True)
        for sourced in _sourced(path, known):  # such as ~/.bashrc, which usually ends early without a terminal
            yield from (found._replace(sure=False) for found in _lines(sourced, known, shell=True))
    seldom = [path for pattern in _SELDOM_READ_SYSTEM for path in matching(system, pattern)]
    seldom += [path for pattern in _SELDOM_READ for path in matching(home, pattern)]
    for path in seldom:
        yield from (found._replace(sure=False) for found in _lines(path, known, shell=True))
        yield from _lines_of_other_shell(path, known)


def _folders(home: str, system: str) -> list[str]:
    """The folders with systemd's files; the first one has the highest priority."""
    return [posixpath.join(home, ".config"), *(posixpath.join(system, name) for name in FOLDERS)]


def _lines(
    path: str, known: t.Mapping[str, str], *, shell: bool = False, literal: bool = False
) -> t.Iterator[Assignment]:
    text = text_of(path)
    for line in text.splitlines() if ANY_NAME.search(text) else ():
        unset = _UNSET.fullmatch(line) if shell and "unset" in line else None
        if unset is not None and not unset["before"].lstrip().startswith("#"):
            yield Assignment(unset["name"], "", not unset["before"], path)
        match = _UNLESS_SET.fullmatch(line) if shell else None
        if match is not None and not match["before"].lstrip().startswith("#"):
            value = known.get(match["name"]) or _expanded(f'"{match["value"]}"', known)
            yield Assignment(match["name"], value, match["before"].strip() in {":", ': "'}, path)
            continue
        match = _LINE.fullmatch(line)
        if match is None or match["before"].lstrip().startswith("#"):
            continue
        before = match["before"].strip()
        if not shell and before not in {"", "export"}:
            continue
        word = _WORD.match(match["value"])
        value = _expanded("" if word is None else word.group(), known, tilde=shell)
        if literal:
            value = match["value"].partition("#")[0].strip().strip("\"'")
        elif word is not None and match["value"][word.end() :].lstrip()[:1] in {"`", '"', "'"}:
            value = None
        sure = before in {"", "export"} and not (shell and match["before"][:1] in {" ", "\t"})
        yield Assignment(match["name"], value, sure, path)


def _lines_of_other_shell(path: str, known: t.Mapping[str, str]) -> t.Iterator[Assignment]:
    """The assignments of csh and fish."""
    text = text_of(path)
    for line in text.splitlines() if ANY_NAME.search(text) else ():
        match = _OTHER_SHELL.fullmatch(line)
        if match is not None:
            word = _WORD.match(match["value"])
            written = "" if word is None else word.group()
            yield Assignment(match["name"], _expanded(written, known) if written else None, False, path)


def _sourced(path: str, known: t.Mapping[str, str]) -> t.Iterator[str]:
    """The files that a profile sources, if their names can be determined."""
    for line in text_of(path).splitlines():
        if "source" not in line and "." not in line:
            continue
        match = _SOURCE.search(line)
        word = None if match is None or line.lstrip().startswith("#") else _WORD.match(line, match.end())
        name = None if word is None else _expanded(word.group(), known)
        if name and name.startswith("/") and name != path:
            yield name


def _pam_lines(path: str, known: t.Mapping[str, str]) -> t.Iterator[Assignment]:
    text = text_of(path).replace("\\\n", " ")  # a continued line
    for line in text.splitlines() if ANY_NAME.search(text) else ():
        match = _PAM_LINE.fullmatch(line.strip())
        if match is None:
            continue
        values = {kind: _expanded(text, known) for kind, text in _PAM_VALUE.findall(match["rest"])}
        yield Assignment(match["name"], values.get("OVERRIDE") or values.get("DEFAULT"), True, path)


def _expanded(word: str, known: t.Mapping[str, str], *, tilde: bool = True) -> str | None:
    """The value of a word; None if only a shell can expand it. ``tilde``: whether ``~`` may mean the home."""
    parts = []
    for part in re.findall(r"""'[^']*'|"[^"]*"|[^'"]+""", word):
        if part[0] == "'":
            parts.append(part[1:-1])
            continue
        text = part[1:-1] if part[0] == '"' else part
        if tilde and part[0] != '"' and not parts and (text == "~" or text.startswith("~/")):
            text = known["HOME"] + text[1:]
        expanded = _VARIABLE.sub(lambda match: _value(match, known), text)
        if "\0" in expanded or "$" in expanded or "`" in expanded or "\\" in expanded:
            return None
        parts.append(expanded)
    return "".join(parts)


def _value(match: re.Match[str], known: t.Mapping[str, str]) -> str:
    value = known.get(match["long"] or match["short"])
    if value is not None:
        return value
    if match["default"] is None:
        return "\0"
    return _VARIABLE.sub(lambda inner: _value(inner, known), match["default"])
