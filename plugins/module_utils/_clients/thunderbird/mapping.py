# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account in Thunderbird's preferences: the tables, and reading them back.

Names and numbers are those of Thunderbird 153 (nsMsgSocketType, nsMsgAuthMethod; defaults in mailnews/mailnews.js).
Types matter: Thunderbird reads a number stored as text as 0, which for ``socketType`` means plain text.
"""

from __future__ import annotations

import functools
import typing as t
import urllib.parse

from ..._model.account import Account, Protocol, Security, Server
from ..._model.settings import Settings, Value, same
from ..._model.standard_ports import standard_port

PASSWORD_AUTHENTICATION = 3  # nsMsgAuthMethod.passwordCleartext: the password itself, inside TLS
_SOCKET_TYPES = {Security.NONE: 0, Security.STARTTLS: 2, Security.SSL: 3}
_SECURITIES = {number: security for security, number in _SOCKET_TYPES.items()}
_SCHEMES = {Protocol.IMAP: "imap", Protocol.POP3: "mailbox"}


class PrefIds(t.NamedTuple):
    """The names of one account's parts in the preferences, such as account1, server1, id1, smtp1."""

    account: str
    server: str
    identity: str
    smtp: str


class PrefRule(t.NamedTuple):
    """One preference of an account.

    Attributes:
        key: below the branch of the server, the identity or the SMTP server.
        value: derives the value from the account; None if the account does not determine it.
        default: Thunderbird's value if the preference is not set.
    """

    key: str
    value: t.Callable[[Account], Value | None]
    default: Value | None = None


# Enforced at every run.
SERVER = (
    PrefRule("type", lambda account: account.protocol.value),
    PrefRule("hostname", lambda account: account.incoming.host),
    PrefRule("port", lambda account: account.incoming.port),
    PrefRule("userName", lambda account: account.username),
    PrefRule("socketType", lambda account: _SOCKET_TYPES[account.incoming.security], 0),
    PrefRule("authMethod", lambda account: PASSWORD_AUTHENTICATION, PASSWORD_AUTHENTICATION),
    PrefRule("leave_on_server", lambda account: _for_pop3(account, account.leave_on_server), False),
    PrefRule("delete_by_age_from_server", lambda account: _for_pop3(account, _limited(account)), False),
    PrefRule(
        "num_days_to_leave_on_server", lambda account: _for_pop3(account, account.leave_on_server_days or None), 7
    ),
)
IDENTITY = (
    PrefRule("useremail", lambda account: account.email),
    PrefRule("fullName", lambda account: account.full_name),
    PrefRule("reply_to", lambda account: account.reply_to, ""),
    PrefRule("organization", lambda account: account.organization, ""),
)
SMTP = (
    PrefRule("type", lambda account: "smtp", "smtp"),
    PrefRule("hostname", lambda account: account.outgoing.host),
    PrefRule("port", lambda account: account.outgoing.port),
    PrefRule("username", lambda account: account.username),
    PrefRule("try_ssl", lambda account: _SOCKET_TYPES[account.outgoing.security], 0),
    PrefRule("authMethod", lambda account: PASSWORD_AUTHENTICATION, PASSWORD_AUTHENTICATION),
)

# Written once, with a new account; then left to the user.
NEW_SERVER = (
    PrefRule("name", lambda account: account.email),
    PrefRule("check_new_mail", lambda account: True),
    PrefRule("login_at_startup", lambda account: True),
    PrefRule("download_on_biff", lambda account: _for_pop3(account, True)),
    PrefRule("leave_on_server", lambda account: _for_pop3(account, account.leave_on_server is not False)),
    PrefRule("delete_mail_left_on_server", lambda account: _for_pop3(account, True)),
)
NEW_IDENTITY = (
    PrefRule("valid", lambda account: True),
    PrefRule("reply_on_top", lambda account: 1),
    PrefRule("fcc_folder", lambda account: folder_uri(account) + "/Sent"),
    PrefRule("fcc_folder_picker_mode", lambda account: "0"),
    PrefRule("draft_folder", lambda account: folder_uri(account) + "/Drafts"),
    PrefRule("drafts_folder_picker_mode", lambda account: "0"),
    PrefRule("stationery_folder", lambda account: folder_uri(account) + "/Templates"),
    PrefRule("tmpl_folder_picker_mode", lambda account: "0"),
)
NEW_SMTP = (PrefRule("description", lambda account: account.email),)


