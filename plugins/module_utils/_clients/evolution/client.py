# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evolution of one local user."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._host.file_write import FileWrite
from ..._model.account import Account
from ..._model.account import State as AccountState
from ..._model.errors import ClientRunningError, HostError, MailError
from ..._model.persistent import updated
from ..engine import ClientDefaults, Obstacle, Status, View
from ..lookup import absence
from ..migration import migrates
from ..own_addresses import ThisComputer
from ..when_running import once_closed
from . import configure, default_account, lookup, signatures, templates, user_choice
from .location_choice import Location
from .lookup import find, has_other_protocol
from .password_store.store import SECRET_SERVICE
from .signatures import SignatureFiles
from .sources import SUFFIX, Sources, source_path
from .stored import EvolutionState, Lazy
from .view import view

if t.TYPE_CHECKING:  # packages that most runs do not need are imported late
    from ..._host.desktop import Bus, Desktop
    from ..._host.files import Files
    from ..._host.process import Process
    from ..._host.user_host import SealedStore
    from ..._model.secret import Secret
    from ..._model.settings import Change
    from ..seal import Seal
    from ..stored_account import StoredAccount
    from .default_account_store import Defaults
    from .password_store.keyring_item import Item
    from .password_store.store import Passwords
    from .registry_service import AccountRegistry

T = t.TypeVar("T")

_LARGEST = 16 * 1024 * 1024  # bytes of all sources together; one has one or two thousand


