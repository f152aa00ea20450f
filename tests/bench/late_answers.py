# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifies accounts while each receive waits, and prints wall time and CPU seconds as JSON. For verification.py.

    late_answers.py ACCOUNTS CA SECONDS REPETITIONS

Linux could delay packets (netem), but not every kernel has that. A receive that waits first is as late; one that gets
several answers at once is not later for each.
"""

from __future__ import annotations

import json
import pathlib
import resource
import runpy
import sys
import time

# tests/conftest.py makes the collection importable; this folder, which Python puts on the path, must not be on it.
_TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[0] = str(_TESTS)
runpy.run_path(str(_TESTS / "conftest.py"))

from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import requests  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._verify.options import VerifyOptions  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._verify.verify_accounts import verify  # noqa: E402
from ansible_collections.charter.mail.plugins.module_utils._verify.wire.connection import Connection  # noqa: E402


def main() -> None:
    """The command line."""
    path, ca_path, seconds, repetitions = sys.argv[1:]
    receive = Connection._receive_within

    def late(connection: Connection, patience: float) -> bytes:
        time.sleep(float(seconds))
        return receive(connection, patience)

    setattr(Connection, "_receive_within", late)  # noqa: B010 - to mypy, a method is not to be replaced
    entries = [
        {"email": email, "password": password} for email, password in json.loads(pathlib.Path(path).read_text()).items()
    ]
    accounts = [request.account for request in requests({"email": None, "accounts": entries})]
    found: dict[int, list[tuple[float, float]]] = {1: [], len(accounts): []}
    for number in range(int(repetitions) + 1):  # the first round does not count
        for count, costs in found.items():
            started, used = time.monotonic(), _cpu()
            reports = verify(accounts[:count], VerifyOptions(ca_path=ca_path, timeout=30))
            if number:
                costs.append((time.monotonic() - started, _cpu() - used))
            if not all(report.ok for report in reports):
                raise SystemExit(next(report.summary for report in reports if not report.ok))
    print(json.dumps(found))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
