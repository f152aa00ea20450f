# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of failures: codes with the same causes, and so the same scopes."""

from __future__ import annotations

import enum
import typing as t

from ...module_utils._verify.findings.failure import Code


class Kind(enum.Enum):
    """What failed, as far as it matters for who can fix it."""

    NAME = "name"  # it has no address
    FILTER = "filter"  # its name leads elsewhere
    NAME_SERVER = "name_server"  # no name server answers
    CONNECTION = "connection"  # no connection, or one that ends early
    MODE = "mode"  # the server speaks something else than the settings say
    CERTIFICATE = "certificate"  # of the server
    INTERCEPTION = "interception"  # TLS ends in the network or on the machine
    OWN_FIREWALL = "own_firewall"
    PORTAL = "portal"
    SERVICE = "service"  # the server answers but does not serve
    LIMIT = "limit"
    PASSWORD = "password"
    NEW_PASSWORD = "new_password"  # the provider asks for one
    ACCESS = "access"  # the provider refuses the account, whatever its password
    PUBLIC_ADDRESS = "public_address"  # the network's public address is refused
    MAILBOX = "mailbox"  # of this account only
    CLIENT = "client"
    UNREAD_CLIENT = "unread_client"  # whether it differs is not known
    OPTIONS = "options"
    OTHER = "other"


_CODES: t.Mapping[Kind, tuple[Code, ...]] = {
    Kind.NAME: (Code.NAME_NOT_FOUND,),
    Kind.FILTER: (Code.NAME_BLOCKED,),
    Kind.NAME_SERVER: (Code.NAME_SERVER_SILENT,),
    Kind.CONNECTION: (
        *(Code.REFUSED, Code.TIMED_OUT, Code.UNREACHABLE, Code.RESET, Code.ONE_ADDRESS),
        *(Code.NOTHING_SAID, Code.HUNG_UP, Code.NO_TLS),
    ),
    Kind.MODE: (
        *(Code.WRONG_PROTOCOL, Code.NEEDS_SSL, Code.NEEDS_STARTTLS, Code.STARTTLS_MISSING, Code.NOT_MAIL),
        *(Code.ENCRYPTION_NEEDED, Code.NOT_SIGNED_IN),
    ),
    Kind.CERTIFICATE: (
        *(Code.EXPIRED, Code.NOT_YET_VALID, Code.OTHER_NAME, Code.TLS_TOO_OLD, Code.TLS_TOO_WEAK),
        Code.CLIENT_CERTIFICATE,
    ),
    Kind.INTERCEPTION: (
        *(Code.INTERCEPTED, Code.UNKNOWN_ISSUER, Code.SELF_SIGNED, Code.INJECTED, Code.STARTTLS_REFUSED),
        Code.SMTP_INSPECTED,
    ),
    Kind.OWN_FIREWALL: (Code.FORBIDDEN_HERE,),
    Kind.PORTAL: (Code.PORTAL,),
    Kind.SERVICE: (Code.UNAVAILABLE, Code.TURNED_AWAY, Code.NO_MECHANISM, Code.UNSUPPORTED_MECHANISM),
    Kind.LIMIT: (Code.LIMITED,),
    Kind.PASSWORD: (Code.PASSWORD_REFUSED, Code.PASSWORD_REFUSED_HERE),
    Kind.NEW_PASSWORD: (Code.PASSWORD_EXPIRED, Code.APP_PASSWORD),
    Kind.ACCESS: (Code.LOCKED, Code.OAUTH_NEEDED, Code.PROTOCOL_OFF),
    Kind.PUBLIC_ADDRESS: (
        *(Code.ADDRESS_BLOCKED, Code.ADDRESS_LISTED, Code.ADDRESS_NAMELESS, Code.LOCATION_BLOCKED),
        Code.CLIENT_NAME_REFUSED,
    ),
    Kind.MAILBOX: (
        *(Code.MAILBOX_CLOSED, Code.SENDER_REJECTED, Code.SENDER_NOT_LOGIN, Code.POLICY, Code.FULL),
        *(Code.UNKNOWN_ADDRESS, Code.TOO_LARGE, Code.RELAY_DENIED, Code.MESSAGE_LOST, Code.MESSAGE_DUPLICATED),
    ),
    Kind.CLIENT: (Code.CLIENT_DIFFERS, Code.CLIENT_LACKS_ACCOUNT),
    Kind.UNREAD_CLIENT: (Code.CLIENT_UNREADABLE,),
}
_MEANINGS = {code.value: code.meaning for code in Code}
_KINDS = {code.value: kind for kind, codes in _CODES.items() for code in codes}

# Each of these stages comes before the server knows the account.
BEFORE_SIGN_IN = frozenset(("dns", "tcp", "first_bytes", "tls", "greeting", "starttls", "capability"))


def kind_of(stage: str, code: str) -> Kind:
    """The kind of a failed test."""
    if stage == "settings":
        return Kind.OPTIONS
    return _KINDS.get(code, Kind.OTHER)


def meaning(code: str) -> str:
    """The meaning of a code, a sentence; empty for a code of another release."""
    return _MEANINGS.get(code, "")
