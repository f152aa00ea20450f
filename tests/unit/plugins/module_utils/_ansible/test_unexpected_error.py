# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An error that nothing foresees ends as the failure of one user, in a sentence, and never shows a value."""

from __future__ import annotations

import errno
import gc
import json
import pathlib
import typing as t

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.charter.mail.plugins.module_utils._ansible import client_registry, unexpected_error
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_on_linux import run_module
from ansible_collections.charter.mail.plugins.module_utils._linux import local_user
from ansible_collections.charter.mail.plugins.module_utils._linux.local_user import LocalUser
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError
from ansible_collections.charter.mail.plugins.modules import mail_verify

from .key_value_mail import FILE, KEY_VALUE_MAIL, KeyValueMail

SECRET = "hunter2-Pässword"
METHODS = ("read", "configure", "compare", "view", "warnings", "result_details", "write", "exclusive", "file_diffs")


def fail(*_arguments: object, **_options: object) -> t.NoReturn:
    """As a reader does that trusts what it reads: the message and the frames have the secret."""
    secret = SECRET
    raise KeyError(secret)


def fail_behind_another(*arguments: object, **options: object) -> t.NoReturn:
    try:
        fail(*arguments, **options)
    except KeyError as error:
        raise RuntimeError(f"because of {error}") from error


def fill_the_memory(*_arguments: object, **_options: object) -> t.NoReturn:
    raise MemoryError(SECRET)


def overflow(*_arguments: object, **_options: object) -> None:
    """Python 3.8 aborts if the garbage collector calls a finalizer while the stack is full."""
    gc.disable()
    try:
        descend()
    finally:
        gc.enable()


def descend() -> int:
    return descend() + 1


def fail_to_read(*_arguments: object, **_options: object) -> t.NoReturn:
    raise OSError(errno.EIO, "Input/output error", f"/home/{SECRET}")


FAILURES: t.Mapping[str, tuple[t.Callable[..., t.Any], str]] = {
    "a value": (fail, "an unexpected KeyError in "),
    "an error behind another": (fail_behind_another, "an unexpected RuntimeError in "),
    "memory": (fill_the_memory, "there is not enough memory on this host."),
    "recursion": (overflow, "an unexpected RecursionError in "),
    "the disk": (fail_to_read, "an unexpected OSError (Input/output error) in "),
}


