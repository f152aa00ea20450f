# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AnsibleModule as all modules of this collection use it."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from .arguments import CONSTRAINTS, argument_spec, secrets

_TRACES = 3  # -vvv


class MailModule(AnsibleModule):
    """A module about mail accounts.

    AnsibleModule learns which values are secret while it validates the options, and stops learning at the first
    value of a wrong type; the failure that it then reports shows the options as they came in. So what is secret is
    looked for here, in the raw options too.

    Args:
        own_options: the module's own options, beside those that describe accounts.
        internal: options that only actions of this collection give, so that they are no part of the documentation.
    """

    def __init__(self, *, internal: t.Mapping[str, t.Any] | None = None, **own_options: t.Any) -> None:
        self._internal = internal or {}
        super().__init__(  # type: ignore[no-untyped-call]  # ansible-core has typed only a part of itself
            argument_spec=argument_spec(**own_options), supports_check_mode=True, **CONSTRAINTS
        )

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]
        self.argument_spec.update({name: option for name, option in self._internal.items() if name in self.params})

    def traced(self, traces: t.Sequence[str]) -> dict[str, t.Any]:
        """What adds the traces of unexpected errors to the result: at -vvv only.

        ``exception`` would be for that, but since ansible-core 2.19 it depends on another setting.
        """
        return {"trace": list(traces)} if traces and self._verbosity >= _TRACES else {}

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        self.no_log_values.update(secrets(self.params))
        super().fail_json(msg, **result)
