# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file of plugins/ imports and calls, also for type checking alone, and what of it is against the plan."""

from __future__ import annotations

import ast
import functools
import re
import sys
import typing as t

from .layers import EXCEPTIONS, PLAN, RESTRICTED

# What a file has that calls one of them, and few other files have.
_CALL = re.compile(rf"\b(?:{'|'.join(name[:-2] for name in RESTRICTED if name.endswith('()'))})\s*\(")

# An import that has its lines for itself, and the word that each import has.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+[.\w]+[ \t]+import[ \t]+(?:\([\w\s,]*\)|[\w ,]+)|import[ \t]+[\w ,.]+)(?=[ \t]*(?:#.*)?$)",
    re.M,
)
_WORD = re.compile(r"\bimport\b")


@functools.cache
def uses(path: str, source: str) -> tuple[tuple[int, str], ...]:
    """What a file imports and calls, each with its line.

    Args:
        path: the file below plugins/.
        source: its text.

    Returns:
        ``module.name`` for the standard library and packages, ``/package/module/name`` for ours, ``name()`` for a
        call of a plain name, as far as the file has calls that are restricted.
    """
    return tuple(_uses(path, source))


def _uses(path: str, source: str) -> t.Iterator[tuple[int, str]]:
    calls = _CALL.search(source) is not None
    tree = ast.parse(source if calls else imports_alone(source), path)
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, _absolute(alias.name)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node.module or "") if node.level == 0 else _relative(path, node.level, node.module)
            mark = "/" if base.startswith("/") else "."
            yield from ((node.lineno, f"{base}{mark}{alias.name}") for alias in node.names)
    if not calls:
        return  # the expressions are most of the tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, f"{node.func.id}()"


def imports_alone(source: str) -> str:
    """The text without all but its imports, which stay in their lines; the text itself where that is not certain.

    To parse all files takes a second.
    """
    found = list(_IMPORT.finditer(source))
    if len(found) != len(_WORD.findall(source)):
        return source  # one is in a line with something else, or the word is in a text
    lines: list[str] = []
    for match in found:
        lines += [""] * (source.count("\n", 0, match.start()) - len(lines))
        lines += match.group().lstrip().split("\n")
    return "\n".join(lines)


def _statements(tree: ast.AST) -> t.Iterator[ast.AST]:
    """The statements of a tree, which imports are, in whatever they are nested."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            nested = getattr(node, name, ())
            nodes.extend(nested if isinstance(nested, list) else ())


def _absolute(module: str) -> str:
    prefix = "ansible_collections.charter.mail.plugins."
    return "/" + module[len(prefix) :].replace(".", "/") if module.startswith(prefix) else module


def _relative(path: str, level: int, module: str | None) -> str:
    folders = path.split("/")[:-level]
    return "/" + "/".join(folders + (module.split(".") if module else []))


@functools.cache
def package_of(target: str) -> str | None:
    """The package that ``/package``, ``/package/module`` or ``/package/module/name`` lies in; None if PLAN has none."""
    parts = target[1:].split("/")
    for length in range(len(parts), len(parts) - 3, -1):
        package = "/".join(parts[:length])
        if package in PLAN:
            return package
    return None


def violations(path: str, source: str) -> list[str]:
    """What a file does against the plan, one sentence each; empty for a file that keeps to it."""
    home = path.rpartition("/")[0]
    if home not in PLAN:
        return [f"{path}: the plan has no package {home}"]
    found = []
    for line, use in uses(path, source):
        if use.startswith("/"):
            package = package_of(use)
            if package != home and package not in PLAN[home]:
                found.append(f"{path}:{line}: {home} may not import {use[1:]}")
            continue
        for thing in restrictions_of(use):
            if home not in RESTRICTED[thing] and thing not in EXCEPTIONS.get(path, ()):
                found.append(f"{path}:{line}: {home} may not use {thing}")
        if not use.endswith("()") and use.partition(".")[0] not in {*sys.stdlib_module_names, *RESTRICTED}:
            found.append(f"{path}:{line}: {use} is neither ours nor in the standard library")
    return found


@functools.cache
def restrictions_of(use: str) -> list[str]:
    """The lines of the table that speak of it."""
    return [thing for thing in RESTRICTED if f"{use}.".startswith(f"{thing}.")]
