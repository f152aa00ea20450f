# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Outlook 2016 to Microsoft 365 ("16.0") and this collection store data, in a PC's registry and on its disk."""

from __future__ import annotations

import re

from ..._windows.registry_keys import MACHINE, hive
from ..._windows.users import WindowsUser

# What this collection has staged, one key per SID. Ordinary users cannot write here.
RECORDS = MACHINE + r"\SOFTWARE\charter.mail\Outlook"
RECORD = "StagingRecord"
# What runs have changed, also one key per SID. It has its own key since it remains when all that was staged is removed.
LOGS = MACHINE + r"\SOFTWARE\charter.mail\OutlookChanges"
LOG = "ChangeLog"

_OUTLOOK = r"\Software\Microsoft\Office\16.0\Outlook"
_POLICIES = r"\Software\Policies\Microsoft\Office\16.0\Outlook"
_CLOUD_POLICIES = r"\Software\Policies\Microsoft\Cloud\Office\16.0\Outlook"

# Below a user's part of the registry: where Outlook looks for a PRF at its start, and for a domain's settings when an
# account is added.
SETUP = _OUTLOOK + r"\Setup"
AUTODISCOVER = _OUTLOOK + r"\AutoDiscover"

# The user's signature folder, below the profile folder, and the prefix of our files.
SIGNATURES = ("AppData", "Roaming", "Microsoft", "Signatures")
SIGNATURE_PREFIX = "charter.mail "

# Below the folder %ProgramData%.
FOLDERS = ("charter.mail", "Outlook")
PRF = "accounts.prf"


# One of our files on any PC, for any user, wherever the folder is.
_OURS = re.compile(r"[A-Z]:(?:\\[^\\]+)*\\charter\.mail\\Outlook\\S-1-[0-9-]+\\[^\\]+", re.IGNORECASE)


def is_ours(path: str) -> bool:
    """Whether a path is one of this collection's staged files, on this PC or another."""
    return _OURS.fullmatch(path) is not None


def outlook(sid: str) -> str:
    """Outlook's own key for a user."""
    return hive(sid) + _OUTLOOK


def policies(sid: str) -> str:
    """The key of the policies for a user's Outlook."""
    return hive(sid) + _POLICIES


def cloud_policies(sid: str) -> str:
    """The key of Microsoft's cloud policy service, which takes precedence."""
    return hive(sid) + _CLOUD_POLICIES


def setup(sid: str) -> str:
    """The key where Outlook looks for a PRF at its start."""
    return hive(sid) + SETUP


def autodiscover(sid: str) -> str:
    """The key where Outlook looks for a domain's settings when an account is added."""
    return hive(sid) + AUTODISCOVER


def mail_settings(sid: str) -> str:
    """The key where signatures can be prescribed for all accounts."""
    return hive(sid) + r"\Software\Microsoft\Office\16.0\Common\MailSettings"


def office(sid: str) -> str:
    """The key with the name of the signature folder."""
    return hive(sid) + r"\Software\Microsoft\Office\16.0\Common\General"


def shell_folders(sid: str) -> str:
    """The key with the user's redirected folders."""
    return hive(sid) + r"\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


def signature_folders(user: WindowsUser) -> list[str]:
    """The user's profile folder, the signature folder and those between, from the top."""
    return ["\\".join((user.folder, *SIGNATURES[:depth])) for depth in range(len(SIGNATURES) + 1)]


def record(sid: str) -> str:
    """The key of our record for a user."""
    return f"{RECORDS}\\{sid}"


def log(sid: str) -> str:
    """The key of the change log for a user."""
    return f"{LOGS}\\{sid}"


def folder(program_data: str, sid: str) -> str:
    """The folder of a user's staged files."""
    return "\\".join((program_data, *FOLDERS, sid))


def xml(domain: str) -> str:
    """The name of the file with the settings of a mail domain."""
    return f"{domain}.xml"
