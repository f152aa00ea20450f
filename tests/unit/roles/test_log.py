# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded server's log."""

# Twisted is only partly typed.
# mypy: allow-untyped-calls

from __future__ import annotations

import io

from twisted.python.failure import Failure

from ansible_collections.charter.mail.roles.test_server.files.mail_server import log


def logged(**event: object) -> str:
    stream = io.StringIO()
    log.write(stream, {"log_time": 0.0, **event})
    return stream.getvalue()


def test_messages_of_our_loggers_are_written() -> None:
    line = logged(log_namespace="charter.mail.server", log_format="{user} logged in", user="ada@charter.net")
    assert line.startswith("1970-01-01T")
    assert line.endswith(" ada@charter.net logged in\n")


def test_messages_of_other_loggers_are_dropped() -> None:
    assert logged(log_namespace="twisted.mail.pop3", log_format="a password") == ""


def test_only_type_and_location_of_an_error_are_written() -> None:
    try:
        raise ValueError("a password")
    except ValueError:
        failure = Failure()
    line = logged(log_namespace="twisted", log_format="a password", log_failure=failure)
    assert line.rpartition(":")[0].endswith(f" unexpected ValueError at {__file__}")


def test_an_error_that_was_never_raised() -> None:
    line = logged(log_namespace="twisted", log_failure=Failure(ValueError("a password")))
    assert line.endswith(" unexpected ValueError\n")
