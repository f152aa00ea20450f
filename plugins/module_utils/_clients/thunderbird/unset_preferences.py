# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird's values for preferences of an account that are not set, to recognise equivalent states.

Thunderbird does not write a preference that equals its default, and drops one when it writes prefs.js. nsMsgIdentity
and nsMsgIncomingServer read the account's preference, then the one below ``mail.server.default.`` and so on, and
otherwise use false, 0 or an empty text. SetPort does not store the protocol's standard port.
"""

from __future__ import annotations

import typing as t

from ..._model.settings import Settings, Value, same
from .mapping import effective_value, usual_port
from .writing import part_of

_TRUE_OF_SERVER = (
    *("abbreviate", "allow_utf8_accept", "allows_specialfolders_usage", "autosync_offline_stores", "canCreateFolders"),
    *("canFileMessages", "dual_use_folders", "fetch_by_chunks", "inhibitWhiteListingIdentityUser", "notify.on"),
    *("mdn_report_enabled", "offline_download", "override_namespaces", "send_client_info", "singleSignon"),
    *("useWhiteList", "use_compress_deflate", "use_idle", "using_subscription", "valid"),
)
_TRUE_OF_IDENTITY = (
    *("archive_enabled", "autoEncryptDrafts", "auto_quote", "compose_html", "fcc", "protectSubject"),
    *("sendAutocryptHeaders", "sig_bottom", "sig_on_reply", "valid"),
)
BUILT_IN: t.Mapping[str, t.Mapping[str, Value]] = {
    "server": {
        **dict.fromkeys(_TRUE_OF_SERVER, True),
        "authMethod": 3,
        "autosync_max_age_days": -1,
        "check_time": 10,
        "delete_model": 1,
        "max_articles": 500,
        "max_size": 50,
        "mdn_not_in_to_cc": 2,
        "mdn_other": 2,
        "mdn_outside_domain": 2,
        "num_days_to_leave_on_server": 7,
        "offline_support_level": -1,
        "periodicFilterRateMinutes": 10,
        "port": -1,
        "purgeSpamInterval": 14,
        "retainBy": 1,
        "serverFilterName": "SpamAssassin",
        "serverFilterTrustFlags": 1,
        "spamLevel": 100,
        "whiteListAbURI": "jsaddrbook://abook.sqlite",
    },
    "identity": {
        **dict.fromkeys(_TRUE_OF_IDENTITY, True),
        "archive_granularity": 1,
        "archives_folder_picker_mode": "0",
    },
    "smtpserver": {
        "authMethod": 3,
        "max_cached_connections": 1,
        "max_messages_per_connection": 10,
        "quit_delay_ms": 5000,
        "type": "smtp",
    },
}
"""Defaults other than false, 0 or empty in mailnews.js, mdn.js and e2e-prefs.js of Thunderbird 153; ``type`` is from
SmtpServer.sys.mjs."""


def means_the_same(settings: Settings, key: str, one: Value | None, other: Value | None) -> bool:
    """Whether two values of an account's preference are equivalent to Thunderbird; None: not set.

    Args:
        settings: all preferences, including the user's values for all accounts.
        key: the preference.
        one: a value.
        other: another value.
    """
    if same(one, other):
        return True
    known = one if other is None else other
    part = part_of(key)
    if known is None or not part or (one is not None and other is not None):
        return False
    attribute = key[len(part) :]
    built_in = BUILT_IN.get(part.split(".")[1], {}).get(attribute, type(known)())
    return same(known, effective_value(_of_all(settings, part, attribute), part, attribute, built_in))


def is_still(settings: Settings, key: str, ours: Value | None) -> bool:
    """Whether a preference still has the run's value, in the form in which Thunderbird writes it."""
    now = settings.get(key)
    if means_the_same(settings, key, now, ours):
        return True
    return now is None and key.endswith(".port") and same(ours, usual_port(settings, part_of(key)))


def _of_all(settings: Settings, part: str, attribute: str) -> Settings:
    """The values for all accounts, without the account's own value."""
    key = f"{part.rsplit('.', 2)[0]}.default.{attribute}"
    return {key: settings[key]} if key in settings else {}
