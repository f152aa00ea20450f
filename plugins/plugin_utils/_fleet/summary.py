# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of a run for the terminal: one short block for any number of hosts. Nothing is printed here."""

from __future__ import annotations

import dataclasses
import typing as t

from ...module_utils._model.printable import printable
from .finding_groups import FindingGroup, finding_groups
from .fleet_report import Confidence, FleetReport, HostRow, MailState
from .text_width import NO_BREAK, cut, width, wrapped
from .wording import (
    CONFIDENCES,
    SCOPES,
    SOON,
    STATES,
    counted,
    date,
    days_left,
    ending,
    first_seen,
    headline,
    not_signed_in,
    not_tested_label,
    state_words,
)

NARROWEST = 60  # columns
_WIDEST = 100
_MOST_FINDINGS = 8
_MOST_NAMES = 3
_LONGEST_NAME = 40  # columns
_MOST_CERTIFICATES = 3
_MOST_REASONS = 3
_LONGEST_REASON = 300  # columns
_LABEL = 16  # columns

# Failed hosts that no finding explains.
_LISTED: t.Mapping[MailState, str] = {
    MailState.FAILED: "Other failures",
    MailState.WARNING: "Warnings",
    MailState.NOT_TESTED: "",  # see ``not_tested_label``
    MailState.NOT_REACHED: "Not reached",
    MailState.NO_ACCOUNTS: "No accounts",
}

_COLOURS: t.Mapping[MailState, str] = {
    MailState.VERIFIED: "green",
    MailState.WARNING: "yellow",
    MailState.FAILED: "red",
    MailState.NOT_TESTED: "bright purple",
    MailState.NOT_REACHED: "purple",
    MailState.NO_ACCOUNTS: "cyan",
}


_WORST_FIRST = (MailState.FAILED, MailState.NOT_TESTED, MailState.NOT_REACHED, MailState.WARNING)
_EXPLAINED = (MailState.FAILED, MailState.NOT_TESTED)  # by findings, unless nothing is known of the accounts


@dataclasses.dataclass(frozen=True)
class Span:
    """A piece of a line.

    Attributes:
        text: printable.
        colour: a colour of Ansible's ``stringc``; empty for the terminal's own.
    """

    text: str
    colour: str = ""


Line = tuple[Span, ...]


@dataclasses.dataclass(frozen=True)
class _Note:
    label: str
    text: str
    colour: str = ""


@dataclasses.dataclass(frozen=True)
class Glyphs:
    """The special characters."""

    states: t.Mapping[MailState, str]
    arrow: str
    dot: str


_UNICODE = Glyphs(dict(zip(STATES, "█▓▒▞░·", strict=True)), "→", " · ")
_ASCII = Glyphs(dict(zip(STATES, "#+x?.-", strict=True)), "->", ", ")


def summary(report: FleetReport, *, columns: int = 80, plain: bool = False, page: str = "") -> tuple[Line, ...]:
    """The lines of the summary.

    Args:
        report: the run.
        columns: the terminal's width; at least NARROWEST is assumed.
        plain: ASCII without colours, for output that is not a terminal or not UTF-8.
        page: the path of this run's page; empty if there is none.
    """
    block = _Block(report, min(max(columns, NARROWEST), _WIDEST) - 2, _ASCII if plain else _UNICODE)
    lines = [*block.head(), *block.findings(), *block.notes(page)]
    return tuple(_plain(line) for line in lines) if plain else tuple(lines)


def text(line: Line) -> str:
    """A line without colours."""
    return "".join(span.text for span in line)


def _plain(line: Line) -> Line:
    whole = text(line).encode("ascii", "backslashreplace").decode("ascii")
    return (Span(whole),) if whole else ()


