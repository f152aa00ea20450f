# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the registry of evolution-data-server with its own library, and changes it as Evolution's dialogs do.

Runs in a user's session with Debian's Python: ``python3 -c TEXT ACTION ARGUMENTS``, the last as JSON. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import typing as t

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("Camel", "1.2")
from gi.repository import Camel, EDataServer, GLib  # noqa: E402 the versions come first

BUILT_IN = ("local", "vfolder", "rss")


def accounts(registry: t.Any) -> list[dict[str, t.Any]]:
    default = (registry.ref_default_mail_account().get_uid(), registry.ref_default_mail_identity())
    return [
        account(registry, source, default)
        for source in registry.list_sources(EDataServer.SOURCE_EXTENSION_MAIL_ACCOUNT)
        if source.get_uid() not in BUILT_IN
    ]


def account(registry: t.Any, source: t.Any, default: tuple[str, t.Any]) -> dict[str, t.Any]:
    extension = source.get_extension(EDataServer.SOURCE_EXTENSION_MAIL_ACCOUNT)
    identity_source = registry.ref_source(extension.get_identity_uid())
    submission = identity_source.get_extension(EDataServer.SOURCE_EXTENSION_MAIL_SUBMISSION)
    transport = registry.ref_source(submission.get_transport_uid())
    way = transport.get_extension(EDataServer.SOURCE_EXTENSION_MAIL_TRANSPORT)
    backend = extension.get_backend_name()
    return {
        **server(source, backend),
        "identity": identity(identity_source, submission),
        "transport": server(transport, way.get_backend_name()),
        "settings": group(source, f"{backend.capitalize()} Backend"),
        "default": default[0] == source.get_uid() and default[1].get_uid() == identity_source.get_uid(),
    }


def server(source: t.Any, backend: str) -> dict[str, t.Any]:
    sign_in = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
    return {
        "uid": source.get_uid(),
        "name": source.get_display_name(),
        "enabled": source.get_enabled(),
        "parent": source.get_parent() or "",
        "backend": backend,
        "host": sign_in.get_host(),
        "port": sign_in.get_port(),
        "security": source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).get_method(),
        "method": sign_in.get_method(),
        "user": sign_in.get_user(),
    }


def identity(source: t.Any, submission: t.Any) -> dict[str, t.Any]:
    identity_source = source.get_extension(EDataServer.SOURCE_EXTENSION_MAIL_IDENTITY)
    composition = source.get_extension(EDataServer.SOURCE_EXTENSION_MAIL_COMPOSITION)
    return {
        "uid": source.get_uid(),
        "name": source.get_display_name(),
        "parent": source.get_parent() or "",
        "aliases": identity_source.get_aliases_as_hash_table() or {},
        "signature": identity_source.get_signature_uid() or "",
        "top_signature": composition.get_top_signature().value_nick,
        "address": identity_source.get_address() or "",
        "full_name": identity_source.get_name() or "",
        "reply_to": identity_source.get_reply_to() or "",
        "organization": identity_source.get_organization() or "",
        "sent_folder": submission.get_sent_folder() or "",
        "drafts_folder": composition.get_drafts_folder() or "",
    }


def group(source: t.Any, name: str) -> dict[str, str]:
    content = source.to_string()
    text = content[0] if isinstance(content, tuple) else content
    file = GLib.KeyFile()
    file.load_from_data(text, len(text.encode()), GLib.KeyFileFlags.NONE)
    if not file.has_group(name):
        return {}
    return {key: file.get_string(name, key) for key in file.get_keys(name)[0]}


def memory(registry: t.Any) -> dict[str, str]:
    contents = ((source.get_uid(), source.to_string()) for source in registry.list_sources(None))
    return {uid: content[0] if isinstance(content, tuple) else content for uid, content in contents}


def edit(registry: t.Any, uid: str, group: str, properties: dict[str, t.Any]) -> None:
    source = registry.ref_source(uid)
    changed = source if group == "Data Source" else source.get_extension(group)
    for name, value in properties.items():
        changed.set_property(name.replace("_", "-"), value)
    source.write_sync(None)


def signature(registry: t.Any, uid: str) -> dict[str, str]:
    source = registry.ref_source(uid)
    extension = source.get_extension(EDataServer.SOURCE_EXTENSION_MAIL_SIGNATURE)
    loaded, content, _length = source.mail_signature_load_sync(None)
    return {
        "name": source.get_display_name(),
        "content": content if loaded else "",
        "mime_type": extension.get_mime_type(),
        "path": extension.get_file().get_path(),
    }


def delete(registry: t.Any, uid: str) -> None:
    registry.ref_source(uid).remove_sync(None)


ACTIONS: dict[str, t.Callable[..., t.Any]] = {
    "accounts": accounts,
    "memory": memory,
    "edit": edit,
    "delete": delete,
    "signature": signature,
}

if __name__ == "__main__":
    action, arguments = sys.argv[1:]
    # The mail library defines the groups of the protocols.
    Camel.init(GLib.get_user_data_dir(), False)
    EDataServer.SourceCamel.register_types()
    result = ACTIONS[action](EDataServer.SourceRegistry.new_sync(None), **json.loads(arguments))
    sys.stdout.write("\n" + json.dumps(result))
