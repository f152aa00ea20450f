# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of a fleet, their folders and their pages."""

from __future__ import annotations

import html.parser
import json
import pathlib
import plistlib
import re
import shlex
import sys
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.errors import MailError
from ansible_collections.charter.mail.plugins.plugin_utils._render import autoconfig, folder
from ansible_collections.charter.mail.plugins.plugin_utils._render.people import Person, people
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.amount import sample

MARIO = {"user": "mario", "email": "mario.rossi@charter.net", "password": "geheim", "full_name": "Mario"}
POP3 = {"user": "mario", "email": "rossi@twc.com", "provider": "auto", "protocol": "pop3"}
LUCA = {"user": "luca", "email": "luca@charter.net"}
PAGE = pathlib.Path(__file__).parents[5] / "docs/other-devices.md"


def found(**lists: t.Any) -> list[Person]:
    return people(lists, lambda text: None)


def rendered(clients: t.Sequence[str] = folder.CLIENTS, **lists: t.Any) -> dict[str, bytes]:
    return folder.files(found(**lists), clients, identifier="com.example", organization="Example")[0]


class Page(html.parser.HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_people_have_their_accounts_the_default_first() -> None:
    one = found(desk=[MARIO, {**POP3, "default": True}, LUCA, {**LUCA, "state": "absent", "email": "old@charter.net"}])
    assert [(person.name, [account.email for account in person.accounts]) for person in one] == [
        ("luca@charter.net", ["luca@charter.net"]),
        ("rossi@twc.com", ["rossi@twc.com", "mario.rossi@charter.net"]),
    ]


def test_somebody_on_two_hosts_counts_once() -> None:
    (mario,) = found(desk=[MARIO], laptop=[{**MARIO, "user": "m.rossi"}, {**POP3, "user": "m.rossi"}])
    assert len(mario.accounts) == 2


def test_homes_of_one_user_are_those_of_several_people() -> None:
    homes = [{**MARIO, "home": "/srv/mario"}, {**LUCA, "user": "mario", "home": "/srv/luca"}]
    assert [person.name for person in found(desk=homes)] == ["luca@charter.net", "mario.rossi@charter.net"]


def test_settings_that_differ_from_host_to_host_are_refused() -> None:
    with pytest.raises(MailError, match=r"mario.rossi@charter.net \(imap\) has other settings on laptop than on desk"):
        found(desk=[MARIO], laptop=[{**MARIO, "provider": "spectrum"}])


@pytest.mark.parametrize("wrong", [["x"], {"email": "a@b.c"}, [{"email": "nobody"}], [{"mail": "a@charter.net"}]])
def test_invalid_entries_are_refused(wrong: t.Any) -> None:
    with pytest.raises(MailError, match=r"^desk: accounts"):
        found(laptop=[LUCA], desk=wrong)


def test_a_login_of_its_own_is_left_out_of_the_file_for_everybody() -> None:
    other = {"email": "eva@mail.example", "username": "u1234", "incoming": {"host": "a.example"}}
    other["outgoing"] = {"host": "b.example"}
    files = rendered(desk=[MARIO, {"user": "eva", **other}])
    assert [path for path in files if path.startswith("autoconfig/")] == [f"autoconfig/charter.net/{autoconfig.PATH}"]
    text = " ".join(" ".join(Page(files["eva@mail.example/index.html"]).texts).split())
    assert "the user name u1234 is not derived from the address. Enter the settings in the table below." in text


def test_what_the_files_do_not_have_is_said_for_each_client() -> None:
    senders = {
        "signature": {"src": "no-file-is-read.html.j2"},
        "identities": [{"address": "info@rossi.example", "reply_to": "x@rossi.example"}],
        "organization": "Rossi",
    }
    _files, (page,) = folder.files(found(desk=[{**LUCA, **senders}]), folder.CLIENTS, identifier="x", organization="x")
    said = {name: " ".join(part.missing) for name, part in page.clients.items()}
    assert "do not have signature and reply_to of identities. Set them" in said.pop("evolution")
    assert set(said) == set(folder.CLIENTS) - {"evolution"}
    assert all("do not have signature and identities and organization. Set them" in text for text in said.values())
    _files, (page,) = folder.files(found(desk=[LUCA]), folder.CLIENTS, identifier="x", organization="x")
    assert not [text for part in page.clients.values() for text in part.missing if "do not have" in text]


def test_all_files() -> None:
    files = rendered(desk=[MARIO, POP3, LUCA])
    assert sorted(re.sub("[0-9a-f]{40}", "UID", name) for name in files if name.startswith("m") or "@" not in name) == [
        "autoconfig/charter.net/.well-known/autoconfig/mail/config-v1.1.xml",
        "autoconfig/twc.com/.well-known/autoconfig/mail/config-v1.1.xml",
        "index.html",
        *["mario.rossi@charter.net/evolution/UID.source"] * 6,
        "mario.rossi@charter.net/index.html",
        "mario.rossi@charter.net/mail.mobileconfig",
        "mario.rossi@charter.net/outlook/charter.net.xml",
        "mario.rossi@charter.net/outlook/mail.prf",
        "mario.rossi@charter.net/outlook/twc.com.xml",
    ]
    assert b"geheim" not in b"".join(files.values())


@pytest.mark.parametrize("client", folder.CLIENTS)
def test_one_client_alone(client: str) -> None:
    files = rendered([client], desk=[MARIO])
    marks = {
        "apple": ".mobileconfig",
        "thunderbird": "config-v1.1.xml",
        "android": "",
        "outlook": ".prf",
        "evolution": ".source",
    }
    for name, mark in marks.items():
        if mark:
            assert any(path.endswith(mark) for path in files) == (name == client)
    page = Page(files["mario.rossi@charter.net/index.html"])
    assert ("svg" in page.tags) == (client == "android")


def test_links_lead_to_files() -> None:
    files = rendered(desk=[MARIO, POP3, LUCA, {**LUCA, "email": "luca+x/y@charter.net", "user": "x"}])
    for name, content in files.items():
        if name.endswith("index.html"):
            for link in Page(content).links:
                target = str(pathlib.PurePosixPath(name).parent / link.replace("%40", "@").replace("%2B", "+"))
                assert target in files


def test_pages_show_text_as_text() -> None:
    files = rendered(desk=[{**MARIO, "full_name": "<script>alert(1)</script> & {{ 7*7 }}"}])
    page = Page(files["mario.rossi@charter.net/index.html"])
    assert "script" not in page.tags
    assert "<script>alert(1)</script> & {{ 7*7 }}" in page.texts
    assert "default-src 'none'" in files["index.html"].decode()


def test_what_cannot_be_said_is_on_the_page() -> None:
    files = rendered(desk=[{**MARIO, "provider": "spectrum"}, {**LUCA, "user": "mario"}])
    text = " ".join(Page(files["mario.rossi@charter.net/index.html"]).texts)
    assert "needs TLS from the first byte on port 587" in text
    assert "There is no Autodiscover file for charter.net, because it can serve only one account." in text


@pytest.mark.alike(1, "a large program")
def test_the_playbook(tmp_path: pathlib.Path) -> None:
    ansible = Ansible(tmp_path / "ansible", python=sys.executable)
    mario = {**MARIO, "password": "{{ in_a_vault_that_is_closed }}", "full_name": "{{ name_of_mario }}"}
    hosts = {
        "desk": {"mail_accounts": [mario, POP3], "name_of_mario": "Mario & Söhne <M>"},
        "pc": {"mail_accounts": [LUCA], "mail_system": "windows"},
    }
    inventory = tmp_path / "hosts.yml"
    # Nobody answers at these hosts.
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": {"ansible_host": "192.0.2.1"}}}))
    out = tmp_path / "out"
    (command,) = [line for line in PAGE.read_text().splitlines() if line.startswith("    ansible-playbook")]
    command = command.replace("hosts.yml", str(inventory)).replace("mail_render=out", f"mail_render={out}")
    _program, playbook, *options = shlex.split(command)
    runs = sample(("preview", "writing"), 1)
    if "preview" in runs:
        previewed = ansible.command("ansible-playbook", playbook, *options, "--check", "--diff")
        assert previewed.code == 0, previewed.output
        assert not out.exists()
        assert "+<!doctype html>" in previewed.output
        assert "geheim" not in previewed.output
    if "writing" not in runs:
        return
    written = ansible.command("ansible-playbook", playbook, playbook, *options)  # the second time nothing changes
    assert "ok=2    changed=1" in written.output, written.output
    assert (out / "mario.rossi@charter.net/mail.mobileconfig").exists()
    assert (out / "luca@charter.net").is_dir()
    [autoconfig] = out.glob("autoconfig/charter.net/.well-known/autoconfig/mail/*.xml")
    assert "<displayName>Example Ltd</displayName>" in autoconfig.read_text()
    profile = plistlib.loads((out / "mario.rossi@charter.net/mail.mobileconfig").read_bytes())
    assert profile["PayloadContent"][0]["EmailAccountName"] == "Mario & Söhne <M>"
    assert profile["PayloadOrganization"] == "Example Ltd"
