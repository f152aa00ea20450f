# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one cause among the checks of an account's two servers; the rest is consequence."""

from __future__ import annotations

import dataclasses
import typing as t

from ..findings.endpoint import Role
from ..findings.failure import Code
from ..findings.refusals import refused_here_only
from .check import Check, CheckStatus, EndpointReport, Stage

if t.TYPE_CHECKING:
    from .settings_to_try import Suggestion

_ORDER = list(Stage)


@dataclasses.dataclass(frozen=True)
class Cause:
    """The one finding that explains why an account does not work.

    Attributes:
        check: what failed first, in the order of the stages; of two in the same stage that of receiving.
        suggestion: settings that work instead; None if none are known.
    """

    check: Check
    suggestion: Suggestion | None

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, ready to be passed on."""
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
    """What to do, as sentences: what was tested first, then what is only likely."""
    if suggestion is None:
        return (check.advice,)
    if check.code in _ABOUT_SETTINGS:  # the advice is the same change, untested
        return (suggestion.sentence,)
    if check.code in _ABOUT_CERTIFICATES:  # first make sure that nothing intercepts the connection
        return (check.advice, suggestion.sentence)
    return (suggestion.sentence, check.advice)


_ABOUT_CERTIFICATES = (Code.EXPIRED, Code.OTHER_NAME)
_ABOUT_SETTINGS = (Code.NEEDS_SSL, Code.NEEDS_STARTTLS)


def find_cause(
    incoming: EndpointReport, outgoing: EndpointReport, *, same_login: bool = True
) -> tuple[EndpointReport, EndpointReport, Cause | None]:
    """Compare both servers, which can explain a failure better than one of them, if the login was the same.

    Returns:
        The reports, with what the comparison added, and the cause; None if nothing failed.
    """
    compared = (incoming, outgoing)
    if same_login:
        compared = _compared(incoming, outgoing), _compared(outgoing, incoming)
    causes = [Cause(report.failed, report.suggestion) for report in compared if report.failed is not None]
    cause = min(causes, key=lambda found: _ORDER.index(found.check.stage), default=None)
    return (*compared, cause)


def _compared(report: EndpointReport, other: EndpointReport) -> EndpointReport:
    """A password that one server refuses and the other accepts is not simply wrong."""
    failed = report.failed
    if failed is None or failed.code is not Code.PASSWORD_REFUSED or not _signed_in(other):
        return report
    here, there = _ACTIVITIES[report.endpoint.role], _ACTIVITIES[other.endpoint.role]
    refused = refused_here_only(failed.finding, failed.evidence, here, there)
    explained = dataclasses.replace(failed, code=refused.code, finding=refused.finding, advice=refused.advice)
    checks = tuple(explained if check is failed else check for check in report.checks)
    return dataclasses.replace(report, checks=checks)


_ACTIVITIES = {Role.INCOMING: "receiving", Role.OUTGOING: "sending"}


def _signed_in(report: EndpointReport) -> bool:
    return any(check.stage is Stage.AUTHENTICATION and check.status is CheckStatus.OK for check in report.checks)
