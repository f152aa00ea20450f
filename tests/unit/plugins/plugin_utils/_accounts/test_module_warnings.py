# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The warnings of a module, as each ansible-core has them."""

from __future__ import annotations

import types

from ansible_collections.charter.mail.plugins.plugin_utils._accounts.module_warnings import with_host


def test_a_warning_is_text_that_names_the_host() -> None:
    summary = types.SimpleNamespace(event=types.SimpleNamespace(msg="nobody is named"))
    warnings = ["it is open", summary, "nobody is named"]
    assert with_host("desk", warnings) == ["desk: it is open", "desk: nobody is named"]
