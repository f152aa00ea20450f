# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""logins.json: Thunderbird's stored user names and passwords, each encrypted separately.

JSON without white space, with UTF-8 not escaped (toolkit LoginStore.sys.mjs, JSONFile.sys.mjs). Thunderbird looks for
an entry whose ``hostname`` and ``httpRealm`` both equal the server's origin, and then for the user name
(MsgIncomingServer.sys.mjs and SmtpServer.sys.mjs). Unknown parts are kept in place.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import typing as t
import uuid

from ...._model.errors import DamagedFileError
from ...._model.persistent import PersistentMap

Entry = t.Mapping[str, t.Any]

SDR = 1  # nsILoginManagerCrypto.ENCTYPE_SDR
EMPTY = b'{"nextId":1,"logins":[],"potentiallyVulnerablePasswords":[],"version":3}'

_ENCRYPTED = ("encryptedUsername", "encryptedPassword")

# The fields left of a removed entry that a Sync server knows (storage-json.sys.mjs).
TOMBSTONE = ("id", "guid", "timePasswordChanged", "timeLastBreachAlertDismissed", "syncCounter", "everSynced")


@dataclasses.dataclass(frozen=True)
class LoginEntry:
    """One entry, still encrypted.

    Attributes:
        position: its position in the file, from 0.
        username: the encrypted user name.
        password: the encrypted password.
    """

    position: int
    username: str
    password: str


