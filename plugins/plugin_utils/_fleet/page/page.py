# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run as one HTML file, which loads nothing and runs only its own scripts."""

from __future__ import annotations

import base64
import functools
import hashlib
import pathlib
import typing as t

import jinja2
import markupsafe

from ....module_utils._model.printable import printable
from ..finding_groups import finding_groups
from ..fleet_report import FleetReport
from .page_data import page_data
from .page_values import template_values


def page(report: FleetReport) -> str:
    """The page.

    Every value is made printable and escaped by the template, so that no text from a host or server becomes markup. The
    policy in the page's head allows only the style and the two scripts of this package, even if a browser finds a
    script in such a text.
    """
    groups = finding_groups(report)
    first, script, style = (_part(name) for name in ("first.js", "page.js", "page.css"))
    return _template().render(
        template_values(report, groups),
        policy="; ".join(
            [
                "default-src 'none'",
                f"script-src {_hash(first)} {_hash(script)}",
                f"style-src {_hash(style)}",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        ),
        first=markupsafe.Markup(first),
        script=markupsafe.Markup(script),
        style=markupsafe.Markup(style),
        data=markupsafe.Markup(page_data(report, groups)),
    )


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_part("page.html.j2"))


def _shown(value: t.Any) -> t.Any:
    """A value, made safe for the page; only this package creates Markup."""
    return printable(value) if isinstance(value, str) and not isinstance(value, markupsafe.Markup) else value


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _part(name: str) -> str:
    """The text of a file of this package."""
    return pathlib.Path(__file__).with_name(name).read_text("utf-8")
