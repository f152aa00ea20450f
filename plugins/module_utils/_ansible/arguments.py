# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe accounts: one argument specification for all modules, and parsing into accounts."""

from __future__ import annotations

import dataclasses
import typing as t

from .._model import text
from .._model.account import Account, Protocol, Security, Server, State
from .._model.errors import MailError, OptionError
from .._model.secret import Secret
from .._providers.account_finding import AccountFinding, Level
from .._providers.account_rules import check, refuse_errors
from .._providers.catalog import hosts_of_family
from .._providers.server_and_port_defaults import NAMES, ServerOptions, servers
from . import client_options, sender_options
from .conflicting_entries import refuse_conflicts

Options = t.Mapping[str, t.Any]

_SERVER_OPTIONS: t.Mapping[str, t.Any] = {
    "host": {"type": "str"},
    "port": {"type": "int"},
    "security": {"type": "str", "choices": [security.value for security in Security]},
}
# The options of an account. On task level, they apply to all entries of ``accounts`` that omit them.
_ACCOUNT_OPTIONS: t.Mapping[str, t.Any] = {
    "user": {"type": "str"},
    "home": {"type": "path"},
    "profile": {"type": "str"},
    "full_name": {"type": "str"},
    "reply_to": {"type": "str"},
    "organization": {"type": "str"},
    **sender_options.OPTIONS,
    "protocol": {"type": "str", "choices": [protocol.value for protocol in Protocol]},
    "provider": {"type": "str", "choices": list(NAMES)},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["always", "on_create"], "no_log": False},
    "incoming": {"type": "dict", "options": _SERVER_OPTIONS},
    "outgoing": {"type": "dict", "options": _SERVER_OPTIONS},
    "leave_on_server": {"type": "bool"},
    "leave_on_server_days": {"type": "int"},
    **client_options.SPEC,
    "default": {"type": "bool"},
    "state": {"type": "str", "choices": [state.value for state in State]},
    "purge": {"type": "bool"},
    "override": {"type": "bool"},
    "migrate": {"type": "bool"},
    "upload": {"type": "bool"},
    "allow_plaintext": {"type": "bool"},
}
# The specification has no defaults: they apply only if neither the entry of ``accounts`` nor the task has the option.
DEFAULTS: t.Mapping[str, t.Any] = {
    "protocol": Protocol.IMAP.value,
    "provider": "charter",
    "update_password": "always",
    "default": False,
    "state": State.PRESENT.value,
    "purge": False,
    "override": False,
    "migrate": False,
    "upload": False,
    "allow_plaintext": False,
}


class Request(t.NamedTuple):
    """An account from the options, with values that only some modules need.

    Attributes:
        account: complete and checked.
        findings: warnings and notices about it.
        home: the home directory to use instead of the user's own.
        profile: the Thunderbird profile, by name or folder.
        allow_plaintext: whether unencrypted connections are allowed.
    """

    account: Account
    findings: tuple[AccountFinding, ...]
    home: str | None
    profile: str | None
    allow_plaintext: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings for the administrator."""
        return tuple(f"{self.account}: {item}" for item in self.findings if item.level is Level.WARNING)

    @property
    def notices(self) -> tuple[str, ...]:
        """Notices, which appear only in the result."""
        return tuple(str(item) for item in self.findings if item.level is Level.NOTICE)


def argument_spec(**own: t.Any) -> dict[str, t.Any]:
    """The argument specification of a module: the account options and the module's own options."""
    entry = {"email": {"type": "str", "required": True}, **_ACCOUNT_OPTIONS}
    accounts = {"type": "list", "elements": "dict", "options": entry}
    return {"email": {"type": "str"}, **_ACCOUNT_OPTIONS, "accounts": accounts, **own}


# Arguments for AnsibleModule, in addition to the specification.
CONSTRAINTS: t.Mapping[str, t.Any] = {
    "required_one_of": [("email", "accounts")],
    "mutually_exclusive": [("email", "accounts")],
}


def requests(options: Options, *, profiles: bool = True) -> tuple[Request, ...]:
    """All accounts of a task, in the order given.

    Args:
        options: the task's options.
        profiles: whether the client has profiles. If not, see ``without_profiles``.

    Raises:
        MailError: the first invalid option; the message names the entry of ``accounts``.
    """
    entries = options["accounts"]
    if entries is None:
        if options["email"] is None:
            raise OptionError("email", "it is empty", "give an address, or a list in accounts")
        found = [request_of(options, options)]
    else:
        found = []
        for index, entry in enumerate(entries):
            try:
                found.append(request_of(entry, options))
            except MailError as error:
                address = f" ({entry['email']})" if entry["email"] else ""
                raise MailError(f"accounts[{index}]{address}: {error}") from None
    refuse_conflicts(found)
    return tuple(found if profiles else without_profiles(found))


