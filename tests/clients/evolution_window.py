# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts Evolution on a virtual screen as a user would, and reads the titles of its windows.

    with EvolutionWindow(session) as window:
        lab.wait_for_login(address, Service.IMAP, seconds=TIMEOUT)
        window.wait_for(MAIN)
        assert window.titles() == [MAIN]  # and no dialog

The screen is an Xvfb server that listens on the loopback interface, so the session must be in a network namespace.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import typing as t
import urllib.parse

from .desktop_session import DesktopSession, SessionError
from .evolution import TIMEOUT, wait_until

MAIN = "Mail"
"""The title of the main window while no folder has been opened."""
INBOX = "Inbox"
"""The start of the main window's title while it shows an inbox; the number of unread messages may follow."""
WELCOME = "Welcome"
"""The first-run assistant."""
PASSWORD_REQUEST = "Mail authentication request"
"""The password dialog."""

_SUFFIX = " — Evolution"  # of the main window's title, in 3.38

# Xvfb prints the display number when it is ready. Without -noreset it starts anew whenever its last client leaves, such
# as xdotool, and refuses an Evolution that connects meanwhile.
_SCREEN = ("Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-ac", "-noreset")
_LISTEN = ("-listen", "tcp", "-nolisten", "unix", "-nolisten", "local")

# No graphics card, no accessibility, and no sandbox for messages in HTML (it needs more than a namespace).
_VARIABLES = {
    # Otherwise Evolution stays offline in a network without a default route.
    "GIO_USE_NETWORK_MONITOR": "base",
    "NO_AT_BRIDGE": "1",
    "GDK_BACKEND": "x11",
    # Otherwise GTK ignores keys that are sent to one window, and not to the one that has the focus at that moment.
    "GDK_CORE_DEVICE_EVENTS": "1",
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
}

# What Evolution writes when it quits, so that it shows the same folder at the next start.
_LEFT_IN_FOLDER = """
mkdir -p ~/.config/evolution/mail
printf '[Folder Tree]\\nSelected=%s\\n' "$1" >~/.config/evolution/mail/state.ini
"""

# xdotool ends with an X error, and prints nothing, if any window disappears while it searches.
_SEARCH = """
search() {
    while found=$(xdotool search --onlyvisible --name "$1" 2>&1); [ "$found" != "${found#*X Error}" ]; do
        sleep 0.1
    done
    echo "$found"
}
"""
_WINDOWS = _SEARCH + 'search "$1"'
_TITLES = _SEARCH + 'for one in $(search .); do xdotool getwindowname "$one"; done'


