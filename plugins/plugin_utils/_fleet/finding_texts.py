# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences of findings."""

from __future__ import annotations

import collections
import typing as t

from .failure_kinds import Kind, meaning
from .fleet_report import Scope
from .rulings import Advice, Ruling

_WHAT: t.Mapping[Kind, str] = {
    Kind.NAME: "has no address",
    Kind.FILTER: "resolves to another address",
    Kind.NAME_SERVER: "cannot be looked up",
    Kind.CONNECTION: "does not answer",
    Kind.MODE: "does not speak as the settings expect",
    Kind.CERTIFICATE: "has a certificate or TLS that cannot be trusted",
    Kind.INTERCEPTION: "is reached through something that intercepts TLS",
    Kind.PORTAL: "is hidden behind a sign-in page of the network",
    Kind.OWN_FIREWALL: "is blocked by the firewall of the machines",
    Kind.SERVICE: "turns clients away",
    Kind.LIMIT: "limits connections or sign-ins",
    Kind.PASSWORD: "refuses the sign-in of most accounts",
    Kind.NEW_PASSWORD: "asks for new passwords",
    Kind.ACCESS: "does not let accounts sign in",
    Kind.MAILBOX: "does not serve most mailboxes",
    Kind.PUBLIC_ADDRESS: "blocks public addresses",
}
_ON_MACHINES: t.Mapping[Kind, str] = {
    Kind.NAME: "cannot look up the server's name",
    Kind.FILTER: "get a wrong address for the server's name",
    Kind.NAME_SERVER: "get no answer from a name server",
    Kind.CONNECTION: "cannot connect to servers that others reach",
    Kind.INTERCEPTION: "have something that intercepts TLS",
    Kind.OWN_FIREWALL: "forbid the connection by their own firewall",
    Kind.PASSWORD: "have another password stored than the one that works",
    Kind.PORTAL: "are behind a sign-in page of their network",
    Kind.CERTIFICATE: "do not accept a certificate that others accept",
}
_WHAT_BY_CODE: t.Mapping[str, str] = {
    "password_expired": "reports that passwords have expired",
    "application_password_needed": "requires application passwords",
    "account_locked": "has locked most accounts",
    "oauth_needed": "accepts OAuth and no passwords",
    "protocol_switched_off": "has switched off access by mail programs",
}
_SINGULAR = {"get": "gets", "have": "has", "forbid": "forbids", "are": "is", "do": "does"}
_AT_SITES: t.Mapping[Kind, str] = {
    Kind.NAME: "the names of mail servers have no address",
    Kind.FILTER: "a DNS filter gives other addresses for the servers' names",
    Kind.NAME_SERVER: "no name server answers",
    Kind.CONNECTION: "connections to the mail servers do not come through",
    Kind.INTERCEPTION: "something in the network intercepts TLS",
    Kind.PORTAL: "the network asks for a sign-in first",
    Kind.LIMIT: "the provider limits connections from the network's public address",
    Kind.PUBLIC_ADDRESS: "the provider blocks the network's public address",
}

_OF_CLIENTS: t.Mapping[Kind, str] = {
    Kind.CLIENT: "Mail clients have other settings than the list.",
    Kind.UNREAD_CLIENT: "Mail clients could not be compared with the list.",
}


def subject_text(ruling: Ruling, hosts: t.Sequence[str]) -> str:
    """Who or what has the problem."""
    if ruling.scope is Scope.MACHINE:
        return hosts[0] if len(hosts) == 1 else f"{len(hosts):,} machines"
    if ruling.scope is Scope.ACCOUNT:
        accounts = {one.account[0] for one in ruling.observations}
        return next(iter(accounts)) if len(accounts) == 1 else f"{len(accounts):,} accounts"
    return ruling.subject


def title(ruling: Ruling, hosts: t.Sequence[str]) -> str:
    """The problem in one short sentence."""
    subject = subject_text(ruling, hosts)
    kind = ruling.kind
    ports = sorted({one.port for one in ruling.observations if one.port}, key=lambda port: (len(port), port))
    where = f" ({_listed(ports[:4])})" if ports else ""
    if ruling.scope is Scope.PROVIDER:
        return f"{subject}{where} {_WHAT_BY_CODE.get(_code(ruling)) or _WHAT.get(kind, 'fails')}."
    if ruling.scope is Scope.PROVIDER_PART:
        return f"{subject}{where} {_WHAT.get(kind, 'fails')} for some of the hosts."
    if ruling.scope is Scope.SITE:
        return f"At {subject}, {_AT_SITES.get(kind, 'mail does not work')}{where}."
    if ruling.scope is Scope.SITE_OR_PROVIDER:
        return f"{subject}{where} {_WHAT.get(kind, 'fails')}, or the site blocks it."
    if ruling.scope is Scope.MACHINE:
        words = _ON_MACHINES.get(kind, "cannot use servers that others use")
        if len(hosts) == 1:
            first, _space, rest = words.partition(" ")
            words = f"{_SINGULAR.get(first, first)} {rest}".replace("their ", "its ")
        return f"{subject} {words}."
    if ruling.scope is Scope.PASSWORD_LIST:
        return f"Most passwords for {subject} are refused: the list of passwords is not right."
    if ruling.scope is Scope.SETTINGS and kind in _OF_CLIENTS:
        return _OF_CLIENTS[kind]
    if ruling.scope is Scope.SETTINGS:
        return f"The settings for {subject}{where} are not right: {_meaning(ruling)}"
    return f"{subject}: {_meaning(ruling)}"


