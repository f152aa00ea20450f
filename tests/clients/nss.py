# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mozilla's real NSS as a witness: it opens a profile's key4.db, encrypts and decrypts as Thunderbird does.

NSS keeps one token per process and its libraries must all come from one build, so each request runs in a child process:
this same file, which reads a request (JSON) from standard input and prints the answer (JSON).
"""

from __future__ import annotations

import base64
import ctypes
import dataclasses
import json
import pathlib
import subprocess
import sys
import typing as t

AES = 0x1082  # CKM_AES_CBC
DES3 = 0x133  # CKM_DES3_CBC
FORCE_OPEN = 0x80  # NSS_INIT_FORCEOPEN is 0x8; 0x80 is NSS_INIT_OPTIMIZESPACE, harmless and unused below
LIBRARIES = ("libnspr4.so", "libplc4.so", "libplds4.so", "libmozsqlite3.so", "libnssutil3.so", "libnss3.so")


class NssError(Exception):
    """NSS refused; the message names the function and NSS's error number (secerr.h)."""


@dataclasses.dataclass(frozen=True)
class Nss:
    """One build of NSS.

    Attributes:
        directory: where its libraries are, for example Thunderbird's own directory.
    """

    directory: pathlib.Path

    @property
    def installed(self) -> bool:
        return (self.directory / "libnss3.so").exists()

    def initialise(self, profile: pathlib.Path) -> None:
        """Make the databases as a first start of the client does: an empty primary password."""
        self._ask(profile, "initialise")

    def encrypt(self, profile: pathlib.Path, mechanism: int, text: str) -> str:
        """Encrypt with the profile's key of that mechanism, which NSS makes where it is missing; base64."""
        return self._ask(profile, "encrypt", mechanism=mechanism, text=text)

    def decrypt(self, profile: pathlib.Path, blob: str) -> str:
        """Decrypt what a logins.json holds."""
        return self._ask(profile, "decrypt", blob=blob)

    def change_password(self, profile: pathlib.Path, old: str, new: str) -> None:
        """Set, change or (with an empty one) remove the primary password."""
        self._ask(profile, "change_password", old=old, new=new)

    def _ask(self, profile: pathlib.Path, action: str, **arguments: t.Union[str, int]) -> str:
        request = {"libraries": str(self.directory), "profile": str(profile), "action": action, "arguments": arguments}
        done = subprocess.run(
            [sys.executable, __file__], input=json.dumps(request), capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise NssError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"ended with {done.returncode}")
        answer = json.loads(done.stdout)
        return str(answer)


THUNDERBIRD = Nss(pathlib.Path("/usr/lib/thunderbird"))
SYSTEM = Nss(pathlib.Path("/usr/lib/x86_64-linux-gnu"))


class _Item(ctypes.Structure):
    """SECItem (seccomon.h)."""

    _fields_ = (("type", ctypes.c_int), ("data", ctypes.c_void_p), ("len", ctypes.c_uint))

    def content(self) -> bytes:
        return ctypes.string_at(self.data, self.len) if self.data else b""


def _item(content: bytes) -> _Item:
    buffer = ctypes.create_string_buffer(content, len(content))
    item = _Item(0, ctypes.cast(buffer, ctypes.c_void_p), len(content))
    item.kept = buffer  # type: ignore[attr-defined]  # the buffer must live as long as the item
    return item


class _Token:
    """The key database of one profile, open in this process."""

    def __init__(self, libraries: pathlib.Path, profile: str) -> None:
        for name in LIBRARIES:
            own = libraries / name  # what the build does not bring along (Debian: NSPR) comes from the system
            if own.exists() or name in LIBRARIES[:3]:
                self.nss = ctypes.CDLL(str(own) if own.exists() else name, mode=ctypes.RTLD_GLOBAL)
        self.nss.PK11_GetInternalKeySlot.restype = ctypes.c_void_p
        self._check("NSS_Initialize", f"sql:{profile}".encode(), b"", b"", b"secmod.db", 0)
        self.slot = ctypes.c_void_p(self.nss.PK11_GetInternalKeySlot())

    def _check(self, function: str, *arguments: object) -> None:
        if getattr(self.nss, function)(*arguments) != 0:
            raise NssError(f"{function}: error {ctypes.CDLL('libnspr4.so').PR_GetError()}")

    def initialise(self) -> str:
        if self.nss.PK11_NeedUserInit(self.slot):
            self._check("PK11_InitPin", self.slot, None, b"")
        return ""

    def encrypt(self, mechanism: int, text: str) -> str:
        self.initialise()
        result = _Item()
        key, plain = _item(b""), _item(text.encode())
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
        return base64.b64encode(result.content()).decode()

    def decrypt(self, blob: str) -> str:
        result = _Item()
        sealed = _item(base64.b64decode(blob))
        self._check("PK11SDR_Decrypt", ctypes.byref(sealed), ctypes.byref(result), None)
        return result.content().decode()

    def change_password(self, old: str, new: str) -> str:
        self.initialise()
        self._check("PK11_ChangePW", self.slot, old.encode(), new.encode())
        return ""


def _answer() -> None:
    request = json.load(sys.stdin)
    token = _Token(pathlib.Path(request["libraries"]), request["profile"])
    actions: t.Dict[str, t.Callable[..., str]] = {
        "initialise": token.initialise,
        "encrypt": token.encrypt,
        "decrypt": token.decrypt,
        "change_password": token.change_password,
    }
    answer = actions[request["action"]](**request["arguments"])
    token.nss.PK11_FreeSlot(token.slot)
    token.nss.NSS_Shutdown()
    print(json.dumps(answer))


if __name__ == "__main__":
    _answer()
