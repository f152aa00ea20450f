# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``upload`` of accounts: once they are set up, another module brings their local mail to the server."""

from __future__ import annotations

import typing as t

from ...module_utils._ansible.arguments import argument_spec

MODULE = "charter.mail.mail_upload"
_NAME = "upload"


def after(
    result: dict[str, t.Any],
    params: t.Mapping[str, t.Any],
    run: t.Callable[[dict[str, t.Any]], dict[str, t.Any]],
) -> dict[str, t.Any]:
    """The result of a task, with what the upload adds to it.

    Args:
        result: of setting up the accounts. Where that failed, nothing is uploaded.
        params: the arguments of the task, valid and with defaults.
        run: runs the module with these arguments.
    """
    args = _arguments(params)
    if args is None or result.get("failed"):
        return result
    uploaded = run(args)
    joined = {
        **result,
        "uploads": uploaded.get("accounts", []),
        "changed": bool(result.get("changed") or uploaded.get("changed")),
        "msg": f"{result.get('msg', '')} {uploaded.get('msg', '')}".strip(),
    }
    if uploaded.get("warnings"):
        joined["warnings"] = [*result.get("warnings", ()), *uploaded["warnings"]]
    if uploaded.get("failed"):
        return {**joined, "failed": True, "msg": uploaded.get("msg", "The upload failed.")}
    return joined


def _arguments(params: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """The arguments of the module: the accounts that have the option; None if none has it."""
    args = _given({name: params[name] for name in argument_spec()})
    if params["accounts"] is not None:
        entries = [_given(entry) for entry in params["accounts"]]
        args["accounts"] = [entry for entry in entries if entry.get(_NAME, params[_NAME])]
        if not args["accounts"]:
            return None
    elif not params[_NAME]:
        return None
    location = (params.get("thunderbird") or {}).get("location")
    return {**args, **({"location": location} if location else {})}


def _given(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: value for name, value in options.items() if value is not None}
