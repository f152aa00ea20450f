# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with a started Thunderbird: runs scripts in its chrome, even while dialogs open.

Marionette returns null from a script as soon as a dialog opens, and refuses new scripts while it is open. The dialog
itself is cancelled at once (thunderbird_startup.js). So a script is first started, and its outcome is then polled.
"""

from __future__ import annotations

import pathlib
import socket
import time
import typing as t

from .marionette import Marionette, MarionetteError
from .thunderbird_process import ThunderbirdError, ThunderbirdProcess

_HERE = pathlib.Path(__file__).parent
_SCRIPTS = (
    "thunderbird_session.js",
    "thunderbird_accounts.js",
    "thunderbird_mail.js",
    "thunderbird_compose.js",
    "thunderbird_prefs.js",
)
_BEGIN = "const [id, list] = arguments; driver.begin(id, () => (function () { %s\n}).apply(null, list));"
_OUTCOME = "return driver.outcome(...arguments);"
_CALL = "return driver[arguments[0]](...arguments[1]);"

_TIMEOUT = 60.0  # for a response that should come at once; the machine may be very busy
_PAUSE = 0.02


class ThunderbirdSession:
    """A WebDriver session in Thunderbird's chrome, with the driver's scripts loaded.

    Args:
        process: the process, whose dialogs are reported.
        connection: the connection to its Marionette, which the caller closes.
        deadline: the deadline for the first window, as ``time.monotonic()`` counts.

    Raises:
        ThunderbirdError: There is no window in time.
    """

    def __init__(self, process: ThunderbirdProcess, connection: socket.socket, deadline: float) -> None:
        self._process = process
        self._last_id = 0
        # With None for "no limit", Marionette would return null at once (153.7).
        capabilities = {"unhandledPromptBehavior": "ignore", "timeouts": {"script": int(_TIMEOUT * 1000)}}
        try:
            self._marionette = Marionette(connection, _remaining(deadline))
            self._marionette.call("WebDriver:NewSession", capabilities, _remaining(deadline))
            self._marionette.call("Marionette:SetContext", {"value": "chrome"}, _TIMEOUT)
            self._execute("\n".join((_HERE / name).read_text() for name in _SCRIPTS), [], deadline)
        except MarionetteError as error:
            raise self._failure(f"Thunderbird did not show its window: {error}", 0) from error

    def run(self, script: str, arguments: t.Sequence[object], timeout: float) -> t.Any:
        """Run a script as the body of a function; it may return a value or a promise.

        Args:
            script: the JavaScript code.
            arguments: its ``arguments``.
            timeout: in seconds.

        Returns:
            The returned value, as decoded from JSON.

        Raises:
            ThunderbirdError: It threw or timed out. The message includes the dialogs that were shown.
        """
        dialogs = len(self._process.dialogs())
        deadline = time.monotonic() + timeout
        self._last_id += 1
        try:
            self._execute(_BEGIN % script, [self._last_id, list(arguments)], deadline)
            outcome = self._outcome(deadline)
        except MarionetteError as error:
            raise self._failure(str(error), dialogs) from error
        if "error" in outcome:
            raise self._failure(outcome["error"], dialogs)
        return outcome["value"]

    def call(self, function: str, arguments: t.Sequence[object], timeout: float) -> t.Any:
        """Run a function of the driver's scripts; otherwise like :meth:`run`."""
        return self.run(_CALL, [function, list(arguments)], timeout)

    def quit(self, timeout: float) -> None:
        """Make Thunderbird quit as its menu does; it quits after this has returned.

        Raises:
            ThunderbirdError: It refuses.
        """
        self.call("prepareQuit", [], timeout)
        dialogs = len(self._process.dialogs())
        try:
            self._marionette.call("Marionette:Quit", {"flags": ["eAttemptQuit"]}, timeout)
        except MarionetteError as error:
            raise self._failure(str(error), dialogs) from error

    def _outcome(self, deadline: float) -> t.Mapping[str, t.Any]:
        """Wait for the outcome of the last script: a mapping with ``value`` or ``error``."""
        while True:
            seconds = min(_remaining(deadline), _TIMEOUT / 2)
            outcome: t.Mapping[str, t.Any] | None = self._execute(_OUTCOME, [self._last_id, seconds], deadline)
            if outcome is not None:
                return outcome
            _rest_before(deadline)

    def _execute(self, script: str, arguments: t.Sequence[object], deadline: float) -> t.Any:
        """Run a script that returns soon; the result is None if a dialog opened in the meantime."""
        parameters = {"script": script, "args": arguments, "sandbox": "system"}
        while True:
            try:
                return self._marionette.call("WebDriver:ExecuteScript", parameters, _TIMEOUT)["value"]
            except MarionetteError as error:
                if error.kind != "unexpected alert open":
                    raise
            _rest_before(deadline)

    def _failure(self, message: str, dialogs_before: int) -> ThunderbirdError:
        dialogs = [f"dialog {dialog}" for dialog in self._process.dialogs()[dialogs_before:]]
        return ThunderbirdError("; ".join([message, *dialogs]))


def _rest_before(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise MarionetteError("no answer", "the time is over")
    time.sleep(_PAUSE)


def _remaining(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.1)
