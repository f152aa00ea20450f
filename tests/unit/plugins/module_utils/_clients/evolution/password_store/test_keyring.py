# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keyring against a service that a test makes up, for what the real one does only to a user's face."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.evolution.password_store.keyring import (
    NAME,
    Keyring,
    KeyringState,
)
from ansible_collections.charter.mail.plugins.module_utils._host.bus_error import BusError
from ansible_collections.charter.mail.plugins.module_utils._linux.dbus.wire import encode
from ansible_collections.charter.mail.plugins.module_utils._model.errors import PasswordStoreError
from ansible_collections.charter.mail.plugins.module_utils._model.secret import Secret

SECRET = Secret("s3cret-Pässword")
GONE = "org.freedesktop.DBus.Error.UnknownMethod"
NO_REPLY = "org.freedesktop.DBus.Error.NoReply"
LOCKED = "org.freedesktop.Secret.Error.IsLocked"


class Service:
    """A Secret Service that answers as told, and remembers what it was asked.

    Args:
        answers: by method; an exception is raised.
    """

    def __init__(self, owned: bool = True, **answers: t.Any) -> None:
        self.owned = owned
        self.asked: list[tuple[t.Any, ...]] = []
        self.answers: dict[str, t.Any] = {
            "ReadAlias": ("/login",),
            "Get": (False,),
            "OpenSession": ("", "/session"),
            "SearchItems": (["/item"], []),
            "GetSecret": (("/session", b"", SECRET.reveal().encode(), "text/plain"),),
            "CreateItem": ("/item", "/"),
            "Delete": ("/",),
            **answers,
        }

    def has_owner(self, name: str) -> bool:
        return self.owned and name == NAME

    def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *arguments: t.Any,
        returns: str = "",
    ) -> tuple[t.Any, ...]:
        assert destination == NAME
        self.asked.append((path, interface.rpartition(".")[2], member, *arguments))
        answer: t.Any = self.answers.get(member, ())
        if isinstance(answer, BusError):
            raise answer
        if "v" not in returns:
            encode(returns, answer)  # would raise an error
        return t.cast("tuple[t.Any, ...]", answer)

    def methods(self) -> list[str]:
        return [asked[2] for asked in self.asked]


def error(name: str) -> BusError:
    return BusError(name, "in words")


@pytest.mark.parametrize(
    ("service", "state"),
    [
        (Service(), KeyringState.UNLOCKED),
        (Service(Get=(True,)), KeyringState.LOCKED),
        (Service(owned=False), KeyringState.ABSENT),
        (Service(ReadAlias=("/",)), KeyringState.ABSENT),
        (Service(ReadAlias=error("org.freedesktop.DBus.Error.ServiceUnknown")), KeyringState.ABSENT),
        (Service(Get=error(GONE)), KeyringState.ABSENT),
    ],
)
def test_states(service: Service, state: KeyringState) -> None:
    assert Keyring(service).state is state


@pytest.mark.parametrize("method", ["ReadAlias", "Get"])
def test_a_keyring_that_does_not_answer(method: str) -> None:
    with pytest.raises(PasswordStoreError, match="in words"):
        _state = Keyring(Service(owned=True, **{method: error(NO_REPLY)})).state


def test_nothing_is_asked_where_nobody_is() -> None:
    service = Service(owned=False)
    keyring = Keyring(service)
    assert (keyring.state, keyring.stored("u")) == (KeyringState.ABSENT, None)
    keyring.delete("u")
    with pytest.raises(PasswordStoreError, match="no keyring"):
        keyring.store("u", "label", SECRET)
    assert service.asked == []


def test_what_is_in_a_locked_keyring_counts_as_not_stored() -> None:
    service = Service(SearchItems=([], ["/item"]))
    keyring = Keyring(service)
    assert keyring.stored("u") is None
    keyring.delete("u")
    assert "Unlock" not in service.methods()
    assert "Delete" not in service.methods()


def test_an_item_that_is_not_to_be_had_yet_is_passed_over() -> None:
    assert Keyring(Service(GetSecret=error(GONE))).stored("u") is None


def test_a_new_password_goes_to_the_default_keyring_as_evolutions_own() -> None:
    service = Service(SearchItems=([], []))
    with pytest.raises(PasswordStoreError, match="does not return it"):
        Keyring(service).store("u", "a label", SECRET)
    (path, interface, _method, properties, value, replace), *_rest = [
        asked for asked in service.asked if asked[2] == "CreateItem"
    ]
    assert (path, interface, replace) == ("/login", "Collection", True)
    assert properties == {
        "org.freedesktop.Secret.Item.Label": ("s", "a label"),
        "org.freedesktop.Secret.Item.Attributes": (
            "a{ss}",
            {
                "e-source-uid": "u",
                "eds-origin": "evolution-data-server",
                "xdg:schema": "org.gnome.Evolution.Data.Source",
            },
        ),
    }
    assert value == ("/session", b"", SECRET.reveal().encode(), "text/plain")


def test_what_is_there_already_is_changed_in_its_place() -> None:
    service = Service()
    Keyring(service).store("u", "a label", SECRET)
    assert ("/item", "Item", "SetSecret", ("/session", b"", SECRET.reveal().encode(), "text/plain")) in service.asked
    assert "CreateItem" not in service.methods()


def test_bytes_that_are_not_utf8_come_back_as_they_went() -> None:
    odd = Secret("\udcff\udc80x")
    service = Service(GetSecret=(("/session", b"", b"\xff\x80x", ""),))
    Keyring(service).store("u", "label", odd)
    assert Keyring(service).stored("u") == odd


@pytest.mark.parametrize(
    "answers", [{"SearchItems": ([], []), "CreateItem": ("/", "/prompt")}, {"Delete": ("/prompt",)}]
)
def test_a_prompt_is_called_off(answers: dict[str, t.Any]) -> None:
    service = Service(**answers)
    keyring = Keyring(service)
    with pytest.raises(PasswordStoreError, match="wants to ask the user"):
        keyring.delete("u") if "Delete" in answers else keyring.store("u", "label", SECRET)
    assert service.asked[-1] == ("/prompt", "Prompt", "Dismiss")
    assert "Prompt" not in service.methods()


@pytest.mark.parametrize(
    "answers",
    [
        {"OpenSession": error("org.freedesktop.DBus.Error.NotSupported")},
        {"SearchItems": error(NO_REPLY)},
        {"SetSecret": error(LOCKED)},
        {"SearchItems": ([], []), "CreateItem": error(LOCKED)},
        {"GetSecret": error(LOCKED)},
        {"GetSecret": (("/session", b"", b"another", ""),)},
    ],
)
def test_a_refusal_is_told_without_the_password(answers: dict[str, t.Any]) -> None:
    with pytest.raises(PasswordStoreError) as caught:
        Keyring(Service(**answers)).store("u", "label", SECRET)
    assert SECRET.reveal() not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_deleting() -> None:
    service = Service(SearchItems=(["/1", "/2"], ["/3"]))
    Keyring(service).delete("u")
    assert [asked[0] for asked in service.asked if asked[2] == "Delete"] == ["/1", "/2"]
    Keyring(Service(Delete=error(GONE))).delete("u")
    with pytest.raises(PasswordStoreError, match="does not delete"):
        Keyring(Service(Delete=error(NO_REPLY))).delete("u")
