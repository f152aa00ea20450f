# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: real Dovecot and Postfix servers under the provider's real names, in an isolated network.

    with MailLab.start(users=["mario.rossi@charter.net"]) as lab:
        subprocess.run(lab.command(["openssl", "s_client", "-connect", "imap.charter.net:993"]))

It needs root and the Debian 12 packages dovecot-imapd, dovecot-pop3d, postfix and iproute2. The machine's own mail
servers, /etc/hosts and network are not changed, and any number of labs can run at the same time.
"""

from __future__ import annotations

import contextlib
import email.message
import os
import pathlib
import re
import secrets
import shutil
import signal
import stat
import threading
import time
import types
import typing as t

from . import cleanup, dovecot, logins, mailboxes, postfix
from .certificates import Authority, Quality
from .daemon import running
from .errors import LabError
from .files import make_directory, write_file
from .hosts import HOSTS, NETWORK, MailHost, Network, Service
from .logins import Login
from .namespace import Namespace
from .site import MailUser, Site

USERS = (
    "mario.rossi@charter.net",
    "anna.bianchi@charter.net",
    "luca.verdi@spectrum.net",
    "gina.neri@twc.com",
    "rosa.bruno@brighthouse.com",
)
"""The default users of a lab."""

_PROGRAMS = ("ip", "dovecot", "postfix", "postmap")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
# A socket's address has 107 characters, and Dovecot appends up to 37 ("/dovecot/run/token-login/imap-urlauth").
_MAX_DIRECTORY_LENGTH = 70

_Found = t.TypeVar("_Found")


class MailLab:
    """A running lab, created by ``start``.

    Attributes:
        name: the name of its network namespace.
        directory: its run directory.
        ca_path: the authority of its servers' certificates, PEM, readable by all.
        hosts: its mail hosts.
        addresses: their IPv4 addresses by host name.
        namespace: its network namespace.
    """

    def __init__(self, site: Site, namespace: Namespace) -> None:
        self._site = site
        self.namespace = namespace
        self._users: dict[str, MailUser] = {}
        self.name = namespace.name
        self.directory = site.directory
        self.ca_path = site.authority
        self.hosts = site.hosts
        self.addresses = site.network.addresses

    @classmethod
    @contextlib.contextmanager
    def start(
        cls,
        directory: pathlib.Path | None = None,
        *,
        users: t.Sequence[str] = USERS,
        hosts: t.Sequence[MailHost] = HOSTS,
        certificates: t.Mapping[str, Quality] | None = None,
        network: str = NETWORK,
        name: str | None = None,
    ) -> t.Iterator[MailLab]:
        """Run a lab while the block lasts, and remove all of it at the end.

        That includes an end by an exception, Ctrl-C, SIGTERM or SIGHUP (in the main thread; the last two also raise
        KeyboardInterrupt). After SIGKILL, the next lab that starts on this machine removes the rest.

        Args:
            directory: its run directory, which must not exist and whose parents must be searchable by all (o+x);
                by default a new one in /run.
            users: addresses in lower case; mail is accepted for their domains.
            hosts: its mail hosts; by default those that the provider publishes.
            certificates: the quality of a host's certificate, by host name, if it is to be invalid.
            network: an IPv4 network; the hosts get its addresses from the tenth on.
            name: the name of the network namespace; by default a new one.

        Raises:
            LabError: This machine cannot run it, an option is invalid, or a server does not start.
        """
        if reason := unavailable():
            raise LabError(reason)
        cleanup.remove_stale()
        name = name or f"mail-lab-{secrets.token_hex(4)}"
        site = Site(directory or pathlib.Path("/run") / name, tuple(hosts), Network.of(network, hosts))
        _check(name, site)
        with contextlib.ExitStack() as stack:
            stack.enter_context(interrupt_on_signals())
            namespace = Namespace(name)
            stack.enter_context(cleanup.removed_at_exit([namespace], site.directory))
            namespace.create(site.network.addresses)
            namespace.configure(list(site.network.commands()))
            make_directory(site.directory)
            _write_certificates(site, certificates or {})
            lab = cls(site, namespace)
            lab._serve(stack, [MailUser.new(address) for address in users])
            yield lab

    @property
    def users(self) -> tuple[MailUser, ...]:
        """The users, with passwords."""
        return tuple(self._users.values())

    def user(self, address: str) -> MailUser:
        """The user with this address.

        Raises:
            LabError: There is no such user.
        """
        if address not in self._users:
            raise LabError(f"the lab has no user {address}; it has {', '.join(self._users)}")
        return self._users[address]

    def add_user(self, address: str) -> MailUser:
        """Add a user with an empty mailbox to the running lab, so that tests need not share one.

        Raises:
            LabError: The user exists, or the lab was started without users of that domain.
        """
        user = MailUser.new(address)
        if address in self._users or user.domain not in self._domains():
            raise LabError(f"cannot add {address}: it exists, or the lab accepts no mail for its domain")
        self._store([user])
        return user

    def command(self, argv: t.Sequence[str]) -> list[str]:
        """The command line that runs a program inside, where the hosts' names resolve and nothing else is reachable."""
        return self.namespace.command(argv)

    def deliver(self, address: str, message: email.message.EmailMessage | bytes) -> None:
        """Deliver a message to a user's INBOX, as if it came from outside."""
        mailboxes.deliver(self._site.maildir(self.user(address).address), message)

    def messages(self, address: str, mailbox: str = "INBOX") -> tuple[email.message.EmailMessage, ...]:
        """The messages of a user's mailbox, oldest first; none if it does not exist yet."""
        return mailboxes.read(self._site.maildir(self.user(address).address), mailbox)

    def wait_for_message(
        self, address: str, subject: str, mailbox: str = "INBOX", seconds: float = 10
    ) -> email.message.EmailMessage:
        """Wait for a message with this subject and return the first one.

        Raises:
            LabError: It does not arrive in time.
        """

        def find() -> email.message.EmailMessage | None:
            return next((found for found in self.messages(address, mailbox) if found["Subject"] == subject), None)

        return self._wait(f"message {subject!r} in {mailbox} of {address}", find, seconds)

    def logins(self) -> tuple[Login, ...]:
        """All login attempts, as the servers logged them; the latest may appear with a short delay."""
        return logins.read(self._site.dovecot_log, self._site.network)

    def wait_for_login(self, address: str, service: Service, *, succeeded: bool = True, seconds: float = 10) -> Login:
        """Wait for such a login attempt and return the latest one.

        Raises:
            LabError: There is none in time.
        """

        def find() -> Login | None:
            wanted = (address, service, succeeded)
            found = [login for login in self.logins() if (login.user, login.service, login.succeeded) == wanted]
            return found[-1] if found else None

        outcome = "successful" if succeeded else "failed"
        return self._wait(f"{outcome} {service.value} login of {address}", find, seconds)

    def log_text(self) -> str:
        """The logs of both servers."""
        return "".join(log.read_text() for log in (self._site.dovecot_log, self._site.postfix_log) if log.exists())

    def _serve(self, stack: contextlib.ExitStack, users: t.Sequence[MailUser]) -> None:
        site = self._site
        dovecot_command = dovecot.configure(site)
        postfix_command = postfix.configure(site, {user.domain for user in users})
        self._store(users)
        imap = stack.enter_context(running("Dovecot", self.command(dovecot_command), site.dovecot_log))
        smtp = stack.enter_context(running("Postfix", self.command(postfix_command), site.postfix_log))
        imap.wait_until_listening(self._listeners(Service.IMAP) | self._listeners(Service.POP3))
        smtp.wait_until_listening(self._listeners(Service.SUBMISSION))

    def _store(self, users: t.Sequence[MailUser]) -> None:
        self._users.update((user.address, user) for user in users)
        for user in users:
            dovecot.add_user(self._site, user)
        postfix.set_users(self._site, self.users)

    def _domains(self) -> frozenset[str]:
        return frozenset(user.domain for user in self.users)

    def _listeners(self, service: Service) -> frozenset[tuple[str, int]]:
        return frozenset(
            (self.addresses[host.name], endpoint.port)
            for host in self.hosts
            for endpoint in host.endpoints
            if endpoint.service is service
        )

    def _wait(self, what: str, find: t.Callable[[], _Found | None], seconds: float) -> _Found:
        deadline = time.monotonic() + seconds
        while (found := find()) is None:
            if time.monotonic() > deadline:
                raise LabError(f"no {what} after {seconds} s; the end of the logs:\n{self.log_text()[-3000:]}")
            time.sleep(0.02)
        return found


