# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run's id, which this collection's actions pass to modules, so that all hosts of a run have the same one.

The option is internal. A module without it generates an id.
"""

from __future__ import annotations

import typing as t

NAME = "_run"
OPTION: t.Mapping[str, t.Any] = {NAME: {"type": "str"}}