@dataclasses.dataclass(frozen=True)
class LoginsFile:
    """The whole file.

    Attributes:
        document: the file's object, with an empty ``logins`` instead of the entries.
        entries: the entries in file order; None for a removed one, so that the others keep their positions.
    """

    document: t.Mapping[str, t.Any]
    entries: tuple[Entry | None, ...]

    def at(self, origin: str) -> tuple[LoginEntry, ...]:
        """The entries that Thunderbird considers for a server.

        Args:
            origin: ``imap://HOST``, ``mailbox://HOST`` (POP3) or ``smtp://HOST``, without a port.
        """
        positions = self._by_origin.get(origin, ())
        # The index still contains entries of earlier states.
        return tuple(self.login(position) for position in positions if _origin(self.entries[position]) == origin)

    def login(self, position: int) -> LoginEntry:
        """An entry that Thunderbird considers for some server."""
        entry = self.entries[position] or {}
        return LoginEntry(position, *(entry[key] for key in _ENCRYPTED))

    @functools.cached_property
    def _by_origin(self) -> PersistentMap[str, tuple[int, ...]]:
        """Origin to the positions of its entries."""
        found: dict[str, list[int]] = {}
        for position, entry in enumerate(self.entries):
            origin = _origin(entry)
            if origin is not None:
                found.setdefault(origin, []).append(position)
        return PersistentMap({origin: tuple(positions) for origin, positions in found.items()})

    @functools.cached_property
    def _next_id(self) -> int:
        ids = [_integer(entry.get("id")) for entry in self.entries if entry is not None]
        return max(_integer(self.document.get("nextId")), 1, *(known + 1 for known in ids))

    def with_added(self, origin: str, username: str, password: str, now: int) -> LoginsFile:
        """The file with another entry, as Thunderbird would add it.

        Args:
            origin: the server's origin.
            username: the encrypted user name.
            password: the encrypted password.
            now: the time in milliseconds since 1970.
        """
        number = self._next_id
        entry = {
            "id": number,
            "hostname": origin,
            "httpRealm": origin,
            "formSubmitURL": None,
            "usernameField": "",
            "passwordField": "",
            "encryptedUsername": username,
            "encryptedPassword": password,
            "guid": f"{{{uuid.uuid4()}}}",
            "encType": SDR,
            "timeCreated": now,
            "timeLastUsed": now,
            "timePasswordChanged": now,
            "timesUsed": 1,
        }
        after = LoginsFile({**self.document, "nextId": number + 1}, (*self.entries, entry))
        return after._indexed_as(
            self, _next_id=number + 1, _by_origin=self._with_positions(origin, [len(self.entries)])
        )

    def with_password(self, positions: t.Collection[int], password: str, now: int) -> LoginsFile:
        """The file with another encrypted password in some entries."""
        changed = {"encryptedPassword": password, "encType": SDR, "timePasswordChanged": now}
        return self._with(positions, lambda entry: {**entry, **changed, **_counted(entry)})

    def with_origin(self, positions: t.Collection[int], origin: str) -> LoginsFile:
        """The file with some entries moved to another server."""
        changed = {"hostname": origin, "httpRealm": origin}
        after = self._with(positions, lambda entry: {**entry, **changed, **_counted(entry)})
        return after._indexed_as(self, _by_origin=self._with_positions(origin, positions))

    def without(self, positions: t.Collection[int]) -> LoginsFile:
        """The file without some entries; for one that a Sync server knows, Thunderbird's tombstone remains."""
        return self._with(positions, lambda entry: _tombstone(entry) if entry.get("everSynced") is True else None)

    def render(self) -> bytes:
        """The file as Thunderbird writes it."""
        text = json.dumps(
            {**self.document, "logins": [entry for entry in self.entries if entry is not None]},
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        # Only a lone surrogate cannot be encoded as UTF-8; JavaScript also writes it as \udxxx then.
        return text.encode("utf-8", "backslashreplace")

    def _with(self, positions: t.Collection[int], change: t.Callable[[Entry], Entry | None]) -> LoginsFile:
        entries = list(self.entries)
        for position in positions:
            entry = entries[position]
            entries[position] = None if entry is None else change(entry)
        return LoginsFile(self.document, tuple(entries))._indexed_as(self)

    def _with_positions(self, origin: str, positions: t.Iterable[int]) -> PersistentMap[str, tuple[int, ...]]:
        there = self._by_origin.get(origin, ())
        return self._by_origin.updated({origin: tuple(sorted({*there, *positions}))})

    def _indexed_as(self, before: LoginsFile, **known: object) -> LoginsFile:
        """Take over the index of an earlier state: a run may change thousands of entries one by one."""
        self.__dict__.update({"_next_id": before._next_id, "_by_origin": before._by_origin, **known})
        return self


def parse(content: bytes | None, path: str) -> LoginsFile:
    """Read the file; a missing one contains no logins.

    Args:
        content: the whole file, None if there is none.
        path: the file's path, for messages.

    Raises:
        DamagedFileError: Thunderbird could not read the file either.
    """
    if content is None:
        content = EMPTY
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
    except UnicodeDecodeError as error:
        raise _damaged(path, content.count(b"\n", 0, error.start) + 1, "it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _damaged(path, error.lineno, f"it is not JSON ({error.msg}, column {error.colno})") from None
    except (ValueError, RecursionError) as error:
        raise _damaged(path, None, f"its JSON cannot be read ({error})") from None
    if not isinstance(document, dict):
        raise _damaged(path, 1, "it is not a JSON object")
    entries = document.get("logins")
    if entries is None:  # Thunderbird also treats this as an empty list
        entries = []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _damaged(path, None, "its logins are not a list of objects")
    return LoginsFile({**document, "logins": ()}, tuple(entries))


def _origin(entry: Entry | None) -> str | None:
    """The server for which Thunderbird considers an entry; None for none."""
    if entry is None or not all(isinstance(entry.get(key), str) for key in _ENCRYPTED):
        return None
    origin = entry.get("hostname")
    return origin if isinstance(origin, str) and entry.get("httpRealm") == origin else None


def _damaged(path: str, line: int | None, reason: str) -> DamagedFileError:
    remedy = "start and quit Thunderbird once, which sets it aside and restores logins-backup.json, and run again"
    return DamagedFileError(path, line, reason, remedy)


def _no_number(name: str) -> t.NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number out of range")
    return number


def _whole(text: str) -> int:
    _finite(text)  # rejects what JavaScript cannot hold; Python cannot write more than 4,300 digits
    return int(text)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _counted(entry: Entry) -> Entry:
    """Mark an entry as changed for Sync, if Sync counts its changes."""
    return {"syncCounter": entry["syncCounter"] + 1} if isinstance(entry.get("syncCounter"), int) else {}


def _tombstone(entry: Entry) -> Entry:
    kept = {name: value for name, value in entry.items() if name in TOMBSTONE}
    return {**kept, **_counted(entry), "deleted": True}
