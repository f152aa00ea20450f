# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of an action: plugins/action/mail_report.py does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_report
version_added: 0.1.0
short_description: Report on mail on all hosts of a run
description:
  - Compares the results of M(charter.mail.mail_verify) on all hosts of this run of Ansible, also with the last earlier
    result of each host. Names each problem once, with how far it reaches, since when, and what to do.
  - Prints a summary. Optionally writes a page, JSON and JUnit XML.
  - The report includes hosts that Ansible did not reach.
  - Connects to no host. If something has worked until now and stops on many hosts at once, the report never advises to
    change settings or passwords.
extends_documentation_fragment:
  - charter.mail.attributes
options:
  records:
    description:
      - The folder with the records of this run and of earlier ones, on the controller. It has one file for each host
        and run. Only its owner can read them. They contain no passwords.
      - M(charter.mail.mail_verify) and M(charter.mail.mail_accounts) write the records to the folder in the variable
        C(mail_records) of the host. Use the same folder here.
      - If omitted, the records are in a private temporary folder that is deleted when Ansible ends, and earlier results
        are unknown.
    type: path
  keep:
    description: How many runs O(records) keeps. Older ones are deleted.
    type: int
    default: 30
  page:
    description: Where to write the report as one HTML file, on the controller.
    type: path
  json:
    description: Where to write the report as JSON, on the controller.
    type: path
  junit:
    description: Where to write the report as JUnit XML, on the controller.
    type: path
  summary:
    description: Whether to print the summary.
    type: bool
    default: true
  defer_summary:
    description:
      - Print the summary only if mail works on all hosts. Otherwise a later task must print it, so that it comes after
        Ansible's messages about failures.
    type: bool
    default: false
  latest:
    description:
      - Report on the newest record of each host in O(records), from any run, instead of on this run.
      - Use this for records that were collected from other machines, and to create a report again.
    type: bool
    default: false
  failure:
    description:
      - Fail with this message instead of making a report. A playbook uses this on the hosts on which mail does not
        work, after the report.
    type: str
  unreachable:
    description: With O(failure), mark the host as unreachable instead of failed.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details: The report is also written in check mode, and says so.
  diff_mode:
    support: N/A
    details: The task makes no change to a host.
  platform:
    platforms: posix, windows
    details: The task runs on the controller.
notes:
  - Run it in a play of its own, with C(strategy=linear), C(run_once=true) and C(delegate_to=localhost), after a play
    whose M(charter.mail.mail_verify) has O(charter.mail.mail_verify#module:fail_on=[]). If every host of a play fails,
    Ansible runs no further play. The playbook C(charter.mail.verify) does this.
  - If a report cannot be written, there is a warning. The task does not fail.
  - The findings are also statistics of the run, as M(ansible.builtin.set_stats) sets them, under the key
    C(charter_mail). AWX shows them as artifacts of the job.
seealso:
  - module: charter.mail.mail_verify
author:
  - charter.mail contributors (@charter-mail)
"""

EXAMPLES = r"""
- name: Verify mail accounts
  hosts: all
  gather_facts: false
  tasks:
    - name: Test receiving and sending from this host
      charter.mail.mail_verify:
        accounts: "{{ mail_accounts }}"
        fail_on: []

- name: Report
  hosts: all
  gather_facts: false
  strategy: linear
  tasks:
    - name: Report on all hosts
      charter.mail.mail_report:
        records: "{{ mail_records }}"
        page: report.html
      run_once: true
      delegate_to: localhost
"""

RETURN = r"""
run:
  description: The id of the run. With O(latest=true), the id of the newest run.
  returned: success
  type: str
  sample: 20261128T033000Z-417305-9c2e41
started_at:
  description: When the run began, in UTC.
  returned: success
  type: str
  sample: "2026-11-28T03:30:00Z"
counts:
  description: How many hosts are in each state. C(no_accounts) counts the hosts without a mail account. C(not_tested)
    counts the hosts that Ansible reaches but that have no record, and those whose accounts could not be compared with
    mail clients.
  returned: success
  type: dict
  sample: {"verified": 294, "warning": 2, "failed": 3, "not_tested": 0, "not_reached": 1, "no_accounts": 0}
findings:
  description: The problems, the most important first.
  returned: success
  type: list
  elements: dict
  contains:
    scope:
      description: V(provider), V(provider_part), V(site), V(site_or_provider), V(machine), V(account), V(settings) or
        V(password_list).
      type: str
      returned: always
    subject:
      description: Who or what is affected.
      type: str
      returned: always
      sample: mobile.charter.net
    code:
      description: The kind of failure, as RV(charter.mail.mail_verify#module:accounts[].cause.code).
      type: str
      returned: always
    confidence:
      description: V(high), V(medium) or V(low).
      type: str
      returned: always
    title:
      description: The problem in one sentence.
      type: str
      returned: always
    action:
      description: What to do, or that nothing is to be done.
      type: str
      returned: always
    change:
      description: What the action says to change, V(settings) or V(password). Empty if nothing.
      type: str
      returned: always
    evidence:
      description: The evidence, in sentences.
      type: list
      elements: str
      returned: always
    hosts:
      description: How many hosts are affected.
      type: int
      returned: always
    accounts:
      description: How many accounts are affected.
      type: int
      returned: always
    since:
      description: The time of the first of the consecutive runs that have seen it, in UTC. Empty if no run has seen it
        work.
      type: str
      returned: always
control_hosts:
  description:
    - The names of a few hosts that can distinguish a site from a provider, if a finding leaves this open. Usually
      empty.
    - The playbooks test RV(control_accounts) from these hosts with M(charter.mail.mail_verify), and report again.
  returned: success
  type: list
  elements: str
control_accounts:
  description: Accounts of all presets without a password. Empty without RV(control_hosts).
  returned: success
  type: list
  elements: dict
failing_hosts:
  description: The names of the hosts on which mail does not work.
  returned: success
  type: list
  elements: str
unreached_hosts:
  description: The names of the hosts whose record says that Ansible did not reach them.
  returned: success
  type: list
  elements: str
not_compared_hosts:
  description: The names of the hosts on which M(charter.mail.mail_drift) could not compare an account with a mail
    client.
  returned: success
  type: list
  elements: str
unrecorded_hosts:
  description: The names of the hosts of the play that Ansible reaches but that have no record. Their own result shows
    whether mail works.
  returned: success
  type: list
  elements: str
messages:
  description: The message for each of RV(failing_hosts), RV(unreached_hosts) and RV(not_compared_hosts), by the host's
    name. It is the account's own result, or the finding if the cause lies outside the account.
  returned: success
  type: dict
"""
