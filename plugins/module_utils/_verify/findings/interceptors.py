# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognises programs and devices that intercept TLS, by the issuer of their certificates."""

from __future__ import annotations

import functools
import re
import typing as t

# Issuers as seen in users' reports. No public CA may match.
_ISSUERS: t.Sequence[tuple[str, str]] = (
    ("Avast", r"\bavast!?\b"),
    ("AVG", r"\bAVG\b"),
    ("Avira", r"\bavira\b"),
    ("AdGuard", r"\badguard\b"),
    ("Bitdefender", r"\bbitdefender\b"),
    ("BullGuard", r"\bbullguard\b"),
    ("Dr.Web", r"\bdr\.? ?web\b"),
    ("ESET", r"\bESET\b"),
    ("G DATA", r"\bG ?DATA\b"),
    ("Kaspersky", r"\bkaspersky\b"),
    ("McAfee", r"\bmcafee\b"),
    ("Norton", r"\bnorton (?:web|mail|360|internet)"),
    ("Panda", r"\bpanda (?:security|dome|antivirus)\b"),
    ("Sophos", r"\bsophos\b"),
    ("Trend Micro", r"\btrend micro\b"),
    ("Barracuda", r"\bbarracuda\b"),
    ("Blue Coat", r"\bblue ?coat\b"),
    ("Check Point", r"\bcheck ?point\b"),
    ("Cisco Umbrella", r"\bcisco umbrella\b|\bopendns\b"),
    ("Cloudflare Gateway", r"\bgateway ca - cloudflare\b"),
    ("Forcepoint", r"\bforcepoint\b|\bwebsense\b"),
    ("FortiGate", r"\bforti(?:gate|net)\b"),
    ("Lightspeed", r"\blightspeed\b"),
    ("Netskope", r"\bnetskope\b|\bgoskope\b"),
    ("Palo Alto Networks", r"\bpalo ?alto\b"),
    ("Smoothwall", r"\bsmoothwall\b"),
    ("SonicWall", r"\bsonicwall\b"),
    ("Squid", r"\bsquid\b"),
    ("Untangle", r"\buntangle\b"),
    ("WatchGuard", r"\bwatchguard\b|\bfireware\b"),
    ("Zscaler", r"\bzscaler\b"),
    ("Burp", r"\bportswigger\b"),
    ("Charles", r"\bcharles proxy\b"),
    ("Fiddler", r"fiddlerroot"),
    ("mitmproxy", r"\bmitmproxy\b"),
)


@functools.lru_cache(maxsize=64)  # many accounts have the same few servers
def interceptor(issuer: str) -> str | None:
    """The program whose certificates have this issuer; None if it is not a known one."""
    return next((program for program, sign in _ISSUERS if re.search(sign, issuer, re.IGNORECASE)), None)
