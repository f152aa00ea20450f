# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The id of the run, which actions of this collection give to modules, so that all hosts of a run have the same.

It is no option for users. A module that is given none makes one.
"""

from __future__ import annotations

import typing as t

NAME = "_run"
OPTION: t.Mapping[str, t.Any] = {NAME: {"type": "str"}}
