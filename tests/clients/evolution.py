# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and uses a user's accounts through the real Evolution and evolution-data-server in the mail lab.

    with desktop_session(local_user, in_the_lab(lab)) as session:
        session.start_keyring("the login's password")
        account = Evolution(session).account(address)

All programs in the session trust the lab's authority as if it were in the system's certificate store. This file uses
no code of the collection.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import time
import typing as t

from ansible_collections.charter.mail.tests.lab.lab import MailLab
from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .desktop_session import DesktopSession, SessionError
from .evolution_data import Account, Item, Mail, Signature

TIMEOUT = 120.0  # seconds; usually a moment, on a machine that is very busy

_HERE = pathlib.Path(__file__).parent
_PYTHON = "/usr/bin/python3"  # has the package gi
_PROGRAMS = ("evolution", "gnome-keyring-daemon", "dbus-daemon", "gdbus", "gsettings", "Xvfb", "xdotool")
_REGISTRY_PROGRAM = pathlib.Path("/usr/libexec/evolution-source-registry")

_STORE = "/etc/ssl/certs/ca-certificates.crt"
# The store contains only the lab's authority, in a mount namespace that only the command sees.
_TRUST = f'mount --bind "$1" {_STORE} || exit 1; shift; exec "$@"'


def unavailable() -> str | None:
    """The reason why Evolution cannot be tested on this machine; None if it can."""
    if os.geteuid() != 0:
        return "needs root, for sessions of other users"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing or not _REGISTRY_PROGRAM.exists():
        return f"needs {', '.join(missing) or _REGISTRY_PROGRAM}, see tests/setup/packages.txt"
    return None


def require() -> None:
    """On a machine without Evolution, skip the test, or fail it if CI is set in the environment."""
    reason = unavailable()
    if reason is not None:
        skip_or_fail(reason)


def in_the_lab(lab: MailLab) -> list[str]:
    """The prefix of a command line that runs a program in the lab, trusting only the lab's authority."""
    return lab.command(["sh", "-c", _TRUST, "sh", str(lab.ca_path)])


def wait_until(condition: t.Callable[[], bool], what: str) -> None:
    """Wait until a condition is true.

    Raises:
        SessionError: It was not true in time.
    """
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise SessionError(f"no {what} after {TIMEOUT:.0f} s")
        time.sleep(0.1)


