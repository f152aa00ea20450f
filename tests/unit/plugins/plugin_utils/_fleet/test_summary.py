# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary in the terminal: what it says, how wide it is, and that it stays short."""

from __future__ import annotations

import dataclasses

import pytest
from ansible.constants import COLOR_CODES  # what stringc knows

from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    About,
    Confidence,
    Finding,
    FleetReport,
    HostRow,
    MailState,
    Scope,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.summary import Line, names, shares, summary, text
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.text_width import width, wrapped
from ansible_collections.charter.mail.tests.unit import sample_report
from ansible_collections.charter.mail.tests.unit.amount import size


def shown(report: FleetReport, columns: int = 100, *, plain: bool = False, page: str = "") -> str:
    """The summary without colours."""
    return "\n".join(map(text, summary(report, columns=columns, plain=plain, page=page)))


def spans(lines: tuple[Line, ...], colour: str) -> str:
    """What has this colour."""
    return "|".join(span.text for line in lines for span in line if span.colour == colour)


def test_a_fleet_that_works_is_three_lines() -> None:
    lines = [text(line) for line in summary(sample_report.working(214))]
    assert lines == ["  Mail works on all 214 hosts", f"  {'█' * 60}", "  █ 214 verified"]


def test_what_a_person_needs_to_know_is_there() -> None:
    block = shown(sample_report.fleet(214), page="mail-report.html")
    assert block.startswith("  Mail does not work on 117 of 214 hosts\n")
    assert "█ 87 verified   ▓ 1 with warnings   ▒ 117 failed   ░ 6 not reached   · 3 without accounts\n" in block
    assert "  PROVIDER  mobile.charter.net does not answer on ports 993 and 587\n    → Change nothing." in block
    assert "    92 hosts, 99 accounts: desk-016.office.example, desk-019.office.example," in block
    assert "and 89 more\n    since 28 Nov 2026, 07:40 UTC\n" in block
    assert "since 27 Nov 2026, 08:01 UTC · medium confidence\n" in block
    assert "  No accounts     desk-208.office.example, laptop-125.office.example, till-042.office.example\n" in block
    assert "  Certificate     mail.twc.com:993 ends in 9 days (7 Dec 2026)\n" in block
    assert "  Since last run  99 accounts fail now, 4 accounts work again\n" in block
    assert block.endswith("\n  Report          mail-report.html")


def test_the_same_trouble_of_many_machines_or_accounts_is_one_entry_with_one_action() -> None:
    block = shown(sample_report.fleet(214))
    assert block.count("  ACCOUNT  ") == block.count("  MACHINE  ") == 1
    assert (
        "  ACCOUNT  The password or the login is wrong\n    → Set the new password of each of these accounts.\n"
        in block
    )
    assert "  MACHINE  No name server answered\n    → Check network and DNS of each of these machines." in block
    assert "2 hosts, 4 accounts: laptop-161.office.example, till-012.office.example" in block


def test_one_machine_keeps_its_own_words() -> None:
    only = Finding(
        Scope.MACHINE, "till-1", "name_server_silent", Confidence.LOW, "till-1 finds no name", "Look at till-1."
    )
    block = shown(
        sample_report.report([HostRow("till-1", MailState.FAILED)], [dataclasses.replace(only, hosts=("till-1",))])
    )
    assert "  MACHINE  till-1 finds no name\n    → Look at till-1.\n    1 host: till-1\n    low confidence" in block


def test_what_this_run_saw_first_is_not_dated() -> None:
    new = Finding(Scope.SITE, "x", "other", Confidence.HIGH, "Trouble.", "Wait.", since=sample_report.STARTED)
    assert "\n    first seen in this run" in shown(sample_report.report([], [new]))


def test_the_provider_stands_first() -> None:
    findings = [
        Finding(scope, scope.value, "other", Confidence.HIGH, f"trouble {scope.value}", "Wait.")
        for scope in (Scope.SITE, Scope.MACHINE, Scope.PROVIDER_PART, Scope.PROVIDER)
    ]
    block = shown(sample_report.report([], findings))
    order = [block.index(f"trouble {name}") for name in ("provider_part", "provider\n", "site", "machine")]
    assert order == sorted(order)


