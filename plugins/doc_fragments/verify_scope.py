# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of mail_verify, apart from those about a client."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ca_path:
    description:
      - A file on the host with the certificates of a private certificate authority (PEM). They are trusted instead of
        those of the system.
    type: path
  timeout:
    description:
      - How many seconds the test of one server may take, from name resolution to the last step.
      - This includes the search of O(suggest). All servers are tested at once, so the task takes about as long.
      - If one address of a server does not work and the name has others, up to two of those are also tried, each for at
        most three seconds.
    type: float
    default: 10.0
  retries:
    description:
      - How often to test a server again after a temporary failure, such as a refused connection or a timeout. A refused
        sign-in is never repeated.
      - Only failures before signing in count. Each retry has the whole O(timeout) and starts after one second.
    type: int
    default: 0
  attempts:
    description:
      - How many sign-ins of one login may be refused, on all servers and for all accounts, before the login is no
        longer tried in this task. Repeated failures can lock the account at the provider.
      - All hosts of a run of Ansible share the limit, see the notes.
      - The tests that need the login are then skipped with this reason.
      - With the default, receiving and sending are tested at the same time, so a wrong password is refused twice. With
        V(1), sending is tested only after the incoming server has accepted the password.
      - A login is sent to a server once for each account. It is sent again only to a server that has accepted it.
    type: int
    default: 2
  suggest:
    description:
      - Whether to search for working settings if a server fails before signing in. The search uses no password.
      - The search tries the other standard ports and kinds of encryption of the same server, and the presets of
        O(provider) that serve the same addresses. It ends within O(timeout).
      - The sentences and RV(accounts[].cause.suggestion) name the first settings that work, as the exact options to
        set. Settings without encryption are never suggested. Nothing is changed.
    type: bool
    default: true
  warn_days:
    description: Warn about certificates that expire within this number of days.
    type: float
    default: 14.0
  fail_on:
    description:
      - Which findings make the task fail. With an empty list, the task fails for invalid options only.
      - V(failed) is a failed test. V(skipped) is a test that could not be run, for example without a password.
        V(warning) is a warning in RV(accounts[].warnings).
      - If the task does not fail, inspect RV(accounts) instead.
    type: list
    elements: str
    choices: [failed, skipped, warning]
    default: [failed]
  from_pc:
    description:
      - Windows hosts only. What the PC itself tests in addition to the controller, with the C(curl.exe) of Windows.
        Other hosts test everything themselves.
      - With V(reach), the PC resolves the names, connects, and checks whether it trusts the certificates. It uses no
        password. This tests the network, firewall and certificate store of that PC.
      - With V(sign_in), the PC also signs in. The passwords are written to a file in the private temporary folder of
        the task on the PC. The batch file that reads this file deletes it. Passwords are never on a command line or in
        a log. A password is never sent without encryption, or after the controller has seen it refused. Sign-ins by the
        PC also count against O(attempts).
      - With V(none), the PC tests nothing.
      - All servers are tested in parallel, at most 16 at a time, each within O(timeout). Windows decides which
        certificates are trusted; O(ca_path) applies to the controller.
      - A PC that does not answer, or has no C(curl.exe) 7.75 or later, is not a failure. The result says so, and the
        tests of the PC are skipped.
    type: str
    choices: [none, reach, sign_in]
    default: reach
  round_trip:
    description:
      - Send each account one message from itself, wait for it in the inbox, and delete it. Nothing else in the mailbox
        is changed. Never in check mode.
      - The message is sent only if all other tests of both servers succeed.
      - It has the header C(Auto-Submitted) (RFC 3834), so that no program replies to it.
    type: bool
    default: false
  round_trip_timeout:
    description:
      - With O(round_trip), how many seconds to wait for the message. A message that takes more than half of this time
        is reported as late.
      - A POP3 session does not see mail that arrives after its start, so each check for the message needs a sign-in.
        The pauses between the checks increase to ten seconds.
    type: float
    default: 60.0
  checks:
    description:
      - Which tests RV(accounts[].checks) lists.
      - With V(failed), tests that succeeded without a warning are omitted, so that the result of an account that works
        is short. V(all) also lists these, with the addresses and certificates of all servers.
    type: str
    choices: [failed, all]
    default: failed
"""
