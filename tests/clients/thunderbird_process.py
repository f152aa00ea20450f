# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A remote-controlled Thunderbird process in a mount namespace of its own.

In it, a copy of /etc/thunderbird with the driver's default preferences and start-up script is mounted over the real
one (Debian's builds read both from there), and for ``copy=True`` a copy of the home over the home. So the command
line, all paths and the choice of the profile are those of an ordinary start, and the profile needs no user.js. Only an
AutoConfig file of the machine is not run.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import typing as t

from . import network_namespace

_PROGRAM = pathlib.Path("/usr/bin/thunderbird")
_SYSTEM_SETTINGS = pathlib.Path("/etc/thunderbird")
_HERE = pathlib.Path(__file__).parent
_TOOLS = ("unshare", "mount", "setpriv", "cp")
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

_DIALOG_MARK = "charter-dialog "
_NOISE = ("gtk_icon_theme", "services.settings", "fetchLatestChanges@", "content-type", "  Stack:", "changesets bundle")
_LOG_LINES = 60

# Arguments: the settings, a copy of the home or "", the home, the command.
_ENTER = """
mount --bind "$1" /etc/thunderbird || exit 1
[ -z "$2" ] || mount --bind "$2" "$3" || exit 1
shift 3
exec "$@"
"""

# A process that cannot be reached and uses hardly any processor time is in a dialog before its first window, for
# example the profile manager, and would stay there forever. A start needs about 2 s of processor time.
_STUCK_SECONDS = 30.0
_STUCK_PROCESSOR_SECONDS = 0.5


class ThunderbirdError(Exception):
    """Thunderbird did not start, failed, or did not end."""


@dataclasses.dataclass(frozen=True)
class Dialog:
    """A dialog that Thunderbird showed and the driver cancelled."""

    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.title}: {self.text}"


@dataclasses.dataclass(frozen=True)
class Plan:
    """The options of a start; :class:`.thunderbird.Thunderbird` describes them."""

    home: pathlib.Path
    profile: pathlib.Path | None
    copy: bool
    command_prefix: tuple[str, ...]
    user: int | None
    ca: pathlib.Path | None
    online: bool
    environment: t.Mapping[str, str]


def unavailable() -> str | None:
    """The reason why Thunderbird cannot be tested on this machine; None if it can."""
    if os.geteuid() != 0:
        return "needs root, for a mount namespace"
    if not _PROGRAM.exists() or not (_SYSTEM_SETTINGS / "pref").is_dir():
        return "needs Debian's package thunderbird"
    missing = [tool for tool in _TOOLS if shutil.which(tool, path=_PATH) is None]
    return f"needs the command {missing[0]}" if missing else None


