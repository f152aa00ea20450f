# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of Outlook, and the code pages of PCs in which a PRF file is written."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._clients.outlook import locations, staging_record
from ansible_collections.charter.mail.plugins.module_utils._clients.outlook.status import OutlookStatus
from ansible_collections.charter.mail.plugins.module_utils._model.errors import HostError, OptionError

from .office_pc import MARIO, OfficePc
from .outlook_runs import account, push, standing, verdict


@pytest.mark.parametrize(("version", "name"), [(14, "2010"), (15, "2013"), (12, "2007")])
def test_an_outlook_that_reads_other_keys_is_an_obstacle(version: int, name: str) -> None:
    pc = OfficePc(classic_version=version)
    assert not push(pc, account()).changed
    found = verdict(pc, account())
    assert found.standing is OutlookStatus.BLOCKED
    assert f"Outlook {name} (Office{version})" in found.advice


@pytest.mark.parametrize("version", [16, 17, None])
def test_a_later_outlook_and_an_unknown_one_are_none(version: int | None) -> None:
    pc = OfficePc(classic_version=version)
    push(pc, account())
    assert standing(pc, account()) is OutlookStatus.STAGED


def test_the_prf_is_in_the_pcs_code_page_or_refused() -> None:
    pc = OfficePc(code_page="cp65001")
    push(pc, account(full_name="Zofia Żółw 中"))
    assert "DisplayName=Zofia Żółw 中\r\n".encode() in pc.folders[MARIO.sid][locations.PRF]
    pc = OfficePc(code_page="cp936")
    push(pc, account(full_name="中"))
    assert b"DisplayName=\xd6\xd0\r\n" in pc.folders[MARIO.sid][locations.PRF]
    with pytest.raises(OptionError, match=r"'ż', which the PC's code page cp936"):
        push(OfficePc(code_page="cp936"), account(full_name="ż"))


@pytest.mark.parametrize(("page", "shown"), [("cp29001", "29001"), ("", "missing"), ("cp500", "500")])
def test_a_code_page_that_is_not_known_is_named_and_only_a_prf_needs_it(page: str, shown: str) -> None:
    with pytest.raises(HostError, match=f"code page .* is {shown} "):
        push(OfficePc(code_page=page), account())
    pc = OfficePc(code_page=page)
    push(pc, account(), methods=["autodiscover"])
    assert standing(pc, account(), methods=["autodiscover"]) is OutlookStatus.STAGED


def test_vietnamese_names_are_refused_or_arrive_as_written() -> None:
    pc = OfficePc(code_page="cp1258")
    with pytest.raises(OptionError, match=r"'ễ', which the PC's code page cp1258 does not have.*autodiscover alone"):
        push(pc, account(full_name="Nguyễn Văn Tiến"))
    assert staging_record.load(pc.everything, MARIO.sid) == staging_record.StagingRecord()
    written = "Nguyê\N{COMBINING TILDE}n Văn Tiê\N{COMBINING ACUTE ACCENT}n"
    push(pc, account(full_name=written))
    pc.start_outlook(MARIO)
    assert standing(pc, account(full_name=written)) is OutlookStatus.CONFIGURED
