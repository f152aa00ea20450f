# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Sphinx for tests/steps/docsite.sh. It fetches nothing: links into Ansible's documentation stay text."""

from __future__ import annotations

import re
import typing as t

project = "charter.mail"
copyright = "charter.mail contributors"  # noqa: A001 - Sphinx's name for it
extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
highlight_language = "YAML+Jinja"
default_role = "any"
nitpicky = True

# Labels of Ansible's own documentation and of its collections.
_ELSEWHERE = re.compile(
    r"ansible_configuration_settings|common_return_values|action_plugins|ansible_collections\.ansible\..+"
)


def _as_text(app: t.Any, env: t.Any, node: t.Any, content: t.Any) -> t.Any:
    """A reference (docutils' ``node``) that this site cannot resolve: its text if it leads elsewhere, else None."""
    return content if _ELSEWHERE.fullmatch(str(node.get("reftarget", ""))) else None


def setup(app: t.Any) -> None:
    app.connect("missing-reference", _as_text)
