# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other settings for an account: what to set, and which endpoints must then work."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account, Security, Server
from ..._model.standard_ports import CLEARTEXT, IMPLICIT_TLS
from ..._providers.catalog import of_server, relatives
from ..findings.endpoint import Endpoint, MailService, Role, endpoints


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """Settings that may work where an endpoint fails.

    Attributes:
        options: options such as ``incoming.port`` or ``provider``, and their values.
        endpoints: the endpoints that must work.
    """

    options: tuple[tuple[str, str | int], ...]
    endpoints: tuple[Endpoint, ...]

    @property
    def speaks_early(self) -> bool:
        """Whether the test may send before the server's greeting, which servers log and count."""
        return any(
            end.server.security is Security.SSL
            and end.server.port not in IMPLICIT_TLS
            and of_server(end.server) is None
            for end in self.endpoints
        )

    @property
    def sentence(self) -> str:
        """What to do."""
        places = " and ".join(endpoint.where for endpoint in self.endpoints)
        answers = "answers" if len(self.endpoints) == 1 else "answer"
        options = " and ".join(f"{name} to {value}" for name, value in self.options)
        return f"Set {options}: tested from here without a password, {places} {answers} properly."

    def as_result(self) -> dict[str, t.Any]:
        """The options in the form that a task takes."""
        result: dict[str, t.Any] = {}
        for name, value in self.options:
            side, _dot, option = name.partition(".")
            if option:
                result.setdefault(side, {})[option] = value
            else:
                result[name] = value
        return result


# Ports on which a security never works.
_IMPOSSIBLE_PORTS = {Security.SSL: CLEARTEXT, Security.STARTTLS: IMPLICIT_TLS}


def suggestions(account: Account, role: Role) -> tuple[Suggestion, ...]:
    """What to try if this side of an account fails, the closest first: another security or port, then another preset.

    Unencrypted settings and providers of other addresses are never suggested.
    """
    incoming, outgoing = endpoints(account)
    failing = incoming if role is Role.INCOMING else outgoing
    return (*_same_host(failing), *_presets(account, failing))


def _same_host(failing: Endpoint) -> t.Iterator[Suggestion]:
    server, usual = failing.server, failing.usual_port
    places = [(server.port, Security.SSL), (server.port, Security.STARTTLS)]
    places += [(usual(security), security) for security in (Security.SSL, Security.STARTTLS)]
    if failing.service is MailService.SMTP:
        places.append((usual(Security.STARTTLS), Security.SSL))  # contrary to RFC 8314, but what Spectrum uses
    for port, security in dict.fromkeys(places):
        if (port, security) != (server.port, server.security) and port not in _IMPOSSIBLE_PORTS[security]:
            options = ((failing.option("port"), port), (failing.option("security"), security.value))
            yield Suggestion(options, (_moved(failing, Server(server.host, port, security)),))


def _presets(account: Account, failing: Endpoint) -> t.Iterator[Suggestion]:
    ends = endpoints(account)
    # If all servers are a preset's, naming another preset changes them all; otherwise suggest single options.
    preset = all(of_server(end.server) is not None for end in ends)
    for provider in relatives(account.domain, failing.server.host):
        published = {
            Role.INCOMING: provider.incoming(account.protocol).server,
            Role.OUTGOING: provider.submission.server,
        }
        server = published[failing.role]
        if server == failing.server:
            continue
        if preset:
            yield Suggestion((("provider", provider.name),), tuple(_moved(end, published[end.role]) for end in ends))
        yield Suggestion(
            (
                (failing.option("host"), server.host),
                (failing.option("port"), server.port),
                (failing.option("security"), server.security.value),
            ),
            (_moved(failing, server),),
        )


def _moved(endpoint: Endpoint, server: Server) -> Endpoint:
    return dataclasses.replace(endpoint, server=server)
