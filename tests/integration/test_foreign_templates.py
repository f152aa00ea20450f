# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates in what servers say and users' files contain stay text, however a playbook uses a result.

ansible-core 2.19 and newer see to that by themselves. Before, a result is text only where Ansible marks it so, which it
does not do for every one. The step cores of tests/run_tests.py runs this with the oldest and the newest ansible-core.
"""

from __future__ import annotations

import base64
import contextlib
import json
import pathlib
import ssl
import typing as t

import pytest

from ansible_collections.charter.mail.tests.integration.ansible_runs import Ansible, AnsibleRun
from ansible_collections.charter.mail.tests.lab.certificates import Authority
from ansible_collections.charter.mail.tests.unit.scripted_server import Script, Talk, serve

EMAIL = "mario.rossi@charter.net"
HOST = "localhost"
COMMAND = "{{ lookup('pipe', 'expr 76543 + 1') }}"
STATEMENT = "{% if true %}{{ 76543 + 1 }}{% endif %}"
HEADER = "#jinja2:variable_start_string:'[%',variable_end_string:'%]'\n[% 76543 + 1 %]"
RENDERED = "76544"
TEXTS = (COMMAND, STATEMENT, HEADER)
ON_ONE_LINE = (COMMAND, STATEMENT)

# What playbooks do with a result.
USES: t.Sequence[dict[str, t.Any]] = (
    {"ansible.builtin.debug": {"var": "seen"}},
    {"ansible.builtin.debug": {"msg": "whole: {{ seen }}"}},
    {
        "ansible.builtin.debug": {"msg": "{{ one }}"},
        "vars": {"one": "{{ [seen] | last }}"},
    },
    {
        "ansible.builtin.debug": {"msg": "{{ item }}"},
        "loop": "{{ seen.accounts | default([seen]) }}",
        "loop_control": {"label": "{{ item.summary | default(item) }}"},
    },
    {
        "ansible.builtin.fail": {"msg": "{{ (texts + [seen.msg | default('')]) | join(' ') }}"},
        "vars": {"texts": "{{ seen.accounts | default([]) | map('to_json') | list }}"},
        "ignore_errors": True,
    },
    {"ansible.builtin.set_fact": {"kept": "{{ seen }}", "said": "{{ seen.msg | default('') ~ '' }}"}},
    {"ansible.builtin.debug": {"msg": "{{ kept }} {{ said }}"}},
    {"ansible.builtin.assert": {"that": "seen.msg | default('') == said", "fail_msg": "{{ said }}"}},
)


class Task(t.NamedTuple):
    """A task, and the foreign text that its result must have, or nothing was tested."""

    task: t.Mapping[str, t.Any]
    text: str

    def with_uses(self) -> t.Sequence[t.Mapping[str, t.Any]]:
        """The task, and everything that playbooks do with its result."""
        encoded = base64.b64encode(self.text.partition("\n")[0].encode()).decode()
        has_text = {"that": f"'{encoded}' | b64decode in seen | to_json", "fail_msg": "its result lacks the text"}
        first = {"register": "seen", "ignore_errors": True, **self.task}
        return [first, {"ansible.builtin.assert": has_text}, *USES]


def play(ansible: Ansible, folder: pathlib.Path, tasks: t.Sequence[Task], **variables: t.Any) -> None:
    """Run tasks and use their results."""
    playbook, hosts = folder / "play.json", folder / "hosts.json"
    steps = [step for task in tasks for step in task.with_uses()]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": steps}]))
    hosts.write_text(json.dumps(ansible.local_host(**variables)))
    run = ansible.command("ansible-playbook", str(playbook), "--inventory", str(hosts), "--diff", "-v")
    assert run.code == 0, run.output
    shown(ansible, run)


def shown(ansible: Ansible, run: AnsibleRun) -> str:
    """What a run showed and returned, in which no template may have been rendered."""
    text = run.output + json.dumps(ansible.results())
    assert RENDERED not in text, text
    return text


def thunderbird(home: pathlib.Path, text: str, *more: str) -> None:
    """A profile whose account has that text in all its values."""
    folder = home / ".thunderbird/x.default"
    folder.mkdir(parents=True)
    (folder.parent / "profiles.ini").write_text("[Profile0]\nName=x\nIsRelative=1\nPath=x.default\nDefault=1\n")
    values = {
        "mail.account.account1.identities": "id1",
        "mail.account.account1.server": "server1",
        "mail.accountmanager.accounts": "account1",
        "mail.identity.id1.fullName": text,
        "mail.identity.id1.fcc_folder": f"imap://{text}",
        "mail.identity.id1.smtpServer": "smtp1",
        "mail.identity.id1.useremail": EMAIL,
        "mail.server.server1.hostname": "imap.charter.net",
        "mail.server.server1.name": text,
        "mail.server.server1.type": "imap",
        "mail.server.server1.userName": EMAIL,
        "mail.smtpserver.smtp1.hostname": text,
        "mail.smtpserver.smtp1.username": text,
        "mail.smtpservers": "smtp1",
    }
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in values.items()]
    (folder / "prefs.js").write_text("\n".join([*lines, *more, ""]))


def evolution(home: pathlib.Path, text: str) -> None:
    """An account whose name for the user has that text, which is one line."""
    folder = home / ".config/evolution/sources"
    folder.mkdir(parents=True)
    account = f"BackendName=imapx\nIdentityUid=identity\nArchiveFolder={text}\n"
    login = f"[Authentication]\nHost=imap.charter.net\nUser={EMAIL}\nPort=993\nMethod={text}\n"
    identity = f"Address={EMAIL}\nName={text}\n[Mail Submission]\nTransportUid=transport\nSentFolder={text}\n"
    sending = f"BackendName=smtp\n[Authentication]\nHost={text}\nUser={text}\nPort=587\nMethod=PLAIN\n"
    for name, parent, content in (
        ("account", "", f"[Mail Account]\n{account}{login}"),
        ("identity", "account", f"[Mail Identity]\n{identity}"),
        ("transport", "account", f"[Mail Transport]\n{sending}"),
    ):
        head = f"[Data Source]\nDisplayName={text}\nEnabled=true\nParent={parent}\n"
        (folder / f"{name}.source").write_text(head + content)


def test_files_of_users(ansible: Ansible, tmp_path: pathlib.Path) -> None:
    tasks = []
    for number, text in enumerate(TEXTS):
        home, broken = tmp_path / f"home{number}", tmp_path / f"broken{number}"
        thunderbird(home, text)
        thunderbird(broken, text, f"{text}(\n")
        if text in ON_ONE_LINE:
            evolution(home, text)
        clients = ["thunderbird", "evolution"] if text in ON_ONE_LINE else ["thunderbird"]
        account = {"email": EMAIL, "home": str(home), "full_name": "Mario Rossi"}
        tasks += [
            Task({"charter.mail.mail_accounts": {"accounts": [account], "clients": clients}, "check_mode": True}, text),
            Task({"charter.mail.thunderbird_account": account}, text),
            Task({"charter.mail.thunderbird_account": {**account, "home": str(broken)}}, "prefs.js, line 1"),
        ]
    play(ansible, tmp_path, tasks)


def refusing(text: str, context: ssl.SSLContext) -> Script:
    """An IMAP server that refuses everybody with that text."""

    def script(talk: Talk) -> None:
        talk.wrap(context)
        talk.say(f"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] {text}".encode())
        while True:
            tag, _space, command = talk.hear().partition(b" ")
            if command.startswith(b"CAPABILITY"):
                talk.say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN {text}".encode(), tag + b" OK done")
            else:
                talk.say(tag + f" NO [ALERT] {text}".encode())

    return script


@contextlib.contextmanager
def servers(folder: pathlib.Path, text: str, trusted: bool) -> t.Iterator[dict[str, t.Any]]:
    """An account on servers with that text in their words and certificates."""
    authority = Authority(text)
    identity = (authority if trusted else Authority(f"{text} too")).issue([HOST, "x.test"] if trusted else [text])
    (folder / "ca.pem").write_bytes(authority.certificate)
    (folder / "server.pem").write_bytes(identity.certificate + identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(folder / "server.pem"))

    def closing(talk: Talk) -> None:
        talk.wrap(context)
        talk.say(f"554 {text}".encode())

    with serve(refusing(text, context)) as incoming, serve(closing) as outgoing:
        yield {
            "email": EMAIL,
            "username": EMAIL,
            "password": "correct horse",
            "incoming": {"host": HOST, "port": incoming.port, "security": "ssl"},
            "outgoing": {"host": HOST, "port": outgoing.port, "security": "ssl"},
        }


@pytest.mark.parametrize(("text", "trusted"), [(COMMAND, True), (STATEMENT, False)], ids=["words", "certificates"])
def test_servers(ansible: Ansible, tmp_path: pathlib.Path, text: str, trusted: bool) -> None:
    ca_path = str(tmp_path / "ca.pem")
    with servers(tmp_path, text, trusted) as account:
        variables = {"verify_accounts": [account], "verify_ca_path": ca_path, "verify_suggest": False}
        common = {"accounts": [account], "ca_path": ca_path, "suggest": False}
        tasks = [Task({"charter.mail.mail_verify": {**common, "checks": checks}}, text) for checks in ("failed", "all")]
        play(ansible, tmp_path, tasks)
        by_playbook = ansible.playbook(
            "verify", ansible.local_host(mail_accounts=[account], mail_ca_path=ca_path, mail_become=False)
        )
        assert by_playbook.code == 2, by_playbook.output
        assert text in shown(ansible, by_playbook)
        role = tmp_path / "role.json"
        role.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "roles": ["charter.mail.verify"]}]))
        by_role = ansible.command("ansible-playbook", str(role), "--extra-vars", json.dumps(variables))
        assert by_role.code == 2, by_role.output
        assert text in shown(ansible, by_role)


def test_what_a_host_says_about_commands(ansible: Ansible, tmp_path: pathlib.Path) -> None:
    """A host whose shell says what its owner likes, taken for Linux and for Windows."""
    tasks = []
    for number, text in enumerate(ON_ONE_LINE):
        shell, words = tmp_path / f"shell{number}", tmp_path / f"words{number}"
        words.write_text(text)
        refusal = f"*thunderbird*) cat {words} >&2; exit 3"
        folder = f"*mkdir*) printf /nowhere/; cat {words}; exit"  # instead of the temporary folder that was made
        shell.write_text(f'#!/bin/sh\ncase "$2" in {refusal};; {folder};; *) exec /bin/sh "$@"; esac\n')
        shell.chmod(0o755)
        account = {"email": EMAIL, "user": "mario"}
        linux = {"ansible_shell_executable": str(shell)}
        windows = {**linux, "mail_system": "windows"}
        tasks += [
            Task({"charter.mail.mail_clients": {}, "vars": linux}, text),
            Task({"charter.mail.mail_clients": {}, "vars": {"mail_system": "{{ seen.msg }}"}}, text),
            Task({"charter.mail.mail_clients": {"clients": ["{{ seen.msg }}"]}}, text),
            Task({"charter.mail.outlook_account": account, "vars": windows}, text),
            Task({"charter.mail.mail_accounts": {"accounts": [account]}, "vars": windows}, text),
            Task(
                {"charter.mail.mail_verify": {"accounts": [account], "from_client": "outlook"}, "vars": windows}, text
            ),
        ]
    play(ansible, tmp_path, tasks)