class Evolution:
    """The Evolution of a session's user, accessed through its own libraries. Starts the registry if it is not running.

    Args:
        session: the session; in the lab if mail is to be used.
    """

    def __init__(self, session: DesktopSession) -> None:
        self.session = session
        self._uids: dict[str, str] = {}

    @property
    def sources(self) -> pathlib.Path:
        """The directory of the account files."""
        return self.session.user.home / ".config/evolution/sources"

    def accounts(self) -> list[Account]:
        """The mail accounts that programs see, without the built-in ones."""
        accounts: list[Account] = self._run_script("evolution_registry.py", "accounts")
        return accounts

    def account(self, address: str) -> Account:
        """The only account with this address."""
        (account,) = (one for one in self.accounts() if one["identity"]["address"] == address)
        return account

    def set_up(self, address: str) -> bool:
        """Whether an open Evolution has set up the account's folders from the server, which it does once."""
        if address not in self._uids:  # who waits for it asks often
            self._uids[address] = self.account(address)["uid"]
        uid = self._uids[address]
        return "NeedsInitialSetup=false" in (self.sources / f"{uid}.source").read_text()

    def wait_until_set_up(self, address: str) -> None:
        """Wait until an open Evolution has adopted the server's folders.

        Raises:
            SessionError: It has not done so in time.
        """
        try:
            wait_until(lambda: self.set_up(address), "folders adopted from the server")
        except SessionError as error:
            source = (self.sources / f"{self._uids[address]}.source").read_text()
            log = self.session.log.read_text()[-5000:]
            raise SessionError(f"{error}; the account:\n{source}\nthe log:\n{log}") from error

    def downloaded(self, subject: str) -> bool:
        """Whether a message is in the folders On This Computer, which receive all POP3 mail."""
        folder = self.session.user.home / ".local/share/evolution/mail/local"
        return any(f"Subject: {subject}\n" in path.read_text() for path in folder.glob("cur/*"))

    def fetched(self, address: str) -> bool:
        """Whether a whole message is in the cache of an account's inbox, which Evolution fetches to show it."""
        cache = self.session.user.home / ".cache/evolution/mail" / self.account(address)["uid"]
        return any(cache.glob("folders/INBOX/cur/*/*"))

    def memory(self) -> dict[str, str]:
        """The content of all sources by UID, as the registry has them in memory, including the built-in ones."""
        sources: dict[str, str] = self._run_script("evolution_registry.py", "memory")
        return sources

    def edit(self, uid: str, group: str, **properties: object) -> None:
        """Change an account as Evolution's editor does.

        Args:
            uid: the UID of the source.
            group: the extension, such as ``Mail Identity``, or ``Data Source`` for the source's own properties.
            properties: the properties by their names in the library, such as ``reply_to``.
        """
        before, file = self.memory()[uid], self.sources / f"{uid}.source"
        self._run_script("evolution_registry.py", "edit", uid=uid, group=group, properties=properties)
        # The registry may answer before it has written the file.
        wait_until(lambda: before != self.memory()[uid] == file.read_text(), f"change in {file.name}")

    def signature(self, uid: str) -> Signature:
        """The signature with this UID, as the composer loads it."""
        found: Signature = self._run_script("evolution_registry.py", "signature", uid=uid)
        return found

    def delete(self, uid: str) -> None:
        """Delete an account as Evolution's button does."""
        self._run_script("evolution_registry.py", "delete", uid=uid)

    def use(self, account: Account, *, send_to: str | None = None, subject: str = "") -> Mail:
        """Log in, list the folders, fetch the inbox, and send a message if a recipient is given.

        This uses Evolution's own mail library, with the passwords that the registry finds in the keyring.
        """
        mail: Mail = self._run_script(
            "evolution_camel.py",
            "use",
            account=account["uid"],
            transport=account["transport"]["uid"],
            sender=account["identity"]["address"],
            recipient=send_to,
            subject=subject,
        )
        return mail

    def camel_settings(self, uid: str) -> dict[str, t.Any]:
        """What Evolution's mail library has of an IMAP account's settings for receiving, by the names of properties."""
        settings: dict[str, t.Any] = self._run_script("evolution_camel.py", "settings", account=uid)
        return settings

    def setting(self, name: str) -> str:
        """The value of a setting such as ``default-mail-account``."""
        printed = self.session.run("gsettings", "get", "org.gnome.Evolution.DefaultSources", name)
        return printed.strip().strip("'")

    def store_password(self, uid: str, password: str) -> None:
        """Store a password in the unlocked keyring, as Evolution does after the user has entered it."""
        self._run_script("evolution_keyring.py", "store", stdin=password, uid=uid)

    def passwords(self, uid: str | None = None) -> list[Item]:
        """The passwords in the keyring for one source or all; a locked keyring is not unlocked."""
        items: list[Item] = self._run_script("evolution_keyring.py", "items", uid=uid)
        return items

    def lock_keyring(self) -> None:
        """Lock the keyring, as a logout does."""
        self._run_script("evolution_keyring.py", "lock")

    def _run_script(self, script: str, action: str, stdin: str = "", **arguments: object) -> t.Any:
        # The script is passed on the command line, since the user may not be able to read it here. It has no passwords.
        text = (_HERE / script).read_text()
        printed = self.session.run(_PYTHON, "-c", text, action, json.dumps(arguments), stdin=stdin)
        return json.loads(printed.splitlines()[-1])
