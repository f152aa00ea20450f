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
        (
            "The home directory to use instead of the user's own, as an absolute path, such as the template for new "
            "users (C(/etc/skel))."
        ),
        "Without O(user), root acts as the owner of this directory. A template that belongs to root stays root's.",
        (
            "It is refused if a folder in its path belongs to another user, or if it is a user's home directory and "
            "belongs to root."
        ),
    ),
    "profile": (
        "The Thunderbird profile, by name or folder. Other clients ignore this option.",
        "If omitted, the profile that Thunderbird opens is used. If there is none, one is created.",
    ),
    "full_name": ("The name that recipients see. If omitted, an existing account keeps its name.",),
    "reply_to": (
        "The address that replies go to, if it differs from the address of the account.",
        "An empty text removes it. If omitted, an existing account keeps its setting. Outlook ignores this option.",
    ),
    "organization": (
        "The sender's organization, for a header of each message. At most 240 characters.",
        "An empty text removes it. If omitted, an existing account keeps its setting. Outlook ignores this option.",
    ),
    "signature": (
        "The signature of the account's own address. If omitted, an existing account keeps its signature.",
        "In Evolution, an account for which the user has set another From address keeps its signature.",
        "In Outlook, a signature that the user has chosen is kept, with a warning.",
    ),
    "identities": (
        "Further addresses that the account sends from. Those that the user has added are kept.",
        "An identity is recognised by its address. If an option is omitted, an existing identity keeps its setting.",
        "In Evolution, they are aliases, which have an address and a name only. Outlook ignores this option.",
    ),
    "protocol": (
        "How mail is received.",
        "The same address with the other protocol is a separate account.",
    ),
    "provider": (
        "The preset of servers to use.",
        "V(charter) is imap.charter.net 993, pop.charter.net 995 (both TLS) and smtp.charter.net 587 (STARTTLS).",
        "V(spectrum) is mobile.charter.net, the server that Spectrum publishes today.",
        "V(twc) is mail.twc.com, and V(brighthouse) is mail.brighthouse.com.",
        "V(auto) selects the provider by the domain of the address.",
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
    "incoming": ("The IMAP or POP3 server, if it differs from the provider's.",),
    "outgoing": ("The submission (SMTP) server, if it differs from the provider's.",),
    "leave_on_server": (
        "POP3 only. Whether mail stays on the server.",
        "If omitted, an existing account keeps its setting, and a new account leaves mail on the server.",
    ),
    "leave_on_server_days": (
        "POP3 only. How many days mail stays on the server. V(0) means no limit.",
        "If omitted, an existing account keeps its setting. A new account has no limit.",
    ),
    "folders": (
        "The folders for sent mail, drafts and so on. If omitted, an existing account keeps its folders.",
        (
            "V(server) is the folder that the server designates (RFC 6154), otherwise the one on the server with the "
            "usual name. V(local) is the folder on this computer. Any other text is the name of a folder on the "
            "server, with levels separated by V(/). V(Server) and V(LOCAL) are refused."
        ),
        "A new account has V(server) for sent mail and drafts in every client.",
        "An entry's folders replace those of the task. Outlook ignores this option.",
    ),
    "check_at_start": (
        "Get mail when the client starts.",
        "Only Thunderbird has this setting for each account. If omitted, an existing account keeps its setting.",
    ),
    "check_interval": (
        "How often to get mail, in minutes, V(1) to V(10080). V(0) means only when the user asks for it.",
        "If omitted, an existing account keeps its setting. A new account has V(10). Outlook ignores this option.",
    ),
    "idle": (
        "IMAP only. Let the server announce new mail at once (IDLE).",
        "If omitted, an existing account keeps its setting. A new account has V(true). Outlook ignores this option.",
    ),
    "offline": (
        "IMAP only. The mail to keep on this computer, V(all), V(none), or a number of days, such as V(30).",
        "Nothing is deleted here. Folders that Thunderbird already knows still store mail that the user reads.",
        "If omitted, an existing account keeps its setting. Outlook ignores this option.",
    ),
    "subscribed_only": (
        "IMAP only. Show only the folders to which the user has subscribed.",
        "If omitted, an existing account keeps its setting. Outlook ignores this option.",
    ),
    "delete_on_server": (
        "POP3 only. Delete mail on the server once the user deletes it in the client.",
        "If omitted, an existing account keeps its setting. Outlook ignores this option.",
    ),
    "compose_format": (
        "The format of new mail.",
        "Only Thunderbird has this setting for each account. If omitted, an existing account keeps its setting.",
    ),
    "request_receipts": (
        "Ask recipients for a receipt.",
        "Only Thunderbird has this setting for each account. If omitted, an existing account keeps its setting.",
    ),
    "settings": (
        "Further settings of one client, by the client's own names. Other clients ignore them.",
        (
            "For Thunderbird, V(server.NAME), V(identity.NAME) and V(smtpserver.NAME) are the preferences of the "
            "account, such as V(server.max_cached_connections)."
        ),
        (
            "For Evolution, V(account/GROUP/KEY), V(identity/GROUP/KEY) and V(transport/GROUP/KEY) are the keys of its "
            "sources, such as V(account/Imapx Backend/FetchOrder)."
        ),
        "A value is text, a number or a boolean, and must have the setting's type. Null removes the setting.",
        "Settings that have an option, name other parts of the profile or decide how the client connects are refused.",
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
        "An account that sends by something other than an SMTP server, such as C(sendmail), is treated likewise.",
        "With O(state=absent), such an account is skipped only if it is on another server and was made by hand.",
        "In Evolution, a From address and name that the user has set are also replaced. Thunderbird always keeps them.",
        "Only modules that configure Thunderbird or Evolution use this option.",
    ),
    "migrate": (
        "Replace a POP3 account of the same address at the same provider by this IMAP account.",
        "The IMAP account gets its identities, signatures and stored passwords. No mail is deleted or copied.",
        (
            "In Thunderbird, the folders of the POP3 account become local folders. In Evolution, its mail is already "
            "in the local folders. Outlook ignores this option, with a warning."
        ),
        "A POP3 account that signs in by OAuth2, Kerberos or a certificate is kept unless O(override=true).",
    ),
    "upload": (
        "Also upload the mail that O(migrate) has left in Thunderbird's local folders to the server.",
        (
            "Only M(charter.mail.mail_accounts) does this, with M(charter.mail.mail_upload). Nothing is uploaded from "
            "Evolution, which keeps the mail of all accounts together. A warning says so."
        ),
        "Each run compares all messages. Remove the option when all messages are uploaded.",
    ),
    "allow_plaintext": (
        "Accept V(none) as the security of a server. Anybody on the network path can then read the password.",
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
FOLDER_TEXTS: t.Mapping[str, tuple[str, ...]] = {
    "sent": ("The folder for sent mail. The client keeps a copy of what the user sends.",),
    "drafts": ("The folder for drafts.",),
    "templates": ("The folder for templates. Evolution saves none if the folder is missing on the server.",),
    "archive": ("The folder for archived mail.",),
    "trash": ("The folder for deleted mail. IMAP only, and never V(local).",),
    "junk": ("The folder to which the client moves junk mail. Never V(local).",),
}
_PARTS = {"incoming": SERVER_TEXTS, "folders": FOLDER_TEXTS}


SIGNATURE_TEXTS: t.Mapping[str, tuple[str, ...]] = {
    "text": ("Plain text. At most 262,144 characters, as with O(signature.html).",),
    "html": (
        "HTML, the content of a body. It is used unchanged, so it must come from the administrator.",
        (
            "Images must be embedded as C(data:) URLs. Images that no recipient would see (C(cid:), files and relative "
            "paths) are refused. An image on the web gives a warning."
        ),
    ),
    "src": (
        "A file on the controller, found and rendered as by the lookup P(ansible.builtin.template#lookup).",
        "It is also searched for in C(templates) beside the inventory, and images in C(files).",
        "It is HTML if its name ends in C(.html) or C(.htm), with or without C(.j2). Otherwise it is plain text.",
        "The variable C(sender) has C(address), C(full_name), C(reply_to), C(organization), C(username) and C(user).",
    ),
    "vars": ("Further variables for O(signature.src), such as a title or a telephone number.",),
    "images": (
        "Images for O(signature.src), PNG, JPEG or GIF: a name for each file on the controller.",
        "The variable C(images) has a C(data:) URL for each name.",
    ),
    "placement": (
        "Where to place the signature in replies, above or below the quoted text. If omitted, the setting is kept.",
        "In Thunderbird, V(above) also begins replies above the quoted text. Outlook supports only V(above).",
    ),
    "replies": ("Whether replies have the signature. If omitted, the setting is kept. Evolution ignores this option.",),
    "forwards": (
        "Whether forwarded messages have it. If omitted, the setting is kept. Evolution ignores this option.",
        "Outlook has one setting for O(signature.replies) and O(signature.forwards).",
    ),
    "state": ("V(absent) removes the signature that this collection has set, unless the user has changed it since.",),
}
IDENTITY_TEXTS: t.Mapping[str, tuple[str, ...]] = {
    "address": (
        "The address. Letter case is ignored.",
        "The account's own address is only accepted with O(identities[].default), which makes it the default again.",
    ),
    "full_name": ("The name that recipients see. A new identity without one gets the name of the account.",),
    "reply_to": ("As O(reply_to). Evolution ignores this option.",),
    "organization": ("As O(organization). Evolution ignores this option.",),
    "signature": ("As O(signature). Evolution and Outlook ignore this option.",),
    "default": (
        "Send from this identity unless another one is chosen. Evolution ignores this option.",
        "If no identity has it, the default is not changed.",
    ),
    "state": ("V(absent) removes an identity that this collection has made.",),
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
    """The options of a server or of the folders; those of ``outgoing`` refer to those of ``incoming``."""
    return {
        part: _documented(option, list(_PARTS[name][part]) if name in _PARTS else [f"As O(incoming.{part})."], {})
        for part, option in spec.get("options", {}).items()
    }


def _entry(spec: _Options) -> dict[str, t.Any]:
    """The options of an entry of ``accounts``; they refer to those of the task."""
    return {name: _documented(option, [f"As O({name})."], _referring(name, option)) for name, option in spec.items()}


def _referring(name: str, option: _Options) -> dict[str, t.Any]:
    """The options below an option; they refer to those of the task."""
    place = f"{name}[]" if option.get("type") == "list" else name
    return {
        part: _documented(suboption, [f"As O({place}.{part})."], _referring(f"{place}.{part}", suboption))
        for part, suboption in (option.get("options") or {}).items()
    }


def _signature(spec: _Options) -> dict[str, t.Any]:
    return {part: _documented(option, list(SIGNATURE_TEXTS[part]), {}) for part, option in spec["options"].items()}


def _identities(spec: _Options) -> dict[str, t.Any]:
    """The options of an identity; those of its signature refer to those of the account's."""
    return {
        name: _documented(option, list(IDENTITY_TEXTS[name]), _referring(name, option))
        for name, option in spec["options"].items()
    }


def _suboptions(name: str, option: _Options) -> dict[str, t.Any]:
    if name == "accounts":
        return _entry(option["options"])
    if name == "identities":
        return _identities(option)
    return _signature(option) if name == "signature" else _server(name, option)


def _options() -> dict[str, t.Any]:
    spec = argument_spec()
    return {name: _documented(option, texts(name), _suboptions(name, option)) for name, option in spec.items()}


class ModuleDocFragment:
    # The annotation keeps this line from ansible-test's yamllint, which reads only texts that are written out.
    DOCUMENTATION: str = json.dumps({"options": _options()})
