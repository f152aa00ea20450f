# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test from the PC itself: its batch file under Wine, and a real curl with the real servers of the lab."""

from __future__ import annotations

import json
import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc import run_curl
from ansible_collections.charter.mail.plugins.plugin_utils._windows import batch
from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.site import MailUser
from ansible_collections.charter.mail.tests.wine import native_curl
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC
from ansible_collections.charter.mail.tests.wine.prefix import Prefix

# Each sign of it means something to cmd.exe, to curl or to a protocol.
BITTER = 'mist "\\ %PATH% ^&|> é:\tken'
OPTIONS = {"fail_on": [], "suggest": False, "timeout": 5}

Verify = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def ansible(tmp_path: pathlib.Path, mail_lab: MailLab) -> Ansible:
    """Ansible inside the lab's network."""
    return Ansible(tmp_path, prefix=mail_lab.command([]))


@pytest.fixture
def verify(ansible: Ansible, mail_lab: MailLab, office_pc: OfficePC) -> Verify:
    def run(*accounts: t.Mapping[str, t.Any], shell: str = "powershell", **options: t.Any) -> dict[str, t.Any]:
        given = {**OPTIONS, "checks": "all", "ca_path": str(mail_lab.ca_path), **options}
        hosts = office_pc.inventory(shell, ansible_wine_damage=native_curl.DAMAGE)
        return ansible.module("mail_verify", hosts=hosts, accounts=list(accounts), **given)

    return run


@pytest.fixture
def trusting_curl(office_pc: OfficePC, mail_lab: MailLab) -> t.Iterator[None]:
    with native_curl.native_curl(office_pc, mail_lab, mail_lab.ca_path):
        yield


def account(user: MailUser, **options: t.Any) -> dict[str, t.Any]:
    return {"user": "mario", "email": user.address, "password": user.password, **options}


SERVERS = {"imap.charter.net": 993, "pop.charter.net": 995, "smtp.charter.net": 587}


def seen_from_pc(result: t.Mapping[str, t.Any], number: int = 0) -> dict[str, tuple[str, str]]:
    """Status and code of the PC's checks, by side and stage."""
    return {
        f"{check['endpoint']} {check['stage']}": (check["status"], check["code"])
        for check in result["accounts"][number]["checks"]
        if check["checked_from"] == "pc"
    }


OUTSIDE = {
    **dict.fromkeys((f"incoming {stage}" for stage in ("dns", "tcp", "tls", "greeting", "capability")), ("ok", "")),
    **dict.fromkeys(
        (f"outgoing {stage}" for stage in ("dns", "tcp", "tls", "greeting", "starttls", "capability")), ("ok", "")
    ),
}


@pytest.mark.usefixtures("trusting_curl")
@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_the_pc_reaches_and_trusts_the_servers_without_a_password(
    verify: Verify, mail_user: MailUser, office_pc: OfficePC, shell: str
) -> None:
    result = verify(account(mail_user), account(mail_user, protocol="pop3"), shell=shell)
    assert result["checked_from"] == "both"
    assert result["found"] == []
    assert [seen_from_pc(result, number) for number in (0, 1)] == [OUTSIDE, OUTSIDE]
    assert [one["complete"] for one in result["accounts"]] == [True, True]
    assert "From the PC itself: All tests that could be made completed successfully" in result["msg"]
    assert "not tested, because no password is sent to the PC" in result["msg"]
    assert mail_user.password not in str(office_pc.asked()) + json.dumps(result)
    assert office_pc.temporary() == []


@pytest.mark.usefixtures("trusting_curl")
def test_with_a_password_on_request_it_signs_in_and_leaves_nothing(
    verify: Verify, mail_user: MailUser, office_pc: OfficePC
) -> None:
    before = office_pc.photo()
    result = verify(account(mail_user), account(mail_user, protocol="pop3"), from_pc="sign_in")
    inside = dict.fromkeys(
        ("incoming authentication", "incoming mailbox", "outgoing authentication", "outgoing sending"), ("ok", "")
    )
    assert [seen_from_pc(result, number) for number in (0, 1)] == [{**OUTSIDE, **inside}] * 2
    assert "From the PC itself: All tests completed successfully" in result["msg"]
    assert office_pc.photo() == before
    assert office_pc.temporary() == []
    assert mail_user.password not in str(office_pc.asked()) + json.dumps(result)


@pytest.mark.usefixtures("trusting_curl")
def test_the_result_has_what_that_of_a_linux_host_has(verify: Verify, mail_user: MailUser, mail_lab: MailLab) -> None:
    result = verify(account(mail_user), account(mail_user, protocol="pop3"))
    assert result["tested_at"].endswith("Z")
    assert [(one["user"], one["protocol"]) for one in result["accounts"]] == [("mario", "imap"), ("mario", "pop3")]
    checks = [check for one in result["accounts"] for check in one["checks"] if check["stage"] == "tcp"]
    wanted = {f"{host}:{port}": mail_lab.addresses[host] for host, port in SERVERS.items()}
    for vantage in ("controller", "pc"):
        assert {one["server"]: one["address"] for one in checks if one["checked_from"] == vantage} == wanted
    # In the lab, all machines are one: a connection leaves from the address that it goes to.
    assert set(result["network"]) == {f"{address.rpartition('.')[0]}.0/24" for address in wanted.values()}
    (certificate, *_others) = (
        check["certificate"] for one in result["accounts"] for check in one["checks"] if "certificate" in check
    )
    assert sorted(certificate) == ["issuer", "names", "not_after"]
    short = verify(account(mail_user), checks="failed", from_pc="none")
    assert short["network"] == []
    assert short["accounts"][0]["checks"] == []


