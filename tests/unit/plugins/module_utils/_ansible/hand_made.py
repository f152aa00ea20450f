# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Homes with accounts as people and providers' wizards set them up, and ways to make one that no entry can express."""

from __future__ import annotations

import json
import pathlib
import random
import typing as t

Values = t.Dict[str, t.Any]
SECURITIES = {"none": 0, "starttls": 2, "ssl": 3}
METHODS = {"none": "none", "starttls": "starttls-on-standard-port", "ssl": "ssl-on-alternate-port"}
HOSTS = (
    ("imap.charter.net", "smtp.charter.net"),
    ("mobile.charter.net", "mobile.charter.net"),
    ("IMAP.Charter.Net", "SMTP.charter.net"),
    ("mail.twc.com", "mail.twc.com"),
    ("imap.provider.example", "smtp.provider.example"),
)
INCOMING = {"imap": ((993, "ssl"), (143, "starttls")), "pop3": ((995, "ssl"), (110, "starttls"))}
OUTGOING = ((587, "starttls"), (465, "ssl"), (2525, "starttls"))
NAMES = ("", "Mario Rossi", "O'Brien & Söhne", 'A "B" <c>', "山田 太郎", "a\\b")

ORGANIZATIONS = ("Rossi & Söhne", 'Rossi "Plumbing"', "a\\b; c", "山田商店", " Rossi ")


class HandMade(t.NamedTuple):
    """An account as somebody made it."""

    email: str
    protocol: str
    incoming: tuple[str, int, str]
    outgoing: tuple[str, int, str]
    username: str
    full_name: str
    leaves: bool
    days: int
    reply_to: str = ""
    organization: str = ""


def some(chance: random.Random, number: int) -> HandMade:
    """An account that an entry can express."""
    receiving, sending = chance.choice(HOSTS)
    protocol = chance.choice(("imap", "imap", "pop3"))
    domain = chance.choice(("charter.net", "TWC.com", "provider.example"))
    email = f"{chance.choice(('mario', 'm.rossi', 'Mario+x'))}{number}@{domain}"
    login = email if receiving.endswith(("net", "com", "Net")) else chance.choice((email, f"mario{number}"))
    return HandMade(
        email,
        protocol,
        (receiving, *chance.choice(INCOMING[protocol])),
        (sending, *chance.choice(OUTGOING)),
        login,
        chance.choice(NAMES),
        chance.choice((True, False)),
        chance.choice((0, 0, 14)),
        chance.choice(("", "info@rossi.example", "Info@Rossi.example")),
        chance.choice(("", *ORGANIZATIONS)),
    )


def write_thunderbird(home: pathlib.Path, accounts: t.Sequence[HandMade], more: t.Mapping[str, t.Any] = {}) -> None:
    """A profile with these accounts, as Thunderbird's wizard writes them."""
    profile = home / ".thunderbird/old.default"
    profile.mkdir(parents=True)
    (home / ".thunderbird/profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=old.default\nDefault=1\n\n[General]\nVersion=2\n"
    )
    prefs: Values = {
        "mail.account.account1.server": "server1",
        "mail.server.server1.type": "none",
        "mail.server.server1.hostname": "Local Folders",
    }
    for number, one in enumerate(accounts, start=2):
        prefs[f"mail.account.account{number}.server"] = f"server{number}"
        prefs[f"mail.account.account{number}.identities"] = f"id{number}"
        host, port, security = one.incoming
        server: Values = {
            "type": one.protocol,
            "hostname": host,
            "port": port,
            "socketType": SECURITIES[security],
            "userName": one.username,
            "name": one.email,
            "check_new_mail": True,
            "login_at_startup": True,
        }
        if one.protocol == "pop3":
            server["leave_on_server"] = one.leaves
            server["delete_by_age_from_server"] = one.days > 0
            server["num_days_to_leave_on_server"] = one.days or 7
            server["delete_mail_left_on_server"] = True
        identity: Values = {"useremail": one.email, "smtpServer": f"smtp{number}"}
        if one.full_name:
            identity["fullName"] = one.full_name
        if one.reply_to:
            identity["reply_to"] = one.reply_to
        if one.organization:
            identity["organization"] = one.organization
        host, port, security = one.outgoing
        smtp: Values = {"hostname": host, "port": port, "try_ssl": SECURITIES[security], "username": one.username}
        for branch, values in (("server.server", server), ("identity.id", identity), ("smtpserver.smtp", smtp)):
            prefs.update({f"mail.{branch}{number}.{key}": value for key, value in values.items()})
    keys = range(2, len(accounts) + 2)
    prefs["mail.accountmanager.accounts"] = ",".join(["account1", *(f"account{key}" for key in keys)])
    prefs["mail.accountmanager.localfoldersserver"] = "server1"
    prefs["mail.smtpservers"] = ",".join(f"smtp{key}" for key in keys)
    if accounts:
        prefs["mail.accountmanager.defaultaccount"] = "account2"
        prefs["mail.smtp.defaultserver"] = "smtp2"
    prefs.update(more)
    lines = (f'user_pref("{key}", {json.dumps(value, ensure_ascii=False)});\n' for key, value in sorted(prefs.items()))
    (profile / "compatibility.ini").write_text("[Compatibility]\nLastVersion=153.0_1/1\n")
    (profile / "prefs.js").write_text("".join(lines), "utf-8")


