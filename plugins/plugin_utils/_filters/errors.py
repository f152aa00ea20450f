# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors and warnings of all filters."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ...module_utils._model.errors import MailError

_display = Display()


@contextlib.contextmanager
def readable_errors() -> t.Iterator[None]:
    """Turn errors meant for the administrator into those that Ansible shows for a filter."""
    try:
        yield
    except MailError as error:
        raise AnsibleFilterError(str(error)) from None


def warn(warnings: t.Iterable[str]) -> None:
    """Show warnings."""
    for warning in warnings:
        _display.warning(warning)
