# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's curl as the curl.exe of the PC, in the network of the mail lab.

Wine starts programs of the machine, but ``cmd.exe`` does not wait for them. So on the way to the PC (see the option
``damage`` of the connection) the call of curl.exe in batch files becomes one of ``curl.cmd``, which waits. All else is
as it will be: the arguments, the config file, and what curl makes of both with real servers.
"""

from __future__ import annotations

import contextlib
import pathlib
import shlex
import typing as t

from ansible_collections.charter.mail.plugins.plugin_utils._verify_from_pc import run_curl
from ansible_collections.charter.mail.tests.lab.lab import MailLab

from .office_pc import OfficePC

DAMAGE = [{"file": run_curl.BATCH_FILE, "text": '"%CURL%" -q', "instead": "call C:\\curl.cmd -q"}]

_WAITING = r"""@echo off
if exist C:\curl.code del C:\curl.code
C:\windows\system32\curl.exe %*
:again
if not exist C:\curl.code goto again
set /p CODE=<C:\curl.code
exit /b %CODE%
"""


@contextlib.contextmanager
def native_curl(pc: OfficePC, lab: MailLab, trusted: pathlib.Path | None) -> t.Iterator[None]:
    """Give the PC a curl.exe as long as the block lasts.

    Args:
        pc: the PC.
        lab: whose servers it shall reach.
        trusted: the authority that the PC trusts, besides no other; None for the machine's.
    """
    command = shlex.join(lab.command(["curl"]))
    trust = "" if trusted is None else f"export CURL_CA_BUNDLE={shlex.quote(str(trusted))}\n"
    code = shlex.quote(str(pc.file(r"C:\curl.code")))
    program, waiting = pc.file(r"C:\windows\system32\curl.exe"), pc.file(r"C:\curl.cmd")
    program.write_text(f'#!/bin/sh\n{trust}{command} "$@"\necho $? >{code}.new\nmv {code}.new {code}\n')
    program.chmod(0o755)
    waiting.write_text(_WAITING.replace("\n", "\r\n"), newline="")
    try:
        yield
    finally:
        for path in (program, waiting, pc.file(r"C:\curl.code")):
            path.unlink(missing_ok=True)
