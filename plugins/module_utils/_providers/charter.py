# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of Charter, now Spectrum, and of the two companies that it acquired.

The sources are public copies from 2025 to 2026-09; no server was queried. SUMO n is support.mozilla.org/questions/n.
"""

from __future__ import annotations

from .._model.account import Security, Server
from .provider import Confidence, Provider, PublishedServer

_CONTRACT = "the settings this collection was made for; imap., pop. and smtp.charter.net are Charter's older names"
_SPECTRUM = "Spectrum's published settings for e-mail clients, 2026"
# Contrary to RFC 8314, but what the server does: do not "correct" it.
_IMPLICIT_587 = "Thunderbird's ISPDB ('Spec violation'), FairEmail commit 498e1074, SUMO 1492722, 1526917"

CHARTER = Provider(
    name="charter",
    title="Charter",
    # SPECTRUM has the domain charter.net, since its servers are the ones published today.
    domains=(),
    imap=PublishedServer(Server("imap.charter.net", 993, Security.SSL), Confidence.HIGH, _CONTRACT),
    # The article states 993 for both protocols; IANA and all provider lists state 995 for POP3 over TLS.
    pop3=PublishedServer(
        Server("pop.charter.net", 995, Security.SSL), Confidence.MEDIUM, "RFC 8314 section 7.2; SUMO 1519443"
    ),
    submission=PublishedServer(Server("smtp.charter.net", 587, Security.STARTTLS), Confidence.HIGH, _CONTRACT),
)

SPECTRUM = Provider(
    name="spectrum",
    title="Spectrum",
    domains=("charter.net", "spectrum.net", "bresnan.net"),
    imap=PublishedServer(Server("mobile.charter.net", 993, Security.SSL), Confidence.HIGH, _SPECTRUM),
    pop3=PublishedServer(Server("mobile.charter.net", 995, Security.SSL), Confidence.MEDIUM, _SPECTRUM),
    submission=PublishedServer(Server("mobile.charter.net", 587, Security.SSL), Confidence.HIGH, _IMPLICIT_587),
)

# Before TWC in the list: its names below rr.com are exceptions to TWC's wildcard.
BRIGHTHOUSE = Provider(
    name="brighthouse",
    title="Bright House",
    domains=(
        "brighthouse.com",
        "bak.rr.com",
        "bham.rr.com",
        "cfl.rr.com",
        "elmore.rr.com",
        "eufaula.rr.com",
        "indy.rr.com",
        "mi.rr.com",
        "panhandle.rr.com",
        "tampabay.rr.com",
    ),
    imap=PublishedServer(Server("mail.brighthouse.com", 993, Security.SSL), Confidence.MEDIUM, _SPECTRUM),
    pop3=PublishedServer(Server("mail.brighthouse.com", 995, Security.SSL), Confidence.LOW, _SPECTRUM),
    # Sources disagree about the security; RFC 6409 and the sister company TWC use STARTTLS.
    submission=PublishedServer(
        Server("mail.brighthouse.com", 587, Security.STARTTLS), Confidence.LOW, "disputed, to be verified"
    ),
)

TWC = Provider(
    name="twc",
    title="Time Warner Cable / Roadrunner",
    domains=("twc.com", "roadrunner.com", "rr.com", "*.rr.com"),
    imap=PublishedServer(Server("mail.twc.com", 993, Security.SSL), Confidence.HIGH, _SPECTRUM),
    pop3=PublishedServer(Server("mail.twc.com", 995, Security.SSL), Confidence.MEDIUM, _SPECTRUM),
    submission=PublishedServer(Server("mail.twc.com", 587, Security.STARTTLS), Confidence.HIGH, _SPECTRUM),
)

# The presets of one family serve the same addresses.
FAMILIES: tuple[tuple[Provider, ...], ...] = ((SPECTRUM, CHARTER), (BRIGHTHOUSE,), (TWC,))

PROVIDERS = (CHARTER, SPECTRUM, BRIGHTHOUSE, TWC)
