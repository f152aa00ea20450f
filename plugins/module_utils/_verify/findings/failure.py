# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception that ends the test of an endpoint."""

from __future__ import annotations

import enum

NOT_A_MAIL_SERVER = "Check host and port: this is hardly a mail server."


class Code(enum.Enum):
    """What went wrong, as a name for programs: it stays when a sentence is reworded."""

    OTHER = "other"
    # dns
    NAME_NOT_FOUND = "name_not_found"
    NAME_SERVER_SILENT = "name_server_silent"
    # tcp
    REFUSED = "connection_refused"
    TIMED_OUT = "connection_timed_out"
    UNREACHABLE = "unreachable"
    RESET = "connection_reset"
    FORBIDDEN_HERE = "forbidden_by_local_firewall"
    # first_bytes, and greeting where it came inside TLS
    NOTHING_SAID = "nothing_said"
    HUNG_UP = "hung_up"
    WRONG_PROTOCOL = "wrong_protocol"
    NOT_MAIL = "not_a_mail_server"
    NEEDS_SSL = "needs_ssl"
    NEEDS_STARTTLS = "needs_starttls"
    # tls
    EXPIRED = "certificate_expired"
    NOT_YET_VALID = "certificate_not_yet_valid"
    OTHER_NAME = "certificate_for_another_name"
    SELF_SIGNED = "certificate_self_signed"
    UNKNOWN_ISSUER = "certificate_of_unknown_issuer"
    INTERCEPTED = "certificate_of_interceptor"
    TLS_TOO_OLD = "tls_too_old"
    NO_TLS = "tls_not_agreed"
    INJECTED = "text_injected_before_tls"
    # greeting, starttls, capability
    TURNED_AWAY = "turned_away"
    STARTTLS_MISSING = "starttls_missing"
    STARTTLS_REFUSED = "starttls_refused"
    # authentication
    PASSWORD_REFUSED = "password_refused"
    PASSWORD_REFUSED_HERE = "password_refused_here_only"
    PASSWORD_EXPIRED = "password_expired"
    LOCKED = "account_locked"
    NO_MECHANISM = "no_way_to_sign_in"
    UNSUPPORTED_MECHANISM = "mechanism_not_supported"
    APP_PASSWORD = "application_password_needed"
    ENCRYPTION_NEEDED = "encryption_needed"
    # wherever a server refuses
    LIMITED = "too_many"
    UNAVAILABLE = "temporarily_unavailable"
    # mailbox, sending
    MAILBOX_CLOSED = "mailbox_not_opened"
    ADDRESS_BLOCKED = "public_address_blocked"
    ADDRESS_LISTED = "public_address_listed"
    SENDER_REJECTED = "sender_rejected"
    SENDER_NOT_LOGIN = "sender_is_not_login"
    POLICY = "policy"
    NOT_SIGNED_IN = "not_signed_in"
    FULL = "mailbox_full"
    UNKNOWN_ADDRESS = "address_unknown"
    # client
    CLIENT_DIFFERS = "client_differs"
    CLIENT_LACKS_ACCOUNT = "client_lacks_account"
    CLIENT_UNREADABLE = "client_unreadable"
    # round_trip, beside what any server may do
    MESSAGE_LOST = "message_lost"
    MESSAGE_DUPLICATED = "message_duplicated"


# Those may be over a moment later; never a refused password, which would be one more failed attempt.
PASSING = frozenset(
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


class Failure(Exception):
    """A stage that failed, in words for a person.

    Args:
        finding: what went wrong: a clause whose subject is the server ("refused the connection").
        evidence: what was seen; printable, bounded, without secrets. May be empty.
        advice: what to do: plain sentences.
        code: the same for programs.
    """

    def __init__(self, finding: str, evidence: str, advice: str, code: Code = Code.OTHER) -> None:
        super().__init__(finding)
        self.finding = finding
        self.evidence = evidence
        self.advice = advice
        self.code = code
