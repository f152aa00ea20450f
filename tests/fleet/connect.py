# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects to a host and port and passes the connection to the calling program (ssh_config(5), ProxyUseFdpass)."""

import socket
import sys

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=30)
connection.settimeout(None)
with socket.socket(fileno=1) as caller:
    socket.send_fds(caller, [b"\0"], [connection.fileno()])
