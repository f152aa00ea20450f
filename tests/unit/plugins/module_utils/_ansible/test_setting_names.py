# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other options write, ``settings`` cannot set: seen by what accounts with all options write into new profiles."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution import setting_names as evolution_names
from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.client_entry import EVOLUTION
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import (
    mapping,
    signatures,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird import (
    setting_names as thunderbird_names,
)
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.client_entry import THUNDERBIRD
from ansible_collections.charter.mail.plugins.module_utils._clients.thunderbird.prefs import PrefsFile
from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import OptionError

from .desk import EMAIL, Desk

# Written once, with a new account; from then on they are the user's.
_USERS_OWN = {
    "server.name",
    "server.download_on_biff",
    "smtpserver.description",
}
_KINDS = ("sent", "drafts", "templates", "archive")
_ALL = (*_KINDS, "trash", "junk")


def _options(protocol: str, *, on: bool) -> dict[str, t.Any]:
    """All options of an account; ``on`` is the value of those that are true or false."""
    of_protocol: dict[str, dict[str, t.Any]] = {
        "imap": {"idle": on, "offline": "30" if on else "none", "subscribed_only": on},
        "pop3": {"leave_on_server": True, "leave_on_server_days": 9 if on else 0, "delete_on_server": on},
    }
    signature = {"text": "Mario", "placement": "above" if on else "below", "replies": on, "forwards": on}
    return {
        "protocol": protocol,
        "full_name": "Mario Rossi",
        "reply_to": "office@rossi.example",
        "organization": "Rossi",
        "signature": signature,
        "identities": [
            {"address": "a@x.example", "reply_to": EMAIL, "signature": {"html": "<b>A</b>"}, "default": True},
        ],
        "default": True,
        "password": "secret of Mario",
        "check_at_start": on,
        "check_interval": 7 if on else 0,
        "compose_format": "html" if on else "plain",
        "request_receipts": on,
        **of_protocol[protocol],
    }


_RUNS: tuple[tuple[dict[str, t.Any], ...], ...] = (
    (
        {**_options("imap", on=True), "folders": dict.fromkeys(_KINDS, "local")},
        {**_options("imap", on=False), "folders": dict.fromkeys(_ALL, "Other")},
        {**_options("imap", on=True), "folders": dict.fromkeys(_ALL, "server")},
    ),
    (
        _options("pop3", on=True),
        {**_options("pop3", on=False), "folders": dict.fromkeys((*_KINDS, "junk"), "Other")},
        {**_options("imap", on=True), "migrate": True},
    ),
)
_BRANCH = re.compile(r"mail\.(server|identity|smtpserver)\.[a-z]+[0-9]+\.(.+)")
_PARTS = {"Mail Account": "account", "Mail Identity": "identity", "Mail Transport": "transport"}


def of_thunderbird(desk: Desk) -> set[str]:
    """The names of all preferences of servers and identities."""
    found = set()
    for path, text in desk.settings().items():
        matches = map(_BRANCH.fullmatch, PrefsFile.parse(text.encode(), str(path)).values)
        found |= {".".join(match.groups()) for match in matches if match}
    return found


def of_evolution(desk: Desk) -> set[str]:
    """The names of all keys of sources."""
    found = set()
    for path, text in desk.settings().items():
        source = GlibKeyFile.parse(text.encode(), str(path))
        parts = [part for group, part in _PARTS.items() if group in source.groups]
        found |= {f"{part}/{group}/{key}" for part in parts for group, key in source.values}
    return found


def receive(home: pathlib.Path) -> None:
    """The POP3 account receives mail, so that it is not dropped by a migration."""
    (prefs,) = home.glob(".thunderbird/*/prefs.js")
    (server,) = re.findall(r'"mail\.server\.(server[0-9]+)\.type", "pop3"', prefs.read_text())
    with prefs.open("a") as file:
        file.write(f'user_pref("mail.server.{server}.directory-rel", "[ProfD]Mail/pop");\n')
    (prefs.parent / "Mail/pop").mkdir(parents=True, exist_ok=True)
    (prefs.parent / "Mail/pop/Inbox").write_text("From - \n\nHello.\n")


@pytest.mark.parametrize("runs", _RUNS, ids=["imap", "from POP3"])
@pytest.mark.parametrize(
    ("client", "names", "written"),
    [(THUNDERBIRD, thunderbird_names, of_thunderbird), (EVOLUTION, evolution_names, of_evolution)],
    ids=["Thunderbird", "Evolution"],
)
def test_no_setting_of_another_option_can_be_set(
    tmp_path: pathlib.Path, client: t.Any, names: t.Any, written: t.Callable[[Desk], set[str]], runs: t.Any
) -> None:
    desk = Desk(client, tmp_path)
    found: set[str] = set()
    for options in runs:
        desk.push(options)
        if options.get("protocol") == "pop3" and client is THUNDERBIRD:
            receive(tmp_path)
        found |= written(desk)
    assert len(found) > 30
    accepted = set()
    for name in found:
        assert names.is_name(name), name
        for value in (None, "x", 1, True):
            try:
                names.check(name, value)
            except OptionError:
                continue
            accepted.add(name)
    assert accepted <= _USERS_OWN


# The options ``folders``, ``check_at_start`` and so on.
_OF_SERVER = (
    *("login_at_startup", "use_idle", "using_subscription", "delete_mail_left_on_server", "check_new_mail"),
    *("check_time", "offline_download", "autosync_offline_stores", "autosync_max_age_days", "delete_model"),
    *("moveOnSpam", "moveTargetMode", "spamActionTargetAccount", "spamActionTargetFolder"),
)
_OF_IDENTITY = (
    *("compose_html", "use_custom_prefs", "request_return_receipt_on", "fcc", "archive_enabled"),
    "archives_folder_picker_mode",
)


def test_no_preference_of_thunderbirds_tables_can_be_set() -> None:
    # A run writes none that has the value that Thunderbird takes anyway, such as attach_signature.
    tables = {
        "server": [*mapping.SERVER, *mapping.NEW_SERVER],
        "identity": [*mapping.IDENTITY, *mapping.NEW_IDENTITY, *signatures.RULES],
        "smtpserver": [*mapping.SMTP, *mapping.NEW_SMTP],
    }
    found = {f"{part}.{rule.key}" for part, rules in tables.items() for rule in rules}
    found |= {f"identity.{key}" for key in signatures.KEYS}
    found |= {f"server.{key}" for key in _OF_SERVER} | {f"identity.{key}" for key in _OF_IDENTITY}
    for name in found - _USERS_OWN:
        with pytest.raises(OptionError):
            thunderbird_names.check(name, None)


@pytest.mark.parametrize("names", [thunderbird_names, evolution_names], ids=["Thunderbird", "Evolution"])
def test_the_option_to_use_instead_exists(names: t.Any) -> None:
    options = argument_spec()
    for value in names._OPTIONS.values():  # the table itself
        for option in value.split(" and "):
            name, _dot, part = option.partition(".")
            assert name in options
            assert not part or part in options[name]["options"]
