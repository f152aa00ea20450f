# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Thunderbird has stored in one profile."""

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
    """The files of the password store as they are on the disk, opened when a password is first in question.

    Attributes:
        contents: name to content, None where there is no such file.
        open: makes the store of them.
    """

    contents: t.Mapping[str, bytes | None] = dataclasses.field(repr=False)
    open: t.Callable[[t.Mapping[str, bytes | None]], ProfilePasswordStore]

    @classmethod
    def unreachable(cls, reason: MailError) -> PasswordFiles:
        """Files that cannot be read, which is said where a password is first in question."""

        def fail(contents: t.Mapping[str, bytes | None]) -> ProfilePasswordStore:
            raise reason

        return cls({}, fail)

    @functools.cached_property
    def store(self) -> ProfilePasswordStore:
        """The stored passwords."""
        return self.open(self.contents)


class ThunderbirdRemoval(t.NamedTuple):
    """An account that has been removed since the state was read.

    Attributes:
        account: as wanted.
        ids: what it had.
        settings: with it.
        smtp_servers: those that were made for it.
        mail: its mail, as far as that is to be deleted; None where it is not.
        waits: whether accounts that are still there use something of it, so far.
        remarks: what the admin should know.
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
        """Whether its mail is not to be deleted, or cannot be."""
        return self.mail is None or (self.mail.folder is None and bool(self.mail.reason))


class ThunderbirdState(t.NamedTuple):
    """What one profile holds.

    Attributes:
        profile: where.
        prefs: prefs.js as it is on the disk.
        sources: what else gives Thunderbird preferences.
        settings: the preferences as Thunderbird sees them; they differ from ``prefs`` once an account was configured.
        references: files that name folders, path to content.
        password_files: the password store as it is on the disk.
        new_passwords: the password store once an account changed it.
        password_changes: what the last step of ``configure`` changed in it.
        purged: folders of the profile to delete.
        has_old_names: ``settings`` are those that ``old_names.effective`` gives.
        unreadable: why nothing could be read, so that ``settings`` has nothing; None where it could.
        content: prefs.js as it is on the disk.
        remarks: what the admin should know about what was done, or left, so far.
        removals: the accounts that have been removed so far.
        announced: Thunderbird shall open this profile, and profiles.ini must list it.
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
        """What is known of a profile that cannot be read."""
        none = PreferenceSources()
        passwords = PasswordFiles.unreachable(reason)
        return cls(profile, PrefsFile(), none, IndexedSettings({}), {}, passwords, unreadable=reason, content=content)

    def has_nothing_of(self, account: Account) -> bool:
        """Whether a profile that cannot be read is not one that has the account."""
        own = {account.email.lower(), account.username.lower()}
        text = self.content.decode("utf-8", "replace").lower()
        return account.state is State.ABSENT and not any(name in text for name in own)

    def references_since(self, before: ThunderbirdState) -> t.Mapping[str, bytes]:
        """The files that name folders otherwise than in another state of the same profile."""
        if self.references is before.references:  # so that they are read only where they are in question
            return {}
        return {path: content for path, content in self.references.items() if content != before.references[path]}

    @property
    def smtp_servers_left(self) -> t.Collection[str]:
        """The SMTP servers of removed accounts, which go as soon as nobody sends by them."""
        return [name for one in self.removals if one.waits for name in one.smtp_servers]

    @property
    def folders_to_purge(self) -> t.Sequence[str]:
        """The paths of the folders to delete."""
        return [posixpath.join(self.profile.path, folder) for folder in self.purged]

    @property
    def to_store(self) -> Settings:
        """What prefs.js shall have."""
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
