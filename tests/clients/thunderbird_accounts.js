// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The accounts as the client's account manager reports them, not as its files contain them.

// Up to 115, there is only SMTP.
const outgoingServers = MailServices.outgoingServer ?? MailServices.smtp;

function outgoingInfo(server) {
  const smtp = server instanceof Ci.nsISmtpServer ? server : null;
  return {
    key: server.key,
    type: server.type ?? "smtp",
    host: smtp?.hostname ?? null,
    port: smtp?.port ?? null,
    socket_type: server.socketType,
    auth_method: server.authMethod,
    username: server.username,
    description: server.description,
  };
}

function identityInfo(identity) {
  const server = outgoingServers.getServerByIdentity(identity);
  return {
    key: identity.key,
    email: identity.email,
    full_name: identity.fullName,
    reply_to: identity.replyTo,
    organization: identity.organization,
    smtp_key: identity.smtpServerKey || null,
    outgoing: server ? outgoingInfo(server) : null,
    // The latter up to 115.
    fcc_folder: identity.fccFolderURI ?? identity.fccFolder,
    drafts_folder: identity.draftsFolderURI ?? identity.draftFolder,
    templates_folder: identity.templatesFolderURI ?? identity.stationeryFolder,
  };
}

function incomingInfo(server) {
  const pop = server instanceof Ci.nsIPop3IncomingServer ? server : null;
  return {
    key: server.key,
    type: server.type,
    host: server.hostname ?? server.hostName, // the latter up to 140
    port: server.port,
    socket_type: server.socketType,
    auth_method: server.authMethod,
    username: server.username,
    pretty_name: server.prettyName,
    directory: server.localPath.path,
    login_at_startup: server.loginAtStartUp,
    check_new_mail: server.doBiff,
    leave_on_server: pop?.leaveMessagesOnServer ?? null,
    leave_on_server_days: pop?.deleteByAgeFromServer ? pop.numDaysToLeaveOnServer : null,
  };
}

/** All accounts that the client shows, in the order of its list, Local Folders included. */
function accounts() {
  return MailServices.accounts.accounts.map(account => ({
    key: account.key,
    incoming: incomingInfo(account.incomingServer),
    identities: account.identities.map(identityInfo),
  }));
}

function defaultAccount() {
  return MailServices.accounts.defaultAccount?.key ?? null;
}

function isFirstRun() {
  try {
    return load("accountcreation/FirstRun").isFirstRun();
  } catch {
    // Up to 140, only accounts count (verifyExistingAccounts in messenger.js).
    const isValid = one => one.incomingServer.valid && one.identities.every(identity => identity.valid);
    return !MailServices.accounts.accounts.some(isValid);
  }
}

/**
 * Whether the client offers to set up a first account: its hub is open, or it has no account and will open the hub,
 * which takes a moment to load.
 */
function wizardShown() {
  const hub = mainWindow().document.querySelector("account-hub-container");
  const isWanted = !Services.prefs.getBoolPref("app.use_without_mail_account", false) && isFirstRun();
  return Boolean(hub?.modal.open) || isWanted;
}

Object.assign(driver, { accounts, defaultAccount, wizardShown });
