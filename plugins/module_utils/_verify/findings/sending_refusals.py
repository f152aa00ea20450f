# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables for SMTP: answers to a connection, EHLO, an address and a message.

Codes: RFC 5321, RFC 6409, and the registry of enhanced codes (RFC 3463, 5248, 7372). AUP#: Charter's own codes, from
the provider's published error pages. A greeting and EHLO come before any address, so their tables have no rules on
senders, recipients and mailboxes.
"""

from __future__ import annotations

import typing as t

from .failure import Code
from .refusal_rules import (
    BLOCKED,
    LISTED,
    NAMELESS,
    NO_CHANGE,
    NOT_ACCEPTED_FROM_HERE,
    NOT_FROM_HERE,
    RefusalRule,
    rule,
)

_COMPARE = "The address must belong to the account that signs in: compare email and username."
_UNKNOWN = "does not know the address"
_CHECK_EMAIL = "Check email. If it is right, the mailbox may be closed: ask the provider."
_GIVE_THE_ANSWER = "Change no setting. Give the answer shown to the provider's support."

_LIMIT_WORDS = (
    r"too many|rate[- ]limit|throttl|too (?:fast|quickly|frequent)|concurrent connection|\bfrequency\b"
    r"|(?<!size )limits? (?:is |was |has been )?(?:exceeded|reached)"
    r"|\bexceed.{0,60}\b(?:limits?|messages|recipients|connections|rate)\b"
    r"|\b(?:e-?mails?|messages|recipients|connections) (?:per|an?|each|every) (?:second|minute|hour|day)"
    r"|\b(?:daily|hourly|sending|submission|messages?|outbound|outgoing|recipients?|relay)\b.{0,30}quota"
    r"|submissionquota|outbound mail refused"
)

_PROVIDER: t.Sequence[RefusalRule] = (
    rule(
        r"AUP#Out-1130",
        Code.ADDRESS_BLOCKED,
        "blocks this network's public IP address",
        "Do not use a VPN or a proxy: their addresses are often blocked. Otherwise ask the provider to unblock it.",
    ),
    rule(
        r"AUP#Out-1220",
        Code.ADDRESS_LISTED,
        "rejects this network's public IP address because Spamhaus lists it",
        "Look the address up at Spamhaus and request its removal there. Do not use a VPN or a proxy.",
    ),
    rule(r"AUP#Out-1320", Code.SENDER_REJECTED, "rejects the sender's address", _COMPARE),
    rule(r"AUP#Out-1390", Code.UNAVAILABLE, "is temporarily unavailable", NO_CHANGE),
    rule(
        r"AUP#Out-1500",
        Code.SENDER_NOT_LOGIN,
        "requires the login as the sender's address",
        "Set username to the address of the account. Every account needs outgoing settings of its own.",
    ),
    rule(
        r"AUP#In-1340",
        Code.LIMITED,
        "accepts no more connections from this network's public IP address for now",
        f"The provider limits connections from one address. {NO_CHANGE}",
    ),
    rule(
        r"AUP#",
        Code.POLICY,
        "rejects this under its acceptable use policy",
        "Give the code shown to the provider's support.",
    ),
)
_SIZE = rule(
    r"[45]\.3\.4\b|[45]\.2\.3\b|\b(?:message|mail) (?:size|is too (?:large|big)|too (?:large|big))"
    r"|\bsize (?:limit|exceed)",
    Code.TOO_LARGE,
    "does not accept a message of this size",
    "Send smaller messages. Change no setting.",
)
_OUTBOUND = rule(
    r"outbound mail refused",
    Code.LIMITED,
    "accepts no more mail from this account or network for now",
    "The provider limits the recipients of a day, often for 24 hours, and a virus that sends mail is the usual cause: "
    "scan all machines of this network for malware, and wait a day. Change no setting.",
)
_LIMIT = rule(
    rf"[45]\.4\.5\b|[45]\.5\.3\b|[45]\.7\.28\b|{_LIMIT_WORDS}",
    Code.LIMITED,
    "accepts no more connections or messages for now",
    f"The provider limits connections or messages. {NO_CHANGE}",
)
_NAME = rule(
    r"\b(?:helo|ehlo) (?:command rejected|name|argument|host ?name)"
    r"|(?:invalid|bad|missing|illegal|forged).{0,20}\b(?:helo|ehlo)\b"
    r"|fully[- ]qualified (?:host|domain)",
    Code.CLIENT_NAME_REFUSED,
    "rejects the name by which this machine introduced itself (EHLO)",
    "This test introduces itself with its IP address in brackets, as mail clients do (RFC 5321 4.1.3). Change no "
    "setting: the server's operator must accept that name from users who sign in.",
)
_PASSING: t.Sequence[RefusalRule] = (
    rule(
        r"^421.*(?:4\.[34]\.\d|unavailable|not available|shutting|shutdown|maintenance|time-?out|timed out)",
        Code.UNAVAILABLE,
        "cannot do this for now",
        NO_CHANGE,
    ),
    rule(
        r"^421",
        Code.LIMITED,
        "accepts no more connections or messages for now",
        f"The provider limits connections or messages. {NO_CHANGE}",
    ),
    rule(
        r"^4|insufficient system|\bdisk (?:is )?full|internal (?:server )?error|try (?:again |it )*later|temporar",
        Code.UNAVAILABLE,
        "cannot do this for now",
        NO_CHANGE,
    ),
)
_ENCRYPTION = rule(
    r"must issue a? ?starttls|encryption (?:is )?(?:needed|required)|5\.7\.10\b|5\.7\.11\b",
    Code.ENCRYPTION_NEEDED,
    "requires an encrypted connection",
    "Set security to ssl or starttls.",
)

GREETING: t.Sequence[RefusalRule] = (
    *_PROVIDER,
    LISTED,
    BLOCKED,
    NAMELESS,
    _OUTBOUND,
    _LIMIT,
    *_PASSING,
    NOT_ACCEPTED_FROM_HERE,
)

EHLO: t.Sequence[RefusalRule] = (
    *_PROVIDER,
    LISTED,
    BLOCKED,
    NAMELESS,
    _LIMIT,
    _NAME,
    _ENCRYPTION,
    *_PASSING,
    NOT_ACCEPTED_FROM_HERE,
    rule(
        r"^50[02]",
        Code.SMTP_INSPECTED,
        "does not know EHLO, which every mail server knows",
        "A firewall of this network that inspects SMTP rewrites the commands (Cisco calls it ESMTP inspection or "
        "fixup). Its administrator must switch that off for this server. Try another network. Change no mail setting.",
    ),
    rule(r"^50[14]", Code.CLIENT_NAME_REFUSED, _NAME.finding, _NAME.advice),
)

MESSAGE: t.Sequence[RefusalRule] = (
    *_PROVIDER,
    # Codes that name one cause.
    rule(
        r"[45]\.2\.2\b"
        r"|^(?!.*\b(?:daily|hourly|sending|outbound|per (?:day|hour))\b).*"
        r"(?:\b(?:mailbox|inbox)\b.{0,40}(?:\bfull\b|storage|space|quota)|storage (?:limit|quota|allocation)"
        r"|\bover ?quota)",
        Code.FULL,
        "has no space left in the mailbox",
        "Delete mail or empty the trash, then try again.",
    ),
    rule(r"[45]\.3\.1\b", Code.UNAVAILABLE, "has no space left on its own disk", NO_CHANGE),
    _SIZE,
    rule(
        r"5\.7\.60\b|not owned by|sender.*(?:mismatch|must match)|\bsend(?:ing)? as\b|sendasdenied|on behalf of"
        r"|not (?:allowed|authori[sz]ed|permitted) to (?:send|use)\b.{0,40}\b(?:from|as|sender|address)\b"
        r"|from address .{0,40}\bmatch",
        Code.SENDER_NOT_LOGIN,
        "requires a sender's address that belongs to the login",
        _COMPARE,
    ),
    rule(
        r"[45]\.7\.2[0-4679]\b|\b(?:spf|dkim|dmarc)\b",
        Code.POLICY,
        "rejects this by a policy on senders (SPF, DKIM or DMARC)",
        "Send through the provider's own server, from a network that the domain permits. Change no setting. Otherwise "
        "give the answer shown to the provider's support.",
    ),
    rule(r"5\.1\.[16]\b|5\.2\.1\b", Code.UNKNOWN_ADDRESS, _UNKNOWN, _CHECK_EMAIL),
    # Words that name the subject.
    LISTED,
    BLOCKED,
    NAMELESS,
    rule(
        r"\b(?:account|user|you(?:r (?:account|login))?)\b.{0,40}\b(?:blocked|suspended|disabled|locked|restricted)\b"
        r"|bad outbound sender",
        Code.LOCKED,
        "has locked the account for sending",
        "Do not try again. Unlock the account on the provider's web page, or ask the provider. Mail that a virus or a "
        "stranger sent is the usual cause: scan for malware and set a new password.",
    ),
    _OUTBOUND,
    _LIMIT,
    _NAME,
    rule(
        r"^5(?:52|5\d).*quota|^452 (?!4\.).*(?:quota|full)",
        Code.FULL,
        "has no space left in the mailbox",
        "Delete mail or empty the trash, then try again.",
    ),
    rule(
        r"check for new mail before sending|^530|authentication (?:is )?required|not authenticated|must authenticate",
        Code.NOT_SIGNED_IN,
        "accepts mail only after signing in, although the sign-in was accepted",
        "Change no setting: the provider must correct this. In a mail client, make sure that authentication is enabled "
        "for the outgoing server.",
    ),
    *_PASSING,
    rule(
        r"\bspam\b|\bvirus|\bcontent\b",
        Code.POLICY,
        "rejects the content of the message",
        _GIVE_THE_ANSWER,
    ),
    NOT_ACCEPTED_FROM_HERE,
    rule(
        r"relay(?:ing)?\b.{0,20}(?:denied|prohibited|not (?:permitted|allowed))"
        r"|(?:not permitted|unable|not allowed) to relay",
        Code.RELAY_DENIED,
        "does not relay mail for the account, although the sign-in was accepted",
        "Change no setting. The provider must permit sending for this account.",
    ),
    rule(
        r"^553|5\.1\.[78]\b|\bsender\b.*(?:reject|denied|refused|fail|invalid|unknown|not )|unknown sender"
        r"|\bfrom\b.*address.*not verified"
        r"|address is not verified",
        Code.SENDER_REJECTED,
        "does not accept this sender's address",
        _COMPARE,
    ),
    rule(
        r"\b(?:user|recipient|mailbox)\b.{0,20}\b(?:unknown|not found|unavailable|does ?n[o']t exist)"
        r"|\b(?:unknown|no such|invalid) (?:user|recipient|mailbox|address|local)",
        Code.UNKNOWN_ADDRESS,
        _UNKNOWN,
        _CHECK_EMAIL,
    ),
)

# Only here is a bare number specific: the address was refused.
ADDRESS: t.Sequence[RefusalRule] = (
    *MESSAGE,
    rule(
        r"5\.7\.\d+\b",
        Code.POLICY,
        "does not permit this",
        f"{_GIVE_THE_ANSWER} {NOT_FROM_HERE}",
    ),
    rule(
        r"^552",
        Code.FULL,
        "has no space left in the mailbox",
        "Delete mail or empty the trash, then try again.",
    ),
    rule(
        r"^550|5\.1\.0\b",
        Code.UNKNOWN_ADDRESS,
        _UNKNOWN,
        _CHECK_EMAIL,
    ),
)
