# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mozilla's real NSS, for comparison: it opens a profile's key4.db, encrypts and decrypts as Thunderbird does.

NSS has one token per process, and its libraries must come from one build. So each request runs in a child process:
this file, which reads a request (JSON) from standard input and prints the result (JSON).
"""

from __future__ import annotations

import base64
import ctypes
import dataclasses
import json
import pathlib
import platform
import subprocess
import sys
import typing as t

_PYTHON = "/usr/bin/python3"  # made for the same system as the libraries

AES = 0x1082  # CKM_AES_CBC
DES3 = 0x133  # CKM_DES3_CBC

# In the order in which they must be loaded. Debian's Thunderbird has its own NSS, but uses the system's NSPR.
NSPR = ("libnspr4.so", "libplc4.so", "libplds4.so")
NSS = ("libmozsqlite3.so", "libnssutil3.so", "libnss3.so")


class NssError(Exception):
    """NSS failed. The message names the function and NSS's error number (secerr.h)."""


@dataclasses.dataclass(frozen=True)
class Nss:
    """A build of NSS.

    Attributes:
        directory: the directory of its libraries, for example Thunderbird's own.
    """

    directory: pathlib.Path

    @property
    def installed(self) -> bool:
        return (self.directory / "libnss3.so").exists()

    @property
    def knows_aes(self) -> bool:
        """Whether it seals with AES, as in Thunderbird from 144 on; an older one cannot read that either."""
        return self.installed and b"PK11SDR_EncryptWithMechanism" in (self.directory / "libnss3.so").read_bytes()

    def open(self, profile: pathlib.Path) -> None:
        """Open and close the databases, which creates missing files."""
        self._run_child(profile, "open")

    def encrypt(self, profile: pathlib.Path, mechanism: int, text: str) -> str:
        """Encrypt with the profile's key for this mechanism, which NSS creates if it is missing; returns base64."""
        return str(self._run_child(profile, "encrypt", mechanism=mechanism, text=text))

    def decrypt(self, profile: pathlib.Path, *sealed: str) -> list[str]:
        """Decrypt texts of a logins.json in one process."""
        return list(self._run_child(profile, "decrypt", sealed=sealed))

    def change_password(self, profile: pathlib.Path, old: str, new: str) -> None:
        """Set or change the primary password, or remove it with an empty one."""
        self._run_child(profile, "change_password", old=old, new=new)

    def _run_child(self, profile: pathlib.Path, action: str, **arguments: object) -> t.Any:
        request = {"libraries": str(self.directory), "profile": str(profile), "action": action, "arguments": arguments}
        done = subprocess.run(
            [_PYTHON, __file__],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise NssError((done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1])
        return json.loads(done.stdout)


def _first(directories: t.Iterable[str]) -> Nss:
    builds = [Nss(pathlib.Path(directory)) for directory in directories]
    return next((build for build in builds if build.installed), builds[0])


_SYSTEM = (f"/usr/lib/{platform.machine()}-linux-gnu", "/usr/lib64", "/usr/lib")
SYSTEM = _first(_SYSTEM)
# Debian's 157 has no NSS of its own.
THUNDERBIRD = _first(("/usr/lib/thunderbird", "/usr/lib64/thunderbird", "/opt/thunderbird", *_SYSTEM))


class _Item(ctypes.Structure):
    """SECItem (seccomon.h)."""

    _fields_ = (("type", ctypes.c_int), ("data", ctypes.POINTER(ctypes.c_char)), ("len", ctypes.c_uint))

    @classmethod
    def of(cls, content: bytes) -> _Item:
        return cls(0, ctypes.create_string_buffer(content, len(content)), len(content))

    @property
    def content(self) -> bytes:
        return self.data[: self.len] if self.data else b""


class _Token:
    """The key database of a profile, open in this process."""

    def __init__(self, libraries: pathlib.Path, profile: str) -> None:
        for name in (*NSPR, *NSS):
            own = libraries / name
            if own.exists():
                self.nss = ctypes.CDLL(str(own), mode=ctypes.RTLD_GLOBAL)
            elif name in NSPR:
                ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        self.nss.PK11_GetInternalKeySlot.restype = ctypes.c_void_p
        self._check("NSS_Initialize", f"sql:{profile}".encode(), b"", b"", b"secmod.db", 0)
        self.slot = ctypes.c_void_p(self.nss.PK11_GetInternalKeySlot())

    def open(self) -> None:
        pass

    def encrypt(self, mechanism: int, text: str) -> str:
        self._initialise()
        result = _Item()
        key, plain = _Item.of(b""), _Item.of(text.encode())
        if mechanism == DES3:
            self._check("PK11SDR_Encrypt", ctypes.byref(key), ctypes.byref(plain), ctypes.byref(result), None)
        else:
            self._check(
                "PK11SDR_EncryptWithMechanism",
                self.slot,
                ctypes.byref(key),
                ctypes.c_ulong(mechanism),
                ctypes.byref(plain),
                ctypes.byref(result),
                None,
            )
        return base64.b64encode(result.content).decode()

    def decrypt(self, sealed: list[str]) -> list[str]:
        return [self._decrypt(one) for one in sealed]

    def change_password(self, old: str, new: str) -> None:
        self._initialise()
        self._check("PK11_CheckUserPassword", self.slot, old.encode())
        self._check("PK11_ChangePW", self.slot, old.encode(), new.encode())

    def _initialise(self) -> None:
        """Set an empty primary password, as the first start of the client does."""
        if self.nss.PK11_NeedUserInit(self.slot):
            self._check("PK11_InitPin", self.slot, None, b"")

    def _decrypt(self, sealed: str) -> str:
        result = _Item()
        item = _Item.of(base64.b64decode(sealed))
        self._check("PK11SDR_Decrypt", ctypes.byref(item), ctypes.byref(result), None)
        return result.content.decode()

    def _check(self, function: str, *arguments: object) -> None:
        if getattr(self.nss, function)(*arguments) != 0:
            raise NssError(f"{function}: error {ctypes.CDLL('libnspr4.so').PR_GetError()}")


def _serve_request() -> None:
    request = json.load(sys.stdin)
    token = _Token(pathlib.Path(request["libraries"]), request["profile"])
    actions: dict[str, t.Callable[..., object]] = {
        "open": token.open,
        "encrypt": token.encrypt,
        "decrypt": token.decrypt,
        "change_password": token.change_password,
    }
    result = actions[request["action"]](**request["arguments"])
    token.nss.PK11_FreeSlot(token.slot)
    token.nss.NSS_Shutdown()
    print(json.dumps(result))


if __name__ == "__main__":
    _serve_request()
