# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that take long: name servers that are silent, wholly or for one kind of question."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import pathlib
import socket
import threading
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.account import Security
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret
from ansible_collections.charter.mail.plugins.module_utils._verify.context import Context
from ansible_collections.charter.mail.plugins.module_utils._verify.endpoint_check import EndpointTask, check_endpoint
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.endpoint import MailService
from ansible_collections.charter.mail.plugins.module_utils._verify.findings.failure import Code, Failure
from ansible_collections.charter.mail.plugins.module_utils._verify.login import Login
from ansible_collections.charter.mail.plugins.module_utils._verify.options import CheckEnvironment, VerifyOptions
from ansible_collections.charter.mail.plugins.module_utils._verify.report.check import (
    CheckStatus,
    EndpointReport,
    Stage,
)
from ansible_collections.charter.mail.plugins.module_utils._verify.wire import name_lookup, name_servers
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.clock import Clock
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.connection import Deadline
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.name_servers import silent_name_servers
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.resolver import (
    Address,
    Resolver,
    system_ipv4_resolver,
)
from ansible_collections.charter.mail.tests.unit.idle_clock import CLOCK
from ansible_collections.charter.mail.tests.unit.mail_servers import PASSWORD, USERNAME, Server, imap
from ansible_collections.charter.mail.tests.unit.plugins.module_utils._verify.endpoint_tests import (
    check,
    endpoint,
    failure,
    report_on,
)
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, serve

OPTIONS = VerifyOptions(ca_path=CA, timeout=4.0)
A, AAAA = 1, 28


def found(host: str, port: int) -> t.Sequence[Address]:
    """Finds this machine at once."""
    return [Address(socket.AF_INET, ("127.0.0.1", port))]


def nothing(host: str, port: int) -> t.Sequence[Address]:
    """Finds nothing, at once."""
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def after(seconds: float, resolver: Resolver) -> Resolver:
    """The same resolver, later."""

    def slow(host: str, port: int) -> t.Sequence[Address]:
        CLOCK.wait(threading.Event().wait, seconds)
        return resolver(host, port)

    return slow


def report_with(resolver: Resolver, ipv4_resolver: Resolver | None) -> EndpointReport:
    """The report on a sound server whose name is found like this."""
    with serve(imap(Server())) as server:
        environment = CheckEnvironment(resolver=resolver, ipv4_resolver=ipv4_resolver, clock=CLOCK)
        return report_on(endpoint(MailService.IMAP, server.port, Security.SSL), OPTIONS, environment=environment)


def both(resolver: Resolver) -> tuple[EndpointReport, EndpointReport]:
    """The reports of two tests of a task, side by side, on a sound server whose name is found like this."""
    with serve(imap(Server())) as server:
        context = Context.of(OPTIONS, CheckEnvironment(resolver=resolver))
        target = endpoint(MailService.IMAP, server.port, Security.SSL)
        task = EndpointTask(target, USERNAME, Login(USERNAME, Secret(PASSWORD)))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            first, second = pool.map(lambda _number: check_endpoint(task, context), range(2))
        return first, second


def test_a_name_is_looked_up_once_for_all_tests_of_a_task() -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> t.Sequence[Address]:
        asked.append(host)
        return after(0.3, found)(host, port)

    reports = both(resolver)
    assert [report.failed for report in reports] == [None, None]
    assert [check(report, Stage.DNS).evidence for report in reports] == ["127.0.0.1", "127.0.0.1"]
    assert len(asked) == 1


def test_all_who_wait_for_an_answer_are_told_that_there_is_none() -> None:
    reports = both(after(0.3, nothing))
    assert [failure(report, Stage.DNS).code for report in reports] == [Code.NAME_NOT_FOUND] * 2


def test_a_name_that_was_not_found_is_looked_up_again() -> None:
    target = endpoint(MailService.IMAP, 993, Security.SSL)
    deadline = Deadline(5, Clock())
    answers = name_lookup.Answers()
    with pytest.raises(Failure):
        answers.of(
            target,
            lambda: name_lookup.FoundAddresses(name_lookup.resolve(target, nothing, None, deadline).addresses, ""),
            deadline,
        )
    again = answers.of(
        target, lambda: name_lookup.FoundAddresses((Address(socket.AF_INET, ("127.0.0.1", 993)),), "slow"), deadline
    )
    kept = answers.of(target, lambda: pytest.fail("it is known"), deadline)
    assert again == kept == (again.addresses, "slow")


def test_who_waits_for_an_answer_of_others_waits_no_longer_than_its_own_time() -> None:
    target = endpoint(MailService.IMAP, 993, Security.SSL)
    answers, asked, release = name_lookup.Answers(), threading.Event(), threading.Event()

    def silent() -> name_lookup.FoundAddresses:
        asked.set()
        release.wait(20)
        return name_lookup.FoundAddresses((Address(socket.AF_INET, ("127.0.0.1", 993)),), "")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        other = pool.submit(answers.of, target, silent, Deadline(20, Clock()))
        assert asked.wait(20)
        with pytest.raises(Failure) as raised:
            answers.of(target, silent, Deadline(0.1, Clock()))
        release.set()
        assert other.result().warning == ""
    assert raised.value.code is Code.NAME_SERVER_SILENT


def test_the_question_for_ipv6_is_never_answered() -> None:
    report = report_with(after(30, found), found)
    assert report.failed is None
    seen = check(report, Stage.DNS)
    assert seen.status is CheckStatus.OK
    assert seen.evidence == "127.0.0.1"
    assert "IPv6 addresses (AAAA) got no answer" in seen.advice
    assert seen.advice.endswith("Change no mail setting.")
    assert seen.seconds < 2.5


