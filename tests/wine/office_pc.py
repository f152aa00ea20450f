# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PC of an office: Windows accounts, marks of what Office is installed, and a view of all that tests ask about.

What Wine cannot show: who may read a file or key (its ``icacls`` does nothing), ``reg load``, PowerShell, other users'
hives that outlive Wine's server, and Outlook itself, whose part ``fake_outlook`` plays.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import shutil
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._windows import reg_file
from ansible_collections.charter.mail.plugins.module_utils._windows.registry import (
    KeyWrite,
    Registry,
    RegValue,
)

from . import log, paths
from .errors import WineError
from .prefix import Prefix

MARIO = "S-1-5-21-1111111111-2222222222-3333333333-1001"
ANNA = "S-1-5-21-1111111111-2222222222-3333333333-1002"

_PROFILE_LIST = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion\ProfileList"
_CODE_PAGE = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Nls\CodePage"
_CURRENT = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion"
_OFFICE = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Office"
_CLASSIC = _CURRENT + r"\App Paths\OUTLOOK.EXE"
_STORE_APPS = _CURRENT + r"\Appx"
_OURS = r"HKEY_LOCAL_MACHINE\Software\charter.mail"
_OUTLOOK_FOLDER = r"C:\Program Files\Microsoft Office\root\Office16"
_USERS = "HKEY_USERS"

_TRANSFER = r"C:\windows\temp\transfer.reg"

# What Microsoft 365 Apps leave.
_CLASSIC_MARKS = (
    KeyWrite(_CLASSIC, {"": RegValue.sz(_OUTLOOK_FOLDER + r"\OUTLOOK.EXE"), "Path": RegValue.sz(_OUTLOOK_FOLDER)}),
    KeyWrite(_OFFICE + r"\16.0\Outlook\InstallRoot", {"Path": RegValue.sz(_OUTLOOK_FOLDER)}),
    KeyWrite(_OFFICE + r"\ClickToRun\Configuration", {"ProductReleaseIds": RegValue.sz("O365BusinessRetail")}),
)


@dataclasses.dataclass(frozen=True)
class WindowsUser:
    """A Windows account with a profile.

    Attributes:
        name: the last part of the profile's folder.
        sid: the security identifier.
    """

    name: str
    sid: str

    @property
    def folder(self) -> str:
        """The profile's folder."""
        return f"C:\\Users\\{self.name}"

    @property
    def hive(self) -> str:
        """The part of the registry that is this user's, while logged on."""
        return f"{_USERS}\\{self.sid}"

    @property
    def outlook(self) -> str:
        """The key of Outlook 2016 and later."""
        return self.hive + r"\Software\Microsoft\Office\16.0\Outlook"

    @property
    def setup(self) -> str:
        """The key where Outlook looks for a PRF."""
        return self.outlook + r"\Setup"

    @property
    def autodiscover(self) -> str:
        """The key where Outlook looks for settings of mail domains."""
        return self.outlook + r"\AutoDiscover"

    @property
    def policies(self) -> str:
        """What an admin prescribes to this user's Outlook."""
        return self.hive + r"\Software\Policies\Microsoft\Office\16.0\Outlook"


