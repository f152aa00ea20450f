# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once for a user whose client has no settings yet."""

from __future__ import annotations

import pathlib
import typing as t

from .runs import start

ROUNDS = 20
_EMAILS = ("first@charter.net", "second@charter.net")


def faults(module: str, folder: pathlib.Path, options: t.Mapping[str, t.Any] | None = None) -> list[str]:
    """What goes wrong in one round: a run that fails, an account that is missing.

    Args:
        module: its name.
        folder: does not exist yet.
        options: further ones.
    """
    home, scratch = folder / "home", folder / "scratch"
    home.mkdir(parents=True)
    scratch.mkdir()
    own = {"password_store": "plaintext_keyring"} if module == "evolution_account" else {}
    common = {"home": str(home), "password": "synthetic-1!", **own, **(options or {})}
    runs = [start(module, {**common, "email": email}, scratch) for email in _EMAILS]
    found = [ended.message for ended in [one.ended() for one in runs] if ended.failed]
    content = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    found += [f"lost: {email}" for email in _EMAILS if email.encode() not in content]
    found += [f"left behind: {path.name}" for path in home.iterdir() if ".charter-mail-" in path.name]
    return found
