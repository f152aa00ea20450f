# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AnsibleModule as all modules of this collection use it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import remove_values

from .._model.printable import printable, printable_result
from .arguments import CONSTRAINTS, argument_spec
from .logged_accounts import sentence
from .option_secrets import hidden

_FEW = 10  # secrets that AnsibleModule may search for in every text


class MailModule(AnsibleModule):
    """A module about mail accounts.

    AnsibleModule validates, logs and shows the options without their secrets, see ``option_secrets``. Everything that
    the module returns passes through here and is made printable.

    Args:
        own_options: the module's own options, in addition to those that describe accounts.
        internal: options that only this collection's actions set; they are not documented.

    Attributes:
        options: the validated options with the secrets, which ``params`` lacks.
    """

    def __init__(self, *, internal: t.Mapping[str, t.Any] | None = None, **own_options: t.Any) -> None:
        self._internal = internal or {}
        self._spec = argument_spec(**own_options)
        self._hidden = hidden({}, self._spec)
        super().__init__(  # type: ignore[no-untyped-call]  # ansible-core is only partly typed
            argument_spec=self._spec, supports_check_mode=True, **CONSTRAINTS
        )
        if self._hidden.faults:
            self.fail_json(msg="")
        self.options = self._hidden.with_secrets(self.params)

    def traced(self, traces: t.Sequence[str]) -> dict[str, t.Any]:
        """The result's part with the traces of unexpected errors: see ``unexpected_error.in_result``."""
        if not traces:
            return {}
        from . import unexpected_error  # imported late: rarely needed

        return unexpected_error.in_result(traces, self._verbosity)

    def warn(self, warning: str, **details: t.Any) -> None:
        text = printable(warning)
        # Since ansible-core 2.19, AnsibleModule hides no secrets in warnings.
        super().warn(remove_values(text, self._occurring(text)), **details)

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        super().exit_json(**self._shown(result))

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        faults = " ".join(self._hidden.faults)  # AnsibleModule's own message then only follows from these
        shown = self._shown({"msg": faults or msg, **result})
        super().fail_json(**shown)

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]
        self._spec.update({name: option for name, option in self._internal.items() if name in self.params})
        self._hidden = hidden(self.params, self._spec)
        self.params = self._hidden.shown
        self.no_log_values.update(self._hidden.texts)  # a server or a file may contain the same text

    def _log_invocation(self) -> None:
        """Log the accounts that the module was called for. AnsibleModule would log each option."""
        self.log(sentence(self.params))  # type: ignore[no-untyped-call]

    def _shown(self, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        shown = printable_result({"invocation": {"module_args": self.params}, **result})
        self.no_log_values -= self._hidden.texts - self._occurring(shown)
        return t.cast(t.Dict[str, t.Any], shown)

    def _occurring(self, value: t.Any) -> set[str]:
        """The secrets to hide in a result or a warning; may include some that do not occur."""
        secrets = self._hidden.texts
        if len(secrets) <= _FEW:
            return secrets
        from .._model.secret_occurrences import occurring  # imported late: few tasks have that many

        return occurring(secrets, value)
