# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two states of a user's Evolution."""

from __future__ import annotations

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.persistent import differing
from ..._model.settings import Change, changes
from . import default_account
from .aliases import ALIASES
from .mapping import MAIL_COMPOSITION, POP_BACKEND, SECURITY
from .signatures import DIGEST_KEY, SIGNATURE_UID, TOP_SIGNATURE, changed
from .sources import AUTHENTICATION, MAIL_IDENTITY, MAIL_TRANSPORT, MARKER_GROUP, MARKER_KEY, Sources
from .stored import EvolutionState

# The fields of an Account are compared by meaning, see ``_model.differences``. The port is not: what Evolution uses
# without one is not known.
_INSIGNIFICANT = {
    *((AUTHENTICATION, key) for key in ("Host", "User")),
    (SECURITY, "Method"),
    *((MAIL_IDENTITY, key) for key in ("Address", "Name", "ReplyTo", "Organization", ALIASES, SIGNATURE_UID)),
    (MAIL_COMPOSITION, TOP_SIGNATURE),
    *((MARKER_GROUP, key) for key in (ALIASES, DIGEST_KEY)),
    *((POP_BACKEND, key) for key in ("KeepOnServer", "DeleteAfterDays")),
    (MARKER_GROUP, MARKER_KEY),
}


def compare(before: EvolutionState, after: EvolutionState) -> tuple[Change, ...]:
    """The changes from one state to the other, with passwords hidden."""
    found = source_changes(before.sources, after.sources)
    for uid in differing(before.new_passwords, after.new_passwords):
        secret = after.new_passwords[uid]
        if uid not in before.new_passwords or before.new_passwords[uid] != secret:
            stored = before.new_passwords.get(uid) or before.passwords.value.anywhere(uid)
            found.append(
                Change.of_secret(_password_of(before, after, uid), stored=stored is not None, wanted=secret is not None)
            )
    for name, chosen in after.new_defaults.items():
        if before.default(name) != chosen:
            found.append(Change(default_account.path(name), before.default(name), chosen))
    for key, one, other in changed(before.signature, after.new_signatures):
        found.append(Change(key, size(one), size(other)))
    found += [Change("mail on this host", uid, None) for uid in after.purged if uid not in before.purged]
    return tuple(found)


def source_changes(before: Sources, after: Sources) -> list[Change]:
    """The changes from some sources to others, each key as ``uid/group/key``."""
    found: list[Change] = []
    for uid in sorted(differing(before, after)):
        one, other = before.get(uid), after.get(uid)
        if one is not other:
            found += changes(_settings(uid, one), _settings(uid, other))
    return [change._replace(significant=_place(change.key) not in _INSIGNIFICANT) for change in found]


def size(content: bytes | None) -> str | None:
    """The length of a file, shown in place of its content."""
    return None if content is None else f"{len(content)} bytes"


def _place(key: str) -> tuple[str, str]:
    group, _slash, name = key.partition("/")[2].rpartition("/")
    return group, name


def _settings(uid: str, source: GlibKeyFile | None) -> dict[str, str]:
    values = {} if source is None else source.values
    return {f"{uid}/{group}/{key}": value for (group, key), value in values.items()}


def _password_of(before: EvolutionState, after: EvolutionState, uid: str) -> str:
    sources = after.sources if uid in after.sources else before.sources
    doing = "sending" if sources.has_group(uid, MAIL_TRANSPORT) else "receiving"
    login, host = (sources.text(uid, AUTHENTICATION, key) for key in ("User", "Host"))
    return f"password of {login} for {doing} at {host}"
