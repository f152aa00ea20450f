# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mail_verify
version_added: 0.1.0
short_description: Prove that mail can be received and sent from a host
description:
  - Tests the servers of mail accounts from the host on which the task runs, step by step, and says in plain words what
    works and what does not.
  - The steps are the settings, name resolution, connection, who speaks on the port, TLS with its certificate, greeting,
    STARTTLS, capabilities, signing in, the mailbox, and the right to send. All servers are tested side by side.
  - Of what fails, one finding is named as the cause, with the exact options to set, or with the advice to set none.
  - Nothing is changed and, without O(round_trip), nothing is sent. A password is given to a server only inside TLS with
    a verified certificate, and once for each server, unless O(round_trip) needs more.
  - Without a password, everything up to signing in is tested, and the result says so.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
options:
  ca_path:
    description:
      - A file on the host with the certificates of a private certificate authority (PEM), to be trusted instead of the
        system's.
    type: path
  timeout:
    description:
      - How many seconds the test of one server may take, from the look-up of its name to the last step, the search for
        other settings included. All servers are tested at the same time, so it is also about the time of the task.
    type: float
    default: 10.0
  retries:
    description:
      - How often a server is tested again that failed before signing in for a reason that may pass, such as a
        connection that was refused or timed out. Each time has the whole O(timeout), after a second of rest.
      - A refused sign-in is never repeated.
    type: int
    default: 0
  attempts:
    description:
      - How many sign-ins of one login may be refused in one task, over all servers and accounts. After that the login
        is not tried any more, and the tests that need it are skipped with that reason, because repeated failures lock
        accounts at the provider.
      - The default lets receiving and sending be tested at the same time, which costs a wrong password two attempts.
        With V(1), sending is tested after receiving has accepted the password.
      - A login is sent to a server once for each account, and only a server that has accepted it is asked further.
    type: int
    default: 2
  suggest:
    description:
      - Where a server fails before signing in, look for settings that work, without a password and within O(timeout).
        Tried are the other usual ports and kinds of encryption of the same server, and the presets of O(provider) that
        serve the same addresses.
      - The first that answers properly is named with the exact options to set, in the sentences and in
        RV(accounts[].cause.suggestion). Settings without encryption are never suggested. Nothing is changed.
    type: bool
    default: true
  warn_days:
    description: Certificates that expire within so many days are warned about.
    type: float
    default: 14.0
  fail_on:
    description:
      - What lets the task fail. V(failed) is a failed test, V(skipped) a test that could not be made, for example
        for want of a password, and V(warning) is a warning in RV(accounts[].warnings).
      - With an empty list the task never fails, except for bad options, and RV(accounts) is there to be looked at.
    type: list
    elements: str
    choices: [failed, skipped, warning]
    default: [failed]
  from_client:
    description:
      - Test what the mail client of the account's O(user) really has, instead of what the options say. Left out, no
        client is asked.
      - Where the client has something else than the options say, the stage C(client) fails and says what differs. All
        else is then tested with the client's servers and logins.
      - If no O(password) is given, the passwords that the client itself has stored are used, each for its server.
        Nothing of them is shown. Where they cannot be read (Thunderbird's primary password, a keyring that is locked or
        not there), signing in is not tested.
      - A O(password) is only given to the servers that the options name and to those of the known providers, whatever
        the client has.
      - To look into another user's client takes root.
      - On a Windows host it is V(outlook), and V(outlook) is for Windows hosts only. Its passwords cannot be read.
    type: str
    choices: [thunderbird, evolution, outlook]
  location:
    description:
      - With O(from_client), which kind of the client is meant, as in M(charter.mail.thunderbird_account) and
        M(charter.mail.evolution_account). There is no Evolution as a Snap.
    type: str
    choices: [auto, native, snap, flatpak]
    default: auto
  from_pc:
    description:
      - On a Windows host, what the PC itself tests beside the controller, with the C(curl.exe) that Windows ships. On
        other hosts it has no effect, since there the host itself tests everything.
      - With V(reach), the PC looks up the names, connects, and sees whether it trusts the certificates, without a
        password. So it proves that PC's network, firewall and certificate store.
      - With V(sign_in), it also signs in. The passwords are then in a file of the task's private temporary folder on
        the PC, which the batch file deletes that reads it; they are in no command line and no log. Without an
        encrypted connection none is sent, nor one that the controller has seen refused. Those tried by the PC alone
        count against O(attempts), too.
      - With V(none), nothing is asked of the PC.
      - All servers are tested side by side, at most 16 at a time, each within O(timeout). Certificates are those that
        Windows trusts; O(ca_path) is for the controller.
      - A PC that cannot be asked, or without C(curl.exe) 7.75 or later, is no failure. The result says so, and its
        tests are skipped.
    type: str
    choices: [none, reach, sign_in]
    default: reach
  round_trip:
    description:
      - Send each account one message from itself, wait for it in the inbox, and delete it again. Nothing else in the
        mailbox is changed.
      - The message is sent only if all other tests of both servers were successful, and never in check mode.
      - It bears C(Auto-Submitted) (RFC 3834), so that no program answers it.
    type: bool
    default: false
  round_trip_timeout:
    description:
      - In how many seconds the message must have arrived. If it takes more than half of them, the result says that it
        was late.
      - POP3 shows new mail only to a new session, so each look for the message is a sign-in. The pauses between them
        grow up to ten seconds.
    type: float
    default: 60.0
