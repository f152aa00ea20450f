# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping between an account and Evolution's sources, and reading an account back.

Groups, keys and values are those of Evolution 3.28 and later. Everything that is not in a table here, in ``aliases``
or in ``signatures`` belongs to the user and is never touched: folders, encryption, translations.
"""

from __future__ import annotations

import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account, Protocol, Security, Server
from ..._model.numbers import INT32, number_in
from ..._model.standard_ports import standard_port
from ..lookup import marker
from .sources import (
    AUTHENTICATION,
    DATA_SOURCE,
    MAIL_ACCOUNT,
    MAIL_IDENTITY,
    MAIL_SUBMISSION,
    MAIL_TRANSPORT,
    MARKER_GROUP,
    MARKER_KEY,
    SourceIds,
    Sources,
)

MAIL_COMPOSITION = "Mail Composition"
SECURITY = "Security"
POP_BACKEND = "Pop Backend"
IMAPX_BACKEND = "Imapx Backend"

_METHODS = {
    Security.SSL: "ssl-on-alternate-port",
    Security.STARTTLS: "starttls-on-standard-port",
    Security.NONE: "none",
}
_SECURITIES = {method: security for security, method in _METHODS.items()}
_BACKENDS = {Protocol.IMAP: "imapx", Protocol.POP3: "pop"}
_PROTOCOLS = {"imapx": Protocol.IMAP, "imap": Protocol.IMAP, "pop": Protocol.POP3}


Value = t.Union[str, int, bool]


class SourceRule(t.NamedTuple):
    """One key of an account.

    Attributes:
        group: the key's group.
        key: its name.
        value: computed from the account and its ids; None if they do not determine it.
        accepted: other values that are equally valid.
    """

    group: str
    key: str
    value: t.Callable[[Account, SourceIds], Value | None]
    accepted: tuple[str, ...] = ()


_ENABLED = SourceRule(DATA_SOURCE, "Enabled", lambda account, ids: True, ("1",))
_MARKER = SourceRule(MARKER_GROUP, MARKER_KEY, lambda account, ids: marker(account))
_USER = SourceRule(AUTHENTICATION, "User", lambda account, ids: account.username)

# Enforced at every run.
ACCOUNT = (
    _ENABLED,
    SourceRule(MAIL_ACCOUNT, "BackendName", lambda account, ids: _BACKENDS[account.protocol], ("imap",)),
    SourceRule(MAIL_ACCOUNT, "IdentityUid", lambda account, ids: ids.identity),
    SourceRule(AUTHENTICATION, "Host", lambda account, ids: account.incoming.host),
    # Evolution's name for the password itself, inside TLS, is "none" here.
    SourceRule(AUTHENTICATION, "Method", lambda account, ids: "none", ("PLAIN", "LOGIN")),
    SourceRule(AUTHENTICATION, "Port", lambda account, ids: account.incoming.port),
    _USER,
    SourceRule(SECURITY, "Method", lambda account, ids: _METHODS[account.incoming.security]),
    SourceRule(POP_BACKEND, "KeepOnServer", lambda account, ids: _for_pop3(account, account.leave_on_server)),
    SourceRule(POP_BACKEND, "DeleteAfterDays", lambda account, ids: _for_pop3(account, account.leave_on_server_days)),
    _MARKER,
)
IDENTITY = (
    _ENABLED,
    SourceRule(MAIL_IDENTITY, "Address", lambda account, ids: account.email),
    SourceRule(MAIL_IDENTITY, "Name", lambda account, ids: account.full_name),
    SourceRule(MAIL_IDENTITY, "ReplyTo", lambda account, ids: account.reply_to),
    SourceRule(MAIL_IDENTITY, "Organization", lambda account, ids: account.organization),
    SourceRule(MAIL_SUBMISSION, "TransportUid", lambda account, ids: ids.transport),
    _MARKER,
)
# The fields of an Account in the group MAIL_IDENTITY.
OF_IDENTITY = frozenset({"email", "full_name", "reply_to", "organization", "signature", "signature.placement"})
TRANSPORT = (
    _ENABLED,
    SourceRule(AUTHENTICATION, "Host", lambda account, ids: account.outgoing.host),
    # For sending, "none" means no authentication.
    SourceRule(AUTHENTICATION, "Method", lambda account, ids: "PLAIN", ("LOGIN",)),
    SourceRule(AUTHENTICATION, "Port", lambda account, ids: account.outgoing.port),
    _USER,
    SourceRule(SECURITY, "Method", lambda account, ids: _METHODS[account.outgoing.security]),
    SourceRule(MAIL_TRANSPORT, "BackendName", lambda account, ids: "smtp"),
    _MARKER,
)

_NAME = SourceRule(DATA_SOURCE, "DisplayName", lambda account, ids: account.email)
_PARENT = SourceRule(DATA_SOURCE, "Parent", lambda account, ids: ids.account)
_SIGNING_IN = (
    SourceRule(AUTHENTICATION, "ProxyUid", lambda account, ids: "system-proxy"),
    SourceRule(AUTHENTICATION, "RememberPassword", lambda account, ids: True),
)

# Written only to a new source; from then on they belong to the user.
NEW_ACCOUNT = (
    _NAME,
    SourceRule(DATA_SOURCE, "Parent", lambda account, ids: ""),
    # Evolution then uses the server's own folders for sent mail, drafts and so on (RFC 6154), once.
    SourceRule(MAIL_ACCOUNT, "NeedsInitialSetup", lambda account, ids: _for_imap(account, True)),
    *_SIGNING_IN,
    SourceRule("Refresh", "Enabled", lambda account, ids: True),
    SourceRule("Refresh", "IntervalMinutes", lambda account, ids: 10),
    SourceRule(IMAPX_BACKEND, "UseIdle", lambda account, ids: _for_imap(account, True)),
    # Evolution's own default is to delete mail from the server.
    SourceRule(
        POP_BACKEND, "KeepOnServer", lambda account, ids: _for_pop3(account, account.leave_on_server is not False)
    ),
    SourceRule(
        POP_BACKEND, "DeleteAfterDays", lambda account, ids: _for_pop3(account, account.leave_on_server_days or 0)
    ),
)
NEW_IDENTITY = (
    _NAME,
    _PARENT,
    SourceRule(MAIL_IDENTITY, "SignatureUid", lambda account, ids: "none"),
    # On the server, as in Thunderbird. If there is no such folder, Evolution uses the one On This Computer.
    SourceRule(MAIL_SUBMISSION, "SentFolder", lambda account, ids: f"folder://{_folders_of(account, ids)}/Sent"),
    SourceRule(MAIL_SUBMISSION, "UseSentFolder", lambda account, ids: True),
    SourceRule(MAIL_COMPOSITION, "DraftsFolder", lambda account, ids: f"folder://{_folders_of(account, ids)}/Drafts"),
    # Evolution cannot save a template if the folder is missing, and few servers have it.
    SourceRule(MAIL_COMPOSITION, "TemplatesFolder", lambda account, ids: "folder://local/Templates"),
)
NEW_TRANSPORT = (_NAME, _PARENT, *_SIGNING_IN)


def enforce(source: GlibKeyFile, rules: t.Iterable[SourceRule], account: Account, ids: SourceIds) -> GlibKeyFile:
    """The source with each key as wanted; the source itself if nothing differs."""
    for rule in rules:
        wanted = rule.value(account, ids)
        if wanted is None:
            continue
        stored = source.text(rule.group, rule.key)
        if stored != encoded(wanted) and stored not in rule.accepted:
            source = source.with_text(rule.group, rule.key, encoded(wanted))
    return source


def encoded(value: Value) -> str:
    """A value as GLib writes it, before escaping."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def protocol_of(source: GlibKeyFile) -> Protocol | None:
    """The protocol of an account source; None if it is neither IMAP nor POP3."""
    return _PROTOCOLS.get(source.text(MAIL_ACCOUNT, "BackendName") or "")


