# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on each host at the end, seen from outside, over SSH."""

from __future__ import annotations

import configparser
import stat
import typing as t

import pytest
from testinfra.host import Host

Leaked = t.Callable[[bytes], list[str]]
Sources = t.Mapping[str, configparser.ConfigParser]

testinfra_hosts = ["ansible://fleet"]

PROFILES = {
    "mario": "/home/mario/.thunderbird/charter.default",
    "anna": "/home/anna/.thunderbird/by-hand.default",
}


@pytest.mark.parametrize("user", PROFILES)
def test_only_the_user_owns_and_reads_all_files(host: Host, user: str) -> None:
    for name in ("prefs.js", "key4.db", "logins.json"):
        file = host.file(f"{PROFILES[user]}/{name}")
        assert (file.user, file.group, stat.S_IMODE(file.mode)) == (user, user, 0o600), name
    for folder in (PROFILES[user], f"/home/{user}/.thunderbird"):
        file = host.file(folder)
        assert (file.user, file.group, stat.S_IMODE(file.mode)) == (user, user, 0o700), folder
    assert host.check_output("find /home/%s ! -user %s -o -perm /077 ! -type l", user, user) == ""


@pytest.mark.parametrize("user", PROFILES)
def test_only_the_user_owns_and_reads_the_sources(host: Host, has_evolution: bool, user: str) -> None:
    folder = host.file(f"/home/{user}/.config/evolution/sources")
    if not has_evolution and user == "mario":
        assert not host.file("/home/mario/.config").exists
        return
    files = [host.file(f"{folder.path}/{name}") for name in folder.listdir() if "by-hand" not in name]
    assert len([file for file in files if file.path.endswith(".source")]) == (3 if has_evolution else 0)
    for file in files:
        assert (file.user, file.group, stat.S_IMODE(file.mode)) == (user, user, 0o600), file.path
    assert (folder.user, folder.group, stat.S_IMODE(folder.mode)) == (user, user, 0o700)


def test_no_password_is_readable_in_any_file(host: Host, leaked: Leaked) -> None:
    content = host.run("find /home /root /tmp /var/tmp /var/log /etc -xdev -type f -exec cat {} +").stdout_bytes
    assert b"user_pref(" in content
    assert b"[Mail Account]" in content
    assert leaked(content) == []


def test_an_imap_account_in_a_profile_of_its_own(mario: dict[str, t.Any], desk: str) -> None:
    moved = desk == "desk-2"
    assert mario["mail.accountmanager.accounts"] == "account1"
    assert mario["mail.server.server1.type"] == "imap"
    assert mario["mail.server.server1.hostname"] == ("mobile.charter.net" if moved else "imap.charter.net")
    assert mario["mail.server.server1.port"] == 993
    assert mario["mail.server.server1.socketType"] == 3  # TLS from the first byte (nsMsgSocketType)
    assert mario["mail.server.server1.userName"] == f"mario.{desk}@charter.net"
    assert mario["mail.smtpserver.smtp1.hostname"] == ("mobile.charter.net" if moved else "smtp.charter.net")
    assert mario["mail.smtpserver.smtp1.port"] == 587
    assert mario["mail.smtpserver.smtp1.try_ssl"] == (3 if moved else 2)  # 2: STARTTLS
    assert mario["mail.identity.id1.fullName"] == "Mario Rossi"


def test_a_pop3_account_beside_one_made_by_hand(anna: dict[str, t.Any], desk: str) -> None:
    assert anna["mail.accountmanager.accounts"] == "account1,account2"
    assert anna["mail.accountmanager.defaultaccount"] == "account1"
    assert anna["of.her.own"] == "kept"
    assert anna["mail.server.server1.hostname"] == "imap.home.example"
    assert anna["mail.server.server2.type"] == "pop3"
    assert anna["mail.server.server2.hostname"] == "pop.charter.net"
    assert anna["mail.server.server2.port"] == 995
    assert anna["mail.server.server2.userName"] == f"anna.{desk}@charter.net"
    assert anna["mail.server.server2.leave_on_server"] is True
    assert anna["mail.server.server2.num_days_to_leave_on_server"] == 14


def test_an_imap_account_in_evolution(sources: t.Callable[[str], Sources], has_evolution: bool, desk: str) -> None:
    found = sources("mario")
    if not has_evolution:
        assert not found
        return
    moved = desk == "desk-2"
    account, identity, transport = parts(found, "Mail Account", "Mail Identity", "Mail Transport")
    assert account["Mail Account"]["BackendName"] == "imapx"
    assert account["Authentication"]["Host"] == ("mobile.charter.net" if moved else "imap.charter.net")
    assert account["Authentication"]["Port"] == "993"
    assert account["Authentication"]["User"] == f"mario.{desk}@charter.net"
    assert account["Security"]["Method"] == "ssl-on-alternate-port"
    assert identity["Mail Identity"]["Address"] == f"mario.{desk}@charter.net"
    assert identity["Mail Identity"]["Name"] == "Mario Rossi"
    assert transport["Authentication"]["Host"] == ("mobile.charter.net" if moved else "smtp.charter.net")
    assert transport["Authentication"]["Port"] == "587"
    assert transport["Authentication"]["Method"] == "PLAIN"
    assert transport["Security"]["Method"] == f"{'ssl-on-alternate' if moved else 'starttls-on-standard'}-port"
    uids = {part: name.removesuffix(".source") for name, parser in found.items() for part in parser}
    assert account["Mail Account"]["IdentityUid"] == uids["Mail Identity"]
    assert identity["Mail Submission"]["TransportUid"] == uids["Mail Transport"]
    assert identity["Data Source"]["Parent"] == transport["Data Source"]["Parent"] == uids["Mail Account"]


def test_a_pop3_account_in_evolution_beside_one_made_by_hand(
    host: Host, sources: t.Callable[[str], Sources], has_evolution: bool, desk: str
) -> None:
    found = sources("anna")
    by_hand = {name for name in found if "by-hand" in name}
    assert len(by_hand) == 3
    assert len(found) == (6 if has_evolution else 3)
    folder = "/home/anna/.config/evolution/sources"
    assert "DisplayName[it]=a casa" in host.file(f"{folder}/by-hand.source").content_string
    assert "# of her own" in host.file(f"{folder}/by-hand.source").content_string
    assert "charter" not in "".join(host.file(f"{folder}/{name}").content_string.lower() for name in by_hand)
    if not has_evolution:
        return
    ours = {name: parser for name, parser in found.items() if name not in by_hand}
    account, identity, _transport = parts(ours, "Mail Account", "Mail Identity", "Mail Transport")
    assert account["Mail Account"]["BackendName"] == "pop"
    assert account["Authentication"]["Host"] == "pop.charter.net"
    assert account["Authentication"]["Port"] == "995"
    assert account["Pop Backend"]["KeepOnServer"] == "true"
    assert account["Pop Backend"]["DeleteAfterDays"] == "14"
    assert identity["Mail Identity"]["Address"] == f"anna.{desk}@charter.net"


def parts(found: Sources, *groups: str) -> list[configparser.ConfigParser]:
    """The one source that has each group."""
    chosen = []
    for group in groups:
        (source,) = (parser for parser in found.values() if parser.has_section(group))
        chosen.append(source)
    return chosen


def test_each_user_has_only_their_own_account(host: Host) -> None:
    for user, other in (("mario", "anna."), ("anna", "mario.")):
        assert other not in host.file(f"{PROFILES[user]}/prefs.js").content_string
        assert other not in host.run("grep -r '' /home/%s/.config/evolution", user).stdout
