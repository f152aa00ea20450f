# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored state of one Thunderbird profile."""

from __future__ import annotations

import dataclasses
import functools
import posixpath
import typing as t

from ..._model.account import Account, State
from ..._model.settings import Change, Settings
from . import old_names
from .effective_preferences import PreferenceSources
from .indexed_settings import IndexedSettings
from .mail_deletion import MailFolder
from .mapping import PrefIds
from .prefs import PrefsFile
from .profile_choice import Profile

if t.TYPE_CHECKING:
    from ..._model.errors import MailError
    from .password_store.choice import ProfilePasswordStore


@dataclasses.dataclass(frozen=True)
class PasswordFiles:
    """The files of the password store on the disk, opened when a password is first needed.

    Attributes:
        contents: name to content, None if the file does not exist.
        open: opens the store.
    """

    contents: t.Mapping[str, bytes | None] = dataclasses.field(repr=False)
    open: t.Callable[[t.Mapping[str, bytes | None]], ProfilePasswordStore]

    @classmethod
    def unreachable(cls, reason: MailError) -> PasswordFiles:
        """Files that cannot be read; the error is raised when a password is first needed."""

        def fail(contents: t.Mapping[str, bytes | None]) -> ProfilePasswordStore:
            raise reason

        return cls({}, fail)

    @functools.cached_property
    def store(self) -> ProfilePasswordStore:
        """The opened store."""
        return self.open(self.contents)


class ThunderbirdRemoval(t.NamedTuple):
    """An account removed since the state was read.

    Attributes:
        account: the account as listed.
        ids: the ids that it had.
        settings: the preferences with it.
        smtp_servers: the SMTP servers created for it.
        mail: its mail to delete; None for none.
        waits: whether remaining accounts still use parts of it.
        remarks: what the administrator should know.
    """

    account: Account
    ids: PrefIds
    settings: Settings
    smtp_servers: t.Sequence[str]
    mail: MailFolder | None
    waits: bool = True
    remarks: tuple[str, ...] = ()

    @property
    def mail_stays(self) -> bool:
        """Whether its mail must not or cannot be deleted."""
        return self.mail is None or (self.mail.folder is None and bool(self.mail.reason))


class ThunderbirdState(t.NamedTuple):
    """The state of one profile.

    Attributes:
        profile: the profile.
        prefs: prefs.js on the disk.
        sources: the other sources of preferences.
        settings: the preferences as Thunderbird sees them; they differ from ``prefs`` after an account was configured.
        references: files that name folders, path to content.
        password_files: the password store on the disk.
        new_passwords: the password store after an account changed it.
        password_changes: its changes in the last step of ``configure``.
        purged: folders of the profile to delete.
        has_old_names: ``settings`` come from ``old_names.effective``.
        unreadable: why the profile could not be read, so that ``settings`` is empty; None if it could.
        content: the bytes of prefs.js on the disk.
        remarks: what the administrator should know about changes, or about what was left unchanged, so far.
        removals: the accounts removed so far.
        announced: Thunderbird is to open this profile, and profiles.ini must list it.
    """

    profile: Profile
    prefs: PrefsFile
    sources: PreferenceSources
    settings: Settings
    references: t.Mapping[str, bytes]
    password_files: PasswordFiles
    new_passwords: ProfilePasswordStore | None = None
    password_changes: tuple[Change, ...] = ()
    purged: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    removals: tuple[ThunderbirdRemoval, ...] = ()
    announced: bool = False
    has_old_names: bool = False
    unreadable: MailError | None = None
    content: bytes = b""

    @classmethod
    def of_nothing(cls, profile: Profile, reason: MailError, content: bytes = b"") -> ThunderbirdState:
        """The state of a profile that cannot be read."""
        none = PreferenceSources()
        passwords = PasswordFiles.unreachable(reason)
        return cls(profile, PrefsFile(), none, IndexedSettings({}), {}, passwords, unreadable=reason, content=content)

    def has_nothing_of(self, account: Account) -> bool:
        """Whether the account is to be absent, and prefs.js of an unreadable profile does not mention it."""
        own = {account.email.lower(), account.username.lower()}
        text = self.content.decode("utf-8", "replace").lower()
        return account.state is State.ABSENT and not any(name in text for name in own)

    def references_since(self, before: ThunderbirdState) -> t.Mapping[str, bytes]:
        """The files that name folders and differ from those of another state of the same profile."""
        if self.references is before.references:  # so that they are read only if needed
            return {}
        return {path: content for path, content in self.references.items() if content != before.references[path]}

    @property
    def smtp_servers_left(self) -> t.Collection[str]:
        """The SMTP servers of removed accounts, which are removed once unused."""
        return [name for one in self.removals if one.waits for name in one.smtp_servers]

    @property
    def folders_to_purge(self) -> t.Sequence[str]:
        """The paths of the folders to delete."""
        return [posixpath.join(self.profile.path, folder) for folder in self.purged]

    @property
    def to_store(self) -> Settings:
        """The preferences for prefs.js."""
        return self.sources.as_stored(self.prefs.values, self._wanted)

    def refuse_what_would_not_last(self, account: Account) -> None:
        """See ``PreferenceSources``."""
        self.sources.refuse_what_would_not_last(self.prefs.values, self._wanted, account)

    @property
    def _wanted(self) -> Settings:
        if not self.has_old_names:
            return self.settings
        return old_names.as_stored(self.sources.seen(self.prefs.values), self.settings)

    @property
    def passwords(self) -> ProfilePasswordStore:
        """The password store, opened."""
        return self.password_files.store if self.new_passwords is None else self.new_passwords