def test_ten_thousand_hosts_fit_on_one_screen() -> None:
    lines = summary(sample_report.fleet(size(10_000, 2_000)), columns=100)
    assert len(lines) <= 40
    assert f"{size(5_511, 1_098):,} failed" in "\n".join(map(text, lines))


def test_many_findings_are_cut_and_counted() -> None:
    findings = [Finding(Scope.SETTINGS, f"s{n}", "other", Confidence.HIGH, f"title {n}.", "Do.") for n in range(30)]
    block = shown(sample_report.report([], findings))
    assert "title 7\n" in block
    assert "title 8" not in block
    assert block.endswith("  and 22 more findings")


def test_a_server_that_answers_without_a_sign_in_is_not_called_mail_that_works() -> None:
    skipped = tuple(
        dataclasses.replace(stage, status="skipped") if stage.stage == "authentication" else stage
        for stage in sample_report.account("a@twc.com").stages
    )
    untried = sample_report.account("a@twc.com", stages=skipped)
    tried = sample_report.account("b@twc.com")
    rows = [HostRow(f"desk-{number}", MailState.VERIFIED, accounts=(untried,)) for number in range(2)]
    note = "  Not signed in   {}: only the servers were tested. Give passwords, or\n"
    block = shown(sample_report.report(rows), 80)
    assert block.startswith("  Mail servers answer on all 2 hosts\n")
    assert note.format("2 accounts") in block
    rows += [HostRow("desk-2", MailState.VERIFIED, accounts=(tried, untried))]
    block = shown(sample_report.report(rows), 80)
    assert block.startswith("  Mail works on all 3 hosts\n")
    assert note.format("3 accounts") in block
    assert "Not signed in" not in shown(sample_report.report([HostRow("a", MailState.VERIFIED, accounts=(tried,))]))
    assert "servers answer" not in shown(sample_report.report(rows, about=About.CLIENTS))


def test_hosts_that_no_finding_explains_are_named() -> None:
    lost = HostRow("desk-9", MailState.FAILED, accounts=(sample_report.account("a@twc.com", MailState.FAILED),))
    assert "  Other failures  desk-9" in shown(sample_report.report([lost]))


def test_failures_that_no_finding_explains_are_listed_with_their_reason_the_most_frequent_first() -> None:
    old, full = "This host has Python 3.6.8, but charter.mail needs 3.8 or later.", "{}: No space left on device."
    rows = [HostRow(f"desk-{n}", MailState.FAILED, reason=full.format(f"desk-{n}") if n < 6 else old) for n in range(8)]
    rows += [HostRow("till-1", MailState.FAILED, reason="no " * 300), HostRow("till-2", MailState.FAILED, reason="y")]
    rows += [HostRow("till-3", MailState.FAILED)]
    block = shown(sample_report.report(rows), 100)
    assert "  Other failures  desk-0, desk-1, desk-2 and 3 more: desk-0: No space left on device.\n" in block
    assert f"\n{'':18}desk-6, desk-7: {old}\n{'':18}till-1: no no" in block
    assert block.count("no ") < 110
    assert f"no ...\n{'':18}till-2, till-3" in block


def test_a_fleet_without_accounts_is_told_where_to_list_them() -> None:
    rows = [HostRow(f"desk-{number}", MailState.NO_ACCOUNTS) for number in range(3)]
    hint = "List accounts in the variable mail_accounts."
    assert shown(sample_report.report(rows)).endswith(
        f"  No accounts     desk-0, desk-1, desk-2\n{hint:>{18 + len(hint)}}"
    )
    assert hint not in shown(sample_report.report([*rows, HostRow("desk-3", MailState.VERIFIED)]))


@pytest.mark.parametrize("columns", [1, 60, 61, 79, 80, 100, 500])
@pytest.mark.parametrize("plain", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, plain: bool) -> None:
    wide = HostRow("机" * 90, MailState.NOT_REACHED)
    for report in (sample_report.fleet(300), sample_report.hostile(), sample_report.report([wide])):
        for line in summary(report, columns=columns, plain=plain, page="/srv/reports/" + "x" * 150):
            # Plain text is longer where characters are written out; there is no terminal then.
            assert width(text(line)) <= max(60, min(columns, 100)) or (plain and "\\u" in text(line))


