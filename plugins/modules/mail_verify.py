# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mail_verify
version_added: 0.1.0
short_description: Verify that mail can be received and sent from a host
description:
  - Tests the servers of mail accounts from the host on which the task runs, step by step, and reports in plain
    sentences what works and what does not.
  - The steps are the settings, name resolution, connection, the protocol on the port, TLS with its certificate,
    greeting, STARTTLS, capabilities, signing in, the mailbox, and the permission to send. All servers are tested in
    parallel.
  - If tests fail, one failure is returned as the cause, with the exact options to set, or with the advice to change
    none.
  - Changes nothing and, without O(round_trip), sends nothing. A password is sent to a server only inside TLS with a
    verified certificate, and only once for each server unless O(round_trip) needs more sign-ins.
  - Without a password, everything before signing in is tested, and the result says so.
extends_documentation_fragment:
  - charter.mail.account
  - charter.mail.attributes
  - charter.mail.verify_notes
  - charter.mail.verify_scope
options:
  from_client:
    description:
      - Test the settings that each user has stored in this mail client, instead of those of the options. If omitted, no
        client is read.
      - If the stored settings differ from the options, the stage C(client) fails and reports the difference. All other
        stages then test the servers and logins of the client.
      - If the user has changed a setting on purpose, so that the client's module does not change it (see O(override)),
        there is a warning instead of a failure. If the client signs in by OAuth2, Kerberos or a certificate, signing in
        is not tested.
      - If O(password) is omitted, the passwords that the client has stored are used, each for its server. They are
        never shown. If they cannot be read (Thunderbird has a primary password, or the keyring is locked or missing),
        signing in is not tested.
      - Whatever the client has stored, O(password) is only sent to the servers that the options name and to those of
        known providers.
      - Reading the client of another user requires root.
      - Windows hosts only support V(outlook), and other hosts do not support it. Outlook's passwords cannot be read.
    type: str
    choices: [thunderbird, evolution, outlook]
  location:
    description:
      - With O(from_client), which installation of the client to read. Evolution is not available as a Snap.
      - See O(charter.mail.thunderbird_account#module:location) and O(charter.mail.evolution_account#module:location).
    type: str
    choices: [auto, native, snap, flatpak]
    default: auto
attributes:
  check_mode:
    support: full
    details: With O(round_trip), the message is not sent, and the result says so.
  diff_mode:
    support: N/A
    details: The task makes no lasting change.
  platform:
    platforms: posix, windows
    details: Windows has no Python. For a Windows host, the controller tests the servers, and the PC tests what
      O(from_pc) selects.
seealso:
  - module: charter.mail.thunderbird_account
  - module: charter.mail.evolution_account
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Verify that mario can receive and send from this host
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    password: "{{ vault_mario }}"

- name: Test Spectrum's servers from this host without a password
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    provider: spectrum

- name: Test the settings and passwords in mario's Thunderbird, and compare them with the options
  charter.mail.mail_verify:
    user: mario
    email: mario.rossi@charter.net
    from_client: thunderbird
  become: true

- name: Send a message and wait for it
  charter.mail.mail_verify:
    email: mario.rossi@charter.net
    password: "{{ vault_mario }}"
    round_trip: true

- name: Test all accounts of a list
  charter.mail.mail_verify:
    accounts: "{{ mail_accounts }}"

- name: Collect the findings of all hosts without failing
  charter.mail.mail_verify:
    accounts: "{{ mail_accounts }}"
    fail_on: []
    retries: 2
    attempts: 1
    checks: all
  register: verification
"""

RETURN = r"""
msg:
  description: The result in plain sentences.
  returned: always
  type: str
  sample: >-
    All tests completed successfully for mario.rossi@charter.net: mail can be received from imap.charter.net (IMAP,
    port 993, TLS 1.3) and sent through smtp.charter.net (port 587, TLS 1.3).
checked_from:
  description: V(controller), or V(both) if the PC has also tested. Other hosts test everything themselves and do not
    return this key.
  returned: for a Windows host
  type: str
  sample: controller
found:
  description: Which of V(failed), V(skipped) and V(warning) were found, see O(fail_on).
  returned: always, except for bad options
  type: list
  elements: str
tested_at:
  description: When the tests began, in UTC by the clock of the host, or of the controller for a Windows host.
  returned: if there was an account to test
  type: str
  sample: "2026-11-28T12:09:25Z"
network:
  description:
    - The networks from which the host reaches the servers, without loopback and link-local networks. Hosts with the
      same network are probably at the same site.
    - Each is a prefix of the host's own address, with 24 bits for IPv4 and 64 bits for IPv6.
    - For a Windows host, these are the networks of the PC. They are unknown with O(from_pc=none).
  returned: if there was an account to test
  type: list
  elements: str
  sample: [198.51.100.0/24, "2001:db8:1:2::/64"]
accounts:
  description: The result of each account, in the order of the task's accounts.
  returned: always, except for bad options
  type: list
  elements: dict
  contains:
    email:
      description: The address.
      type: str
      returned: always
      sample: mario.rossi@charter.net
    user:
      description: The option O(user). Empty if it is omitted.
      type: str
      returned: always
      sample: mario
    protocol:
      description: How mail is received, V(imap) or V(pop3).
      type: str
      returned: always
      sample: imap
    ok:
      description: V(true) if no test failed.
      type: bool
      returned: always
    complete:
      description: V(true) if no test failed and none was skipped. Without a password, some tests are skipped.
      type: bool
      returned: always
    summary:
      description: The result of this account in plain sentences.
      type: str
      returned: always
    warnings:
      description: Problems that do not prevent mail yet, such as a certificate that expires soon, in sentences.
      type: list
      elements: str
      returned: always
    cause:
      description:
        - Why the account does not work. This is the first failed test in the order of the stages. Other failures follow
          from it or come after it. Empty if no test failed.
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
          description: The kind of failure. It is stable across releases.
          type: str
          returned: if a test failed
          sample: needs_ssl
        evidence:
          description: What was observed.
          type: str
          returned: if a test failed
        advice:
          description: What to do about it.
          type: str
          returned: if a test failed
        sentence:
          description: The cause and the advice in sentences for users.
          type: str
          returned: if a test failed
        checked_from:
          description: V(controller) or V(pc). Failures that the controller found come first.
          type: str
          returned: for a Windows host, if a test failed, unless O(from_pc=none)
        suggestion:
          description: Options that work, in the form that a task accepts. Empty if none were found, or with
            O(suggest=false).
          type: dict
          returned: if a test failed
          sample: {"provider": "spectrum"}
    checks:
      description:
        - The tests that O(checks) selects. Tests of the incoming server come first, and tests by a Windows PC come
          last.
      type: list
      elements: dict
      returned: always
      contains:
        stage:
          description: What was tested. V(settings), V(dns), V(tcp), V(first_bytes), V(tls), V(greeting), V(starttls),
            V(capability), V(authentication), V(mailbox) or V(sending). With O(from_client), V(client) comes first. With
            O(round_trip), V(round_trip) comes last.
          type: str
          returned: always
          sample: tls
        checked_from:
          description: V(controller) or V(pc). C(curl.exe) on the PC does not test V(first_bytes) separately.
          type: str
          returned: for a Windows host, unless O(from_pc=none)
          sample: pc
        endpoint:
          description: V(incoming) or V(outgoing); V(account) for C(client) and C(round_trip).
          type: str
          returned: always
          sample: incoming
        service:
          description: V(imap), V(pop3) or V(smtp). For C(client), the name of the client.
          type: str
          returned: always
          sample: imap
        server:
          description: Host and port. Empty for C(client).
          type: str
          returned: always
          sample: imap.charter.net:993
        address:
          description:
            - The server's address to which the host connected. If the connection failed, the address that was tried
              first.
            - Empty before V(tcp), for tests that were not run, and for C(client) and C(round_trip).
          type: str
          returned: always
          sample: 203.0.113.25
        status:
          description: V(ok), V(failed) or V(skipped).
          type: str
          returned: always
          sample: ok
        code:
          description: The kind of failure. Empty unless the test failed.
          type: str
          returned: always
        seconds:
          description: How long the test took.
          type: float
          returned: always
          sample: 0.021
        evidence:
          description: What was observed, or why the test was skipped.
          type: str
          returned: always
        advice:
          description: What to do, or empty. With the status V(ok), it is a warning.
          type: str
          returned: always
        certificate:
          description:
            - The server's certificate, trusted or not. C(names) are the host names and addresses that it is for, at
              most 100. C(issuer) has signed it. C(not_after) is the end of its validity in UTC.
            - Tests of a Windows PC do not have it.
          type: dict
          returned: for the stage V(tls), if the certificate could be read
          sample: {"names": ["imap.charter.net"], "issuer": "R3 (Let's Encrypt)", "not_after": "2027-02-01T00:00:00Z"}
        tls:
          description: The negotiated TLS C(version) and C(cipher). Tests of a Windows PC do not have it.
          type: dict
          returned: for the stage V(tls), if it succeeded
          sample: {"version": "TLS 1.3", "cipher": "TLS_AES_256_GCM_SHA384"}
trace:
  description: Where an unexpected error occurred, for a bug report. It contains no values.
  type: list
  elements: str
  returned: if an unexpected error occurred, with C(-vvv)
"""

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible import from_client_options, run_verify, shared_limit_option
from ..module_utils._ansible.module import MailModule
from ..module_utils._model.errors import MailError


def main() -> None:
    module = MailModule(
        **run_verify.OPTIONS,
        **from_client_options.options(),
        internal=shared_limit_option.OPTION,
    )
    traces: list[str] = []
    inspect_clients = None
    try:
        if module.options["from_client"] is not None:
            from ..module_utils._ansible.inspect_on_linux import inspect_in  # only here, so that others do not load it

            inspect_clients = inspect_in(module.options, traces.append)
        verdict = run_verify.verify_all(module.options, inspect_clients, check_mode=module.check_mode)
    except MailError as error:
        module.fail_json(msg=str(error))
    for warning in verdict.warnings:
        module.warn(warning)
    if verdict.failed:
        module.fail_json(**verdict.result, **module.traced(traces))
    module.exit_json(changed=False, **verdict.result)


if __name__ == "__main__":
    main()
