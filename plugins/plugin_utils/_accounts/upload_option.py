# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``upload`` of accounts: after the setup, another module uploads their local mail."""

from __future__ import annotations

import typing as t

MODULE = "charter.mail.mail_upload"
_NAME = "upload"
_NEEDED = (
    *("user", "home", "profile", "protocol", "provider", "username", "password", "incoming", "outgoing"),
    *("state", "allow_plaintext"),
)


def after(
    result: dict[str, t.Any],
    params: t.Mapping[str, t.Any],
    run: t.Callable[[dict[str, t.Any]], dict[str, t.Any]],
) -> dict[str, t.Any]:
    """The result of a task, with that of the upload.

    Args:
        result: the result of the setup. If that failed, nothing is uploaded.
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
    warnings = [*result.get("warnings", ()), *uploaded.get("warnings", ()), *_about_evolution(result, args)]
    if warnings:
        joined["warnings"] = warnings
    if uploaded.get("failed"):
        return {**joined, "failed": True, "msg": uploaded.get("msg", "The upload failed.")}
    return joined


def _about_evolution(result: t.Mapping[str, t.Any], args: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """A warning if an account in Evolution has the option."""
    wanted = {str(entry["email"]).lower() for entry in args.get("accounts") or [args]}
    accounts = result.get("accounts", ())
    found = [one for one in accounts if one.get("client") == "evolution" and str(one.get("email")).lower() in wanted]
    if found:
        users = ", ".join(dict.fromkeys(str(one["user"]) for one in found))
        yield (
            f"upload: nothing is uploaded from Evolution ({users}), whose folders On This Computer have the mail of "
            "all accounts together. The user can drag mail from there to a folder of the account."
        )


def _arguments(params: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """The arguments of the module: the accounts that have the option; None if none has it."""
    args = _given(params)
    if params["accounts"] is not None:
        entries = [entry for entry in params["accounts"] if _wants_it(entry, params)]
        args["accounts"] = [{"email": entry["email"], **_given(entry)} for entry in entries]
        if not entries:
            return None
    elif params[_NAME]:
        args["email"] = params["email"]
    else:
        return None
    location = (params.get("thunderbird") or {}).get("location")
    return {**args, **({"location": location} if location else {})}


def _wants_it(entry: t.Mapping[str, t.Any], task: t.Mapping[str, t.Any]) -> bool:
    return bool(task[_NAME] if entry[_NAME] is None else entry[_NAME])


def _given(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options that say where an account is and how to sign in."""
    return {name: _without_none(options[name]) for name in _NEEDED if options[name] is not None}


def _without_none(value: t.Any) -> t.Any:
    """The value without options that are None, as if the task omitted them."""
    if isinstance(value, t.Mapping):
        return {name: one for name, one in value.items() if one is not None}
    return value
