# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows PC in memory, with two users and an Outlook that can be started."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations, prf
from ansible_collections.charter.mail.plugins.module_utils._model.account import Account, Protocol, Security
from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file, registry_keys
from ansible_collections.charter.mail.plugins.module_utils._windows.pc import NO_FILES, Machine, PcSnapshot
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
    fold,
)
from ansible_collections.charter.mail.plugins.module_utils._windows.users import WindowsUser

MARIO = WindowsUser("S-1-5-21-1-2-3-1001", r"C:\Users\mario")
ANNA = WindowsUser("S-1-5-21-1-2-3-1002", r"C:\Users\anna")

_SEEN = (
    locations.outlook,
    locations.policies,
    locations.cloud_policies,
    locations.record,
    locations.log,
    locations.mail_settings,
)
_ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676"
_CLASSES = {
    Protocol.IMAP: "{ED475412-B0D6-11D2-8C3B-00104B2A6676}",
    Protocol.POP3: "{ED475411-B0D6-11D2-8C3B-00104B2A6676}",
}


class OfficePc:
    """Implements the protocol ``Pc``.

    Attributes:
        everything: the whole registry.
        folders: the staged files of each SID.
        signatures: the files in the folder of signatures of each SID.
        signature_obstacle: why nothing can be put there.
        deaf: keys and files are not written, as by a ``reg import`` that skips what it cannot read and ends with 0.
        writes: how often something was to be written.
    """

    def __init__(self, **machine: t.Any) -> None:
        usual = Machine((MARIO, ANNA), r"C:\ProgramData", "cp1252", classic=True, new=False)
        self._machine = dataclasses.replace(usual, **machine)
        self.everything = Registry().written(KeyWrite(locations.outlook(user.sid)) for user in self._machine.users)
        self.folders: dict[str, dict[str, bytes]] = {}
        self.signatures: dict[str, dict[str, bytes]] = {}
        self.signature_obstacle = ""
        self.deaf = False
        self.writes = 0

    def machine(self) -> Machine:
        return self._machine

    def snapshot(self, sid: str) -> PcSnapshot:
        hive = registry_keys.hive(sid)
        ours = [locate(sid) for locate in _SEEN]
        seen = [(path, values) for path, values in self.everything.items() if any(_is_below(path, key) for key in ours)]
        loaded = any(_is_below(path, hive) for path in self.everything)
        files = dict(self.folders.get(sid, {}))
        texts = dict(self.signatures.setdefault(sid, {}))
        return PcSnapshot(loaded, Registry(seen), files, texts, self.signature_obstacle)

    def write(
        self,
        sid: str,
        writes: t.Sequence[KeyWrite],
        files: t.Mapping[str, bytes | None],
        signatures: t.Mapping[str, bytes | None] = NO_FILES,
    ) -> None:
        self.writes += 1
        if self.deaf:
            return
        # By way of a file, as on a real PC.
        self.everything = self.everything.written(reg_file.parse_writes(reg_file.render(writes)))
        for folder, changed in (
            (self.folders.setdefault(sid, {}), files),
            (self.signatures.setdefault(sid, {}), signatures),
        ):
            for name, content in changed.items():
                if content is None:
                    folder.pop(name, None)
                else:
                    folder[name] = content

    def set(self, key: str, name: str, value: RegValue | None) -> None:
        """Somebody else sets or deletes a value."""
        self.everything = self.everything.written([KeyWrite(key, {name: value})])

    def log_off(self, user: WindowsUser) -> None:
        """The user's part of the registry goes."""
        self.everything = Registry(
            (path, values)
            for path, values in self.everything.items()
            if not _is_below(path, registry_keys.hive(user.sid))
        )

    def start_outlook(self, user: WindowsUser, *, ignores_prf: bool = False) -> None:
        """Import the PRF that waits, as Outlook does: the accounts are made, ImportPRF goes, First-Run comes."""
        setup = locations.setup(user.sid)
        waiting = self.everything.value(setup, "ImportPRF")
        if waiting is None:
            return
        content = self.folders[user.sid][(waiting.text or "").rpartition("\\")[2]]
        found = prf.parse(content, self._machine.code_page)
        self.set(setup, "ImportPRF", None)
        self.set(setup, "First-Run", RegValue.binary(b"\x01"))
        if not ignores_prf:
            for account in found.accounts:
                self.make_account(user, account, found.profile)

    def make_account(self, user: WindowsUser, account: Account, profile: str = "Outlook") -> None:
        """Outlook makes an account, from a PRF or with the user's help."""
        root = locations.outlook(user.sid)
        if self.everything.value(root, "DefaultProfile") is None:
            self.set(root, "DefaultProfile", RegValue.sz(profile))
        accounts = rf"{root}\Profiles\{profile}\{_ACCOUNTS}"
        key = rf"{accounts}\{len(self.everything.children(accounts)) + 1:08x}"
        values = _stored(account)
        self.everything = self.everything.written([KeyWrite(key, values)])


def _stored(account: Account) -> dict[str, RegValue]:
    name = account.protocol.name
    incoming, outgoing = account.incoming, account.outgoing
    return {
        "clsid": RegValue.sz(_CLASSES[account.protocol]),
        "Account Name": RegValue.sz(account.email),
        "Display Name": RegValue.sz(account.full_name or ""),
        "Email": RegValue.sz(account.email),
        f"{name} Server": RegValue.sz(incoming.host),
        f"{name} User": RegValue.sz(account.username),
        f"{name} Port": RegValue.dword(incoming.port),
        f"{name} Use SSL": RegValue.dword(int(incoming.security is Security.SSL)),
        "SMTP Server": RegValue.sz(outgoing.host),
        "SMTP Port": RegValue.dword(outgoing.port),
        "SMTP Use Auth": RegValue.dword(1),
        "SMTP Secure Connection": RegValue.dword(
            [Security.NONE, Security.SSL, Security.STARTTLS].index(outgoing.security)
        ),
    }


def _is_below(path: str, key: str) -> bool:
    return (fold(path) + "\\").startswith(fold(key) + "\\")
