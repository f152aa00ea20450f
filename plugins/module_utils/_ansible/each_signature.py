# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signatures in a task's options before validation."""

from __future__ import annotations

import collections.abc
import typing as t

Options = t.Mapping[str, t.Any]


def each_signature(args: Options, change: t.Callable[[Options, Options, Options], Options]) -> dict[str, t.Any]:
    """Replace each signature in the options of a task and its ``accounts``.

    Values of the wrong type are left to the validation.

    Args:
        args: the options before validation.
        change: returns another signature; it gets the signature, the entry that has it, and that entry's account.
    """

    def changed(owner: t.Any, account: Options) -> t.Any:
        if not isinstance(owner, collections.abc.Mapping) or not isinstance(
            owner.get("signature"), collections.abc.Mapping
        ):
            return owner
        return {**owner, "signature": change(owner["signature"], owner, account)}

    def of_account(account: t.Any, outer: Options) -> t.Any:
        if not isinstance(account, collections.abc.Mapping):
            return account
        if not account.get("signature") and not account.get("identities"):
            return account
        whole = {**outer, **{name: value for name, value in account.items() if value is not None}}
        after = changed(account, whole)
        if isinstance(account.get("identities"), (list, tuple)):
            after = {**after, "identities": [changed(one, whole) for one in account["identities"]]}
        return after

    entries = args.get("accounts")
    found = dict(of_account(args, {}))
    if isinstance(entries, (list, tuple)):
        outer = {name: value for name, value in args.items() if name != "accounts"}
        found = {**found, "accounts": [of_account(entry, outer) for entry in entries]}
    return found


def with_names_of_files(args: Options) -> dict[str, t.Any]:
    """The options for a task that does not need signatures' contents, with each file name in place of its content."""

    def named(signature: Options, _owner: Options, _account: Options) -> Options:
        if signature.get("src") is None:
            return signature
        kept = {name: value for name, value in signature.items() if name not in {"src", "vars", "images"}}
        return {**kept, "text": str(signature["src"])}

    return each_signature(args, named)
