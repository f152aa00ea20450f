# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login attempts, as the servers logged them."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
import typing as t

from .hosts import Network, Service

_EVENT = "auth_request_finished"


@dataclasses.dataclass(frozen=True)
class Login:
    """A login attempt.

    Attributes:
        time: the time of the attempt.
        user: the login name in lower case; empty if the client did not send a valid one.
        service: IMAP, POP3 or submission.
        host: the name of the host that the client connected to.
        mechanism: the SASL mechanism, for example ``PLAIN``.
        tls: whether the connection was encrypted.
        succeeded: whether the password was right.
    """

    time: datetime.datetime
    user: str
    service: Service
    host: str
    mechanism: str
    tls: bool
    succeeded: bool


def read(log: pathlib.Path, network: Network) -> tuple[Login, ...]:
    """All attempts so far, from the events in Dovecot's log, which also authenticates the users of Postfix."""
    hosts = {address: name for name, address in network.addresses.items()}
    return tuple(_login(event, hosts) for event in _events(log))


def _events(log: pathlib.Path) -> t.Iterator[t.Mapping[str, t.Any]]:
    complete = log.read_text().rpartition("\n")[0]
    for line in complete.splitlines():
        brace = line.find("{")
        if f'"{_EVENT}"' in line and brace >= 0:
            yield json.loads(line[brace:])


def _login(event: t.Mapping[str, t.Any], hosts: t.Mapping[str, str]) -> Login:
    fields = event["fields"]
    return Login(
        time=datetime.datetime.fromisoformat(event["start_time"]),
        # Missing if the client gave up before it sent a name.
        user=fields.get("user", ""),
        service=Service(fields["service"]),
        host=hosts[fields["local_ip"]],
        mechanism=fields["mechanism"],
        # Postfix reports an encrypted connection to Dovecot as "trusted".
        tls=fields["transport"] in ("TLS", "trusted"),
        succeeded=fields.get("success") == "yes",
    )
