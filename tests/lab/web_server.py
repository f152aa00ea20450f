# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves a folder by HTTPS, and logs each request to standard output; needs only the standard library.

    web_server.py ADDRESS FOLDER IDENTITY

ADDRESS is an IPv4 address, whose port 443 it takes. IDENTITY is a file with a private key and a certificate, PEM.
"""

from __future__ import annotations

import functools
import http.server
import ssl
import sys


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Python's own handler; a line of the log is the status and the path."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Called once for each response."""
        sys.stdout.write(f"{int(code)} {self.path}\n")
        sys.stdout.flush()

    def log_error(self, *arguments: object) -> None:
        """What follows an error is its response, which is logged."""


def main(address: str, folder: str, identity: str) -> None:
    """Serve until a signal ends the process."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity)
    server = http.server.ThreadingHTTPServer((address, 443), functools.partial(_Handler, directory=folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
