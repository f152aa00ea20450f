// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Thunderbird's own parser of preference files (libpref), for comparison with ours.
// Bytes are passed as strings of characters U+0000 to U+00FF.

const userBranch = Services.prefs.getBranch("");
const defaultBranch = Services.prefs.getDefaultBranch("");

function valueIn(branch, name) {
  switch (branch.getPrefType(name)) {
    case Ci.nsIPrefBranch.PREF_STRING:
      return { string: branch.getCharPref(name) };
    case Ci.nsIPrefBranch.PREF_INT:
      return branch.getIntPref(name);
    default:
      return branch.getBoolPref(name);
  }
}

function stateOf(name) {
  return {
    user: userBranch.prefHasUserValue(name) ? valueIn(userBranch, name) : null,
    default: userBranch.prefHasDefaultValue(name) ? valueIn(defaultBranch, name) : null,
  };
}

function complaints() {
  return Services.console
    .getMessageArray()
    .map(({ message }) => message)
    .filter(message => message.includes("prefs parse error"));
}

/**
 * Undoes what a file did to a preference. Only deleteBranch() removes a default, but it also removes everything below
 * and is slow, so a preference that the client had before keeps its default.
 */
function forget(name, known) {
  userBranch.clearUserPref(name);
  if (userBranch.prefHasDefaultValue(name) && !known.has(name)) {
    defaultBranch.deleteBranch(name);
  }
}

function parseOne(path, touched, known) {
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  touched.clear();
  Services.console.reset();
  let sound = true;
  try {
    Services.prefs.readUserPrefsFromFile(file);
  } catch (error) {
    if (error.result != Cr.NS_ERROR_FILE_CORRUPTED) {
      throw error;
    }
    sound = false;
  }
  const names = [...touched];
  const prefs = names.map(name => [name, stateOf(name)]);
  names.forEach(name => forget(name, known));
  return { sound, errors: complaints(), prefs };
}

/** Reads each file separately, from a clean state. */
function parsePrefs(paths) {
  const known = new Set(userBranch.getChildList(""));
  const touched = new Set();
  const observer = {
    QueryInterface: ChromeUtils.generateQI(["nsIObserver"]),
    observe(_branch, _topic, name) {
      touched.add(name);
    },
  };
  userBranch.addObserver("", observer);
  try {
    return paths.map(path => parseOne(path, touched, known));
  } finally {
    userBranch.removeObserver("", observer);
  }
}

Object.assign(driver, { parsePrefs });