def test_without_a_terminal_it_is_ascii_without_colours() -> None:
    for report in (
        sample_report.fleet(214),
        sample_report.hostile(),
        sample_report.report([HostRow("büro", MailState.VERIFIED)]),
    ):
        for line in summary(report, plain=True):
            assert text(line).isascii()
            assert not any(span.colour for span in line)
    block = shown(sample_report.fleet(214), 80, plain=True)
    assert "\n  ########################+xx" in block
    assert "# 87 verified   + 1 with warnings   x 117 failed   . 6 not reached\n  - 3 without accounts\n" in block
    assert "    -> Change nothing." in block


def test_hostile_texts_move_no_cursor() -> None:
    for line in summary(sample_report.hostile()):
        assert text(line).isprintable()
    assert "\\x1b[2J\\x1b]0;owned\\x07" in shown(sample_report.hostile())


def test_colours_are_ansibles_and_follow_the_states() -> None:
    lines = summary(sample_report.fleet(214))
    assert {span.colour for line in lines for span in line} - {""} <= set(COLOR_CODES)
    assert spans(lines, "green").endswith("|█ 87 verified")
    assert "▒ 117 failed" in spans(lines, "red")
    assert "|PROVIDER|" in spans(lines, "red").replace("  ", "")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, "No hosts were in this run"),
        ({MailState.VERIFIED: 1}, "Mail works on 1 host"),
        ({MailState.VERIFIED: 2, MailState.WARNING: 1}, "Mail works on all 3 hosts"),
        ({MailState.VERIFIED: 2, MailState.NOT_REACHED: 1}, "Mail works on 2 of 3 hosts"),
        ({MailState.FAILED: 1}, "Mail does not work on 1 host"),
        ({MailState.FAILED: 3}, "Mail does not work on all 3 hosts"),
        ({MailState.FAILED: 1, MailState.NOT_REACHED: 1}, "Mail does not work on 1 of 2 hosts"),
        ({MailState.NOT_REACHED: 3}, "No host was reached"),
        ({MailState.NOT_REACHED: 3, MailState.NO_ACCOUNTS: 1}, "Mail was not verified on any host"),
        ({MailState.NO_ACCOUNTS: 2}, "No host has mail accounts"),
        ({MailState.NOT_TESTED: 2}, "No host was tested"),
        ({MailState.NOT_TESTED: 1, MailState.NOT_REACHED: 1}, "Mail was not verified on any host"),
        ({MailState.VERIFIED: 1, MailState.NOT_TESTED: 1}, "Mail works on 1 of 2 hosts"),
    ],
)
def test_the_headline(counts: dict[MailState, int], expected: str) -> None:
    report = sample_report.report([HostRow(f"h{n}", state) for state, count in counts.items() for n in range(count)])
    assert text(summary(report)[0]) == f"  {expected}"
    assert text(summary(dataclasses.replace(report, check_mode=True))[0]) == f"  {expected} (check mode)"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([0, 0, 0], [0, 0, 0]),
        ([1, 1, 1], [4, 3, 3]),
        ([9_999, 1, 0], [9, 1, 0]),
        ([1, 1, 10_000], [1, 1, 8]),
        ([50, 50], [5, 5]),
    ],
)
def test_every_count_has_its_share_of_the_bar_and_at_least_one_cell(counts: list[int], expected: list[int]) -> None:
    assert sorted(shares(counts, 10)) == sorted(expected)
    assert sum(shares(counts, 10)) in (0, 10)


def test_a_few_hosts_are_named_and_the_others_counted() -> None:
    assert names(["a"]) == "a"
    assert names(list("abcd")) == "a, b, c, d"
    assert names(list("abcde")) == "a, b, c and\xa02\xa0more"
    assert names(["x" * 99]) == "x" * 37 + "..."


@pytest.mark.parametrize(
    ("words", "columns", "used", "expected"),
    [
        ("", 10, 0, [""]),
        ("one two three", 7, 0, ["one two", "three"]),
        ("one two", 7, 5, ["", "one two"]),
        ("one two", 7, 4, ["one", "two"]),
        ("abcdefghij k", 4, 0, ["abcd", "efgh", "ij k"]),
        ("one two\xa0three", 9, 0, ["one", "two three"]),
        ("机器房 x", 4, 0, ["机器", "房 x"]),
    ],
)
def test_text_is_wrapped_by_the_columns_it_takes(words: str, columns: int, used: int, expected: list[str]) -> None:
    assert wrapped(words, columns, used) == expected
