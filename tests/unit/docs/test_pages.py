# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages for users name what the code has: codes, statuses, presets, variables, defaults, and files."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._providers.charter import PROVIDERS
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code
from ansible_collections.charter.mail.plugins.plugin_utils._fleet_run import recorder
from ansible_collections.charter.mail.plugins.plugin_utils._verify_run import jitter
from ansible_collections.charter.mail.plugins.plugin_utils._windows import host_system

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "roles/*/README.md")
    for path in ROOT.glob(pattern)
)


def cause_codes() -> set[str]:
    """All values that ``cause.code`` can have."""
    return {code.value for code in Code}


# All values of ``cause.code`` in release 0.1.0. Programs of users know them: none may go or get another name.
CODES_OF_0_1_0 = """
    other name_not_found name_server_silent connection_refused connection_timed_out unreachable connection_reset
    forbidden_by_local_firewall nothing_said hung_up wrong_protocol not_a_mail_server needs_ssl needs_starttls
    certificate_expired certificate_not_yet_valid certificate_for_another_name certificate_self_signed
    certificate_of_unknown_issuer certificate_of_interceptor tls_too_old tls_not_agreed text_injected_before_tls
    turned_away starttls_missing starttls_refused password_refused password_refused_here_only password_expired
    account_locked no_way_to_sign_in mechanism_not_supported application_password_needed encryption_needed too_many
    temporarily_unavailable mailbox_not_opened public_address_blocked public_address_listed sender_rejected
    sender_is_not_login policy not_signed_in mailbox_full address_unknown client_differs client_lacks_account
    client_unreadable message_lost message_duplicated
"""


def text(page: str) -> str:
    """A page, from the clone's root."""
    return (ROOT / page).read_text()


def rows(table: str) -> list[list[str]]:
    """The cells of a Markdown table's rows, without its head; a page may hold several."""
    lines = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    heads = [number - 1 for number, row in enumerate(cells) if set("".join(row)) <= set("-|: ")]
    return [row for number, row in enumerate(cells) if number not in heads and number - 1 not in heads]


def named(row: t.Sequence[str]) -> str:
    """The name in a row's first cell, without its quotes and what follows them."""
    return row[0].partition("`")[2].partition("`")[0]


def test_troubleshooting_has_a_row_with_meaning_and_remedy_for_each_code() -> None:
    _before, _begin, table = text("docs/troubleshooting.md").partition("<!-- codes -->")
    found = [row for row in rows(table.partition("<!-- end of codes -->")[0]) if row[0]]
    assert sorted(map(named, found)) == sorted(cause_codes())
    assert {named(row): row[1] for row in found} == {code.value: code.meaning for code in Code}
    assert [row for row in found if len(row) != 3 or not all(cell.endswith(".") for cell in row[1:])] == []


def test_no_code_of_a_release_is_gone() -> None:
    assert set(CODES_OF_0_1_0.split()) - cause_codes() == set()


def test_the_changelog_names_each_new_code() -> None:
    changes = "".join(path.read_text() for path in (ROOT / "changelogs").rglob("*.y*ml"))
    assert [code for code in sorted(cause_codes() - set(CODES_OF_0_1_0.split())) if f"``{code}``" not in changes] == []


def test_the_page_on_outlook_explains_each_status_and_draws_it() -> None:
    statuses = {status.value for status in OutlookStatus}
    page = text("docs/outlook.md")
    explained = [named(row) for row in rows(page.partition("## `outlook_status`")[2].partition("## Verification")[0])]
    assert sorted(explained) == sorted(statuses)
    diagram = page.partition("stateDiagram-v2")[2].partition("```")[0]
    drawn = re.findall(r"^ +(\S+) --> (\w+)(?::|$)", diagram, re.MULTILINE)
    assert len(drawn) == len(diagram.strip().splitlines())
    assert {after for _before, after in drawn} == statuses
    assert {before for before, _after in drawn} - {"[*]"} == statuses