@dataclasses.dataclass(frozen=True)
class _Block:
    report: FleetReport
    columns: int
    glyphs: Glyphs

    def head(self) -> t.Iterator[Line]:
        """The headline, the bar, the counts."""
        counts = self.report.counts
        worst = next((state for state in _WORST_FIRST if counts[state]), MailState.VERIFIED)
        check_mode = " (check mode)" if self.report.check_mode else ""
        yield (Span(f"  {headline(self.report)}{check_mode}", _COLOURS[worst]),)
        yield self._bar()
        entries = [
            Span(f"{self.glyphs.states[state]} {counts[state]:,} {words}", _COLOURS[state])
            for state, words in state_words(self.report).items()
            if counts[state]
        ]
        yield from self._joined(entries)

    def _bar(self) -> Line:
        counts = self.report.counts
        cells = shares([counts[state] for state in STATES], min(self.columns - 2, 60))
        spans = (
            Span(self.glyphs.states[state] * count, _COLOURS[state])
            for state, count in zip(STATES, cells, strict=True)
            if count
        )
        return (Span("  "), *spans)

    def _joined(self, entries: t.Sequence[Span]) -> t.Iterator[Line]:
        """Entries separated by spaces, on as few lines as possible."""
        line: list[Span] = []
        used = 0
        for entry in entries:
            needed = width(entry.text) + 3
            if line and used + needed - 3 > self.columns - 2:
                yield (Span("  "), *line)
                line, used = [], 0
            line += [Span("   "), entry] if line else [entry]
            used += needed
        if line:
            yield (Span("  "), *line)

    def findings(self) -> t.Iterator[Line]:
        """Each finding with what to do."""
        groups = finding_groups(self.report)
        for group in groups[:_MOST_FINDINGS]:
            yield ()
            yield from self._finding(group)
        if len(groups) > _MOST_FINDINGS:
            yield ()
            yield (Span(f"  and {counted(len(groups) - _MOST_FINDINGS, 'more finding')}"),)

    def _finding(self, group: FindingGroup) -> t.Iterator[Line]:
        label = SCOPES[group.scope].upper()
        first, *rest = wrapped(printable(group.title).rstrip("."), self.columns - 2, len(label) + 2)
        yield Span(f"  {label}", "red"), Span(f"  {first}")
        yield from ((Span(f"  {line}"),) for line in rest)
        if group.action:
            arrow = self.glyphs.arrow
            indent = len(arrow) + 1
            first, *rest = wrapped(printable(group.action), self.columns - 4 - indent)
            yield Span(f"    {arrow} ", "cyan"), Span(first)
            yield from ((Span(f"    {' ' * indent}{line}"),) for line in rest)
        hosts = counted(len(group.hosts), "host")
        accounts = f", {counted(group.accounts, 'account')}" if group.accounts > len(group.hosts) else ""
        yield from self._paragraph(f"{hosts}{accounts}: {names(group.hosts)}" if group.hosts else "", 4)
        details = [
            first_seen(group.since, self.report.started_at),
            CONFIDENCES[group.confidence] if group.confidence is not Confidence.HIGH else "",
        ]
        yield from self._paragraph(self.glyphs.dot.join(filter(None, details)), 4)

    def notes(self, page: str) -> t.Iterator[Line]:
        """Hosts without a finding, accounts without a sign-in, certificates, changes, and where to read more."""
        notes = [*self._hosts(), *self._not_signed_in(), *self._certificates(), *self._changes()]
        if page:
            notes.append(_Note("Report", printable(page)))
        if notes:
            yield ()
        for note in notes:
            first, *others = wrapped(note.text, self.columns - _LABEL)
            yield Span(f"  {note.label:{_LABEL}}", note.colour), Span(first)
            yield from ((Span(f"  {'':{_LABEL}}{line}"),) for line in others)

    def _hosts(self) -> t.Iterator[_Note]:
        listed: dict[MailState, list[HostRow]] = {state: [] for state in MailState}
        for row in self.report.hosts:
            if row.state not in _EXPLAINED or _unexplained(row):
                listed[row.state].append(row)
        for state, label in _LISTED.items():
            rows = listed[state]
            if rows:
                failed = state is MailState.FAILED
                first, *others = _with_reasons(rows) if failed else [names([row.host for row in rows])]
                yield _Note(label or not_tested_label(self.report), first, _COLOURS[state])
                yield from (_Note("", other, _COLOURS[state]) for other in others)
        if len(listed[MailState.NO_ACCOUNTS]) == len(self.report.hosts) > 0:
            yield _Note("", "List accounts in the variable mail_accounts.")

    def _not_signed_in(self) -> t.Iterator[_Note]:
        number = not_signed_in(self.report)
        if number:
            how = "Give passwords, or set mail_from_client, to test signing in."
            yield _Note("Not signed in", f"{counted(number, 'account')}: only the servers were tested. {how}", "yellow")

    def _certificates(self) -> t.Iterator[_Note]:
        soon = [
            (days, certificate)
            for certificate in self.report.certificates
            if (days := days_left(certificate.not_after, self.report.ended_at)) is not None and days <= SOON
        ]
        for days, certificate in soon[:_MOST_CERTIFICATES]:
            server = cut(printable(certificate.server), _LONGEST_NAME)
            yield _Note("Certificate", f"{server} {ending(days)} ({date(certificate.not_after)})", "yellow")
        if len(soon) > _MOST_CERTIFICATES:
            yield _Note("", counted(len(soon) - _MOST_CERTIFICATES, "more ends soon", "more end soon"))

    def _changes(self) -> t.Iterator[_Note]:
        changes = [account.changed for row in self.report.hosts for account in row.accounts]
        fails, works = changes.count("fails now"), changes.count("works again")
        parts = [
            counted(fails, "account fails now", "accounts fail now") if fails else "",
            counted(works, "account works again", "accounts work again") if works else "",
        ]
        if fails or works:
            yield _Note("Since last run", ", ".join(filter(None, parts)), "red" if fails else "green")

    def _paragraph(self, content: str, indent: int) -> t.Iterator[Line]:
        if content:
            yield from ((Span(f"{' ' * indent}{line}"),) for line in wrapped(content, self.columns - indent))


