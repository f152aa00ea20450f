# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters for Outlook: directly, and as an admin writes them into a playbook."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest

pytest.importorskip("ansible.template", reason="filters are the controller's")

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.charter.mail.plugins.filter.outlook_autodiscover_xml import (
    outlook_autodiscover_xml,
)
from ansible_collections.charter.mail.plugins.filter.outlook_prf import outlook_prf
from ansible_collections.charter.mail.plugins.filter.outlook_reg import outlook_reg
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import autodiscover, prf
from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.unit.amount import sample

FIXTURES = pathlib.Path(__file__).parents[1] / "module_utils/_clients/outlook/fixtures"
JO = {"email": "jo.user@charter.net", "full_name": "Jo User", "password": "geheim"}
OTHER = {"email": "jo@twc.com", "provider": "auto", "protocol": "pop3"}
SETUP = r"HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\Setup"
AUTODISCOVER = r"HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\Outlook\AutoDiscover"


@pytest.fixture(autouse=True)
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Ansible was told to show."""
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, message: shown.append(message))
    return shown


def emails(text: str, code_page: str = "cp1252") -> list[str]:
    return [account.email for account in prf.parse(text.encode(code_page), code_page).accounts]


def test_the_worked_examples() -> None:
    for name, options in (("imap", {}), ("imap-append", {"existing_profile": True, "profile": "Outlook"})):
        assert outlook_prf([JO], **options).encode("cp1252") == (FIXTURES / f"charter-{name}.prf").read_bytes()
    assert outlook_autodiscover_xml([JO]) == (FIXTURES / "charter-imap-autodiscover.xml").read_text("utf-8")


def test_all_accounts_of_a_user_in_one_prf_the_default_first() -> None:
    assert emails(outlook_prf([JO, OTHER])) == ["jo.user@charter.net", "jo@twc.com"]
    assert emails(outlook_prf([JO, {**OTHER, "default": True}])) == ["jo@twc.com", "jo.user@charter.net"]


def test_the_profile_of_the_prf() -> None:
    def profile(*accounts: t.Any, **options: t.Any) -> str:
        return prf.parse(outlook_prf(list(accounts), **options).encode("cp1252")).profile

    assert profile(JO) == "Outlook"
    assert profile(JO, profile="Mail") == "Mail"
    assert profile({**JO, "profile": "Work"}, {**OTHER, "profile": "Home"}) == "Outlook"  # those are Thunderbird's


def test_letters_of_the_code_page() -> None:
    text = outlook_prf([{**JO, "full_name": "Jo Żółw"}], code_page="cp1250")
    assert prf.parse(text.encode("cp1250"), "cp1250").accounts[0].full_name == "Jo Żółw"
    with pytest.raises(AnsibleFilterError, match="code page cp1252 does not have"):
        outlook_prf([{**JO, "full_name": "Jo Żółw"}])


def test_one_autodiscover_file_a_domain() -> None:
    account = autodiscover.parse(outlook_autodiscover_xml([JO, OTHER], domain="TWC.com").encode(), "jo@twc.com")
    assert account.incoming.host == "mail.twc.com"
    with pytest.raises(AnsibleFilterError, match=r"several domains: charter\.net, twc\.com"):
        outlook_autodiscover_xml([JO, OTHER])
    with pytest.raises(AnsibleFilterError, match=r"no account has the domain rr\.com"):
        outlook_autodiscover_xml([JO, OTHER], domain="rr.com")
    with pytest.raises(AnsibleFilterError, match="one account of charter"):
        outlook_autodiscover_xml([JO, {"email": "ann@charter.net"}])


def test_the_registry_file(warnings: list[str]) -> None:
    accounts = [JO, OTHER, {"email": "ann@charter.net"}]
    text = outlook_reg(accounts, prf=r"C:\Mail\jo.prf", xml_folder=r"C:\Mail")
    registry = reg_file.parse(text.encode("utf-16"))
    assert {path: {name: value.plain for name, value in values.items()} for path, values in registry.items()} == {
        SETUP: {"ImportPRF": r"C:\Mail\jo.prf"},
        AUTODISCOVER: {"twc.com": r"C:\Mail\twc.com.xml", "PreferLocalXML": 1, "ExcludeExplicitO365Endpoint": 1},
    }
    assert '"First-Run"=-\r\n"FirstRun"=-\r\n' in text
    (warning,) = warnings
    assert warning.startswith("charter.net is left to the PRF")


@pytest.mark.parametrize(
    "write", [outlook_prf, outlook_autodiscover_xml, lambda accounts: outlook_reg(accounts, prf=r"C:\jo.prf")]
)
def test_the_same_checks_and_no_password(write: t.Callable[..., str], warnings: list[str]) -> None:
    assert "geheim" not in write([JO])
    assert warnings == []
    with pytest.raises(AnsibleFilterError, match="995 is a port of POP3") as caught:
        write([{**JO, "incoming": {"port": 995}}])
    assert "geheim" not in str(caught.value)
    write([{**JO, "protocol": "pop3", "incoming": {"port": 993}}])
    assert len(warnings) == 1
    assert warnings[0].startswith("jo.user@charter.net (pop3): incoming.port")


@pytest.mark.alike(1, "a large program")
def test_in_a_playbook(tmp_path: pathlib.Path) -> None:
    """The password's variable is nowhere, and is not asked for."""
    ansible = Ansible(tmp_path / "ansible", python=sys.executable)
    jo = "mail_accounts | selectattr('user', 'eq', 'jo') | charter.mail."
    texts = {
        "jo.prf": ("outlook_prf", "cp1252"),
        "jo.reg": (r"outlook_reg(prf='C:\\Mail\\jo.prf')", "utf-16"),
        "jo.xml": ("outlook_autodiscover_xml", "utf-8"),
    }
    tasks: list[t.Mapping[str, t.Any]] = []
    written = sample(list(texts), 1)
    for name in written:
        call, encoding = texts[name]
        (tmp_path / f"{name}.j2").write_text(f"{{{{ {jo}{call} }}}}")
        options = {"src": f"{name}.j2", "dest": str(tmp_path / name), "output_encoding": encoding, "mode": "0600"}
        tasks.append({"ansible.builtin.template": options})
    broken = "{{ mail_accounts | charter.mail.outlook_prf }}"
    tasks.append({"ansible.builtin.debug": {"msg": broken}, "ignore_errors": True})
    accounts = [
        {**JO, "user": "jo", "full_name": "{{ given }} Usér", "password": "{{ vault_jo }}"},
        {"user": "ann", "email": "ann@charter.net", "outgoing": {"port": "{{ 25 }}"}},
    ]
    variables = {"mail_accounts": accounts, "given": "Jo"}
    (tmp_path / "play.yml").write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}])
    )
    played = ansible.command("ansible-playbook", str(tmp_path / "play.yml"))
    assert played.code == 0, played.output
    assert "they belong to several users: 'jo', 'ann'. Select those of one" in played.output
    wanted = [{**JO, "user": "jo", "full_name": "Jo Usér"}]
    contents = {name: (tmp_path / name).read_bytes() for name in written}
    if "jo.prf" in contents:
        assert contents["jo.prf"] == outlook_prf(wanted).encode("cp1252")
    if "jo.xml" in contents:
        assert contents["jo.xml"] == outlook_autodiscover_xml(wanted).encode()
    if "jo.reg" in contents:
        assert contents["jo.reg"].startswith(b"\xff\xfe")
        value = reg_file.parse(contents["jo.reg"]).value(SETUP, "ImportPRF")
        assert value is not None
        assert value.text == r"C:\Mail\jo.prf"
