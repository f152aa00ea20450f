# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe accounts: one argument spec for all modules, and the way from options to accounts."""

from __future__ import annotations

import typing as t

from .._model import text
from .._model.account import Account, Protocol, Security, State
from .._model.errors import MailError, OptionError
from .._model.secret import Secret
from .._providers.catalog import NAMES, ServerOptions, servers
from .._providers.lint import Finding, Level, lint, refuse_errors

Options = t.Mapping[str, t.Any]

_SERVER_OPTIONS: t.Mapping[str, t.Any] = {
    "host": {"type": "str"},
    "port": {"type": "int"},
    "security": {"type": "str", "choices": [security.value for security in Security]},
}
# What can be said of one account, and, beside ``accounts``, of all that do not say it themselves.
_ACCOUNT_OPTIONS: t.Mapping[str, t.Any] = {
    "user": {"type": "str"},
    "home": {"type": "path"},
    "profile": {"type": "str"},
    "full_name": {"type": "str"},
    "protocol": {"type": "str", "choices": [protocol.value for protocol in Protocol]},
    "provider": {"type": "str", "choices": list(NAMES)},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["always", "on_create"], "no_log": False},
    "incoming": {"type": "dict", "options": _SERVER_OPTIONS},
    "outgoing": {"type": "dict", "options": _SERVER_OPTIONS},
    "leave_on_server": {"type": "bool"},
    "leave_on_server_days": {"type": "int"},
    "default": {"type": "bool"},
    "state": {"type": "str", "choices": [state.value for state in State]},
    "purge": {"type": "bool"},
    "allow_plaintext": {"type": "bool"},
}
# Defaults apply after an entry of ``accounts`` and the task have both been asked, so the spec itself has none.
DEFAULTS: t.Mapping[str, t.Any] = {
    "protocol": Protocol.IMAP.value,
    "provider": "charter",
    "update_password": "always",
    "default": False,
    "state": State.PRESENT.value,
    "purge": False,
    "allow_plaintext": False,
}


class Request(t.NamedTuple):
    """One account as asked for, with what only some modules need.

    Attributes:
        account: complete and checked.
        findings: what is worth knowing about it, no errors among them.
        home: the home directory to use instead of the user's own.
        profile: the client's profile, by name or folder.
        allow_plaintext: unencrypted transport was asked for.
    """

    account: Account
    findings: tuple[Finding, ...]
    home: str | None
    profile: str | None
    allow_plaintext: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the person should see even when all goes well."""
        return tuple(f"{self.account}: {item}" for item in self.findings if item.level is Level.WARNING)

    @property
    def notices(self) -> tuple[str, ...]:
        """What is only part of the result."""
        return tuple(str(item) for item in self.findings if item.level is Level.NOTICE)


def argument_spec(**own: t.Any) -> dict[str, t.Any]:
    """The argument spec of a module: the accounts, and the module's own options."""
    entry = {"email": {"type": "str", "required": True}, **_ACCOUNT_OPTIONS}
    accounts = {"type": "list", "elements": "dict", "options": entry}
    return {"email": {"type": "str"}, **_ACCOUNT_OPTIONS, "accounts": accounts, **own}


# For AnsibleModule, beside the spec.
CONSTRAINTS: t.Mapping[str, t.Any] = {
    "required_one_of": [("email", "accounts")],
    "mutually_exclusive": [("email", "accounts")],
}


def requests(options: Options) -> tuple[Request, ...]:
    """All accounts of a task, in the order given.

    Raises:
        MailError: the first option that cannot be used; of an entry of ``accounts``, its place is named.
    """
    entries = options["accounts"]
    if entries is None:
        return (_request(options, options),)
    found = []
    for index, entry in enumerate(entries):
        try:
            found.append(_request(entry, options))
        except MailError as error:
            raise MailError(f"accounts[{index}] ({entry['email']}): {error}") from None
    _refuse_contradictions(found)
    return tuple(found)


def secrets(raw: Options) -> t.Iterator[str]:
    """Every password in options that may be of any shape."""
    password, accounts = raw.get("password"), raw.get("accounts")
    if password:
        yield str(password)
    if isinstance(accounts, str):
        yield accounts  # not understood as a list: a password could be anywhere in it
    elif isinstance(accounts, list):
        for entry in accounts:
            if isinstance(entry, str):
                yield entry
            elif isinstance(entry, dict):
                yield from secrets(entry)


def _request(entry: Options, task: Options) -> Request:
    def said(name: str) -> t.Any:
        for source in (entry, task, DEFAULTS):
            if source.get(name) is not None:
                return source[name]
        return None

    email = text.address(entry["email"], "email")
    protocol = Protocol(said("protocol"))
    incoming, outgoing = servers(
        said("provider"), email, protocol, _server("incoming", said), _server("outgoing", said)
    )
    account = Account(
        email=email,
        protocol=protocol,
        incoming=incoming,
        outgoing=outgoing,
        username=_optional_text("username", said) or email,
        full_name=_optional_text("full_name", said),
        password=_password(said("password")),
        replace_password=said("update_password") == "always",
        leave_on_server=said("leave_on_server"),
        leave_on_server_days=said("leave_on_server_days"),
        default=said("default"),
        user=_optional_text("user", said),
        state=State(said("state")),
        purge=said("purge"),
    )
    findings = lint(account, allow_plaintext=said("allow_plaintext"))
    refuse_errors(findings)
    return Request(account, findings, said("home"), said("profile"), said("allow_plaintext"))


def _server(side: str, said: t.Callable[[str], t.Any]) -> ServerOptions:
    given = said(side) or {}
    host, security = given.get("host"), given.get("security")
    return ServerOptions(
        host=None if host is None else text.host_name(host, f"{side}.host"),
        port=given.get("port"),
        security=None if security is None else Security(security),
    )


def _optional_text(name: str, said: t.Callable[[str], t.Any]) -> str | None:
    value = said(name)
    return None if value is None else text.visible(value, name)


def _password(value: str | None) -> Secret | None:
    if value is None:
        return None
    if not value:
        raise OptionError("password", "it is empty", "leave it out, or see that the variable behind it is set")
    if any(character in value for character in "\0\r\n"):
        raise OptionError(
            "password", "it holds a line break or a zero character", "see how the variable behind it is written"
        )
    return Secret(value)


def _refuse_contradictions(found: t.Sequence[Request]) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for index, request in enumerate(found):
        account, place = request.account, (request.account.user, request.home, request.profile)
        key: tuple[object, ...] = (*place, account.email.lower(), account.protocol)
        if key in seen:
            raise OptionError(
                f"accounts[{index}]", f"{account} is in the list twice", f"keep one of [{seen[key]}], [{index}]"
            )
        seen[key] = index
        if account.default and account.state is State.PRESENT:
            key = (*place, "default")
            if key in seen:
                raise OptionError(
                    f"accounts[{index}].default",
                    f"accounts[{seen[key]}] of the same person is the default already",
                    "set default for one of them",
                )
            seen[key] = index
