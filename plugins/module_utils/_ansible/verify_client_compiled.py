# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that verifies from a Linux host what is set up in a client, in the place of the module."""

from __future__ import annotations

import typing as t

from .compiled_task import CompiledTask
from .inspect_on_linux import inspect_in
from .verify_compiled import PATHS, verified


def run(work: t.Mapping[str, t.Any], internal: t.Mapping[str, t.Any]) -> str:
    """Verify the accounts; returns the result as JSON. The arguments are those of ``CompiledTask``."""
    task = CompiledTask(work, internal, PATHS)
    return task.answer(lambda: verified(task, inspect_in(task.options, task.traces.append)))
