// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Mail: log in, list, fetch, read and send, with the client's own servers, passwords and TLS.

const { MsgHdrToMimeMessage } = load("gloda/MimeMessage");

const NSSErrors = Cc["@mozilla.org/nss_errors_service;1"].getService(Ci.nsINSSErrorsService);

function incomingServer(accountKey) {
  const account = MailServices.accounts.getAccount(accountKey);
  if (!account) {
    throw new Error(`there is no account ${accountKey}`);
  }
  return account.incomingServer;
}

function inboxOf(server) {
  const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
  if (!inbox) {
    throw new Error(`${server.prettyName} has no inbox`);
  }
  return inbox;
}

/**
 * What an operation with an incoming server ended with. POP3 is unreliable where TLS fails: a socket calls the connection
 * refused if it notices the end of the stream first (TCPSocket.cpp), and up to 115 the closed connection is also
 * reported as a success. So an error of TLS counts, if the connection has one.
 */
async function endedWith(server, status) {
  const socket = server.type == "pop3" && server.wrappedJSObject.runningClient?._socket;
  const security = socket && (await socket.transport?.tlsSocketControl?.asyncGetSecurityInfo());
  return security?.errorCode ? hex(NSSErrors.getXPCOMFromNSSError(security.errorCode)) : status;
}

/** Lists the folders of an IMAP server; those of a POP3 account are local. */
async function discoverFolders(server) {
  if (server.type != "imap") {
    return;
  }
  const status = await finished(listener =>
    MailServices.imap.discoverAllFolders(server.rootFolder, listener, messageWindow())
  );
  if (status != "0x0") {
    throw new Error(`listing the folders of ${server.prettyName} ended with ${status}`);
  }
}

/**
 * Logs in again, on a separate connection: an IMAP connection that starts with verifyLogon() is not set up for other
 * commands (153.7 then sends APPEND with UTF8, which the server does not support).
 */
async function verifyIncoming(accountKey) {
  goOnline();
  const server = incomingServer(accountKey);
  server.closeCachedConnections();
  const status = await finished(
    listener => server.verifyLogon(listener, messageWindow()),
    reported => endedWith(server, reported)
  );
  server.closeCachedConnections();
  return status;
}

/** The paths of all folders below the account, "INBOX", "Sent/2026". */
async function folders(accountKey) {
  goOnline();
  const { rootFolder } = incomingServer(accountKey);
  await discoverFolders(rootFolder.server);
  const prefix = rootFolder.URI.length + 1;
  return rootFolder.descendants.map(folder => decodeURIComponent(folder.URI.slice(prefix))).sort();
}

/** Gets new mail as "Get Messages" does, and returns the subjects in the inbox, oldest first. */
async function fetchMail(accountKey) {
  goOnline();
  const server = incomingServer(accountKey);
  await discoverFolders(server);
  const inbox = inboxOf(server);
  const status = await finished(
    listener => server.getNewMessages(inbox, messageWindow(), listener),
    reported => endedWith(server, reported)
  );
  if (status != "0x0") {
    throw new Error(`getting the mail of ${server.prettyName} ended with ${status}`);
  }
  const headers = [...inbox.messages].sort((one, other) => one.messageKey - other.messageKey);
  return headers.map(header => header.mime2DecodedSubject);
}

/** The text of the only message with this subject in the inboxes of these accounts. */
async function readMessage(subject, accountKeys) {
  goOnline();
  const roots = accountKeys.map(key => incomingServer(key).rootFolder);
  const inboxes = roots.map(root => root.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox));
  const headers = inboxes.flatMap(inbox => [...(inbox?.messages ?? [])]);
  const found = headers.filter(header => header.mime2DecodedSubject == subject);
  if (found.length != 1) {
    throw new Error(`${found.length} messages have the subject ${JSON.stringify(subject)}`);
  }
  const message = await new Promise(resolve => {
    MsgHdrToMimeMessage(found[0], null, (_header, mime) => resolve(mime), true);
  });
  if (!message) {
    throw new Error(`the message ${JSON.stringify(subject)} could not be loaded`);
  }
  return message.coerceBodyToPlaintext(found[0].folder);
}

/** Sends a plain message as the compose window does; returns when the copy has been saved to the Sent folder. */
function send(identityKey, to, subject, body) {
  goOnline();
  const identity = MailServices.accounts.getIdentity(identityKey);
  const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  fields.from = identity.fullAddress;
  fields.to = to;
  fields.subject = subject;
  const message = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
  return new Promise((resolve, reject) => {
    const copied = status => resolve(hex(status));
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIMsgSendListener", "nsIMsgCopyServiceListener"]),
      onStartSending() {},
      onSendProgress() {},
      onStatus() {},
      onStopSending(_messageId, status) {
        if (!Components.isSuccessCode(status)) {
          resolve(hex(status));
        }
      },
      onGetDraftFolderURI() {},
      onSendNotPerformed() {
        reject(new Error("the message was not sent"));
      },
      onTransportSecurityError() {},
      onStartCopy() {},
      onProgress() {},
      setMessageKey() {},
      getMessageId() {},
      onStopCopy: copied,
      // The same up to 115.
      OnStartCopy() {},
      OnProgress() {},
      SetMessageKey() {},
      GetMessageId() {},
      OnStopCopy: copied,
    };
    message
      .createAndSendMessage(
        null,
        identity,
        null,
        fields,
        false,
        false,
        Ci.nsIMsgSend.nsMsgDeliverNow,
        null,
        "text/plain",
        body,
        mainWindow(),
        null,
        listener,
        null,
        null,
        Ci.nsIMsgCompType.New
      )
      .catch(reject);
  });
}

Object.assign(driver, { verifyIncoming, folders, fetchMail, readMessage, send });