class ThunderbirdProcess:
    """A started Thunderbird and the directory with its temporary files."""

    def __init__(self, plan: Plan) -> None:
        self._scratch = pathlib.Path(tempfile.mkdtemp(prefix="thunderbird-"))
        self._log_path = self._scratch / "log"
        self._port = _free_port()
        status = plan.home.stat()
        self._user = status.st_uid if plan.user is None else plan.user
        self._group = status.st_gid
        self._home = plan.home.resolve()
        self._copy = self._scratch / "home" if plan.copy else None
        try:
            self._prepare(plan)
        except BaseException:
            self.discard()
            raise
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(plan),
                env=self._environment(plan),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process ID; every command before Thunderbird replaces itself by the next one."""
        return self._process.pid

    @property
    def scratch(self) -> pathlib.Path:
        """A directory that Thunderbird's user can read and that is removed when the process ends."""
        return self._scratch / "tmp"

    def on_disk(self, path: pathlib.Path) -> pathlib.Path:
        """The path for the tests of a file that Thunderbird sees at this path."""
        if self._copy is None or not path.is_relative_to(self._home):
            return path
        return self._copy / path.relative_to(self._home)

    def connect(self, deadline: float) -> socket.socket:
        """Connect to Marionette as soon as it listens.

        Args:
            deadline: the deadline, as ``time.monotonic()`` counts.

        Raises:
            ThunderbirdError: The process ended, waits for the user, or does not listen in time.
        """
        watch = _ProcessorWatch(self.pid)
        while True:
            if self._process.poll() is not None:
                raise ThunderbirdError(f"Thunderbird ended with status {self._process.returncode} while it started")
            try:
                return _connect_in_namespace_of(self.pid, self._port)
            except OSError as error:
                reason = error
            if time.monotonic() > deadline:
                raise ThunderbirdError(f"Thunderbird did not open its remote control in time: {reason}")
            if watch.is_stuck():
                raise ThunderbirdError(
                    f"Thunderbird has done nothing for {_STUCK_SECONDS:.0f} s and has no window yet: it shows a "
                    "dialog that comes before everything else (profile manager, missing profile, newer profile)"
                )
            time.sleep(0.05)

    def dialogs(self) -> tuple[Dialog, ...]:
        """All dialogs so far, oldest first."""
        lines = self._log().splitlines()
        return tuple(
            Dialog(**json.loads(line.removeprefix(_DIALOG_MARK))) for line in lines if line.startswith(_DIALOG_MARK)
        )

    def wait(self, timeout: float) -> int:
        """Wait until the process has ended.

        Returns:
            Its exit status.

        Raises:
            ThunderbirdError: It is still running.
        """
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise ThunderbirdError(f"Thunderbird did not end within {timeout:.0f} s") from error

    def kill(self) -> None:
        """Kill the process and its children; no error if they have ended."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def discard(self) -> None:
        """Remove the temporary files of this start."""
        shutil.rmtree(self._scratch)

    def keep_log(self) -> str:
        """Save the log from :meth:`discard`.

        Returns:
            Its path and its last lines.
        """
        descriptor, kept = tempfile.mkstemp(prefix="thunderbird-", suffix=".log")
        os.close(descriptor)
        shutil.copyfile(self._log_path, kept)
        lines = [line for line in self._log().splitlines() if line and not any(noise in line for noise in _NOISE)]
        return "\n".join([f"Thunderbird's log is in {kept}; its last lines:", *lines[-_LOG_LINES:]])

    def _prepare(self, plan: Plan) -> None:
        self._scratch.chmod(0o711)
        _write_settings(self._settings, self._port, plan)
        self.scratch.mkdir(mode=0o700)
        os.chown(self.scratch, self._user, self._group)
        if self._copy is not None:
            if plan.profile is not None and not plan.profile.resolve().is_relative_to(self._home):
                raise ThunderbirdError(f"the profile {plan.profile} is not in the home {plan.home} that is copied")
            subprocess.run(["cp", "--archive", "--reflink=auto", self._home, self._copy], check=True)

    @property
    def _settings(self) -> pathlib.Path:
        return self._scratch / "etc"

    def _command(self, plan: Plan) -> list[str]:
        places = [str(self._settings), str(self._copy or ""), str(self._home)]
        enter = ["unshare", "--mount", "sh", "-c", _ENTER, "sh", *places]
        # It ends with the process (strictly: the thread) that started it, even if that is killed.
        become = ["setpriv", "--pdeathsig=KILL", f"--reuid={self._user}", f"--regid={self._group}", "--clear-groups"]
        # Report here if the user cannot enter the home; Thunderbird's own failure would be obscure.
        go_home = ["sh", "-c", 'cd "$HOME" && exec "$@"', "sh"]
        program = [str(_PROGRAM), "--headless", "--marionette", "--remote-allow-system-access"]
        profile = [] if plan.profile is None else ["-profile", str(plan.profile)]
        return [*plan.command_prefix, *enter, *become, *go_home, *program, *profile]

    def _environment(self, plan: Plan) -> dict[str, str]:
        return {
            "PATH": _PATH,
            "LANG": "C.UTF-8",
            "HOME": str(plan.home),
            # Thunderbird locks <TMPDIR>/thunderbird-default while it starts; sharing it can delay others by 5 s.
            "TMPDIR": str(self.scratch),
            "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1",
            **plan.environment,
        }

    def _log(self) -> str:
        return self._log_path.read_text(encoding="utf-8", errors="replace")


class _ProcessorWatch:
    """Detects that a process has used hardly any processor time for a long time."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._since = time.monotonic()
        self._used = 0.0

    def is_stuck(self) -> bool:
        used = _processor_seconds(self._pid)
        if used - self._used > _STUCK_PROCESSOR_SECONDS:
            self._used = used
            self._since = time.monotonic()
        return time.monotonic() - self._since > _STUCK_SECONDS


def _processor_seconds(pid: int) -> float:
    """The processor time of a process so far: utime and stime of proc(5)."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _write_settings(directory: pathlib.Path, port: int, plan: Plan) -> None:
    """Create the /etc/thunderbird that the process is to see."""
    shutil.copytree(_SYSTEM_SETTINGS, directory, symlinks=True)
    prefs = [(_HERE / "thunderbird_quiet.js").read_text(), f'pref("marionette.port", {port});']
    if not plan.online:
        # 3: always start offline. No account logs in or checks for mail until the driver requests it.
        prefs.append('pref("offline.startup_state", 3);')
    # The files are read in the order of their names; the last one takes precedence.
    (directory / "pref" / "zz-driver.js").write_text("\n".join(prefs) + "\n")
    authorities = [] if plan.ca is None else _certificates(plan.ca.read_text())
    skipped = "// AutoConfig skips its first line."
    constant = f"const AUTHORITIES = {json.dumps(authorities)};"
    script = (_HERE / "thunderbird_startup.js").read_text()
    (directory / "driver.cfg").write_text("\n".join([skipped, constant, script]))


def _certificates(pem: str) -> list[str]:
    """The DER certificates in a PEM file, in base64."""
    blocks = re.findall(f"{ssl.PEM_HEADER}.*?{ssl.PEM_FOOTER}", pem, re.DOTALL)
    return [base64.b64encode(ssl.PEM_cert_to_DER_cert(block)).decode() for block in blocks]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _connect_in_namespace_of(pid: int, port: int) -> socket.socket:
    """Connect to 127.0.0.1 as the process sees it.

    Raises:
        OSError: Nothing listens there, or the process has ended.
    """

    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), timeout=5)

    return network_namespace.made_in(pathlib.Path(f"/proc/{pid}/ns/net"), connect)
