# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outlook of one Windows user, as the engine sees it."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ..._model import senders
from ..._model.account import Account
from ..._model.account import State as AccountState
from ..._model.errors import HostError, MailError
from ..._model.settings import Change
from ..._windows.pc import Machine, Pc
from ..._windows.registry import ByName, KeyWrite, difference
from ..._windows.users import WindowsUser
from ..engine import ClientDefaults, Obstacle, Status, TextDiff, View
from ..lookup import about_other_protocol, absence
from ..stored_account import LeftAlone, StoredAccount, StoredLogin
from . import differences, lookup, signatures, staging_record, status
from .account_warnings import about_staging
from .blockers import foreign_xml, other_outlook
from .change_notes import logged
from .configure import configured
from .one_per_domain import domain_conflict
from .staging_methods import AUTODISCOVER
from .status import AccountStatus, OutlookStatus
from .stored import OutlookState, made_accounts


class Outlook(ClientDefaults):
    """Implements the protocol ``Client`` for one Windows user.

    Args:
        pc: the PC.
        machine: what the PC reported about itself.
        user: the Windows user.
        methods: how accounts are staged, see ``staging_methods.METHODS``.
        profile: the Outlook profile for new accounts; None for the user's default.
    """

    name: t.ClassVar[str] = "Outlook"

    def __init__(
        self, pc: Pc, machine: Machine, user: WindowsUser, methods: t.Sequence[str], profile: str | None = None
    ) -> None:
        self._pc = pc
        self._machine = machine
        self._user = user
        self._methods = tuple(methods)
        self._wanted_profile = profile

    @property
    def profile(self) -> str:
        return f"of {self._user}"

    @property
    def title(self) -> str:
        return f"Outlook {self.profile}"

    def read(self) -> OutlookState:
        sid = self._user.sid
        snapshot = self._pc.snapshot(sid)
        noted = staging_record.load(snapshot.registry, sid)
        return OutlookState(
            machine=self._machine,
            user=self._user,
            loaded=snapshot.loaded,
            registry=snapshot.registry,
            files={name: snapshot.files[name] for name in noted.files if name in snapshot.files},
            record=noted,
            made=made_accounts(snapshot.registry, sid) if snapshot.loaded else (),
            signatures=snapshot.signatures,
            signature_obstacle=snapshot.signature_obstacle,
        )

    def configure(self, before: OutlookState, account: Account) -> OutlookState:
        return configured(before, account, self._methods, self._wanted_profile)

    def compare(self, before: OutlookState, after: OutlookState) -> tuple[Change, ...]:
        return differences.compare(before, after)

    def view(self, state: OutlookState, account: Account) -> View:
        made = lookup.find(state, account)
        if made is not None:
            return View(
                made.account,
                {"profile": made.profile, "key": made.key},
                profile=made.profile,
                outgoing_username=made.outgoing_username,
                kept=lookup.KEPT,
            )
        staged = state.record.find(account)
        if staged is None:
            return View(None, profile="")
        return View(
            staged.account,
            {},
            {"staged by": " and ".join(staged.methods)},
            profile="",
            outgoing_username=staged.account.username,
            kept=lookup.KEPT,
        )

    def verdict(self, state: OutlookState, account: Account) -> AccountStatus:
        """The account's status."""
        return status.verdict(state, account, self._methods)

    def account(self, wanted: Account) -> StoredAccount | None:
        """The account as Outlook has it; None if it does not have it.

        Raises:
            HostError: the user is not logged on, so that Outlook's settings cannot be read.
        """
        state = self.read()
        if not state.loaded:
            raise HostError(
                f"Outlook {self.profile}",
                "the user is not logged on to this PC, so Outlook's accounts cannot be read",
                "run again while the user is logged on",
            )
        made = lookup.find(state, wanted)
        if made is None:
            return None
        reason = signatures.left_alone(state, wanted)
        return StoredAccount(
            account=dataclasses.replace(
                lookup.comparable(made.account, wanted), signature=signatures.stored(state, wanted)
            ),
            incoming=StoredLogin(made.account.username, None),
            outgoing=StoredLogin(made.outgoing_username, None),
            locked="in Outlook, only the user can read them",
            others=(),
            sign_in=made.sign_in,
            security_names=made.security_names,
            left_alone=LeftAlone(reason, frozenset({senders.SIGNATURE})) if reason else None,
        )

    def signature_drift(self, state: OutlookState, account: Account) -> tuple[bool, str]:
        """Whether the signature differs from the wanted one, and why a run would keep it; empty if it would not."""
        differs = any(senders.pairs(account, dataclasses.replace(account, signature=signatures.stored(state, account))))
        return differs, signatures.left_alone(state, account)

    def absence(self, wanted: Account) -> str:
        """How the account is missing, a clause."""
        state = self.read()
        status = self.verdict(state, wanted).standing
        if status is OutlookStatus.STAGED:
            return "does not have the account yet (it is staged for the next start)"
        if status is OutlookStatus.CONSUMED:
            return "imported the staged settings but created no account"
        return absence(wanted, lookup.has_other_protocol(state, wanted))

    def running(self) -> bool:
        """Never counts as running: Outlook reads what is staged only at its next start."""
        return False

    def result_details(self, state: OutlookState, account: Account) -> t.Mapping[str, str]:
        """What Outlook did with the account, and what the user or administrator must do."""
        reached = self.verdict(state, account)
        signature = signatures.status(state, account)
        details = {} if signature is None else {"outlook_signature": signature.value}
        advice = f"{reached.advice} {signatures.advice(state, account)}".strip()
        return {"outlook_status": reached.standing.value, "advice": advice, **details}

    def obstacle(self, state: OutlookState, account: Account) -> Obstacle | None:
        """An obstacle if nothing can be staged for the account, or if only the user can remove it."""
        reached = self.verdict(state, account)
        if reached.standing is OutlookStatus.BLOCKED:
            return Obstacle(Status.FAILED, reached.advice)
        left = account.state is AccountState.ABSENT and bool(reached.advice)
        if left or reached.standing is OutlookStatus.PENDING_LOGON:
            return Obstacle(Status.SKIPPED, reached.advice)
        return None

    def file_diffs(self, before: OutlookState, after: OutlookState) -> tuple[TextDiff, ...]:
        return differences.file_diffs(before, after)

    def warnings(self, state: OutlookState, account: Account) -> tuple[str, ...]:
        """Warnings for the administrator about an account."""
        reached = self.verdict(state, account)
        warned = reached.standing in _WARNED or account.state is AccountState.ABSENT
        found = [f"{account}: {reached.advice}"] if reached.advice and warned else []
        found += [f"{account}: {text}" for text in signatures.warnings(state, account)]
        return (*found, *self._staging_warnings(state, account))

    def _staging_warnings(self, state: OutlookState, account: Account) -> tuple[str, ...]:
        if account.state is AccountState.ABSENT or not state.loaded:
            return ()
        found: list[str] = []
        unstaged = lookup.not_staged(account)
        if unstaged:
            found.append(
                f"Outlook keeps its own {' and '.join(unstaged)}: the user sets them in the account's settings"
            )
        standing = self.verdict(state, account).standing
        if standing is OutlookStatus.STAGED:
            found += [f"{account}: {caution}" for caution in about_staging(state, account) if caution]
        if standing in (OutlookStatus.CONFIGURED, OutlookStatus.DRIFTED) and (elsewhere := other_outlook(state)):
            found.append(f"{account}: {elsewhere}")
        if account.migrate_from and lookup.has_other_protocol(state, account):
            found.append(
                f"{account}: only its user can move the mail of the POP3 account in Outlook, and remove that account"
            )
        elif lookup.has_other_protocol(state, account):
            found += about_other_protocol(account, lambda: False)
        if standing is OutlookStatus.STAGED and AUTODISCOVER in self._methods:
            rival = domain_conflict(state.record.accounts, account)
            foreign = foreign_xml(state, account)
            if rival is not None:
                found.append(
                    f"{account}: no settings for Autodiscover were staged, because Autodiscover can serve only one "
                    f"account of a domain for each user, and {rival} has the same domain"
                )
            elif foreign is not None:
                found.append(f"{account}: no settings for Autodiscover were staged. {foreign.reason}")
        return tuple(found)

    def exclusive(self) -> t.ContextManager[None]:
        """No lock: Outlook reads what is staged only at its start, so it may be open."""
        return contextlib.nullcontext()

    def write(self, before: OutlookState, after: OutlookState) -> t.Sequence[str]:
        registry = logged(self.log, before, after)
        files: dict[str, bytes | None] = dict.fromkeys(before.record.files)
        files.update(after.files)
        changed = {name: content for name, content in files.items() if content != before.files.get(name)}
        texts: dict[str, bytes | None] = {
            name: after.signatures.get(name)
            for name in sorted(before.signatures.keys() | after.signatures.keys())
            if before.signatures.get(name) != after.signatures.get(name)
        }
        written = {
            (write.path, name): registry.value(write.path, name)
            for write in difference(before.registry, registry)
            for name in write.values or before.registry.get(write.path, ByName())
        }
        try:
            self._pc.write(self._user.sid, difference(before.registry, registry), changed, texts)
            stored = self._pc.snapshot(self._user.sid)
        except MailError as error:
            # Otherwise Outlook would act, at its next start, on writes that were reported as failed.
            try:
                self._take_back(before, written, changed, texts)
            except MailError:
                raise error from None
            raise
        # reg import skips what it cannot read, and still exits with 0.
        wrong = [
            f"{path}\\{name}" for (path, name), value in written.items() if stored.registry.value(path, name) != value
        ]
        wrong += [after.path(name) for name, content in changed.items() if stored.files.get(name) != content]
        wrong += [after.signature_path(name) for name, new in texts.items() if stored.signatures.get(name) != new]
        if wrong:
            self._take_back(before, written, changed, texts)
            raise HostError(
                f"Outlook {self.profile}",
                f"{' and '.join(wrong)} do not read back as written, so everything was undone",
                "check whether Outlook was just started or another tool changes the same settings, and run again",
            )
        return ()

    def _take_back(
        self,
        before: OutlookState,
        values: t.Iterable[tuple[str, str]],
        files: t.Iterable[str],
        texts: t.Iterable[str],
    ) -> None:
        """Restore what was there and nothing else: Outlook may be changing the same keys."""
        back = [KeyWrite(path, {name: before.registry.value(path, name)}) for path, name in values]
        old = {name: before.signatures.get(name) for name in texts}
        self._pc.write(self._user.sid, back, {name: before.files.get(name) for name in files}, old)


# What the user or the administrator must act on.
_WARNED = (OutlookStatus.CONFIGURED, OutlookStatus.DRIFTED, OutlookStatus.PENDING_LOGON, OutlookStatus.CONSUMED)
