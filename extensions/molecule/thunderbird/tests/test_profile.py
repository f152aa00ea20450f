# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role leaves."""

from __future__ import annotations

from testinfra.host import Host

testinfra_hosts = ["ansible://fleet"]


def test_a_profile_that_thunderbird_opens(host: Host) -> None:
    folder = "/home/mario/.thunderbird"
    assert "Path=charter.default" in host.file(f"{folder}/profiles.ini").content_string
    prefs = host.file(f"{folder}/charter.default/prefs.js")
    assert (prefs.user, prefs.mode & 0o777) == ("mario", 0o600)
    assert 'user_pref("mail.server.server1.hostname", "imap.charter.net");' in prefs.content_string


def test_nobody_elses_home_is_touched(host: Host) -> None:
    assert host.check_output("ls -A /home/anna") == ""