def test_a_slow_name_server() -> None:
    report = report_with(after(2.2, found), after(2.2, found))
    assert report.failed is None
    assert "took 2." in check(report, Stage.DNS).advice
    assert "a name server is slow" in check(report, Stage.DNS).advice


def test_a_usual_name_server_gets_no_warning_and_one_question() -> None:
    asked: list[str] = []

    def again(host: str, port: int) -> t.Sequence[Address]:
        asked.append(host)
        return found(host, port)

    assert check(report_with(found, again), Stage.DNS).advice == ""
    assert asked == []


def test_a_name_with_ipv6_addresses_only_is_waited_for() -> None:
    report = report_with(after(1.5, found), nothing)
    assert report.failed is None
    assert check(report, Stage.DNS).advice == ""


@pytest.mark.parametrize("ipv4_resolver", [None, nothing, after(30, found)])
def test_no_name_server_answers(ipv4_resolver: Resolver | None) -> None:
    failed = failure(report_with(after(30, found), ipv4_resolver), Stage.DNS)
    assert failed.code is Code.NAME_SERVER_SILENT
    assert "within 4 seconds" in failed.finding


def test_the_system_is_asked_for_ipv4_alone() -> None:
    assert [str(address) for address in system_ipv4_resolver("127.0.0.1", 993)] == ["127.0.0.1"]
    with pytest.raises(socket.gaierror):
        system_ipv4_resolver("::1", 993)
    assert CheckEnvironment.system().ipv4_resolver is system_ipv4_resolver


@contextlib.contextmanager
def asked_servers(*answers: t.Collection[int]) -> t.Iterator[tuple[list[str], int]]:
    """Name servers on loopback with one port, each of which answers these kinds of questions."""
    with contextlib.ExitStack() as stack:
        port, addresses = 0, []
        for number, kinds in enumerate(answers, 1):
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            addresses.append(f"127.0.5.{number}")
            sock.bind((addresses[-1], port))
            port = sock.getsockname()[1]
            thread = threading.Thread(target=answer_questions, args=(sock, kinds))
            thread.start()
            stack.callback(thread.join)
            stack.callback(sock.sendto, b"", (addresses[-1], port))
        yield addresses, port


def answer_questions(sock: socket.socket, kinds: t.Collection[int]) -> None:
    """Answer until an empty question comes."""
    while True:
        question, peer = sock.recvfrom(4096)
        if not question:
            return
        assert question[12:].startswith(b"\x04imap\x03lab\x04test\x00")
        if int.from_bytes(question[-4:-2], "big") in kinds:
            sock.sendto(question[:2] + b"\x81\x80" + question[4:], peer)


def resolv_conf(folder: pathlib.Path, addresses: t.Iterable[str]) -> str:
    """A list of name servers."""
    path = folder / "resolv.conf"
    path.write_text("# comment\nsearch lab.test\nnameserver\n" + "".join(f"nameserver {one}\n" for one in addresses))
    return str(path)


def soon() -> Deadline:
    """In a moment."""
    return Deadline(0.5, CLOCK)


def test_which_name_servers_are_silent(tmp_path: pathlib.Path) -> None:
    with asked_servers((A, AAAA), (), (A,)) as (addresses, port):
        path = resolv_conf(tmp_path, addresses)
        silent = silent_name_servers("imap.lab.test", soon(), path, port)
    assert silent == (
        "the name server 127.0.5.2 does not answer",
        "the name server 127.0.5.3 does not answer questions for IPv6 addresses (AAAA)",
    )


def test_all_name_servers_answer(tmp_path: pathlib.Path) -> None:
    with asked_servers((A, AAAA)) as (addresses, port):
        assert silent_name_servers("imap.lab.test", soon(), resolv_conf(tmp_path, addresses), port) == ()


def test_nothing_listens_at_a_name_server(tmp_path: pathlib.Path) -> None:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    path = resolv_conf(tmp_path, ["127.0.0.1", "nonsense"])
    assert silent_name_servers("imap.lab.test", soon(), path, port) == ("the name server 127.0.0.1 does not answer",)


def test_no_list_of_name_servers(tmp_path: pathlib.Path) -> None:
    assert silent_name_servers("imap.lab.test", soon(), str(tmp_path / "missing")) == ()


def test_the_silent_name_server_is_named(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked_servers((), (A, AAAA)) as (addresses, port):
        path = resolv_conf(tmp_path, addresses)

        def ask(host: str, deadline: Deadline) -> tuple[str, ...]:
            return silent_name_servers(host, deadline, path, port)

        monkeypatch.setattr(name_lookup, "_silent", ask)
        named = "the name server 127.0.5.1 does not answer"
        with serve(imap(Server())) as server:
            target = endpoint(MailService.IMAP, server.port, Security.SSL)
            slow = CheckEnvironment(resolver=after(2.1, found), ask_name_servers=True, clock=CLOCK)
            seen = check(report_on(target, OPTIONS, environment=slow), Stage.DNS)
            assert named in seen.advice
            dead = dataclasses.replace(slow, resolver=after(30, found))
            failed = failure(report_on(target, OPTIONS, environment=dead), Stage.DNS)
        assert failed.evidence == f"imap.lab.test; {named}"
        assert name_servers.RESOLV_CONF == "/etc/resolv.conf"
