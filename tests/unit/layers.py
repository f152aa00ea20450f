# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of the layers: which packages there are, what each may import from, and what it may use.

A package is a folder of plugins/. docs/architecture.md shows the plan as a picture, test_layers.py enforces it.
"""

from __future__ import annotations

import pathlib
import typing as t

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"

MODEL = "module_utils/_model"
HOST = "module_utils/_host"
PROVIDERS = "module_utils/_providers"
FORMATS = "module_utils/_formats"
LINUX = "module_utils/_linux"
DBUS = "module_utils/_linux/dbus"
WINDOWS = "module_utils/_windows"
CLIENTS = "module_utils/_clients"
THUNDERBIRD = "module_utils/_clients/thunderbird"
THUNDERBIRD_PASSWORDS = "module_utils/_clients/thunderbird/password_store"
EVOLUTION = "module_utils/_clients/evolution"
EVOLUTION_PASSWORDS = "module_utils/_clients/evolution/password_store"
OUTLOOK = "module_utils/_clients/outlook"
VERIFY = "module_utils/_verify"
FINDINGS = "module_utils/_verify/findings"
WIRE = "module_utils/_verify/wire"
PROTOCOLS = "module_utils/_verify/protocols"
REPORT = "module_utils/_verify/report"
UPLOAD = "module_utils/_upload"
ANSIBLE = "module_utils/_ansible"
INTERNAL = "modules/__internal"
FILTERS = "plugin_utils/_filters"
RENDER = "plugin_utils/_render"
INVENTORY = "plugin_utils/_inventory"
PC = "plugin_utils/_windows"
FROM_PC = "plugin_utils/_verify_from_pc"
RUN = "plugin_utils/_verify_run"
OUTLOOK_TASK = "plugin_utils/_outlook"
ACCOUNTS = "plugin_utils/_accounts"
COMPILED = "plugin_utils/_compiled"
LOOK = "plugin_utils/_look"
FLEET = "plugin_utils/_fleet"
FLEET_PAGE = "plugin_utils/_fleet/page"
FLEET_FILES = "plugin_utils/_fleet/files"
FLEET_RUN = "plugin_utils/_fleet_run"

TOP = ("modules", "action", "filter")

# package: the packages that it may import from, besides itself. Each stands below those that it may import.
PLAN: t.Mapping[str, tuple[str, ...]] = {
    MODEL: (),
    HOST: (),
    PROVIDERS: (MODEL,),
    FORMATS: (MODEL,),
    DBUS: (HOST,),
    LINUX: (MODEL, HOST, DBUS),
    WINDOWS: (MODEL,),
    CLIENTS: (MODEL, HOST),  # what all clients share; knows none of them
    THUNDERBIRD_PASSWORDS: (MODEL, HOST, FORMATS),
    THUNDERBIRD: (MODEL, HOST, FORMATS, CLIENTS, THUNDERBIRD_PASSWORDS),
    EVOLUTION_PASSWORDS: (MODEL, HOST, FORMATS),
    EVOLUTION: (MODEL, HOST, FORMATS, CLIENTS, EVOLUTION_PASSWORDS),
    OUTLOOK: (MODEL, CLIENTS, WINDOWS),
    FINDINGS: (MODEL,),
    WIRE: (MODEL, FORMATS, FINDINGS),
    PROTOCOLS: (MODEL, FINDINGS, WIRE),
    REPORT: (MODEL, PROVIDERS, FINDINGS),
    VERIFY: (MODEL, PROVIDERS, FINDINGS, WIRE, PROTOCOLS, REPORT),
    UPLOAD: (FORMATS, VERIFY, FINDINGS, WIRE, PROTOCOLS),
    # What knows Ansible: it joins machines, clients and the verification.
    ANSIBLE: (
        *(MODEL, HOST, PROVIDERS, LINUX, CLIENTS, THUNDERBIRD, EVOLUTION, OUTLOOK),
        *(VERIFY, FINDINGS, REPORT, UPLOAD),
    ),
    FILTERS: (MODEL,),
    RENDER: (MODEL, EVOLUTION, OUTLOOK, ANSIBLE),
    INVENTORY: (MODEL,),
    PC: (MODEL, CLIENTS, OUTLOOK, WINDOWS),
    FROM_PC: (MODEL, VERIFY, FINDINGS, REPORT, PC),
    RUN: (MODEL, VERIFY, FINDINGS, ANSIBLE),
    OUTLOOK_TASK: (MODEL, WINDOWS, CLIENTS, OUTLOOK, ANSIBLE, PC),
    ACCOUNTS: (MODEL, ANSIBLE),
    FLEET: (MODEL, PROVIDERS, FINDINGS),
    FLEET_PAGE: (MODEL, FLEET),
    FLEET_FILES: (FLEET, FLEET_PAGE),
    FLEET_RUN: (MODEL, FLEET, ANSIBLE),
    COMPILED: (MODEL, ANSIBLE),
    LOOK: (
        *(MODEL, HOST, LINUX, CLIENTS, THUNDERBIRD, EVOLUTION, EVOLUTION_PASSWORDS),
        *(ANSIBLE, ACCOUNTS, FLEET_RUN, COMPILED),
    ),
    "doc_fragments": (ANSIBLE,),
    INTERNAL: (),  # what actions run in the place of a module
    "modules": (MODEL, THUNDERBIRD, EVOLUTION, ANSIBLE),
    "action": (
        MODEL,
        WINDOWS,
        CLIENTS,
        OUTLOOK,
        VERIFY,
        REPORT,
        ANSIBLE,
        PC,
        FROM_PC,
        RUN,
        OUTLOOK_TASK,
        ACCOUNTS,
        RENDER,
        INVENTORY,
        LOOK,
        COMPILED,
        FLEET,
        FLEET_FILES,
        FLEET_RUN,
    ),
    "filter": (MODEL, WINDOWS, OUTLOOK, ANSIBLE, FILTERS, RENDER, FLEET),
}


# What touches the machine or the network: the packages that may use it.
RESTRICTED: t.Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("ansible",), (ANSIBLE, ACCOUNTS, FILTERS, PC, FROM_PC, OUTLOOK_TASK, COMPILED, LOOK, FLEET_RUN, *TOP)
    ),
    # The controller has them: Ansible needs all but the last, too.
    **dict.fromkeys(("jinja2", "markupsafe"), (FLEET_PAGE, RENDER)),
    **dict.fromkeys(("yaml",), (INVENTORY,)),
    **dict.fromkeys(("segno",), (RENDER,)),
    **dict.fromkeys(("asyncio", "http", "select", "selectors", "socket", "socketserver", "ssl"), (WIRE,)),
    **dict.fromkeys(("ftplib", "imaplib", "poplib", "smtplib", "urllib.request", "xmlrpc"), ()),
    **dict.fromkeys(("fcntl", "glob", "mmap", "open()", "os", "pathlib"), (LINUX, PC, RUN, FLEET_RUN, FLEET_FILES)),
    **dict.fromkeys(("shutil", "sqlite3", "tempfile"), (LINUX, PC, FLEET_RUN)),
    **dict.fromkeys(("multiprocessing", "pty", "subprocess"), ()),
    **dict.fromkeys(("ctypes", "importlib", "__import__()", "eval()", "exec()"), ()),
}

# file: what it may use against the table above, with the reason
EXCEPTIONS: t.Mapping[str, tuple[str, ...]] = {
    # Python's SQLite opens no database from bytes before 3.11, hence a private copy in a scratch folder.
    f"{THUNDERBIRD_PASSWORDS}/key_database.py": ("open()", "os", "sqlite3", "tempfile"),
    f"{THUNDERBIRD_PASSWORDS}/primary_password.py": ("sqlite3",),
    # OpenSSL's library, which every host has, does what the standard library cannot: the ciphers of the password store.
    f"{THUNDERBIRD_PASSWORDS}/libcrypto.py": ("ctypes",),
    f"{THUNDERBIRD_PASSWORDS}/aes_gcm.py": ("ctypes",),
    # The name servers of this machine are in a file, and are asked only where a name took long.
    f"{WIRE}/name_servers.py": ("open()",),
    # The message bus of a user of this machine is a socket in the file system, not in a network.
    f"{DBUS}/session_bus.py": ("os", "socket"),
    # The folder that an administrator gets is written on the controller.
    f"{RENDER}/text_files.py": ("os", "pathlib", "tempfile"),
    # Files with signatures, and their images, are on the controller.
    f"{ACCOUNTS}/signature_files.py": ("open()", "os"),
    # The template of a page is a file beside it.
    f"{RENDER}/pages.py": ("pathlib",),
    f"{INVENTORY}/new_file.py": ("os",),
    "action/mail_inventory.py": ("os",),
    # The template, the style and the scripts of the page are files beside it.
    f"{FLEET_PAGE}/page.py": ("pathlib",),
    # Joins the path of the payload with the names in it, and reads nothing.
    f"{ANSIBLE}/quick_imports.py": ("os",),
    # It stores settings by the programs of a desktop.
    f"{LINUX}/programs.py": ("subprocess",),
    # The files of this collection are compiled, and kept in the folder that Ansible deletes after the run.
    f"{COMPILED}/files.py": ("fcntl", "importlib", "pathlib", "tempfile"),
    # It runs them, away from the working directory.
    f"{INTERNAL}/run_compiled.py": ("exec()", "importlib", "os"),
}


def plugin_files() -> list[str]:
    """The files of plugins/, as paths below it."""
    return sorted(path.relative_to(PLUGINS).as_posix() for path in PLUGINS.rglob("*.py"))
