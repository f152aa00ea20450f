# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What worked before and does not work since: results of real tests, against servers on loopback."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.charter.mail.plugins.filter.regressions import FilterModule
from ansible_collections.charter.mail.plugins.module_utils._ansible import run_verify
from ansible_collections.charter.mail.plugins.plugin_utils._fleet.broken_by_change import regressions
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap, pop3, smtp
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._ansible.verify_results import options
from ansible_collections.charter.mail.tests.unit.scripted_server import serve

pytestmark = pytest.mark.one_in(3)


class Servers(t.NamedTuple):
    """Ports on loopback."""

    imap: int
    pop3: int
    smtp: int
    other_imap: int
    closed: int


@pytest.fixture
def servers() -> t.Iterator[Servers]:
    with contextlib.ExitStack() as stack:
        scripts = imap(Server()), pop3(Server()), smtp(Server()), imap(Server())
        receiving, popping, sending, other = (stack.enter_context(serve(script)).port for script in scripts)
        with serve(imap(Server())) as gone:
            closed = gone.port
        yield Servers(receiving, popping, sending, other, closed)


def result(incoming: int, outgoing: int, *, password: str | None = PASSWORD, **changes: t.Any) -> dict[str, t.Any]:
    """What mail_verify says of one account in Thunderbird."""
    entry = {
        "email": USERNAME,
        "user": "mario",
        "password": password,
        "incoming": {"host": "127.0.0.1", "port": incoming, "security": "ssl"},
        "outgoing": {"host": "127.0.0.1", "port": outgoing, "security": "ssl"},
    }
    found = run_verify.verify_all(options(entry, checks="all", **changes), None, check_mode=False).result
    return {"item": "thunderbird", **json.loads(json.dumps(found))}


def test_what_still_works_is_nothing(servers: Servers) -> None:
    before = result(servers.imap, servers.smtp)
    assert before["accounts"][0]["ok"]
    assert regressions([result(servers.other_imap, servers.smtp)], [before]) == []


def test_wrong_settings(servers: Servers) -> None:
    before = result(servers.imap, servers.smtp)
    (found,) = regressions([result(servers.pop3, servers.smtp)], [before])
    assert found["by_settings"]
    assert found["sentence"].startswith(f"{USERNAME} in thunderbird: ")
    expected = {
        "client": "thunderbird",
        "user": "mario",
        "email": USERNAME,
        "protocol": "imap",
        "endpoint": "incoming",
        "server": f"127.0.0.1:{servers.pop3}",
        "former_server": f"127.0.0.1:{servers.imap}",
        "code": "wrong_protocol",
        "by_settings": True,
    }
    assert {name: found[name] for name in expected} == expected


def test_an_outage_is_not_undone(servers: Servers) -> None:
    """The settings are the same, or nobody answers at the new ones and no others are known to work."""
    with serve(imap(Server())) as receiving:
        before = result(receiving.port, servers.smtp)
        port = receiving.port
    (same,) = regressions([result(port, servers.smtp)], [before])
    assert (same["code"], same["by_settings"]) == ("connection_refused", False)
    (moved,) = regressions([result(servers.closed, servers.smtp)], [before])
    assert (moved["code"], moved["by_settings"]) == ("connection_refused", False)


def test_other_settings_that_work_now_tell_that_it_is_no_outage(servers: Servers) -> None:
    before = result(servers.imap, servers.smtp)
    after = result(servers.closed, servers.smtp)
    after["accounts"][0]["cause"]["suggestion"] = {"incoming": {"port": servers.imap}}
    (found,) = regressions([after], [before])
    assert found["by_settings"]


def test_former_settings_that_work_now_tell_that_it_is_no_outage(servers: Servers) -> None:
    with serve(imap(Server())) as receiving:
        before = result(receiving.port, servers.smtp)
        after = result(servers.closed, servers.smtp)
        (found,) = regressions([after], [before])
        entry = found["former_entry"]
        assert entry == {
            "email": USERNAME,
            "user": "mario",
            "protocol": "imap",
            "incoming": {"host": "127.0.0.1", "port": receiving.port, "security": "ssl"},
            "outgoing": {"host": "127.0.0.1", "port": servers.smtp, "security": "ssl"},
            "allow_plaintext": True,
        }
        former = run_verify.verify_all(options(entry, checks="all"), None, check_mode=False).result
        assert not any(check["stage"] == "authentication" and check["status"] == "ok" for check in checks_of(former))
        (sure,) = regressions([after], [before], [former])
        assert (found["by_settings"], sure["by_settings"]) == (False, True)
    down = run_verify.verify_all(options(entry, checks="all"), None, check_mode=False).result
    (outage,) = regressions([after], [before], [down])
    assert not outage["by_settings"]


def checks_of(result: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    return [check for account in result["accounts"] for check in account["checks"]]


def test_a_refused_password_counts_only_at_another_server(servers: Servers) -> None:
    before = result(servers.imap, servers.smtp)
    same = regressions([result(servers.imap, servers.smtp, password="wrong")], [before])
    assert [one["by_settings"] for one in same] == [False, False]
    incoming, outgoing = regressions([result(servers.other_imap, servers.smtp, password="wrong")], [before])
    assert (incoming["endpoint"], incoming["by_settings"]) == ("incoming", True)
    assert (outgoing["endpoint"], outgoing["by_settings"]) == ("outgoing", False)


def test_what_did_not_work_before_is_nothing(servers: Servers) -> None:
    assert regressions([result(servers.pop3, servers.smtp)], [result(servers.closed, servers.smtp)]) == []
    missing = result(servers.imap, servers.smtp)
    missing["accounts"][0]["checks"].append(
        {"stage": "client", "endpoint": "account", "status": "failed", "code": "client_lacks_account"}
    )
    assert regressions([result(servers.pop3, servers.smtp)], [missing]) == []


def test_what_was_not_tested_before_is_nothing(servers: Servers) -> None:
    """Without a password, nobody has seen that signing in works."""
    before = result(servers.imap, servers.smtp, password=None)
    assert regressions([result(servers.other_imap, servers.smtp, password="wrong")], [before]) == []


def test_clients_are_compared_by_themselves(servers: Servers) -> None:
    before = {**result(servers.imap, servers.smtp), "item": "evolution"}
    assert regressions([result(servers.pop3, servers.smtp)], [before]) == []


def test_the_filter() -> None:
    found = FilterModule().filters()["regressions"]
    assert found([], []) == []
    assert found([{"item": "thunderbird", "skipped": True}], [{"failed": True, "msg": "x"}]) == []
    with pytest.raises(AnsibleFilterError, match="a list of results"):
        found({}, [])
