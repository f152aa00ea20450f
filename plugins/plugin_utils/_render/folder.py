# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All files for devices that Ansible does not manage: their names and content."""

from __future__ import annotations

import functools
import typing as t

from ...module_utils._clients.outlook import autodiscover, one_per_domain, prf
from ...module_utils._model.account import Account
from ...module_utils._model.errors import MailError
from . import android, apple_profile, autoconfig, evolution, senders
from .pages import Attachment, PersonPage, index_page, person_page
from .people import Person
from .qr_code import svg

CLIENTS = ("apple", "thunderbird", "android", "outlook", "evolution")
PROFILE, PRF = "mail.mobileconfig", "outlook/mail.prf"


def files(
    found: t.Sequence[Person], clients: t.Collection[str], *, identifier: str, organization: str
) -> tuple[dict[str, bytes], list[PersonPage]]:
    """The files by path in the folder, and the content of each user's page.

    Args:
        found: the users.
        clients: some of CLIENTS.
        identifier, organization: see apple_profile.render.
    """
    written: dict[str, bytes] = {}
    pages = []
    for person in found:
        page, own = _of(person, clients, identifier, organization)
        pages.append(page)
        written.update({f"{person.folder}/{name}": content for name, content in own.items()})
        written[f"{person.folder}/index.html"] = person_page(page, organization).encode()
    domains: list[str] = []
    if "thunderbird" in clients:
        domains, served = _autoconfig(found, organization)
        written.update(served)
    written["index.html"] = index_page(pages, domains, PROFILE if "apple" in clients else "", organization).encode()
    return written, pages


def _of(
    person: Person, clients: t.Collection[str], identifier: str, organization: str
) -> tuple[PersonPage, dict[str, bytes]]:
    """The page and the other files of a user."""
    accounts = person.accounts
    found: dict[str, bytes] = {}
    parts: dict[str, Attachment] = {}
    if "apple" in clients:
        found[PROFILE] = apple_profile.render(accounts, identifier=identifier, organization=organization)
        parts["apple"] = Attachment((PROFILE,), missing=_each(apple_profile.not_expressed, accounts))
    if "thunderbird" in clients:
        parts["thunderbird"] = Attachment((), missing=_each(autoconfig.not_expressed, accounts))
    if "android" in clients:
        codes = tuple(svg(text) for text in android.payloads(accounts))
        parts["android"] = Attachment((), codes, _each(android.not_expressed, accounts))
    if "outlook" in clients:
        outlook, missing = _outlook(accounts)
        found.update(outlook)
        parts["outlook"] = Attachment(tuple(outlook), missing=missing)
    if "evolution" in clients:
        sources = {f"evolution/{name}": text.encode() for name, text in evolution.render(accounts).items()}
        found.update(sources)
        parts["evolution"] = Attachment(tuple(sources))
    for client, part in parts.items():
        unset = _each(functools.partial(senders.not_expressed, client=client), accounts)
        parts[client] = part._replace(missing=(*part.missing, *unset))
    return PersonPage(person.name, person.folder, accounts, parts), found


def _each(not_expressed: t.Callable[[Account], tuple[str, ...]], accounts: t.Iterable[Account]) -> tuple[str, ...]:
    return tuple(f"{account.email}: {sentence}" for account in accounts for sentence in not_expressed(account))


def _outlook(accounts: t.Sequence[Account]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Outlook's files, and why other files cannot be created."""
    found: dict[str, bytes] = {}
    missing = []
    try:
        found[PRF] = prf.render("Outlook", accounts, existing_profile=False)
    except MailError as error:
        missing.append(f"There is no PRF file: {error}")
    shared = one_per_domain.shared_domains(accounts)
    for account in accounts:
        domain = account.domain
        if domain not in shared:
            found[f"outlook/{domain}.xml"] = autodiscover.render(account)
    missing.extend(
        f"There is no Autodiscover file for {domain}, because it can serve only one account." for domain in shared
    )
    return found, tuple(missing)


def _autoconfig(found: t.Sequence[Person], organization: str) -> tuple[list[str], dict[str, bytes]]:
    """The domains, and the file of each."""
    accounts: dict[str, list[Account]] = {}
    for person in found:
        for account in filter(autoconfig.is_for_everybody, person.accounts):
            accounts.setdefault(account.domain, []).append(account)
    served = {
        f"autoconfig/{domain}/{autoconfig.PATH}": autoconfig.render(domain, own, display_name=organization).encode()
        for domain, own in accounts.items()
    }
    return sorted(accounts), served