def unavailable() -> str | None:
    """The reason why this machine cannot run a lab; None if it can."""
    if os.geteuid() != 0:
        return "the mail lab needs root: network namespaces and the ports of mail servers"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"the mail lab needs {', '.join(missing)}: install dovecot-imapd, dovecot-pop3d, postfix and iproute2"
    return None


def _check(name: str, site: Site) -> None:
    if not _NAME.fullmatch(name):
        raise LabError(f"{name!r} is not a valid namespace: use at most 41 lower-case letters, digits and hyphens")
    if not site.directory.is_absolute() or len(str(site.directory)) > _MAX_DIRECTORY_LENGTH:
        raise LabError(f"{site.directory} must be absolute and have at most {_MAX_DIRECTORY_LENGTH} characters")
    for parent in site.directory.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise LabError(f"the servers' users cannot reach {site.directory}: {parent} is not searchable by all")


def restore_signals() -> None:
    """Let SIGINT and SIGTERM end this program even if it was started with them ignored; call it at the start.

    Shells start background processes with SIGINT ignored, and ignored signals are inherited. SIGHUP is left unchanged,
    because ``nohup`` ignores it on purpose.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.contextmanager
def interrupt_on_signals() -> t.Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, unless the program handles or ignores them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number: int, _frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _write_certificates(site: Site, qualities: t.Mapping[str, Quality]) -> None:
    names = [host.name for host in site.hosts]
    if unknown := qualities.keys() - names:
        raise LabError(f"certificates: the lab has no host {', '.join(sorted(unknown))}; it has {', '.join(names)}")
    authority = Authority("The mail lab's authority")
    write_file(site.authority, authority.certificate)
    make_directory(site.identity(names[0]).parent, 0o700)
    for name in names:
        identity = authority.issue([name], qualities.get(name, Quality.GOOD))
        write_file(site.identity(name), identity.key + identity.certificate, 0o600)
