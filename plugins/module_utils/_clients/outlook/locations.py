# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Outlook 2016 to Microsoft 365 ("16.0") and we keep things in a PC's registry and on its disk."""

from __future__ import annotations

import re

from ..._windows.keys import MACHINE, hive
from ..._windows.users import WindowsUser

# What this collection has staged, a key for each SID. Ordinary users cannot write here.
RECORDS = MACHINE + r"\SOFTWARE\charter.mail\Outlook"
RECORD = "StagingRecord"
# What runs have changed, likewise: in a key of its own, since it stays where all that was staged is taken back.
LOGS = MACHINE + r"\SOFTWARE\charter.mail\OutlookChanges"
LOG = "ChangeLog"

_OUTLOOK = r"\Software\Microsoft\Office\16.0\Outlook"
_POLICIES = r"\Software\Policies\Microsoft\Office\16.0\Outlook"
_CLOUD_POLICIES = r"\Software\Policies\Microsoft\Cloud\Office\16.0\Outlook"

# Below a user's part of the registry: where Outlook looks for a PRF at its start, and for a domain's settings when an
# account is added.
SETUP = _OUTLOOK + r"\Setup"
AUTODISCOVER = _OUTLOOK + r"\AutoDiscover"

# The user's folder of signatures, below the user's own folder, and how the names of ours begin.
SIGNATURES = ("AppData", "Roaming", "Microsoft", "Signatures")
SIGNATURE_PREFIX = "charter.mail "

# Below the folder %ProgramData%.
FOLDERS = ("charter.mail", "Outlook")
PRF = "accounts.prf"


# A file of ours, on whatever PC: for any user, and wherever the folder is.
_OURS = re.compile(r"[A-Z]:(?:\\[^\\]+)*\\charter\.mail\\Outlook\\S-1-[0-9-]+\\[^\\]+", re.IGNORECASE)


def is_ours(path: str) -> bool:
    """Whether a path is one that this collection stages files by, on this PC or another."""
    return _OURS.fullmatch(path) is not None


def outlook(sid: str) -> str:
    """Outlook's own key of a user."""
    return hive(sid) + _OUTLOOK


def policies(sid: str) -> str:
    """What an administrator prescribes to a user's Outlook."""
    return hive(sid) + _POLICIES


def cloud_policies(sid: str) -> str:
    """The same by Microsoft's cloud policy service, which counts more."""
    return hive(sid) + _CLOUD_POLICIES


def setup(sid: str) -> str:
    """Where Outlook looks for a PRF at its start."""
    return hive(sid) + SETUP


def autodiscover(sid: str) -> str:
    """Where Outlook looks for a domain's settings when an account is added."""
    return hive(sid) + AUTODISCOVER


def mail_settings(sid: str) -> str:
    """Where signatures can be prescribed for all accounts."""
    return hive(sid) + r"\Software\Microsoft\Office\16.0\Common\MailSettings"


def office(sid: str) -> str:
    """Where Office keeps the name of the folder of signatures."""
    return hive(sid) + r"\Software\Microsoft\Office\16.0\Common\General"


def shell_folders(sid: str) -> str:
    """Where Windows keeps which folders of a user are elsewhere."""
    return hive(sid) + r"\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


def signature_folders(user: WindowsUser) -> list[str]:
    """The user's folder of signatures, and all above it from the user's own folder on, from the top."""
    return ["\\".join((user.folder, *SIGNATURES[:depth])) for depth in range(len(SIGNATURES) + 1)]


def record(sid: str) -> str:
    """Our record of a user."""
    return f"{RECORDS}\\{sid}"


def log(sid: str) -> str:
    """The log of changes for a user."""
    return f"{LOGS}\\{sid}"


def folder(program_data: str, sid: str) -> str:
    """The folder of the files staged for a user."""
    return "\\".join((program_data, *FOLDERS, sid))


def xml(domain: str) -> str:
    """The name of the file with the settings of a mail domain."""
    return f"{domain}.xml"