class OfficePC:
    """A PC. ``furnish`` gives it two users, who are logged on, and classic Outlook, which was never started.

    Args:
        prefix: runs.
    """

    def __init__(self, prefix: Prefix) -> None:
        self.prefix = prefix
        self.mario = WindowsUser("mario", MARIO)
        self.anna = WindowsUser("anna", ANNA)
        self._users: list[WindowsUser] = []

    def furnish(self) -> None:
        """Make it the PC of an office; it must be as Wine has made it."""
        users = (self.mario, self.anna)
        for user in users:
            self._enroll(user)
        self.write(*(write for user in users for write in (*_profile(user), *_hive(user))), *_CLASSIC_MARKS)

    # What Ansible needs.

    def inventory(self, shell: str = "cmd", **variables: t.Any) -> dict[str, t.Any]:
        """Ansible's inventory of this PC alone, by the name ``pc``.

        Args:
            shell: what answers on the PC: ``cmd`` or ``powershell``.
            variables: of the host.
        """
        return {"all": {"hosts": {"pc": {**self.connection(shell), **variables}}}}

    def connection(self, shell: str = "cmd") -> dict[str, t.Any]:
        """The variables of a host in Ansible's inventory that make it this PC."""
        return {
            "ansible_connection": "wine",
            "ansible_shell_type": shell,
            "ansible_wine_directory": str(self.prefix.directory),
        }

    def asked(self) -> list[log.Entry]:
        """What Ansible asked of the PC so far, and forget it."""
        entries = log.read(self.prefix.log)
        self.prefix.log.unlink(missing_ok=True)
        return entries

    # Files.

    def file(self, path: str) -> pathlib.Path:
        """Where a file of the PC is on this machine."""
        return paths.on_disk(self.prefix.drive, path)

    def files(self) -> dict[str, bytes]:
        """All files and folders that are not Windows' own, with what is in them, by path below ``C:\\``."""
        found = {}
        for folder in ("ProgramData", "users"):
            for path in sorted((self.prefix.drive / folder).rglob("*")):
                content = path.read_bytes() if path.is_file() else b""
                found[str(path.relative_to(self.prefix.drive))] = content
        return found

    def temporary(self) -> list[str]:
        """The names in the folder where Ansible puts its own."""
        return sorted(path.name for path in self.file(self.prefix.pc.temp).iterdir())

    # The registry.

    def export(self, key: str) -> bytes:
        """What ``reg export`` makes of a key.

        Raises:
            WineError: there is no such key.
        """
        self._reg("export", key, _TRANSFER, "/y")
        with self._transferred() as file:
            return file.read_bytes()

    def registry(self, *keys: str) -> Registry:
        """The part of the registry below some keys. One that is not there counts as empty."""
        found = Registry()
        for key in keys:
            with contextlib.suppress(WineError):
                found = found.written(reg_file.parse_writes(self.export(key)))
        return found

    def write(self, *writes: KeyWrite) -> None:
        """Change the registry."""
        with self._transferred() as file:
            file.write_bytes(reg_file.render(writes))
            self._reg("import", _TRANSFER)

    def photo(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """What a task could change, byte by byte: the users' registry, the machine's as far as it is about mail, and
        files. Windows itself keeps changing other keys, those of network cards for example."""
        keys = [*(user.hive for user in self._users), _OFFICE, _OURS, _CLASSIC, _STORE_APPS, _PROFILE_LIST]
        found = {f"keys in {key}": self._reg("query", key) for key in ("HKU", r"HKLM\Software")}
        for key in keys:
            with contextlib.suppress(WineError):
                found[key] = self.export(key)
        return found, self.files()

    # What the PC is like.

    def add_user(self, name: str, sid: str, *, logged_on: bool = True) -> WindowsUser:
        """Give somebody a profile."""
        user = WindowsUser(name, sid)
        self._enroll(user)
        self.write(*_profile(user), *(_hive(user) if logged_on else []))
        return user

    def log_off(self, user: WindowsUser) -> None:
        """Take the user's hive away; Wine has no other place for it, so that its content is lost."""
        self.write(KeyWrite(user.hive, delete=True))

    def replace_by_new_outlook(self) -> None:
        """Leave the marks of the new Outlook only."""
        package = r"\AppxAllUserStore\Applications\Microsoft.OutlookForWindows_1.2026.1111.0_x64__8wekyb3d8bbwe"
        path = r"C:\Program Files\WindowsApps\Microsoft.OutlookForWindows\AppxManifest.xml"
        self.write(
            KeyWrite(_CLASSIC, delete=True),
            KeyWrite(_OFFICE, delete=True),
            KeyWrite(_STORE_APPS + package, {"Path": RegValue.sz(path)}),
        )

    def set_code_page(self, number: int) -> None:
        """Choose the code page of programs without Unicode, and so of PRF files."""
        self.write(_acp(number))

    @property
    def code_page(self) -> str:
        """Python's name of it."""
        value = self.registry(_CODE_PAGE).value(_CODE_PAGE, "ACP")
        return f"cp{value.text if value else 1252}"

    def restore(self) -> None:
        """Make the prefix what it was before, as far as a task has any business there."""
        gone = [_CLASSIC, _OFFICE, _STORE_APPS, _OURS]
        for user in self._users:
            gone += [user.hive, f"{_PROFILE_LIST}\\{user.sid}"]
        self.write(*(KeyWrite(key, delete=True) for key in gone), _acp(1252))
        for folder in [*(user.folder for user in self._users), r"C:\ProgramData\charter.mail"]:
            shutil.rmtree(self.file(folder), ignore_errors=True)
        for path in self.file(self.prefix.pc.temp).iterdir():
            shutil.rmtree(path)
        self._users.clear()
        self.asked()

    def _enroll(self, user: WindowsUser) -> None:
        self._users.append(user)
        self.file(user.folder).mkdir()

    def _reg(self, *arguments: str) -> bytes:
        done = self.prefix.run(["reg.exe", *arguments])
        if done.returncode != 0 and not done.stdout + done.stderr:
            # reg.exe always says why. On a busy machine Wine now and then fails to start a program, and says nothing.
            done = self.prefix.run(["reg.exe", *arguments])
        if done.returncode != 0:
            words = (done.stdout + done.stderr).decode(errors="replace")
            raise WineError(f"reg {' '.join(arguments)}: exit code {done.returncode}, {words}")
        return done.stdout

    @contextlib.contextmanager
    def _transferred(self) -> t.Iterator[pathlib.Path]:
        file = self.file(_TRANSFER)
        try:
            yield file
        finally:
            file.unlink(missing_ok=True)


def _profile(user: WindowsUser) -> list[KeyWrite]:
    image = {"ProfileImagePath": RegValue.expand_sz(user.folder), "Flags": RegValue.dword(0)}
    return [KeyWrite(f"{_PROFILE_LIST}\\{user.sid}", image)]


def _hive(user: WindowsUser) -> list[KeyWrite]:
    """A little of what is in a user's hive."""
    return [
        KeyWrite(user.hive + r"\Environment", {"TEMP": RegValue.expand_sz(r"%USERPROFILE%\AppData\Local\Temp")}),
        KeyWrite(user.hive + r"\Software\Microsoft\Office\16.0\Common", {"UILanguage": RegValue.dword(1033)}),
        KeyWrite(user.hive + r"\Software\Of their own", {"": RegValue.sz("kept")}),
    ]


def _acp(number: int) -> KeyWrite:
    return KeyWrite(_CODE_PAGE, {"ACP": RegValue.sz(str(number))})
