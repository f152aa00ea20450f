# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real Thunderbird: lists its accounts, logs in, and receives, reads and sends mail.

    with Thunderbird(home, command_prefix=["ip", "netns", "exec", "lab"], ca=ca) as client:
        [account] = [one for one in client.accounts() if one["incoming"]["type"] == "imap"]
        assert client.verify_incoming(account["key"]) == "0x0"

It starts in 2 s on an idle machine. With ``copy=False``, only Thunderbird itself writes to the profile: prefs.js gets
no setting of the driver, and there is no user.js. With ``ca``, the authority is added to the profile's cert9.db and,
since NSS signs what it trusts, six rows to key4.db. The file MarionetteActivePort exists while it runs. These
preferences differ from an ordinary start, all as defaults: thunderbird_quiet.js, ``marionette.port`` and, unless
``online``, ``offline.startup_state``.
"""

from __future__ import annotations

import contextlib
import pathlib
import time
import types
import typing as t

from ansible_collections.charter.mail.tests.missing import skip_or_fail

from .thunderbird_data import Account, Composed, ParsedPrefs, parsed_prefs
from .thunderbird_process import Dialog, Plan, ThunderbirdError, ThunderbirdProcess, unavailable
from .thunderbird_session import ThunderbirdSession

__all__ = ["Dialog", "Thunderbird", "ThunderbirdError", "require"]

_PARSE_BATCH = 500


def require() -> None:
    """On a machine where Thunderbird cannot be driven, skip the test, or fail it if CI is set in the environment."""
    reason = unavailable()
    if reason is not None:
        skip_or_fail(reason)


class Thunderbird:
    """A running Thunderbird, as a context manager that quits it and, if necessary, kills it.

    It starts offline, as with "Work Offline", and goes online for the first operation that needs a server, so no
    account logs in by itself. Dialogs are cancelled and recorded in :attr:`dialogs`. If the ``with`` block raises, the
    exception gets a note with the end of Thunderbird's log.

    Args:
        home: the value of ``HOME``; Thunderbird chooses the profile.
        profile: a profile to start instead (``-profile``); with ``copy`` it must be in ``home``.
        copy: work on a temporary copy; Thunderbird sees it under the path of ``home``, so that absolute paths in the
            profile refer to the copy as well. False works on ``home`` itself.
        command_prefix: a prefix for the command, for example ``["ip", "netns", "exec", "lab"]``. Its commands must
            replace themselves by what follows (exec), and 127.0.0.1 must be up.
        user: the uid to run as, with the group of ``home``; None is the owner of ``home``.
        ca: a PEM file with certificate authorities to trust.
        online: start online as an ordinary client does, with all logins at startup.
        environment: additional environment variables.
        timeout: the seconds to wait for the start and for each operation.
    """

    def __init__(
        self,
        home: pathlib.Path,
        profile: pathlib.Path | None = None,
        *,
        copy: bool = True,
        command_prefix: t.Sequence[str] = (),
        user: int | None = None,
        ca: pathlib.Path | None = None,
        online: bool = False,
        environment: t.Mapping[str, str] | None = None,
        timeout: float = 150.0,
    ) -> None:
        self._plan = Plan(home, profile, copy, tuple(command_prefix), user, ca, online, environment or {})
        self._timeout = timeout
        self._open = contextlib.ExitStack()
        self._has_quit = False

    def __enter__(self) -> Thunderbird:
        self._process = ThunderbirdProcess(self._plan)
        try:
            deadline = time.monotonic() + self._timeout
            connection = self._open.enter_context(self._process.connect(deadline))
            self._session = ThunderbirdSession(self._process, connection, deadline)
            self._started: t.Mapping[str, str] = self._call("start")
        except BaseException as error:
            self._abandon(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        if error is None:
            try:
                self.quit()
            except ThunderbirdError as failure:
                self._abandon(failure)
                raise
            self._process.discard()
        else:
            self._abandon(error)

    @property
    def pid(self) -> int:
        """Thunderbird's main process."""
        return self._process.pid

    @property
    def profile(self) -> pathlib.Path:
        """The profile that Thunderbird chose, under the path that Thunderbird sees."""
        return pathlib.Path(self._started["profile"])

    @property
    def profile_on_disk(self) -> pathlib.Path:
        """The path of that profile for the test: inside the copy, if there is one."""
        return self._process.on_disk(self.profile)

    @property
    def version(self) -> str:
        """Thunderbird's version, for example ``153.7.0``."""
        return self._started["version"]

    @property
    def dialogs(self) -> tuple[Dialog, ...]:
        """All dialogs since the start, oldest first; each was cancelled."""
        return self._process.dialogs()

    def accounts(self) -> list[Account]:
        """All accounts that Thunderbird shows, in its order, Local Folders included (type ``none``)."""
        answer: list[Account] = self._call("accounts")
        return answer

    def default_account(self) -> str | None:
        """The key of the default account."""
        answer: str | None = self._call("defaultAccount")
        return answer

    def wizard_shown(self) -> bool:
        """Whether Thunderbird asks for a first account: its hub is open or about to open."""
        answer: bool = self._call("wizardShown")
        return answer

    def verify_incoming(self, account_key: str) -> str:
        """Log in to the incoming server with the stored password.

        Returns:
            The nsresult: ``0x0`` success, ``0x805a1ff3`` unknown issuer, ``0x80004005`` for example wrong password.
        """
        answer: str = self._call("verifyIncoming", account_key)
        return answer

    def folders(self, account_key: str) -> list[str]:
        """The paths of all folders of the account, sorted; with IMAP, they are first listed on the server."""
        answer: list[str] = self._call("folders", account_key)
        return answer

    def fetch(self, account_key: str) -> list[str]:
        """Get new mail.

        Returns:
            The subjects in the inbox, oldest first.
        """
        answer: list[str] = self._call("fetchMail", account_key)
        return answer

    def read_message(self, subject: str, account_key: str | None = None) -> str:
        """The text of the only message with this subject in the inbox of one account or all."""
        keys = [account["key"] for account in self.accounts()] if account_key is None else [account_key]
        answer: str = self._call("readMessage", subject, keys)
        return answer

    def send(self, identity_key: str, to: str, subject: str, body: str) -> str:
        """Send a message through the identity's SMTP server with the stored password, and save the copy.

        Returns:
            The nsresult of the delivery.

        Raises:
            ThunderbirdError: The message was delivered, but Thunderbird then showed an error, such as a failed copy.
        """
        before = len(self.dialogs)
        answer: str = self._call("send", identity_key, to, subject, body)
        complaints = self.dialogs[before:]
        if answer == "0x0" and complaints:
            raise ThunderbirdError(f"the message was sent, but: {'; '.join(map(str, complaints))}")
        return answer

    def composed(self, kind: str, identity_key: str | None = None) -> Composed:
        """What the compose window shows; it is closed again, and nothing is sent.

        Args:
            kind: a member of nsIMsgCompType, such as ``New``; ``Reply`` and ``ForwardInline`` are to a message that
                says "The pipe drips."
            identity_key: who writes; None for the default identity of the default account.
        """
        answer: Composed = self._call("composed", kind, identity_key)
        return answer

    def parse_prefs(self, inputs: t.Sequence[bytes]) -> list[ParsedPrefs]:
        """Read preference files, separately, with Thunderbird's own parser.

        The names should be in a branch that Thunderbird does not use, since the result is what changed.

        Args:
            inputs: the contents of the files.

        Returns:
            A result for each file, in the same order.
        """
        starts = range(0, len(inputs), _PARSE_BATCH)
        return [answer for start in starts for answer in self._parse_batch(inputs[start : start + _PARSE_BATCH])]

    def run_script(self, script: str, *arguments: object, timeout: float | None = None) -> t.Any:
        """Run JavaScript in Thunderbird's chrome, as the body of a function.

        Args:
            script: the code, which may ``return`` a value or a promise; ``Services``, ``Cc``, ``Ci`` and
                ``driver`` (see thunderbird_session.js) are defined.
            arguments: its ``arguments``.
            timeout: in seconds; None is the timeout of all operations.

        Returns:
            The returned value, as decoded from JSON.

        Raises:
            ThunderbirdError: It threw or timed out. The message includes the dialogs that were shown.
        """
        return self._session.run(script, arguments, self._timeout if timeout is None else timeout)

    def quit(self) -> None:
        """Quit Thunderbird cleanly, so that it writes its files; no error if it has ended.

        Raises:
            ThunderbirdError: It does not end, or ends with an error.
        """
        if self._has_quit:
            return
        self._session.quit(self._timeout)
        self._open.close()
        status = self._process.wait(self._timeout)
        self._has_quit = True
        if status != 0:
            raise ThunderbirdError(f"Thunderbird ended with status {status}")

    def _call(self, function: str, *arguments: object) -> t.Any:
        return self._session.call(function, arguments, self._timeout)

    def _parse_batch(self, inputs: t.Sequence[bytes]) -> list[ParsedPrefs]:
        paths = [self._process.scratch / f"{number}.js" for number in range(len(inputs))]
        for path, content in zip(paths, inputs, strict=True):
            path.write_bytes(content)
            path.chmod(0o644)
        return [parsed_prefs(answer) for answer in self._call("parsePrefs", [str(path) for path in paths])]

    def _abandon(self, error: BaseException) -> None:
        self._open.close()
        self._process.kill()
        error.add_note(self._process.keep_log())
        self._process.discard()