def _listed(ports: t.Sequence[str]) -> str:
    if len(ports) == 1:
        return f"port {ports[0]}"
    return f"ports {', '.join(ports[:-1])} and {ports[-1]}"


def _meaning(ruling: Ruling) -> str:
    text = meaning(_code(ruling)) or "the test fails."
    return text[0].lower() + text[1:] if ruling.scope is Scope.SETTINGS else text


def _code(ruling: Ruling) -> str:
    """The most frequent code."""
    return collections.Counter(one.code for one in ruling.observations).most_common(1)[0][0]


_NOTHING = "Change no settings and no passwords."
_AT_MACHINES: t.Mapping[Kind, str] = {
    Kind.NAME: "Check DNS and the hosts file there.",
    Kind.FILTER: "Check the DNS filter and the hosts file there.",
    Kind.NAME_SERVER: "Check the network and DNS there.",
    Kind.OWN_FIREWALL: "Allow the connection in the firewall there.",
    Kind.INTERCEPTION: "Look for antivirus software or a proxy that intercepts TLS there.",
    Kind.CERTIFICATE: "Check the clock and the trusted certificates there.",
    Kind.PORTAL: "Sign in to the network in a browser there.",
}
_AT_NETWORK: t.Mapping[Kind, str] = {
    Kind.FILTER: "Ask whoever runs the DNS filter to permit the servers' names.",
    Kind.INTERCEPTION: "Ask whoever runs that network to exempt mail from TLS inspection.",
    Kind.PORTAL: "Sign in to that network in a browser.",
}
_BY_CODE: t.Mapping[str, str] = {
    "password_expired": "Set a new password for each account at the provider, and add it to the list of passwords.",
    "application_password_needed": (
        "Create an application password for each account on the provider's web page, and add it to the list of"
        " passwords."
    ),
    "account_locked": f"{_NOTHING} Unlock each account on the provider's web page, or ask its support.",
    "oauth_needed": (
        f"{_NOTHING} The provider must permit sign-in with a password, or the mail client must sign in with OAuth."
    ),
    "protocol_switched_off": f"{_NOTHING} Permit mail programs in the settings of the provider's web mail.",
}
_ACTIONS: t.Mapping[Advice, str] = {
    Advice.WAIT: f"{_NOTHING} Wait, or ask the provider.",
    Advice.SITE: f"{_NOTHING} Ask whoever runs that network.",
    Advice.SETTINGS: "Correct these settings: each account's result names the options.",
    Advice.SETTINGS_UNLESS_WORKED: (
        "If these settings have worked before, change nothing and wait. If they have not, correct them: each account's"
        " result names the options."
    ),
    Advice.PASSWORD: "Correct the password of the account, where it is refused.",
    Advice.PASSWORD_IF_CHANGED: (
        "The password has worked until now. If it was changed, correct it where it is refused. If not, wait, and change"
        " nothing."
    ),
    Advice.PASSWORD_LIST: "Correct the list of passwords. Do not change passwords at the provider.",
    Advice.ACCOUNT: "Change no settings. Each account's result says what to do.",
    Advice.NEW_PASSWORD: "Set the new password that the provider asks for. Each account's result says how.",
    Advice.ACCESS: f"{_NOTHING} Each account's result says what to do at the provider.",
    Advice.CLIENT: "Run charter.mail.configure, or correct the list.",
    Advice.UNREAD_CLIENT: (
        "Each account's result says why. Correct that, and run again: it is not known whether it differs."
    ),
    Advice.FIND_OUT: f"{_NOTHING} Test from another network to learn which of the two it is.",
}


def action(ruling: Ruling) -> str:
    """What to do."""
    if ruling.scope is Scope.MACHINE and ruling.kind is Kind.PASSWORD:
        return "Correct the password that is stored on the machine. Do not change it at the provider."
    several = len({one.host for one in ruling.observations}) > 1
    if ruling.kind is Kind.LIMIT and ruling.advice in (Advice.SITE, Advice.WAIT):
        remedy = " and test fewer hosts at once: set mail_parallel and mail_jitter." if several else " and test again."
        return f"{_NOTHING} Wait,{remedy}"
    if ruling.advice is Advice.SITE and ruling.kind in _AT_NETWORK:
        return f"{_NOTHING} {_AT_NETWORK[ruling.kind]}"
    if ruling.advice in (Advice.MACHINE, Advice.ALL_MACHINES):
        change = _NOTHING if ruling.advice is Advice.ALL_MACHINES else f"{_NOTHING[:-1]}: they work elsewhere."
        look = "Check the machines and their networks." if several else "Check the machine and its network."
        return f"{change} {_AT_MACHINES.get(ruling.kind, look)}"
    if ruling.advice in (Advice.ACCESS, Advice.NEW_PASSWORD):
        return _BY_CODE.get(_code(ruling), _ACTIONS[ruling.advice])
    if ruling.advice is Advice.WAIT and any(one.alternative for one in ruling.observations):
        return (
            "Change no settings and no passwords now. Wait, or ask the provider. If it lasts for days, use the other"
            " settings that each account's result names."
        )
    return _ACTIONS[ruling.advice]
