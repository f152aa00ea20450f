# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts are handed to the module that uploads, and what becomes of its result."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._ansible import run_upload
from ansible_collections.charter.mail.plugins.module_utils._ansible.arguments import argument_spec
from ansible_collections.charter.mail.plugins.module_utils._ansible.run_all_options import OPTIONS
from ansible_collections.charter.mail.plugins.module_utils._ansible.validate import validated
from ansible_collections.charter.mail.plugins.plugin_utils._accounts import upload_option

SPEC = argument_spec(**OPTIONS)
DONE: dict[str, t.Any] = {"changed": False, "accounts": [], "msg": "Thunderbird: 1 unchanged."}


def after(raw: dict[str, t.Any], answer: dict[str, t.Any] | None = None, **done: t.Any) -> tuple[t.Any, t.Any]:
    """The result, and the arguments that the module got."""
    given: list[dict[str, t.Any]] = []

    def run(args: dict[str, t.Any]) -> dict[str, t.Any]:
        validated(args, argument_spec(**run_upload.OPTIONS))
        given.append(args)
        return answer or {"changed": True, "accounts": [{"uploaded": 3}], "msg": "Messages uploaded: 3 of 4."}

    return upload_option.after({**DONE, **done}, validated(raw, SPEC), run), given


def test_only_accounts_with_the_option_are_uploaded() -> None:
    entries = [
        {"email": "a@charter.net", "user": "a", "upload": True, "migrate": True, "password": "tombola"},
        {"email": "b@charter.net", "user": "b"},
        {
            "email": "c@charter.net",
            "user": "c",
            "full_name": "C",
            "incoming": {"host": "imap.c.example"},
            "upload": True,
        },
    ]
    result, (args,) = after({"accounts": entries, "thunderbird": {"location": "snap"}, "provider": "spectrum"})
    assert args["provider"] == "spectrum"
    assert args["location"] == "snap"
    assert [entry["email"] for entry in args["accounts"]] == ["a@charter.net", "c@charter.net"]
    assert args["accounts"][0]["password"] == "tombola"
    assert args["accounts"][1]["incoming"] == {"host": "imap.c.example"}
    assert "full_name" not in args["accounts"][1]
    assert result == {
        "changed": True,
        "accounts": [],
        "uploads": [{"uploaded": 3}],
        "msg": "Thunderbird: 1 unchanged. Messages uploaded: 3 of 4.",
    }


@pytest.mark.parametrize(
    "raw",
    [
        {"email": "a@charter.net"},
        {"accounts": [{"email": "a@charter.net"}]},
        {"upload": True, "accounts": [{"email": "a@charter.net", "upload": False}]},
    ],
)
def test_without_the_option_nothing_runs(raw: dict[str, t.Any]) -> None:
    assert after(raw) == (DONE, [])


@pytest.mark.parametrize(
    "raw", [{"email": "a@charter.net", "upload": True}, {"upload": True, "accounts": [{"email": "a@charter.net"}]}]
)
def test_the_option_of_the_task_counts(raw: dict[str, t.Any]) -> None:
    _result, (args,) = after(raw)
    assert "a@charter.net" in str(args)


def test_nothing_is_uploaded_where_setting_up_failed() -> None:
    result, given = after({"email": "a@charter.net", "upload": True}, failed=True)
    assert (given, result["failed"]) == ([], True)


def test_a_failure_is_the_tasks() -> None:
    answer = {"failed": True, "msg": "a: imap.charter.net refuses", "accounts": [], "warnings": ["one"]}
    result, _given = after({"email": "a@charter.net", "upload": True}, answer, warnings=["other"])
    assert result["failed"]
    assert result["msg"] == "a: imap.charter.net refuses"
    assert result["warnings"] == ["other", "one"]


def test_what_evolution_has_is_named_once() -> None:
    entries = [{"email": "a@charter.net", "user": "a", "upload": True}, {"email": "b@charter.net", "user": "b"}]
    done = [
        {"client": client, "email": email, "user": user}
        for client in ("thunderbird", "evolution")
        for email, user in (("A@charter.net", "a"), ("b@charter.net", "b"))
    ]
    result, _given = after({"accounts": entries}, accounts=done)
    (warning,) = result["warnings"]
    assert warning.startswith("upload: nothing is uploaded from Evolution (a), whose folders On This Computer")
    result, _given = after({"accounts": entries}, accounts=done[:2])
    assert "warnings" not in result
