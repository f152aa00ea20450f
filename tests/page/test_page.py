# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real browser: what a user sees, finds and presses, and what a hostile text cannot do."""

from __future__ import annotations

import collections.abc
import json
import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.printable import printable
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.fleet_report import (
    About,
    AccountRow,
    FleetReport,
    HostRow,
    MailState,
    StageResult,
)
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.page.page import page
from ansible_collections.charter.mail.tests.page.browser import Browser, Tab, browser
from ansible_collections.charter.mail.tests.unit import sample_report

HOSTS = 10_000
_ROWS = "[...document.querySelectorAll('#body .row:not(.group)')].map(row => row.children[1].textContent)"
_GROUPS = "[...document.querySelectorAll('#body .row.group')].map(row => row.children[1].textContent)"
_CURRENT = "document.querySelector('#body .current').textContent"
_STATUS = "document.getElementById('status').textContent"
_WIDTH = "document.scrollingElement.scrollWidth"

Open = t.Callable[[str], Tab]


@pytest.fixture(scope="module")
def running() -> collections.abc.Iterator[Browser]:
    """One browser for all tests."""
    with browser() as started:
        yield started


@pytest.fixture
def open_page(running: Browser, tmp_path: pathlib.Path) -> collections.abc.Iterator[Open]:
    """Opens a page as a file. At the end, nothing but that file was loaded."""
    tab = running.tab()
    path = tmp_path / "report.html"

    def open_text(text: str) -> Tab:
        path.write_text(text, "utf-8")
        tab.size(1280, 900)
        tab.open(path)
        return tab

    yield open_text
    assert set(tab.requests) - {"data:,"} == {path.as_uri()}


@pytest.fixture(scope="module")
def large() -> str:
    """The page of a large fleet."""
    return page(sample_report.fleet(HOSTS))


def search(tab: Tab, words: str) -> None:
    """Type into the search field."""
    tab.press("/", *words)


def test_search_filter_and_sort_find_what_is_looked_for(open_page: Open, large: str) -> None:
    tab = open_page(large)
    report = sample_report.fleet(HOSTS)
    assert tab.evaluate(_STATUS) == f"{sum(max(1, len(row.accounts)) for row in report.hosts):,} rows on 10,000 hosts"
    assert tab.evaluate(_GROUPS)[:2] == [
        "mobile.charter.net does not answer on ports 993 and 587",
        "A DNS filter at 10.4.7.0/24 blocks imap.charter.net",
    ]
    assert tab.evaluate(_ROWS) == []

    search(tab, "desk-00016")
    assert set(tab.evaluate(_ROWS)) == {"desk-00016.office.example"}
    assert tab.evaluate(_STATUS).endswith(" on 1 host")
    tab.press("Escape")
    assert tab.evaluate("document.getElementById('search').value") == ""
    assert tab.evaluate(_ROWS) == []

    tab.evaluate("document.querySelector('[data-filter=not_reached]').click()")
    assert tab.evaluate(_STATUS).endswith(" on 303 hosts")
    tab.evaluate("document.querySelectorAll('#head button')[1].click()")
    names = tab.evaluate(_ROWS)
    assert names == sorted(names)
    tab.evaluate("document.querySelectorAll('#head button')[1].click()")
    assert tab.evaluate(_ROWS)[0] == max(row.host for row in report.hosts if row.state.value == "not_reached")
    assert tab.evaluate("document.querySelectorAll('#head > div')[1].getAttribute('aria-sort')") == "descending"
    assert tab.problems == []


def test_a_finding_leads_to_its_hosts(open_page: Open) -> None:
    report = sample_report.fleet(214)
    tab = open_page(page(report))
    tab.evaluate("document.querySelectorAll('button.show')[1].click()")
    (finding,) = [finding for finding in report.findings if finding.scope.value == "site"]
    assert tab.evaluate(_STATUS) == f"26 of 296 rows on 19 hosts: {finding.title}"
    assert set(tab.evaluate(_ROWS)) <= set(finding.hosts)
    tab.press("Escape")
    assert tab.evaluate(_STATUS) == "296 rows on 214 hosts"


