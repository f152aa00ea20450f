# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files besides prefs.js in which a site or the user sets Thunderbird's preferences.

Seen with Thunderbird 153 on Debian, from lowest to highest precedence:

1. ``defaults/pref/*.js`` of the installation; then, in Debian's package, /etc/thunderbird/pref; then
   ``defaults/preferences/*.js`` of the installation; then /etc/thunderbird/defaults/pref. In each folder, files are
   read in reverse order of their names. A locked preference does not change.
2. ``defaultPref`` of the AutoConfig file; then the policy Preferences; then ``distribution/distribution.ini``.
3. prefs.js, then user.js.
4. ``pref`` of the AutoConfig file; the policy Preferences with the status user or clear; locked preferences.

The first group and user.js have the grammar of ``prefs``, with ``sticky`` and ``locked`` after the value
(modules/libpref/parser/src/lib.rs). AutoConfig file: see ``autoconfig``. Policies: modules/policies/Policies.sys.mjs.

A Snap sees only /etc/thunderbird/policies (snapcraft.yaml of ubuntu/thunderbird). A Flatpak has its extension
``systemconfig`` as /etc/thunderbird (mozilla/enterprise-admin-reference issue 226). Both from sources, not measured.
"""

from __future__ import annotations

import contextlib
import json
import posixpath
import re
import typing as t
from types import MappingProxyType

from ..._model.errors import HostError
from ..._model.settings import Settings, Value
from .effective_preferences import Given, PreferenceSources
from .installations import Sandbox
from .prefs import AsRoot

if t.TYPE_CHECKING:  # few sites need these, so they are imported late
    from ..._host.files import Files
    from .prefs_grammar import Statement

SYSTEM = "/etc/thunderbird"

# Preferences of accounts and their servers. Others, such as whether Thunderbird asks to be the default mail program,
# are ignored.
_CONCERNING = ("mail.account", "mail.identity.", "mail.server.", "mail.smtp", "mailnews.append_preconfig_accounts.")
_AUTOCONFIG = "general.config."
_FROM_A_SERVER = "autoadmin.global_config_url"  # Thunderbird downloads a further file from there
_IN_FILES = re.compile(rb"(?:user_pref|sticky_pref|pref)(?![A-Za-z0-9_])")
_IN_ANY_CASE = re.compile("|".join(map(re.escape, (*_CONCERNING, _AUTOCONFIG))).encode())
_KEYS = re.compile(rb"\b(?:account|server|id|smtp)[0-9]+\b")
_USUAL_SHIFT = 13  # of the AutoConfig file, unless general.config.obscure_value is set


def read(
    files: Files,
    programs: t.Sequence[str],
    profile: str,
    sandboxes: t.Sequence[Sandbox] = (),
    stored: Settings = MappingProxyType({}),
    as_root: AsRoot = contextlib.nullcontext,
) -> PreferenceSources:
    """Read the sources besides a profile's prefs.js.

    Args:
        files: the user's files.
        programs: the installation folders of Thunderbirds that may open the profile.
        profile: the profile's folder.
        sandboxes: the Snaps and Flatpaks that may open it.
        stored: the content of prefs.js, which determines the type of a policy's value.
        as_root: see ``Thunderbird``.
    """
    found = _Found(as_root)
    native = [program for program in programs if not program.startswith("/app/")]  # a sandbox has its own /etc
    for program, system in (
        *((program, SYSTEM) for program in native),
        *((box.program, box.system) for box in sandboxes),
    ):
        _read_defaults(files, program, system, found)
    path = posixpath.join(profile, "user.js")
    for statement in _statements(files, path, found.as_root):
        if statement.kind == "user_pref":
            found.add_override(path, statement)
        else:
            found.add_default(path, statement)
    found.overrides.update(found.of_autoconfig)
    policies = [box.policies for box in sandboxes]
    policies += [posixpath.join(SYSTEM, "policies/policies.json")] if native else []
    folders = (*native, *(box.program for box in sandboxes))
    policies += [posixpath.join(folder, "distribution/policies.json") for folder in folders]
    next(filter(lambda path: _read_policies(files, path, found, stored), policies), None)
    for folder in folders:
        _read_distribution(files, posixpath.join(folder, "distribution/distribution.ini"), found, stored)
    found.overrides.update({key: given for key, given in found.defaults.items() if given.locked})
    return PreferenceSources(found.defaults, found.overrides, tuple(found.computed), found.open)


class _Found:
    """The values found so far; only preferences of mail accounts and their servers."""

    def __init__(self, as_root: AsRoot) -> None:
        self.as_root = as_root
        self.defaults: dict[str, Given] = {}
        self.overrides: dict[str, Given] = {}
        self.of_autoconfig: dict[str, Given] = {}
        self.computed: list[str] = []
        self.open: dict[str, Given] = {}

    def add_default(self, path: str, statement: Statement) -> None:
        before = self.defaults.get(statement.name)
        if statement.name.startswith(_CONCERNING) and (before is None or not before.locked):
            self.defaults[statement.name] = Given(statement.value, path, statement.line, statement.locked)

    def add_override(self, path: str, statement: Statement) -> None:
        if statement.name.startswith(_CONCERNING):
            self.overrides[statement.name] = Given(statement.value, path, statement.line)


def _read_defaults(files: Files, program: str, system: str, found: _Found) -> None:
    settings: dict[str, Value] = {}
    for folder in _folders(program, system):
        for path in reversed(_names(files, folder)):
            for statement in _statements(files, path, found.as_root):
                found.add_default(path, statement)
                if statement.name.startswith(_AUTOCONFIG):
                    settings[statement.name[len(_AUTOCONFIG) :]] = statement.value
    name, shift = settings.get("filename"), settings.get("obscure_value", _USUAL_SHIFT)
    if isinstance(name, str) and name and isinstance(shift, int):
        _read_autoconfig(files, (program, system), name, shift, found)


def _folders(program: str, system: str) -> t.Iterator[str]:
    yield posixpath.join(program, "defaults/pref")
    if program.startswith("/usr/"):  # Debian's packages are patched to read it
        yield posixpath.join(system, "pref")
    yield posixpath.join(program, "defaults/preferences")
    if system:
        yield posixpath.join(system, "defaults/pref")


def _names(files: Files, folder: str) -> list[str]:
    try:
        return [posixpath.join(folder, name) for name in files.names(folder) if name.lower().endswith(".js")]
    except HostError:  # what the user cannot read, Thunderbird cannot read either
        return []


def _content(files: Files, path: str) -> bytes:
    try:
        return files.read(path) or b""
    except HostError:
        return b""


def _statements(files: Files, path: str, as_root: AsRoot) -> t.Sequence[Statement]:
    content = _content(files, path)
    if not _IN_ANY_CASE.search(content):  # the usual case
        return ()
    with as_root():
        from .prefs_grammar import statements
    return [statement for statement in statements(content, _IN_FILES) if statement is not None]


def _read_autoconfig(files: Files, folders: t.Sequence[str], name: str, shift: int, found: _Found) -> None:
    paths = (posixpath.join(folder, name) for folder in folders if folder)
    path = next((path for path in paths if _content(files, path)), None)
    if path is None:
        return
    with found.as_root():
        from . import autoconfig
    content = bytes((byte - shift) % 256 for byte in _content(files, path))
    calls = autoconfig.plain(content)
    if calls is None:
        program = autoconfig.program(content)
        calls = program.calls
        found.computed.append(path)
        # The parts that it names may not exist, but their names count as taken.
        taken = b",".join(dict.fromkeys(_KEYS.findall(content))).decode("ascii")
        found.defaults[f"mail.named in {path}"] = Given(taken, path)
        found.open.update({name: Given(None, path, line) for name, line in program.open.items()})
    if path not in found.computed and any(call.name == _FROM_A_SERVER for call in calls):
        found.computed.append(path)
    for call in calls:
        if call.name.startswith(_CONCERNING):
            given = Given(call.value, path, call.line, call.kind == "lockPref")
            (found.of_autoconfig if call.kind == "pref" else found.defaults)[call.name] = given


def _read_policies(files: Files, path: str, found: _Found, stored: Settings) -> bool:
    """Read the policies and return whether the file exists: only one is read."""
    content = _content(files, path)
    if not content:
        return False
    with found.as_root():
        from .policy_preferences import PolicyPreferences
    try:
        preferences = json.loads(content.decode("utf-8-sig"))["policies"]["Preferences"]
        listed = json.loads(preferences) if isinstance(preferences, str) else preferences
        entries = list(listed.items())
    except (ValueError, LookupError, TypeError, AttributeError):
        return True  # Thunderbird ignores the whole file
    policy = PolicyPreferences(path, found.defaults, found.overrides, stored)
    for name, entry in entries:
        if name.startswith(_CONCERNING) and not policy.add(name, entry):
            break
    return True


def _read_distribution(files: Files, path: str, found: _Found, stored: Settings) -> None:
    content = _content(files, path)
    if not content:
        return
    with found.as_root():
        from . import distribution_preferences
        from .policy_preferences import PolicyPreferences
    types = PolicyPreferences(path, found.defaults, found.overrides, stored)
    for name, value in distribution_preferences.values(content):
        before = (found.defaults.get(name), found.overrides.get(name))
        if any(given is not None and given.locked for given in before) or not name.startswith(_CONCERNING):
            continue
        if types.type_of(name) in (None, type(value)):
            found.defaults[name] = Given(value, path)
