# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QR codes as images."""

from __future__ import annotations

from ...module_utils._model.errors import OptionError

try:
    import segno
except ImportError:  # only QR codes need it
    HAS_SEGNO = False
else:
    HAS_SEGNO = True


def svg(text: str) -> str:
    """A QR code as an ``<svg>`` element for a page, with the border that scanners require.

    Raises:
        OptionError: the library is missing.
    """
    if not HAS_SEGNO:
        raise OptionError(
            "clients",
            "QR codes for android need the Python library segno on the controller",
            "install it beside Ansible (pip install segno), or leave android out",
        )
    # Correction level M: a printed sheet may be folded.
    code = segno.make_qr(text, error="m", encoding="utf-8")
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", title="QR code")
