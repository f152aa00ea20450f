# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads signatures from files on the controller, templated for each sender like the lookup ``template``."""

from __future__ import annotations

import base64
import contextlib
import os
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader

from ...module_utils._ansible.each_signature import each_signature
from ...module_utils._ansible.sender_options import signature_content
from ...module_utils._model.errors import OptionError
from ...module_utils._model.signature import LIMIT

Options = t.Mapping[str, t.Any]

_PLACE = "signature.src"
_SENDER = ("user", "full_name", "reply_to", "organization", "username")  # no password
_HTML = (".html", ".htm")
# The first bytes of each image type.
_IMAGES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@contextlib.contextmanager
def contents(action: ActionBase, variables: t.Mapping[str, t.Any]) -> t.Iterator[None]:
    """Replace signature files with their content in the task's arguments, within the context.

    Args:
        action: the task's action plugin.
        variables: the variables of the task's host.

    Raises:
        OptionError: a file is missing or cannot be templated.
    """
    given = action._task.args
    action._task.args = expanded(action, given, variables)
    try:
        yield
    finally:
        action._task.args = given  # a retried task reads the files again


def expanded(action: ActionBase, given: Options, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options with the content of signature files in place of their names."""

    def changed(signature: Options, owner: Options, account: Options) -> Options:
        if signature.get("src") is None:
            return signature
        kept = {name: value for name, value in signature.items() if name not in {"src", "vars", "images"}}
        source = str(signature["src"])
        kind = "html" if os.path.splitext(source.lower().removesuffix(".j2"))[1] in _HTML else "text"
        sender = {name: account.get(name) for name in _SENDER}
        sender.update({name: owner[name] for name in _SENDER if owner.get(name) is not None})
        sender["address"] = owner.get("address") or account.get("email")
        filled = _filled(action, source, signature, sender, variables)
        return {**kept, kind: _checked(filled, source, html=kind == "html")}

    return each_signature(given, changed)


def _filled(
    action: ActionBase, source: str, signature: Options, sender: Options, variables: t.Mapping[str, t.Any]
) -> str:
    own = signature.get("vars") or {}
    images = signature.get("images") or {}
    if not isinstance(own, t.Mapping) or not isinstance(images, t.Mapping):
        raise OptionError("signature.vars, signature.images", "a dictionary was expected", "write name: value in it")
    folders = _folders(action, variables)
    names = {name: _data_url(action, str(path), folders) for name, path in images.items()}
    template = lookup_loader.get("ansible.builtin.template", loader=action._loader, templar=action._templar)
    try:
        found = template.run(
            [source],
            variables={
                **variables,
                "sender": dict(sender),
                "images": names,
                **own,
                "ansible_search_path": folders,
            },
            convert_data=False,
        )
    except AnsibleError as error:
        raise OptionError(
            _PLACE, f"{source}: {' '.join(str(error).split())}", "check the file and its variables"
        ) from error
    return str(found[0])


def _checked(filled: str, source: str, *, html: bool) -> str:
    """The content. Errors name the file, which the host does not know."""
    return signature_content(filled, f"{_PLACE} ({source})", html=html)


def _folders(action: ActionBase, variables: t.Mapping[str, t.Any]) -> list[str]:
    """The search path: as for any task, then next to the inventory, for playbooks of the collection."""
    usual = variables.get("ansible_search_path") or action._task.get_search_path()
    beside = variables.get("inventory_dir")
    return [*usual, *([str(beside)] if beside else [])]


def _data_url(action: ActionBase, path: str, folders: list[str]) -> str:
    """An image as a ``data:`` URL."""
    place = "signature.images"
    try:
        found = action._loader.path_dwim_relative_stack(folders, "files", path)
        if os.path.getsize(found) > LIMIT:
            raise OptionError(place, f"{path} has more than {LIMIT} bytes", "make it smaller")
        with open(action._loader.get_real_file(found), "rb") as file:
            content = file.read()
    except (AnsibleError, OSError) as error:
        raise OptionError(
            place, f"{path} cannot be read: {error}", "put it in the folder files beside the playbook or the inventory"
        ) from error
    kind = next((kind for start, kind in _IMAGES.items() if content.startswith(start)), None)
    if kind is None:
        raise OptionError(place, f"{path} is not a PNG, JPEG or GIF image", "name one that is")
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