class EvolutionWindow:
    """A running Evolution, as a context manager that quits it through its menu action at the end.

    Args:
        session: the session in which it runs.
        folder: the URI of the folder that it shows, as if the user had left it there the last time; by default none.
            Evolution must have adopted the server's folders before: while it does so, it may drop the selected one.
    """

    def __init__(self, session: DesktopSession, folder: str | None = None) -> None:
        self._session = session
        if folder is not None:
            session.run("sh", "-c", _LEFT_IN_FOLDER, "sh", folder)
        self._screen, number = _open_screen(session)
        self._variables = {**_VARIABLES, "DISPLAY": f"127.0.0.1:{number}"}
        # Dialogs of other programs, such as the keyring, appear on the same screen.
        session.run("dbus-update-activation-environment", "DISPLAY", "GDK_BACKEND", check=True, **self._variables)
        self._process = session.start("evolution", "--component=mail", **self._variables)

    def __enter__(self) -> EvolutionWindow:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: t.Any) -> None:
        try:
            if kind is None and self._process.poll() is None:
                self.quit()
        finally:
            self.kill()
            self._session.stop(self._screen)

    def titles(self) -> list[str]:
        """The titles of all windows on the screen, including those of other programs."""
        # In one call, as who waits for a window asks often.
        names = self._session.run("sh", "-c", _TITLES, check=False, **self._variables).splitlines()
        return sorted(name.strip().removesuffix(_SUFFIX) for name in names if name.strip())

    def wait_for(self, title: str) -> None:
        """Wait until there is a window with this title.

        Raises:
            SessionError: It does not appear in time, or Evolution ends.
        """

        def is_there() -> bool:
            titles = self.titles()
            if title not in titles and (status := self._process.poll()) is not None:
                log = self._session.log.read_text()[-3000:]
                raise SessionError(f"Evolution ended with status {status}; windows: {titles}; the log:\n{log}")
            return title in titles

        wait_until(is_there, f"window {title!r}")

    def send(self, to: str, subject: str) -> None:
        """Write a message in the composer and send it, as a user does with the keyboard."""
        # It would ask whether the key was pressed by accident.
        asks = ("org.gnome.evolution.mail", "prompt-on-accel-send")
        self._session.run("gsettings", "set", *asks, "false", check=True, **self._variables)
        self.begin_message(to, subject)
        self.press(subject, "ctrl+Return")
        wait_until(lambda: subject not in self.titles(), "end of the composer")

    def begin_message(self, to: str, subject: str) -> None:
        """Open the composer, whose window has the subject as its title. No message is selected yet."""
        self.wait_for(MAIN)  # or the program would not find the one that runs
        self._session.start("evolution", f"mailto:{to}?subject={urllib.parse.quote(subject)}", **self._variables)
        self.wait_for(subject)

    def select_unread(self, is_shown: t.Callable[[], bool]) -> None:
        """Select the unread message of the inbox that the main window shows.

        Args:
            is_shown: whether Evolution has fetched the message, which it does to show it.
        """

        def is_selected() -> bool:
            if not is_shown() and any(title.startswith(INBOX) for title in self.titles()):
                self.press(f"{INBOX}.*", "ctrl+bracketright")  # has no effect before the message is in the list
            return is_shown()

        wait_until(is_selected, "message in the window")

    def begin_reply(self, subject: str) -> None:
        """Reply to the selected message of the inbox, in a composer whose title is the subject of the reply."""
        self.press(f"{INBOX}.*", "ctrl+r")
        self.wait_for(subject)

    def close(self, title: str) -> None:
        """Close a composer whose message is saved. While Evolution is still saving, the composer ignores the keys."""

        def is_closed() -> bool:
            if title in self.titles():
                with contextlib.suppress(SessionError):  # it has closed meanwhile
                    self.press(title, "ctrl+w")
            return title not in self.titles()

        wait_until(is_closed, "end of the composer")

    def press(self, title: str, keys: str) -> None:
        """Press keys, such as ``ctrl+s``, in the window with a title, which is a regular expression."""
        found = self._session.run("sh", "-c", _WINDOWS, "sh", f"^{title}$", check=False, **self._variables).split()
        if not found:
            raise SessionError(f"no window {title!r}, but {self.titles()}")
        window = found[0]
        # Sent to this window: if it closes meanwhile, the keys must not reach another, which they would close as well.
        send = ("windowfocus", window, "sleep", "1", "key", "--window", window, keys)
        self._session.run("xdotool", *send, check=True, **self._variables)

    def quit(self) -> None:
        """Quit Evolution as its menu does and wait until it has ended."""
        self._session.run("evolution", "--quit", check=True, **self._variables)
        try:
            self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired as error:
            raise SessionError(f"Evolution does not quit; windows: {self.titles()}") from error

    def kill(self) -> None:
        """Kill Evolution, which is necessary while it shows a dialog; no error if it has ended."""
        # On SIGTERM it would try to quit normally.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _open_screen(session: DesktopSession) -> tuple[subprocess.Popen[bytes], int]:
    """Start an X server and wait until it listens; returns its process and display number."""
    with session.log.open("ab") as log:
        screen = subprocess.Popen(
            # The user's own number: Xvfb has a file with its number in /tmp for a moment while it starts, and fails
            # if there is another user's.
            session.command(*_SCREEN, *_LISTEN, f":{session.user.uid}"),
            env=session.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    session.children.append(screen)
    with screen.stdout or contextlib.nullcontext() as output:
        number = output.readline() if output else b""
    if not number.strip().isdigit():
        raise SessionError(f"Xvfb did not start:\n{session.log.read_text()[-3000:]}")
    return screen, int(number)
