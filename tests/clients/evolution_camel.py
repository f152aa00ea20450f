# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses mail with Evolution's own library (Camel) and only with the data of the registry and the keyring.

Runs in a user's session with Debian's Python: ``python3 -c TEXT ACTION ARGUMENTS``, the last as JSON. Prints JSON.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import sys
import typing as t

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("Camel", "1.2")
from gi.repository import Camel, EDataServer, Gio, GLib  # noqa: E402 the versions come first

KIND = {"store": Camel.ProviderType.STORE, "transport": Camel.ProviderType.TRANSPORT}


class Session(Camel.Session):  # type: ignore[misc]  # gi has no types
    """A session like Evolution's own, without dialogs."""

    registry: t.Any = None

    def do_authenticate_sync(self, service: t.Any, mechanism: str | None, cancellable: t.Any) -> bool:
        source = self.registry.ref_source(service.get_uid())
        found, credentials = EDataServer.SourceCredentialsProvider.new(self.registry).lookup_sync(source, None)
        if not found or credentials is None:
            raise GLib.Error("no password is stored")
        service.set_password(credentials.get(EDataServer.SOURCE_CREDENTIAL_PASSWORD))
        return bool(service.authenticate_sync(mechanism, cancellable) == Camel.AuthenticationResult.ACCEPTED)


def use(
    registry: t.Any, account: str, transport: str, sender: str, recipient: str | None, subject: str
) -> dict[str, t.Any]:
    session = Session(user_data_dir=GLib.get_user_data_dir(), user_cache_dir=GLib.get_user_cache_dir())
    session.registry = registry
    session.set_online(True)
    result: dict[str, t.Any] = {"folders": [], "subjects": [], "sent": False, "error": None}
    try:
        store = service(session, registry.ref_source(account), "Mail Account", "store")
        if isinstance(store, Camel.OfflineStore):
            store.set_online_sync(True, None)
        store.connect_sync(None)
        result["folders"] = sorted(names(store)) if store.get_provider().protocol != "pop" else []
        result["subjects"] = subjects(store)
        if recipient is not None:
            way = service(session, registry.ref_source(transport), "Mail Transport", "transport")
            way.connect_sync(None)
            way.send_to_sync(message(sender, recipient, subject), addresses(sender), addresses(recipient), None)
            result["sent"] = True
            way.disconnect_sync(True, None)
        store.disconnect_sync(True, None)
    except GLib.Error as error:
        result["error"] = error.message
    return result


RECEIVING = (
    *("stay-synchronized", "limit-by-age", "limit-unit", "limit-value"),
    *("use-idle", "use-subscriptions", "fetch-order"),
)


def settings(registry: t.Any, account: str) -> dict[str, t.Any]:
    session = Session(user_data_dir=GLib.get_user_data_dir(), user_cache_dir=GLib.get_user_cache_dir())
    found = service(session, registry.ref_source(account), "Mail Account", "store").ref_settings()
    values = ((name, found.get_property(name)) for name in RECEIVING)
    return {name: getattr(value, "value_nick", value) for name, value in values}


def service(session: t.Any, source: t.Any, group: str, kind: str) -> t.Any:
    backend = source.get_extension(group).get_backend_name()
    made = session.add_service(source.get_uid(), backend, KIND[kind])
    source.camel_configure_service(made)
    return made


class Node(ctypes.Structure):
    """CamelFolderInfo (camel-store.h): gi returns pointers to further entries as plain addresses."""

    _fields_ = (
        ("next", ctypes.c_void_p),
        ("parent", ctypes.c_void_p),
        ("child", ctypes.c_void_p),
        ("full_name", ctypes.c_char_p),
    )


def names(store: t.Any) -> list[str]:
    info = store.get_folder_info_sync(None, Camel.StoreGetFolderInfoFlags.RECURSIVE, None)
    return [info.full_name, *names_from(info.child), *names_from(info.next)]


def names_from(address: int | None) -> t.Iterator[str]:
    while address:
        node = Node.from_address(address)
        yield node.full_name.decode()
        yield from names_from(node.child)
        address = node.next


def subjects(store: t.Any) -> list[str]:
    folder = store.get_inbox_folder_sync(None)
    folder.refresh_info_sync(None)
    if not isinstance(store, Camel.OfflineStore):
        # Since 3.62, it has the name dup_uids.
        uids = folder.dup_uids() if hasattr(folder, "dup_uids") else folder.get_uids()
        return [folder.get_message_sync(uid, None).get_subject() for uid in uids]
    # Without a main loop, the list of an IMAP folder is empty at the first start. So UIDs are tried in order, which
    # works because nothing was ever deleted.
    found = []
    for uid in itertools.count(1):
        try:
            found.append(folder.get_message_sync(str(uid), None).get_subject())
        except GLib.Error:
            break
    return found


def message(sender: str, recipient: str, subject: str) -> t.Any:
    lines = [f"From: {sender}", f"To: {recipient}", f"Subject: {subject}", "", "Sent by Camel.", ""]
    stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new("\r\n".join(lines).encode()))
    made = Camel.MimeMessage()
    made.construct_from_input_stream_sync(stream, None)
    return made


def addresses(address: str) -> t.Any:
    made = Camel.InternetAddress()
    made.add("", address)
    return made


ACTIONS: dict[str, t.Callable[..., t.Any]] = {"use": use, "settings": settings}

if __name__ == "__main__":
    action, arguments = sys.argv[1:]
    Camel.init(GLib.get_user_data_dir(), False)
    Camel.provider_init()
    EDataServer.SourceCamel.register_types()
    registry = EDataServer.SourceRegistry.new_sync(None)
    sys.stdout.write("\n" + json.dumps(ACTIONS[action](registry, **json.loads(arguments))))
