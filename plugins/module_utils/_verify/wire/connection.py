# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to a mail server: lines in, lines out, TLS on demand; every step ends by the deadline.

The standard library's imaplib, poplib and smtplib are not used: they limit single reads instead of the whole time,
combine TCP, TLS, greeting and capabilities in one constructor, and do not notice text injected before TLS.

TLS runs over memory buffers, so that bytes received instead of TLS can be read.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import types
import typing as t

from ..findings.encryption import client_certificate_wanted
from ..findings.failure import Failure
from ..findings.interruptions import ConnectionEnded, Timeout, TooMuchData
from .clock import Clock
from .protocol_guess import asks_for_certificate, detect_protocol

LINE_LIMIT = 8192  # bytes; RFC 7162 4 recommends it for IMAP; other protocols have shorter lines
TOTAL_LIMIT = 1 << 20  # bytes per connection; real servers send far less
_CHUNK = 16384
_SHORTEST = 0.001  # seconds; a socket with a time limit of 0 fails instead of waiting
_TLS_RECORDS = b"\x15\x16"  # the first byte of a TLS server: an alert or a handshake (RFC 8446 5.1)

_T = t.TypeVar("_T")


class PlainAnswer(Exception):
    """Something other than TLS was received where TLS had to begin.

    Attributes:
        first: its first line, as far as received.
    """

    def __init__(self, first: bytes) -> None:
        super().__init__("not TLS")
        self.first = first.split(b"\n", 1)[0]


