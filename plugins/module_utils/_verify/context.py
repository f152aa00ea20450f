# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests of a task share."""

from __future__ import annotations

import dataclasses

from .login_limit import LoginLimit
from .options import CheckEnvironment, VerifyOptions
from .wire.name_lookup import Answers
from .wire.tls import Trust, trust


@dataclasses.dataclass(frozen=True)
class Context:
    """What all tests of a task share.

    Attributes:
        options: how to test.
        trust: which certificates are trusted.
        environment: resolver and clocks.
        login_limit: limits how often a login is tried.
        answers: cached results of host lookups.
    """

    options: VerifyOptions
    trust: Trust
    environment: CheckEnvironment
    login_limit: LoginLimit
    answers: Answers = dataclasses.field(default_factory=Answers)

    @classmethod
    def of(
        cls, options: VerifyOptions, environment: CheckEnvironment | None = None, login_limit: LoginLimit | None = None
    ) -> Context:
        """The context for options.

        Args:
            options: how to test.
            environment: replaced in unit tests only.
            login_limit: shared with other parts of the task; None for a new one.

        Raises:
            OptionError: ``ca_path`` cannot be used.
        """
        limit = login_limit or LoginLimit(options.attempts)
        return cls(options, trust(options.ca_path), environment or CheckEnvironment.system(), limit)
