# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes secrets from a task's options before Ansible validates, logs and shows them.

Ansible hides a secret by replacing its text, and misses other spellings of it: ``str`` of a list, for example, doubles
backslashes. So Ansible gets the options without their secrets and cannot show any.

Values marked with ``no_log`` in the argument specification are secret. So are values without a place in the
specification: under an unknown key, which may be a misspelt ``password``, or of the wrong type.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from .._model.errors import OptionError
from .._model.secret import HIDDEN, notations
from .client_options import is_setting

Spec = t.Mapping[str, t.Any]
Path = t.Tuple[t.Union[str, int], ...]

# Replaces a secret during validation. Ansible hides this text in results, so it must not occur in any.
PLACEHOLDER = "(a secret of charter.mail)"

_INTERNAL = "_ansible_"  # Ansible's internal options, such as _ansible_check_mode
_NAME = re.compile(r"[A-Za-z0-9_-]*")
_OF_SECRETS = re.compile("passw|secret|token|credential", re.IGNORECASE)  # the names that ``setting_names`` refuses
_SCALARS: t.Mapping[str, str] = {"int": "a whole number", "float": "a number", "bool": "true or false"}


class HiddenOptions(t.NamedTuple):
    """The options of a task, separate from their secrets.

    Attributes:
        shown: the options with a placeholder for each secret.
        secrets: each secret by its path: option names and list indexes.
        faults: type errors, as messages without secrets.
    """

    shown: dict[str, t.Any]
    secrets: t.Mapping[Path, str]
    faults: tuple[str, ...]

    @property
    def texts(self) -> set[str]:
        """Every notation of a secret to hide in results: a server or a file may contain it, too."""
        return {form for secret in self.secrets.values() for form in notations(secret)}

    def with_secrets(self, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The validated ``shown`` with the secrets put back."""
        copies: dict[Path, t.Any] = {(): dict(params)}
        for path, secret in self.secrets.items():
            for length in range(1, len(path)):
                place, name = path[: length - 1], path[length - 1]
                if path[:length] not in copies:
                    content = copies[place][name]
                    copied: t.Any = list(content) if isinstance(content, list) else dict(content)
                    copies[path[:length]] = copies[place][name] = copied
            copies[path[:-1]][path[-1]] = secret
        return t.cast(t.Dict[str, t.Any], copies[()])


def hidden(raw: t.Mapping[str, t.Any], spec: Spec) -> HiddenOptions:
    """The options of a task without their secrets.

    Args:
        raw: the options before validation, of any type.
        spec: the argument specification.
    """
    found = _Finder()
    internal = {name: value for name, value in raw.items() if str(name).startswith(_INTERNAL)}
    shown = found.in_dict({name: value for name, value in raw.items() if name not in internal}, spec, ())
    return HiddenOptions({**internal, **shown}, found.secrets, tuple(found.faults))


class _Finder:
    """Walks the options along their specification and collects secrets and faults."""

    def __init__(self) -> None:
        self.secrets: dict[Path, str] = {}
        self.faults: list[str] = []

    def in_dict(self, options: t.Mapping[t.Any, t.Any], spec: Spec, path: Path) -> dict[str, t.Any]:
        """The options that may be shown."""
        shown: dict[str, t.Any] = {}
        for name, value in options.items():
            if name in spec:
                shown[name] = None if value is None else self._value(value, spec[name], (*path, name))
            else:
                shown[_shown_name(str(name), value)] = HIDDEN
        email, password = options.get("email"), options.get("password")
        if isinstance(email, str) and isinstance(password, str) and "@" in password and "@" not in email:
            shown["email"] = self._fault(
                (*path, "email"),
                "it is not an e-mail address, and not shown because the password looks like one",
                "make sure that the two are not swapped",
            )
        return shown

    def _value(self, value: t.Any, option: Spec, path: Path) -> t.Any:
        kind = option.get("type", "str")
        if option.get("no_log"):
            return self._secret(value, path)
        if kind == "list":
            return self._list(value, option, path)
        if kind == "dict":
            return self._dict(value, option, path)
        if isinstance(value, (dict, list, tuple, set)):
            wanted = _SCALARS.get(kind, "text")
            return self._fault(path, f"{wanted} was expected, not {_form(value)}", "check the indentation")
        return value

    def _secret(self, value: t.Any, path: Path) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return self._fault(path, f"text was expected, not {_form(value)}", "write it in quotes")
        self.secrets[path] = str(value)
        return PLACEHOLDER

    def _list(self, value: t.Any, option: Spec, path: Path) -> t.Any:
        try:
            entries = check_type_list(value)
        except TypeError:
            return self._fault(path, f"a list was expected, not {_form(value)}", "write a dash before each entry")
        one = {"type": option.get("elements", "str"), "options": option.get("options")}
        return [self._value(entry, one, (*path, index)) for index, entry in enumerate(entries)]

    def _dict(self, value: t.Any, option: Spec, path: Path) -> t.Any:
        spec = option.get("options") or {}
        try:
            options = check_type_dict(value)
        except (TypeError, ValueError):
            options = None
        if not isinstance(options, dict):
            return self._fault(path, f"a dictionary was expected, not {_form(value)}", "write name: value in it")
        if "options" not in option:
            return self._settings(options, path)
        if isinstance(value, str):  # in name=value, a password with a blank and = would become a name
            options = {name if name in spec else HIDDEN: content for name, content in options.items()}
        return self.in_dict(options, spec, path)

    def _settings(self, options: t.Mapping[t.Any, t.Any], path: Path) -> dict[str, t.Any]:
        """Settings of clients. Invalid names are refused later, and so are those that look like a secret's."""
        shown: dict[str, t.Any] = {}
        for name, value in options.items():
            if not is_setting(name):
                shown[_shown_name(str(name), value)] = HIDDEN
            elif _OF_SECRETS.search(name):
                shown[name] = HIDDEN
            elif isinstance(value, (dict, list, tuple, set)):
                shown[name] = self._fault((*path, name), f"text was expected, not {_form(value)}", "write one value")
            else:
                shown[name] = value
        return shown

    def _fault(self, path: Path, reason: str, remedy: str) -> str:
        first, *rest = path
        place = str(first) + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)
        self.faults.append(str(OptionError(place, reason, remedy)))
        return HIDDEN


def _shown_name(name: str, value: t.Any) -> str:
    """An unknown key, to be shown. In ``{password:secret}``, without a blank, the secret is part of the key."""
    if value is None:
        return HIDDEN
    beginning = _NAME.match(name)
    readable = "" if beginning is None else beginning.group()
    return name if readable == name else f"{readable}{HIDDEN}"


def _form(value: t.Any) -> str:
    for kind, form in (
        (bool, "true or false"),
        (str, "text"),
        ((int, float), "a number"),
        (dict, "a dictionary"),
        ((list, tuple, set), "a list"),
        (type(None), "an empty value"),
    ):
        if isinstance(value, kind):
            return form
    return type(value).__name__
