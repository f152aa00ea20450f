# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and end of the lab: it changes nothing outside, reaches nothing outside and leaves nothing behind."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import secrets
import select
import signal
import subprocess
import sys
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.lab import cleanup, fixtures
from ansible_collections.charter.mail.tests.lab.certificates import Quality
from ansible_collections.charter.mail.tests.lab.client_runner import run_client
from ansible_collections.charter.mail.tests.lab.errors import LabError
from ansible_collections.charter.mail.tests.lab.hosts import HOSTS, Endpoint, MailHost, Security, Service
from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.lab.namespace import Namespace

LAB = pathlib.Path(__file__).parent
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TIMEOUT = 30.0  # seconds; usually a moment


@pytest.fixture(autouse=True)
def _needs_a_lab() -> None:
    fixtures.require()


@pytest.fixture
def name() -> str:
    return f"lab-test-{secrets.token_hex(4)}"


class Traces:
    """The files and processes of a running lab, to check whether they are gone."""

    def __init__(self, name: str, stack: contextlib.ExitStack) -> None:
        self._name = name
        self._paths = [
            pathlib.Path("/run/netns", name),
            pathlib.Path("/etc/netns", name),
            pathlib.Path("/run", name),
            pathlib.Path(f"/run/charter-mail-lab.{name}"),
        ]
        missing = [path for path in self._paths if not path.exists()]
        assert missing == []
        self._processes = {process: os.pidfd_open(process) for process in Namespace(name).processes()}
        for handle in self._processes.values():
            stack.callback(os.close, handle)
        assert len(self._processes) >= 2  # Dovecot and Postfix; their children may start later

    def left(self) -> list[str]:
        """What still exists."""
        dead, _, _ = select.select(list(self._processes.values()), [], [], 0)
        alive = [f"process {process}" for process, handle in self._processes.items() if handle not in dead]
        paths = [str(path) for path in self._paths if path.exists()]
        mounts = [line for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines() if self._name in line]
        return [*alive, *paths, *mounts]


def outside() -> list[tuple[str, int, int]]:
    """The machine's own mail and name settings: paths, sizes and modification times."""
    roots = [pathlib.Path("/etc/postfix"), pathlib.Path("/etc/dovecot"), pathlib.Path("/var/spool/postfix")]
    files = [pathlib.Path("/etc/hosts"), pathlib.Path("/etc/resolv.conf"), pathlib.Path("/etc/nsswitch.conf")]
    files += [path for root in roots for path in root.rglob("*")]
    return sorted((str(path), path.lstat().st_size, path.lstat().st_mtime_ns) for path in files)


@contextlib.contextmanager
def running_lab(name: str, *ignored: signal.Signals) -> t.Iterator[subprocess.Popen[str]]:
    """A lab that was started from the command line and is ready; only the given signals were ignored at its start."""

    def start() -> None:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    command = [sys.executable, str(LAB), "--name", name]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=start
    ) as process:
        try:
            assert process.stdout is not None
            output = ""
            while "Ctrl-C ends it" not in output:
                line = process.stdout.readline()
                assert line, f"the lab did not start: {output}"
                output += line
            yield process
        finally:
            process.kill()


def test_nothing_remains_and_nothing_outside_is_changed(name: str) -> None:
    before = outside()
    with contextlib.ExitStack() as stack:
        with MailLab.start(name=name) as lab:
            stubborn = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
            client = stack.enter_context(subprocess.Popen(lab.command([sys.executable, "-c", stubborn])))
            assert "text" in run_client(lab, "first_bytes", host="smtp.charter.net", port=587, seconds=TIMEOUT)
            traces = Traces(name, stack)
            assert f"process {client.pid}" in traces.left()
        assert traces.left() == []
    assert client.returncode == -signal.SIGKILL
    assert outside() == before


def test_an_exception_ends_it(name: str) -> None:
    traces = []

    def broken(stack: contextlib.ExitStack) -> None:
        with MailLab.start(name=name):
            traces.append(Traces(name, stack))
            raise ZeroDivisionError

    with contextlib.ExitStack() as stack:
        with pytest.raises(ZeroDivisionError):
            broken(stack)
        assert traces[0].left() == []


