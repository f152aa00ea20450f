# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS handshake with a server, and what its failure means."""

from __future__ import annotations

import ssl
import typing as t

from ..._model.account import Security
from ..._model.redaction import Redactor
from ..findings.endpoint import Endpoint
from . import mismatch, tls
from .certificate import Certificate
from .connection import Connection, ConnectionEnded, PlainAnswer, Timeout


def handshake(
    connection: Connection,
    endpoint: Endpoint,
    trust: tls.Trust,
    now: float,
    quote: Redactor,
    look: t.Callable[[], Certificate | None],
) -> None:
    """Encrypt the connection and verify who is at the other end.

    Args:
        connection: in clear, at the point where TLS begins.
        endpoint: where it leads.
        trust: whose certificates count.
        now: seconds since 1970.
        quote: for what the server says.
        look: reads a certificate that was refused, for the words of the failure; None where it cannot be read.

    Raises:
        Failure: there is no TLS, or nobody vouches for the server.
    """
    try:
        connection.secure(trust.verifying, endpoint.server.host)
    except PlainAnswer as answer:
        if endpoint.server.security is Security.STARTTLS:
            raise mismatch.injected(answer, quote) from None
        raise mismatch.plain_answer(endpoint, answer.first, quote) from None
    except (Timeout, ConnectionEnded) as ending:
        raise mismatch.no_handshake(endpoint, ending) from None
    except ssl.SSLCertVerificationError as error:
        raise tls.certificate_failure(endpoint, error, look(), now, quote) from None
    except ssl.SSLError as error:
        raise tls.handshake_failure(endpoint, error) from None
