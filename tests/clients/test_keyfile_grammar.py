# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our parser of key files compared with GLib's own, on thousands of mutated files."""

from __future__ import annotations

import random

import pytest

from ansible_collections.charter.mail.plugins.module_utils._formats.glib_key_file import GlibKeyFile
from ansible_collections.charter.mail.plugins.module_utils._model.errors import DamagedFileError
from ansible_collections.charter.mail.tests.clients.mutations import mutated

from .glib_key_file import GLib, Values

SEED = 20261123
INPUTS = 20000

SEEDS = (
    b"[Data Source]\nDisplayName=Charter\nEnabled=true\nParent=\n",
    b"# note\n\n[Authentication]\nHost=imap.charter.net\nPort=993\n\nCredentialName=\nIsExternal=false\n\n",
    "[Data Source]\nDisplayName=Città\nDisplayName[it]=posta\nDisplayName[de_DE@euro]=Post 😀\n".encode(),
    b"[Mail Identity]\r\nAddress = mario@charter.net\r\nName=  Mario \r\n",
    b"[Mail Identity]\nName=\\sMario\\n\\t\\\\ \\r\nAliases=a;b\\;c;\n;Odd=1\n",
    b"[DEFAULT]\nkey=1\nKey=2\nkey=3\n[DEFAULT]\nlast=4\n",
    b"  [X-Charter-Mail] \n  Account = imap:mario.rossi@charter.net # %x\n",
    b"[Imapx Backend]\nShellCommand=ssh -C -l %u %h exec /usr/sbin/imapd=\nNamespace=\n",
)
PIECES = (
    *(b"[", b"]", b"[]", b"[a]", b"=", b"==", b";", b"#", b"\\", b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\t", b"\x0b"),
    *(b"\x0c", b"\x01", b"\x7f", b"\x85", b"\xa0", b"\xff", b"\xc3", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xef\xbb\xbf"),
    *(
        b"\\s",
        b"\\t",
        b"\\n",
        b"\\r",
        b"\\\\",
        b"\\;",
        b"\\x",
        b"\\\n",
        b"key",
        b"[it]",
        b"[i t]",
        b"[it",
        b"it]",
        b"a b",
    ),
    *(
        b"key=",
        b"=value",
        b"\nkey=value\n",
        b"\n[Data Source]\n",
        b"\n[Data Source]",
        b"[x][y]=",
        b"\n =1",
        b"\n#[x]\n",
    ),
)
TEXTS = (
    " ",
    "\t",
    "\n",
    "\r",
    "\\",
    "\\s",
    "a",
    "é",
    "😀",
    "#",
    "=",
    ";",
    "[",
    "]",
    "%",
    '"',
    "\x01",
    "\x7f",
    "\u2028",
    "  ",
)


@pytest.fixture(scope="module")
def glib() -> GLib:
    return GLib()


def parsed(content: bytes) -> GlibKeyFile | None:
    try:
        return GlibKeyFile.parse(content, "some.source")
    except DamagedFileError:
        return None


def values(file: GlibKeyFile | None) -> Values | None:
    """The values that our parser reads, in GLib's form."""
    if file is None:
        return None
    found: Values = {raw(group): {} for group in file.groups}
    for group, key in file.values:
        text = file.text(group, key)
        found[raw(group)][raw(key)] = None if text is None else raw(text)
    return found


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def agree(content: bytes, mine: Values | None, theirs: Values | None) -> bool:
    # Our parser rejects names that are not UTF-8; GLib accepts some of them.
    return mine == theirs or (mine is None and not is_utf8(content))


def is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_our_parser_agrees_with_glib(glib: GLib) -> None:
    chance = random.Random(SEED)
    inputs = [mutated(chance, SEEDS, PIECES) for _ in range(INPUTS)]
    answers = [glib.parse(content) for content in inputs]
    differences = [
        (content, mine, theirs)
        for content, theirs in zip(inputs, answers, strict=True)
        if not agree(content, mine := values(parsed(content)), theirs)
    ]
    assert not differences, f"{len(differences)}:\n" + "\n".join(map(str, differences[:10]))
    sound = sum(answer is not None for answer in answers)
    assert sound > INPUTS // 10
    assert INPUTS - sound > INPUTS // 10


def test_unchanged_parts_keep_every_byte() -> None:
    chance = random.Random(SEED + 1)
    sound = 0
    for _ in range(INPUTS // 4):
        content = mutated(chance, SEEDS, PIECES)
        file = parsed(content)
        if file is not None:
            sound += 1
            assert file.render() == content
    assert sound > INPUTS // 40


def test_glib_reads_what_we_write(glib: GLib) -> None:
    chance = random.Random(SEED + 2)
    written = 0
    for _ in range(INPUTS // 4):
        file = parsed(content := mutated(chance, SEEDS, PIECES))
        before = values(file)
        if file is None or before is None:
            continue
        entries = list(file.values) or [("Data Source", "DisplayName")]
        group, key = chance.choice([*entries, ("Data Source", "Own"), ("X-Charter-Mail", "Account")])
        text = "".join(chance.choices(TEXTS, k=chance.randint(0, 6)))
        expected = {**before, raw(group): {**before.get(raw(group), {}), raw(key): raw(text)}}
        after = file.with_text(group, key, text)
        assert glib.parse(after.render()) == expected, (content, group, key, text)
        del expected[raw(group)][raw(key)]
        assert glib.parse(after.without(group, key).render()) == expected, (content, group, key)
        del expected[raw(group)]
        assert glib.parse(after.without_group(group).render()) == expected, (content, group)
        written += 1
    assert written > INPUTS // 40
