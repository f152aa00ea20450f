# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Thunderbird receives and composes mail for an account, and the preferences of the option ``settings``.

The defaults are those of mailnews.js and mdn.js.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account, Protocol
from ..._model.client_options import ALL, HTML, NONE, NONE_GIVEN, OF_IMAP, OF_POP3, PLAIN, ClientOptions
from ..._model.errors import OptionError
from ..._model.settings import Settings, Value, same
from . import folder_settings, further_identities
from .mapping import PrefIds, branch, effective_value, names

# Attributes of an Account and their preferences.
_OF_SERVER = {
    "check_at_start": ("login_at_startup", False),
    "idle": ("use_idle", True),
    "subscribed_only": ("using_subscription", True),
    "delete_on_server": ("delete_mail_left_on_server", False),
}
_CHECKS, _INTERVAL = ("check_new_mail", False), ("check_time", 10)
_KEEPS, _AUTOMATICALLY, _DAYS = (
    ("offline_download", True),
    ("autosync_offline_stores", True),
    ("autosync_max_age_days", -1),
)
_COMPOSES_HTML = ("compose_html", True)
_OWN_RECEIPTS, _ASKS = ("use_custom_prefs", False), ("request_return_receipt_on", False)
_ASKS_ALWAYS = "mail.receipt.request_return_receipt_on"
# Copied to an account when it gets its own receipt settings and no longer uses those of all accounts.
_RECEIPTS = {
    "mail.incorporate.return_receipt": "incorporate_return_receipt",
    "mail.mdn.report.enabled": "mdn_report_enabled",
    "mail.mdn.report.not_in_to_cc": "mdn_not_in_to_cc",
    "mail.mdn.report.outside_domain": "mdn_outside_domain",
    "mail.mdn.report.other": "mdn_other",
}
USUAL: t.Mapping[str, t.Collection[bool | int | str]] = {
    "check_at_start": (True,),
    "check_interval": (10,),
    "idle": (True,),
    "offline": (ALL,),
    "subscribed_only": (True,),
    "delete_on_server": (True,),
    "compose_format": (HTML,),
    "request_receipts": (False,),
}
"""What new accounts have, whether created by this collection or in Thunderbird."""

_Default = t.Tuple[str, Value]


def read_back(settings: Settings, ids: PrefIds) -> Account | None:
    """The whole account as stored; see ``further_identities.read_back``."""
    found = further_identities.read_back(settings, ids)
    if found is None:
        return None
    return dataclasses.replace(
        found, folders=folder_settings.read(settings, ids), client=_read(settings, ids, found.protocol)
    )


def enforce(after: t.MutableMapping[str, Value], ids: PrefIds, account: Account) -> None:
    """Set what is wanted and differs, for the account's own identity and those added by runs.

    Raises:
        OptionError: ``settings`` gives a preference a value of the wrong type.
    """
    if not (any(account.folders) or account.settings or account.client != NONE_GIVEN):
        return
    own = branch("account", ids.account) + "identities"
    others = (key for key in names(after, own) if key != ids.identity and further_identities.is_ours(after, key))
    for identity in (ids.identity, *others):
        _enforce(after, ids._replace(identity=identity), account)


def _enforce(after: t.MutableMapping[str, Value], ids: PrefIds, account: Account) -> None:
    """The same for one identity, and the account's servers."""
    if any(account.folders):
        folder_settings.enforce(after, ids, account)
    stored = _read(after, ids, account.protocol)._asdict()
    for name, value in account.client.given():
        if stored[name] not in (None, value):
            _enforce_option(after, ids, name, value)
    for name, wanted in account.settings:
        _enforce_setting(after, ids, name, wanted)


def _enforce_option(after: t.MutableMapping[str, Value], ids: PrefIds, name: str, value: Value) -> None:
    server, identity = branch("server", ids.server), branch("identity", ids.identity)
    if name in _OF_SERVER:
        after[server + _OF_SERVER[name][0]] = value
    elif name == "check_interval":
        _set(after, server, _CHECKS, value != 0)
        if value:
            _set(after, server, _INTERVAL, value)
    elif name == "offline":
        _set(after, server, _KEEPS, value != NONE)
        _set(after, server, _AUTOMATICALLY, value != NONE)
        if value != NONE:
            _set(after, server, _DAYS, -1 if value == ALL else int(value))
    elif name == "compose_format":
        after[identity + _COMPOSES_HTML[0]] = value == HTML
    else:
        _ask_for_receipts(after, server, identity, value)


def _read(settings: Settings, ids: PrefIds, protocol: Protocol) -> ClientOptions:
    server, identity = branch("server", ids.server), branch("identity", ids.identity)
    days = _get(settings, server, _DAYS)
    kept = ALL if not isinstance(days, int) or days <= 0 else str(days)
    if not (_get(settings, server, _KEEPS) and _get(settings, server, _AUTOMATICALLY)):
        kept = NONE
    own = _get(settings, identity, _OWN_RECEIPTS) is True
    asks = _get(settings, identity, _ASKS) if own else settings.get(_ASKS_ALWAYS)
    interval = _get(settings, server, _INTERVAL) if _get(settings, server, _CHECKS) is True else 0
    found: dict[str, t.Any] = {name: _get(settings, server, place) is True for name, place in _OF_SERVER.items()}
    found.update(
        check_interval=interval if isinstance(interval, int) else 0,
        offline=kept,
        compose_format=HTML if _get(settings, identity, _COMPOSES_HTML) else PLAIN,
        request_receipts=asks is True,
    )
    others = OF_POP3 if protocol is Protocol.IMAP else OF_IMAP
    return ClientOptions(**{name: value for name, value in found.items() if name not in others})


def _ask_for_receipts(after: t.MutableMapping[str, Value], server: str, identity: str, value: Value) -> None:
    if _get(after, identity, _OWN_RECEIPTS) is not True:
        for everywhere, own in _RECEIPTS.items():
            chosen = after.get(everywhere)
            if chosen is not None and after.get(server + own) is None:
                after[server + own] = chosen
        after[identity + _OWN_RECEIPTS[0]] = True
    _set(after, identity, _ASKS, value)


def _enforce_setting(after: t.MutableMapping[str, Value], ids: PrefIds, name: str, wanted: Value | None) -> None:
    kind, _dot, key = name.partition(".")
    if kind not in _PARTS:  # a setting of another client
        return
    prefix = branch(kind, getattr(ids, _PARTS[kind]))
    if wanted is None:
        after.pop(prefix + key, None)
        return
    stored = effective_value(after, prefix, key, None)
    if stored is not None and type(stored) is not type(wanted):
        raise OptionError(
            f"settings.{name}",
            f"{wanted!r} is not of the same type as the value in Thunderbird, {stored!r}",
            "write a value of that type",
        )
    if not same(stored, wanted):
        after[prefix + key] = wanted


_PARTS = {"server": "server", "identity": "identity", "smtpserver": "smtp"}


def _get(settings: Settings, prefix: str, place: _Default) -> Value | None:
    return effective_value(settings, prefix, *place)


def _set(after: t.MutableMapping[str, Value], prefix: str, place: _Default, value: Value) -> None:
    if not same(_get(after, prefix, place), value):
        after[prefix + place[0]] = value
