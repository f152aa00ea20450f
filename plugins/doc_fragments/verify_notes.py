# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes on mail_verify, and its part on the controller."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  action:
    description: Runs on the controller in part.
    support: partial
    details: The limit on sign-ins, and for a Windows host everything except what C(curl.exe) does on the PC.
notes:
  - For a Windows host, the controller tests everything, and O(ca_path) is a file on the controller. The PC tests its
    own connections to the servers, see O(from_pc). RV(checked_from), RV(accounts[].checks[].checked_from) and every
    summary show which machine tested what.
  - The module takes the same accounts as the modules that configure clients, so that one list serves all. Options that
    only concern clients are accepted but have no effect. Accounts with O(accounts[].state=absent) are skipped.
  - The sentences in RV(msg) are written for users. Programs should use RV(accounts[].cause.code), which does not change
    when a sentence is reworded.
  - All hosts of a run of Ansible share the limit O(attempts). A login and its password are first tried on one host
    while the others wait. If a server refuses them, the sign-in fails on all other hosts without being tried, and the
    result names the host on which it was refused. If the server accepts them, all hosts may use them.
  - After the first refusal of a login, each other password for it may be refused once. In the whole run, a login is
    refused at most once more often than O(attempts). A locked account is not tried again.
  - With O(from_client) and without O(password), each host may have another password, so the hosts that share a login
    are tested one after the other. If the login in the client is not O(username), the limit applies to each host
    separately.
  - The result of a task with C(async) is not known to the limit. Such a task counts as a refusal.
  - If a server rejects a session because it has too many, the test is repeated after a random pause, with fewer
    sessions. It ends when no session has succeeded for as long as O(timeout). The failure is then V(too_many),
    V(turned_away) or V(temporarily_unavailable).
"""
