// Copyright (c) charter.mail contributors
// GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Default preferences for a Thunderbird under test: it sends nothing by itself and shows no dialogs.
// Since they are defaults, Thunderbird never writes them to the profile's prefs.js. (It would remove a line of
// prefs.js that equals one of these defaults.)

// Without this, Marionette would change dozens of settings for web page tests.
pref("remote.prefs.recommended", false);

// Messages of the program and its scripts go to its standard output.
pref("browser.dom.window.dump.enabled", true);

// Telemetry, studies and crash reports.
pref("datareporting.policy.dataSubmissionEnabled", false);
pref("datareporting.healthreport.uploadEnabled", false);
pref("datareporting.usage.uploadEnabled", false);
pref("toolkit.telemetry.enabled", false);
pref("toolkit.telemetry.server", "data:,");
pref("toolkit.telemetry.archive.enabled", false);
pref("telemetry.fog.test.localhost_port", -1);
pref("app.normandy.enabled", false);
pref("breakpad.reportURL", "");

// Updates and lists from Mozilla. The settings server is honoured only with MOZ_REMOTE_SETTINGS_DEVTOOLS=1.
pref("app.update.enabled", false);
pref("extensions.update.enabled", false);
pref("extensions.getAddons.cache.enabled", false);
pref("extensions.systemAddon.update.enabled", false);
pref("extensions.blocklist.enabled", false);
pref("services.settings.server", "data:,#remote-settings-dummy/v1");
pref("security.remote_settings.intermediates.enabled", false);
pref("security.remote_settings.crlite_filters.enabled", false);
pref("browser.safebrowsing.malware.enabled", false);
pref("browser.safebrowsing.phishing.enabled", false);
pref("media.gmp-manager.updateEnabled", false);
pref("media.gmp-provider.enabled", false);

// Network probes and online services.
pref("browser.region.network.url", "");
pref("network.connectivity-service.enabled", false);
pref("network.captive-portal-service.enabled", false);
pref("network.manage-offline-status", false);
pref("offline.autoDetect", false); // a lab whose only link is loopback is not offline
pref("network.dns.disablePrefetch", true);
pref("network.trr.mode", 5);
pref("dom.push.connection.enabled", false);
pref("security.OCSP.enabled", 0);
// Up to 140, the window for a first account opens connections to them.
pref("mailnews.auto_config_url", "data:,");
pref("mailnews.auto_config.addons_url", "data:,");

// Pages, notices and dialogs of a first start, except the account hub, which tests check.
pref("mail.inappnotifications.enabled", false);
pref("mail.inappnotifications.url", "data:,");
pref("mailnews.start_page.enabled", false);
pref("mailnews.start_page.url", "about:blank");
pref("app.donation.eoy.version.viewed", 999);
pref("mail.shell.checkDefaultClient", false);
pref("mail.rights.version", 1);
pref("mail.spotlight.firstRunDone", true);
pref("mail.winsearch.firstRunDone", true);
pref("mail.chat.enabled", false);
pref("calendar.timezone.useSystemTimezone", true);

// Processes that no test needs. Together they take a tenth of a start.
pref("dom.ipc.processPrelaunch.enabled", false);
pref("extensions.webextensions.remote", false);
pref("media.rdd-process.enabled", false);

// thunderbird_startup.js, which is beside this directory as driver.cfg. It is plain text and needs full rights.
pref("general.config.filename", "driver.cfg");
pref("general.config.obscure_value", 0);
pref("general.config.sandbox_enabled", false);
