# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the page's table for its script: all hosts and accounts, in columns, with each text stored once.

Most texts of a fleet are equal, so a column stores text numbers. Sentences that differ only by their account's address
share one text. So 10,000 hosts take about 1 MB.
"""

from __future__ import annotations

import json
import typing as t

from ....module_utils._model.printable import printable
from ..finding_groups import FindingGroup
from ..fleet_report import About, AccountRow, FleetReport, MailState
from ..wording import SCOPES, STAGES, STATES, moment, not_tested_label, outcome, outcome_words, state_words, way_words

_STATES = tuple(STATES)
_ITSELF = "\ue000"  # replaces an account's address in its own sentence; not in any printable text
_SENTENCES = 500_000  # characters, for all sentences together
_CUTS = (1_000, 400, 200, 100, 60, 30)  # characters per sentence; the first that fits is used

Column = t.Union[int, "list[int]", "list[str]"]


class _Texts:
    """The string table."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._numbers = {"": 0}

    def number(self, text: str) -> int:
        """The number of a text that is already printable."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return number

    def printable(self, text: str) -> int:
        """The number of any text, made printable."""
        number = self._numbers.get(text)
        return self.number(printable(text)) if number is None or not text.isprintable() else number


def page_data(report: FleetReport, groups: t.Sequence[FindingGroup]) -> str:
    """The data as JSON that is safe in a script element.

    Args:
        report: the run.
        groups: its grouped findings.
    """
    text = json.dumps(_data(report, groups), ensure_ascii=False, separators=(",", ":"))
    # Nothing in it ends the element or begins a comment. Line separators such as U+2028 are not printable.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _data(report: FleetReport, groups: t.Sequence[FindingGroup]) -> dict[str, t.Any]:
    texts = _Texts()
    base = moment(report.started_at)
    start = 0 if base is None else int(base.timestamp())
    group_of = {index: number for number, group in enumerate(groups) for index in group.findings}
    accounts = [account for row in report.hosts for account in row.accounts]
    sentences = _sentences(accounts)
    patterns: dict[tuple[tuple[int, int, int, int], ...], int] = {}
    stages: dict[int, int] = {}

    def pattern(account: AccountRow) -> int:
        # Most accounts share a few tuples, so each is processed once.
        known = stages.get(id(account.stages))
        if known is None:
            cells = tuple(
                (
                    texts.printable(stage.endpoint),
                    texts.printable(STAGES.get(stage.stage, stage.stage)),
                    texts.printable(outcome(report, stage)),
                    texts.printable(stage.code),
                )
                for stage in account.stages
            )
            known = stages[id(account.stages)] = patterns.setdefault(cells, len(patterns))
        return known

    hosts = report.hosts
    rest = len(groups)
    data: dict[str, t.Any] = {
        "start": start,
        "states": [words[0].upper() + words[1:] for words in state_words(report).values()],
        "tests": "Receiving and sending" if report.about is About.MAIL else way_words(report)["account"],
        "compared": report.about is About.CLIENTS,
        "ways": dict(way_words(report)),
        "outcomes": dict(outcome_words(report)),
        "groups": [*([SCOPES[group.scope], printable(group.title), printable(group.action)] for group in groups)],
        "rest": [*_rest_words(report)],
        "hosts": {
            "name": [printable(row.host) for row in hosts],
            "accounts": _column([len(row.accounts) for row in hosts]),
            "state": _column([_STATES.index(row.state) for row in hosts]),
            "group": _column([rest + _rest(row.state) for row in hosts]),
            "site": _column([texts.printable(row.site) for row in hosts]),
            "tested": _column([_seconds(row.tested_at, start) for row in hosts]),
            "reason": _column([texts.printable(row.reason) for row in hosts]),
            "last_state": _column([-1 if row.last_state is None else _STATES.index(row.last_state) for row in hosts]),
            "last_tested": _column([_seconds(row.last_tested_at, start) for row in hosts]),
        },
        "accounts": {
            "local": [printable(account.email.rpartition("@")[0]) for account in accounts],
            "domain": _column([texts.printable(account.email.rpartition("@")[2]) for account in accounts]),
            "user": _column([texts.printable(account.user) for account in accounts]),
            "protocol": _column([texts.printable(account.protocol) for account in accounts]),
            "state": _column([_STATES.index(account.state) for account in accounts]),
            "group": _column(
                [
                    rest + _rest(account.state) if account.finding is None else group_of[account.finding]
                    for account in accounts
                ]
            ),
            "sentence": _column([texts.number(sentence) for sentence in sentences]),
            "server": _column([texts.printable(account.server) for account in accounts]),
            "code": _column([texts.printable(account.code) for account in accounts]),
            "changed": _column([texts.printable(account.changed) for account in accounts]),
            "stages": _column([pattern(account) for account in accounts]),
        },
    }
    return {**data, "patterns": list(patterns), "texts": texts.texts}


def _column(values: list[int]) -> Column:
    """The values, or a single one if all are equal."""
    return values[0] if values and values.count(values[0]) == len(values) else values


def _rest_words(report: FleetReport) -> t.Iterator[str]:
    """The headings of what no finding explains, in the order of ``_rest``."""
    yield from ("Other failures", "Warnings", not_tested_label(report), "Not reached", "Without accounts")
    yield state_words(report)[MailState.VERIFIED].capitalize()


def _rest(state: MailState) -> int:
    """The number of the heading for a state that no finding explains."""
    order = (
        *(MailState.FAILED, MailState.WARNING, MailState.NOT_TESTED, MailState.NOT_REACHED),
        *(MailState.NO_ACCOUNTS, MailState.VERIFIED),
    )
    return order.index(state)


def _seconds(timestamp: str, start: int) -> int:
    """The seconds from the start of the run; 0 if ``timestamp`` is not a time."""
    at = moment(timestamp) if timestamp else None
    return 0 if at is None else int(at.timestamp()) - start or 1


def _sentences(accounts: t.Sequence[AccountRow]) -> list[str]:
    """The printable sentence of each account, with ``_ITSELF`` for its address, cut as far as needed."""
    known: dict[str, str] = {}
    result = []
    for account in accounts:
        text = account.sentence
        if account.email and account.email in text:
            text = text.replace(_ITSELF, "").replace(account.email, _ITSELF)
        shown = known.get(text)
        if shown is None:
            shown = known[text] = _ITSELF.join(map(printable, text.split(_ITSELF)))
        result.append(shown)
    lengths = [len(sentence) for sentence in set(result)]
    longest = next((cut for cut in _CUTS if sum(min(length, cut) for length in lengths) <= _SENTENCES), _CUTS[-1])
    return [sentence if len(sentence) <= longest else f"{sentence[: longest - 3]}..." for sentence in result]