attributes:
  action:
    description: A part of it runs on the controller.
    support: partial
    details: On a Windows host, all but what the PC's own C(curl.exe) does.
  check_mode:
    support: full
    details: With O(round_trip), the message is not sent, and the result says so.
  diff_mode:
    support: N/A
    details: It changes nothing that lasts.
  platform:
    platforms: posix, windows
    details: Windows has no Python to run it. For a Windows host the servers are tested from the controller, and those
      parts that O(from_pc) names from the PC.
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.evolution_account
notes:
  - For a Windows host everything is tested from the controller, with O(ca_path) a file there, and the PC's way to the
    servers from the PC, see O(from_pc). RV(checked_from), RV(accounts[].checks[].checked_from) and every summary say
    which.
  - It takes the same accounts as the modules that configure clients, so that one list serves all. Options that are
    about clients only are accepted and have no effect, and accounts with O(accounts[].state=absent) are left out.
  - The sentences in RV(msg) can be passed on as they are. Programs should look at RV(accounts[].cause.code), which
    stays when a sentence is reworded.
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Can mario receive and send from this machine?
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    password: "{{ vault_mario }}"

- name: Are Spectrum's servers reachable and sound from here? (no password needed)
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    provider: spectrum

- name: Do the settings and passwords in mario's own Thunderbird work, and are they the ones wanted?
  charter.mail.mail_verify:
    user: mario
    email: mario.rossi@charter.net
    from_client: thunderbird
  become: true

- name: Does a message really arrive?
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    password: "{{ vault_mario }}"
    round_trip: true

- name: Test all accounts of a host's list
  charter.mail.mail_verify:
    accounts: "{{ mail_accounts }}"

- name: Collect what is wrong from all hosts, and go on
  charter.mail.mail_verify:
    accounts: "{{ mail_accounts }}"
    fail_on: []
    retries: 2
    attempts: 1
  register: proof
"""

RETURN = r"""
msg:
  description: The outcome in plain sentences.
  returned: always
  type: str
  sample: >-
    All tests completed successfully for mario.rossi@charter.net: mail can be received from imap.charter.net (IMAP,
    port 993, TLS 1.3) and sent through smtp.charter.net (port 587, TLS 1.3).
checked_from:
  description: For a Windows host V(controller), or V(both) if the PC itself has tested, too; otherwise the host itself
    has tested, and there is no such key.
  returned: for a Windows host
  type: str
  sample: controller
found:
  description: What there was of V(failed), V(skipped) and V(warning), as O(fail_on) means them.
  returned: always, except for bad options
  type: list
  elements: str