def test_a_certificate_that_only_the_pc_distrusts_is_reported(
    verify: Verify, mail_user: MailUser, office_pc: OfficePC, mail_lab: MailLab
) -> None:
    with native_curl.native_curl(office_pc, mail_lab, None):
        result = verify(account(mail_user), from_pc="sign_in")
    seen = seen_from_pc(result)
    assert seen["incoming tcp"] == seen["outgoing starttls"] == ("ok", "")
    assert seen["incoming tls"] == seen["outgoing tls"] == ("failed", "certificate_of_unknown_issuer")
    assert seen["incoming authentication"] == seen["outgoing authentication"] == ("skipped", "")
    (one,) = result["accounts"]
    assert result["found"] == ["failed"]
    assert (one["ok"], one["cause"]["checked_from"]) == (False, "pc")
    assert one["cause"]["sentence"] in one["summary"]
    assert {check["status"] for check in one["checks"] if check["checked_from"] == "controller"} == {"ok"}


@pytest.mark.usefixtures("trusting_curl")
@pytest.mark.parametrize(
    ("side", "server", "stage", "code"),
    [
        ("incoming", {"host": "nowhere.charter.net"}, "dns", "name_not_found"),
        ("incoming", {"port": 994}, "tcp", "connection_refused"),
        ("incoming", {"host": "smtp.charter.net", "port": 587, "security": "ssl"}, "tls", "tls_not_agreed"),
        ("incoming", {"host": "198.18.53.10"}, "tls", "certificate_for_another_name"),
        ("outgoing", {"host": "mobile.charter.net", "port": 587, "security": "starttls"}, "greeting", "nothing_said"),
    ],
)
def test_one_faulty_server_is_reported(
    verify: Verify, mail_user: MailUser, side: str, server: t.Mapping[str, t.Any], stage: str, code: str
) -> None:
    result = verify(account(mail_user, **{side: dict(server)}), timeout=2)
    seen = seen_from_pc(result)
    assert seen[f"{side} {stage}"] == ("failed", code)
    assert {state for name, (state, _code) in seen.items() if not name.startswith(side)} == {"ok"}
    assert f"From the PC itself: Mail cannot be {'received' if side == 'incoming' else 'sent'}: " in result["msg"]


@pytest.mark.usefixtures("trusting_curl")
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_wrong_password_is_reported_and_hidden(
    verify: Verify, mail_user: MailUser, office_pc: OfficePC, protocol: str
) -> None:
    wrong = account(mail_user, password=BITTER, protocol=protocol)
    # The controller trusts nobody, and so gives no password away.
    result = verify(wrong, from_pc="sign_in", ca_path="/etc/ssl/certs/ca-certificates.crt")
    seen = seen_from_pc(result)
    assert seen["incoming authentication"] == seen["outgoing authentication"] == ("failed", "password_refused")
    assert "mist" not in str(office_pc.asked()) + json.dumps(result)
    assert office_pc.temporary() == []


@pytest.mark.usefixtures("trusting_curl")
def test_a_login_that_the_controller_saw_refused_is_not_repeated(verify: Verify, mail_user: MailUser) -> None:
    result = verify(account(mail_user, password="wrong"), from_pc="sign_in")
    assert seen_from_pc(result)["incoming authentication"] == ("skipped", "")
    assert "was refused already and repeated failures lock accounts" in result["msg"]


def test_a_pc_without_curl_is_no_failure(verify: Verify, mail_user: MailUser, office_pc: OfficePC) -> None:
    result = verify(account(mail_user))
    assert (result["checked_from"], result["found"]) == ("controller", ["skipped"])
    assert "Nothing was tested from the PC itself: it has no curl.exe" in result["msg"]
    assert {state for state, _code in seen_from_pc(result).values()} == {"skipped"}
    assert result["accounts"][0]["ok"]
    assert office_pc.temporary() == []


def test_an_unreachable_pc_is_reported(
    ansible: Ansible, mail_user: MailUser, mail_lab: MailLab, tmp_path: pathlib.Path, office_pc: OfficePC
) -> None:
    hosts = office_pc.inventory("powershell", ansible_wine_directory=str(tmp_path))
    given: dict[str, t.Any] = {**OPTIONS, "ca_path": str(mail_lab.ca_path), "accounts": [account(mail_user)]}
    result = ansible.module("mail_verify", hosts=hosts, **given)
    assert "Nothing was tested from the PC itself" in result["msg"]
    assert result["accounts"][0]["ok"]


@pytest.mark.parametrize("stays", [False, True])
def test_the_batch_file_itself_deletes_the_passwords_and_notices_where_it_cannot(windows: Prefix, stays: bool) -> None:
    folder = windows.drive / "windows/temp/curl"
    folder.mkdir()
    try:
        config = folder / run_curl.CONFIG
        if stays:
            config.mkdir()  # nothing else resists root
        else:
            config.write_text("secret")
        written = batch.Batch("word")
        written.run_curl(config.name, "output", ["body0.txt"])
        (folder / run_curl.BATCH_FILE).write_bytes(written.text())
        windows.run(["cmd.exe", "/d", "/c", f"C:\\windows\\temp\\curl\\{run_curl.BATCH_FILE}"])
        assert config.exists() is stays
        answer = batch.parse((folder / batch.ANSWER).read_bytes(), "word")
        assert answer is not None
        assert ("kept" in answer) is stays
    finally:
        shutil.rmtree(folder)