@pytest.mark.parametrize(
    ("number", "ignored"),
    [*((number, False) for number in ENDING), (signal.SIGINT, True), (signal.SIGTERM, True)],
)
def test_a_signal_ends_it(name: str, number: signal.Signals, ignored: bool) -> None:
    """A signal that was ignored at its start ends it as well, except SIGHUP, which nohup ignores on purpose."""
    with contextlib.ExitStack() as stack, running_lab(name, *([number] if ignored else [])) as process:
        traces = Traces(name, stack)
        process.send_signal(number)
        assert process.wait(TIMEOUT) == 0
        assert traces.left() == []


def test_the_next_lab_removes_what_a_killed_one_left_behind(name: str, mail_lab: MailLab) -> None:
    with contextlib.ExitStack() as stack:
        with running_lab(name) as process:
            traces = Traces(name, stack)
            process.kill()
            process.wait(TIMEOUT)
        with MailLab.start():
            # Another lab that is starting may be removing it.
            deadline = time.monotonic() + TIMEOUT
            while traces.left() and time.monotonic() < deadline:
                time.sleep(0.1)
        assert traces.left() == []
    # A running lab is not removed.
    ca = str(mail_lab.ca_path)
    result = run_client(mail_lab, "handshake", host="imap.charter.net", port=993, ca=ca, name="imap.charter.net")
    assert result == {"tls": "TLSv1.3"}


