# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus messages as bytes (D-Bus Specification 0.42, "Message Protocol"): encodes calls and decodes replies."""

from __future__ import annotations

import struct
import typing as t

from .wire import MAX_ARRAY, DbusReader, WireError, decode, encode, parse

MAX_MESSAGE = 1 << 24  # bytes, an eighth of the specification's limit: users can send anything
FIXED_HEADER = 16  # bytes, which contain the size of the whole message

METHOD_CALL, METHOD_RETURN, ERROR, SIGNAL = 1, 2, 3, 4
NO_AUTO_START = 0x2

_HEADER = "yyyyuua(yv)"
_VERSION = 1
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _DESTINATION, _SENDER, _SIGNATURE = range(1, 9)


class Message(t.NamedTuple):
    """A received message.

    Attributes:
        kind: METHOD_CALL, METHOD_RETURN, ERROR, SIGNAL, or an unknown kind, which is ignored.
        reply_serial: the call that it answers; 0 for none.
        error_name: an error's name; otherwise empty.
        signature: the body's signature.
        body: the arguments as bytes.
        order: ``<`` for little-endian, ``>`` for big-endian.
    """

    kind: int
    reply_serial: int
    error_name: str
    signature: str
    body: bytes
    order: str

    def __repr__(self) -> str:
        return f"Message({self.kind}, {self.signature})"  # the body may hold a password

    def arguments(self) -> tuple[t.Any, ...]:
        """The message's arguments.

        Raises:
            WireError: the body does not match its signature.
        """
        return decode(self.signature, self.body, self.order)


def encode_call(
    serial: int, destination: str, path: str, interface: str, member: str, signature: str, arguments: t.Sequence[t.Any]
) -> bytes:
    """Encode a method call that starts no service.

    Args:
        serial: its number on this connection, not 0.
        destination: a name on the bus.
        path: the object.
        interface: the method's interface.
        member: the method.
        signature: the types of the arguments.
        arguments: one value per type.

    Raises:
        WireError: the arguments do not match the signature, or are too long.
    """
    body = encode(signature, arguments)
    fields = [(_PATH, ("o", path)), (_INTERFACE, ("s", interface)), (_MEMBER, ("s", member))]
    fields.append((_DESTINATION, ("s", destination)))
    if signature:
        fields.append((_SIGNATURE, ("g", signature)))
    fixed = (ord("l"), METHOD_CALL, NO_AUTO_START, _VERSION, len(body), serial)
    header = encode(_HEADER, (*fixed, fields))
    message = header + bytes(-len(header) % 8) + body
    if len(message) > MAX_MESSAGE:
        raise WireError("a message that is too long")
    return message


def size_of(start: bytes) -> int:
    """The size of a message in bytes.

    Args:
        start: its first FIXED_HEADER bytes.

    Raises:
        WireError: this is not the start of a message.
    """
    order = _order_of(start)
    version, body, _serial, fields = struct.unpack_from(f"{order}3xBIII", start)
    if version != _VERSION:
        raise WireError(f"version {version} of the protocol")
    size: int = FIXED_HEADER + fields + -fields % 8 + body
    if fields > MAX_ARRAY or size > MAX_MESSAGE:
        raise WireError("a message that is too long")
    return size


def decode_message(data: bytes) -> Message:
    """Decode a message.

    Raises:
        WireError: it is not a valid message.
    """
    if len(data) < FIXED_HEADER or size_of(data[:FIXED_HEADER]) != len(data):
        raise WireError("not as long as it says")
    order = _order_of(data)
    body_size: int = struct.unpack_from(f"{order}4xI", data)[0]
    reader = DbusReader(data[: len(data) - body_size], order)
    _order, kind, _flags, _version, _size, serial, fields = (reader.get(part, 0) for part in parse(_HEADER))
    reader.align(8)
    if kind == 0 or serial == 0 or reader.position != len(data) - body_size:
        raise WireError("a header that is not as the specification says")
    known = dict(fields)
    return Message(
        kind,
        _field(known, _REPLY_SERIAL, 0),
        _field(known, _ERROR_NAME, ""),
        _field(known, _SIGNATURE, ""),
        data[len(data) - body_size :],
        order,
    )


F = t.TypeVar("F", int, str)


def _field(fields: t.Mapping[int, t.Any], code: int, default: F) -> F:
    value = fields.get(code, default)
    if not isinstance(value, type(default)):
        raise WireError(f"field {code} of the header is of a wrong type")
    return value


def _order_of(start: bytes) -> str:
    order = {b"l": "<", b"B": ">"}.get(start[:1])
    if order is None:
        raise WireError("no byte order")
    return order
