# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's real Evolution and evolution-data-server in the mail lab, and what they say of the user's accounts.

    with desktop_session(local_user, in_the_lab(lab)) as session:
        session.start_keyring("the login's password")
        account = Evolution(session).account(address)

Everything that runs in the session trusts the lab's authority as it would one in the system's store of certificates.
No line of the collection takes part in this file.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import time
import typing as t

import pytest

from ansible_collections.charter.mail.tests.lab.lab import MailLab

from .desktop_session import DesktopSession, SessionError
from .evolution_answers import Account, Item, Mail

TIMEOUT = 120.0  # seconds; usually a moment, on a machine that is very busy

_HERE = pathlib.Path(__file__).parent
_PYTHON = "/usr/bin/python3"  # whose packages gi is one of
_PROGRAMS = ("evolution", "gnome-keyring-daemon", "dbus-daemon", "gdbus", "gsettings", "Xvfb", "xdotool")
_REGISTRY_PROGRAM = pathlib.Path("/usr/libexec/evolution-source-registry")

_STORE = "/etc/ssl/certs/ca-certificates.crt"
# The store holds the lab's authority and no other, in a mount namespace that only the command sees.
_TRUST = f'mount --bind "$1" {_STORE} || exit 1; shift; exec "$@"'


def unavailable() -> str | None:
    """Why Evolution cannot be tested on this machine; None where it can."""
    if os.geteuid() != 0:
        return "needs root, for sessions of other users"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing or not _REGISTRY_PROGRAM.exists():
        return f"needs {', '.join(missing) or _REGISTRY_PROGRAM}, see tests/setup/packages.txt"
    return None


def require() -> None:
    """Skip the test, or with CI in the environment fail it, on a machine without Evolution."""
    reason = unavailable()
    if reason is not None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def in_the_lab(lab: MailLab) -> list[str]:
    """The start of a command line that runs a program in the lab, with the lab's authority as the only trusted one."""
    return lab.command(["sh", "-c", _TRUST, "sh", str(lab.ca_path)])


def wait_until(look: t.Callable[[], bool], what: str) -> None:
    """Wait until it is so.

    Raises:
        SessionError: it does not come to be.
    """
    deadline = time.monotonic() + TIMEOUT
    while not look():
        if time.monotonic() > deadline:
            raise SessionError(f"no {what} after {TIMEOUT:.0f} s")
        time.sleep(0.1)


class Evolution:
    """Evolution of the user of a session, seen through its own libraries. Starts the registry where none runs.

    Args:
        session: in the lab, where mail is used.
    """

    def __init__(self, session: DesktopSession) -> None:
        self.session = session

    @property
    def sources(self) -> pathlib.Path:
        """Where the files of the accounts are."""
        return self.session.user.home / ".config/evolution/sources"

    def accounts(self) -> list[Account]:
        """The mail accounts that a program is told of, without those that are always there."""
        accounts: list[Account] = self._ask("evolution_registry.py", "accounts")
        return accounts

    def account(self, address: str) -> Account:
        """The only account with that address."""
        (account,) = (one for one in self.accounts() if one["identity"]["address"] == address)
        return account

    def set_up(self, address: str) -> bool:
        """Whether an open Evolution has asked the server for the account's folders, which it does once."""
        uid = self.account(address)["uid"]
        return "NeedsInitialSetup=false" in (self.sources / f"{uid}.source").read_text()

    def downloaded(self, subject: str) -> bool:
        """Whether a message has come to the folders On This Computer, where all POP3 mail goes."""
        folder = self.session.user.home / ".local/share/evolution/mail/local"
        return any(f"Subject: {subject}\n" in path.read_text() for path in folder.glob("cur/*"))

    def memory(self) -> dict[str, str]:
        """uid to content: all sources as the registry holds them in its memory, the built-in ones, too."""
        sources: dict[str, str] = self._ask("evolution_registry.py", "memory")
        return sources

    def edit(self, uid: str, group: str, **properties: object) -> None:
        """Change an account as Evolution's own editor does.

        Args:
            uid: of the source.
            group: the extension, such as ``Mail Identity``; ``Data Source`` for the source's own properties.
            properties: by their names in the library, such as ``reply_to``.
        """
        self._ask("evolution_registry.py", "edit", uid=uid, group=group, properties=properties)

    def delete(self, uid: str) -> None:
        """Delete an account as Evolution's own button does."""
        self._ask("evolution_registry.py", "delete", uid=uid)

    def use(self, account: Account, *, send_to: str | None = None, subject: str = "") -> Mail:
        """Log in, list the folders, fetch the inbox, and send a message where a recipient is given.

        All with the passwords that the registry finds in the keyring, by way of Evolution's own mail library.
        """
        mail: Mail = self._ask(
            "evolution_camel.py",
            "use",
            account=account["uid"],
            transport=account["transport"]["uid"],
            sender=account["identity"]["address"],
            recipient=send_to,
            subject=subject,
        )
        return mail

    def setting(self, name: str) -> str:
        """One of the settings that name the defaults, such as ``default-mail-account``."""
        printed = self.session.run("gsettings", "get", "org.gnome.Evolution.DefaultSources", name)
        return printed.strip().strip("'")

    def store_password(self, uid: str, password: str) -> None:
        """Put a password into the unlocked keyring as Evolution does when it has asked for one."""
        self._ask("evolution_keyring.py", "store", stdin=password, uid=uid)

    def passwords(self, uid: str | None = None) -> list[Item]:
        """What the keyring holds for a source, or for all of them; nobody is asked to unlock it."""
        items: list[Item] = self._ask("evolution_keyring.py", "items", uid=uid)
        return items

    def lock_keyring(self) -> None:
        """Lock the keyring, as the end of a login does."""
        self._ask("evolution_keyring.py", "lock")

    def _ask(self, script: str, question: str, stdin: str = "", **arguments: object) -> t.Any:
        # By the command line, since the user may have no way to this folder; passwords are no part of it.
        text = (_HERE / script).read_text()
        printed = self.session.run(_PYTHON, "-c", text, question, json.dumps(arguments), stdin=stdin)
        return json.loads(printed.splitlines()[-1])
