# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conversation with a started Thunderbird: scripts that run in its chrome, whatever dialogs open meanwhile.

Marionette answers a script with null as soon as a dialog opens, and refuses new scripts as long as it is open. The
dialog itself is cancelled within a moment (thunderbird_startup.js). So a script is begun first, and its outcome is
asked for until it is there.
"""

from __future__ import annotations

import pathlib
import socket
import time
import typing as t

from .marionette import Marionette, MarionetteError
from .thunderbird_process import ThunderbirdError, ThunderbirdProcess

_HERE = pathlib.Path(__file__).parent
_SCRIPTS = ("thunderbird_session.js", "thunderbird_accounts.js", "thunderbird_mail.js", "thunderbird_prefs.js")
_BEGIN = "const [id, list] = arguments; driver.begin(id, () => (function () { %s\n}).apply(null, list));"
_OUTCOME = "return driver.outcome(...arguments);"
_CALL = "return driver[arguments[0]](...arguments[1]);"

_TIMEOUT = 60.0  # for an answer that should come at once, on a machine that is very busy
_PAUSE = 0.02


class ThunderbirdSession:
    """A WebDriver session in Thunderbird's chrome, with the driver's scripts loaded.

    Args:
        process: whose dialogs are reported.
        connection: to its Marionette; the caller closes it.
        deadline: for the first window, by ``time.monotonic()``.

    Raises:
        ThunderbirdError: there is no window in time.
    """

    def __init__(self, process: ThunderbirdProcess, connection: socket.socket, deadline: float) -> None:
        self._process = process
        self._last_id = 0
        # None for "no limit" would make Marionette answer at once with null (153.7).
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
            script: JavaScript.
            arguments: its ``arguments``.
            timeout: seconds.

        Returns:
            what it returned, as JSON expresses it.

        Raises:
            ThunderbirdError: it threw, or took too long; with the dialogs that were shown meanwhile.
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
        """Have Thunderbird end itself as its menu does; it does so after the answer.

        Raises:
            ThunderbirdError: it refuses.
        """
        self.call("prepareQuit", [], timeout)
        dialogs = len(self._process.dialogs())
        try:
            self._marionette.call("Marionette:Quit", {"flags": ["eAttemptQuit"]}, timeout)
        except MarionetteError as error:
            raise self._failure(str(error), dialogs) from error

    def _outcome(self, deadline: float) -> t.Mapping[str, t.Any]:
        """Wait for what became of the last script: a mapping with ``value`` or ``error``."""
        while True:
            seconds = min(_remaining(deadline), _TIMEOUT / 2)
            outcome: t.Mapping[str, t.Any] | None = self._execute(_OUTCOME, [self._last_id, seconds], deadline)
            if outcome is not None:
                return outcome
            _rest_before(deadline)

    def _execute(self, script: str, arguments: t.Sequence[object], deadline: float) -> t.Any:
        """Run a script that answers soon; the answer is None where a dialog opened meanwhile."""
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
