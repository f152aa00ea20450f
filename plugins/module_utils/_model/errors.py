# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for administrators.

Every message says what is wrong, where, and what to do. No message holds a secret.
"""

from __future__ import annotations

_NOTHING = "; nothing was changed"


class MailError(Exception):
    """The base of all errors meant for an administrator; ``str(error)`` is the whole message.

    Attributes:
        changed: something was, or may have been, changed before it was raised.
    """

    changed = False

    @property
    def remark(self) -> str:
        """The message for an error that did not stop the run, so that other changes may have been made."""
        return str(self).replace(_NOTHING, "")


class OptionError(MailError):
    """An option is invalid; raised before anything is written.

    Args:
        option: the option as the administrator wrote it, for example ``incoming.port``.
        reason: what is wrong with it, a clause without a full stop.
        remedy: what to write instead, a clause without a full stop.
    """

    def __init__(self, option: str, reason: str, remedy: str) -> None:
        super().__init__(f"{option}: {reason}. {_sentence(remedy)}")
        self.option = option


class DependedOnError(OptionError):
    """An account cannot be removed while another one depends on it."""


class DamagedFileError(MailError):
    """A file of the client does not follow its grammar; it was not changed.

    Args:
        path: the file.
        line: the line, counted from 1; None for a file without lines (a database).
        reason: what is wrong, a clause without a full stop.
        remedy: what to do about it, a clause without a full stop.
    """

    def __init__(self, path: str, line: int | None, reason: str, remedy: str) -> None:
        where = path if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {reason}. {_sentence(remedy)}")
        self.path = path
        self.line = line


class HostError(MailError):
    """The host refused: no such user, no permission, a full disk, a read-only mount.

    Args:
        subject: the path or the name that was refused.
        reason: what is wrong, a clause without a full stop.
        remedy: what to do about it, a clause without a full stop.
        changed: see ``MailError``.
    """

    def __init__(self, subject: str, reason: str, remedy: str, *, changed: bool = False) -> None:
        super().__init__(f"{subject}: {reason}. {_sentence(remedy)}")
        self.subject = subject
        self.reason = reason
        self.remedy = remedy
        self.changed = changed

    def with_nothing_changed(self) -> HostError:
        """The same error, with the addition that nothing was changed."""
        return HostError(self.subject, self.reason, self.remedy + _NOTHING)

    def after(self, what: str) -> HostError:
        """The same error, raised after earlier steps made changes.

        Args:
            what: what was already changed, a clause.
        """
        return HostError(self.subject, self.reason, f"{self.remedy.replace(_NOTHING, '')}; {what}", changed=True)


class AnotherRunError(HostError):
    """Another run of this collection is changing the same client of the same user; nothing was changed.

    Args:
        path: the lock that it holds.
        pid: its process ID, if known.
    """

    def __init__(self, path: str, pid: int | None) -> None:
        process = "" if pid is None else f" (process {pid})"
        super().__init__(
            path,
            f"another run of this collection{process} is running for this user and holds this lock",
            f"run again when it has ended, or raise lock_timeout{_NOTHING}",
        )
        self.pid = pid


class ClientRunningError(MailError):
    """The user's mail client is running, so its files must not be changed.

    Args:
        client: the client's name, for example ``Thunderbird``.
        profile: the profile in use.
        pid: the ID of the process that uses it, if known.
    """

    def __init__(self, client: str, profile: str, pid: int | None) -> None:
        process = "" if pid is None else f" (process {pid})"
        super().__init__(
            f"{client} is running with the profile {profile}{process}; nothing was changed. "
            "Have it closed and run again, or set when_running to wait or skip."
        )
        self.pid = pid


class PasswordStoreError(MailError):
    """The client's password store cannot store a password; nothing was changed."""


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:] + "."
