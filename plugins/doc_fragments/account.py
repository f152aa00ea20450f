# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the options that describe accounts: one text for each option.

Types, choices and defaults come from the argument specification. An option appears with its full text at the level of
the task; in an entry of ``accounts`` and in the second of two servers it refers to that text. The first item of each
text stands alone: tests/docs takes it for the roles.
"""

from __future__ import annotations

import json
import typing as t

from ..module_utils._ansible.arguments import DEFAULTS, argument_spec

_Options = t.Mapping[str, t.Any]

TEXTS: t.Mapping[str, tuple[str, ...]] = {
    "email": ("The email address of the account.", "Either O(email) or O(accounts) is required."),
    "accounts": (
        "A list of accounts. Each entry takes the options of a single account.",
        "An option that an entry omits is taken from the task.",
    ),
    "user": (
        "The local user that the account belongs to. Defaults to the user who runs the task.",
        "The task acts with the rights of that user. Only root can act for other users, so use C(become).",
    ),
    "home": (
        "The home directory to use instead of the user's own, such as a template for new users (C(/etc/skel)).",
        "Without O(user), root acts as the owner of this directory. A template that belongs to root stays root's.",
        (
            "It is refused if a folder on the way belongs to another user, or if it is a user's home directory and "
            "belongs to root."
        ),
    ),
    "profile": (
        "The Thunderbird profile, by name or folder. Other clients ignore this option.",
        "If omitted, it is the profile that Thunderbird opens. If there is none, one is created.",
    ),
    "full_name": ("The name that recipients see. If omitted, an existing account keeps its name.",),
    "reply_to": (
        "The address that replies go to, where it is not the address of the account.",
        "An empty text removes it. If omitted, an existing account keeps its own. Outlook ignores this option.",
    ),
    "organization": (
        "The sender's organization, which mail names in a header. At most 240 characters.",
        "An empty text removes it. If omitted, an existing account keeps its own. Outlook ignores this option.",
    ),
    "protocol": (
        "How mail is received.",
        "The same address with the other protocol is a separate account.",
    ),
    "provider": (
        "Whose servers to use.",
        "V(charter) is imap.charter.net 993, pop.charter.net 995 (both TLS) and smtp.charter.net 587 (STARTTLS).",
        "V(spectrum) is mobile.charter.net, which Spectrum publishes today.",
        "V(twc) is mail.twc.com, and V(brighthouse) is mail.brighthouse.com.",
        "V(auto) chooses the provider by the domain of the address.",
        "O(incoming) and O(outgoing) take precedence.",
    ),
    "username": ("The login name for both servers. Defaults to the address.",),
    "password": (
        "The password for both servers. If omitted, stored passwords are kept, and the client asks for a missing one.",
        "Keep it in Ansible Vault and pass it as a variable, never on a command line.",
    ),
    "update_password": (
        "When to replace a stored password.",
        "V(always) replaces a stored password that differs. V(on_create) only stores a missing one.",
    ),
    "incoming": ("The IMAP or POP3 server, where it differs from the provider's.",),
    "outgoing": ("The submission (SMTP) server, where it differs from the provider's.",),
    "leave_on_server": (
        "POP3 only. Whether mail stays on the server.",
        "If omitted, an existing account keeps its setting, and a new account leaves mail on the server.",
    ),
    "leave_on_server_days": (
        "POP3 only. How many days mail stays on the server. V(0) means no limit.",
        "If omitted, an existing account keeps its setting. A new account has no limit.",
    ),
    "default": ("Make this the user's default account. Otherwise the default account stays the same.",),
    "state": (
        "Whether the account exists.",
        "V(absent) removes the account's settings and stored passwords. Mail files are kept unless O(purge=true).",
    ),
    "purge": (
        "With O(state=absent), also delete the mail that the client keeps on this host for the account.",
        "Mail received by POP3 may exist nowhere else.",
    ),
    "override": (
        "Also change an account that its user has changed on purpose. Otherwise it is skipped, with a warning.",
        "It is switched off in Evolution, signs in by OAuth2, Kerberos or a certificate, or uses a proxy on the host.",
        "It also counts as such if it sends by something else than an SMTP server, such as C(sendmail).",
        "With O(state=absent), such an account is skipped only if it is on another server and was made by hand.",
        "In Evolution, the user's own From address and name are also replaced. Thunderbird keeps them in either case.",
        "Only modules that configure Thunderbird or Evolution use it.",
    ),
    "allow_plaintext": (
        "Accept V(none) as the security of a server. Anybody on the way to the server can then read the password.",
    ),
}
SERVER_TEXTS: t.Mapping[str, tuple[str, ...]] = {
    "host": ("The host name or IP address. Letters outside ASCII are converted (IDNA).",),
    "port": ("The port. If omitted, it follows from the security and the provider.",),
    "security": (
        "How the connection is encrypted. If omitted, it follows from the port and the provider.",
        "V(ssl) is TLS from the first byte. V(starttls) begins in clear text and must then switch to TLS.",
        "V(none) is unencrypted and is refused unless O(allow_plaintext=true).",
    ),
}


def texts(name: str) -> list[str]:
    """The description of an option, its default included."""
    first, *rest = TEXTS[name]
    default = DEFAULTS.get(name)
    return [f"{first} Defaults to V({default})." if isinstance(default, str) else first, *rest]


def _documented(option: _Options, description: list[str], suboptions: _Options) -> dict[str, t.Any]:
    kept = {key: option[key] for key in ("type", "elements", "choices", "required") if key in option}
    return {"description": description, **kept, **({"suboptions": suboptions} if suboptions else {})}


def _server(name: str, spec: _Options) -> dict[str, t.Any]:
    """The options of a server; those of ``outgoing`` refer to those of ``incoming``."""
    return {
        part: _documented(option, list(SERVER_TEXTS[part]) if name == "incoming" else [f"As O(incoming.{part})."], {})
        for part, option in spec.get("options", {}).items()
    }


def _entry(spec: _Options) -> dict[str, t.Any]:
    """The options of an entry of ``accounts``; they refer to those of the task."""
    return {
        name: _documented(
            option,
            [f"As O({name})."],
            {
                part: _documented(suboption, [f"As O({name}.{part})."], {})
                for part, suboption in option.get("options", {}).items()
            },
        )
        for name, option in spec.items()
    }


def _options() -> dict[str, t.Any]:
    spec = argument_spec()
    return {
        name: _documented(
            option, texts(name), _entry(option["options"]) if name == "accounts" else _server(name, option)
        )
        for name, option in spec.items()
    }


class ModuleDocFragment:
    # The annotation keeps this line from ansible-test's yamllint, which reads only texts that are written out.
    DOCUMENTATION: str = json.dumps({"options": _options()})
