# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Chromium without a window, driven by the DevTools protocol over a pipe. It reaches no host at all."""

from __future__ import annotations

import base64
import collections.abc
import contextlib
import fcntl
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
import typing as t

PROGRAM = "chromium"
_PATIENCE = 30.0  # seconds for one answer
_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--password-store=basic",
)
# How the protocol names keys that write no character.
_CODES = {
    "Enter": 13,
    "Escape": 27,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
Message = dict[str, t.Any]


class BrowserError(Exception):
    """The browser refused a command, gave no answer, or a script in the page failed."""


class Tab:
    """An open page, and what it said since it was opened.

    Attributes:
        problems: errors and warnings of the console, violations of the page's policy, and uncaught exceptions.
    """

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        self.problems: list[str] = []
        self._requests: dict[str, str] = {}
        self._loaded = False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")

    @property
    def requests(self) -> list[str]:
        """The addresses that were asked for, without those that the page's policy stopped."""
        return list(self._requests.values())

    def command(self, method: str, **parameters: t.Any) -> Message:
        """The answer to a command."""
        return self._browser.command(method, self._session, **parameters)

    def open(self, path: pathlib.Path, *, drawn: bool = True) -> None:
        """Open a file and wait until it is loaded, and drawn: only a script can tell that."""
        self._loaded = False
        self.command("Page.navigate", url=path.as_uri())
        self._browser.wait(lambda: self._loaded)
        if drawn:
            self.drawn()

    def evaluate(self, script: str) -> t.Any:
        """The value of an expression in the page; promises are waited for."""
        answer = self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def drawn(self) -> None:
        """Wait for two frames: what was changed before is in view then."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def press(self, *keys: str) -> None:
        """Press keys: names such as Enter, or single characters."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
            code = {"windowsVirtualKeyCode": _CODES[key]} if key in _CODES else {}
            self.command("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **code)
            self.command("Input.dispatchKeyEvent", type="keyUp", key=key, **code)
        self.drawn()

    def size(self, width: int, height: int) -> None:
        """Make the window so large, in CSS pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    def colours(self, scheme: str) -> None:
        """Prefer ``light`` or ``dark``."""
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self) -> bytes:
        """What is in view, as PNG."""
        return base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"])

    def printed(self) -> bytes:
        """The page as it is printed, as PDF on A4."""
        return base64.b64decode(
            self.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)["data"]
        )

    def event(self, method: str, parameters: Message) -> None:
        """Take note of what happened in the page."""
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.problems.append(json.dumps(parameters["args"]))
        elif method == "Log.entryAdded":
            self.problems.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self._requests[parameters["requestId"]] = parameters["request"]["url"]
        elif method == "Network.loadingFailed" and parameters.get("blockedReason") == "csp":
            self._requests.pop(parameters["requestId"], None)


class Browser:
    """A running browser.

    Args:
        commands, answers: the file descriptors of its pipes.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._numbers = itertools.count(1)
        self._rest = b""
        self._waiting: dict[int, Message] = {}
        self._tabs: dict[str, Tab] = {}

    def tab(self) -> Tab:
        """A new, empty tab."""
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = self._tabs[session] = Tab(self, session)
        return tab

    def command(self, method: str, session: str = "", **parameters: t.Any) -> Message:
        """The answer to a command.

        Raises:
            BrowserError: it was refused, or there is no answer.
        """
        number = next(self._numbers)
        message: Message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._commands, data) :]
        except BrokenPipeError:
            raise BrowserError("the browser has ended") from None
        self.wait(lambda: number in self._waiting)
        answer = self._waiting.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        return t.cast("Message", answer["result"])

    def wait(self, done: t.Callable[[], bool]) -> None:
        """Take messages until something is true."""
        end = time.monotonic() + _PATIENCE
        while not done():
            readable, _, _ = select.select([self._answers], [], [], max(0, end - time.monotonic()))
            data = os.read(self._answers, 1 << 20) if readable else b""
            if not data:
                raise BrowserError("the browser has ended" if readable else f"no answer in {_PATIENCE:.0f} seconds")
            *messages, self._rest = (self._rest + data).split(b"\0")
            for text in messages:
                self._take(json.loads(text))

    def _take(self, message: Message) -> None:
        if "id" in message:
            self._waiting[message["id"]] = message
        elif message.get("sessionId") in self._tabs:
            self._tabs[message["sessionId"]].event(message["method"], message["params"])


@contextlib.contextmanager
def browser() -> collections.abc.Iterator[Browser]:
    """A browser with an empty profile, which goes at the end."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise FileNotFoundError(f"{PROGRAM} is missing: run tests/setup/packages.sh")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        commands, to_browser = _pipe()
        from_browser, answers = _pipe()
        # The browser reads commands from its descriptor 3 and answers on 4; a shell puts them there.
        shell = ["bash", "-c", f'exec 3<&{commands} 4>&{answers}; exec "$@"', "bash", program, *_FLAGS]
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            process = subprocess.Popen(
                [*shell, *sandbox, f"--user-data-dir={folder}", "about:blank"],
                pass_fds=(commands, answers),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "HOME": folder, "TZ": "UTC", "LANG": "C.UTF-8"},
            )
        finally:
            os.close(commands)
            os.close(answers)
        try:
            running = Browser(to_browser, from_browser)
            yield running
            with contextlib.suppress(BrowserError, OSError):
                running.command("Browser.close")
        finally:
            os.close(to_browser)
            os.close(from_browser)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _pipe() -> tuple[int, int]:
    """A pipe whose descriptors are above those that the browser has for the same."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
