# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the one cause among the checks of an account's two servers; other failures are consequences."""

from __future__ import annotations

import dataclasses
import typing as t

from ..findings.failure import Code
from .check import Check, EndpointReport, Stage
from .refused_here_only import compared_with

if t.TYPE_CHECKING:
    from .settings_to_try import Suggestion

_ORDER = list(Stage)


@dataclasses.dataclass(frozen=True)
class Cause:
    """The one finding that explains why an account does not work.

    Attributes:
        check: the first failed check, in the order of the stages; in the same stage, receiving comes first.
        suggestion: settings that work instead; None if none are known.
    """

    check: Check
    suggestion: Suggestion | None

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, as text for users."""
        return " ".join((observed(self.check), *remedies(self.check, self.suggestion)))

    def as_result(self) -> dict[str, t.Any]:
        """The cause as a module returns it."""
        check = self.check.as_result()
        return {
            **{name: check[name] for name in ("stage", "endpoint", "service", "server", "code", "evidence", "advice")},
            "sentence": self.sentence,
            "suggestion": {} if self.suggestion is None else self.suggestion.as_result(),
        }


def observed(check: Check) -> str:
    """What was seen, a sentence."""
    seen = check.evidence.rstrip(".")
    return f"{check.endpoint.where} {check.finding}{f' ({seen})' if seen else ''}."


def remedies(check: Check, suggestion: Suggestion | None) -> tuple[str, ...]:
    """What to do, as sentences: tested remedies before likely ones."""
    if suggestion is None:
        return (check.advice,)
    if check.code in _ABOUT_SETTINGS:  # the advice is the same change, untested
        return (suggestion.sentence,)
    if check.code in _ABOUT_CERTIFICATES:  # first ensure that nothing intercepts the connection
        return (check.advice, suggestion.sentence)
    return (suggestion.sentence, check.advice)


_ABOUT_CERTIFICATES = (Code.EXPIRED, Code.OTHER_NAME)
_ABOUT_SETTINGS = (Code.NEEDS_SSL, Code.NEEDS_STARTTLS)


def find_cause(
    incoming: EndpointReport, outgoing: EndpointReport, *, same_login: bool = True
) -> tuple[EndpointReport, EndpointReport, Cause | None]:
    """Compare both servers, which together can explain a failure better if they got the same login.

    Returns:
        The reports, with additions from the comparison, and the cause; None if nothing failed.
    """
    compared = (incoming, outgoing)
    if same_login:
        compared = compared_with(incoming, outgoing), compared_with(outgoing, incoming)
    causes = [Cause(report.failed, report.suggestion) for report in compared if report.failed is not None]
    cause = min(causes, key=lambda found: _ORDER.index(found.check.stage), default=None)
    return (*compared, cause)
