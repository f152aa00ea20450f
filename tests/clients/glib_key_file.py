# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GLib's own parser of key files, which evolution-data-server uses for its sources, called through ctypes.

Source: GLib's reference manual, "Key-value file parser", and glib/gkeyfile.c.
"""

from __future__ import annotations

import ctypes
import typing as t

# Comments and translations are kept: the flags of evolution-data-server (e-server-side-source.c).
_FLAGS = 1 | 2

_address = ctypes.c_void_p
_FUNCTIONS: t.Mapping[str, tuple[t.Any, tuple[t.Any, ...]]] = {
    "g_key_file_new": (_address, ()),
    "g_key_file_unref": (None, (_address,)),
    "g_key_file_load_from_data": (
        ctypes.c_int,
        (_address, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int, ctypes.POINTER(_address)),
    ),
    "g_key_file_get_groups": (ctypes.POINTER(ctypes.c_char_p), (_address, ctypes.POINTER(ctypes.c_size_t))),
    "g_key_file_get_keys": (
        ctypes.POINTER(ctypes.c_char_p),
        (_address, ctypes.c_char_p, ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(_address)),
    ),
    "g_key_file_get_string": (
        _address,
        (_address, ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(_address)),
    ),
    "g_strfreev": (None, (ctypes.POINTER(ctypes.c_char_p),)),
    "g_free": (None, (_address,)),
    "g_clear_error": (None, (ctypes.POINTER(_address),)),
}

Values = dict[bytes, dict[bytes, bytes | None]]


class GLib:
    """The library of this machine."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libglib-2.0.so.0")
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments

    def parse(self, content: bytes) -> Values | None:
        """Parse a file.

        Returns:
            The values by group and key; a value is None if GLib cannot decode it. None if GLib rejects the whole file.
        """
        error = _address()
        file = self._library.g_key_file_new()
        try:
            loaded = self._library.g_key_file_load_from_data(file, content, len(content), _FLAGS, ctypes.byref(error))
            self._library.g_clear_error(ctypes.byref(error))
            if not loaded:
                return None
            groups = self._names(self._library.g_key_file_get_groups(file, None))
            return {group: self._texts(file, group) for group in groups}
        finally:
            self._library.g_key_file_unref(file)

    def _texts(self, file: int, group: bytes) -> dict[bytes, bytes | None]:
        keys = self._names(self._library.g_key_file_get_keys(file, group, None, None))
        return {key: self._text(file, group, key) for key in keys}

    def _text(self, file: int, group: bytes, key: bytes) -> bytes | None:
        error = _address()
        found = self._library.g_key_file_get_string(file, group, key, ctypes.byref(error))
        try:
            # An invalid escape gives both an error and a text.
            return ctypes.string_at(found) if found and error.value is None else None
        finally:
            self._library.g_free(found)
            self._library.g_clear_error(ctypes.byref(error))

    def _names(self, array: t.Any) -> list[bytes]:
        found: list[bytes] = []
        while array[len(found)] is not None:
            found.append(array[len(found)])
        self._library.g_strfreev(array)
        return found