accounts:
  description: What was found, in the order of the task's accounts.
  returned: always, except for bad options
  type: list
  elements: dict
  contains:
    email:
      description: The address.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    ok:
      description: Whether no test failed.
      type: bool
      returned: always
    complete:
      description: Whether no test was skipped, either; without a password some are.
      type: bool
      returned: always
    summary:
      description: The outcome for this account in plain sentences.
      type: str
      returned: always
    warnings:
      description: What should be looked at although it works, such as a certificate that expires soon; sentences.
      type: list
      elements: str
      returned: always
    cause:
      description:
        - Why the account does not work. It is the failed test that comes first in the order of the stages; other
          failures are its consequence or come after it. Empty if no test failed.
      type: dict
      returned: always
      contains:
        stage:
          description: The stage, as in RV(accounts[].checks[].stage).
          type: str
          returned: if a test failed
          sample: first_bytes
        endpoint:
          description: V(incoming) or V(outgoing); V(account) for C(client) and C(round_trip).
          type: str
          returned: if a test failed
          sample: outgoing
        service:
          description: V(imap), V(pop3) or V(smtp).
          type: str
          returned: if a test failed
          sample: smtp
        server:
          description: Host and port.
          type: str
          returned: if a test failed
          sample: mobile.charter.net:587
        code:
          description: A name for what is wrong that stays the same over versions.
          type: str
          returned: if a test failed
          sample: needs_ssl
        evidence:
          description: What was seen.
          type: str
          returned: if a test failed
        advice:
          description: What to do.
          type: str
          returned: if a test failed
        sentence:
          description: All of this in sentences that can be passed on.
          type: str
          returned: if a test failed
        checked_from:
          description: V(controller) or V(pc); what the controller found comes first.
          type: str
          returned: for a Windows host, if a test failed, unless O(from_pc=none)
        suggestion:
          description: Options that answer properly where those of the task do not, in the shape in which a task takes
            them; empty if none were found or looked for.
          type: dict
          returned: if a test failed
          sample: {"provider": "spectrum"}
    checks:
      description: Each test, the incoming server's first; those from a Windows PC itself come last.
      type: list
      elements: dict
      returned: always
      contains:
        stage:
          description: What was tested. One of V(settings), V(dns), V(tcp), V(first_bytes), V(tls), V(greeting),
            V(starttls), V(capability), V(authentication), V(mailbox) and V(sending); V(client) before them with
            O(from_client), and V(round_trip) after them with O(round_trip).
          type: str
          returned: always
          sample: tls
        checked_from:
          description: V(controller) or V(pc). C(curl.exe) on the PC does not tell V(first_bytes) apart.
          type: str
          returned: for a Windows host, unless O(from_pc=none)
          sample: pc
        endpoint:
          description: V(incoming) or V(outgoing); V(account) for C(client) and C(round_trip).
          type: str
          returned: always
          sample: incoming
        service:
          description: V(imap), V(pop3) or V(smtp); for C(client) the client.
          type: str
          returned: always
          sample: imap
        server:
          description: Host and port; empty for C(client).
          type: str
          returned: always
          sample: imap.charter.net:993
        status:
          description: V(ok), V(failed) or V(skipped).
          type: str
          returned: always
          sample: ok
        code:
          description: A name for what is wrong; empty unless it failed.
          type: str
          returned: always
        seconds:
          description: How long it took.
          type: float
          returned: always
          sample: 0.021
        evidence:
          description: What was seen, or why it was skipped.
          type: str
          returned: always
        advice:
          description: What to do; empty when all is well. With the status V(ok) it is a warning.
          type: str
          returned: always
"""

import typing as t

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible import client_registry, run_verify
from ..module_utils._ansible.module import MailModule
from ..module_utils._clients.entry import System
from ..module_utils._model.errors import MailError

if t.TYPE_CHECKING:
    from ..module_utils._ansible.arguments import Request
    from ..module_utils._ansible.from_client import Inspection


def main() -> None:
    module = MailModule(
        **run_verify.OPTIONS,
        from_client={"type": "str", "choices": client_registry.names()},
        location={"type": "str", "choices": client_registry.locations(), "default": "auto"},
    )
    name = module.params["from_client"]
    entry = client_registry.CLIENTS.get(name)

    def inspect_clients(wanted: t.Sequence[Request]) -> list[Inspection]:
        from ..module_utils._ansible.inspect_on_linux import inspections  # only here, so that others do not load it

        return inspections(client_registry.CLIENTS[name], module.params["location"], wanted)

    if entry is not None and entry.system is not System.LINUX:
        module.fail_json(msg=f"from_client: {name} is for Windows hosts. Name another client, or leave it out.")
    try:
        verdict = run_verify.verify_all(module.params, inspect_clients if entry else None, check_mode=module.check_mode)
    except MailError as error:
        module.fail_json(msg=str(error))
    for warning in verdict.warnings:
        module.warn(warning)
    if verdict.failed:
        module.fail_json(**verdict.result)
    module.exit_json(changed=False, **verdict.result)


if __name__ == "__main__":
    main()
