# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site's templates, from which evolution-data-server creates accounts for every user at login.

Source: evolution-data-server, src/modules/evolution-source-registry/evolution-source-registry-autoconfig.c.
"""

from __future__ import annotations

import posixpath
import typing as t

from ..._formats.glib_key_file import GlibKeyFile
from ..._model.account import Account
from ..._model.errors import MailError, OptionError
from .sources import AUTHENTICATION, MAIL_ACCOUNT, MARKER_GROUP, SUFFIX, SourceIds, Sources

if t.TYPE_CHECKING:
    from ..._host.files import Files

# The registry creates a source with this group from a template, and deletes it once the template is gone.
AUTOCONFIG = "Autoconfig"
FOLDER = "/etc/xdg/evolution-data-server/autoconfig"


def refuse_changes(before: Sources, after: Sources, found: SourceIds | None, account: Account) -> None:
    """Refuse changes to an account made from a template: they would be undone at login, or the account would return.

    Args:
        before: the current sources.
        after: the wanted sources.
        found: the account's uids in ``before``.
        account: the account that is configured.

    Raises:
        OptionError: a template manages the account.
    """
    for key in reversed(found.all) if found is not None else ():
        if before.has_group(key, AUTOCONFIG) and (key not in after or _is_changed(before, after, key)):
            raise OptionError(
                "email",
                f"{account} is set up in Evolution by the template {key}{SUFFIX} of evolution-data-server, which "
                "applies again at each login",
                f"change or remove it where the site keeps its templates (usually {FOLDER}), or leave this account to "
                "it; nothing was changed",
            )


def hosts(files: Files, folder: str = FOLDER) -> t.Mapping[str, str]:
    """The paths of the templates with a mail account, each with its server.

    Args:
        files: the user's files.
        folder: the folder of the templates.
    """
    try:
        paths = [posixpath.join(folder, name) for name in files.names(folder) if name.endswith(SUFFIX)]
        contents = {path: files.read(path) or b"" for path in paths}
    except MailError:  # the registry also reads them as the user
        return {}
    found = {}
    for path, content in contents.items():
        try:
            source = GlibKeyFile.parse(content, path)
        except MailError:
            continue
        if MAIL_ACCOUNT in source.groups:
            found[path] = source.text(AUTHENTICATION, "Host") or ""
    return found


def warnings(found: t.Mapping[str, str], account: Account) -> t.Iterator[str]:
    """Warnings for the admin about templates with an account on the same server.

    Whose account it will be is unknown before the login: templates have variables.

    Args:
        found: from ``hosts``.
        account: as wanted.
    """
    for path, host in found.items():
        if host.lower() == account.incoming.host.lower():
            doubt = "may give the user a second account on the same server at the next login"
            yield f"{account}: the template {path} {doubt}"


def _is_changed(before: Sources, after: Sources, key: str) -> bool:
    """Whether a source changes in more than our marker."""
    return before[key].without_group(MARKER_GROUP).values != after[key].without_group(MARKER_GROUP).values
