# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exception that ends the test of an endpoint, and the codes for what went wrong."""

from __future__ import annotations

import enum


class Code(enum.Enum):
    """What went wrong, as a stable name for programs; it does not change when sentences are reworded.

    Attributes:
        meaning: what the code stands for, a sentence; docs/troubleshooting.md shows the same.
    """

    _value_: str
    meaning: str

    def __new__(cls, value: str, meaning: str) -> Code:
        """A member whose value is the code alone."""
        member = object.__new__(cls)
        member._value_ = value
        member.meaning = meaning
        return member

    OTHER = "other", "None of the above."
    # dns
    NAME_NOT_FOUND = "name_not_found", "The server's name has no address."
    NAME_BLOCKED = "name_blocked", "A DNS filter or the hosts file gives another address for the server's name."
    NAME_SERVER_SILENT = "name_server_silent", "No name server answered."
    # tcp
    REFUSED = "connection_refused", "The server refuses connections on this port."
    TIMED_OUT = "connection_timed_out", "No connection within the time limit: something drops the packets."
    UNREACHABLE = "unreachable", "There is no route to the server."
    RESET = "connection_reset", "Every connection ends at once."
    FORBIDDEN_HERE = "forbidden_by_local_firewall", "This machine's own firewall forbids the connection."
    ONE_ADDRESS = "one_address_fails", "One address of the server's name does not work, and another does."
    # first_bytes, and greeting inside TLS
    NOTHING_SAID = "nothing_said", "The server accepts the connection and stays silent."
    HUNG_UP = "hung_up", "The server ends the connection where it should answer."
    WRONG_PROTOCOL = (
        "wrong_protocol",
        "Another mail protocol answers, for example POP3 where IMAP is expected.",
    )
    NOT_MAIL = "not_a_mail_server", "Something else answers, such as a web server or a proxy."
    PORTAL = "captive_portal", "The network answers with a sign-in page instead of the server."
    NEEDS_SSL = "needs_ssl", "The server speaks TLS from the first byte."
    NEEDS_STARTTLS = "needs_starttls", "The server begins in plain text."
    # tls
    EXPIRED = "certificate_expired", "The certificate, or its issuer's, has expired."
    NOT_YET_VALID = "certificate_not_yet_valid", "The certificate is not valid yet."
    OTHER_NAME = "certificate_for_another_name", "The certificate is for other names."
    SELF_SIGNED = "certificate_self_signed", "The certificate is self-signed."
    UNKNOWN_ISSUER = "certificate_of_unknown_issuer", "The host does not trust the issuer."
    INTERCEPTED = (
        "certificate_of_interceptor",
        "Antivirus software or a proxy intercepts TLS with its own certificate.",
    )
    TLS_TOO_OLD = "tls_too_old", "The server supports only TLS versions that are no longer safe."
    NO_TLS = "tls_not_agreed", "Server and host cannot agree on TLS."
    TLS_TOO_WEAK = "tls_too_weak", "The server's TLS is too weak for this machine."
    CLIENT_CERTIFICATE = "client_certificate_wanted", "The server requires a certificate of the client."
    INJECTED = "text_injected_before_tls", "Plain text arrives where encryption must begin."
    # greeting, starttls, capability
    TURNED_AWAY = "turned_away", "The server greets with a refusal."
    STARTTLS_MISSING = "starttls_missing", "The server does not offer STARTTLS."
    STARTTLS_REFUSED = "starttls_refused", "The server offers STARTTLS and then denies it."
    # authentication
    PASSWORD_REFUSED = "password_refused", "The password or the login is wrong."
    PASSWORD_REFUSED_HERE = "password_refused_here_only", "One server refuses the password that the other accepts."
    PASSWORD_EXPIRED = "password_expired", "The password has expired."
    LOCKED = "account_locked", "The provider has locked the account."
    NO_MECHANISM = "no_way_to_sign_in", "The server offers no way to sign in with a password."
    UNSUPPORTED_MECHANISM = "mechanism_not_supported", "The server does not support this way to sign in."
    APP_PASSWORD = "application_password_needed", "The provider requires an application password."
    ENCRYPTION_NEEDED = "encryption_needed", "The server requires encryption before the password."
    OAUTH_NEEDED = "oauth_needed", "The server accepts OAuth and no password for this account."
    PROTOCOL_OFF = "protocol_switched_off", "The provider has switched off access by mail programs for this account."
    LOCATION_BLOCKED = "location_blocked", "The provider does not permit sign-ins from this location."
    # refusals in any stage
    LIMITED = "too_many", "The server limits connections, sign-ins or messages."
    UNAVAILABLE = "temporarily_unavailable", "The service is temporarily unavailable."
    # mailbox, sending
    MAILBOX_CLOSED = "mailbox_not_opened", "The inbox cannot be opened."
    ADDRESS_BLOCKED = "public_address_blocked", "The provider blocks this network's public IP address."
    ADDRESS_LISTED = "public_address_listed", "A block list contains this network's public IP address."
    ADDRESS_NAMELESS = "public_address_without_name", "This network's public IP address has no reverse name."
    SENDER_REJECTED = "sender_rejected", "The sender's address is not accepted."
    SENDER_NOT_LOGIN = "sender_is_not_login", "The sender's address must be the login."
    POLICY = "policy", "The provider's acceptable use policy forbids it."
    NOT_SIGNED_IN = "not_signed_in", "The server accepts mail only after signing in."
    FULL = "mailbox_full", "The mailbox has no space left."
    UNKNOWN_ADDRESS = "address_unknown", "The server does not know the address."
    TOO_LARGE = "too_large", "The message is larger than the server accepts."
    RELAY_DENIED = "relay_denied", "The server does not send for the account, although the sign-in was accepted."
    CLIENT_NAME_REFUSED = "client_name_refused", "The server rejects the name that the host gives in EHLO."
    SMTP_INSPECTED = "smtp_inspected", "A firewall of the network rewrites SMTP."
    # client
    CLIENT_DIFFERS = "client_differs", "The client has other settings than the list."
    CLIENT_LACKS_ACCOUNT = "client_lacks_account", "The client does not have the account."
    CLIENT_UNREADABLE = "client_unreadable", "The client's settings cannot be read."
    # round_trip, besides the above
    MESSAGE_LOST = "message_lost", "The message was accepted and did not arrive in time."
    MESSAGE_DUPLICATED = "message_duplicated", "The message arrived more than once."


