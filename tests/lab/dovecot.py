# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dovecot in the lab: IMAP and POP3 for the users, and authentication for Postfix.

Settings: https://doc.dovecot.org/2.3/
"""

from __future__ import annotations

import base64
import hashlib
import pathlib
import secrets
import typing as t

from .files import make_directory, write_file
from .hosts import MailHost, Security, Service
from .site import MAIL_UID, MailUser, Site

_LIBEXEC = "/usr/lib/dovecot"

_MAIN = """
protocols = imap pop3
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {log}
log_timestamp = "%Y-%m-%dT%H:%M:%S "

# Passwords only under TLS.
ssl = required
disable_plaintext_auth = yes
auth_mechanisms = plain login
ssl_min_protocol = TLSv1.2

mail_location = maildir:~/Maildir
first_valid_uid = {uid}
# The mail need not survive a crash.
mail_fsync = never
mail_max_userip_connections = 200

# Tests fail to log in on purpose and must not be delayed.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}

passdb {{
  driver = passwd-file
  args = {users}/%Lu
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={mail}/%Lu
}}

namespace inbox {{
  inbox = yes
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
}}

service auth {{
  # Started at once: otherwise the first client is greeted before passwords can be checked.
  process_min_avail = 1
  unix_listener {auth_socket} {{
    mode = 0600
    user = postfix
  }}
}}

# Each login attempt of all three protocols is one line of JSON in the log.
event_exporter log {{
  transport = log
  format = json
  format_args = time-rfc3339
}}
metric logins {{
  exporter = log
  filter = event=auth_request_finished
}}

# Enough for a fleet, within the limit of 1024 open files for each process.
default_process_limit = 4
default_client_limit = 500
service imap {{
  process_limit = 400
}}
service pop3 {{
  process_limit = 400
}}
"""

_HOST = """
local {address} {{
  ssl_cert = <{identity}
  ssl_key = <{identity}
}}
"""

_HOST_WITHOUT_TLS = """
local {address} {{
  ssl = no
}}
"""

# Like Dovecot's own login service, except that one process serves many connections.
_LOGIN_SERVICE = """
service {name} {{
  executable = {executable}
  type = login
  protocol = {protocol}
  user = $default_login_user
  chroot = login
  service_count = 0
{listeners}
}}
"""

_LISTENER = """
  inet_listener {name} {{
    address = {address}
    port = {port}
    ssl = {ssl}
  }}
"""

_OWN_LISTENERS_OFF = """
  inet_listener {protocol} {{
    port = 0
  }}
  inet_listener {protocol}s {{
    port = 0
  }}
"""

_TLS12_ONLY = """
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
MaxProtocol = TLSv1.2
"""


def configure(site: Site) -> list[str]:
    """Write Dovecot's files and create its directories.

    Returns:
        The command that runs it in the foreground.
    """
    make_directory(site.dovecot)
    make_directory(site.dovecot / "run")
    make_directory(site.dovecot / "state")
    make_directory(site.mail)
    make_directory(_users(site), 0o750, "root", "dovecot")
    tls12 = site.dovecot / "tls12.cnf"
    write_file(tls12, _TLS12_ONLY)
    main = _MAIN.format(
        directory=site.dovecot,
        log=site.dovecot_log,
        mail=site.mail,
        uid=MAIL_UID,
        users=_users(site),
        auth_socket=site.auth_socket.name,
    )
    hosts = [
        (_HOST if host.tls else _HOST_WITHOUT_TLS).format(
            address=site.network.addresses[host.name], identity=site.identity(host.name)
        )
        for host in site.hosts
    ]
    configuration = site.dovecot / "dovecot.conf"
    write_file(configuration, "".join([main, *hosts, *_login_services(site, tls12)]))
    return ["dovecot", "-F", "-c", str(configuration)]


def add_user(site: Site, user: MailUser) -> None:
    """Add a user who can log in; only a salted hash of the password is stored.

    Each user has a separate file, because Dovecot rereads a changed file only if its modification time, in seconds,
    differs.
    """
    entry = f"{user.address}:{_hashed(user.password)}\n"
    write_file(_users(site) / user.address, entry, 0o640, "root", "dovecot")
    make_directory(site.mail / user.address, 0o700, MAIL_UID, MAIL_UID)


def _users(site: Site) -> pathlib.Path:
    return site.dovecot / "users"


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(8)
    digest = hashlib.sha512(password.encode() + salt).digest()
    return "{SSHA512}" + base64.b64encode(digest + salt).decode()


def _login_services(site: Site, tls12: pathlib.Path) -> t.Iterator[str]:
    for protocol in (Service.IMAP, Service.POP3):
        name = f"{protocol.value}-login"
        new = [host for host in site.hosts if host.tls13]
        old = [host for host in site.hosts if not host.tls13]
        yield _LOGIN_SERVICE.format(
            name=name,
            executable=name,
            protocol=protocol.value,
            listeners=_OWN_LISTENERS_OFF.format(protocol=protocol.value) + _listeners(site, new, protocol),
        )
        # Dovecot 2.3 has no setting for the maximum TLS version, so OpenSSL's setting is used.
        yield _LOGIN_SERVICE.format(
            name=f"{name}-tls12",
            executable=f"/usr/bin/env OPENSSL_CONF={tls12} {_LIBEXEC}/{name}",
            protocol=protocol.value,
            listeners=_listeners(site, old, protocol),
        )


def _listeners(site: Site, hosts: t.Iterable[MailHost], protocol: Service) -> str:
    return "".join(
        _LISTENER.format(
            name=f"{host.name}-{endpoint.port}",
            address=site.network.addresses[host.name],
            port=endpoint.port,
            ssl="yes" if endpoint.security is Security.SSL else "no",
        )
        for host in hosts
        for endpoint in host.endpoints
        if endpoint.service is protocol
    )
