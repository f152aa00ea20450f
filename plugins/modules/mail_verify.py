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
  - The steps are the settings, name resolution, connection, TLS with its certificate, greeting, STARTTLS, capabilities,
    signing in, the mailbox, and the right to send. All servers are tested side by side.
  - Nothing is changed and nothing is sent. A password is given to a server only inside TLS with a verified certificate,
    and once for each server.
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
    description: How many seconds the test of one server may take.
    type: float
    default: 10.0
attributes:
  diff_mode:
    support: N/A
    details: It changes nothing.
  platform:
    platforms: posix
seealso:
  - module: charter.mail.thunderbird_account
notes:
  - It takes the same accounts as M(charter.mail.thunderbird_account), so that one list serves both. Options that are
    about clients only are accepted and have no effect, and accounts with O(accounts[].state=absent) are left out.
  - The task fails if a test fails. The sentences in RV(msg) can be passed on as they are.
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

- name: Test all accounts of a host's list
  charter.mail.mail_verify:
    accounts: "{{ mail_accounts }}"
"""

RETURN = r"""
msg:
  description: The outcome in plain sentences.
  returned: always
  type: str
  sample: >-
    All tests completed successfully for mario.rossi@charter.net: mail can be received from imap.charter.net (IMAP,
    port 993, TLS 1.3) and sent through smtp.charter.net (port 587, TLS 1.3).
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
    checks:
      description: Each test, the incoming server's first.
      type: list
      elements: dict
      returned: always
      contains:
        stage:
          description: What was tested.
          type: str
          returned: always
          sample: tls
        endpoint:
          description: V(incoming) or V(outgoing).
          type: str
          returned: always
          sample: incoming
        service:
          description: V(imap), V(pop3) or V(smtp).
          type: str
          returned: always
          sample: imap
        server:
          description: Host and port.
          type: str
          returned: always
          sample: imap.charter.net:993
        status:
          description: V(ok), V(failed) or V(skipped).
          type: str
          returned: always
          sample: ok
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
          description: What to do; empty when all is well.
          type: str
          returned: always
"""

import typing as t

from ..module_utils._ansible import quick_imports

quick_imports.install()

from ..module_utils._ansible.arguments import requests
from ..module_utils._ansible.module import MailModule
from ..module_utils._model.account import State
from ..module_utils._model.errors import MailError, OptionError
from ..module_utils._verify.options import VerifyOptions
from ..module_utils._verify.run import verify


def main() -> None:
    module = MailModule(ca_path={"type": "path"}, timeout={"type": "float", "default": 10.0})
    try:
        if module.params["timeout"] <= 0:
            raise OptionError("timeout", "it is a number of seconds", "write a number above 0")
        wanted = [found for found in requests(module.params) if found.account.state is State.PRESENT]
        reports = verify(
            [found.account for found in wanted],
            VerifyOptions(
                ca_path=module.params["ca_path"],
                timeout=module.params["timeout"],
                # The lint lets no account without encryption pass unless it was allowed for that account.
                allow_plaintext=any(found.allow_plaintext for found in wanted),
            ),
            findings=[[str(finding) for finding in found.findings] for found in wanted],
        )
    except MailError as error:
        module.fail_json(msg=str(error))
    result: dict[str, t.Any] = {
        "msg": " ".join(report.summary for report in reports) or "There is no account to test.",
        "accounts": [report.as_result() for report in reports],
    }
    if all(report.ok for report in reports):
        module.exit_json(changed=False, **result)
    module.fail_json(**result)


if __name__ == "__main__":
    main()
