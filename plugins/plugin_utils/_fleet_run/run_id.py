# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifies a run of Ansible, equally in all plays, hosts and worker processes."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import re
import time
import typing as t

_NAME = "run.json"
_JOBS = ("awx_job_id", "tower_job_id")  # variables of AWX and Automation Controller
_STAMP = "%Y%m%dT%H%M%SZ"
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-", re.ASCII)
_ID = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9-]{1,40}")


@dataclasses.dataclass(frozen=True)
class Run:
    """A run of Ansible.

    Attributes:
        id: ``20261128T033000Z-417305-9c2e41``: its start, to the microsecond, and a random number; in a job of AWX,
            ``20261128T033000Z-417305-job-417-9c2e41``. IDs sort by time.
        started_at: UTC, ``2026-11-28T03:30:00Z``.
    """

    id: str
    started_at: str


def is_run_id(text: str) -> bool:
    """Whether a text has the form of an ID."""
    return _ID.fullmatch(text) is not None


def started_at(run: str) -> str:
    """The start of a run, in UTC, from its ID.

    Raises:
        ValueError: the ID has another form.
    """
    # Not time.strptime: each host's process would import its dependencies, which takes longer than all else here.
    found = _TIME.match(run)
    if found is None:
        raise ValueError(run)
    year, month, day, hour, minute, second = map(int, found.groups())
    began = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    return began.strftime("%Y-%m-%dT%H:%M:%SZ")


def this_run(folder: str, variables: t.Mapping[str, t.Any]) -> Run:
    """The run that this process belongs to.

    The first process creates the ID and stores it in the run's folder, where all others find it. A process ID would not
    do: containers started by one schedule often have the same one in the same second.

    Args:
        folder: the folder of this run only, see ``run_folder``.
        variables: the host's variables; in AWX, they name the job.

    Raises:
        OSError: the folder cannot be used.
    """
    path = pathlib.Path(folder, _NAME)
    with contextlib.suppress(FileNotFoundError, ValueError):
        return _read(path)
    seconds, microseconds = divmod(time.time_ns() // 1000, 10**6)
    job = next((str(variables[name]) for name in _JOBS if variables.get(name)), "")
    label = f"job-{job}-" if re.fullmatch(r"[0-9]{1,12}", job) else ""
    stamp = time.strftime(_STAMP, time.gmtime(seconds))
    run = f"{stamp}-{microseconds:06d}-{label}{os.urandom(3).hex()}"
    mine = path.with_name(f"{_NAME}.{os.getpid()}")
    with open(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(json.dumps({"run": run}))
    with contextlib.suppress(FileExistsError):  # another process was faster
        os.link(mine, path)
    os.unlink(mine)
    return _read(path)


def _read(path: pathlib.Path) -> Run:
    run = json.loads(path.read_text(encoding="utf-8"))["run"]
    return Run(run, started_at(run))
