# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's screenshot: a real run of ansible-playbook against scripted servers on loopback, rendered as SVG.

One of Charter's names has no address in it, all other servers answer. Needs no root, and asks no server and no resolver
outside this process: a stand-in for the resolver leads the names to them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import typing as t

from rich.console import Console
from rich.text import Text

from ansible_collections.charter.mail.tests.unit.mail_servers import Server, imap, smtp
from ansible_collections.charter.mail.tests.unit.scripted_server import CA, serve

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "images" / "verify.svg"
_COLUMNS = 114
_COMMAND = "ansible-playbook charter.mail.verify -i hosts.yml"

_INVENTORY = """
all:
  hosts:
    desk-1.office.example:
      mail_accounts:
        - user: mario
          email: mario.rossi@charter.net
          password: "{{ vault_mario }}"
"""
PASSWORD = "of-the-screenshot"
_ACCOUNT = Server(certificate="provider", username="mario.rossi@charter.net", password=PASSWORD)

# Below socket.getaddrinfo, which Ansible replaces and checks. Names are never asked for, only addresses are understood.
_RESOLVER = """
import _socket, json, os

understand = _socket.getaddrinfo
places = json.loads(os.environ["CHARTER_MAIL_PEERS"])

def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    if f"{host}:{port}" in places:
        host, port = "127.0.0.1", places[f"{host}:{port}"]
    return understand(host, port, family, type, proto, flags | _socket.AI_NUMERICHOST)

_socket.getaddrinfo = getaddrinfo
"""

# Rich's own frame loads a font from a server; a picture in a repository loads nothing.
_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  line-height: {line_height}px; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def terminal() -> str:
    """What the command prints on standard output, with its colours as escape sequences."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="charter-mail-docs-")))
        receiving = stack.enter_context(serve(imap(_ACCOUNT)))
        sending = stack.enter_context(serve(smtp(_ACCOUNT)))
        places = {
            "imap.charter.net:993": receiving.port,
            "mobile.charter.net:993": receiving.port,
            "mobile.charter.net:587": sending.port,
        }
        return _run(folder, places)


def _run(folder: pathlib.Path, places: t.Mapping[str, int]) -> str:
    (folder / "ansible_collections" / "charter").mkdir(parents=True)
    (folder / "ansible_collections" / "charter" / "mail").symlink_to(ROOT)
    (folder / "ansible.cfg").touch()
    (folder / "hosts.yml").write_text(_INVENTORY)
    (folder / "python").mkdir()
    (folder / "python" / "sitecustomize.py").write_text(_RESOLVER)
    variables = {
        "PATH": f"{pathlib.Path(sys.executable).parent}:{os.defpath}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": str(_COLUMNS),
        "PYTHONPATH": str(folder / "python"),
        "SSL_CERT_FILE": CA,
        "CHARTER_MAIL_PEERS": json.dumps(places),
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
        "ANSIBLE_FORCE_COLOR": "true",
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
    }
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    hidden = ["--extra-vars", json.dumps({**here, "vault_mario": _ACCOUNT.password})]
    done = subprocess.run(
        [*_COMMAND.split(), *hidden],
        env=variables,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 2:  # a task has failed: what the picture is about
        raise RuntimeError(f"{_COMMAND} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def render(output: str) -> str:
    """The command and its output as SVG. Equal output gives equal bytes.

    Ansible prints a failure twice. The first time, with a path of this machine, is left out.
    """
    console = Console(
        file=io.StringIO(), record=True, width=_COLUMNS, height=50, force_terminal=True, color_system="truecolor"
    )
    console.print(f"$ {_COMMAND}", highlight=False)
    left_out = False
    for line in (Text.from_ansi(line.rstrip()) for line in output.rstrip().splitlines()):
        left_out = line.plain.startswith("[ERROR]: ") or (left_out and not line.plain.startswith("fatal: "))
        if not left_out:
            console.print(line)
    picture = console.export_svg(title="Verification of a mail account", code_format=_FRAME, unique_id="verify")
    return "".join(f"{line.strip()}\n" for line in picture.splitlines() if line.strip())
