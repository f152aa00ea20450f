# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that allows so many sessions at a time."""

from __future__ import annotations

import threading
import time

from .mail_servers import Server
from .scripted_server import Script, Talk

_SESSION = 0.02  # seconds that a session takes at least


class Limited:
    """A server that has so many sessions at a time and turns away the rest with a greeting.

    Args:
        script: what it says to those whom it lets in.
        sessions: how many it lets in at a time.
        server: its encryption.
        greeting: what it says to the others.
        patience: in seconds: sessions stay until one was turned away, so long at most. So the server gets full however
            slowly the sessions begin, as on a busy machine. The first one does not stay: all hosts of a run wait for
            what the server says to it.
    """

    def __init__(self, script: Script, sessions: int, server: Server, greeting: bytes, patience: float = 0) -> None:
        self._script = script
        self._sessions = sessions
        self._server = server
        self._greeting = greeting
        self._patience = patience
        self._full = threading.Event()
        self._lock = threading.Lock()
        self._all = self._now = 0
        self.turned_away = 0

    def __call__(self, talk: Talk) -> None:
        with self._lock:
            self._all += 1
            self._now += 1
            is_first = self._all == 1
            let_in = self._now <= self._sessions
            self.turned_away += not let_in
        try:
            if let_in:
                if not is_first:
                    self._full.wait(self._patience)
                time.sleep(_SESSION)
                self._script(talk)
                return
            self._full.set()
            if self._server.tls == "ssl":
                talk.start_tls(self._server.certificate)
            talk.say(self._greeting)
        finally:
            with self._lock:
                self._now -= 1
