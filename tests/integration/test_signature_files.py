# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of docs/identities.md, run as a playbook: files on the controller become signatures on a host."""

from __future__ import annotations

import base64
import json
import pathlib
import re
import typing as t

import pytest
import yaml

from .ansible_runs import ROOT, Ansible, AnsibleRun
from .local_users import LocalUser

PAGE = (ROOT / "docs/identities.md").read_text()
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def example(name: str) -> str:
    """A block of the page, by the comment in front of it."""
    found = re.findall(rf"<!-- {re.escape(name)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    return Ansible(tmp_path, quick=True)


class Play:
    """A playbook in a folder with templates and files, for one local user with both clients."""

    def __init__(self, ansible: Ansible, user: LocalUser) -> None:
        self.ansible = ansible
        self.user = user
        for name in ("templates", "files"):
            (ansible.folder / name).mkdir()
        (ansible.folder / "templates/signature.html.j2").write_text(example("signature.html.j2"))
        (ansible.folder / "files/logo.gif").write_bytes(GIF)

    def run(self, module: str, accounts: t.Any, *options: str, **own: t.Any) -> tuple[AnsibleRun, dict[str, t.Any]]:
        for entry in accounts:
            entry["user"] = self.user.name
        task = {f"charter.mail.{module}": {"accounts": accounts, **own}, "ignore_errors": True}
        play = [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]
        (self.ansible.folder / "play.yml").write_text(json.dumps(play))
        (self.ansible.folder / "record").unlink(missing_ok=True)
        variables = json.dumps({"ansible_python_interpreter": "/usr/bin/python3"})
        done = self.ansible.command("ansible-playbook", "play.yml", "--extra-vars", variables, *options)
        results = self.ansible.results()
        assert len(results) == 1, done.output
        return done, results[0]

    def texts(self) -> dict[pathlib.Path, str]:
        """The clients' files, without backups and logs of changes."""
        files = (path for path in self.user.home.rglob("*") if path.is_file() and path.name[-1] != "~")
        files = (path for path in files if path.suffix != ".jsonl")
        return {path: path.read_text(errors="replace") for path in files}


HTML = (
    "<p><b>Mario Rossi</b>, Plumber<br>\nRossi &amp; Sons<br>+1 555 0100</p>\n"
    f'<img src="data:image/gif;base64,{base64.b64encode(GIF).decode()}" alt="Rossi &amp; Sons">'
)


def test_the_pages_signatures_reach_both_clients(ansible: Ansible, mario: LocalUser) -> None:
    play = Play(ansible, mario)
    accounts = yaml.safe_load(example("signatures.yml"))["mail_accounts"]
    both = {"clients": ["thunderbird", "evolution"]}
    _done, foreseen = play.run("mail_accounts", accounts, "--check", **both)
    done, result = play.run("mail_accounts", accounts, **both)
    assert not result["failed"], done.output
    assert result["accounts"] == foreseen["accounts"]
    texts = play.texts()
    (prefs,) = (text for path, text in texts.items() if path.name == "prefs.js")
    shown = json.dumps(HTML, ensure_ascii=False)
    assert f'user_pref("mail.identity.id1.htmlSigText", {shown});' in prefs
    assert 'user_pref("mail.identity.id2.htmlSigText", "Rossi & Sons\\n+1 555 0199");' in prefs
    assert [text for path, text in texts.items() if path.parent.name == "signatures"] == [HTML]
    assert "signature of its identities cannot be set" in " ".join(result["warnings"])
    _done, again = play.run("mail_accounts", accounts, **both)
    assert not again["changed"]
    _done, drift = play.run("mail_drift", accounts, **both)
    assert not drift["drifted"], drift
    accounts[0]["signature"]["vars"]["title"] = "Master"
    _done, drift = play.run("mail_drift", accounts, **both)
    assert drift["drifted"]
    for module in ("thunderbird_account", "evolution_account"):
        _done, result = play.run(module, accounts)
        assert [one["status"] for one in result["accounts"]] == ["updated"]
    assert sum("</b>, Master<br>" in text for text in play.texts().values()) == 2
    _done, drift = play.run("mail_drift", accounts, **both)
    assert not drift["drifted"], drift


def test_the_pages_identities_reach_both_clients(ansible: Ansible, mario: LocalUser) -> None:
    play = Play(ansible, mario)
    accounts = yaml.safe_load(example("identities.yml"))["mail_accounts"]
    done, result = play.run("mail_accounts", accounts, clients=["thunderbird", "evolution"])
    assert not result["failed"], done.output
    texts = play.texts()
    (prefs,) = (text for path, text in texts.items() if path.name == "prefs.js")
    assert 'user_pref("mail.account.account1.identities", "id2,id1,id3");' in prefs
    (identity,) = (text for text in texts.values() if "[Mail Identity]" in text)
    assert 'Aliases="Rossi & Sons" <office@rossi.example>, info@rossi.example\n' in identity
    assert "default and reply_to of its identities cannot be set" in " ".join(result["warnings"])


def test_the_collections_own_playbook_finds_files_beside_the_inventory(ansible: Ansible, mario: LocalUser) -> None:
    play = Play(ansible, mario)
    accounts = yaml.safe_load(example("signatures.yml"))["mail_accounts"]
    hosts = ansible.local_host(mail_accounts=[{**accounts[0], "user": mario.name}], mail_clients=["thunderbird"])
    done = ansible.playbook("configure", hosts)
    assert done.code == 0, done.output
    (prefs,) = (text for path, text in play.texts().items() if path.name == "prefs.js")
    assert json.dumps(HTML, ensure_ascii=False) in prefs


def test_what_is_wrong_with_a_file_is_said_before_anything_is_changed(ansible: Ansible, mario: LocalUser) -> None:
    play = Play(ansible, mario)
    (play.ansible.folder / "files/logo.txt").write_text("no image")
    (play.ansible.folder / "templates/broken.j2").write_text("{{ nobody_has_this }}")
    (play.ansible.folder / "templates/part.html").write_text("<p>{{ sender.address }}</p><img src='cid:logo'>")
    (play.ansible.folder / "templates/long.html").write_text("x" * 262_145)
    wrong: list[tuple[dict[str, t.Any], str]] = [
        ({"src": "missing.j2"}, "missing.j2"),
        ({"src": "broken.j2"}, "nobody_has_this"),
        ({"src": "signature.html.j2", "images": {"logo": "logo.txt"}}, "logo.txt is not a PNG, JPEG or GIF image"),
        ({"src": "part.html"}, "signature.src (part.html): its image cid:logo names a part that no message has"),
        ({"src": "long.html"}, "signature.src (long.html): it has 262145 characters"),
    ]
    for signature, reason in wrong:
        for module in ("mail_accounts", "thunderbird_account", "evolution_account"):
            _done, result = play.run(module, [{"email": "mario.rossi@charter.net", "signature": signature}])
            assert result["failed"]
            assert reason in result["msg"]
            assert "signature." in result["msg"]
    assert not [path for path in play.texts() if path.name == "prefs.js"]


def test_files_with_names_and_beginnings_of_windows(ansible: Ansible, mario: LocalUser) -> None:
    """Letters outside ASCII, blanks, endings in capitals, a byte order mark, and lines that end with CRLF."""
    play = Play(ansible, mario)
    text = '\ufeff<p>{{ sender.full_name }}, Büro</p>\r\n<img src="{{ images.logo }}">\r\n'
    (ansible.folder / "templates/Unterschrift für Büro.HTML.J2").write_bytes(text.encode())
    (ansible.folder / "files/Büro Logo 商.GIF").write_bytes(GIF)
    signature = {"src": "Unterschrift für Büro.HTML.J2", "images": {"logo": "Büro Logo 商.GIF"}}
    accounts = [{"email": "mario.rossi@charter.net", "full_name": "Mario Rössi", "signature": signature}]
    both = {"clients": ["thunderbird", "evolution"]}
    done, result = play.run("mail_accounts", accounts, **both)
    assert not result["failed"], done.output
    html = f'<p>Mario Rössi, Büro</p>\n<img src="data:image/gif;base64,{base64.b64encode(GIF).decode()}">'
    texts = play.texts()
    assert [text for path, text in texts.items() if path.parent.name == "signatures"] == [html]
    (prefs,) = (text for path, text in texts.items() if path.name == "prefs.js")
    assert f'.htmlSigText", {json.dumps(html, ensure_ascii=False)});' in prefs
    assert '.htmlSigFormat", true);' in prefs
    _done, again = play.run("mail_accounts", accounts, **both)
    assert not again["changed"]