def without_profiles(found: t.Sequence[Request]) -> list[Request]:
    """The accounts for a client without profiles, so one list serves all clients.

    A list can contain an account, and a default, once for each profile. Here the accounts must be equal, and the first
    default counts.
    """
    seen: dict[tuple[object, ...], Account] = {}
    defaults: set[tuple[object, ...]] = set()
    results = []
    for index, request in enumerate(found):
        account, user = request.account, (request.account.user, request.home)
        if account.default and user in defaults:
            account = dataclasses.replace(account, default=False)
        if account.default:
            defaults.add(user)
        key = (*user, account.email.lower(), account.protocol)
        first = seen.setdefault(key, account)
        if account is not first and dataclasses.replace(account, default=first.default) != first:
            raise OptionError(
                f"accounts[{index}]",
                f"{account} is in the list with different options, once for each profile of Thunderbird",
                "make the options equal, or use a separate list for other clients",
            )
        results.append(request._replace(account=first, profile=None))
    return results


def request_of(entry: Options, task: Options) -> Request:
    """Parse an account.

    Args:
        entry: the account's options; the task's options, then the defaults, replace missing ones.
        task: the options of the task.

    Raises:
        MailError: the first invalid option.
    """

    option: t.Callable[[str], t.Any] = {**DEFAULTS, **_given(task), **_given(entry)}.get
    email = text.address(entry["email"], "email")
    protocol = Protocol(option("protocol"))
    incoming, outgoing = servers(
        option("provider"), email, protocol, _server("incoming", option), _server("outgoing", option)
    )
    identities, default_identity = sender_options.identities(option("identities"), email)
    account = Account(
        email=email,
        protocol=protocol,
        incoming=incoming,
        outgoing=outgoing,
        username=_optional_text("username", option) or email,
        full_name=_optional_text("full_name", option),
        reply_to=sender_options.reply_to(option("reply_to"), "reply_to"),
        organization=sender_options.organization(option("organization"), "organization"),
        signature=sender_options.signature(option("signature"), "signature"),
        identities=identities,
        default_identity=default_identity,
        password=_password(option("password")),
        replace_password=option("update_password") == "always",
        leave_on_server=option("leave_on_server"),
        leave_on_server_days=option("leave_on_server_days"),
        folders=client_options.folders(option("folders")),
        client=client_options.client_options(option),
        settings=client_options.further_settings(option("settings")),
        default=option("default"),
        user=_name("user", option),
        state=State(option("state")),
        purge=option("purge"),
        override=option("override"),
        migrate_from=_migrate_from(option("migrate"), email, incoming, protocol),
    )
    findings = check(account, allow_plaintext=option("allow_plaintext"))
    refuse_errors(findings)
    return Request(account, findings, _name("home", option), _name("profile", option), option("allow_plaintext"))


def _given(options: Options) -> dict[str, t.Any]:
    return {name: value for name, value in options.items() if value is not None}


def _migrate_from(migrate: bool, email: str, incoming: Server, protocol: Protocol) -> tuple[str, ...]:
    if migrate and protocol is Protocol.POP3:
        raise OptionError("migrate", "it replaces POP3 with IMAP, but protocol is pop3", "set protocol to imap")
    return hosts_of_family(email, incoming) if migrate else ()


def _server(side: str, option: t.Callable[[str], t.Any]) -> ServerOptions:
    given = option(side) or {}
    host, security = given.get("host"), given.get("security")
    return ServerOptions(
        host=None if host is None else text.host_name(host, f"{side}.host"),
        port=given.get("port"),
        security=None if security is None else Security(security),
    )


def _optional_text(name: str, option: t.Callable[[str], t.Any]) -> str | None:
    value = option(name)
    return None if value is None else text.visible(value, name)


def _name(name: str, option: t.Callable[[str], t.Any]) -> str | None:
    """The account's user, home or profile. An empty value is an error: it comes from an unset variable."""
    value = _optional_text(name, option)
    if value is not None and not value.strip():
        raise OptionError(name, "it is empty", "leave it out, or make sure that its variable is set")
    return value


def _password(value: str | None) -> Secret | None:
    if value is None:
        return None
    if not value:
        raise OptionError("password", "it is empty", "leave it out, or make sure that its variable is set")
    if any(character in value for character in "\0\r\n"):
        raise OptionError("password", "it contains a line break or a NUL character", "check the value of its variable")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise OptionError("password", "it contains half a surrogate pair", "check the value of its variable")
    return Secret(value)
