# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts before and after as short texts for users, the same for every client."""

from __future__ import annotations

import typing as t

from .._model.account import Account, Protocol, Server
from .._model.folders import folder_text
from .._model.printable import printable
from .._model.text import same_address
from .engine import Step, View


def before_and_after(steps: t.Iterable[Step[t.Any]]) -> tuple[str, str]:
    """Two texts whose difference is what a run changes; unchanged accounts are left out."""
    before: list[str] = []
    after: list[str] = []
    for step in steps:
        if not step.changes:
            continue
        lines_before = [*_lines(step.before), *_of_client(step.account, step.before)]
        lines_after = [*_lines(step.after), *_of_client(step.account, step.after)]
        secrets = [change for change in step.changes if change.secret]
        lines_before += [_setting(change.key, change.before) for change in secrets if change.before is not None]
        lines_after += [_setting(change.key, change.after) for change in secrets if change.after is not None]
        if lines_before == lines_after:
            # Only settings without a name for users differ: show them in the client's terms.
            lines_before += [
                _setting(change.key, change.before) for change in step.changes if change.before is not None
            ]
            lines_after += [_setting(change.key, change.after) for change in step.changes if change.after is not None]
        before += lines_before
        after += lines_after
    return _text(before), _text(after)


def _lines(view: View) -> list[str]:
    replaced = [line for account in view.replaces for line in _of_account(account)]
    if view.account is None:
        return replaced
    shown = [_setting(name, value) for name, value in view.details.items()]
    return [*replaced, *_of_account(view.account), *shown]


def _of_account(account: Account) -> list[str]:
    lines = [
        f"{account.email}:",
        _setting("protocol", account.protocol.value),
        _setting("incoming", _server(account.incoming)),
        _setting("outgoing", _server(account.outgoing)),
        _setting("username", account.username),
    ]
    if account.full_name:
        lines.append(_setting("full_name", account.full_name))
    if account.reply_to:
        lines.append(_setting("reply_to", account.reply_to))
    if account.organization:
        lines.append(_setting("organization", account.organization))
    lines += _senders(account)
    if account.protocol is Protocol.POP3:
        lines.append(_setting("leave_on_server", _leave_on_server(account)))
    if account.default:
        lines.append(_setting("default", "yes"))
    return lines


def _senders(account: Account) -> list[str]:
    lines = [_setting("signature", account.signature)] if account.signature and account.signature.content else []
    if account.default_identity and not same_address(account.default_identity, account.email):
        lines.append(_setting("default identity", account.default_identity))
    for one in account.identities:
        signature = str(one.signature) if one.signature else ""
        shown = (one.full_name, one.reply_to and f"reply to {one.reply_to}", one.organization, signature)
        lines.append(_setting(f"identity {one.email}", "; ".join(filter(None, shown))))
    return lines


def _of_client(wanted: Account, view: View) -> t.Iterator[str]:
    """The folders and client settings that the options name."""
    if view.account is None:
        return
    for kind, _folder in wanted.folders.given():
        stored = getattr(view.account.folders, kind)
        if stored is not None:
            yield _setting(f"folders.{kind}", folder_text(kind, stored))
    for name, _value in wanted.client.given():
        value = getattr(view.account.client, name)
        if value is not None:
            yield _setting(name, value)


def _server(server: Server) -> str:
    return f"{server.host}, port {server.port}, {server.security.value}"


def _leave_on_server(account: Account) -> str:
    if not account.leave_on_server:
        return "no"
    return f"yes, for {account.leave_on_server_days} days" if account.leave_on_server_days else "yes"


def _setting(name: str, value: object) -> str:
    shown = {True: "true", False: "false"}[value] if isinstance(value, bool) else printable(str(value))
    return f"  {name}: {shown}"


def _text(lines: t.Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)
