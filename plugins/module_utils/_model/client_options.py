# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a client receives and composes mail for an account."""

from __future__ import annotations

import typing as t

ALL = "all"
NONE = "none"
HTML = "html"
PLAIN = "plain"


class ClientOptions(t.NamedTuple):
    """The options that a user finds in an account's settings.

    In a wanted account, None keeps the client's setting. In a stored account, None means that the client has no such
    setting per account.

    Attributes:
        check_at_start: get mail when the client starts.
        check_interval: minutes between automatic checks; 0 for none.
        idle: IMAP: the server announces new mail at once (RFC 2177).
        offline: IMAP: what is kept on this computer: ALL, NONE, or a number of days as text.
        subscribed_only: IMAP: show only folders to which the user has subscribed.
        delete_on_server: POP3: mail deleted here is also deleted on the server.
        compose_format: HTML or PLAIN.
        request_receipts: ask recipients for a receipt.
    """

    check_at_start: bool | None = None
    check_interval: int | None = None
    idle: bool | None = None
    offline: str | None = None
    subscribed_only: bool | None = None
    delete_on_server: bool | None = None
    compose_format: str | None = None
    request_receipts: bool | None = None

    def given(self) -> t.Iterator[tuple[str, bool | int | str]]:
        """The name and value of each option that is not None."""
        for name, value in self._asdict().items():
            if value is not None:
                yield name, value

    def without(self, usual: t.Mapping[str, t.Collection[bool | int | str]]) -> ClientOptions:
        """The options without values that are usual; ``usual`` is keyed by option name."""
        return self._replace(**{name: None for name, value in self.given() if value in usual.get(name, ())})


NONE_GIVEN = ClientOptions()

OF_IMAP = frozenset({"idle", "offline", "subscribed_only"})
OF_POP3 = frozenset({"delete_on_server"})
