# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables for signing in and for opening a mailbox.

Codes in brackets: RFC 5530 (IMAP), RFC 2449 and 3206 (POP3). Numbers: RFC 4954. No rule matches [AUTHENTICATIONFAILED],
[AUTH] and [ALERT]: they say no more than a bare refusal, and servers put them before words that name another cause.
"""

from __future__ import annotations

import typing as t

from .failure import Code
from .refusal_rules import BLOCKED, LISTED, LOCATION, NO_CHANGE, NOT_PERMITTED_FROM_HERE, RefusalRule, rule

_SERVICE = r"(?:imap4?|pop3?|smtp|e?-?mail clients?|external (?:mail )?(?:programs?|apps?)|third[- ]party apps?)"
_OFF = r"(?:disabled|not enabled|not (?:been )?activated|deactivated|switched off|turned off|not (?:allowed|permitted))"
_UNLOCK = "Do not try again. Unlock the account on the provider's web page, or ask the provider."
_IN_USE = "Another program is using the mailbox, for example on a phone. Wait a few minutes, then try again."
_NEITHER = "The password was neither accepted nor refused."

# Transient conditions, in the words of all stages.
_USED = rule(
    r"\[IN-?USE\]"
    r"|\b(?:unable to|failed to|cannot|can't|could not) (?:get |acquire |obtain )?(?:an? )?(?:exclusive )?lock"
    r"|maildrop.{0,20}\b(?:lock|busy|in use)"
    r"|^-ERR.*\b(?:mailbox|maildrop)\b.{0,20}\blocked|\block (?:is )?busy|lock(?:ed)? by (?:another|other)"
    r"|another (?:pop3?|imap|session|process|program|client)"
    r"|\b(?:mailbox|maildrop|inbox) (?:is )?(?:already )?(?:in use|busy|open)",
    Code.LIMITED,
    "reports that another program is using the mailbox",
    _IN_USE,
)
_LIMIT_CODES = r"\[LOGIN-DELAY\]|\[LIMIT\]|^421"
_LIMIT_WORDS = (
    r"too many|maximum number of|rate[- ]limit|throttl|bandwidth limit|exceed.{0,40}\blimits?\b"
    r"|\blimits? (?:is |was |has been )?(?:exceeded|reached)|concurrent|simultaneous"
)
_BROKEN_SERVICE = (
    r"\[UNAVAILABLE\]|\[SERVERBUG\]|\[SYS/TEMP\]|\binternal (?:\w+ )?(?:error|failure|problem)"
    r"|temporar(?:y|ily)\b|generic failure|server error"
    r"|\b(?:service|server|database|directory|backend|ldap|back-end)\b.{0,40}"
    r"(?:\bdown\b|\bunavailable|not available|unreachable|not reachable|cannot be reached|not respond"
    r"|time-?out|timed out)"
    r"|(?:cannot|can't|could not|unable to|failed to) (?:be )?(?:reach|contact|connect|verify|check)"
    r"|connection (?:was )?lost"
    r"|lost connection|under maintenance|system problem"
)

SIGNING_IN: t.Sequence[RefusalRule] = (
    # Codes that name one cause.
    rule(r"\[CONTACTADMIN\]", Code.LOCKED, "has locked the account", _UNLOCK),
    rule(
        _LIMIT_CODES,
        Code.LIMITED,
        "accepts no more sign-ins of this account for now",
        "Another program is using the mailbox, or there were too many sign-ins. Wait a few minutes, then try again.",
    ),
    rule(
        r"\[EXPIRED\]|^432",
        Code.PASSWORD_EXPIRED,
        "reports that the password has expired",
        "Set a new password at the provider.",
    ),
    rule(
        r"\[SYS/PERM\]|\[CORRUPTION\]",
        Code.MAILBOX_CLOSED,
        "cannot use the mailbox of this account",
        "The mailbox is damaged or missing: ask the provider's support. Change no setting.",
    ),
    _USED,
    rule(
        r"^534|application[- ]specific|\bapp(?:lication)?[- ]password",
        Code.APP_PASSWORD,
        "requires an application password",
        "Create an application password on the provider's web page and use it instead of the normal one.",
    ),
    rule(
        r"\[PRIVACYREQUIRED\]|^530|^538|encryption required|plain ?text auth\w*.{0,20}(?:disallowed|disabled|not)"
        r"|non-secure",
        Code.ENCRYPTION_NEEDED,
        "requires an encrypted connection before the password",
        "Set security to ssl or starttls.",
    ),
    # Words that name the subject.
    LOCATION,
    LISTED,
    BLOCKED,
    NOT_PERMITTED_FROM_HERE,
    rule(
        r"\b(?:basic auth\w*|smtpclientauth\w*|(?:legacy|password) auth\w*)\b.{0,20}(?:disabled|blocked|off|not)"
        r"|\b(?:oauth2?|modern auth\w*)\b.{0,30}\b(?:required|only|needed|must)"
        r"|\b(?:use|requires?|only) (?:xoauth2|oauth)",
        Code.OAUTH_NEEDED,
        "does not accept passwords for this account, because sign-in with a password is switched off",
        "The password was not checked. Use a mail client that signs in with OAuth, or ask the administrator of the "
        "mail domain to enable sign-in with a password (SMTP AUTH). Change no setting.",
    ),
    rule(
        rf"\b{_SERVICE}\b.{{0,60}}{_OFF}|{_OFF} for {_SERVICE}\b"
        rf"|(?:enable|activate|turn on|switch on|allow) {_SERVICE}\b"
        r"|\b(?:via|in|with|using|through|from) (?:your |a |the )?(?:web )?browser|web ?login required"
        r"|log in to .{0,30}web",
        Code.PROTOCOL_OFF,
        "does not accept mail programs for this account",
        "Sign in to the provider's web mail: confirm what it asks for, and enable access by IMAP, POP3 and SMTP in its "
        "settings. Change no setting here.",
    ),
    rule(
        r"\b(?:account|mailbox|user)\b (?:has been |have been |is |was |are )?(?:temporarily |currently )?"
        r"(?:locked|disabled|suspended|blocked|deactivated|frozen|on hold)|locked out",
        Code.LOCKED,
        "has locked the account",
        _UNLOCK,
    ),
    rule(
        _LIMIT_WORDS,
        Code.LIMITED,
        "accepts no more sign-ins of this account for now",
        "Another program is using the mailbox, or there were too many sign-ins. Wait a few minutes, then try again.",
    ),
    rule(
        r"password (?:has |is |was )*(?:expired|too (?:simple|weak|short|old))|password expired"
        r"|^(?!.*(?:invalid|incorrect|wrong|forgot)).*(?:must|need to|have to|please) (?:be )?(?:change|reset"
        r"|renew)|password (?:must|needs|change|reset)\b",
        Code.PASSWORD_EXPIRED,
        "requires a new password",
        "Set a new password at the provider.",
    ),
    rule(
        r"(?:unrecogni[sz]ed|unsupported) auth|\b(?:login|plain)\b (?:command |mechanism )?(?:is )?disabled"
        r"|invalid authentication mechanism"
        r"|mechanism not (?:supported|available)|^50[0-4]|^BAD",
        Code.UNSUPPORTED_MECHANISM,
        "does not support this way to sign in, which it offers",
        "The password was not checked. This test signs in with PLAIN, LOGIN, CRAM-MD5 or SCRAM; a mail program may use "
        "another way. Otherwise the server's operator must correct it. Change no setting.",
    ),
    rule(
        rf"^4|{_BROKEN_SERVICE}",
        Code.UNAVAILABLE,
        "cannot check passwords for now",
        f"{_NEITHER} {NO_CHANGE}",
    ),
)

# Words that show that the password was checked, in an untagged BYE instead of an answer with a status.
JUDGED = r"auth\w* fail|login fail|log-?in failed|(?:invalid|incorrect|wrong|bad) (?:user|login|password|credential)"

_RIGHT = "The password is right."
# These mean the mailbox itself, whatever the words.
MAILBOX_CODES = r"\[(?:SYS/PERM|NOPERM|CORRUPTION|NONEXISTENT|CONTACTADMIN)\]"
MAILBOX: t.Sequence[RefusalRule] = (
    rule(
        r"\[OVERQUOTA\]|over ?quota|quota exceeded|mailbox (?:is )?full",
        Code.FULL,
        "has no space left in the mailbox",
        f"{_RIGHT} Delete mail or empty the trash, then try again.",
    ),
    rule(_USED.pattern.pattern, _USED.code, _USED.finding, f"{_RIGHT} {_IN_USE}"),
    rule(
        rf"{_LIMIT_CODES}|{_LIMIT_WORDS}",
        Code.LIMITED,
        "does not open the mailbox again for now",
        f"{_RIGHT} The provider limits sessions, commands or bandwidth. {NO_CHANGE}",
    ),
    rule(
        _BROKEN_SERVICE,
        Code.UNAVAILABLE,
        "cannot open the mailbox for now",
        f"{_RIGHT} {NO_CHANGE}",
    ),
)

# A refusal instead of a greeting, in IMAP (BYE) and POP3 (-ERR).
GREETING: t.Sequence[RefusalRule] = (
    LISTED,
    BLOCKED,
    rule(
        rf"{_LIMIT_CODES}|{_LIMIT_WORDS}",
        Code.LIMITED,
        "accepts no more connections for now",
        f"The provider limits connections. {NO_CHANGE}",
    ),
    LOCATION,
    NOT_PERMITTED_FROM_HERE,
    rule(_BROKEN_SERVICE, Code.UNAVAILABLE, "is unavailable for now", NO_CHANGE),
)
