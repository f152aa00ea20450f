# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of a fleet: its namespace, its files and its first process."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import secrets
import shutil
import subprocess
import time
import typing as t

from ansible_collections.charter.mail.tests.lab.files import make_directory, write_file
from ansible_collections.charter.mail.tests.lab.namespace import Namespace

from .errors import FleetError

CA_PATH = "/etc/ssl/mail-lab-ca.pem"
"""The path on a host of the certificate of the mail lab's authority."""

_BOOT = pathlib.Path(__file__).with_name("boot.sh")
_CLONE = pathlib.Path(__file__).resolve().parents[2]
# Homes, runtime files and other data of the machine: hosts share its programs and settings, but no data.
_HIDDEN = ("/dev", "/run", "/tmp", "/var/tmp", "/etc/ssh", "/etc/ssl/private", "/etc/netns")
_SHARED = frozenset(("bin", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "usr", "var"))
_START_TIMEOUT = 30.0
_FIRST_USER_UID, _LAST_USER_UID = 1000, 59999  # Debian Policy 9.2.2
# Of the host's own users: far from those of the machine's users, whose processes other tests look for and kill.
_FIRST_UID = 50001
_SSHD = """\
ListenAddress 0.0.0.0
HostKey /etc/ssh/host_key
AuthorizedKeysFile /etc/ssh/authorized_keys
AuthenticationMethods publickey
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
PidFile none
PrintMotd no
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
"""


@dataclasses.dataclass(frozen=True)
class Host:
    """A host.

    Attributes:
        name: its host name, which resolves in the whole fleet.
        address: its IPv4 address.
        users: the local users, each with an empty home of mode 0700.
        namespace: its network namespace.
        directory: its initial files, seen from outside; what the host writes is in memory only.
    """

    name: str
    address: str
    users: tuple[str, ...]
    namespace: Namespace
    directory: pathlib.Path

    def home(self, user: str) -> pathlib.Path:
        """A user's home on the host."""
        return pathlib.Path("/home", user)

    @property
    def log(self) -> pathlib.Path:
        """The log of its SSH server."""
        return self.directory / "sshd.log"

    def prepare(self, client_key: str, ca: pathlib.Path | None) -> str:
        """Write the host's own files.

        Args:
            client_key: the public key that may log in as root.
            ca: the certificate of the mail lab's authority, PEM.

        Returns:
            The host's public key.
        """
        make_directory(self.directory)
        seed = self.directory / "seed"
        for path in (seed, seed / "etc", seed / "etc/ssh", seed / "etc/ssl", seed / "home"):
            make_directory(path)
        key = seed / "etc/ssh/host_key"
        public = make_key(key, self.name)
        write_file(seed / "etc/ssh/authorized_keys", client_key)
        write_file(seed / "etc/ssh/sshd_config", _SSHD)
        write_file(seed / "etc/hostname", f"{self.name}\n")
        write_file(seed / "etc/machine-id", f"{secrets.token_hex(16)}\n")
        for path in self.namespace.files.iterdir():
            write_file(seed / "etc" / path.name, path.read_bytes())
        if ca is not None:
            write_file(seed / CA_PATH.lstrip("/"), ca.read_bytes())
        for number, user in enumerate(self.users, _FIRST_UID):
            make_directory(seed / "home" / user, 0o700, number, number)
        for name, (lines, mode) in _accounts(self.users).items():
            write_file(seed / "etc" / name, "".join(f"{line}\n" for line in lines), mode)
        return public

    def start(self, hidden: t.Iterable[pathlib.Path]) -> subprocess.Popen[bytes]:
        """Start its first process; ``wait`` waits until it is ready.

        Args:
            hidden: further directories of the machine to hide from the host.
        """
        folders = sorted({*_HIDDEN, *_foreign_folders(), str(_CLONE), *(str(path) for path in hidden)})
        command = ["nsenter", f"--net=/run/netns/{self.namespace.name}"]
        command += ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child"]
        command += [str(_BOOT), str(self.directory), self.name, *folders]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, umask=0o022
            )

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it accepts SSH connections.

        Args:
            process: the process that ``start`` returned.

        Raises:
            FleetError: It ended or was not ready in time.
        """
        deadline = time.monotonic() + _START_TIMEOUT
        while "Server listening" not in (log := self.log.read_text()):
            if time.monotonic() > deadline or process.poll() is not None:
                raise FleetError(f"{self.name} does not start:\n{log}")
            time.sleep(0.01)


def make_key(path: pathlib.Path, comment: str) -> str:
    """Create a private key without a passphrase; returns the public key."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    return path.with_name(f"{path.name}.pub").read_text()


def missing_programs() -> list[str]:
    """The programs that a host needs and this machine lacks."""
    programs = ("ip", "nsenter", "unshare", "setpriv", "ssh", "ssh-keygen", "/usr/sbin/sshd", "/usr/bin/python3")
    return [program for program in programs if shutil.which(program) is None]


def _foreign_folders() -> list[str]:
    """The directories in / that are not part of the system, such as homes."""
    with os.scandir("/") as entries:
        return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name not in _SHARED]


def _accounts(users: t.Sequence[str]) -> dict[str, tuple[list[str], int]]:
    """The account files: the machine's system users, who cannot log in, and the host's own users."""
    passwd = [line for line in _lines("passwd") if not _is_regular_user(line)]
    group = [line for line in _lines("group") if not _is_regular_user(line)]
    locked = [f"{line.split(':')[0]}:*:19000:0:99999:7:::" for line in passwd]
    closed = [f"{line.split(':')[0]}:*::" for line in group]
    for number, user in enumerate(users, _FIRST_UID):
        passwd.append(f"{user}:x:{number}:{number}::/home/{user}:/bin/bash")
        group.append(f"{user}:x:{number}:")
        locked.append(f"{user}:*:19000:0:99999:7:::")
        closed.append(f"{user}:*::")
    return {"passwd": (passwd, 0o644), "group": (group, 0o644), "shadow": (locked, 0o600), "gshadow": (closed, 0o600)}


def _lines(name: str) -> list[str]:
    return pathlib.Path("/etc", name).read_text().splitlines()


def _is_regular_user(line: str) -> bool:
    return _FIRST_USER_UID <= int(line.split(":")[2]) <= _LAST_USER_UID