def _with_reasons(rows: t.Sequence[HostRow]) -> list[str]:
    """The names of hosts with their reason, the most frequent reason first, and then the names of the others."""
    groups: dict[str, list[HostRow]] = {}
    for row in rows:
        groups.setdefault(row.reason.replace(row.host, ""), []).append(row)
    unknown = groups.pop("", [])
    by_size = sorted(groups.values(), key=len, reverse=True)
    others = [row.host for group in (*by_size[_MOST_REASONS:], unknown) for row in group]
    explained = [
        f"{names([row.host for row in group])}: {cut(printable(group[0].reason), _LONGEST_REASON)}"
        for group in by_size[:_MOST_REASONS]
    ]
    return [*explained, *([names(others)] if others else [])]


def names(hosts: t.Sequence[str]) -> str:
    """A few host names and the number of others, in text that ``wrapped`` keeps on one line."""
    # One more name takes no more space than the text in its place.
    shown = hosts if len(hosts) <= _MOST_NAMES + 1 else hosts[:_MOST_NAMES]
    listed = [cut(printable(host), _LONGEST_NAME) for host in shown]
    more = len(hosts) - len(shown)
    return f"{', '.join(listed)} and{NO_BREAK}{more:,}{NO_BREAK}more" if more else ", ".join(listed)


def shares(counts: t.Sequence[int], cells: int) -> list[int]:
    """The cells of a bar for each count: in proportion, and at least one unless the count is 0."""
    total = sum(counts)
    if not total:
        return [0 for _count in counts]
    result = [max(1, count * cells // total) if count else 0 for count in counts]
    while sum(result) != cells:
        step = 1 if sum(result) < cells else -1
        # The count furthest from its share, of those that can give or take a cell.
        errors = [
            (step * (count * cells / total - result[index]), index)
            for index, count in enumerate(counts)
            if count and result[index] + step >= 1
        ]
        result[max(errors)[1]] += step
    return result


def _unexplained(row: HostRow) -> bool:
    return not any(account.state in _EXPLAINED and account.finding is not None for account in row.accounts)
