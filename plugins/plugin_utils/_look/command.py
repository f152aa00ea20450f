# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the one-line POSIX shell command that reads what the patterns name, with each user's own rights.

* It needs no Python on the host: sh, id, getent, timeout, chroot, grep, cut, tr, tar, head, gzip and base64 in GNU's
  versions, busctl for a user who is logged in, and sha256sum if the task has a key for seals. If something is missing
  or unusual, the output is incomplete and the module runs.
* For csh and tcsh, it is one line without exclamation marks. For fish, no backslash precedes another one or a quotation
  mark. Login shells of all three get it in single quotation marks.
* The task's process encodes the output of a user's process, so one user cannot fake another's output.
"""

from __future__ import annotations

import re
import shlex
import typing as t

from ...module_utils._clients.file_groups import FileGroup
from ...module_utils._host.environment import NAMES
from ...module_utils._linux.desktop import ADDRESS
from ...module_utils._linux.session_environment import LOGIN_FILES, WITNESSES
from ...module_utils._linux.systemd_environment import ENVIRONMENT_FILE
from .covered_paths import Patterns
from .errors import UnseenError

MARK = "charter-mail-look"
MOST_BYTES = 8 * 1024 * 1024  # of one user's files
_DIGEST_SECONDS = 5  # of CPU time: no store has gigabytes
_MOST_LOGIN_FILES = 500  # a shell takes long to collect more
_SECONDS = 30  # a user's files can be on a file system that does not respond

_USER = re.compile(r"(?=.*[A-Za-z_])[A-Za-z0-9_][A-Za-z0-9_.-]*")  # getent would take a number as a user id
_USER_OF_TASK = '"$i"'
_USERS = "\0"  # placeholder for their names; quoting changes neither these nor the words above
_BUSCTL = "busctl --user --auto-start=no --timeout=5 --json=short call"
_COMM = 15  # bytes of a program's name kept by the kernel
_SETS = f"({'|'.join(NAMES)})"

# Runs as the user; $1 is the home directory. It first prints lines that begin with a type letter: d for a folder, l for
# a link (each followed by a line with its target), p for another existing path, e if a login file sets a relevant
# variable, b for an answer on the message bus $2, t for a file of a password store, and S, as in sha256sum's output,
# for its digest. Then follow an empty line, a tar archive, and a last line.
# o stops at anything unusual; a checks the folder $p, and r one whose files matter; f names files for tar.
# The contents of missing folders are not tested: expanding and testing patterns takes a shell the longest.
_OF_USER = (
    "h=$1; b=$2; o() {{ echo odd; exit; }}; "
    'a() {{ if [ -d "$p" ]; then [ -x "$p" ] || o; printf "d%s\\n" "$p"; cd -P "$p" && pwd; '
    'elif [ -e "$p" ] || [ -L "$p" ]; then o; fi; }}; '
    'r() {{ if [ -d "$p" ]; then [ -r "$p" ] || o; fi; a; }}; '
    'f() {{ for f in "$@"; do '
    'if [ -f "$f" ] || [ -d "$f" ]; then printf "%s\\0" "$f"; '
    'elif [ -e "$f" ] || [ -L "$f" ]; then printf "/dev/null/odd\\0"; fi; done; }}; '
    'p=${{h%/*}}; while [ -n "$p" ]; do a; p=${{p%/*}}; done; '
    "for p in {above}; do a; done; for p in {folders}; do r; done; for p in {wild}; do p=${{p%/}}; r; done; "
    'for f in {places}; do if [ -e "$f" ]; then printf "p%s\\n" "$f"; fi; '
    'if [ -L "$f" ]; then printf "l%s\\n" "$f"; readlink -f "$f"; fi; done; '
    "{login}; "
    'if [ -n "$b" ]; then export "{address}=unix:path=$b"; {calls}; fi; '
    "{stores}"
    'echo; {{ printf "%s\\0" "$h"; {files}; printf "%s\\0" "$h"; }} | '
    "tar -c -f - -P -h --no-recursion --numeric-owner --format=posix --null -T - && echo end"
)
# Prints e if login files, or files that they source, set a relevant variable; ``session_environment`` reads them alike.
# One grep finds the words for either. It also prints e if a match for a sourced file contains a word of the other kind,
# or its first half; if it cannot expand a file name that the module can; for very many files; if the user cannot read a
# file that systemd reads as root; and if grep cannot be started. $l lists the files already searched.
_LOGIN = (
    'set --; l=; for f in {files}; do if [ -f "$f" ]; then set -- "$@" "$f"; l=$l//$f//; '
    'case $f in */systemd/*) [ -r "$f" ] || echo e;; esac; fi; done; '
    'if [ $# -gt 0 ]; then v=$(grep -ahosE "{runs}|{sets}" "$@"); case $? in 12?) echo e;; esac; '
    "q='\"'\"'\"; set --; set -f; for f in $v; do "
    "case $f in -* | *setenv | {setting}) echo e;; esac; "
    "case $f in [$q]*[$q]) f=${{f#?}}; f=${{f%?}};; *[$q]*) echo e;; esac; "
    'case $f in "~/"* | [$]HOME/* | [@$]{{HOME}}/*) f=$h/${{f#*/}};; esac; '
    'case $f in {unknown}) echo e;; /*) case $l in *"//$f//"*) continue;; esac; '
    'if [ -f "$f" ]; then set -- "$@" "$f"; fi;; esac; '
    "if [ $# -gt {most} ]; then echo e; break; fi; done; set +f; "
    'if [ $# -gt 0 ]; then grep -qsE "{sets}" "$@"; case $? in 0 | 12?) echo e;; esac; fi; fi'
)
_RUNS = "(^|[;&{]|then)[[:space:]]*([.]|source)[[:space:]]+[^[:space:];&|#]+"
_SETS_AT_LOGIN = f"{_SETS}(:?=|[[:space:]]+(DEFAULT|OVERRIDE)=)|(setenv|[[:space:]]-[^[:space:]]+)[[:space:]]+{_SETS}"
_SETS_BY_FILE = f"^[[:space:]]*{ENVIRONMENT_FILE}"  # the module reads those files
# Login files source these on most hosts. Where none does, the module runs if they set a variable.
_USUALLY_RUN = ("/etc/bash.bashrc", "/etc/bashrc")
_UNKNOWN = (
    "*[@$]{*-*",  # a default value
    *(f"*[$]{name} | *[$]{name}[-./]* | *[@$]{{{name}}}*" for name in ("HOME", "USER", "LOGNAME")),
)
# g prints which of some files exist, and their digests. A file without a digest, such as one that the user cannot read,
# is known to exist. The CPU time per call is limited.
_OF_STORES = (
    'g() {{ for f in "$@"; do shift; if [ -e "$f" ] || [ -L "$f" ]; then printf "t%s\\n" "$f"; '
    'if [ -f "$f" ]; then set -- "$@" "$f"; fi; fi; done; '
    'if [ $# -gt 0 ]; then (ulimit -t {seconds}; exec sha256sum --tag "$@"); fi; }}; '
    "{files}; "
)
# i is the user id of the task. It comes from the kernel, because running id would be one more process.
_WHO = (
    'i=; while read -r k r e x; do if [ "$k" = Uid: ]; then i=$e; break; fi; done </proc/self/status; '
    '[ -n "$i" ] || i=$(id -u)'
)
# Runs as the task's user: prints that user, the installed clients, whose programs set variables, and each user's part.
_OF_HOST = (
    'export LC_ALL=C TAR_OPTIONS= GZIP= PATH="$PATH:/usr/sbin:/sbin"; s={script}; {who}; echo {mark}; echo $i; '
    "{installed}; "
    'for f in $(grep -slxE "{processes}" /proc/[0-9]*/comm); do d=${{f%/comm}}; '
    'if grep -qsaE "{sets}=" $d/environ; then grep -shE ^Uid: $d/status; fi; '
    'if grep -qsxE "{services}" $f; then u=$(grep -sh ^Uid: $d/status | cut -f 2); r=odd; '
    'if [ $d/root -ef / ] && tr "\\0" "\\n" <$d/environ | grep -qsxF "{address}=unix:path=/run/user/$u/bus"; '
    "then r=usual; fi; "
    'if grep -qsaE "(FLATPAK_ID|DBUS_SERVICES_PREFIX)=" $d/environ; then r=odd; fi; '
    'if [ -n "$u" ]; then echo "service:$u:$r"; fi; fi; done; '
    # Each user has seven fields; the last one also contains the next user's name.
    "set -f; IFS=:; set -- $(getent passwd {users}); unset IFS; set +f; "
    "while [ $# -ge 6 ]; do n=${{1##*[[:space:]]}}; a=$3; g=$4; m=$6; shift 6; "
    'printf "user:%s:%s:%s:%s\\n" "$n" "$a" "$g" "$m"; '
    "b=/run/user/$a/bus; if [ -S $b ]; then echo bus; elif [ -e $b ]; then echo odd; else b=; fi; "
    'if [ "$a" = "$i" ]; then case ${address} in "" | "unix:path=$b") ;; *) echo odd;; esac; fi; '
    '{{ if [ "$a" = "$i" ]; then set -- "$m" "$b"; eval "$s"; '
    'elif [ "$i" = 0 ]; then exec chroot "--userspec=$n:" / /bin/sh -c "$s" sh "$m" "$b"; fi; }} '
    "</dev/null 2>/dev/null | head -c {most} | gzip -1 | base64; echo end; done; echo {mark} end"
)


class Command:
    """The command line for any users of a host. It is made once for all hosts.

    Args:
        patterns: what to look at.
        programs: for each client, the paths of which one exists if it is installed.
    """

    def __init__(self, patterns: Patterns, programs: t.Mapping[str, t.Sequence[str]]) -> None:
        processes = dict.fromkeys(name[:_COMM] for name in (*patterns.files.processes, *WITNESSES))
        script = _OF_HOST.format(
            script=shlex.quote(of_user(patterns)),
            who=_WHO,
            mark=MARK,
            installed="; ".join(_installed(name, paths) for name, paths in programs.items()) or ":",
            processes="|".join(processes),
            sets=_SETS,
            services="|".join(name[:_COMM] for name in patterns.files.services) or "-",
            address=ADDRESS,
            users=_USERS,
            most=MOST_BYTES,
        )
        line = f"timeout {_SECONDS} /bin/sh -c {shlex.quote(script)}"
        self._before, _users, self._after = line.partition(_USERS)

    def line(self, users: t.Collection[str | None]) -> str:
        """The command line for a host.

        Args:
            users: the users' names; None for the task's user.

        Raises:
            UnseenError: one of these users cannot be looked at.
        """
        named = [name for name in users if name is not None]
        if not all(map(_USER.fullmatch, named)):
            raise UnseenError("users")
        return self._before + " ".join([*([_USER_OF_TASK] if None in users else []), *named]) + self._after


def of_user(patterns: Patterns) -> str:
    """The part that runs as a user; its arguments are the home directory and the message bus's path, or nothing."""
    return _OF_USER.format(
        above=_words(patterns.folders_above),
        folders=_words(patterns.fixed_folders),
        wild=_words(f"{folder}/" for folder in patterns.wild_folders),
        files=_in_folders("f", patterns.groups),
        places=_words(patterns.files.places),
        login=_LOGIN.format(
            files=_words((*LOGIN_FILES, *_USUALLY_RUN)),
            runs=_RUNS,
            sets=_SETS_AT_LOGIN + "|" + _SETS_BY_FILE,
            setting=" | ".join((ENVIRONMENT_FILE, *(f"*{name} | *{name}=* | *{name}:=*" for name in NAMES))),
            unknown=" | ".join(_UNKNOWN),
            most=_MOST_LOGIN_FILES,
        ),
        address=ADDRESS,
        stores=_OF_STORES.format(files=_in_folders("g", patterns.stores), seconds=_DIGEST_SECONDS)
        if patterns.stores
        else "",
        calls="; ".join(f'printf "b%s\\n" "$({_BUSCTL} {" ".join(call)})"' for call in patterns.files.calls) or ":",
    )


def _in_folders(do: str, groups: t.Iterable[FileGroup]) -> str:
    """Call a function for each existing folder of the groups, with the paths of names in it."""
    found = []
    for group in groups:
        words = " ".join(f"{_quoted('$d')}/{name}" for name in group.names)
        found.append(f'for d in {_words(group.folders)}; do if [ -d "$d" ]; then {do} {words}; fi; done')
    return "; ".join(found)


def _installed(name: str, paths: t.Sequence[str]) -> str:
    found = f'if [ -e "$p" ] || [ -L "$p" ]; then echo "client:{name}"; break; fi'
    return f"for p in {' '.join(paths)}; do {found}; done"


def _words(paths: t.Iterable[str]) -> str:
    """Paths as shell words: each ``*`` is expanded, but nothing in the name of the home directory."""
    return " ".join(f"{_quoted('$h')}{path[1:]}" if path.startswith("~") else path for path in paths)


def _quoted(word: str) -> str:
    return f'"{word}"'
