# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what a file of module_utils imports from the others, so that a host gets what it can need and nothing else."""

from __future__ import annotations

import ast
import typing as t

_BLOCKS = ("body", "orelse", "finalbody", "handlers")


def imported_names(tree: ast.Module, module: str) -> t.Iterator[str]:
    """The names that relative imports may refer to: modules, and what may be a module or something in one.

    Imports in functions count, since they are only late. Those for type checkers do not.

    Args:
        tree: the file.
        module: the name of its module.
    """
    for node in _statements(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            package = ".".join([*module.split(".")[: -node.level], *([node.module] if node.module else [])])
            yield package
            yield from (f"{package}.{alias.name}" for alias in node.names)


def _statements(tree: ast.Module) -> t.Iterator[ast.AST]:
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        yield node
        for name in _BLOCKS:
            if not (name == "body" and _is_for_type_checkers(node)):
                left += getattr(node, name, ())


def _is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Attribute) and node.test.attr == "TYPE_CHECKING"
