# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generates runs with any options of an account, and says what a client has, by what it means to the client."""

from __future__ import annotations

import json
import pathlib
import random
import typing as t

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import Request
from ansible_collections.charter.mail.plugins.module_utils._clients.client_entry import ClientEntry
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.former_settings import parsed
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile

from .hand_made import HandMade
from .rollback_runs import SETTINGS, request

State = t.Dict[str, t.Any]

# Of what the runs here set, as mailnews.js, mdn.js and nsMsgIdentity.cpp of Thunderbird 153 have it.
_TRUE = {
    "server": ("use_idle", "using_subscription", "offline_download", "autosync_offline_stores"),
    "identity": ("fcc", "archive_enabled", "compose_html", "sig_bottom", "sig_on_reply", "valid"),
}
_FALSE = {
    "server": (
        *("login_at_startup", "check_new_mail", "delete_mail_left_on_server", "leave_on_server", "download_on_biff"),
        *("delete_by_age_from_server", "moveOnSpam", "empty_trash_on_exit"),
    ),
    "identity": (
        *("sig_on_fwd", "attach_signature", "htmlSigFormat", "use_custom_prefs", "request_return_receipt_on"),
        *("bcc_self", "suppress_signature_separator"),
    ),
}
_NUMBERS = {
    "server": {
        "autosync_max_age_days": -1,
        "authMethod": 3,
        "check_time": 10,
        "delete_model": 1,
        "max_size": 50,
        "moveTargetMode": 0,
        "num_days_to_leave_on_server": 7,
        "retainBy": 1,
        "socketType": 0,
        "spamLevel": 100,
    },
    "identity": {"reply_on_top": 0, "archive_granularity": 1},
    "smtpserver": {"authMethod": 3, "try_ssl": 0},
}
_TEXTS = {
    "server": {"spamActionTargetAccount": "", "spamActionTargetFolder": ""},
    "identity": {
        "fullName": "",
        "htmlSigText": "",
        "reply_to": "",
        "organization": "",
        "archives_folder_picker_mode": "0",
    },
}
_KINDS = ("server", "identity", "smtpserver")
DROPPED: t.Mapping[str, State] = {
    kind: {
        **dict.fromkeys(_TRUE.get(kind, ()), True),
        **dict.fromkeys(_FALSE.get(kind, ()), False),
        **_NUMBERS.get(kind, {}),
        **_TEXTS.get(kind, {}),
    }
    for kind in _KINDS
}
"""What Thunderbird does not write."""


class Runs:
    """Generates the runs of a sequence.

    Args:
        chance: what decides.
        home: of the user.
        client: whose settings are changed.
        made: the accounts that were made by hand.
    """

    def __init__(self, chance: random.Random, home: pathlib.Path, client: ClientEntry, made: t.Sequence[HandMade]):
        self._chance = chance
        self._home = home
        self._client = client
        self._made = made

    def wanted(self) -> list[Request]:
        """The accounts of one run."""
        chance = self._chance
        count = chance.choice((1, 1, 2, 3))
        entries = [self._existing(one) for one in chance.sample(self._made, min(count, len(self._made)))]
        entries += [self._new(number) for number in range(3) if not entries or chance.random() < 0.3]
        given = [{**entry, **self._options(entry)} for entry in entries]
        if chance.random() < 0.3 and "state" not in given[0]:
            given[0]["default"] = True  # at most one of a list
        return [request(self._home, **entry) for entry in given]

    def _existing(self, one: HandMade) -> State:
        if one.email.endswith("charter.net") and self._chance.random() < 0.3:  # to the provider's servers
            return {"email": one.email, "protocol": one.protocol, "provider": self._chance.choice(_PROVIDERS)}
        names = ("host", "port", "security")
        incoming = dict(zip(names, one.incoming))
        if self._chance.random() < 0.3:
            incoming["port"] = one.incoming[1] + 1000
        if self._chance.random() < 0.2:
            incoming["security"] = "ssl"
        outgoing = dict(zip(names, one.outgoing))
        servers = {"incoming": incoming, "outgoing": outgoing}
        return {"email": one.email, "protocol": one.protocol, "username": one.username, "provider": "auto", **servers}

    def _new(self, number: int) -> State:
        entry: State = {"email": f"new{number}@charter.net"}
        if self._chance.random() < 0.3:
            entry["protocol"] = "pop3"
        if self._chance.random() < 0.3:
            entry["provider"] = "spectrum"
        return entry

    def _options(self, entry: State) -> State:
        chance = self._chance
        if chance.random() < 0.15:
            return {"state": "absent"}
        protocol = entry.get("protocol", "imap")
        found = {
            name: chance.choice(values)
            for name, values in {**_OPTIONS, **_OF[protocol]}.items()
            if chance.random() < 0.25
        }
        if chance.random() < 0.3:
            found["settings"] = self._settings()
        if chance.random() < 0.3:
            found["identities"] = self._identities()
        if chance.random() < 0.3:
            found["signature"] = chance.choice(_SIGNATURES)
        if chance.random() < 0.25:
            found["password"] = chance.choice(("synthetic-1!", "synthetic-2!"))
        if protocol == "imap" and "host" not in entry.get("incoming", {}) and chance.random() < 0.3:
            found["migrate"] = True
        if found.get("leave_on_server_days") is not None:
            found["leave_on_server"] = True
        return found

    def _settings(self) -> State:
        known = _SETTINGS[self._client.name]
        return {name: self._chance.choice(known[name]) for name in self._chance.sample(sorted(known), 2)}

    def _identities(self) -> list[State]:
        chance = self._chance
        found: list[State] = []
        for address in chance.sample(("info@rossi.example", "shop@rossi.example", "Sales@rossi.example"), 2):
            if chance.random() < 0.3:
                found.append({"address": address, "state": "absent"})
                continue
            one: State = {"address": address}
            for name, values in _OF_IDENTITY.items():
                if chance.random() < 0.4:
                    one[name] = chance.choice(values)
            found.append(one)
        if chance.random() < 0.3 and "state" not in found[0]:
            found[0]["default"] = True
        return found


