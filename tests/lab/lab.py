# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: real Dovecot and real Postfix under the provider's real names, in a network that leads nowhere.

    with MailLab.start(users=["mario.rossi@charter.net"]) as lab:
        subprocess.run(lab.command(["openssl", "s_client", "-connect", "imap.charter.net:993"]))

It needs root, and the Debian 12 packages dovecot-imapd, dovecot-pop3d, postfix and iproute2. The machine's own mail
servers, /etc/hosts and network stay as they are, and any number of labs can run side by side.
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

from . import dovecot, leftovers, logins, mailboxes, postfix
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
"""The users of a lab that is not told other ones."""

_PROGRAMS = ("ip", "dovecot", "postfix", "postmap")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
# A socket's address has 107 characters, and Dovecot appends up to 37 ("/dovecot/run/token-login/imap-urlauth").
_LONGEST_DIRECTORY = 70

_Found = t.TypeVar("_Found")


class MailLab:
    """A running lab; made by ``start``.

    Attributes:
        name: of its network namespace.
        directory: its run directory.
        ca_path: the authority of its servers' certificates, PEM, readable by all.
        hosts: what it offers.
        addresses: host name to IPv4 address.
        namespace: where it runs.
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
        """Run a lab as long as the block lasts, and remove all of it at the end.

        The end may also be an exception, Ctrl-C, SIGTERM or SIGHUP (in the main thread; the last two raise
        KeyboardInterrupt, too). What SIGKILL leaves, the next lab that starts on this machine removes.

        Args:
            directory: its run directory, which must not exist, and whose parents must be open to all (o+x);
                otherwise a new one in /run.
            users: addresses in lower case; mail is taken in for their domains.
            hosts: what to offer; otherwise what the provider publishes.
            certificates: hosts whose certificate shall not be a good one.
            network: an IPv4 network; the hosts get its addresses from the tenth on.
            name: of the network namespace; otherwise a new one.

        Raises:
            LabError: this machine cannot run it, an option is wrong, or a server does not start.
        """
        if reason := unavailable():
            raise LabError(reason)
        leftovers.clear()
        name = name or f"mail-lab-{secrets.token_hex(4)}"
        site = Site(directory or pathlib.Path("/run") / name, tuple(hosts), Network.of(network, hosts))
        _check(name, site)
        with contextlib.ExitStack() as stack:
            stack.enter_context(signals_raise())
            namespace = Namespace(name)
            stack.enter_context(leftovers.removed_at_the_end([namespace], site.directory))
            namespace.create(site.network.addresses)
            namespace.configure(list(site.network.commands()))
            make_directory(site.directory)
            _write_certificates(site, certificates or {})
            lab = cls(site, namespace)
            lab._serve(stack, [MailUser.new(address) for address in users])
            yield lab

    @property
    def users(self) -> tuple[MailUser, ...]:
        """Who has a mailbox, with passwords."""
        return tuple(self._users.values())

    def user(self, address: str) -> MailUser:
        """A user by address.

        Raises:
            LabError: there is no such user.
        """
        if address not in self._users:
            raise LabError(f"the lab has no user {address}; it has {', '.join(self._users)}")
        return self._users[address]

    def add_user(self, address: str) -> MailUser:
        """Add a user with an empty mailbox while the lab runs, so that a test need not share one.

        Raises:
            LabError: the user exists, or the domain is none of those the lab was started with.
        """
        user = MailUser.new(address)
        if address in self._users or user.domain not in self._domains():
            raise LabError(f"cannot add {address}: it exists, or the lab takes no mail for its domain")
        self._store([user])
        return user

    def command(self, argv: t.Sequence[str]) -> list[str]:
        """The command line that runs a program inside, where the names are known and nothing else can be reached."""
        return self.namespace.command(argv)

    def deliver(self, address: str, message: email.message.EmailMessage | bytes) -> None:
        """Put a message into a user's INBOX, as if it had come from outside."""
        mailboxes.deliver(self._site.maildir(self.user(address).address), message)

    def messages(self, address: str, mailbox: str = "INBOX") -> tuple[email.message.EmailMessage, ...]:
        """What a user's mailbox holds, those received first at the front; nothing where it has not been made yet."""
        return mailboxes.read(self._site.maildir(self.user(address).address), mailbox)

    def wait_for_message(
        self, address: str, subject: str, mailbox: str = "INBOX", seconds: float = 10
    ) -> email.message.EmailMessage:
        """The first message with this subject, as soon as it is there.

        Raises:
            LabError: it does not come in time.
        """

        def look() -> email.message.EmailMessage | None:
            return next((found for found in self.messages(address, mailbox) if found["Subject"] == subject), None)

        return self._wait(f"message {subject!r} in {mailbox} of {address}", look, seconds)

    def logins(self) -> tuple[Login, ...]:
        """All attempts to log in, right or wrong, as the servers saw them; the last one may lag by a moment."""
        return logins.read(self._site.dovecot_log, self._site.network)

    def wait_for_login(self, address: str, service: Service, *, succeeded: bool = True, seconds: float = 10) -> Login:
        """The latest such attempt to log in, as soon as there is one.

        Raises:
            LabError: there is none in time.
        """

        def look() -> Login | None:
            wanted = (address, service, succeeded)
            found = [login for login in self.logins() if (login.user, login.service, login.succeeded) == wanted]
            return found[-1] if found else None

        outcome = "successful" if succeeded else "failed"
        return self._wait(f"{outcome} {service.value} login of {address}", look, seconds)

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

    def _wait(self, what: str, look: t.Callable[[], _Found | None], seconds: float) -> _Found:
        deadline = time.monotonic() + seconds
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise LabError(f"no {what} after {seconds} s; the end of the logs:\n{self.log_text()[-3000:]}")
            time.sleep(0.02)
        return found


def unavailable() -> str | None:
    """Why this machine cannot run a lab; None if it can."""
    if os.geteuid() != 0:
        return "the mail lab needs root: network namespaces and the ports of mail servers"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"the mail lab needs {', '.join(missing)}: install dovecot-imapd, dovecot-pop3d, postfix and iproute2"
    return None


def _check(name: str, site: Site) -> None:
    if not _NAME.fullmatch(name):
        raise LabError(f"{name!r} is no name for a namespace: lower-case letters, digits and hyphens, at most 41")
    if not site.directory.is_absolute() or len(str(site.directory)) > _LONGEST_DIRECTORY:
        raise LabError(f"{site.directory} must be absolute and have at most {_LONGEST_DIRECTORY} characters")
    for parent in site.directory.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            raise LabError(f"{site.directory} cannot be reached by the servers' users: {parent} is closed to them")


def end_on_signals() -> None:
    """Let SIGINT and SIGTERM end this program, also where it was started with them ignored; for the start of a program.

    A shell ignores SIGINT for what it starts in the background, and what is ignored is inherited. SIGHUP stays as it
    is: ``nohup`` ignores it on purpose.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.contextmanager
def signals_raise() -> t.Iterator[None]:
    """Let SIGTERM and SIGHUP end the block like Ctrl-C, unless the program handles or ignores them."""
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
