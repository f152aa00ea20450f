# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signature in the preferences of an identity.

The text is in the preferences, so one file holds the whole account. A file in ``sig_file`` takes precedence if
``attach_signature`` is set. Measured with the compose window of Thunderbird 153: both show HTML and images in ``data:``
URLs. The signature is above a quoted text only if ``sig_bottom`` is false and ``reply_on_top`` is 1.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._model.account import Account
from ..._model.settings import Settings, Value
from ..._model.signature import Signature
from .mapping import PrefRule, effective

# Thunderbird keeps preferences that it does not know. This one records which signature is ours.
SIGNATURE_MARKER = "charter_mail_signature"


def _rule(key: str, value: t.Callable[[Signature], Value | None], default: Value) -> PrefRule:
    return PrefRule(key, lambda account: None if account.signature is None else value(account.signature), default)


_TEXT = _rule("htmlSigText", lambda one: one.content, "")
_HTML = _rule("htmlSigFormat", lambda one: one.html, False)
_ATTACHED = _rule("attach_signature", lambda one: False, False)
_BELOW = _rule("sig_bottom", lambda one: None if one.above is None else not one.above, True)
_REPLY_ON_TOP = _rule("reply_on_top", lambda one: 1 if one.above else None, 0)
_IN_REPLIES = _rule("sig_on_reply", lambda one: one.in_replies, True)
_IN_FORWARDS = _rule("sig_on_fwd", lambda one: one.in_forwards, False)
_FILE = "sig_file"

RULES = (_TEXT, _HTML, _ATTACHED, _BELOW, _REPLY_ON_TOP, _IN_REPLIES, _IN_FORWARDS)
"""Enforced at every run."""
KEYS = frozenset({*(rule.key for rule in RULES), SIGNATURE_MARKER})


def mark(settings: t.MutableMapping[str, Value], prefix: str, account: Account) -> None:
    """Record which signature is ours, so that only that one is ever removed."""
    if account.signature is None:
        return
    if account.signature.content:
        settings[prefix + SIGNATURE_MARKER] = account.signature.digest
    else:
        settings.pop(prefix + SIGNATURE_MARKER, None)


def read(settings: Settings, prefix: str) -> Signature:
    """The signature of an identity; for one in a file, the file's path."""
    content, html = effective(settings, prefix, _TEXT), effective(settings, prefix, _HTML) is True
    found = Signature(
        content if isinstance(content, str) else "",
        html=html,
        above=effective(settings, prefix, _BELOW) is False and effective(settings, prefix, _REPLY_ON_TOP) == 1,
        in_replies=effective(settings, prefix, _IN_REPLIES) is not False,
        in_forwards=effective(settings, prefix, _IN_FORWARDS) is True,
    )
    file = attached(settings, prefix)
    if file:
        return dataclasses.replace(found, content=f"file {file}")
    marker = settings.get(prefix + SIGNATURE_MARKER)
    return dataclasses.replace(found, managed=marker is not None and marker == found.digest)


def attached(settings: Settings, prefix: str) -> str:
    """The file with the signature; empty if it is not in a file."""
    file = settings.get(prefix + _FILE)
    return file if effective(settings, prefix, _ATTACHED) is True and isinstance(file, str) else ""