_PROVIDERS = ("charter", "spectrum", "auto")
_SIGNATURES: tuple[State, ...] = (
    {"text": "Mario"},
    {"text": "Mario\nRossi & Söhne"},
    {"html": "<b>Mario</b>", "placement": "above"},
    {"text": "below", "placement": "below", "replies": True, "forwards": False},
    {"text": "above", "placement": "above", "replies": False, "forwards": True},
    {"state": "absent"},
)
_OF_IDENTITY: State = {
    "full_name": ("Info", "Söhne", ""),
    "reply_to": ("a@rossi.example", ""),
    "organization": ("Rossi", ""),
    "signature": _SIGNATURES,
}
_OPTIONS: State = {
    "full_name": ("Mario Rossi", 'A "B" \\ c'),
    "reply_to": ("reply@rossi.example", ""),
    "organization": ("Rossi & Söhne", ""),
    "folders": (
        {"sent": "local", "drafts": "local"},
        {"sent": "server", "drafts": "Entwürfe", "templates": "local"},
        {"junk": "Spam", "trash": "Bin", "archive": "Old Mail"},
        {"sent": "server", "drafts": "server", "templates": "server", "archive": "server", "junk": "server"},
    ),
    "check_at_start": (True, False),
    "check_interval": (0, 3, 10),
    "compose_format": ("html", "plain"),
    "request_receipts": (True, False),
}
_OF: t.Mapping[str, State] = {
    "imap": {"idle": (True, False), "offline": ("all", "none", "30"), "subscribed_only": (True, False)},
    "pop3": {
        "delete_on_server": (True, False),
        "leave_on_server": (True, False),
        "leave_on_server_days": (7, 14),
    },
}
_SETTINGS: t.Mapping[str, State] = {
    "thunderbird": {
        "server.max_size": (50, 3, None),
        "server.spamLevel": (100, 0, None),
        "server.retainBy": (1, 3, None),
        "server.empty_trash_on_exit": (True, False, None),
        "identity.bcc_self": (True, False, None),
        "identity.archive_granularity": (0, 1, 2),
        "identity.suppress_signature_separator": (True, False),
    },
    "evolution": {
        "account/Mail Account/MarkSeenTimeout": (3, 1500, None),
        "account/Refresh/EnabledOnMeteredNetwork": (True, False, None),
        "account/Mail Account/UseX": ("x", "", None),
        "identity/Mail Composition/StartBottom": ("on", "off", None),
        "transport/Authentication/RememberPassword": (True, False, None),
    },
}


def of_the_user(chance: random.Random, client: ClientEntry, made: t.Sequence[HandMade]) -> State:
    """What the user has set beside the accounts, for ``WRITERS``."""
    found: State = {}
    for number in range(len(made)):
        if client is THUNDERBIRD:
            one = {f"mail.{kind}{number + 2}.{key}": values for (kind, key), values in _USERS_OWN.items()}
            found.update({key: chance.choice(values) for key, values in one.items() if chance.random() < 0.2})
            if chance.random() < 0.2:  # a second identity
                found[f"mail.account.account{number + 2}.identities"] = f"id{number + 2},id{number + 20}"
                found[f"mail.identity.id{number + 20}.useremail"] = f"own{number}@rossi.example"
                found[f"mail.identity.id{number + 20}.smtpServer"] = f"smtp{number + 2}"
        elif chance.random() < 0.3:
            values = {"Mail Composition": {"TopSignature": "on"}, "Notes": {"Color": "red"}}
            found[f"identity{number}"] = {**values, "Mail Identity": {"Aliases": "Own <own@rossi.example>"}}
    if client is THUNDERBIRD and chance.random() < 0.2:
        found.update({"mail.server.default.check_time": 30, "mail.identity.default.compose_html": False})
    return found


