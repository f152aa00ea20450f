# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports what clients import late. Ansible forks a process for each host and task: this imports it once for all."""

from __future__ import annotations

from ...module_utils._clients import diff
from ...module_utils._clients.evolution import account_warnings as evolution_warnings
from ...module_utils._clients.evolution import client as evolution
from ...module_utils._clients.evolution import differences, registry_service, removal, writing
from ...module_utils._clients.evolution import location_choice as evolution_location_choice
from ...module_utils._clients.evolution.password_store import choice
from ...module_utils._clients.thunderbird import account_warnings, client, location_choice
from ...module_utils._clients.thunderbird import differences as thunderbird_differences

MODULES = (
    *(diff, registry_service, differences, removal, writing, evolution, evolution_location_choice, evolution_warnings),
    *(account_warnings, choice, client, location_choice, thunderbird_differences),
)
