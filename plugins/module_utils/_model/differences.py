# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the wanted account and the one that a client has stored.

This is the only comparison of the two. It decides whether a client must be changed, what a verification reports about a
client, and whether an account in Outlook has drifted.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import senders
from .account import Account, Protocol, Server
from .folders import agrees, folder_text
from .text import same_address, same_host

Value = t.Union[str, int, bool, None]


class Difference(t.NamedTuple):
    """A difference that the user or the server would notice.

    Attributes:
        setting: the option's name, such as ``incoming.port``; ``outgoing.username`` is the login for sending.
        wanted: the value that the options give it.
        stored: its value in the client; empty or None if there is none.
    """

    setting: str
    wanted: Value
    stored: Value


def differences(wanted: Account, stored: Account, outgoing_username: str) -> tuple[Difference, ...]:
    """The differences, the most important first.

    Omitted options are not compared. Host names and e-mail addresses that differ only in spelling are equal; logins are
    not, since a server may distinguish upper and lower case.

    Args:
        wanted: the account that the options describe.
        stored: read back from the client.
        outgoing_username: the client's login for sending; empty if it does not sign in.
    """
    pairs = [
        *_server_pairs("incoming", wanted.incoming, stored.incoming),
        *_server_pairs("outgoing", wanted.outgoing, stored.outgoing),
        Difference("username", wanted.username, stored.username),
        Difference("outgoing.username", wanted.username, outgoing_username),
    ]
    if not same_address(wanted.email, stored.email):
        pairs.append(Difference("email", wanted.email, stored.email))
    # Without a name, Outlook stores the address.
    nameless = wanted.full_name == "" and stored.full_name in (None, "", stored.email)
    if wanted.full_name is not None and not nameless:
        pairs.append(Difference("full_name", wanted.full_name, stored.full_name))
    if wanted.reply_to is not None and not same_address(wanted.reply_to, stored.reply_to or ""):
        pairs.append(Difference("reply_to", wanted.reply_to, stored.reply_to))
    if wanted.organization is not None and wanted.organization != (stored.organization or "").strip():
        pairs.append(Difference("organization", wanted.organization, stored.organization))
    pairs += [Difference(*pair) for pair in senders.pairs(wanted, stored)]
    if wanted.protocol is Protocol.POP3:
        if wanted.leave_on_server is not None:
            pairs.append(Difference("leave_on_server", wanted.leave_on_server, stored.leave_on_server))
        # The days mean nothing if no mail is left on the server.
        if wanted.leave_on_server_days is not None and wanted.leave_on_server is not False:
            pairs.append(Difference("leave_on_server_days", wanted.leave_on_server_days, stored.leave_on_server_days))
    if wanted.default:
        pairs.append(Difference("default", True, stored.default))
    pairs += [*_folder_pairs(wanted, stored), *_client_pairs(wanted, stored)]
    return tuple(pair for pair in pairs if pair.wanted != pair.stored)


def as_spelled(wanted: Account, stored: Account) -> Account:
    """The wanted account with hosts and addresses as the client spells them, where they are equivalent.

    A mere difference in spelling is never rewritten: folder URLs and stored passwords depend on the spelling.
    """
    incoming = _server_as_spelled(wanted.incoming, stored.incoming)
    outgoing = _server_as_spelled(wanted.outgoing, stored.outgoing)
    email = stored.email if same_address(wanted.email, stored.email) else wanted.email
    reply_to, organization = wanted.reply_to, wanted.organization
    if reply_to and same_address(reply_to, stored.reply_to or ""):
        reply_to = stored.reply_to
    if organization and organization == (stored.organization or "").strip():
        organization = stored.organization
    spelled = dataclasses.replace(
        wanted,
        incoming=incoming,
        outgoing=outgoing,
        email=email,
        reply_to=reply_to,
        organization=organization,
        **senders.as_spelled(wanted, stored),
    )
    return wanted if spelled == wanted else spelled


def _server_as_spelled(wanted: Server, stored: Server) -> Server:
    return wanted._replace(host=stored.host) if same_host(wanted.host, stored.host) else wanted


def _server_pairs(side: str, wanted: Server, stored: Server) -> list[Difference]:
    if not stored.host:  # without a server, port and security mean nothing
        return [Difference(f"{side}.host", wanted.host, "")]
    pairs = [
        Difference(f"{side}.port", wanted.port, stored.port),
        Difference(f"{side}.security", wanted.security.value, stored.security.value),
    ]
    if not same_host(wanted.host, stored.host):
        pairs.insert(0, Difference(f"{side}.host", wanted.host, stored.host))
    return pairs


def _folder_pairs(wanted: Account, stored: Account) -> t.Iterator[Difference]:
    for kind, folder in wanted.folders.given():
        found = getattr(stored.folders, kind)
        if found is not None and not agrees(folder, found):
            yield Difference(f"folders.{kind}", folder_text(kind, folder), folder_text(kind, found))


def _client_pairs(wanted: Account, stored: Account) -> t.Iterator[Difference]:
    options = stored.client._asdict()
    # An option that a client does not have per account does not count as a difference.
    return (
        Difference(name, value, options[name]) for name, value in wanted.client.given() if options[name] is not None
    )