def test_the_page_on_providers_has_their_facts() -> None:
    section = text("docs/settings-and-providers.md").partition("## Presets")[2].partition("\n## ")[0]
    presets, confidences = (rows(part) for part in section.split("### How sure the facts are"))
    servers = {named(row): row[1:] for row in presets if len(row) == 4}
    domains = {named(row): row[1] for row in presets if len(row) == 2}
    confidence = {named(row): row[1:] for row in confidences}
    assert set(servers) == set(confidence) == {provider.name for provider in PROVIDERS}
    assert set(domains) == {provider.name for provider in PROVIDERS if provider.domains}
    modes = {Security.SSL: "TLS", Security.STARTTLS: "STARTTLS"}
    for provider in PROVIDERS:
        services = (provider.imap, provider.pop3, provider.submission)
        shown = [cell.replace("**", "").replace(" from the first byte", "") for cell in servers[provider.name]]
        published = [service.server for service in services]
        assert shown == [f"{server.host} {server.port}, {modes[server.security]}" for server in published]
        assert confidence[provider.name] == [service.confidence.value for service in services]
        if provider.domains:
            listed = domains[provider.name].replace(" and all other subdomains of rr.com", ", *.rr.com")
            assert listed == ", ".join(provider.domains)


def playbooks() -> dict[str, str]:
    """The text of each playbook and of the tasks that it imports, without comments, by name."""
    sources = {}
    for path in ROOT.glob("playbooks/*.yml"):
        source = path.read_text()
        tasks = [
            path.with_name("tasks").joinpath(name).read_text()
            for name in re.findall(r"import_tasks: tasks/(\S+)", source)
        ]
        sources[path.stem] = re.sub(r"#.*", "", "\n".join([source, *tasks]))
    return sources


def test_the_readme_lists_every_variable_of_the_playbooks() -> None:
    used = {host_system.VARIABLE, recorder.SITE_VARIABLE, jitter.VARIABLE}
    own: set[str] = set()
    for name, source in playbooks().items():
        used |= set(re.findall(r"(?<![\w.])mail_[a-z_]+", re.sub(r"charter\.mail\.\w+", "", source)))
        own |= set(re.findall(r"register: (\w+)", source))
        for play in yaml.safe_load(text(f"playbooks/{name}.yml")):
            own |= set(play.get("vars", {}))
    # Those about the report alone are on its page.
    pages = ("docs/fleet-report.md", "docs/existing-accounts.md", "docs/other-devices.md", "docs/rollback.md")
    tables = (("README.md", "## Playbooks"), *((page, "## Variables") for page in pages))
    sections = [text(page).partition(heading)[2].partition("\n## ")[0] for page, heading in tables]
    listed = [named(row) for section in sections for row in rows(section)]
    assert sorted(name for name in listed if name.startswith("mail_")) == sorted(used - own)


def test_the_readme_says_which_playbooks_read_a_variable() -> None:
    sources = playbooks()
    section = text("README.md").partition("## Playbooks")[2].partition("\n## ")[0]
    listed = {named(row): row[2] for row in rows(section) if len(row) == 4}
    shown = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in listed.items() if not cell.startswith("all ")}
    by_plugins = {"mail_accounts": {"render"}, recorder.FOLDER_VARIABLE: {"configure", "remove"}}
    for name, told in shown.items():
        reading = {playbook for playbook, source in sources.items() if re.search(rf"(?<![\w.]){name}\b", source)}
        if "configure" in reading:
            reading -= {"confirm", "site"}
        assert told == reading | by_plugins.get(name, set()), name
    assert {name for name, cell in listed.items() if cell.startswith("all ")} == {
        "mail_hosts",
        "mail_system",
        "mail_become",
    }
    without_hosts = {playbook for playbook, source in sources.items() if "mail_hosts" not in source}
    assert without_hosts == {"report", "test_server"}
    contacting = {playbook for playbook, source in sources.items() if "mail_become" in source}
    assert set(sources) - contacting == {"report", "test_server", "render"}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings_of_this_repository(page: str) -> None:
    content = text(page)
    targets = re.findall(r"\]\(([^)\s]+)\)", content)
    for target in targets:
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _hash, heading = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.resolve().is_file(), f"{page}: {target}"
        if heading:
            assert heading in _anchors(file.read_text()), f"{page}: {target}"


def _anchors(page: str) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