class Deadline:
    """The moment at which the test of an endpoint is over.

    Args:
        seconds: from now.
        clock: the clock that measures them.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def restart(self) -> None:
        """Restart with the same time, for a connection with several tasks."""
        self._end = self._clock.monotonic() + self.seconds

    def remaining(self) -> float:
        """Seconds left, always more than 0.

        Raises:
            Timeout: none are left.
        """
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise Timeout(self.seconds)
        return left

    def more(self, seconds: float) -> Deadline:
        """A deadline in so many seconds, or this one if it is later."""
        return Deadline(max(seconds, self.left), self._clock)

    @property
    def left(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self._end - self._clock.monotonic())

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return self.left == 0

    def wait(self, action: t.Callable[[float], _T]) -> _T:
        """Call a function that waits at most until this deadline; see ``Clock.wait``."""
        return self._clock.wait(action, max(self.left, _SHORTEST))

    def part(self, seconds: float) -> Deadline:
        """A deadline in so many seconds, or this one if it is earlier."""
        return Deadline(min(seconds, self._end - self._clock.monotonic()), self._clock)


class Connection:
    """Owns a connected socket and closes it at the end of the ``with`` block.

    All methods raise Timeout, ConnectionEnded or TooMuchData if the server does not answer properly.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._handshake: ssl.SSLObject | None = None
        self._tls: ssl.SSLObject | None = None
        self._buffer = bytearray()
        self._received = 0
        self._handshake_bytes = bytearray()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS object, with version, cipher and certificate; None before TLS."""
        return self._tls

    @property
    def certificate_asked(self) -> bool:
        """Whether the server asked for a client certificate; visible only in handshakes up to TLS 1.2."""
        return asks_for_certificate(bytes(self._handshake_bytes))

    @property
    def local_address(self) -> str:
        """This machine's address in the connection."""
        return str(self._socket.getsockname()[0])

    def renew(self) -> None:
        """Reset the count of received bytes, for a session with several tasks."""
        self._received = 0

    def send_line(self, line: bytes) -> None:
        """Send a line; CRLF is added. A line break inside would start a second command, so it is refused."""
        self.send_lines([line])

    def send_lines(self, lines: t.Sequence[bytes]) -> None:
        """Send lines at once, without waiting for answers in between; see ``send_line``."""
        if any(mark in line for line in lines for mark in b"\r\n\0"):
            raise ValueError("a command must be one line")
        self.send(b"".join(line + b"\r\n" for line in lines))

    def send(self, data: bytes) -> None:
        """Send bytes unchanged."""
        if self._tls is None:
            self._send_raw(data)
            return
        self._tls.write(data)
        self._send_raw(self._outgoing.read())

    def read_line(self) -> bytes:
        """Read the next line, without its CRLF (or LF)."""
        while True:
            end = self._end_of_line()
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                return line[:-1] if line.endswith(b"\r") else line
            try:
                self._buffer += self._receive()
            except Timeout:
                raise Timeout(self._deadline.seconds, partial=bool(self._buffer)) from None

    def read_bytes(self, count: int) -> bytes:
        """Read as many bytes as were announced."""
        if count > TOTAL_LIMIT:
            raise TooMuchData(f"a text of {count} bytes")
        while len(self._buffer) < count:
            try:
                self._buffer += self._receive()
            except Timeout:
                raise Timeout(self._deadline.seconds, partial=True) from None
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def skip_blank_lines(self) -> None:
        """Skip blank lines before a greeting, as mail clients do. Wait until something else has been received."""
        while True:
            self._drop_blank_lines()
            if bytes(self._buffer) not in (b"", b"\r"):
                return
            self._buffer += self._receive()

    def first_bytes(self, patience: float) -> bytes:
        """Peek at the server's first bytes, enough to detect the protocol. They stay in the buffer to be read.

        Blank lines before them are skipped.

        Args:
            patience: how many seconds to wait for the very first byte.

        Returns:
            The bytes; empty if none came within that time.
        """
        patient = self._deadline.part(patience)
        while self._end_of_line() < 0 and detect_protocol(bytes(self._buffer)) is None:
            try:
                self._buffer += self._receive_raw(self._deadline if self._buffer else patient)
            except Timeout:
                if not self._buffer:
                    self._deadline.remaining()
                    return b""
                raise Timeout(self._deadline.seconds, partial=True) from None
            self._drop_blank_lines()
        return bytes(self._buffer)

    def offer_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Send the first message of the TLS handshake, so that the server answers; ``secure`` continues."""
        self._handshake = self._begin_tls(context, host)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS.

        Raises:
            PlainAnswer: something else was received; with STARTTLS, text injected before TLS (RFC 3207 6).
            ssl.SSLCertVerificationError: the certificate is not trusted.
            ssl.SSLError: the handshake failed for another reason.
        """
        tls = self._handshake
        if tls is None:
            if self._buffer:
                raise PlainAnswer(bytes(self._buffer))
            tls = self._begin_tls(context, host)
        received = False
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._send_raw(self._outgoing.read())
                data = bytes(self._buffer) or self._receive_raw(self._deadline)
                self._buffer.clear()
                if not received and data[0] not in _TLS_RECORDS:
                    raise PlainAnswer(data) from None
                received = True
                self._handshake_bytes += data
                self._incoming.write(data)
            except ssl.SSLError:
                with contextlib.suppress(Failure):  # the server need not receive the alert
                    self._send_raw(self._outgoing.read())
                raise
        self._send_raw(self._outgoing.read())
        self._tls = tls

    def leave(self, command: bytes) -> None:
        """End the session without waiting for the answer; failures no longer matter."""
        with contextlib.suppress(Failure, ssl.SSLError):
            self.send_line(command)
            if self._tls is not None:
                with contextlib.suppress(ssl.SSLError):
                    self._tls.unwrap()
                self._send_raw(self._outgoing.read())

    def _receive(self) -> bytes:
        if self._tls is None:
            return self._receive_raw(self._deadline)
        while True:
            try:
                data = self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                self._send_raw(self._outgoing.read())
                self._incoming.write(self._receive_raw(self._deadline))
                continue
            except ssl.SSLZeroReturnError:
                raise ConnectionEnded("closed by the server") from None
            except ssl.SSLError as error:
                if "CERTIFICATE_REQUIRED" in (error.reason or ""):  # TLS 1.3 reports it after the handshake
                    raise client_certificate_wanted(str(error.reason).replace("_", " ").lower()) from None
                raise ConnectionEnded(f"broken encryption: {error.reason}") from None
            if not data:
                raise ConnectionEnded("closed by the server")
            return data

    def _begin_tls(self, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        self._send_raw(self._outgoing.read())
        return tls

    def _drop_blank_lines(self) -> None:
        while self._buffer.startswith((b"\n", b"\r\n")):
            del self._buffer[: self._buffer.index(b"\n") + 1]

    def _end_of_line(self) -> int:
        """Where the first line in the buffer ends; -1 if it is incomplete."""
        end = self._buffer.find(b"\n")
        if end > LINE_LIMIT or (end < 0 and len(self._buffer) > LINE_LIMIT):
            raise TooMuchData(f"a line of more than {LINE_LIMIT} bytes")
        return end

    def _receive_raw(self, deadline: Deadline) -> bytes:
        data = self._within_time(lambda: deadline.wait(self._receive_within), deadline)
        if not data:
            raise ConnectionEnded("closed by the server")
        self._received += len(data)
        if self._received > TOTAL_LIMIT:
            raise TooMuchData(f"more than {TOTAL_LIMIT} bytes")
        return data

    def _receive_within(self, seconds: float) -> bytes:
        self._socket.settimeout(seconds)
        return self._socket.recv(_CHUNK)

    def _send_raw(self, data: bytes) -> None:
        if data:
            self._within_time(lambda: self._socket.sendall(data), self._deadline)

    def _within_time(self, action: t.Callable[[], _T], deadline: Deadline) -> _T:
        self._socket.settimeout(deadline.remaining())
        try:
            return action()
        except socket.timeout:
            raise Timeout(deadline.seconds) from None
        except ConnectionResetError:
            raise ConnectionEnded("reset by the server or on the way") from None
        except OSError as error:
            raise ConnectionEnded(error.strerror or str(error)) from None