class Evolution(ClientDefaults):
    """Implements the protocol ``Client`` for one user.

    Args:
        files: the user's files.
        location: the folders of this Evolution.
        desktop: the user's desktop; None if the files belong to no user who can log in, such as a template for new
            users.
        password_store: one of ``passwords.CHOICES``.
        wait_seconds: how long to wait until a Flatpak is closed; the native package can stay open.
        backup: keep copies of the sources that change.
        require_writable: see ``UserHost``.
        as_root: context for imports during the run, when the process may have the rights of a user who cannot read
            Python's own files.
        seal: seals the plaintext keyring; None for none.
        sealed_store: see ``UserHost``.
    """

    name: t.ClassVar[str] = "Evolution"

    def __init__(
        self,
        files: Files,
        location: Location,
        desktop: Desktop | None,
        *,
        password_store: str = "secret_service",
        wait_seconds: float = 0,
        backup: bool = True,
        require_writable: t.Callable[[t.Sequence[str]], None] = lambda paths: None,
        as_root: t.Callable[[], t.ContextManager[None]] = contextlib.nullcontext,
        seal: Seal | None = None,
        sealed_store: SealedStore | None = None,
    ) -> None:
        self._files = files
        self._location = location
        self._desktop = desktop
        self._password_store = password_store
        self._wait_seconds = wait_seconds
        self._backup = backup
        self._require_writable = require_writable
        self._as_root = as_root
        self._seal = seal
        self._sealed_store = sealed_store
        self._computer = ThisComputer(files)

    @property
    def profile(self) -> str:
        return self._location.sources

    def read(self) -> EvolutionState:
        session = self._session()
        memory = {} if session is None else session.sources()
        found = {
            uid: GlibKeyFile.parse(text.encode("utf-8", "surrogateescape"), self._path(uid))
            for uid, text in memory.items()
        }
        damaged = {}
        total = 0
        for uid in self._uids():
            path = self._path(uid)
            try:
                content = None if uid in memory else self._files.read(path)
                source = None if content is None else GlibKeyFile.parse(content, path)
            except MailError as error:  # damaged or inaccessible: it matters only if it is needed
                damaged[uid] = error
                continue
            total += len(content or b"")
            if total > _LARGEST:
                raise HostError(
                    self.profile,
                    f"the sources in this folder have more than {_LARGEST} bytes ({_LARGEST // 1024**2} MiB) together",
                    "find out what fills it, move that away and run again",
                )
            if source is not None and session is None:  # a registry loads valid files by itself
                found[uid] = source
        passwords = Lazy(lambda: self._open_passwords(session))
        files = SignatureFiles(self._files, self._location.config)
        return EvolutionState(
            Sources(found, self._computer), damaged, session, passwords, Lazy(self._open_defaults), files
        )

    def configure(self, before: EvolutionState, account: Account) -> EvolutionState:
        lookup.refuse_damaged(before.sources, before.damaged, account)
        if user_choice.choice(before.sources, account):
            return before
        removed = account.state is AccountState.ABSENT
        after = self._without(before, account) if removed else self._with(before, account)
        if after.sources is not before.sources:
            templates.refuse_changes(before.sources, after.sources, find(before.sources, account), account)
            if after.removals:
                with self._as_root():
                    from . import removal
                after = removal.settled(self._files, self._location, after)
        if not removed:
            return after
        # Several accounts can match: remove them all, except those that a further run would also leave.
        left = find(after.sources, account)
        return after if left in {None, find(before.sources, account)} else self.configure(after, account)

    def compare(self, before: EvolutionState, after: EvolutionState) -> tuple[Change, ...]:
        with self._as_root():
            from .differences import compare
        return compare(before, after)

    def view(self, state: EvolutionState, account: Account) -> View:
        seen = view(state, account)
        if not migrates(account):
            return seen
        with self._as_root():
            from . import migration
        return seen._replace(replaces=migration.replaced(state.sources, account))

    def ids(self, state: EvolutionState, account: Account) -> t.Mapping[str, str] | None:
        found = user_choice.usual(state.sources, account)
        return None if found is None else found._asdict()

    def account(self, wanted: Account) -> StoredAccount | None:
        """The account as it is, with the logins stored for it; None if it does not exist."""
        with self._as_root():
            from . import reading
        state = self.read()
        lookup.refuse_damaged(state.sources, state.damaged, wanted)
        return reading.account(state, wanted)

    def absence(self, wanted: Account) -> str:
        """How a missing account is missing, a clause."""
        return absence(wanted, has_other_protocol(self.read().sources, wanted))

    def warnings(self, state: EvolutionState, account: Account) -> tuple[str, ...]:
        """Warnings for the admin about an account."""
        with self._as_root():
            from . import account_warnings
        found = [*self._location.warnings, *(f"left as it is: {error.remark}" for error in state.damaged.values())]
        if account.state is AccountState.PRESENT and not self._location.flatpak:
            found += templates.warnings(self._templates, account)
        kept: t.Iterable[tuple[str, str]] = ()
        if migrates(account):
            with self._as_root():
                from . import migration
            kept = migration.kept(state.sources, account)
        return (*found, *account_warnings.about(state, account, self._password_store, kept))

    def result_details(self, state: EvolutionState, account: Account) -> t.Mapping[str, str]:
        """The client's own fields in the account's result."""
        details = {"via": "session" if state.session else "files"}
        present = account.state is AccountState.PRESENT
        if account.password is not None and present and not user_choice.choice(state.sources, account):
            with self._as_root():
                from . import account_password
            details["password"] = account_password.state_of(state, account, self._password_store).value
        return details

    def obstacle(self, state: EvolutionState, account: Account) -> Obstacle | None:
        """What blocks an account: its user has changed it."""
        reason = user_choice.choice(state.sources, account)
        return Obstacle(Status.SKIPPED, reason) if reason else None

    def running(self) -> bool:
        """Whether Evolution is open and nothing may be changed. Only the Flatpak counts, which cannot be reached."""
        return self._in_the_way() is not None

    def require_writable(self, before: EvolutionState, after: EvolutionState) -> None:
        with self._as_root():
            from . import writing
        paths = writing.folders(self._files, self._location, before, after, self._password_store)
        deletes = self._other_deletes(after)
        if deletes:
            with self._as_root():
                from ..mail_deletion import to_empty  # imported late: mail is rarely deleted
            paths += to_empty(self._files, deletes)
        if paths:
            self._require_writable(paths)

    @contextlib.contextmanager
    def exclusive(self) -> t.Iterator[None]:
        """Wait for other runs, and for programs that keep the sources in memory and do not see changes."""
        with self._files.exclusive():
            once_closed(self._refuse_running, self._wait_seconds)
            self._files.recover()
            yield

    def _refuse_running(self) -> None:
        process = self._in_the_way()
        if process is not None:
            raise ClientRunningError(self.name, self.profile, process.pid)

    def undisturbed(self, read: t.Callable[[], T]) -> T:
        return self._files.undisturbed(read)

    @property
    def interrupted(self) -> bool:
        return self._files.interrupted

    def write(self, before: EvolutionState, after: EvolutionState) -> t.Sequence[str]:
        with self._as_root():
            from . import writing
        items = {uid: writing.password_item(after, uid) for uid in after.new_passwords}
        # Evolution asks at once for a missing password, so a password is stored for as long as its source exists.
        stored = {uid: item for uid, item in items.items() if item is not None}
        removed = {uid: item for uid, item in items.items() if item is None}
        session = None
        if after.session and after.sources is not before.sources:
            with self._as_root():
                from .session_change import SessionChange
            session = SessionChange(after.session, self._files, self.profile, before.sources, after.sources)
        logged = [] if self.log is None else self.log.writes(self._files, self.profile, writing.EvolutionNotes())
        done = []
        try:
            if stored:
                after.passwords.value.write(stored)
                done += ["passwords were stored already"] if self._password_store == SECRET_SERVICE else []
            if session is None:
                writes, deletes = writing.as_files(
                    self._files, self.profile, before.sources, after.sources, backup=self._backup
                )
                passwords = self._password_writes(after, items)
                sealed, unsealed = writing.seal_changes(self._seal, self._files, self._location, after)
                backups = self._files.replace(
                    [*passwords, *writes, *self._other_writes(after), *sealed, *logged],
                    [*deletes, *self._other_deletes(after), *unsealed],
                )
            else:
                passwords = self._password_writes(after, stored)
                backups = self._files.replace([*passwords, *(session.kept() if self._backup else ())])
                done += ["passwords were stored already"] if passwords else []
                # If killed from here on, the next run completes it: deletions are recorded before the session acts.
                passwords = self._password_writes(after, removed)
                sealed, unsealed = writing.seal_changes(self._seal, self._files, self._location, after)
                self._files.replace(
                    [*passwords, *self._other_writes(after), *sealed, *logged],
                    [*session.deletes, *self._other_deletes(after), *unsealed],
                    session.make,
                )
                done.append("the accounts were changed already")
                session.mend()
            done.append("the accounts were changed already")
            if removed:
                after.passwords.value.write(removed)
            if after.new_defaults:
                after.defaults.value.write(after.new_defaults)
        except HostError as error:
            if done and not error.changed:
                raise error.after(done[-1]) from error
            raise
        except MailError as error:
            error.changed = error.changed or bool(done)
            raise
        return backups

    def renew_seal(self, state: EvolutionState) -> tuple[str, ...]:
        if self._seal is None:
            return ()
        with self._as_root():
            from .writing import renew_seal
        return renew_seal(self._seal, self._files, self._location, state)

    def _password_writes(self, after: EvolutionState, items: t.Mapping[str, Item | None]) -> list[FileWrite]:
        return after.passwords.value.file_writes(items) if items else []

    def _other_writes(self, after: EvolutionState) -> t.Sequence[FileWrite]:
        defaults = after.defaults.value.file_writes(after.new_defaults) if after.new_defaults else ()
        return [*defaults, *after.signatures.writes(after.new_signatures, backup=self._backup)]

    def _with(self, before: EvolutionState, account: Account) -> EvolutionState:
        if migrates(account):
            with self._as_root():
                from . import migration
            sources, ids = configure.present(migration.moved(before.sources, account), account)
            before = migration.followed(before, account, ids, self._password_store)
        else:
            sources, ids = configure.present(before.sources, account)
        sources, new_signatures = signatures.configured(sources, ids.identity, account, before.signature)
        before.signatures.require_plain(new_signatures)
        new_passwords: dict[str, Secret | None] = {}
        if account.password is not None:
            with self._as_root():
                from . import account_password
            new_passwords = account_password.to_store(before, account, ids, self._password_store)
        new_defaults = default_account.missing(ids, before.default) if account.default else {}
        if new_defaults:
            before.defaults.value.require_writable()
        if sources is before.sources and not (new_passwords or new_defaults or new_signatures):
            return before
        return before._replace(
            sources=sources,
            new_signatures={**before.new_signatures, **new_signatures},
            new_passwords=updated(before.new_passwords, new_passwords),
            new_defaults={**before.new_defaults, **new_defaults},
        )

    def _without(self, before: EvolutionState, account: Account) -> EvolutionState:
        with self._as_root():
            from . import removal  # imported late: accounts are rarely removed
        return removal.without(before, account)

    @functools.cached_property
    def _templates(self) -> t.Mapping[str, str]:
        return templates.hosts(self._files)

    def _other_deletes(self, after: EvolutionState) -> list[str]:
        folders = [folder for account in after.purged for folder in self._location.mail_folders(account)]
        return [*folders, *after.signatures.gone(after.new_signatures)]

    def _uids(self) -> t.Iterator[str]:
        """The uids of the existing files."""
        for name in self._files.names(self.profile):
            if name.endswith(SUFFIX) and not name.startswith("."):
                yield name[: -len(SUFFIX)]

    def _path(self, uid: str) -> str:
        return source_path(self.profile, uid)

    def _session(self) -> AccountRegistry | None:
        if self._desktop is None or self._location.flatpak:
            return None
        with self._as_root():
            from . import registry_service
        return registry_service.running(self._desktop)

    def _in_the_way(self) -> Process | None:
        if self._desktop is None or not self._location.flatpak:
            return None
        with self._as_root():
            from . import registry_service
        return next(iter(registry_service.flatpaks(self._desktop)), None)

    def _open_passwords(self, session: AccountRegistry | None) -> Passwords:
        with self._as_root():
            from .password_store.choice import open_passwords

        def bus() -> Bus | None:
            if session is not None:
                return session.bus
            return None if self._desktop is None else self._desktop.bus()

        choice, where, sealed = self._password_store, self._location, self._sealed_store
        return open_passwords(choice, self._files, where.keyrings, bus, flatpak=where.flatpak, sealed=sealed)

    def _open_defaults(self) -> Defaults:
        with self._as_root():
            from .default_account_store import DesktopDefaults, FlatpakDefaults, NoDefaults
        if self._location.flatpak:
            return FlatpakDefaults(self._files, self._location.settings)
        return NoDefaults() if self._desktop is None else DesktopDefaults(self._desktop)