def test_the_keyboard_reaches_every_row_and_its_details(open_page: Open, large: str) -> None:
    tab = open_page(large)
    search(tab, "no such host")
    assert tab.evaluate(_STATUS) == "Nothing matches."
    tab.press("Escape", "Enter")
    assert tab.evaluate("document.activeElement.id") == "grid"
    tab.press("Enter", "ArrowDown")
    first = tab.evaluate(_CURRENT)
    tab.press("PageDown", "PageDown", "ArrowDown", "ArrowUp", "PageUp", "PageUp")
    assert tab.evaluate(_CURRENT) == first
    tab.press("Enter")
    dialog = tab.evaluate("document.getElementById('dialog').innerText")
    # What is known of the fleet stands before what this host said.
    assert re.search(r"Change nothing\..*This host said\n.*fails: mobile\.charter\.net:587", dialog, re.DOTALL)
    assert tab.evaluate("document.getElementById('dialog').open")
    tab.press("Escape")
    assert not tab.evaluate("document.getElementById('dialog').open")
    assert tab.evaluate("document.activeElement.id") == "grid"

    tab.press("End", "ArrowRight", "End")  # the last group, opened
    assert tab.evaluate(_CURRENT).startswith("Verifiedtill-0")
    assert tab.evaluate("document.querySelectorAll('*').length") < 3_000
    inside = "(box => (row => row.top >= box.top && row.bottom <= box.bottom)(document.querySelector('.current')"
    assert tab.evaluate(f"{inside}.getBoundingClientRect()))(document.getElementById('grid').getBoundingClientRect())")
    tab.press("Home", "ArrowLeft")
    assert tab.evaluate("document.querySelector('.current').getAttribute('aria-expanded')") == "false"
    assert tab.problems == []


def test_hostile_texts_stay_text(open_page: Open) -> None:
    tab = open_page(page(sample_report.hostile()))
    assert tab.evaluate("document.querySelectorAll('img, body script:not([type]) ~ script, textarea').length") == 0
    for index, bad in enumerate(sample_report.HOSTILE):
        search(tab, "a")  # so that the groups are open
        tab.press("Escape")
        names = tab.evaluate(_ROWS)
        assert printable(bad) in names
        place = names.index(printable(bad))
        tab.evaluate(f"document.querySelectorAll('#body .row:not(.group)')[{place}].click()")
        assert tab.evaluate("document.querySelector('#dialog h2').textContent") == printable(bad), index
        tab.press("Escape")
    assert tab.problems == []


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="data:," onerror="document.title = \'owned\'">',
        "<script>document.title = 'owned'</script>",
        '<b style="position: fixed" onclick="1">text</b>',
        '<script src="http://outside.invalid/script.js"></script>',
        '<link rel="stylesheet" href="http://outside.invalid/style.css">',
    ],
)
def test_the_policy_stops_markup_that_would_get_in(open_page: Open, planted: str) -> None:
    text = page(sample_report.fleet(3))
    tab = open_page(text.replace("<h1", f"{planted}<h1"))
    assert tab.evaluate("document.title") == "Mail does not work on all 3 hosts"
    assert any("Content Security Policy" in problem for problem in tab.problems)


