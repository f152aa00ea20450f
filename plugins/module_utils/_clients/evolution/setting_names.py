# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of an account's sources that the option ``settings`` can set in Evolution.

A name is ``source/group/key``, such as ``account/Imapx Backend/FetchOrder``; the source is the account, its identity or
its transport. Types are those of evolution-data-server 3.56.
"""

from __future__ import annotations

import re
import typing as t

from ..._model.errors import OptionError
from ..._model.settings import Value
from ..setting_kinds import require_kind

SOURCES = ("account", "identity", "transport")
_NAME = re.compile(rf"({'|'.join(SOURCES)})/([^\[\]/\x00-\x1f\x7f]+)/([A-Za-z0-9-]+)")

# The option to use instead of a key.
_OPTIONS = {
    ("Mail Account", "BackendName"): "protocol",
    ("Mail Account", "ArchiveFolder"): "folders.archive",
    ("Refresh", "Enabled"): "check_interval",
    ("Refresh", "IntervalMinutes"): "check_interval",
    ("Offline", "StaySynchronized"): "offline",
    ("Imapx Backend", "UseIdle"): "idle",
    ("Imapx Backend", "UseSubscriptions"): "subscribed_only",
    **{("Imapx Backend", key): "offline" for key in ("LimitByAge", "LimitUnit", "LimitValue")},
    **{("Imapx Backend", key): "folders.trash" for key in ("RealTrashPath", "UseRealTrashPath")},
    **{("Imapx Backend", key): "folders.junk" for key in ("RealJunkPath", "UseRealJunkPath")},
    ("Pop Backend", "KeepOnServer"): "leave_on_server",
    ("Pop Backend", "DeleteAfterDays"): "leave_on_server_days",
    ("Pop Backend", "DeleteExpunged"): "delete_on_server",
    ("Mail Identity", "Address"): "email",
    ("Mail Identity", "Name"): "full_name",
    ("Mail Identity", "ReplyTo"): "reply_to",
    ("Mail Identity", "Organization"): "organization",
    ("Mail Identity", "Aliases"): "identities",
    ("Mail Identity", "SignatureUid"): "signature",
    ("Mail Composition", "TopSignature"): "signature",
    **{("Mail Submission", key): "folders.sent" for key in ("SentFolder", "UseSentFolder")},
    ("Mail Composition", "DraftsFolder"): "folders.drafts",
    ("Mail Composition", "TemplatesFolder"): "folders.templates",
    **{("Authentication", key): "incoming and outgoing" for key in ("Host", "Port")},
    ("Authentication", "User"): "username",
    ("Security", "Method"): "incoming and outgoing",
}
# These define what a source is, or how Evolution signs in.
_GROUPS = frozenset(
    {"Data Source", "Authentication", "Security", "Collection", "Autoconfig", "GNOME Online Accounts", "X-Charter-Mail"}
)
_REFUSED = frozenset(
    {
        *(("Mail Account", key) for key in ("IdentityUid", "NeedsInitialSetup", "Builtin")),
        ("Mail Submission", "TransportUid"),
        ("Mail Transport", "BackendName"),
        # They run a program instead of connecting, or ignore what the server reports about itself.
        *(("Imapx Backend", key) for key in ("ShellCommand", "UseShellCommand")),
        ("Pop Backend", "DisableExtensions"),
    }
)
_DANGEROUS = re.compile(r"passw|secret|token|oauth|credential|certificate|tls|ssl|trust|host|uid$|(?:^|-)auth", re.I)
_NUMBERS = frozenset(
    {
        *("ConcurrentConnections", "StoreChangesInterval", "MarkSeenTimeout", "LastCacheExpunge"),
    }
)
_BOOLEANS = frozenset(
    {
        *("FilterInbox", "FilterAll", "FilterJunk", "FilterJunkInbox", "UseMultiFetch", "CheckAll", "CheckSubscribed"),
        *("UseNamespace", "UseQresync", "IgnoreOtherUsersNamespace", "IgnoreSharedFoldersNamespace"),
        *("FullUpdateOnMeteredNetwork", "SendClientId", "SingleClientMode", "EnabledOnMeteredNetwork"),
        *("AutoFetch", "EnableUtf8", "ReencodeData", "RepliesToOriginFolder", "SignImip"),
        *("DsnRetFull", "DsnNotifySuccess", "DsnNotifyFailure", "DsnNotifyDelay", "UseDsn"),
    }
)

_KNOWN_GROUPS = frozenset({*_GROUPS, *(group for group, _key in (*_OPTIONS, *_REFUSED))})
_KNOWN_KEYS = frozenset({*_NUMBERS, *_BOOLEANS, *(key for _group, key in (*_OPTIONS, *_REFUSED))})


def is_name(name: str) -> bool:
    """Whether a name is one of Evolution's."""
    return _NAME.fullmatch(name) is not None


def parts(name: str) -> tuple[str, str, str]:
    """The source, the group and the key of one of Evolution's names."""
    source, group, key = name.split("/")
    return source, group, key


def check(name: str, value: Value | None) -> None:
    """Check that the option ``settings`` may set a key to a value.

    Args:
        name: one of Evolution's.
        value: None for a key to be unset.

    Raises:
        OptionError: it may not.
    """
    option = f"settings.{name}"
    source, group, key = parts(name)
    group, key = _as_known(group, _KNOWN_GROUPS), _as_known(key, _KNOWN_KEYS)
    if (group, key) in _OPTIONS:
        raise OptionError(option, "an option controls this setting", f"use the option {_OPTIONS[group, key]}")
    if group in _GROUPS or (group, key) in _REFUSED or _DANGEROUS.search(key):
        raise OptionError(
            option,
            "a task must not set it, because it names other sources or decides how the client connects",
            "leave it out, and set it in Evolution if you need it",
        )
    known = f"{source}/{group}/{key}"
    if known != name:
        raise OptionError(option, "Evolution distinguishes upper and lower case, and blanks", f"write {known}")
    if value is not None:
        require_kind(option, value, int if key in _NUMBERS else bool if key in _BOOLEANS else None)


def _as_known(name: str, known: t.Collection[str]) -> str:
    """A name as Evolution spells it; the name itself if unknown."""
    folded = "".join(name.split()).lower()
    return name if name in known else next((one for one in known if one.replace(" ", "").lower() == folded), name)
