// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Runs inside Thunderbird, in its chrome. All thunderbird_*.js files that are loaded into a session share one
// scope; what Python calls is a member of `driver`.

const driver = (globalThis.driver = {});
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const { MailServices } = load("MailServices");

/** A module of the client; up to 115, most have another form. */
function load(name) {
  try {
    return ChromeUtils.importESModule(`resource:///modules/${name}.sys.mjs`);
  } catch {
    return ChromeUtils.import(`resource:///modules/${name}.jsm`);
  }
}

function mainWindow() {
  return Services.wm.getMostRecentWindow("mail:3pane");
}

function messageWindow() {
  return mainWindow().msgWindow;
}

/** A window's own timers stop while it shows a dialog; these do not. */
function pause(milliseconds) {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

/** An nsresult in the usual notation: "0x0", "0x805a1ff3". */
function hex(status) {
  return `0x${(status >>> 0).toString(16)}`;
}

/** Goes online, for operations with a server. The client starts offline, so that it does nothing by itself. */
function goOnline() {
  Services.io.offline = false;
}

/**
 * Runs an operation that reports to an nsIUrlListener.
 *
 * @param {function(nsIUrlListener)} operation - Starts it.
 * @param {function(string)} judge - What the reported nsresult means; called at once, and may return a promise.
 * @returns {Promise<string>} The nsresult it ended with.
 */
function finished(operation, judge = status => status) {
  return new Promise((resolve, reject) => {
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
      OnStartRunningUrl() {},
      OnStopRunningUrl(_url, status) {
        resolve(judge(hex(status)));
      },
    };
    try {
      operation(listener);
    } catch (error) {
      reject(error);
    }
  });
}

/**
 * Waits until the start-up is complete: accounts are checked, Local Folders exist, the account hub is loading, and POP3
 * accounts have finished their startup check, during which a second connection to the account is refused.
 */
async function start() {
  await mainWindow().delayedStartupPromise;
  while (MailServices.accounts.allServers.some(server => server.serverBusy)) {
    await pause(20);
  }
  return {
    profile: Services.dirsvc.get("ProfD", Ci.nsIFile).path,
    version: Services.appinfo.version,
  };
}

/** Goes online, which is the default and so not saved when Thunderbird quits. */
function prepareQuit() {
  goOnline();
}

const outcomes = new Map();

/**
 * Starts an action whose outcome is polled.
 *
 * @param {number} id - The number of the action.
 * @param {function()} action - Returns a value or a promise.
 */
function begin(id, action) {
  const answer = new Promise(resolve => resolve(action()));
  outcomes.set(
    id,
    answer.then(
      value => ({ value: value ?? null }),
      error => ({ error: String(error) })
    )
  );
}

/** The outcome of an action; null if it is still running, or still starting behind a dialog. */
function outcome(id, seconds) {
  return Promise.race([outcomes.get(id) ?? null, pause(1000 * seconds).then(() => null)]);
}

Object.assign(driver, { MailServices, begin, outcome, start, prepareQuit });