def branch(kind: str, key: str) -> str:
    """The prefix of all preferences of, say, ``server1`` (kind: account, server, identity or smtpserver)."""
    return f"mail.{kind}.{key}."


def write(settings: t.MutableMapping[str, Value], prefix: str, rules: t.Iterable[PrefRule], account: Account) -> None:
    """Set every preference of a new part, even if it equals a default: defaults differ between versions."""
    for rule in rules:
        wanted = rule.value(account)
        if wanted is not None:
            settings[prefix + rule.key] = wanted


def enforce(settings: t.MutableMapping[str, Value], prefix: str, rules: t.Iterable[PrefRule], account: Account) -> None:
    """Set each preference whose effective value differs from what the account says."""
    for rule in rules:
        wanted = rule.value(account)
        if wanted is not None and not same(effective_value(settings, prefix, rule.key, rule.default), wanted):
            settings[prefix + rule.key] = wanted


def is_as_wanted(settings: Settings, prefix: str, rules: t.Iterable[PrefRule], account: Account) -> bool:
    """Whether ``enforce`` would change nothing."""
    pairs = ((effective(settings, prefix, rule), rule.value(account)) for rule in rules)
    return all(wanted is None or same(value, wanted) for value, wanted in pairs)


def effective(settings: Settings, prefix: str, rule: PrefRule) -> Value | None:
    """The effective value: the stored one, else the user's default for all servers, else the built-in one.

    Thunderbird drops a preference that equals its default, so a missing one does not differ.
    """
    return effective_value(settings, prefix, rule.key, rule.default)


def effective_value(settings: Settings, prefix: str, key: str, default: Value | None) -> Value | None:
    """The effective value of a preference without a rule."""
    value = settings.get(prefix + key)
    if value is not None:
        return value
    for_all = prefix.rsplit(".", 2)[0] + ".default."
    return settings.get(for_all + key, default)


def effective_text(settings: Settings, prefix: str, key: str) -> str:
    """The effective value of a text preference, whose default is empty."""
    value = effective_value(settings, prefix, key, "")
    return value if isinstance(value, str) else ""


def folder_uri(account: Account) -> str:
    """The URI of the account's root folder."""
    return uri(_SCHEMES[account.protocol], account.username, account.incoming.host)


def stored_folder_uri(settings: Settings, server_key: str) -> str | None:
    """The URI of a stored account's root folder; None if it is neither IMAP nor POP3."""
    prefix = branch("server", server_key)
    scheme = {"imap": "imap", "pop3": "mailbox"}.get(text(settings, prefix + "type"))
    if scheme is None:
        return None
    return uri(scheme, text(settings, prefix + "userName"), text(settings, prefix + "hostname"))


@functools.lru_cache(maxsize=1)  # the stored and the wanted one are usually the same
def uri(scheme: str, username: str, host: str) -> str:
    """The URI as built by nsMsgIncomingServer::GetServerURI."""
    return f"{scheme}://{urllib.parse.quote(username, safe='')}@{host}"


def incoming_origin(protocol: str, host: str) -> str:
    """The origin under which Thunderbird looks up the password of an incoming server: no port, no user."""
    return f"{'mailbox' if protocol == 'pop3' else protocol}://{host}"


def outgoing_origin(host: str) -> str:
    """The origin under which Thunderbird looks up the password of an SMTP server."""
    return f"smtp://{host}"


def text(settings: Settings, key: str) -> str:
    """The value of a text preference; empty if it is missing or has another type."""
    value = settings.get(key)
    return value if isinstance(value, str) else ""


