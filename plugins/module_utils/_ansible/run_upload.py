# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads the mail of replaced POP3 accounts, on the Linux host where it is stored, with its user's rights."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clients.thunderbird import pop3_as_local_folders, reading
from .._clients.thunderbird.client_entry import THUNDERBIRD
from .._linux.mail_to_upload import LocalMail
from .._model.account import Account, Protocol, State
from .._model.errors import MailError, OptionError
from .._model.secret import Secret
from .._upload.upload import Counts, Upload
from .._verify.context import Context
from .._verify.findings.endpoint import endpoints
from .._verify.findings.failure import Failure
from .._verify.login import Login
from .._verify.options import VerifyOptions
from . import unexpected_error
from .arguments import Request, requests
from .desktop_hosts import desktop_hosts
from .linux_users import READ_ONLY, opened, target_of
from .module import MailModule

if t.TYPE_CHECKING:
    from .._clients.thunderbird.client import Thunderbird

OPTIONS: t.Mapping[str, t.Any] = {
    "folder": {"type": "str", "default": "Local mail"},
    "location": THUNDERBIRD.options["location"],
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 60.0},
}


class _Local(t.NamedTuple):
    """What a user's Thunderbird has stored for an account.

    Attributes:
        roots: the directories with its mail.
        password: the password stored for the IMAP server of the options; None if there is none.
    """

    roots: tuple[str, ...]
    password: Secret | None


def run_module() -> t.NoReturn:
    """Run and end the module. A failure does not affect other accounts."""
    module = MailModule(**OPTIONS)
    try:
        _require_folder(module.options["folder"])
        wanted = [one for one in requests(module.options) if _is_meant(one.account)]
        contexts = {plain: _context(module.options, allow_plaintext=plain) for plain in (False, True)}
    except MailError as error:
        module.fail_json(msg=str(error))
    entries = [_upload(module, request, contexts[request.allow_plaintext]) for request in wanted]
    failures = [f"{one['user']}: {one['email']}: {one['error']}" for one in entries if one["error"]]
    uploaded = sum(one["uploaded"] for one in entries)
    result = {
        "changed": uploaded > 0,
        "accounts": entries,
        "msg": "; ".join(failures) or f"Messages uploaded: {uploaded} of {sum(one['found'] for one in entries)}.",
    }
    if failures:
        module.fail_json(**result)
    module.exit_json(**result)


def _upload(module: MailModule, request: Request, context: Context) -> dict[str, t.Any]:
    counts, account = Counts(), request.account
    user, error = account.user or "", ""

    def progress(now: Counts) -> None:
        module.log(f"{account.email}: {now.found} messages compared, {now.uploaded} uploaded")  # type: ignore[no-untyped-call]

    try:
        target = target_of(request)
        user = target.user.name
        options = {**READ_ONLY, "location": module.options["location"]}
        with opened(THUNDERBIRD, target, options, desktop_hosts()) as client:
            local = _local(t.cast("Thunderbird", client), account)
        if local.roots:
            password = account.password or local.password
            login = Login(account.username, password, "no password was given, and Thunderbird has stored none")
            incoming, _outgoing = endpoints(account)
            job = Upload(
                incoming,
                login,
                context,
                module.options["folder"],
                check_mode=module.check_mode,
                files=LocalMail(target.user),
                progress=progress,
            )
            job.run(local.roots, counts)
    except Failure as failure:
        error = f"{account.incoming.host} {failure.finding}. {failure.evidence} {failure.advice}".replace("  ", " ")
    except (MailError, OSError) as failure:
        error = str(failure)
    except Exception as failure:  # noqa: BLE001 # it must not affect other accounts
        error = unexpected_error.sentence(failure)
    return {"email": account.email, "user": user, **dataclasses.asdict(counts), "error": error}


def _local(client: Thunderbird, account: Account) -> _Local:
    state = client.undisturbed(client.read)
    if state.unreadable is not None:
        raise state.unreadable
    retired = pop3_as_local_folders.retired(state.settings, account, client.profile)
    files, _root, as_root = client.place
    roots = [next((folder for folder in one.folders if files.is_directory(folder)), "") for one in retired]
    stored = reading.account(state.settings, state.passwords, account, as_root)
    is_same = stored is not None and (stored.account.incoming.host.lower(), stored.incoming.username) == (
        account.incoming.host.lower(),
        account.username,
    )
    return _Local(tuple(filter(None, roots)), stored.incoming.password if stored is not None and is_same else None)


def _is_meant(account: Account) -> bool:
    return account.protocol is Protocol.IMAP and account.state is State.PRESENT


def _require_folder(name: str) -> None:
    if not name.strip() or not name.isprintable():
        raise OptionError("folder", "it is not a folder name", "write one such as Local mail")


def _context(options: t.Mapping[str, t.Any], *, allow_plaintext: bool) -> Context:
    if options["timeout"] <= 0:
        raise OptionError("timeout", "it must be more than 0", "leave it out, or write a number of seconds")
    quiet = VerifyOptions(ca_path=options["ca_path"], timeout=options["timeout"], attempts=1)
    return Context.of(dataclasses.replace(quiet, allow_plaintext=allow_plaintext))
