# Copyright (c) charter.mail contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preferences of an account that the option ``settings`` can set in Thunderbird.

A name is that of the preference with its branch, such as ``server.max_cached_connections`` for
``mail.server.serverN.max_cached_connections``. Types are those of mailnews.js and mdn.js in Thunderbird 153.
"""

from __future__ import annotations

import re

from ..._model.errors import OptionError
from ..._model.settings import Value
from ..setting_kinds import require_kind

BRANCHES = ("server", "identity", "smtpserver")
_NAME = re.compile(rf"({'|'.join(BRANCHES)})\.([A-Za-z0-9_][A-Za-z0-9_.-]*)")

# The option to use instead of a name.
_OPTIONS = {
    **dict.fromkeys(("server.type",), "protocol"),
    **dict.fromkeys(("server.hostname", "server.realhostname", "server.port", "server.socketType"), "incoming"),
    **dict.fromkeys(("smtpserver.hostname", "smtpserver.port", "smtpserver.try_ssl"), "outgoing"),
    **dict.fromkeys(("server.userName", "server.realuserName", "smtpserver.username"), "username"),
    **dict.fromkeys(("server.password", "smtpserver.password"), "password"),
    "server.leave_on_server": "leave_on_server",
    "server.delete_by_age_from_server": "leave_on_server_days",
    "server.num_days_to_leave_on_server": "leave_on_server_days",
    "server.delete_mail_left_on_server": "delete_on_server",
    "server.login_at_startup": "check_at_start",
    **dict.fromkeys(("server.check_new_mail", "server.check_time"), "check_interval"),
    "server.use_idle": "idle",
    **dict.fromkeys(
        ("server.offline_download", "server.autosync_max_age_days", "server.autosync_offline_stores"), "offline"
    ),
    "server.using_subscription": "subscribed_only",
    **dict.fromkeys(("server.trash_folder_name", "server.delete_model"), "folders.trash"),
    **dict.fromkeys(
        (
            "server.moveOnSpam",
            "server.moveTargetMode",
            "server.spamActionTargetAccount",
            "server.spamActionTargetFolder",
        ),
        "folders.junk",
    ),
    "identity.useremail": "email",
    "identity.fullName": "full_name",
    "identity.reply_to": "reply_to",
    "identity.organization": "organization",
    **dict.fromkeys(
        (
            *("identity.htmlSigText", "identity.htmlSigFormat", "identity.attach_signature", "identity.sig_bottom"),
            *("identity.reply_on_top", "identity.sig_on_reply", "identity.sig_on_fwd", "identity.sig_file"),
        ),
        "signature",
    ),
    "identity.compose_html": "compose_format",
    **dict.fromkeys(("identity.use_custom_prefs", "identity.request_return_receipt_on"), "request_receipts"),
    **dict.fromkeys(("identity.fcc", "identity.fcc_folder", "identity.fcc_folder_picker_mode"), "folders.sent"),
    **dict.fromkeys(("identity.draft_folder", "identity.drafts_folder_picker_mode"), "folders.drafts"),
    **dict.fromkeys(("identity.stationery_folder", "identity.tmpl_folder_picker_mode"), "folders.templates"),
    **dict.fromkeys(
        ("identity.archive_enabled", "identity.archive_folder", "identity.archives_folder_picker_mode"),
        "folders.archive",
    ),
}
# Names of parts of the profile, files and other accounts, and settings for authentication.
_REFUSED = frozenset(
    {
        *("server.directory", "server.directory-rel", "server.storeContractID"),
        *("server.deferred_to_account", "server.defer_get_new_mail", "server.valid", "server.hidden"),
        *("server.authMethod", "server.isSecure", "server.singleSignon", "server.serverIDPref"),
        *("server.filter.editing.separate", "server.canChangeStoreType"),
        *("smtpserver.type", "smtpserver.authMethod"),
        *("identity.smtpServer", "identity.valid", "identity.sig_file-rel"),
    }
)
_DANGEROUS = re.compile(
    r"^[a-z]+\.charter_|passw|secret|token|oauth|credential|cert|tls|ssl|trust|clientid|host|(?:^|[._-])auth|\.key|key_?id|_id$",
    re.IGNORECASE,
)
_NUMBERS = frozenset(
    {
        *("server.max_cached_connections", "server.max_size", "server.max_articles", "server.dup_action"),
        *("server.spamLevel", "server.purgeSpamInterval", "server.serverFilterTrustFlags", "server.timeout"),
        *("server.incorporate_return_receipt", "server.mdn_not_in_to_cc", "server.mdn_outside_domain"),
        *("server.mdn_other", "server.periodicFilterRateMinutes", "server.retainBy", "server.numHdrsToKeep"),
        *("server.daysToKeepHdrs", "server.daysToKeepBodies", "server.offline_support_level"),
        *("identity.archive_granularity", "identity.encryptionpolicy"),
        *("identity.request_receipt_header_type", "identity.e2etechpref"),
    }
)
_BOOLEANS = frozenset(
    {
        *("server.download_on_biff", "server.limit_offline_message_size", "server.abbreviate"),
        *("server.override_namespaces", "server.fetch_by_chunks", "server.send_client_info"),
        *("server.always_authenticate", "server.mark_old_read", "server.empty_trash_on_exit"),
        *("server.dual_use_folders", "server.use_condstore", "server.use_compress_deflate"),
        *("server.useWhiteList", "server.useServerFilter", "server.purgeSpam", "server.check_all_folders_for_new"),
        *("server.inhibitWhiteListingIdentityUser", "server.inhibitWhiteListingIdentityDomain"),
        *("server.force_select_imap", "server.allow_utf8_accept", "server.mdn_report_enabled"),
        *(
            "server.cleanup_inbox_on_exit",
            "server.cleanupBodies",
            "server.keepUnreadOnly",
            "server.applyToFlaggedMessages",
        ),
        *("server.headers_only", "server.notify.on", "server.is_gmail"),
        *("identity.fcc_reply_follows_parent", "identity.autocompleteToMyDomain", "identity.bcc_self"),
        *("identity.bcc_others", "identity.doBcc", "identity.doCc", "identity.auto_quote"),
        *("identity.suppress_signature_separator"),
        *("identity.archive_keep_folder_structure", "identity.archive_recreate_inbox"),
        *("identity.attach_vcard", "identity.overrideGlobal_Pref", "identity.catchAll"),
        *("identity.dsn_use_custom_prefs", "identity.dsn_always_request_on", "identity.sign_mail"),
        *("identity.sendAutocryptHeaders", "identity.attachPgpKey", "identity.autoEncryptDrafts"),
        *("identity.protectSubject", "identity.is_gnupg_key_id", "identity.showSaveMsgDlg"),
    }
)

_KNOWN = frozenset({*_OPTIONS, *_REFUSED, *_NUMBERS, *_BOOLEANS})


def is_name(name: str) -> bool:
    """Whether a name belongs to Thunderbird."""
    return _NAME.fullmatch(name) is not None


def check(name: str, value: Value | None) -> None:
    """Check that the option ``settings`` may set a preference to a value.

    Args:
        name: a name that belongs to Thunderbird.
        value: None to leave the preference unset.

    Raises:
        OptionError: it may not.
    """
    option = f"settings.{name}"
    known = next((one for one in _KNOWN if one.lower() == name.lower()), name)
    if known in _OPTIONS:
        raise OptionError(option, "an option controls this setting", f"use the option {_OPTIONS[known]}")
    if known in _REFUSED or _DANGEROUS.search(name):
        raise OptionError(
            option,
            "a task must not set it, because it names parts of the profile or decides how the client connects",
            "leave it out, and set it in Thunderbird if you need it",
        )
    if known != name:
        raise OptionError(option, "Thunderbird distinguishes upper and lower case", f"write {known}")
    if value is not None:
        require_kind(option, value, int if name in _NUMBERS else bool if name in _BOOLEANS else None)
