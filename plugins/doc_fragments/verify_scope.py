# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of mail_verify that say what is tested, from where, and what is returned."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  from_client:
    description:
      - Test the settings that this mail client of each account's user has stored, instead of those of the options. If
        omitted, no client is read.
      - If the stored settings differ from the options, the stage C(client) fails and reports the difference. All other
        stages then test the servers and logins of the client.
      - What the user has changed on purpose and the client's module leaves alone (see O(override)) is no failure but a
        warning. If the client signs in by OAuth2, Kerberos or a certificate, signing in is not tested.
      - If O(password) is omitted, the passwords that the client has stored are used, each for its server. They are
        never shown. If they cannot be read (Thunderbird has a primary password, the keyring is locked or missing),
        signing in is not tested.
      - O(password) is only sent to the servers that the options name and to those of the known providers, whatever the
        client has stored.
      - Reading the client of another user requires root.
      - Windows hosts only support V(outlook), and V(outlook) is only supported there. Its passwords cannot be read.
    type: str
    choices: [thunderbird, evolution, outlook]
  location:
    description:
      - With O(from_client), which installation of the client to read. Evolution is not available as a Snap.
      - See O(charter.mail.thunderbird_account#module:location) and O(charter.mail.evolution_account#module:location).
    type: str
    choices: [auto, native, snap, flatpak]
    default: auto
  from_pc:
    description:
      - Windows hosts only. What the PC itself tests in addition to the controller, with the C(curl.exe) of Windows.
        Other hosts test everything themselves.
      - With V(reach), the PC resolves the names, connects, and checks whether it trusts the certificates. It uses no
        password. This tests the network, firewall and certificate store of that PC.
      - With V(sign_in), the PC also signs in. The passwords are written to a file in the private temporary folder of
        the task on the PC. The batch file that reads this file deletes it. Passwords are in no command line and no log.
        A password is never sent without encryption, nor after the controller has seen it refused. Sign-ins by the PC
        also count against O(attempts).
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
      - With O(round_trip), within how many seconds the message must arrive. A message that takes more than half of this
        time is reported as late.
      - A POP3 session does not see mail that arrives after its start, so each check for the message is a sign-in. The
        pauses between the checks grow to ten seconds.
    type: float
    default: 60.0
  checks:
    description:
      - Which tests RV(accounts[].checks) lists.
      - With V(failed), the tests that succeeded without a warning are left out, so that the result of an account that
        works is short. V(all) lists them, too, with the addresses and certificates of all servers.
    type: str
    choices: [failed, all]
    default: failed
"""
