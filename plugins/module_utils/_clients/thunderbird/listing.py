# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All mail accounts in a user's Thunderbird profiles."""

from __future__ import annotations

import posixpath
import typing as t

from ..._model.client_options import ClientOptions
from ..._model.errors import MailError
from ..._model.settings import Settings
from ..listing import PASSWORD, ClientAccount, ListedIdentity, Listing
from . import client_settings, mapping, old_names, preference_files, profile_choice, signatures, smtp_servers
from .client import Thunderbird
from .indexed_settings import DEFERRED, MARKER, SMTP_SERVERS, IndexedSettings
from .lookup import stored
from .mapping import PrefIds, branch, effective_value, names, text
from .prefs import AsRoot, PrefsFile
from .profile_choice import Root

if t.TYPE_CHECKING:
    from ..._host.files import Files

_NO_MAIL = frozenset({"", "none", "rss", "nntp", "im"})  # Local Folders, feeds, newsgroups and chats
_KINDS = ("imap", "pop3")
# nsMsgAuthMethod
_METHODS = {
    1: "none",
    2: "old",
    mapping.PASSWORD_AUTHENTICATION: PASSWORD,
    4: "encrypted_password",
    5: "kerberos",
    6: "ntlm",
    7: "certificate",
    8: "any_secure",
    9: "any",
    10: "oauth2",
}


def accounts(client: Thunderbird) -> Listing:
    """The mail accounts of all profiles, first those of the profile that Thunderbird opens. Changes nothing."""
    files, root, as_root = client.place
    paths = [profile.path for profile in profile_choice.listed(files, root.path)]
    found: list[ClientAccount] = []
    unreadable: list[str] = []
    for path in sorted(paths, key=lambda path: path != client.profile):
        try:
            listed = in_profile(_settings(files, root, path, as_root), path)
            found += listed if path == client.profile else map(_elsewhere, listed)
        except MailError as error:  # the other profiles are not affected
            unreadable.append(str(error))
    return Listing(tuple(found), tuple(unreadable))


def _elsewhere(account: ClientAccount) -> ClientAccount:
    """An account in a profile that a run would not change."""
    obstacle = f"it is in the profile {account.profile}, and Thunderbird opens another one"
    return account._replace(not_expressed=(*account.not_expressed, obstacle))


def _settings(files: Files, root: Root, profile: str, as_root: AsRoot) -> Settings:
    path = posixpath.join(profile, "prefs.js")
    prefs = PrefsFile.parse(files.read(path) or b"", path, as_root)
    sources = preference_files.read(
        files, profile_choice.openers(files, root, profile), profile, root.sandboxes, prefs.values, as_root
    )
    return IndexedSettings(old_names.effective(sources.seen(prefs.values)))


def in_profile(settings: Settings, profile: str) -> list[ClientAccount]:
    """The mail accounts of a profile in Thunderbird's order.

    Args:
        settings: the preferences as Thunderbird sees them.
        profile: the profile's folder.
    """
    kinds = ((ids, text(settings, branch("server", ids.server) + "type")) for ids in stored(settings))
    return [_account(settings, profile, ids, kind) for ids, kind in kinds if kind not in _NO_MAIL]


def _account(settings: Settings, profile: str, ids: PrefIds, kind: str) -> ClientAccount:
    server = branch("server", ids.server)
    found = client_settings.read_back(settings, ids)
    keys = names(settings, branch("account", ids.account) + "identities")
    identities = tuple(_identity(settings, branch("identity", key)) for key in keys)
    smtp = branch("smtpserver", ids.smtp)
    return ClientAccount(
        kind=kind,
        profile=profile,
        email=identities[0].email if identities else "",
        account=found,
        managed=bool(text(settings, server + MARKER)),
        outgoing_username=text(settings, smtp + "username"),
        authentication=(_method(settings, server), _method(settings, smtp)),
        identities=identities,
        chosen=ClientOptions() if found is None else found.client.without(client_settings.USUAL),
        not_expressed=tuple(_not_expressed(settings, ids, kind)),
    )


def _identity(settings: Settings, prefix: str) -> ListedIdentity:
    attached = settings.get(prefix + "attach_signature") is True
    return ListedIdentity(
        text(settings, prefix + "useremail"),
        text(settings, prefix + "fullName"),
        text(settings, prefix + "reply_to"),
        text(settings, prefix + "organization"),
        has_signature=attached or bool(text(settings, prefix + "htmlSigText").strip()),
    )


def _method(settings: Settings, prefix: str) -> str:
    value = effective_value(settings, prefix, "authMethod", mapping.PASSWORD_AUTHENTICATION)
    return _METHODS.get(value, "unknown") if isinstance(value, int) else "unknown"


def _not_expressed(settings: Settings, ids: PrefIds, kind: str) -> t.Iterator[str]:
    if kind not in _KINDS:
        return
    server = branch("server", ids.server)
    if not ids.smtp or ids.smtp not in names(settings, SMTP_SERVERS):  # Thunderbird sees only those in its list
        usual = smtp_servers.default_smtp_server(settings) if ids.smtp else smtp_servers.usual_smtp_server(settings)
        host = text(settings, branch("smtpserver", usual) + "hostname") or "there is none"
        if ids.smtp:
            yield f"its SMTP server is gone: Thunderbird 157 sends through the default one ({host}), 153 does not send"
        else:
            yield f"it has no SMTP server of its own and sends through the default one ({host})"
    else:
        for other in _others_by(settings, ids):
            yield f"{text(settings, branch('identity', other) + 'useremail')} also sends through its SMTP server"
    if text(settings, server + DEFERRED):
        yield "its mail goes to the inbox of another account"
    for key in names(settings, branch("account", ids.account) + "identities"):
        prefix = branch("identity", key)
        file = signatures.attached(settings, prefix)
        if file:
            yield f"a signature is in a file ({file})"
        smtp = text(settings, prefix + "smtpServer") or smtp_servers.usual_smtp_server(settings)
        if ids.smtp and smtp != ids.smtp:
            host = text(settings, branch("smtpserver", smtp) + "hostname")
            yield f"{text(settings, prefix + 'useremail')} sends through another server ({host})"
    name = text(settings, server + "name")
    if name and name != text(settings, branch("identity", ids.identity) + "useremail"):
        yield f"it is called {name!r}"


def _others_by(settings: Settings, ids: PrefIds) -> list[str]:
    """The identities of other accounts that use an account's SMTP server."""
    state = IndexedSettings.of(settings)
    own = names(settings, branch("account", ids.account) + "identities")
    others = [name for name in state.owners("identity", "smtpServer", ids.smtp) if name not in own]
    return sorted(name for name in others if state.accounts_with("identities", name))
