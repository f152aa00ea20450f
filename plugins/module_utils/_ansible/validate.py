# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates the options of a task that runs on the controller, as AnsibleModule does for a module."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import AnsibleValidationError, UnsupportedError

from .._model.errors import MailError
from .._model.printable import printable_result
from .arguments import CONSTRAINTS
from .option_secrets import hidden


def validated(raw: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any], **constraints: t.Any) -> dict[str, t.Any]:
    """The options with their types and defaults.

    Args:
        raw: the arguments of the task.
        spec: from ``arguments.argument_spec``.
        constraints: further constraints of AnsibleModule, in addition to those of the accounts.

    Raises:
        MailError: what is invalid, without passwords.
    """
    rules = {name: [*CONSTRAINTS.get(name, ()), *constraints.get(name, ())] for name in {*CONSTRAINTS, *constraints}}
    options = hidden(raw, spec)
    result = ArgumentSpecValidator(spec, **rules).validate(options.shown)
    messages = options.faults or tuple(map(_message, result.errors.errors))
    if messages:
        raise MailError(remove_values("; ".join(messages), options.texts))
    return options.with_secrets(result.validated_parameters)


def _message(error: AnsibleValidationError) -> str:
    # This message is only the option's name; AnsibleModule rewords it, too.
    return f"Unknown option {error}" if isinstance(error, UnsupportedError) else str(error)


def presentable(result: t.Mapping[str, t.Any], raw: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> t.Any:
    """The result of a task: printable, and without the passwords of the options."""
    return remove_values(printable_result(result), hidden(raw, spec).texts)
