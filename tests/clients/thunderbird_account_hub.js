// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The body of a function that goes through the client's wizard for a new account (the account hub) as a user does: it
// fills in what the wizard asks for and clicks its buttons. Arguments: the full name, the address, the password.
//
// Returns, by the ids of its elements, what the wizard showed to the user as the configuration that it found.

const [fullName, address, password] = arguments;
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const win = Services.wm.getMostRecentWindow("mail:3pane");
const shown = ["incomingHost", "incomingPort", "outgoingHost", "outgoingPort"];

async function until(what, find) {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const found = find();
    if (found) {
      return found;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`the account hub does not show ${what}; it shows: ${texts()}`);
}

function hub() {
  return win.document.querySelector("account-hub-container")?.shadowRoot;
}

function texts() {
  return hub()?.textContent.replace(/\s+/g, " ").trim().slice(-800);
}

/** The step of the wizard that the user sees, once it is one of these. */
function step(...ids) {
  const steps = ids.map(id => `#${id}:not([hidden])`).join();
  return until(ids.join(" or "), () => hub()?.querySelector(steps));
}

function type(form, id, text) {
  const input = form.querySelector(`#${id}`);
  input.value = text;
  input.dispatchEvent(new win.Event("input", { bubbles: true }));
}

async function proceed() {
  const button = () => hub().querySelector("account-hub-email account-hub-footer #forward:not([disabled])");
  (await until("a button to go on", button)).click();
}

return (async () => {
  Services.io.offline = false; // the client starts offline: see thunderbird_session.js
  const first = await step("emailAutoConfigSubview");
  await until("the fields", () => first.querySelector("#email"));
  type(first, "realName", fullName);
  type(first, "email", address);
  await proceed();
  // 157 asks for the protocol where it has found nothing, earlier ones for the servers.
  const found = await step("emailConfigFoundSubview", "emailIncomingConfigSubview", "emailProtocolSelectSubview");
  if (found.id != "emailConfigFoundSubview") {
    throw new Error("the account hub found no settings, and asks the user for them");
  }
  await until("the servers", () => found.querySelector("#incomingHost")?.textContent.trim());
  const answer = Object.fromEntries(shown.map(id => [id, found.querySelector(`#${id}`).textContent.trim()]));
  await proceed();
  const asked = await step("emailPasswordSubview");
  await until("the field", () => asked.querySelector("#password"));
  type(asked, "password", password);
  await proceed();
  // Where it finds calendars or address books, it first asks whether to add them.
  const last = await step("emailSyncAccountsSubview", "emailAddedSuccessSubview");
  await proceed();
  if (last.id == "emailSyncAccountsSubview") {
    await step("emailAddedSuccessSubview");
    await proceed();
  }
  return answer;
})();
