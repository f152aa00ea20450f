# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test's own Outlook: it takes what the real one was seen to take, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.charter.mail.plugins.module_utils._windows.registry import KeyWrite, RegValue
from ansible_collections.charter.mail.tests.wine import prf_rules
from ansible_collections.charter.mail.tests.wine.fake_outlook import FakeOutlook, Form
from ansible_collections.charter.mail.tests.wine.office_pc import OfficePC

PRF = """\
[General]
Custom=1
ProfileName=Mój profil
DefaultProfile=Yes
OverwriteProfile=Append

[Service List]
Service1=Outlook Address Book

[Internet Account List]
Account1=IMAP_I_Mail

[Service1]

[Account1]
AccountName=mario
EmailAddress=mario@charter.net
IMAPServer=imap.charter.net
IMAPPort=993
SMTPPort=25
Unmapped=lost

[Outlook Address Book]
ServiceName=CONTAB

[IMAP_I_Mail]
AccountType=IMAP
AccountName=PT_UNICODE,0x0002
EmailAddress=PT_UNICODE,0x000C
IMAPServer=PT_UNICODE,0x0100
IMAPPort=PT_LONG,0x0104
SMTPPort=PT_LONG,0x0201
"""


def stage(pc: OfficePC, content: str) -> None:
    path = r"C:\Users\mario\x.prf"
    pc.file(path).write_bytes(content.replace("\n", "\r\n").encode(pc.code_page))
    pc.write(KeyWrite(pc.mario.setup, {"ImportPRF": RegValue.sz(path)}))


def setup_values(pc: OfficePC) -> set[str]:
    return set(pc.registry(pc.mario.setup).get(pc.mario.setup, {}))


def mail_accounts(pc: OfficePC) -> list[dict[str, RegValue]]:
    """The values of what is no service, each profile in its turn."""
    accounts = [dict(values) for values in pc.registry(pc.mario.outlook + r"\Profiles").values() if "clsid" in values]
    return [account for account in accounts if account["clsid"].text != prf_rules.SERVICE]


@pytest.mark.parametrize("form", Form)
def test_a_prf_becomes_an_account(office_pc: OfficePC, form: Form) -> None:
    office_pc.set_code_page(1250)
    stage(office_pc, PRF)
    outlook = FakeOutlook(office_pc, office_pc.mario, form)
    outlook.start()
    assert outlook.profile == "Mój profil"
    assert setup_values(office_pc) == {"First-Run"}
    (account,) = mail_accounts(office_pc)
    assert account["clsid"].text == prf_rules.IMAP
    assert account["IMAP Port"].number == 993
    address = account["Email"]
    assert (address.text or address.data.decode("utf-16-le")).rstrip("\0") == "mario@charter.net"
    assert (address.text is None) == (form is Form.UNTIL_2013)
    # Without a mapping a key is lost, and what Outlook assumes is not written.
    assert set(account) == {"clsid", "Account Name", "Email", "IMAP Server", "IMAP Port", "Service UID"}


def test_another_one_is_added_to_the_profile(office_pc: OfficePC) -> None:
    outlook = FakeOutlook(office_pc, office_pc.mario)
    outlook.add({"clsid": prf_rules.POP3, "Email": "anna@charter.net"})
    stage(office_pc, PRF.replace("Mój profil", "outlook"))
    outlook.start()
    assert outlook.profile == "Outlook"
    assert [account["Email"].text for account in mail_accounts(office_pc)] == ["anna@charter.net", "mario@charter.net"]


@pytest.mark.parametrize("name", ["First-Run", "FirstRun"])
def test_who_started_it_before_imports_nothing(office_pc: OfficePC, name: str) -> None:
    stage(office_pc, PRF.replace("ó", "o"))
    office_pc.write(KeyWrite(office_pc.mario.setup, {name: RegValue.binary(b"1")}))
    FakeOutlook(office_pc, office_pc.mario).start()
    assert setup_values(office_pc) == {"ImportPRF", name}
    assert mail_accounts(office_pc) == []


def test_one_that_takes_the_file_and_makes_nothing_of_it(office_pc: OfficePC) -> None:
    stage(office_pc, PRF.replace("ó", "o"))
    FakeOutlook(office_pc, office_pc.mario, imports=False).start()
    assert setup_values(office_pc) == {"First-Run"}
    assert mail_accounts(office_pc) == []


@pytest.mark.parametrize(("old", "new"), [("=IMAP_I_Mail", "=Charter"), ("[IMAP_I_Mail]", "[IMAP I_Mail]")])
def test_an_account_of_an_unknown_kind_comes_to_nothing(office_pc: OfficePC, old: str, new: str) -> None:
    stage(office_pc, PRF.replace("ó", "o").replace(old, new))
    FakeOutlook(office_pc, office_pc.mario).start()
    assert mail_accounts(office_pc) == []


@pytest.mark.parametrize(
    ("old", "new"), [("\r\n", "\n"), ("Custom=1", "CustomPRF=1"), ("[General]", "\ufeff[General]")]
)
def test_what_no_outlook_was_seen_to_read(old: str, new: str) -> None:
    content = PRF.replace("\n", "\r\n").replace(old, new)
    with pytest.raises(prf_rules.Unreadable):
        prf_rules.read(content.encode(), "utf-8")


XML = """<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"><Account>
<Protocol><Type>POP3</Type><Server>pop.charter.net</Server><Port>995</Port><LoginName>m@charter.net</LoginName></Protocol>
<Protocol><Type>SMTP</Type><Server>smtp.charter.net</Server><Port>587</Port><Encryption>TLS</Encryption></Protocol>
</Account></Response></Autodiscover>
"""


def test_settings_of_a_domain(office_pc: OfficePC) -> None:
    outlook = FakeOutlook(office_pc, office_pc.mario)
    with pytest.raises(prf_rules.Unreadable):
        outlook.add_account("m@charter.net")
    office_pc.file(r"C:\Users\mario\x.xml").write_text(XML)
    office_pc.write(KeyWrite(office_pc.mario.autodiscover, {"charter.net": RegValue.sz(r"C:\Users\mario\x.xml")}))
    outlook.add_account("m@charter.net")
    (account,) = mail_accounts(office_pc)
    assert account["clsid"].text == prf_rules.POP3
    assert account["POP3 User"].text == "m@charter.net"
    assert account["POP3 Use SSL"].number == 1
    assert account["POP3 Use SPA"].number == 1  # as was said nothing about it
    assert account["SMTP Secure Connection"].number == 2
    outlook.change(2, POP3_Port=110)
    (account,) = mail_accounts(office_pc)
    assert account["POP3 Port"].number == 110
    outlook.remove_profiles()
    assert mail_accounts(office_pc) == []
    assert outlook.profile is None
