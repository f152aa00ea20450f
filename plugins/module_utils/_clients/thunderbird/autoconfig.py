# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the AutoConfig file sets. The file is JavaScript and is never run.

A call with literal values counts if it always runs: outside functions, loops and conditions. ``try`` and ``finally``
are allowed. Of other calls, only the preference names are known (defaults/autoconfig/prefcalls.js).
"""

from __future__ import annotations

import re
import typing as t

from .prefs_grammar import Statement, statements

_CALLS = re.compile(rb"(?:pref|defaultPref|lockPref)(?![A-Za-z0-9_])")
_TEXT = rb"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_NAME = rb"(?<![\w.])(pref|defaultPref|lockPref)\s*\(\s*"
_TOKEN = re.compile(
    rb"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<blank>\s+)"
    rb"|(?P<call>" + _NAME + _TEXT + rb"\s*,\s*(?:" + _TEXT + rb"|true|false|[+-]?\s*\d+)\s*\))"
    rb"|" + _TEXT + rb"|`(?:[^`\\]|\\.)*`|[\w$]+|.",
    re.DOTALL,
)
_NAMED = re.compile(_NAME + rb"""(["'])(mail[\w.-]*)\2""")
_UNLOCKED = re.compile(rb"""(?<![\w.])unlockPref\s*\(\s*(["'])([\w.-]+)\1""")
_IN_ANY_CASE = frozenset({b"try", b"finally", b";", b"{", b"}"})


class Program(t.NamedTuple):
    """A file with more than a list of calls.

    Attributes:
        calls: the calls that always run.
        open: preference to the line of a call that may run or whose value is not known.
    """

    calls: t.Sequence[Statement]
    open: t.Mapping[str, int]


def plain(content: bytes) -> t.Sequence[Statement] | None:
    """All calls of a file with nothing else; None for other files. The first line is ignored (nsJSConfigTriggers)."""
    parsed = list(statements(content, _CALLS, after_line=1, needs_end=False))
    known = [statement for statement in parsed if statement is not None]
    return known if len(known) == len(parsed) else None


def program(content: bytes) -> Program:
    """Parse any other file, as far as possible."""
    code = _TOKEN.sub(_without_comment, content)
    unlocked = {match[2].decode(): match.start() for match in _UNLOCKED.finditer(code)}
    calls: list[Statement] = []
    counted: set[int] = set()
    brackets: list[bool] = []  # for each open bracket, whether its content always runs
    previous = b";"
    for token in _TOKEN.finditer(code, code.find(b"\n") + 1 or len(code)):
        text = token.group()
        if token["blank"] is not None:
            continue
        if token["call"] is not None and all(brackets) and previous in _IN_ANY_CASE:
            found = [one for one in statements(text, _CALLS, needs_end=False) if one is not None]
            for one in found:
                # Unlocked later, the value stays as a default. To change a locked value, files unlock it first.
                unlocks = one.kind == "lockPref" and unlocked.get(one.name, -1) > token.start()
                kind = "defaultPref" if unlocks else one.kind
                calls.append(one._replace(kind=kind, line=_line(code, token.start())))
            counted.update([token.start()] if found else [])
            text = b";"
        elif text in (b"(", b"[", b"{"):
            brackets.append(text == b"{" and previous in _IN_ANY_CASE)
        elif text in (b")", b"]", b"}") and brackets:
            brackets.pop()
        previous = text
    named = (match for match in _NAMED.finditer(code) if match.start() not in counted)
    return Program(calls, {match[3].decode(): _line(code, match.start()) for match in named})


def _without_comment(token: t.Match[bytes]) -> bytes:
    """Blanks in place of a comment, so that line numbers stay the same."""
    return re.sub(rb"[^\n]", b" ", token.group()) if token["comment"] is not None else token.group()


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
