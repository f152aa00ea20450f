# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that explain what to do with the files."""

from __future__ import annotations

import pathlib
import typing as t

import jinja2

from ...module_utils._model.account import Account, Security

_SECURITIES = {Security.SSL: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.NONE: "none"}
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(pathlib.Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_TEMPLATES.filters["security"] = _SECURITIES.__getitem__


class Attachment(t.NamedTuple):
    """The files and QR codes for one client.

    Attributes:
        files: paths in the user's folder.
        codes: QR codes as ``<svg>`` elements.
        missing: what they cannot express, one sentence each.
    """

    files: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class PersonPage(t.NamedTuple):
    """The content of a user's page.

    Attributes:
        name: the address that represents the user.
        folder: the name of the folder.
        accounts: the default account first.
        clients: the attachments, by client name.
    """

    name: str
    folder: str
    accounts: tuple[Account, ...]
    clients: t.Mapping[str, Attachment]


def person_page(page: PersonPage, organization: str) -> str:
    """The page in a user's folder, as HTML."""
    return _TEMPLATES.get_template("person.html.j2").render(page=page, organization=organization)


def index_page(pages: t.Sequence[PersonPage], domains: t.Sequence[str], profile: str, organization: str) -> str:
    """The page above all folders, for the administrator, as HTML.

    Args:
        pages: the pages of all users.
        domains: the domains with an autoconfig file.
        profile: the file name of Apple's profiles; empty for none.
        organization: empty for none.
    """
    template = _TEMPLATES.get_template("index.html.j2")
    return template.render(pages=pages, domains=domains, profile=profile, organization=organization)