TRANSIENT = frozenset(
    (
        Code.NAME_SERVER_SILENT,
        Code.TIMED_OUT,
        Code.UNREACHABLE,
        Code.RESET,
        Code.REFUSED,
        Code.NOTHING_SAID,
        Code.HUNG_UP,
        Code.NO_TLS,
        Code.TURNED_AWAY,
        Code.LIMITED,
        Code.UNAVAILABLE,
    )
)
"""Failures that may pass within moments and are retried. A refused password is not: it counts as an attempt."""


SETTINGS_CAN_HELP = frozenset(
    (
        Code.NAME_NOT_FOUND,
        Code.REFUSED,
        Code.TIMED_OUT,
        Code.RESET,
        Code.FORBIDDEN_HERE,
        Code.NOTHING_SAID,
        Code.HUNG_UP,
        Code.WRONG_PROTOCOL,
        Code.NOT_MAIL,
        Code.NEEDS_SSL,
        Code.NEEDS_STARTTLS,
        Code.EXPIRED,
        Code.OTHER_NAME,
        Code.TLS_TOO_OLD,
        Code.NO_TLS,
        Code.STARTTLS_MISSING,
    )
)
"""Failures that other settings can fix, unlike limits, blocks, policies, outages and interception."""


class Failure(Exception):
    """A failed stage, described for users.

    Args:
        finding: what went wrong, a clause whose subject is the server ("refuses connections on this port").
        evidence: what was seen: printable, bounded, without secrets. May be empty.
        advice: what to do, in sentences.
        code: the same for programs.
    """

    def __init__(self, finding: str, evidence: str, advice: str, code: Code = Code.OTHER) -> None:
        super().__init__(finding)
        self.finding = finding
        self.evidence = evidence
        self.advice = advice
        self.code = code
