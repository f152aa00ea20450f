# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the preferences as they are to the preferences as they shall be, for one account. Pure."""

from __future__ import annotations

import typing as t

from ..._model.account import Account
from ..._model.errors import OptionError
from ..._model.settings import Settings, Value, same
from ..recognition import marker
from . import mapping
from .lookup import ACCOUNTS, DEFAULT_ACCOUNT, DEFAULT_SMTP, LAST_KEY, MARKER, SMTP_SERVERS, allocate_ids, find, stored
from .mapping import PrefIds, branch, enforce, names, text


class LoginKey(t.NamedTuple):
    """Which stored password belongs to a server: its origin and the login, which must agree exactly."""

    origin: str
    username: str


def present(before: Settings, account: Account) -> tuple[Settings, PrefIds]:
    """The preferences with the account, and its ids; ``before`` itself where it is there as it shall be."""
    after = dict(before)
    found = find(before, account)
    if found is None:
        ids = allocate_ids(before)
        _create(after, ids, account)
    else:
        ids = _own_smtp_server(after, _own_identity(after, found, account), account)
        _follow_move(after, before, ids, account)
    server, identity = branch("server", ids.server), branch("identity", ids.identity)
    smtp = branch("smtpserver", ids.smtp)
    after[server + MARKER] = marker(account)
    enforce(after, server, mapping.SERVER, account)
    enforce(after, identity, mapping.IDENTITY, account)
    enforce(after, smtp, mapping.SMTP, account)
    after[identity + "smtpServer"] = ids.smtp
    _add(after, SMTP_SERVERS, ids.smtp)
    _choose_default(after, ids, account)
    ours = ((server, mapping.SERVER), (identity, mapping.IDENTITY), (smtp, mapping.SMTP))
    keys = [prefix + rule.key for prefix, rules in ours for rule in rules]
    # Only among these can values be equal and of different types; to compare all as ``same`` does is slow.
    unchanged = before == after and all(same(before.get(key), after.get(key)) for key in keys)
    return (before if unchanged else after), ids


def absent(before: Settings, account: Account) -> tuple[Settings, PrefIds | None]:
    """The preferences without the account, and the ids that it had; those of every other account stay.

    Raises:
        OptionError: another account keeps its mail in this one's folders.
    """
    ids = find(before, account)
    if ids is None:
        return before, None
    _refuse_if_others_depend(before, ids, account)
    remaining = [other for other in names(before, ACCOUNTS) if other != ids.account]
    kept_identities = {name for other in remaining for name in names(before, branch("account", other) + "identities")}
    own_identities = set(names(before, branch("account", ids.account) + "identities")) - kept_identities
    smtp_servers = {text(before, branch("identity", name) + "smtpServer") for name in own_identities}
    kept_smtp = {
        text(before, branch("identity", name) + "smtpServer") for name in _all_identities(before) - own_identities
    }
    own_smtp = smtp_servers - kept_smtp - {""}
    prefixes = (
        branch("account", ids.account),
        branch("server", ids.server),
        *(branch("identity", name) for name in own_identities),
        *(branch("smtpserver", name) for name in own_smtp),
    )
    after = {key: value for key, value in before.items() if not key.startswith(prefixes)}
    _remove(after, ACCOUNTS, {ids.account})
    _remove(after, SMTP_SERVERS, own_smtp)
    if text(before, DEFAULT_ACCOUNT) == ids.account:
        _set_or_drop(after, DEFAULT_ACCOUNT, _first_mail_account(after))
    if text(before, DEFAULT_SMTP) in own_smtp:
        _set_or_drop(after, DEFAULT_SMTP, next(iter(names(after, SMTP_SERVERS)), ""))
    return after, ids


def logins(settings: Settings, ids: PrefIds) -> tuple[LoginKey, LoginKey]:
    """The logins that an account uses, incoming and outgoing."""
    server, smtp = branch("server", ids.server), branch("smtpserver", ids.smtp)
    incoming = mapping.incoming_origin(text(settings, server + "type"), text(settings, server + "hostname"))
    outgoing = mapping.outgoing_origin(text(settings, smtp + "hostname"))
    return (
        LoginKey(incoming, text(settings, server + "userName")),
        LoginKey(outgoing, text(settings, smtp + "username")),
    )


def all_logins(settings: Settings) -> frozenset[LoginKey]:
    """The logins that any account or SMTP server uses."""
    of_accounts = {logins(settings, ids)[0] for ids in stored(settings)}
    of_smtp = {
        LoginKey(mapping.outgoing_origin(text(settings, prefix + "hostname")), text(settings, prefix + "username"))
        for prefix in (branch("smtpserver", key) for key in names(settings, SMTP_SERVERS))
    }
    return frozenset(of_accounts | of_smtp)


def mail_folder(settings: Settings, ids: PrefIds) -> str | None:
    """Where the account's mail lies, relative to the profile; None where that is unknown, outside, or shared."""
    relative = _folder(settings, ids.server)
    shared = any(
        other.server != ids.server and _folder(settings, other.server) == relative for other in stored(settings)
    )
    return None if shared else relative