def names(settings: Settings, key: str) -> list[str]:
    """The value of a preference that is a comma-separated list."""
    return names_in(text(settings, key))


def names_in(listed: str) -> list[str]:
    """The names in a comma-separated list."""
    parts = listed.split(",") if "," in listed else (listed,)
    return [name for name in map(str.strip, parts) if name]


def read_back(settings: Settings, ids: PrefIds) -> Account | None:
    """The account as stored in the preferences; None if it is neither IMAP nor POP3."""
    server, identity, smtp = (
        branch("server", ids.server),
        branch("identity", ids.identity),
        branch("smtpserver", ids.smtp),
    )
    kind = text(settings, server + "type")
    if kind not in {"imap", "pop3"}:
        return None
    protocol = Protocol(kind)
    incoming_security = _SECURITIES.get(_number(settings, server, "socketType", 0), Security.NONE)
    outgoing_security = _SECURITIES.get(_number(settings, smtp, "try_ssl", 0), Security.NONE)
    leaves, days = _left_on_server(settings, server) if protocol is Protocol.POP3 else (None, None)
    return Account(
        email=text(settings, identity + "useremail"),
        protocol=protocol,
        incoming=Server(
            text(settings, server + "hostname"),
            _number(settings, server, "port", standard_port(protocol.value, incoming_security)),
            incoming_security,
        ),
        outgoing=Server(
            text(settings, smtp + "hostname"),
            _number(settings, smtp, "port", standard_port("smtp", outgoing_security)),  # SmtpClient.sys.mjs
            outgoing_security,
        ),
        username=text(settings, server + "userName"),
        full_name=text(settings, identity + "fullName") or None,
        reply_to=effective_text(settings, identity, "reply_to") or None,
        organization=effective_text(settings, identity, "organization") or None,
        leave_on_server=leaves,
        leave_on_server_days=days,
        default=default_account(settings) == ids.account,
    )


def usual_port(settings: Settings, part: str) -> int | None:
    """The port of a server without a stored port; None if it is not a mail server.

    Args:
        settings: the preferences.
        part: the prefix of the server or the SMTP server.
    """
    sends = part.startswith(branch("smtpserver", ""))
    protocol = "smtp" if sends else text(settings, part + "type")
    kind = _number(settings, part, "try_ssl" if sends else "socketType", 0)
    if protocol not in {"imap", "pop3", "smtp"}:
        return None
    return standard_port(protocol, _SECURITIES.get(kind, Security.NONE))


def default_account(settings: Settings) -> str:
    """Thunderbird's default account: the chosen one, else the first with mail; empty for none."""
    chosen = text(settings, "mail.accountmanager.defaultaccount")
    if text(settings, branch("account", chosen) + "server"):
        return chosen
    return next(filter(lambda key: _has_mail(settings, key), names(settings, "mail.accountmanager.accounts")), "")


def _has_mail(settings: Settings, key: str) -> bool:
    prefix = branch("account", key)
    kind = text(settings, branch("server", text(settings, prefix + "server")) + "type")
    return kind not in {"", "none"} and bool(names(settings, prefix + "identities"))


def _left_on_server(settings: Settings, prefix: str) -> tuple[bool, int]:
    leaves = _is_set(settings, prefix, "leave_on_server")
    limited = _is_set(settings, prefix, "delete_by_age_from_server")
    return leaves, _number(settings, prefix, "num_days_to_leave_on_server", 7) if limited else 0


def _is_set(settings: Settings, prefix: str, key: str) -> bool:
    return effective_value(settings, prefix, key, False) is True


def _number(settings: Settings, prefix: str, key: str, default: int) -> int:
    value = effective_value(settings, prefix, key, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _for_pop3(account: Account, value: Value | None) -> Value | None:
    return value if account.protocol is Protocol.POP3 else None


def _limited(account: Account) -> bool | None:
    """Whether mail on the server has an age limit; None if the options do not say."""
    return None if account.leave_on_server_days is None else account.leave_on_server_days > 0
