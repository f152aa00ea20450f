# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides whether a server that no host reaches is the provider's problem, or the settings are wrong."""

from __future__ import annotations

import typing as t

from .evidence import OF_SETTINGS, Evidence, has_alternative
from .failing_since import days_failing, history
from .failure_kinds import Kind
from .fleet_report import Confidence, Scope
from .observations import Observation
from .rulings import Advice, Ruling
from .wording import counted

_FOR_GOOD = 3.0  # days after which a failed server is not expected to return


def server_or_settings(
    evidence: Evidence, kind: Kind, failed: t.Sequence[Observation], seen: str, large: bool
) -> Ruling:
    """What worked until now is the provider's problem; what never worked is wrong settings.

    Args:
        evidence: of the run.
        kind: the kind of the failures.
        failed: all failures at one endpoint.
        seen: the first sentence of the evidence.
        large: many hosts at several sites agree.
    """
    server, before = failed[0].server_host, history(failed)
    alternative = has_alternative(failed)

    def ruling(scope: Scope, advice: Advice, confidence: Confidence, why: str) -> Ruling:
        return Ruling(scope, server, kind, advice, confidence, tuple(failed), (seen, why))

    if before.mostly_worked:
        days = days_failing(failed, evidence.now)
        confidence = Confidence.HIGH if large else Confidence.MEDIUM
        if days >= _FOR_GOOD and (alternative or kind in OF_SETTINGS):
            why = f"It has failed for {days:.0f} days, and other settings work."
            return ruling(Scope.SETTINGS, Advice.SETTINGS, confidence, why)
        why = f"It has worked for {counted(before.worked, 'account')} with these settings."
        return ruling(Scope.PROVIDER, Advice.WAIT, confidence, why)
    wrong = kind in OF_SETTINGS or alternative
    if before.never_worked:
        why = "It is not known to have ever worked with these settings."
        if wrong or before.changed > before.failed:
            sure = kind in OF_SETTINGS and len(evidence.hosts) >= 8
            return ruling(Scope.SETTINGS, Advice.SETTINGS, Confidence.HIGH if sure else Confidence.MEDIUM, why)
        return ruling(Scope.PROVIDER, Advice.WAIT, Confidence.MEDIUM, why)
    why = "No earlier run shows whether it has worked with these settings."
    if wrong:
        confidence = Confidence.MEDIUM if kind in OF_SETTINGS else Confidence.LOW
        return ruling(Scope.SETTINGS, Advice.SETTINGS_UNLESS_WORKED, confidence, why)
    confidence = Confidence.HIGH if kind is Kind.CERTIFICATE and large else Confidence.MEDIUM
    return ruling(Scope.PROVIDER, Advice.WAIT, confidence, why)
