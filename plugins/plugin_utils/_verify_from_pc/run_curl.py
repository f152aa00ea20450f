# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs curl.exe on a Windows PC for many tests at once."""

from __future__ import annotations

import dataclasses
import secrets
import typing as t

from ...module_utils._model.errors import HostError
from ...module_utils._model.redaction import Redactor
from .._windows.batch import Batch
from .._windows.pc import WindowsPc
from . import curl_config, curl_results
from .curl_config import CurlTest
from .curl_results import CurlResult

BATCH_FILE = "curl.cmd"
CONFIG = "curl.cfg"
_OUTPUT = "output"


@dataclasses.dataclass(frozen=True)
class CurlRun:
    """The results of tests.

    Attributes:
        has_curl: whether there is a curl.exe.
        version: its name and version, such as ``curl 8.13.0``.
        results: the results by test number.
    """

    has_curl: bool
    version: str
    results: t.Mapping[int, CurlResult]


def run_curl(pc: WindowsPc, tests: t.Sequence[CurlTest], seconds: float) -> CurlRun:
    """Test mail servers with a PC's own curl.exe. Passwords are in a file that is deleted before the call returns.

    Args:
        pc: the PC.
        tests: at least one.
        seconds: the time limit of each test.

    Raises:
        HostError: the PC did not run curl, or that file could not be deleted.
    """
    mark = secrets.token_hex(16)
    bodies = [curl_config.body(number) for number in range(len(tests))]
    batch = Batch(secrets.token_hex(16))
    batch.run_curl(CONFIG, _OUTPUT, bodies)
    answer = pc.run_batch(BATCH_FILE, batch, {CONFIG: curl_config.render(tests, mark, seconds)})
    if "kept" in answer:
        raise HostError(CONFIG, "it could not be deleted on the PC at once", "check that the temporary folder is gone")
    results = {
        number: dataclasses.replace(result, body=answer.get(curl_config.body(number), b""))
        for number, result in curl_results.parse(answer.get(_OUTPUT, b""), mark).items()
    }
    version = Redactor()(answer.get("version", b"").partition(b" (")[0])
    return CurlRun(_OUTPUT in answer, version, results)
