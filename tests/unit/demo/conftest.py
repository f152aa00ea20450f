# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provides an embedded mail server for the tests of one file, and sessions with it."""

from __future__ import annotations

import collections.abc
import imaplib
import pathlib
import smtplib

import pytest

from ansible_collections.charter.mail.tests.demo.embedded import EmbeddedMailServer

from .embedded_server_sessions import ADA, BEN


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The log of the server."""
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="module")
def server(log: pathlib.Path) -> collections.abc.Iterator[EmbeddedMailServer]:
    """A server for Ada and Ben."""
    with EmbeddedMailServer([ADA, BEN], log=log) as started:
        yield started


@pytest.fixture
def imap(server: EmbeddedMailServer) -> collections.abc.Iterator[imaplib.IMAP4_SSL]:
    """A connection by IMAP; nobody is signed in."""
    with imaplib.IMAP4_SSL("localhost", server.ports["imap"], ssl_context=server.tls_context()) as client:
        yield client


@pytest.fixture
def submission(server: EmbeddedMailServer) -> collections.abc.Iterator[smtplib.SMTP]:
    """A connection for submission, without TLS."""
    with smtplib.SMTP("localhost", server.ports["submission"]) as client:
        yield client
