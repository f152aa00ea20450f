// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The compose window: what it shows for a new message, a reply and a forwarded message, and what it would send.

const ORIGINAL = [
  "From - ",
  "From: Anna <anna@example.net>",
  "To: Mario <mario@example.net>",
  "Subject: Leak",
  "Date: Sat, 28 Nov 2026 10:00:00 +0000",
  "Message-ID: <leak@example.net>",
  "Content-Type: text/plain; charset=utf-8",
  "",
  "The pipe drips.",
  "",
].join("\r\n");

/** A message in Local Folders; the same one each time. */
function original() {
  const root = MailServices.accounts.localFoldersServer.rootFolder;
  if (!root.containsChildNamed("Composed")) {
    root.QueryInterface(Ci.nsIMsgLocalMailFolder).createLocalSubfolder("Composed");
  }
  const folder = root.getChildNamed("Composed").QueryInterface(Ci.nsIMsgLocalMailFolder);
  const [header] = [...folder.messages];
  return header ?? folder.addMessage(ORIGINAL);
}

async function opened(type, identityKey) {
  const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
  params.composeFields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  params.type = Ci.nsIMsgCompType[type];
  params.format = Ci.nsIMsgCompFormat.Default;
  params.identity = identityKey
    ? MailServices.accounts.getIdentity(identityKey)
    : MailServices.accounts.defaultAccount.defaultIdentity;
  if (type != "New") {
    const header = original();
    params.originalMsgURI = header.folder.getUriForMsg(header);
  }
  MailServices.compose.OpenComposeWindowWithParams(null, params);
  for (;;) {
    const window = Services.wm.getMostRecentWindow("msgcompose");
    if (window?.composeEditorReady) {
      return window;
    }
    await pause(20);
  }
}

async function closed(window) {
  window.gContentChanged = false;
  window.gMsgCompose.editor?.resetModificationCount?.();
  window.close();
  while (!window.closed) {
    await pause(20);
  }
}

/**
 * What the compose window shows.
 *
 * @param {string} type - A member of nsIMsgCompType, such as New, Reply and ForwardInline.
 * @param {string?} identityKey - Who writes; null is the default identity of the default account.
 * @returns {Promise<object>} The sender, the HTML in the editor, its text, and the width of each image.
 */
async function composed(type, identityKey) {
  const window = await opened(type, identityKey);
  const { body } = window.gMsgCompose.editor.document;
  const images = [...body.querySelectorAll("img")];
  await Promise.all(images.map(image => image.decode().catch(() => {})));
  const shown = {
    sender: window.document.getElementById("msgIdentity").value,
    html: body.innerHTML,
    text: body.innerText,
    images: images.map(image => image.naturalWidth),
  };
  await closed(window);
  return shown;
}

Object.assign(driver, { composed });
