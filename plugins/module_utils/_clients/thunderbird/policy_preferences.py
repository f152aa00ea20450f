# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy Preferences: its values and their types.

See Policies.sys.mjs and Preferences.cpp; measured with Thunderbird 115, 140, 153 and 157. JSON converted from Windows
or macOS policies has 0 and 1 for booleans. So they count as booleans unless the preference already is a number.
"""

from __future__ import annotations

import typing as t

from ..._model.settings import Settings, Value
from .effective_preferences import Given

# Those built-in preferences of Thunderbird 153 for accounts that are numbers.
BUILT_IN_NUMBERS = (
    "mail.account.lastKey",
    *(
        f"mail.identity.default.{name}"
        for name in (
            *("archive_granularity", "e2etechpref", "encryptionpolicy", "reply_on_top", "request_receipt_header_type"),
        )
    ),
    *(
        f"mail.server.default.{name}"
        for name in (
            *("authMethod", "autosync_max_age_days", "check_time", "delete_model", "dup_action", "max_articles"),
            *("incorporate_return_receipt", "max_size", "mdn_not_in_to_cc", "mdn_other", "mdn_outside_domain"),
            *("moveTargetMode", "num_days_to_leave_on_server", "offline_support_level", "periodicFilterRateMinutes"),
            *("port", "purgeSpamInterval", "retainBy", "serverFilterTrustFlags", "socketType", "spamLevel"),
        )
    ),
    "mail.smtp.qos",
    *(
        f"mail.smtpserver.default.{name}"
        for name in ("authMethod", "max_cached_connections", "max_messages_per_connection", "quit_delay_ms", "try_ssl")
    ),
    "mailnews.append_preconfig_accounts.version",
)


class PolicyPreferences:
    """Adds the policy to the sources with lower precedence.

    Args:
        path: the file with the policy.
        defaults: name to the default from a file; modified.
        overrides: name to a value that overrides prefs.js; modified.
        stored: the content of prefs.js.
    """

    def __init__(
        self, path: str, defaults: dict[str, Given], overrides: dict[str, Given], stored: t.Mapping[str, Value]
    ) -> None:
        self._path = path
        self._defaults = defaults
        self._overrides = overrides
        self._stored: Settings = stored

    def add(self, name: str, entry: object) -> bool:
        """Add one entry; False if Thunderbird stops there and ignores all entries after it.

        157 does not stop at a bare value of the wrong type; this is not modelled.

        Args:
            name: the preference.
            entry: an object with ``Value`` and ``Status``, or the bare value, which is locked.
        """
        before = self._defaults.get(name)
        if not isinstance(entry, dict):
            if before is not None:
                self._defaults[name] = before._replace(locked=False)
            return self._set_default(name, entry) and self._lock(name)
        status = entry.get("Status", "default")
        if status == "clear":
            self._overrides[name] = Given(None, self._path)
        elif status == "user":
            value = self._typed(name, entry.get("Value"))
            if value is not None and self._default_type(name) in (None, type(value)):
                self._overrides[name] = Given(value, self._path)
        else:
            self._set_default(name, entry.get("Value"))
            return status != "locked" or self._lock(name)
        return True

    def _set_default(self, name: str, given: object) -> bool:
        value = self._typed(name, given)
        if value is None or self.type_of(name) not in (None, type(value)):
            return False
        before = self._defaults.get(name)
        self._defaults[name] = Given(value, self._path, locked=before is not None and before.locked)
        return True

    def _lock(self, name: str) -> bool:
        if name in self._defaults:
            self._defaults[name] = self._defaults[name]._replace(path=self._path, line=None, locked=True)
        elif self.type_of(name) is not None:  # the user's value is hidden, and nothing replaces it
            self._overrides[name] = Given(None, self._path, locked=True)
        else:
            return False
        return True

    def _typed(self, name: str, given: object) -> Value | None:
        """The value in the type that Thunderbird uses; None if it ignores the value."""
        if isinstance(given, (str, bool)):
            return given
        if isinstance(given, float) and given % 1 == 0:
            given = int(given)
        if not isinstance(given, int):
            return None
        if given in (0, 1) and self.type_of(name) is not int:
            return bool(given)
        return (given + 2**31) % 2**32 - 2**31  # as JavaScript converts it to 32 bits

    def type_of(self, name: str) -> type | None:
        """The current type of a preference; None if it does not exist."""
        found = self._default_type(name)
        if found is None and name in self._overrides:
            found = type(self._overrides[name].value)
        if found is None and name in self._stored:
            found = type(self._stored[name])
        return found

    def _default_type(self, name: str) -> type | None:
        default = self._defaults.get(name)
        if default is not None:
            return type(default.value)
        return int if name in BUILT_IN_NUMBERS else None
