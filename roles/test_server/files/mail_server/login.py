# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication, with the same addresses and passwords for all three protocols."""

from __future__ import annotations

import collections.abc
import hmac
import typing as t

from twisted.cred import checkers, credentials, error, portal
from twisted.internet import defer
from twisted.logger import Logger
from zope.interface import Interface, implementer  # type: ignore[import-untyped]

from .mailboxes import User

_log = Logger("charter.mail.login")

Avatar = tuple[type[Interface], object, collections.abc.Callable[[], None]]


def portal_for(
    protocol: str,
    users: collections.abc.Mapping[str, User],
    interface: type[Interface],
    view: collections.abc.Callable[[User], object],
) -> portal.Portal:
    """Create the authentication portal of one protocol.

    Args:
        protocol: the protocol's name, for the log.
        users: the users by address.
        interface: the interface that the protocol requests.
        view: creates the object with that interface for a user who has logged in.
    """
    realm: t.Any = _Realm(users, interface, view)
    checker: t.Any = _Checker(protocol, users)
    return portal.Portal(realm, [checker])


@implementer(portal.IRealm)
class _Realm:
    def __init__(
        self,
        users: collections.abc.Mapping[str, User],
        interface: type[Interface],
        view: collections.abc.Callable[[User], object],
    ) -> None:
        self._users = users
        self._interface = interface
        self._view = view

    def requestAvatar(self, avatarId: str, mind: object, *interfaces: type[Interface]) -> Avatar:
        if self._interface not in interfaces:
            raise NotImplementedError(f"{self._interface} was not requested")
        return self._interface, self._view(self._users[avatarId]), _log_out


@implementer(checkers.ICredentialsChecker)
class _Checker:
    credentialInterfaces = (credentials.IUsernamePassword,)

    def __init__(self, protocol: str, users: collections.abc.Mapping[str, User]) -> None:
        self._protocol = protocol
        self._users = users

    def requestAvatarId(self, given: t.Any) -> defer.Deferred[str]:
        # The name that was entered is never logged: users do enter their password in its place.
        user = self._users.get(given.username.decode("utf-8", "replace").lower())
        if user is None:
            _log.info("{protocol}: login refused, no such user", protocol=self._protocol)
            return defer.fail(error.UnauthorizedLogin())
        if not hmac.compare_digest(user.password.encode(), given.password):
            _log.info("{protocol}: login of {user} refused", protocol=self._protocol, user=user.address)
            return defer.fail(error.UnauthorizedLogin())
        _log.info("{protocol}: {user} logged in", protocol=self._protocol, user=user.address)
        return defer.succeed(user.address)


def _log_out() -> None:
    """Do nothing: logging out leaves the mailbox unchanged."""