def test_without_scripts_what_matters_is_read(open_page: Open, tmp_path: pathlib.Path) -> None:
    tab = open_page(page(sample_report.fleet(214)))
    with_scripts = tab.evaluate("document.body.innerText")
    assert "The first 200 of 296 rows" not in with_scripts
    tab.command("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(tmp_path / "report.html", drawn=False)
    read = tab.command("Runtime.evaluate", expression="document.body.innerText", returnByValue=True)["result"]["value"]
    for sentence in (
        "Mail does not work on 117 of 214 hosts",
        "Change nothing. It worked until 07:40 UTC",
        "mail.twc.com:993",
        "desk-016.office.example",
        "Search and filter need JavaScript.",
        "The first 200 of 296 rows",
    ):
        assert sentence in read
    assert "Show in the table" not in read


@pytest.mark.parametrize("report", [sample_report.fleet(214), sample_report.hostile()], ids=["fleet", "hostile"])
def test_nothing_is_cut_off_on_a_phone_and_in_print(open_page: Open, report: FleetReport) -> None:
    tab = open_page(page(report))
    tab.size(390, 844)
    tab.drawn()
    assert tab.evaluate(_WIDTH) == 390
    tab.command("Emulation.setEmulatedMedia", media="print")
    tab.size(703, 900)  # A4 without its margins
    tab.drawn()
    assert tab.evaluate(_WIDTH) == 703
    assert tab.evaluate("document.querySelectorAll('.static tbody tr').length") <= 200
    assert tab.evaluate("document.getElementById('live').offsetHeight") == 0
    wide = "[...document.querySelectorAll('th, td')].filter(cell => cell.getBoundingClientRect().right > 704).length"
    assert tab.evaluate(wide) == 0
    tab.command("Emulation.setEmulatedMedia", media="")
    assert tab.printed().startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(open_page: Open, scheme: str) -> None:
    tab = open_page(page(sample_report.fleet(214)))
    tab.colours(scheme)
    tab.press("/", "Enter", "Enter")
    weak = json.loads(tab.evaluate(_CONTRAST))
    assert weak == []


def test_a_screen_reader_gets_names_and_roles(open_page: Open) -> None:
    tab = open_page(page(sample_report.fleet(214)))
    tab.press("/", "Enter", "Enter", "ArrowDown")
    nodes = [node for node in tab.command("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    named = {"button", "searchbox", "grid", "columnheader", "heading", "image", "region", "table", "figure"}
    for node in nodes:
        role = node["role"]["value"]
        if role in named - {"table", "figure"}:
            assert node.get("name", {}).get("value"), node
    roles = {node["role"]["value"] for node in nodes}
    assert {"grid", "row", "gridcell", "columnheader", "searchbox", "status", "main", "banner"} <= roles
    cells = [node["name"]["value"] for node in nodes if node["role"]["value"] == "gridcell"]
    assert "Receiving works, Sending fails: TCP" in cells
    active = tab.evaluate("document.getElementById('grid').getAttribute('aria-activedescendant')")
    assert tab.evaluate("document.querySelector('#body .current').id") == active
    assert tab.problems == []


def test_a_comparison_speaks_of_mail_clients(open_page: Open) -> None:
    tested = (StageResult("account", "client", "ok"), StageResult("account", "client", "failed", "client_differs"))
    account = AccountRow("mario@charter.net", "", "imap", MailState.FAILED, "Evolution: no account.", stages=tested)
    host = HostRow("desk-1", MailState.FAILED, tested_at="2026-11-28T03:30:00Z", accounts=(account,))
    counts = {**dict.fromkeys(MailState, 0), MailState.FAILED: 1}
    moment = "2026-11-28T03:30:00Z"
    tab = open_page(page(FleetReport("run", moment, moment, counts, (), (host,), about=About.CLIENTS)))
    headings = "[...document.querySelectorAll('#head > div')].map(cell => cell.textContent)"
    assert tab.evaluate(headings) == ["State", "Host", "Account", "Cause", "Mail clients"]
    cell = "document.querySelector('#body .tests')"
    assert tab.evaluate(f"{cell}.getAttribute('aria-label')") == "Mail clients: as listed, different"
    tab.evaluate("document.querySelector('#body .row:not(.group)').click()")
    dialog = tab.evaluate("document.getElementById('dialog').innerText")
    assert re.search(r"mail client\s*: as listed\s+mail client\s*: different", dialog)
    assert "Compared 2026-11-28, 03:30 UTC" in dialog
    assert tab.problems == []


# Texts whose colour is too near to what is behind them: a ratio below 4.5 (WCAG 2, AA), as JSON.
_CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const mixed = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
  };
  const light = ([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const weak = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, text = texts.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest("script, .label, [aria-hidden]")) continue;
    const behind = [];
    for (let at = element; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const below = light(mixed(behind)), above = light(mixed([...behind, getComputedStyle(element).color]));
    const ratio = (Math.max(below, above) + 0.05) / (Math.min(below, above) + 0.05);
    if (ratio < 4.5) weak.push([text.slice(0, 40), ratio.toFixed(2)]);
  }
  return JSON.stringify(weak);
})()
"""