def _folder(settings: Settings, server: str) -> str | None:
    value = text(settings, branch("server", server) + "directory-rel")
    if not value.startswith("[ProfD]"):
        return None
    relative = value[len("[ProfD]") :].strip("/")
    parts = relative.split("/")
    # Two levels such as ImapMail/imap.charter.net: never the profile itself or all of Mail/.
    return relative if len(parts) == 2 and ".." not in parts and "" not in parts else None


def _create(after: dict[str, Value], ids: PrefIds, account: Account) -> None:
    after[branch("account", ids.account) + "server"] = ids.server
    after[branch("account", ids.account) + "identities"] = ids.identity
    last_key = after.get(LAST_KEY)
    number = int(ids.account[len("account") :])
    after[LAST_KEY] = max(number, last_key if isinstance(last_key, int) else 0)  # both fit in 32 bits
    _add(after, ACCOUNTS, ids.account)
    mapping.write(after, branch("server", ids.server), (*mapping.SERVER, *mapping.NEW_SERVER), account)
    mapping.write(after, branch("identity", ids.identity), (*mapping.IDENTITY, *mapping.NEW_IDENTITY), account)
    mapping.write(after, branch("smtpserver", ids.smtp), (*mapping.SMTP, *mapping.NEW_SMTP), account)


def _own_identity(after: dict[str, Value], ids: PrefIds, account: Account) -> PrefIds:
    """The account's identity, or a new one where it has none."""
    if ids.identity:
        return ids
    new = allocate_ids(after).identity
    _add(after, branch("account", ids.account) + "identities", new)
    mapping.write(after, branch("identity", new), (*mapping.IDENTITY, *mapping.NEW_IDENTITY), account)
    return ids._replace(identity=new)


def _own_smtp_server(after: dict[str, Value], ids: PrefIds, account: Account) -> PrefIds:
    """The account's SMTP server, or a new one where it has none or shares it with another account.

    Charter refuses a sender that is not the login (AUP#Out-1500): a shared entry works for one of them only.
    """
    own = set(names(after, branch("account", ids.account) + "identities"))
    users = [name for name in _all_identities(after) if after.get(branch("identity", name) + "smtpServer") == ids.smtp]
    if ids.smtp and ids.smtp in names(after, SMTP_SERVERS) and own.issuperset(users):
        return ids
    new = allocate_ids(after).smtp
    mapping.write(after, branch("smtpserver", new), (*mapping.SMTP, *mapping.NEW_SMTP), account)
    return ids._replace(smtp=new)


def _follow_move(after: dict[str, Value], before: Settings, ids: PrefIds, account: Account) -> None:
    """Where the host or the login changes, change the folder addresses that hold them.

    The mail itself stays in the directory that the server's preferences name, which are not touched.
    """
    old, new = mapping.stored_folder_uri(before, ids.server), mapping.folder_uri(account)
    if old is None or old == new:
        return
    for key, value in before.items():
        if isinstance(value, str) and (value == old or value.startswith(old + "/")):
            after[key] = new + value[len(old) :]


def _choose_default(after: dict[str, Value], ids: PrefIds, account: Account) -> None:
    """Make it the default where that is asked for, or where there is no other that could be."""
    if account.default or _first_mail_account(after) == ids.account:
        after[DEFAULT_ACCOUNT] = ids.account
    if account.default or names(after, SMTP_SERVERS) == [ids.smtp]:
        after[DEFAULT_SMTP] = ids.smtp


def _refuse_if_others_depend(before: Settings, ids: PrefIds, account: Account) -> None:
    for other in stored(before):
        deferred = text(before, branch("server", other.server) + "deferred_to_account")
        if deferred == ids.account and other.account != ids.account:
            name = text(before, branch("server", other.server) + "name") or other.server
            raise OptionError(
                "state",
                f"the account {name!r} keeps its mail in the folders of {account.email} (global inbox)",
                "give that account an inbox of its own in Thunderbird first",
            )


def _all_identities(settings: Settings) -> set[str]:
    return {
        name for key in names(settings, ACCOUNTS) for name in names(settings, branch("account", key) + "identities")
    }


def _first_mail_account(settings: Settings) -> str:
    for ids in stored(settings):
        if ids.identity and text(settings, branch("server", ids.server) + "type") != "none":
            return ids.account
    return ""


def _add(settings: dict[str, Value], key: str, name: str) -> None:
    listed = names(settings, key)
    if name not in listed:
        settings[key] = ",".join([*listed, name])


def _remove(settings: dict[str, Value], key: str, removed: set[str]) -> None:
    listed = names(settings, key)
    if removed.intersection(listed):
        _set_or_drop(settings, key, ",".join(name for name in listed if name not in removed))


def _set_or_drop(settings: dict[str, Value], key: str, value: str) -> None:
    if value:
        settings[key] = value
    else:
        settings.pop(key, None)
