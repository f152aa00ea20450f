# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Postfix in the lab: accepts mail from users who have logged in and delivers it to the users' mailboxes.

Settings: postconf(5), master(5), TLS_README, SASL_README and VIRTUAL_README of Postfix 3.7.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import typing as t

from .errors import LabError
from .files import make_directory, write_file
from .hosts import Security, Service
from .site import MAIL_UID, MailUser, Site

_LIBEXEC = "/usr/lib/postfix/sbin"

_MAIN = """
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {log}
maillog_file_prefixes = {directory}

inet_protocols = ipv4
# The ports are in master.cf, each with its own address.
inet_interfaces = loopback-only
myhostname = {first_host}
mydestination =
alias_maps =
mynetworks =
smtpd_peername_lookup = no

# Mail is delivered only to users of the lab.
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = hash:{directory}/mailboxes
virtual_mailbox_base = {mail}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_mailbox_limit = 0
default_transport = error:5.1.2 this lab does not relay to other domains
local_transport = error:5.1.1 this lab has no local users
message_size_limit = 26214400

# Sending requires a login, a login requires TLS, and the sender must be the user who logged in.
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_loglevel = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth_socket}
smtpd_sender_login_maps = hash:{directory}/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_helo_required = yes
disable_vrfy_command = yes

# Tests cause errors on purpose and must not be delayed.
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
"""

_SERVICES = """
cleanup    unix       n  -  n  -     0  cleanup
qmgr       unix       n  -  n  300   1  qmgr
rewrite    unix       -  -  n  -     -  trivial-rewrite
tlsmgr     unix       -  -  n  1000? 1  tlsmgr
proxymap   unix       -  -  n  -     -  proxymap
anvil      unix       -  -  n  -     1  anvil
bounce     unix       -  -  n  -     0  bounce
defer      unix       -  -  n  -     0  bounce
trace      unix       -  -  n  -     0  bounce
error      unix       -  -  n  -     -  error
retry      unix       -  -  n  -     -  error
virtual    unix       -  n  n  -     -  virtual
"""

# The last service: errors that occur before it exists are written to the log directly.
_LOG_SERVICE = """
postlog    unix-dgram n  -  n  -     1  postlogd
"""

_SUBMISSION = """
{address}:{port} inet n - n - - smtpd
  -o syslog_name=postfix/{host}
  -o myhostname={host}
  -o smtpd_tls_wrappermode={wrapper}
  -o smtpd_tls_security_level={level}
  -o smtpd_tls_chain_files={identity}
  -o smtpd_tls_mandatory_protocols={tls}
"""

# The directories that `postfix check` would create (postfix-files of the package).
_PRIVATE = ("active", "bounce", "corrupt", "defer", "deferred", "hold", "incoming", "private", "saved", "trace")


def configure(site: Site, domains: t.Iterable[str]) -> list[str]:
    """Write Postfix's files and create its directories.

    Args:
        site: the lab's plan.
        domains: the domains for which mail is accepted.

    Returns:
        The command that runs it in the foreground. It is the program that `postfix start-fg` finally runs, without
        the two seconds of checks before it.
    """
    configuration = site.postfix / "etc"
    make_directory(site.postfix)
    make_directory(configuration)
    _make_spool(site.postfix)
    main = _MAIN.format(
        directory=site.postfix,
        log=site.postfix_log,
        first_host=site.hosts[0].name,
        domains=", ".join(sorted(domains)),
        mail=site.mail,
        uid=MAIL_UID,
        auth_socket=site.auth_socket,
    )
    write_file(configuration / "main.cf", main)
    # Postfix's programs wait a second or two if the file was modified just now, in case it is still being written.
    os.utime(configuration / "main.cf", (0, 0))
    write_file(configuration / "master.cf", "".join([_SERVICES, *_submission_services(site), _LOG_SERVICE]))
    # The command `postfix` sets these as well. Without them, messages are lost until its log service runs.
    logging = ["MAIL_LOGTAG=postfix", "POSTLOG_SERVICE=public/postlog", f"POSTLOG_HOSTNAME={site.hosts[0].name}"]
    return ["env", *logging, f"{_LIBEXEC}/master", "-c", str(configuration), "-s"]


def set_users(site: Site, users: t.Sequence[MailUser]) -> None:
    """Write the tables of mailboxes and permitted senders; Postfix rereads them by itself."""
    _write_table(site, "mailboxes", {user.address: f"{user.address}/Maildir/" for user in users})
    _write_table(site, "senders", {user.address: user.address for user in users})


def _make_spool(directory: pathlib.Path) -> None:
    queue = directory / "queue"
    make_directory(queue)
    make_directory(queue / "pid")
    for name in _PRIVATE:
        make_directory(queue / name, 0o700, "postfix")
    make_directory(queue / "public", 0o710, "postfix", "postdrop")
    make_directory(directory / "data", 0o700, "postfix", "postfix")


def _submission_services(site: Site) -> t.Iterator[str]:
    for host in site.hosts:
        for endpoint in host.endpoints:
            if endpoint.service is Service.SUBMISSION:
                yield _SUBMISSION.format(
                    address=site.network.addresses[host.name],
                    port=endpoint.port,
                    host=host.name,
                    level="encrypt" if host.tls else "none",
                    wrapper="yes" if endpoint.security is Security.SSL else "no",
                    identity=site.identity(host.name),
                    tls=">=TLSv1.2" if host.tls13 else "TLSv1.2",
                )


def _write_table(site: Site, name: str, entries: t.Mapping[str, str]) -> None:
    source = site.postfix / f"{name}.new"
    write_file(source, "".join(f"{key} {value}\n" for key, value in entries.items()))
    command = ["postmap", "-c", str(site.postfix / "etc"), f"hash:{source}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise LabError(f"postmap: {result.stderr.strip()}")
    # Postfix notices a replaced file at once, but a changed one only if its modification time, in seconds, differs.
    (site.postfix / f"{name}.new.db").replace(site.postfix / f"{name}.db")
    source.unlink()