class Run:
    """Runs modules for the users of three homes, the second of whom has a client that fails as wanted."""

    def __init__(
        self, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.homes = [folder / name for name in ("anna", "bert", "zoe")]
        for home in self.homes:
            home.mkdir()
        monkeypatch.setitem(client_registry.CLIENTS, KEY_VALUE_MAIL.name, KEY_VALUE_MAIL)

    def replace(self, method: str, failure: t.Callable[..., t.Any]) -> None:
        """Have a method of the second user's client fail."""
        real, bad = getattr(KeyValueMail, method), str(self.homes[1])

        def replaced(client: KeyValueMail, *arguments: t.Any, **options: t.Any) -> t.Any:
            return failure() if client.profile.startswith(bad) else real(client, *arguments, **options)

        self._monkeypatch.setattr(KeyValueMail, method, replaced)

    def __call__(self, main: t.Callable[[], None], **options: t.Any) -> tuple[dict[str, t.Any], str]:
        accounts = [
            {"email": f"{home.name}@charter.net", "home": str(home), "password": "synthetic-1"} for home in self.homes
        ]
        arguments = {"_ansible_remote_tmp": "/nonexistent", "accounts": accounts, **options}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            main()
        output = self._capsys.readouterr()
        return json.loads(output.out.splitlines()[-1]), output.out + output.err

    def configure(self, **options: t.Any) -> tuple[dict[str, t.Any], str]:
        return self(lambda: run_module(KEY_VALUE_MAIL), **options)


@pytest.fixture
def run(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(tmp_path, monkeypatch, capsys)


def test_nothing_fails_by_itself(run: Run) -> None:
    result, _output = run.configure()
    assert (result["msg"], result["changed"]) == ("Accounts: 3 created.", True)


@pytest.mark.parametrize("how", FAILURES)
@pytest.mark.parametrize("method", METHODS)
def test_the_other_users_are_served(run: Run, method: str, how: str) -> None:
    failure, words = FAILURES[how]
    run.replace(method, failure)
    result, output = run.configure()
    assert result["failed"]
    assert [one["status"] for one in result["accounts"]] == ["created", "failed", "created"]
    for home in (run.homes[0], run.homes[2]):
        assert f"{home.name}@charter.net" in (home / FILE).read_text()
    assert words in result["msg"]
    assert result["accounts"][1]["error"] in result["msg"]
    if how != "memory":
        assert f"Report it at {unexpected_error.ISSUES}, with the trace that -vvv shows." in result["msg"]
    assert SECRET not in output
    assert "Traceback" not in output
    assert "trace" not in result
    again = [one["status"] for one in run.configure()[0]["accounts"]]
    assert again == ["unchanged", "unchanged" if method == "file_diffs" else "failed", "unchanged"]


@pytest.mark.parametrize(("method", "known"), [("read", True), ("write", False), ("result_details", False)])
def test_what_may_have_been_changed(run: Run, method: str, known: bool) -> None:
    run.replace(method, fail)
    run.homes = run.homes[1:2]
    result, _output = run.configure()
    assert result["changed"] is not known
    assert ("What was changed before is not known; the next run corrects it." in result["msg"]) is not known
    checked, _output = run.configure(_ansible_check_mode=True)
    assert checked["changed"] == (method == "write")
    assert "What was changed" not in checked["msg"]


@pytest.mark.parametrize("verbosity", range(5))
def test_the_trace_is_shown_at_vvv_only_and_has_no_values(run: Run, verbosity: int) -> None:
    run.replace("read", fail_behind_another)
    result, output = run.configure(_ansible_verbosity=verbosity)
    assert SECRET not in output
    assert ("trace" in result) == (verbosity >= 3)
    if verbosity >= 3:
        (trace,) = result["trace"]
        lines = trace.splitlines()
        assert lines[0].endswith("KeyError:")
        assert lines.index("RuntimeError:") > 0
        assert any(line.endswith(", fail") for line in lines)
        assert any("plugins/module_utils/_clients/engine.py, line " in line for line in lines)


@pytest.mark.parametrize("how", FAILURES)
def test_inspecting_a_client_fails_for_its_user_alone(run: Run, how: str) -> None:
    closed = {"host": "127.0.0.1", "port": 1}  # no test asks a name server or a server of somebody else
    servers = {"incoming": closed, "outgoing": closed}
    run.configure(**servers)
    failure, words = FAILURES[how]
    run.replace("account", failure)
    options = {**servers, "suggest": False, "from_client": KEY_VALUE_MAIL.name}
    result, output = run(mail_verify.main, timeout=2, _ansible_verbosity=3, **options)
    assert all("127.0.0.1:1 refuses connections" in one["summary"] for one in result["accounts"][::2])
    summaries = [one["summary"] for one in result["accounts"]]
    assert [words in summary for summary in summaries] == [False, True, False]
    assert SECRET not in output
    assert len(result["trace"]) == 1


def test_a_user_whom_the_host_does_not_know_is_the_only_one_to_fail(run: Run) -> None:
    accounts = [
        {"email": "a@charter.net", "user": "nobody-has-this-name"},
        {"email": "zoe@charter.net", "home": str(run.homes[2])},
    ]
    result, _output = run.configure(accounts=accounts)
    assert [one["status"] for one in result["accounts"]] == ["failed", "created"]
    assert result["msg"].startswith("user nobody-has-this-name: this host does not know that user. ")
    assert (run.homes[2] / FILE).exists()


def test_a_home_whose_owner_cannot_be_told_is_a_failure_of_its_accounts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users can see to that, by a link in their homes."""

    def owner(home: str) -> LocalUser:
        if home == str(run.homes[1]):
            raise HostError(home, "the folders on its path belong to several users", "name the user")
        return local_user.find(None)

    monkeypatch.setattr(local_user, "owner", owner)
    result, _output = run.configure()
    assert [one["status"] for one in result["accounts"]] == ["created", "failed", "created"]
    assert result["msg"] == f"{run.homes[1]}: the folders on its path belong to several users. Name the user."


def test_errors_that_follow_each_other_in_a_circle_end() -> None:
    one, other = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, other.__cause__ = other, one
    assert unexpected_error.trace(one) == "KeyError:\nValueError:"
