# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mechanisms that do not send the password to the server: SCRAM (RFC 5802, 7677) and CRAM-MD5 (RFC 2195).

``mechanism_choice`` decides when they are used. Challenges and responses are bytes, not yet in Base64.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import re
import secrets
import stringprep
import typing as t
import unicodedata

from ..._model.secret import Secret
from ..findings.sign_in_and_mailbox import not_begun, not_proved

_MOST_ITERATIONS = 1_000_000  # about a second; a server must not keep a host busy
_R = t.TypeVar("_R")


class Mechanism(t.Protocol):
    """One sign-in with a mechanism."""

    name: str

    def respond(self, challenge: bytes) -> bytes:
        """The response to a challenge. The first challenge of SCRAM is empty.

        Raises:
            Failure: the challenge does not follow the mechanism.
        """

    def finish(self) -> None:
        """Complete a sign-in that the server has accepted.

        Raises:
            Failure: the server has not proved that it knows the password.
        """


@dataclasses.dataclass(frozen=True)
class Turn(t.Generic[_R]):
    """The server's next step in an exchange.

    Attributes:
        reply: its answer.
        challenge: the challenge in Base64; None if the exchange is over.
    """

    reply: _R
    challenge: bytes | None


def exchange(
    mechanism: Mechanism, turn: Turn[_R], answer: t.Callable[[bytes], Turn[_R]], show: t.Callable[[_R], str]
) -> _R:
    """Answer challenges until the server decides.

    Args:
        mechanism: the mechanism that was started.
        turn: the server's answer to its start.
        answer: sends a line and reads the next answer.
        show: an answer as evidence.

    Returns:
        The answer that ends the exchange. Call the mechanism's ``finish`` if it is positive.

    Raises:
        Failure: the server does not follow the mechanism.
    """
    while turn.challenge is not None:
        try:
            challenge = base64.b64decode(turn.challenge, validate=True)
        except binascii.Error:
            answer(b"*")
            raise not_begun(mechanism.name, show(turn.reply)) from None
        try:
            response = mechanism.respond(challenge)
        except Exception:
            answer(b"*")  # cancels the exchange (RFC 4954 4, RFC 3501 6.2.2, RFC 5034 4)
            raise
        turn = answer(base64.b64encode(response))
    return turn.reply


class CramMd5:
    """CRAM-MD5."""

    name = "CRAM-MD5"

    def __init__(self, username: str, password: Secret) -> None:
        self._username = username
        self._password = password

    def respond(self, challenge: bytes) -> bytes:
        if not re.fullmatch(rb"<[^<>]+>\s*", challenge):  # an identifier that is unique to each sign-in
            raise not_begun(self.name, "the challenge is not of the form that RFC 2195 demands")
        digest = hmac.new(self._password.reveal().encode(), challenge, "md5").hexdigest()
        return f"{self._username} {digest}".encode()

    def finish(self) -> None:
        """Do nothing: CRAM-MD5 has no proof by the server."""


class Scram:
    """SCRAM without channel binding.

    Args:
        name: the mechanism's name.
        algorithm: its hash function's name in hashlib.
        username: the login.
        password: the password.
        nonce: replaced in tests of this code only.
    """

    def __init__(self, name: str, algorithm: str, username: str, password: Secret, nonce: str = "") -> None:
        self.name = name
        self._algorithm = algorithm
        self._password = password
        self._nonce = nonce or secrets.token_urlsafe(24)
        login = _prepared(username).replace("=", "=3D").replace(",", "=2C")
        self._first = f"n={login},r={self._nonce}"
        self._steps = iter((self._client_first, self._client_final, self._acknowledge))
        self._proof_expected = b""
        self._proved = False

    def respond(self, challenge: bytes) -> bytes:
        step = next(self._steps, None)
        if step is None:
            raise not_begun(self.name, "the server sends more challenges than RFC 5802 has")
        return step(challenge)

    def finish(self) -> None:
        if not self._proved:
            raise not_proved(self.name)

    def _client_first(self, _challenge: bytes) -> bytes:
        return b"n,," + self._first.encode()

    def _client_final(self, challenge: bytes) -> bytes:
        """Check the server's first message, and prove knowledge of the password (RFC 5802 3)."""
        values = _attributes(challenge)
        nonce, iterations = values.get("r", ""), values.get("i", "")
        try:
            salt = base64.b64decode(values.get("s", ""), validate=True)
            text = challenge.decode()
        except ValueError:
            salt, text = b"", ""
        sound = nonce.startswith(self._nonce) and nonce != self._nonce and salt and text and "m" not in values
        if not sound or not re.fullmatch("[1-9][0-9]{0,6}", iterations) or int(iterations) > _MOST_ITERATIONS:
            raise not_begun(self.name, "the server's first message is not of the form that RFC 5802 demands")
        password = _prepared(self._password.reveal()).encode()
        salted = hashlib.pbkdf2_hmac(self._algorithm, password, salt, int(iterations))
        without_proof = f"c=biws,r={nonce}"
        signed = f"{self._first},{text},{without_proof}".encode()
        client_key = self._keyed(salted, b"Client Key")
        signature = self._keyed(hashlib.new(self._algorithm, client_key).digest(), signed)
        proof = bytes(one ^ other for one, other in zip(client_key, signature))
        self._proof_expected = self._keyed(self._keyed(salted, b"Server Key"), signed)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def _acknowledge(self, challenge: bytes) -> bytes:
        """Check the server's proof or error; the refusal itself follows the error."""
        values = _attributes(challenge)
        if "e" in values:
            return b""
        try:
            proof = base64.b64decode(values.get("v", ""), validate=True)
        except ValueError:
            proof = b""
        if not hmac.compare_digest(proof, self._proof_expected):
            raise not_proved(self.name)
        self._proved = True
        return b""

    def _keyed(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self._algorithm).digest()


def _attributes(message: bytes) -> t.Mapping[str, str]:
    pairs = (part.partition("=") for part in message.decode("utf-8", "replace").split(","))
    return {name: value for name, _sign, value in pairs}


def _prepared(text: str) -> str:
    """SASLprep without its prohibitions (RFC 4013 2.1, 2.2), which the server enforces."""
    mapped = "".join(
        " " if stringprep.in_table_c12(letter) else letter for letter in text if not stringprep.in_table_b1(letter)
    )
    return unicodedata.normalize("NFKC", mapped)
