// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Thunderbird runs this file (AutoConfig) before its first window. The driver puts two lines before it: one that
// is skipped, and the constant AUTHORITIES, a list of DER certificates in base64.
//
// A dialog would block the program until the user responds. So every dialog is written to standard output as a line
// "charter-dialog {title, text}" and cancelled, from the start on: the dialog for the primary password opens before
// Marionette listens.

(function () {
  function report(title, text) {
    dump(`\ncharter-dialog ${JSON.stringify({ title: title ?? "", text: text ?? "" })}\n`);
  }

  function soon(action) {
    Services.tm.dispatchToMainThread(action);
  }

  function isModal(win) {
    try {
      const owner = win.docShell.treeOwner.QueryInterface(Ci.nsIInterfaceRequestor);
      return Boolean(owner.getInterface(Ci.nsIAppWindow).chromeFlags & Ci.nsIWebBrowserChrome.CHROME_MODAL);
    } catch {
      return false; // A page of an extension, which has no window.
    }
  }

  const promptUrl = "chrome://global/content/commonDialog.xhtml";

  // All dialogs of the prompt service, in a window of their own or in a tab.
  function onPrompt(win) {
    report(win.args.title, win.args.text);
    soon(() => win.document.getElementById("commonDialog").cancelDialog());
  }

  // Any other window that waits for the user, for example the one for certificate exceptions.
  function onWindow(win) {
    win.addEventListener(
      "load",
      () => {
        if (win.location.href != promptUrl && isModal(win)) {
          report(win.document.title, win.document.documentElement.textContent.replace(/\s+/g, " ").trim());
          soon(() => win.close());
        }
      },
      { once: true }
    );
  }

  // Before the first account logs in.
  function onStartup() {
    const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
    for (const certificate of AUTHORITIES) {
      database.addCertFromBase64(certificate, "C,,");
    }
    mailServices().mailSession.addUserFeedbackListener(offlineSilence);
  }

  function mailServices() {
    try {
      return ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs").MailServices;
    } catch {
      return ChromeUtils.import("resource:///modules/MailServices.jsm").MailServices; // up to 115
    }
  }

  // A POP3 account that logs in at startup does so offline as well, and then reports that its server refused it.
  const offlineSilence = {
    QueryInterface: ChromeUtils.generateQI(["nsIMsgUserFeedbackListener"]),
    onAlert() {
      return Services.io.offline; // true: the error counts as shown already
    },
    onCertError() {},
  };

  Services.obs.addObserver(onPrompt, "common-dialog-loaded");
  Services.obs.addObserver(onWindow, "domwindowopened");
  Services.obs.addObserver(onStartup, "final-ui-startup");
})();
