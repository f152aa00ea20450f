# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as text: what it holds, that no text becomes markup, how large it is. tests/page opens it in a browser."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    AccountRow,
    Confidence,
    Finding,
    FleetReport,
    HostRow,
    MailState,
    Scope,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.page.page import page
from ansible_collections.charter.mail.tests.unit import sample_report
from ansible_collections.charter.mail.tests.unit.amount import size

pytestmark = pytest.mark.one_in(3)

_VOID = {"meta", "link", "rect", "input", "img", "br"}


class Parsed(html.parser.HTMLParser):
    """A page, as a browser without scripts reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.contents: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.contents.append((self._open[-1] if self._open else "", data))

    def inside(self, tag: str) -> list[str]:
        """The texts directly in these elements."""
        return [data for within, data in self.contents if within == tag]

    def attributes(self, tag: str) -> list[dict[str, str]]:
        """The attributes of these elements."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """What is read, without style and scripts."""
        read = (data for within, data in self.contents if within not in ("style", "script"))
        return re.sub(r"\s+", " ", "".join(read))


def data_of(text: str) -> dict[str, t.Any]:
    """The data of the script."""
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return t.cast("dict[str, t.Any]", json.loads(found))


def cell(column: t.Any, index: int) -> t.Any:
    """A column has one value for each row, or one for all."""
    return column[index] if isinstance(column, list) else column


def test_the_verdict_is_read_without_the_script() -> None:
    text = Parsed(page(sample_report.fleet(214))).text
    wanted = [
        "Mail does not work on 117 of 214 hosts",
        "mobile.charter.net does not answer on ports 993 and 587",
        "Change nothing. It worked until 07:40 UTC, and all 4 sites see the same.",
        "since 28 Nov 2026, 07:40 UTC · high confidence",
        "All hosts at 4 of 4 sites that use mobile.charter.net:587 fail with connection_timed_out.",
        "and 32 more",
        "99 accounts fail now on 92 hosts",
        "laptop-125.office.example",
        "ends in 9 days",
        "fails: TCP",
        "The first 200 of 296 rows, those that need attention first.",
        "Search and filter need JavaScript.",
    ]
    assert [sentence for sentence in wanted if sentence not in text] == []


def test_a_fleet_that_works_says_so() -> None:
    text = Parsed(page(sample_report.working(3))).text
    assert "Mail works on all 3 hosts Every account that was tested works. 3 verified" in text
    assert "What is wrong" not in text


def test_a_fleet_without_accounts_is_told_where_to_list_them() -> None:
    report = sample_report.report([HostRow(f"desk-{number}", MailState.NO_ACCOUNTS) for number in range(3)])
    text = Parsed(page(report)).text
    assert "No host has mail accounts Nothing was tested. List accounts in the variable mail_accounts." in text


def test_check_mode_is_said() -> None:
    assert "check mode" in Parsed(page(dataclasses.replace(sample_report.working(1), check_mode=True))).text


def test_the_policy_allows_this_style_and_these_scripts_and_nothing_else() -> None:
    parsed = Parsed(page(sample_report.fleet(5)))
    (policy,) = [meta["content"] for meta in parsed.attributes("meta") if "http-equiv" in meta]
    codes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for tag in ("script", "style")
        for text in parsed.inside(tag)
        if not text.startswith("{")
    ]
    assert policy == (
        f"default-src 'none'; script-src {codes[0]} {codes[1]}; style-src {codes[2]};"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    first = [name for name, attributes in parsed.elements if name != "html" and "charset" not in attributes][1]
    assert first == "meta"  # before anything that the policy is about


@pytest.mark.parametrize("report", [sample_report.fleet(20), sample_report.hostile()], ids=["fleet", "hostile"])
def test_nothing_is_loaded_and_no_attribute_runs(report: FleetReport) -> None:
    parsed = Parsed(page(report))
    for tag, attributes in parsed.elements:
        assert tag not in ("img", "iframe", "object", "embed", "a", "form", "base")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")]
        assert attributes.get("href", "data:,") == "data:,"
    assert "url(" not in "".join(parsed.inside("style"))
    assert "@import" not in "".join(parsed.inside("style"))
    assert not re.search(
        r"innerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", "".join(parsed.inside("script"))
    )


def test_hostile_texts_stay_text() -> None:
    text = page(sample_report.hostile())
    parsed = Parsed(text)
    assert {tag for tag, _attributes in parsed.elements} <= {
        tag for tag, _ in Parsed(page(sample_report.fleet(90))).elements
    }
    data = data_of(text)
    for index, bad in enumerate(sample_report.HOSTILE):
        assert data["hosts"]["name"][index] == printable(bad)
        assert printable(bad) in "".join(data for _within, data in parsed.contents)
    # What would end the element or begin a comment in it is not in the data at all.
    (raw,) = re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert not set(raw) & set("<>&\u2028\u2029")
    text.encode()


def test_the_data_has_every_row() -> None:
    report = sample_report.fleet(214)
    data = data_of(page(report))
    texts, columns = data["texts"], data["accounts"]
    titles = [group[1] for group in data["groups"]]
    index = 0
    for number, row in enumerate(report.hosts):
        assert data["hosts"]["name"][number] == row.host
        assert cell(data["hosts"]["accounts"], number) == len(row.accounts)
        assert texts[cell(data["hosts"]["reason"], number)] == row.reason
        for account in row.accounts:
            email = f"{columns['local'][index]}@{texts[cell(columns['domain'], index)]}"
            assert email == account.email
            assert texts[cell(columns["sentence"], index)].replace("\ue000", email) == account.sentence
            assert texts[cell(columns["code"], index)] == account.code
            stages = data["patterns"][cell(columns["stages"], index)]
            assert [texts[stage[2]] for stage in stages] == [stage.status for stage in account.stages]
            group = cell(columns["group"], index)
            if account.finding is None:
                assert data["rest"][group - len(titles)] in ("Verified", "Warnings")
            elif len(report.findings[account.finding].hosts) > 5:
                assert titles[group] == report.findings[account.finding].title
            index += 1
    assert index == len(columns["local"])


# In a process of its own, whose memory nothing else has used.
_MEASURE = """
import pathlib, re, runpy, sys, time

