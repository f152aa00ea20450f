# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data that the controller and a task exchange so that all hosts of a run share one limit on sign-ins.

The controller computes from the options which sign-ins a task will make (``planned``). It passes the results of other
hosts to the task in an internal option (``OPTION``). The option has account numbers and no passwords.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._model.account import Account, State
from .._model.secret import Secret
from .._verify.findings.endpoint import Endpoint, Role, endpoints
from .._verify.findings.failure import Code
from .._verify.other_hosts import OtherHosts, RefusedElsewhere
from .arguments import requests

NAME = "_sign_ins"

# account: its number among those with state=present. endpoint: omitted for all servers of the login.
# refused_on and code: the host where this was refused, and how. reason: why not to sign in, a clause.
# attempts: how many sign-ins with the login may be refused.
OPTION: t.Mapping[str, t.Any] = {
    NAME: {
        "type": "list",
        "elements": "dict",
        "options": {
            "account": {"type": "int", "required": True},
            "endpoint": {"type": "str", "choices": [role.value for role in Role]},
            "refused_on": {"type": "str"},
            "code": {"type": "str", "choices": [code.value for code in Code]},
            "reason": {"type": "str"},
            "attempts": {"type": "int"},
        },
    }
}


@dataclasses.dataclass(frozen=True)
class PlannedSignIn:
    """A sign-in that a task will make.

    Attributes:
        account: the account's number among those with state=present.
        endpoint: the endpoint in the options; a client may use another server.
        username: the login.
        password: None if only the client on the host has it.
    """

    account: int
    endpoint: Endpoint
    username: str
    password: Secret | None


def planned(params: t.Mapping[str, t.Any]) -> list[PlannedSignIn]:
    """The sign-ins that a task will make.

    Args:
        params: the options of the task, valid and with defaults.

    Raises:
        MailError: an option is invalid.
    """
    accounts = [found.account for found in requests(params) if found.account.state is State.PRESENT]
    return [
        PlannedSignIn(number, endpoint, account.username, account.password)
        for number, account in enumerate(accounts)
        if account.password is not None or params["from_client"]
        for endpoint in endpoints(account)
    ]


def other_hosts(params: t.Mapping[str, t.Any], accounts: t.Sequence[Account]) -> OtherHosts:
    """Parse the option.

    Args:
        params: the options of the task.
        accounts: those with state=present, as in the options.
    """
    refused: dict[tuple[str, str, Secret], RefusedElsewhere] = {}
    stopped: dict[tuple[str, str, Secret | None], str] = {}
    attempts: dict[str, int] = {}
    for entry in params.get(NAME) or ():
        account = accounts[entry["account"]]
        login, password = account.username.casefold(), account.password
        if entry["attempts"] is not None:
            attempts[login] = min(entry["attempts"], attempts.get(login, entry["attempts"]))
        if entry["reason"] and password is None:
            stopped["", login, None] = entry["reason"]
        for endpoint in endpoints(account):
            if endpoint.role.value != entry["endpoint"] or password is None:
                continue
            if entry["refused_on"]:
                code = next((code for code in Code if code.value == entry["code"]), Code.PASSWORD_REFUSED)
                refused[endpoint.where, login, password] = RefusedElsewhere(entry["refused_on"], code)
            elif entry["reason"]:
                stopped[endpoint.where, login, password] = entry["reason"]
    return OtherHosts(refused, stopped, attempts)
