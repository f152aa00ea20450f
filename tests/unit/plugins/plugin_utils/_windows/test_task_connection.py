# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The temporary folder of a task: which paths are taken, and that the folder goes whatever they are."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.plugin_utils._windows.task_connection import TaskConnection


class Action:
    """As much of an action plugin as a connection needs."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.removed: list[str] = []

    def _make_tmp_path(self) -> str:
        return self.folder

    def _remove_tmp_path(self, path: str) -> None:
        self.removed.append(path)


def opened(folder: str) -> tuple[Action, str]:
    action: t.Any = Action(folder)
    try:
        with TaskConnection.open(action):
            return action, ""
    except HostError as error:
        return action, str(error)


@pytest.mark.parametrize("folder", [r"C:\Users\Jürgen Müller\ansible-tmp-1", r"C:\Users\ADMINI~1\ansible-tmp-1"])
def test_a_path_that_all_shells_take(folder: str) -> None:
    action, error = opened(folder)
    assert error == ""
    assert action.removed == [folder]


@pytest.mark.parametrize("sign", "'&%$();!^`[]{}#,=@+")
def test_a_sign_that_a_shell_would_read_is_refused(sign: str) -> None:
    action, error = opened(f"C:\\a{sign}b\\ansible-tmp-1")
    assert f"has the characters {sign}," in error
    assert "ansible_remote_tmp" in error
    assert action.removed == [f"C:\\a{sign}b\\ansible-tmp-1"]


@pytest.mark.parametrize("page", ["cp850", "cp437", "cp1252", "cp866"])
def test_a_path_in_the_consoles_code_page_is_refused_and_the_folder_goes(page: str) -> None:
    path = "C:\\Jürgen Müller\\t\\ansible-tmp-1" if page != "cp866" else "C:\\Жорж\\t\\ansible-tmp-1"
    action, error = opened(path.encode(page).decode("utf-8", "surrogateescape"))
    assert "ansible_remote_tmp" in error
    error.encode()  # it can be shown
    (pattern,) = action.removed
    pattern.encode()
    assert pathlib.PureWindowsPath(path).match(pattern)
    assert pattern.endswith("\\t\\ansible-tmp-1")