sys.path[0] = sys.argv[1]
runpy.run_path(sys.argv[1] + "/conftest.py")
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.page.page import page
from ansible_collections.charter.mail.tests.unit.sample_report import fleet

report = fleet(int(sys.argv[2]))
begin = time.process_time()
size = len(page(report).encode())
seconds = time.process_time() - begin
# Not ru_maxrss, which counts what the parent had before this program took its place.
(memory,) = re.findall(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())
print(size, seconds, int(memory) * 1024)
"""


def test_ten_thousand_hosts_are_small_and_cheap_to_write() -> None:
    hosts = size(10_000, 1_000)
    program = [sys.executable, "-c", _MEASURE, str(pathlib.Path(__file__).resolve().parents[4]), str(hosts)]
    length, seconds, memory = map(float, subprocess.run(program, check=True, capture_output=True).stdout.split())
    assert length < size(1_300_000, 250_000)
    assert seconds < size(2, 1)  # of the processor
    assert memory < size(150_000_000, 60_000_000)  # all of the process, with the report


def test_what_a_browser_draws_before_the_script_runs_is_bounded() -> None:
    assert len(Parsed(page(sample_report.fleet(size(2_000, 600)))).elements) < 4_000


def test_sentences_that_all_differ_are_cut_so_that_the_page_stays_small() -> None:
    def accounts(number: int) -> t.Iterator[AccountRow]:
        for each in range(1 + (number % 5 < 3)):
            email = f"a.rather.long.name.{number}.{each}@charter.net"
            sentence = f"{number}.{each} " + "long text " * 50
            yield sample_report.account(email, MailState.FAILED, sentence=sentence)

    hosts = [
        HostRow(f"desk-{number:05}.of-a-long-name.office.example", MailState.FAILED, accounts=tuple(accounts(number)))
        for number in range(size(10_000, 1_000))
    ]
    text = page(sample_report.report(hosts))
    assert len(text.encode()) < size(2_000_000, 600_000)
    sentences = [line for line in data_of(text)["texts"] if "long text" in line]
    assert len(sentences) == size(16_000, 1_600)
    assert all(line.endswith("...") for line in sentences)


def test_many_findings_are_counted_and_stay_in_the_table() -> None:
    count = size(3_000, 300)
    findings = [
        Finding(Scope.SETTINGS, f"server-{n}", "other", Confidence.LOW, f"server-{n} is wrong.", "Correct it.")
        for n in range(count)
    ]
    text = page(sample_report.report([], findings))
    assert text.count('<article class="card">') == 60
    assert f"and {count - 60:,} more, in the table" in Parsed(text).text
    assert len(data_of(text)["groups"]) == count
    assert len(text.encode()) < 400_000


def test_headings_are_in_order_and_everything_has_a_name() -> None:
    parsed = Parsed(page(sample_report.fleet(214)))
    levels = [int(tag[1]) for tag, _attributes in parsed.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    identifiers = [attributes["id"] for _tag, attributes in parsed.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for _tag, attributes in parsed.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(name, "verdict") in {*identifiers, "dialog-title"}
    assert all("scope" in attributes for attributes in parsed.attributes("th"))
    assert parsed.attributes("html")[0]["lang"] == "en"


def test_the_static_table_has_at_most_200_rows() -> None:
    text = page(sample_report.fleet(1_000))
    assert text.count('<tr><td class="state') == 200
    assert '<td class="state verified">' not in text


def test_the_history_strip_has_the_last_thirty_runs() -> None:
    report = sample_report.fleet(40)
    many = dataclasses.replace(report, earlier=report.earlier * 2)
    assert len(Parsed(page(many)).attributes("g")) == 30
    assert len(Parsed(page(report)).attributes("g")) == 28
    assert "28 Nov 2026, 08:02 UTC: " in "".join(Parsed(page(report)).inside("title"))
