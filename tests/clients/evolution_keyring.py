# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses the Secret Service with libsecret as evolution-data-server does, but never unlocks a keyring.

Runs in a user's session with Debian's Python: ``python3 -c TEXT ACTION ARGUMENTS``, the last as JSON. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import typing as t

import gi

gi.require_version("Secret", "1")
from gi.repository import Secret  # noqa: E402 the version comes first

TEXT = Secret.SchemaAttributeType.STRING
SCHEMA = Secret.Schema.new(
    "org.gnome.Evolution.Data.Source", Secret.SchemaFlags.DONT_MATCH_NAME, {"e-source-uid": TEXT, "eds-origin": TEXT}
)


def items(service: t.Any, uid: str | None = None) -> list[dict[str, t.Any]]:
    """The items for one source or all, with their passwords if they can be read."""
    wanted = {"eds-origin": "evolution-data-server"} if uid is None else {"e-source-uid": uid}
    found = service.search_sync(SCHEMA, wanted, Secret.SearchFlags.ALL, None)
    return [item(one) for one in found]


def item(found: t.Any) -> dict[str, t.Any]:
    locked = found.get_locked()
    if not locked:
        found.load_secret_sync(None)
    return {
        "label": found.get_label(),
        "attributes": found.get_attributes(),
        "locked": locked,
        "password": None if locked else found.get_secret().get_text(),
    }


def store(service: t.Any, uid: str) -> None:
    """Store the password that is read from standard input."""
    attributes = {"e-source-uid": uid, "eds-origin": "evolution-data-server"}
    value = Secret.Value.new(sys.stdin.read(), -1, "text/plain")
    service.store_sync(SCHEMA, attributes, Secret.COLLECTION_DEFAULT, "Evolution Data Source", value, None)


def lock(service: t.Any) -> None:
    """Lock the user's keyring, as a logout does."""
    service.lock_sync([Secret.Collection.for_alias_sync(service, Secret.COLLECTION_DEFAULT, 0, None)], None)


ACTIONS: dict[str, t.Callable[..., t.Any]] = {"items": items, "store": store, "lock": lock}

if __name__ == "__main__":
    action, arguments = sys.argv[1:]
    result = ACTIONS[action](Secret.Service.get_sync(Secret.ServiceFlags.OPEN_SESSION, None), **json.loads(arguments))
    sys.stdout.write("\n" + json.dumps(result))