def write_evolution(
    home: pathlib.Path,
    accounts: t.Sequence[HandMade],
    more: t.Mapping[str, t.Mapping[str, t.Mapping[str, str]]] = {},
) -> None:
    """The sources of these accounts, as Evolution's assistant writes them.

    Args:
        home: of the user.
        accounts: whose.
        more: for a uid (``account0``, ``identity0``, ``transport0`` and so on) groups with keys that differ.
    """
    folder = home / ".config/evolution/sources"
    folder.mkdir(parents=True)
    sources: dict[str, dict[str, dict[str, str]]] = {
        "local": {"Data Source": {"DisplayName": "On This Computer"}, "Mail Account": {"BackendName": "maildir"}}
    }
    for number, one in enumerate(accounts):
        host, port, security = one.incoming
        account, identity, transport = (f"{kind}{number}" for kind in ("account", "identity", "transport"))
        sources[account] = {
            "Data Source": {"DisplayName": one.email, "Enabled": "true"},
            "Mail Account": {"BackendName": "imapx" if one.protocol == "imap" else "pop", "IdentityUid": identity},
            "Authentication": {"Host": host, "Port": str(port), "User": one.username, "Method": "PLAIN"},
            "Security": {"Method": METHODS[security]},
            "Refresh": {"Enabled": "true", "IntervalMinutes": "60"},
        }
        if one.protocol == "imap":
            sources[account]["Mail Account"]["NeedsInitialSetup"] = "true"
        if one.protocol == "pop3":
            leaves = {"KeepOnServer": str(one.leaves).lower(), "DeleteAfterDays": str(one.days)}
            sources[account]["Pop Backend"] = leaves
        sources[identity] = {
            "Data Source": {"DisplayName": one.email, "Enabled": "true", "Parent": account},
            "Mail Identity": {
                "Address": one.email,
                "Name": _escaped(one.full_name),
                "ReplyTo": one.reply_to,
                "Organization": _escaped(one.organization.strip()),
            },
            "Mail Submission": {"TransportUid": transport, "SentFolder": "folder://local/Sent"},
            "Mail Composition": {"DraftsFolder": "folder://local/Drafts"},
        }
        host, port, security = one.outgoing
        sources[transport] = {
            "Data Source": {"DisplayName": one.email, "Enabled": "true", "Parent": account},
            "Mail Transport": {"BackendName": "smtp"},
            "Authentication": {"Host": host, "Port": str(port), "User": one.username, "Method": "PLAIN"},
            "Security": {"Method": METHODS[security]},
        }
    for uid, groups in more.items():
        for group, keys in groups.items():
            sources.setdefault(uid, {}).setdefault(group, {}).update(keys)
    for uid, groups in sources.items():
        text = "".join(
            f"[{group}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) + "\n"
            for group, keys in groups.items()
        )
        (folder / f"{uid}.source").write_text(text, "utf-8")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")
