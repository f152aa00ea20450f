# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Autodiscover files serve one account of a domain for each Windows user, since Outlook finds them by the domain."""

from __future__ import annotations

import collections
import typing as t

from ..._model.account import Account
from ..._model.errors import OptionError
from ..lookup import marker
from .staging_methods import AUTODISCOVER
from .staging_record import Staged


def domain_conflict(staged: t.Sequence[Staged], account: Account) -> Account | None:
    """Another account of the same domain that is staged by XML, of which a user can have one per domain."""
    for one in staged:
        if AUTODISCOVER in one.methods and one.mark != marker(account) and one.account.domain == account.domain:
            return one.account
    return None


def shared_domains(accounts: t.Iterable[Account]) -> dict[str, tuple[Account, ...]]:
    """The domains with more than one account of a Windows user, which one file cannot serve."""
    found: dict[str, list[Account]] = collections.defaultdict(list)
    for account in accounts:
        found[account.domain].append(account)
    return {domain: tuple(members) for domain, members in found.items() if len(members) > 1}


def refuse_shared_domains(accounts: t.Iterable[Account]) -> None:
    """Raise ``OptionError`` for the first domain with more than one account of a Windows user."""
    for domain, members in shared_domains(accounts).items():
        raise OptionError(
            "accounts",
            f"Autodiscover can serve only one account of {domain} for each Windows user, "
            f"and there are {len(members)}: {', '.join(map(str, members))}",
            "use a PRF for them",
        )