def test_a_directory_in_which_a_file_vanishes_is_removed_whole(
    name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "run"
    unlink = os.unlink
    vanished: list[str | os.PathLike[str]] = []

    def unlink_second(path: str | os.PathLike[str], *, dir_fd: int | None = None) -> None:
        """Unlink a file that somebody else has unlinked."""
        unlink(path, dir_fd=dir_fd)
        if "socket" in str(path) and not vanished:
            vanished.append(path)
            raise FileNotFoundError(path)

    with cleanup.removed_at_exit([Namespace(name)], directory):
        directory.mkdir()
        for number in range(3):
            (directory / f"socket{number}").touch()
        monkeypatch.setattr(os, "unlink", unlink_second)
    assert len(vanished) == 1
    assert not directory.exists()


def test_labs_run_at_the_same_time() -> None:
    with MailLab.start() as one, MailLab.start() as other:
        assert one.addresses == other.addresses
        assert one.name != other.name
        address = one.users[0].address
        assert one.user(address).password != other.user(address).password
        one.deliver(address, b"Subject: here\n\nonly\n")
        assert (len(one.messages(address)), len(other.messages(address))) == (1, 0)
        result = run_client(
            other, "handshake", host="imap.charter.net", port=993, ca=str(one.ca_path), name="imap.charter.net"
        )
        assert result["error"] == "SSLCertVerificationError"


def test_custom_directory_and_network(name: str) -> None:
    directory = pathlib.Path("/run", f"{name}-own")
    with MailLab.start(directory, name=name, network="198.19.7.0/27", users=["a@charter.net"]) as lab:
        assert lab.directory == directory
        assert lab.ca_path.parent == directory
        assert [user.address for user in lab.users] == ["a@charter.net"]
        result = run_client(lab, "connect", host="mail.brighthouse.com", port=993)
        assert result == {"peer": "198.19.7.15", "own": "198.19.7.2"}
    assert not directory.exists()


def test_nothing_outside_is_reachable(mail_lab: MailLab) -> None:
    interfaces = subprocess.run(mail_lab.command(["ls", "/sys/class/net"]), capture_output=True, text=True, check=True)
    assert interfaces.stdout.split() == ["lo"]
    for address in ("192.0.2.1", "198.18.53.200", "2001:db8::1"):
        result = run_client(mail_lab, "connect", host=address, port=993)
        assert result.get("errno") in {errno.ENETUNREACH, errno.EHOSTUNREACH}, str(result)
    assert run_client(mail_lab, "connect", host="www.charter.net", port=443)["error"] == "gaierror"


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_names_resolve_inside_only(mail_lab: MailLab, host: MailHost) -> None:
    """The addresses of client and server differ: Dovecot trusts connections between equal ones."""
    result = run_client(mail_lab, "connect", host=host.name, port=host.endpoints[0].port)
    assert result == {"peer": mail_lab.addresses[host.name], "own": "198.18.53.2"}
    assert host.name not in pathlib.Path("/etc/hosts").read_text()


def test_a_server_that_does_not_start(name: str) -> None:
    """Both servers need the same port; the message quotes the log of the second one."""
    clash = Endpoint(Service.IMAP, 993, Security.SSL), Endpoint(Service.SUBMISSION, 993, Security.SSL)
    message = r"(?s)(Dovecot|Postfix) ended with status .*Address already in use"
    with pytest.raises(LabError, match=message), MailLab.start(name=name, hosts=[MailHost("a.test", clash)]):
        pytest.fail("it started")
    assert not pathlib.Path("/run", name).exists()
    assert not Namespace(name).exists()


def test_a_strict_umask_changes_nothing() -> None:
    """Servers and clients that are not root can still read their files."""
    before = os.umask(0o077)
    try:
        with MailLab.start() as lab:
            user = lab.user("mario.rossi@charter.net")
            lab.deliver(user.address, b"Subject: hello\n\nCiao!\n")
            values = {"ca": str(lab.ca_path), "user": user.address, "password": user.password}
            result = run_client(lab, "pop3", host="pop.charter.net", port=995, security="ssl", **values)
            assert "Subject: hello" in result["messages"][0]
            result = run_client(lab, "smtp", host="mobile.charter.net", port=587, security="ssl", **values)
            assert result == {"tls": "TLSv1.3"}
            nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            command = lab.command([*nobody, "getent", "hosts", "imap.charter.net"])
            assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("198.18.53.10")
            command = lab.command([*nobody, "cat", str(lab.ca_path)])
            assert subprocess.run(command, capture_output=True, check=True).stdout == lab.ca_path.read_bytes()
    finally:
        os.umask(before)


def test_existing_directories_and_namespaces_are_kept(name: str) -> None:
    directory = pathlib.Path("/run", name)
    directory.mkdir()
    try:
        with pytest.raises(LabError, match="exists already"), MailLab.start(directory):
            pytest.fail("it started")
        assert directory.is_dir()
    finally:
        directory.rmdir()
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        with pytest.raises(LabError, match="exists already"), MailLab.start(name=name):
            pytest.fail("it started")
        assert Namespace(name).exists()
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def test_a_name_cannot_be_used_twice(mail_lab: MailLab) -> None:
    with pytest.raises(LabError, match="belongs to a running lab"), MailLab.start(name=mail_lab.name):
        pytest.fail("it started")
    assert Namespace(mail_lab.name).processes()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"name": "../x"}, "is not a valid namespace"),
        ({"directory": pathlib.Path("relative")}, "must be absolute"),
        ({"directory": pathlib.Path("/run", "x" * 70)}, "at most 70 characters"),
        ({"network": "198.18.53.0/28"}, "is too small for 6 hosts"),
        ({"users": ["Mario.Rossi@charter.net"]}, "not a plain lower-case address"),
        ({"certificates": {"imap.example.test": Quality.EXPIRED}}, r"no host imap\.example\.test"),
    ],
)
def test_invalid_options(name: str, options: dict[str, t.Any], reason: str) -> None:
    with pytest.raises(LabError, match=reason), MailLab.start(**{"name": name, **options}):
        pytest.fail("it started")
    folders = [pathlib.Path(folder) for folder in ("/run", "/run/netns", "/etc/netns")]
    assert [path for folder in folders if folder.exists() for path in folder.iterdir() if name in path.name] == []


def test_a_directory_that_the_servers_cannot_reach(name: str) -> None:
    closed = pathlib.Path("/run", name)
    closed.mkdir(mode=0o700)
    try:
        with pytest.raises(LabError, match="is not searchable by all"), MailLab.start(closed / "lab"):
            pytest.fail("it started")
    finally:
        closed.rmdir()


@pytest.mark.parametrize(("in_ci", "outcome"), [(None, pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_machine_that_cannot_run_it(
    monkeypatch: pytest.MonkeyPatch, in_ci: str | None, outcome: type[BaseException]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    if in_ci is not None:
        monkeypatch.setenv("CI", in_ci)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(outcome, match="ip, dovecot, postfix, postmap"):
        fixtures.require()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(outcome, match="needs root"):
        fixtures.require()
