# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird of one local user, for the engine."""

from __future__ import annotations

import contextlib
import posixpath
import time
import typing as t

from ..._host.file_write import FileWrite, LockedError
from ..._model.account import Account, Protocol
from ..._model.account import State as AccountState
from ..._model.errors import ClientRunningError, DamagedFileError, MailError
from ..._model.lazy_mapping import LazyMapping
from ..._model.settings import Change, Settings
from ..engine import ClientDefaults, Obstacle, PasswordState, Status, View
from ..lookup import about_other_protocol, absence
from ..migration import migrates
from ..own_addresses import ThisComputer
from ..when_running import once_closed
from . import configure, old_names, preference_files, profile_choice, programs
from .indexed_settings import IndexedSettings
from .local_folders import missing_folders
from .lookup import find, has_other_protocol
from .password_store import store_in_use
from .prefs import AsRoot, PrefsFile
from .profile_choice import Root
from .stored import PasswordFiles, ThunderbirdState
from .user_choice import choice, usual
from .view import view

if t.TYPE_CHECKING:  # packages that most runs do not need are imported late
    from ..._host.files import Files
    from ..._host.user_host import SealedStore
    from ..seal import Seal
    from ..stored_account import StoredAccount
    from .password_store.choice import ProfilePasswordStore

T = t.TypeVar("T")