def read_back(sources: Sources, ids: SourceIds, *, default: bool = False) -> Account | None:
    """The account as stored in the sources; None if it is neither IMAP nor POP3.

    Args:
        sources: all of them.
        ids: the account's.
        default: whether this account is known to be the user's default.
    """
    account = sources.get(ids.account, GlibKeyFile())
    identity = sources.get(ids.identity, GlibKeyFile())
    transport = sources.get(ids.transport, GlibKeyFile())
    protocol = protocol_of(account)
    if protocol is None:
        return None
    incoming_security, outgoing_security = _security(account), _security(transport)
    pop3 = protocol is Protocol.POP3
    return Account(
        email=identity.text(MAIL_IDENTITY, "Address") or "",
        protocol=protocol,
        incoming=Server(
            account.text(AUTHENTICATION, "Host") or "",
            _port(account, standard_port(protocol.value, incoming_security)),
            incoming_security,
        ),
        outgoing=Server(
            transport.text(AUTHENTICATION, "Host") or "",
            _port(transport, standard_port("smtp", Security.STARTTLS)),
            outgoing_security,
        ),
        username=account.text(AUTHENTICATION, "User") or "",
        full_name=identity.text(MAIL_IDENTITY, "Name") or None,
        reply_to=identity.text(MAIL_IDENTITY, "ReplyTo") or None,
        organization=identity.text(MAIL_IDENTITY, "Organization") or None,
        leave_on_server=account.text(POP_BACKEND, "KeepOnServer") == "true" if pop3 else None,
        leave_on_server_days=_number(account.text(POP_BACKEND, "DeleteAfterDays"), 0) if pop3 else None,
        default=default,
    )


def outgoing_username(sources: Sources, ids: SourceIds) -> str:
    """The login for sending; empty if Evolution does not sign in."""
    method = sources.text(ids.transport, AUTHENTICATION, "Method")
    return "" if method in {"", "none"} else sources.text(ids.transport, AUTHENTICATION, "User")


def _security(source: GlibKeyFile) -> Security:
    return _SECURITIES.get(source.text(SECURITY, "Method") or "", Security.NONE)


def _port(source: GlibKeyFile, default: int) -> int:
    return _number(source.text(AUTHENTICATION, "Port"), 0) or default


def _number(text: str | None, default: int) -> int:
    number = number_in(text or "", INT32)
    return default if number is None else number


def _folders_of(account: Account, ids: SourceIds) -> str:
    """The uid whose folders an account uses; POP3 accounts use those On This Computer."""
    return ids.account if account.protocol is Protocol.IMAP else "local"


def _for_imap(account: Account, value: Value) -> Value | None:
    return value if account.protocol is Protocol.IMAP else None


def _for_pop3(account: Account, value: Value | None) -> Value | None:
    return value if account.protocol is Protocol.POP3 else None
