# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates the options of a task that runs on the controller, as AnsibleModule does for a module."""

from __future__ import annotations

import difflib
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import AnsibleValidationError, UnsupportedError

from .._model.errors import MailError
from .._model.printable import printable_result
from .._model.secret_occurrences import occurring
from .arguments import CONSTRAINTS
from .option_secrets import PLACEHOLDER, hidden
from .plain_values import plain

Spec = t.Mapping[str, t.Any]


class ValidOptions(t.NamedTuple):
    """The options of a task, validated once.

    Attributes:
        params: the options with their types and defaults, converted to plain Python types.
        hidden: the same with a placeholder for each secret.
    """

    params: dict[str, t.Any]
    hidden: t.Mapping[str, t.Any]

    def shown(self) -> t.Any:
        """The options that have a value, as in a module's result, without passwords."""
        given = _without_none(self.hidden)
        return given if self.hidden is self.params else remove_values(given, {PLACEHOLDER})


def on_controller(spec: Spec) -> dict[str, t.Any]:
    """The specification for options passed on to a host: ``~`` and variables in paths are expanded on the host."""
    found = {}
    for name, option in spec.items():
        changed = {**option, **({"type": "str"} if option.get("type") == "path" else {})}
        if "options" in option:
            changed["options"] = on_controller(option["options"])
        found[name] = changed
    return found


def validated(raw: t.Mapping[str, t.Any], spec: Spec, **constraints: t.Any) -> dict[str, t.Any]:
    """The options with their types and defaults. See ``valid_options``."""
    return valid_options(raw, spec, **constraints).params


def valid_options(raw: t.Mapping[str, t.Any], spec: Spec, **constraints: t.Any) -> ValidOptions:
    """Validate the options.

    Args:
        raw: the arguments of the task.
        spec: the specification from ``arguments.argument_spec``.
        constraints: further constraints of AnsibleModule, in addition to those of the accounts.

    Raises:
        MailError: the invalid options, without passwords.
    """
    rules = {name: [*CONSTRAINTS.get(name, ()), *constraints.get(name, ())] for name in {*CONSTRAINTS, *constraints}}
    options = hidden(plain(raw), spec)
    forms = _Forms(options.shown.get("accounts"), spec)
    result = ArgumentSpecValidator(spec, **rules).validate(forms.of_each(options.shown))
    if options.faults or result.error_messages:
        messages = options.faults or [*_of_entries(options.shown.get("accounts"), spec)]
        messages = messages or [_message(error, spec) for error in result.errors.errors]
        raise MailError(remove_values("; ".join(messages), options.texts))
    params = forms.of_all(result.validated_parameters)
    return ValidOptions(options.with_secrets(params) if options.secrets else params, params)


class _Forms:
    """Groups entries of ``accounts`` that differ only in free text, so that one of each group is validated.

    Args:
        entries: the entries; None if omitted.
        spec: the argument specification.
    """

    def __init__(self, entries: t.Sequence[t.Any] | None, spec: Spec) -> None:
        options = spec["accounts"]["options"] if "accounts" in spec else {}
        self._texts = {name for name, option in options.items() if option["type"] == "str" and "choices" not in option}
        self._entries = entries if isinstance(entries, list) else []
        self._forms = [*map(self._form, self._entries)]
        self._firsts = dict(zip(reversed(self._forms), reversed(self._entries)))

    def of_each(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options with one entry of each form."""
        return {**options, "accounts": [*self._firsts.values()]} if self._firsts else options

    def of_all(self, validated_options: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options, validated with one entry of each form, with all entries restored."""
        if not self._firsts:
            return validated_options
        valid = dict(zip(self._firsts, validated_options["accounts"]))
        entries = [{**valid[form], **self._texts_of(entry)} for form, entry in zip(self._forms, self._entries)]
        return {**validated_options, "accounts": entries}

    def _form(self, entry: t.Any) -> tuple[object, ...]:
        """The part of an entry that can be invalid."""
        if not isinstance(entry, dict):
            return (repr(entry),)
        texts = self._texts_of(entry)
        return tuple(name if name in texts else (name, repr(value)) for name, value in entry.items())

    def _texts_of(self, entry: t.Mapping[str, t.Any]) -> dict[str, str]:
        return {name: value for name, value in entry.items() if name in self._texts and isinstance(value, str)}


def _without_none(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: _without_none(content) for name, content in value.items() if content is not None}
    return [*map(_without_none, value)] if isinstance(value, list) else value


def _of_entries(entries: t.Sequence[dict[str, t.Any]] | None, spec: Spec) -> t.Iterator[str]:
    """The errors in a list of accounts, with the entry and its address, which Ansible's own messages lack."""
    if entries is None or "accounts" not in spec:
        return
    options = spec["accounts"]["options"]
    for index, entry in enumerate(entries):
        errors = ArgumentSpecValidator(options).validate(entry).errors.errors
        address = f" ({entry['email']})" if isinstance(entry.get("email"), str) else ""
        yield from (f"accounts[{index}]{address}: {_message(error, options)}" for error in errors)


def _message(error: AnsibleValidationError, options: t.Mapping[str, t.Any]) -> str:
    text = str(error)
    if not isinstance(error, UnsupportedError):
        return text
    # This message is only the option's name, the full name of a suboption. AnsibleModule rewords it, too.
    name = text.partition(". ")[0]
    parent, _dot, last = name.rpartition(".")
    known = options.get(parent, {}).get("options", {}) if parent else options
    similar = difflib.get_close_matches(last, list(known), n=1)
    return f"Unknown option {name}" + (f", did you mean {similar[0]}?" if similar else "")


def presentable(result: t.Mapping[str, t.Any], raw: t.Mapping[str, t.Any], spec: Spec) -> t.Any:
    """The task's result: printable, and without the options' passwords."""
    shown = printable_result(result)
    secrets = occurring(hidden(raw, spec).texts, shown)
    return remove_values(shown, secrets) if secrets else shown