class Thunderbird(ClientDefaults):
    """Implements the protocol ``Client`` for one profile.

    Args:
        files: the user's files.
        root: the folder with profiles.ini.
        profile: a profile's name or folder; None for the one that Thunderbird would open.
        scratch: creates a private folder for the duration of the run.
        wait_seconds: how long to wait for Thunderbird to be closed.
        backup: keep copies of the settings files that change.
        now: seconds since 1970, for times in the password store.
        require_writable: see ``UserHost``.
        as_root: entered for imports during the run, when the process may have the rights of a user who cannot read
            Python's files.
        seal: seals the password store; None for none.
        sealed_store: see ``UserHost``.
    """

    name: t.ClassVar[str] = "Thunderbird"

    def __init__(
        self,
        files: Files,
        root: Root,
        profile: str | None,
        *,
        scratch: t.Callable[[], str],
        wait_seconds: float = 0,
        backup: bool = True,
        now: t.Callable[[], float] = time.time,
        require_writable: t.Callable[[t.Sequence[str]], None] = lambda paths: None,
        as_root: t.Callable[[], t.ContextManager[None]] = contextlib.nullcontext,
        seal: Seal | None = None,
        sealed_store: SealedStore | None = None,
    ) -> None:
        self._files = files
        self._root = root
        self._wanted = profile
        self._scratch = scratch
        self._wait_seconds = wait_seconds
        self._backup = backup
        self._now = now
        self._require_writable = require_writable
        self._as_root = as_root
        self._seal = seal
        self._sealed_store = sealed_store
        self._computer = ThisComputer(files)
        self._profile = profile_choice.choose(files, root, profile)

    @property
    def profile(self) -> str:
        return self._profile.path

    @property
    def place(self) -> tuple[Files, Root, AsRoot]:
        """The user's files, the root of all profiles, and the context for imports."""
        return self._files, self._root, self._as_root

    def read(self) -> ThunderbirdState:
        self._profile = profile_choice.choose(self._files, self._root, self._wanted)
        if self._profile.missing is not None:
            return ThunderbirdState.of_nothing(self._profile, self._profile.missing)
        path = self._path("prefs.js")
        try:
            content = self._files.read(path) or b""
        except MailError as error:
            if not self._files.is_directory(path):
                raise
            return ThunderbirdState.of_nothing(self._profile, error)  # such as a mount point without its file
        try:
            prefs = PrefsFile.parse(content, path, self._as_root)
        except DamagedFileError as error:
            return ThunderbirdState.of_nothing(self._profile, error, content)
        profile = self.profile
        old = old_names.has_any(content) and self._is_older_than(old_names.FIRST_WITHOUT)
        programs_of_profile = profile_choice.openers(self._files, self._root, self.profile)
        sources = preference_files.read(
            self._files, programs_of_profile, self.profile, self._root.sandboxes, prefs.values, self._as_root
        )
        seen = sources.seen(prefs.values)
        references = LazyMapping(lambda: self._references(profile, seen))
        settings = IndexedSettings(old_names.effective(seen) if old else seen, self._computer)
        passwords = self._read_passwords(seen)
        return ThunderbirdState(self._profile, prefs, sources, settings, references, passwords, has_old_names=old)

    def configure(self, before: ThunderbirdState, account: Account) -> ThunderbirdState:
        if before.unreadable is not None and not before.has_nothing_of(account):
            raise before.unreadable
        if before.unreadable is not None or choice(before.settings, account):
            return before
        removed = account.state is AccountState.ABSENT
        after = self._without(before, account) if removed else self._with(before, account)
        if after.removals and after.settings is not before.settings:
            with self._as_root():
                from . import unused_after_removal
            after = unused_after_removal.settled(self._files, self._root, after)
        if after.settings is not before.settings:
            after.refuse_what_would_not_last(account)
        return after

    def compare(self, before: ThunderbirdState, after: ThunderbirdState) -> tuple[Change, ...]:
        with self._as_root():
            from .differences import preference_changes
        found = [*preference_changes(before.settings, after.settings), *after.password_changes]
        moved = after.references_since(before)
        found += [Change(path, "the old server's folders", "the new server's folders") for path in moved]
        found += [Change("mail on this host", folder, None) for folder in after.purged if folder not in before.purged]
        if after.announced and not before.announced:
            found += [Change(write.path, None, "new") for write in before.profile.files if not write.backup]
        return tuple(found)

    def view(self, state: ThunderbirdState, account: Account) -> View:
        seen = view(state.settings, account)
        if not account.migrate_from:
            return seen
        with self._as_root():
            from . import migration
        return migration.shown(seen, state.settings, account)

    def ids(self, state: ThunderbirdState, account: Account) -> t.Mapping[str, str] | None:
        found = usual(state.settings, account)
        return None if found is None else found._asdict()

    def account(self, wanted: Account) -> StoredAccount | None:
        """The account as now stored in the profile, with its logins; None if it is not there."""
        with self._as_root():
            from . import reading
        state = self.read()
        if state.unreadable is not None:
            raise state.unreadable
        return reading.account(state.settings, state.passwords, wanted, self._as_root)

    def absence(self, wanted: Account) -> str:
        """How the account is missing, a clause."""
        return absence(wanted, has_other_protocol(self.read().settings, wanted))

    def warnings(self, state: ThunderbirdState, account: Account) -> tuple[str, ...]:
        """What the administrator should know about an account besides its changes."""
        with self._as_root():
            from . import account_warnings
        kept: t.Iterable[tuple[str, str]] = ()
        if migrates(account):
            with self._as_root():
                from . import migration
            kept = migration.kept(state.settings, account)
        about_profile = (*self._root.warnings, *state.profile.warnings, *account_warnings.about(state, account, kept))
        if not has_other_protocol(state.settings, account):
            return about_profile
        return (*about_profile, *about_other_protocol(account, lambda: find(state.settings, account) is not None))

    def result_details(self, state: ThunderbirdState, account: Account) -> t.Mapping[str, str]:
        """The details of the account's result that only this client returns."""
        if account.password is None or account.state is AccountState.ABSENT or self.obstacle(state, account):
            return {}
        return {"password": self._password_state(state, account).value}

    def obstacle(self, state: ThunderbirdState, account: Account) -> Obstacle | None:
        """The user's choice that keeps the account unchanged; None if there is none."""
        reason = choice(state.settings, account)
        return Obstacle(Status.SKIPPED, reason) if reason else None

    def running(self) -> bool:
        """Whether Thunderbird is open with this profile.

        Only the lock shows it: the link named ``lock`` remains after a clean exit (measured with 153).
        """
        return self._files.lock_holder(self._path(".parentlock")) is not None

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        return self._files.undisturbed(read)

    @property
    def interrupted(self) -> bool:
        return self._files.interrupted

    def require_writable(self, before: ThunderbirdState, after: ThunderbirdState) -> None:
        moved = after.references_since(before)
        named = ["prefs.js", *(store_in_use.FILES if after.new_passwords is not None else ())]
        further = missing_folders(self._files, self.profile, before.settings, after.settings)
        further += after.profile.files if after.announced else ()
        paths = (*map(self._path, named), *moved, *(one.path for one in further))
        written = [posixpath.dirname(self._files.real_path(path)) for path in paths]
        emptied: t.Iterable[str] = ()
        if after.purged:
            with self._as_root():
                from ..mail_deletion import to_empty  # imported here: few accounts are removed with their mail
            emptied = to_empty(self._files, after.folders_to_purge)
        self._require_writable(tuple(dict.fromkeys((self.profile, *written, self._path(".parentlock"), *emptied))))

    @contextlib.contextmanager
    def exclusive(self) -> t.Iterator[None]:
        """Hold the lock that Thunderbird takes at its start (nsProfileLock.cpp), for which it waits some seconds."""
        with self._files.exclusive(), contextlib.ExitStack() as held:
            self._once_closed(self._files.recover)
            self._profile = profile_choice.choose(self._files, self._root, self._wanted)
            if self._files.is_directory(self.profile):
                lock = self._path(".parentlock")
                self._once_closed(lambda: held.enter_context(self._files.lock(lock)))
            yield

    def write(self, before: ThunderbirdState, after: ThunderbirdState) -> t.Sequence[str]:
        with self._as_root():
            from . import writing
        password_writes = () if after.new_passwords is None else after.new_passwords.files_since(before.passwords)
        sealed, unsealed = self._seal_changes(after, password_writes)
        writes = [*password_writes, *writing.settings_files(before, after, backup=self._backup)]
        writes += missing_folders(self._files, self.profile, before.settings, after.settings)
        if self.log is not None:
            writes += self.log.writes(self._files, self.profile, writing.ThunderbirdNotes())
        return self._files.replace([*writes, *sealed], [*writing.purged(after), *unsealed])

    def renew_seal(self, state: ThunderbirdState) -> tuple[str, ...]:
        if self._seal is None:
            return ()
        return self._seal.renew(self._files, lambda: self._seal_changes(state))

    def _seal_changes(
        self, state: ThunderbirdState, writes: t.Sequence[FileWrite] = ()
    ) -> tuple[list[FileWrite], list[str]]:
        """See ``Seal.changes``; ``writes`` are the writes of the password store."""
        if self._seal is None:
            return [], []

        def logins(account: Account) -> t.Sequence[t.Sequence[str]]:
            ids = None if choice(state.settings, account) else find(state.settings, account)
            return () if ids is None else configure.logins(state.settings, ids)

        stored = self._seal.held(logins, state.passwords.stored)
        if not (stored or writes):
            return [], []
        contents = {**state.password_files.contents, **{posixpath.basename(one.path): one.content for one in writes}}
        return self._seal.changes(self._files, self.profile, contents, stored)

    def _password_state(self, state: ThunderbirdState, account: Account) -> PasswordState:
        ids = None if account.replace_password else find(state.settings, account)
        if ids is not None:  # another password may have been kept
            for login in configure.logins(state.settings, ids):
                if state.passwords.stored(login.origin, login.username) != account.password:
                    return PasswordState.KEPT
        return PasswordState.STORED

    def _with(self, before: ThunderbirdState, account: Account) -> ThunderbirdState:
        settings = before.settings
        if _may_migrate(account):
            with self._as_root():
                from . import migration
            settings = migration.moved(settings, account, self._files, self.profile)
        settings, ids = configure.present(settings, account, self._as_root)
        if before.smtp_servers_left:
            with self._as_root():
                from . import removal
            settings = removal.without_unused(settings, before.smtp_servers_left)
        settings = before.sources.without_vain_choice(before.settings, settings, account)
        references, new_passwords = before.references, before.new_passwords
        left: tuple[str, ...] = ()
        password_changes: list[Change] = []
        if _may_migrate(account) or configure.moves(before.settings, settings, ids, account):
            with self._as_root():
                from . import server_move
            references, left, new_passwords, password_changes = server_move.follow(before, settings, ids, account)
        remarks = (*before.remarks, *left)
        if account.password is not None:
            passwords = before.passwords if new_passwords is None else new_passwords
            for login in configure.logins(settings, ids):
                stored = passwords.stored(login.origin, login.username)
                if stored == account.password or (stored is not None and not account.replace_password):
                    continue
                with self._as_root():
                    from .password_store.older_store import refuse_older_store
                refuse_older_store(
                    self.profile, before.password_files.contents, lambda path: programs.exists(self._files, path)
                )
                passwords = passwords.with_login(login.origin, login.username, account.password)
                password_changes.append(login.change(stored=stored is not None, wanted=True))
            if password_changes:
                new_passwords = passwords
        known = before.announced or not before.profile.files
        if settings is before.settings and references is before.references and not password_changes and known:
            return before
        return before._replace(
            settings=settings,
            references=references,
            new_passwords=new_passwords,
            password_changes=tuple(password_changes),
            remarks=remarks,
            announced=True,
        )

    def _without(self, before: ThunderbirdState, account: Account) -> ThunderbirdState:
        with self._as_root():
            from . import removal  # imported here: most accounts stay
        return removal.without(self._files, before, account)

    def _once_closed(self, action: t.Callable[[], object]) -> None:
        """Run an action that needs Thunderbird's lock, as soon as the lock is free."""

        def attempt() -> None:
            try:
                action()
            except LockedError as error:
                raise ClientRunningError(self.name, posixpath.dirname(error.path), error.pid) from None

        once_closed(attempt, self._wait_seconds)

    def _references(self, profile: str, seen: Settings) -> t.Mapping[str, bytes]:
        with self._as_root():
            from . import folder_references  # imported here: few servers move
        return folder_references.read(self._files, profile, seen)

    def _read_passwords(self, prefs: Settings) -> PasswordFiles:
        names = store_in_use.files_in_use(prefs)
        # Unreadable files are an error only if a password is needed.
        contents = LazyMapping(lambda: {name: self._files.read(self._path(name)) for name in names})
        sealed_store = self._sealed_store
        if sealed_store is not None:
            return PasswordFiles(
                contents, lambda unread: t.cast("ProfilePasswordStore", sealed_store(self.profile, names))
            )
        return PasswordFiles(contents, self._open_passwords)

    def _open_passwords(self, contents: t.Mapping[str, bytes | None]) -> ProfilePasswordStore:
        with self._as_root():
            from .password_store import choice as password_choice
        return password_choice.open_store(
            self.profile,
            contents,
            scratch=self._scratch(),
            now=int(self._now() * 1000),
            version=lambda: profile_choice.version(self._files, self.profile),
            read=self._files.read,
            as_root=self._as_root,
        )

    def _is_older_than(self, version: int) -> bool:
        last = profile_choice.last_version(self._files, self.profile)
        return last is not None and last < version

    def _path(self, name: str) -> str:
        return posixpath.join(self.profile, name)


def _may_migrate(account: Account) -> bool:
    """Whether the account may replace POP3 accounts, or may be one that was replaced."""
    return migrates(account) or account.protocol is Protocol.POP3
