# Copyright (c) charter.mail contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the driver of Thunderbird does with dialogs, windows that wait, failures and scripts that take too long."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest

from . import thunderbird_process
from .dropping_network import Network
from .thunderbird import Thunderbird, ThunderbirdError
from .thunderbird_profiles import ADDRESS, imap_prefs, make_home


def kept_log(error: BaseException) -> pathlib.Path:
    """The log that the error's note names, which the caller removes."""
    match = re.search(r"Thunderbird's log is in (\S+);", "\n".join(error.__notes__))
    assert match
    return pathlib.Path(match[1])


def test_dialogs_are_cancelled_and_reported(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    with Thunderbird(home, command_prefix=network.prefix) as client:
        client.run_script("Services.prompt.alert(null, 'Title', 'one\\ntwo');")
        answer = client.run_script("return Services.prompt.confirm(null, 'Sure?', 'Really?');")
        assert answer is False
        assert [(dialog.title, dialog.text) for dialog in client.dialogs] == [
            ("Title", "one\ntwo"),
            ("Sure?", "Really?"),
        ]
        with pytest.raises(ThunderbirdError, match=r"no longer.*dialog Wait: a moment"):
            client.run_script("Services.prompt.alert(null, 'Wait', 'a moment'); throw new Error('no longer');")


def test_a_window_that_waits_is_closed_and_reported(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    url = "chrome://mozapps/content/preferences/changemp.xhtml"
    with Thunderbird(home, command_prefix=network.prefix) as client:
        client.run_script("Services.wm.getMostRecentWindow(null).openDialog(arguments[0], '', 'chrome,modal');", url)
        assert "Primary Password" in client.dialogs[0].title


def test_a_primary_password_does_not_stop_the_start(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    lock_up = """
        const origin = "imap://imap.charter.net";
        const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
        login.init(origin, null, origin, arguments[0], "password", "", "");
        return Services.logins.addLoginAsync(login).then(() => {
          const own = Cc["@mozilla.org/security/internalkeytoken;1"];
          // The latter up to 140.
          const database = () => Cc["@mozilla.org/security/pk11tokendb;1"].getService(Ci.nsIPK11TokenDB);
          const token = own ? own.createInstance(Ci.nsIPKCS11Token) : database().getInternalKeyToken();
          token.changePassword("", "primary");
        });
    """
    with Thunderbird(home, copy=False, command_prefix=network.prefix) as client:
        client.run_script(lock_up, ADDRESS)
    with Thunderbird(home, command_prefix=network.prefix) as client:
        assert "Please enter your Primary Password." in {dialog.text for dialog in client.dialogs}
        assert client.accounts()[0]["incoming"]["host"] == "imap.charter.net"


def test_a_start_that_waits_for_the_user(network: Network, home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thunderbird_process, "_STUCK_SECONDS", 8.0)
    profile = make_home(home, {})
    profile.rename(home / "elsewhere")
    ini = home / ".thunderbird" / "profiles.ini"
    # The key is the hash of Debian's installation directory.
    ini.write_text(f"[InstallFDC34C9F024745EB]\nDefault={profile.name}\nLocked=1\n\n{ini.read_text()}")
    # Thunderbird 157 without a window ends, where earlier ones wait.
    outcome = "dialog that comes before everything else|Could not find profile folder"
    with (
        pytest.raises(ThunderbirdError, match=outcome) as caught,
        Thunderbird(home, command_prefix=network.prefix),
    ):
        pass
    kept_log(caught.value).unlink()


def test_a_failure_ends_thunderbird_and_keeps_its_log(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    client = Thunderbird(home, command_prefix=network.prefix)
    with pytest.raises(ThunderbirdError, match="no such thing") as caught, client:
        client.run_script("throw new Error('no such thing');")
    log = kept_log(caught.value)
    assert "headless mode" in log.read_text()
    log.unlink()
    assert not pathlib.Path(f"/proc/{client.pid}").exists()
    assert not client.profile_on_disk.exists()


def test_a_script_that_takes_too_long(network: Network, home: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    with Thunderbird(home, command_prefix=network.prefix) as client:
        with pytest.raises(ThunderbirdError, match="no answer"):
            client.run_script("return new Promise(() => {});", timeout=0.5)
        assert client.run_script("return 'still there';") == "still there"


def test_thunderbird_ends_with_the_test_run(network: Network, home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    make_home(home, imap_prefs(ADDRESS))
    program = f"""
import os, pathlib, signal
import tests.conftest  # makes the collection importable
from {Thunderbird.__module__} import Thunderbird
with Thunderbird(pathlib.Path({str(home)!r}), command_prefix={network.prefix}) as client:
    pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(client.pid))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    root = pathlib.Path(__file__).parents[2]
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    killed = subprocess.run([sys.executable, "-c", program], cwd=root, env=environment, timeout=170)
    assert killed.returncode == -signal.SIGKILL
    process = pathlib.Path("/proc", (tmp_path / "pid").read_text())
    deadline = time.monotonic() + 30
    while process.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not process.exists()