_USERS_OWN: t.Mapping[tuple[str, str], tuple[t.Any, ...]] = {
    ("server.server", "check_time"): (10, 30),
    ("server.server", "use_idle"): (True, False),
    ("server.server", "spamLevel"): (0, 100),
    ("server.server", "moveOnSpam"): (True, False),
    ("identity.id", "htmlSigText"): ("mine", ""),
    ("identity.id", "htmlSigFormat"): (True, False),
    ("identity.id", "sig_bottom"): (True, False),
    ("identity.id", "compose_html"): (True, False),
    ("identity.id", "reply_to"): ("", "own@rossi.example"),
    ("identity.id", "archive_enabled"): (True, False),
}


_EDITABLE = {
    "thunderbird": (
        *(".fullName", ".reply_to", ".organization", ".check_time", ".login_at_startup", ".use_idle", ".port"),
        *(".compose_html", ".max_size", ".spamLevel", ".htmlSigText", ".sig_on_reply", ".archive_granularity"),
    ),
    "evolution": ("/Name", "/ReplyTo", "/Organization", "/IntervalMinutes", "/Port", "/MarkSeenTimeout"),
}


def edited(chance: random.Random, home: pathlib.Path, client: ClientEntry, before: State, after: State) -> str:
    """Have the user change a setting that a run has changed of an account that was there, and say which.

    Returns:
        Its name; empty where the run has changed none.
    """
    keys = [
        key
        for key in sorted(after)
        if before.get(key) != after[key] != _another(after[key]) != before.get(key)
        and key.endswith(_EDITABLE[client.name])
        and _is_same_part(before, after, _part(key))
    ]
    if not keys:
        return ""
    key = chance.choice(keys)
    value = _another(after[key])
    if client is THUNDERBIRD:
        (path,) = home.glob(SETTINGS["thunderbird"])
        path.write_bytes(PrefsFile.parse(path.read_bytes(), "").with_values({**prefs(home), key: value}))
    else:
        name, group, attribute = key.split("/", 2)
        (path,) = home.glob(f"**/sources/{name}")
        source = parsed(path.read_text("utf-8"))
        assert source is not None
        path.write_bytes(source.with_text(group, attribute, value).render())
    return key


def _part(key: str) -> str:
    return key.split("/")[0] if "/" in key else ".".join(key.split(".")[:3])


def _is_same_part(before: State, after: State, part: str) -> bool:
    """Whether it was there, and is no other one with the same name."""
    own = (f"{part}{name}" for name in (".userName", ".username", ".useremail", "/Data Source/DisplayName"))
    return any(before.get(key) == after.get(key) is not None for key in own)


def _another(value: t.Any) -> t.Any:
    if isinstance(value, bool):
        return value  # the other one is what it was, or Thunderbird's default
    if isinstance(value, int) or value.isdigit():
        return type(value)(int(value) + 9)
    return f"{value} x".strip()


def state_of(home: pathlib.Path, client: ClientEntry) -> State:
    """What a client has, by what it means to it."""
    if client is THUNDERBIRD:
        return {key: value for key, value in _kept(prefs(home)).items() if not _is_of_all(key)}
    found: State = {}
    for path in home.glob(SETTINGS[client.name]):
        source = parsed(path.read_text("utf-8"))
        assert source is not None
        found.update({f"{path.name}/{group}/{name}": value for (group, name), value in source.values.items()})
    for path in home.glob(".config/evolution/signatures/*"):
        found[path.name] = path.read_text("utf-8")
    return found


def prefs(home: pathlib.Path) -> State:
    """All preferences of prefs.js."""
    return {
        key: value
        for path in home.glob(SETTINGS["thunderbird"])
        for key, value in PrefsFile.parse(path.read_bytes(), "").values.items()
    }


def rewrite(home: pathlib.Path) -> None:
    """Thunderbird was opened, and wrote its preferences without those that equal its defaults."""
    for path in home.glob(SETTINGS["thunderbird"]):
        kept = _kept(prefs(home))
        lines = [
            f"user_pref({json.dumps(key)}, {json.dumps(value, ensure_ascii=False)});\n"
            for key, value in sorted(kept.items())
        ]
        path.write_text("".join(lines), "utf-8")


def _kept(found: State) -> State:
    """What Thunderbird writes of these preferences."""
    return {key: value for key, value in found.items() if not _is_dropped(found, key, value)}


def _is_dropped(found: State, key: str, value: t.Any) -> bool:
    _mail, kind, name, attribute = (*key.split(".", 3), "", "", "", "")[:4]
    if not key.startswith("mail.") or name == "default":
        return False
    default = found.get(f"mail.{kind}.default.{attribute}", DROPPED.get(kind, {}).get(attribute))
    return type(default) is type(value) and bool(default == value)


def _is_of_all(key: str) -> bool:
    return key == "mail.account.lastKey"  # only counts up
