"""Addresses of the inbox, its settings, the visitor's requests and files."""

from django.urls import path

from chat.views import (
    asking,
    files,
    inbox,
    mail_server,
    own_data,
    settings,
    support,
    technical,
    visitor,
)

urlpatterns = [
    path("app/<slug:slug>/inbox/", inbox.page, name="inbox"),
    path("app/<slug:slug>/inbox/conversations/", inbox.conversations, name="inbox_conversations"),
    path(
        "app/<slug:slug>/inbox/conversations/<uuid:conversation_id>/",
        inbox.conversation,
        name="inbox_conversation",
    ),
    path(
        "app/<slug:slug>/inbox/conversations/<uuid:conversation_id>/messages/",
        inbox.earlier,
        name="inbox_messages",
    ),
    path("app/<slug:slug>/files/", files.upload, name="member_files"),
    path("widget/<str:key>/files", visitor.upload, name="visitor_files"),
    path("widget/<str:key>/messages", visitor.earlier, name="visitor_messages"),
    path("widget/<str:key>/ticket", visitor.ticket, name="visitor_ticket"),
    path("widget/<str:key>/privacy/data", own_data.show, name="own_data"),
    path("widget/<str:key>/privacy/details", own_data.correct, name="own_details"),
    path("widget/<str:key>/privacy/copies", own_data.ask_copy, name="own_copies"),
    path("widget/<str:key>/privacy/copies/<uuid:copy_id>", own_data.copy, name="own_copy"),
    path(
        "widget/<str:key>/privacy/consents/<uuid:purpose_id>/give",
        own_data.agree,
        name="own_consent",
    ),
    path(
        "widget/<str:key>/privacy/consents/<uuid:purpose_id>/withdraw",
        own_data.withdraw,
        name="own_withdraw",
    ),
    path(
        "widget/<str:key>/privacy/consents/receipts/<uuid:record_id>",
        own_data.consent_receipt,
        name="own_consent_receipt",
    ),
    path("widget/<str:key>/privacy/requests", own_data.request_more, name="own_request"),
    path("widget/<str:key>/privacy/use-again", own_data.use_again, name="own_use_again"),
    path("widget/<str:key>/privacy/erase", own_data.erase, name="own_erase"),
    path(
        "widget/<str:key>/privacy/receipts/<uuid:receipt_id>", own_data.receipt, name="own_receipt"
    ),
    path("files/<str:signed>/<str:name>", files.download, name="file"),
    path("app/<slug:slug>/settings/hours/", settings.settings_hours, name="settings_hours"),
    path("app/<slug:slug>/settings/forms/", asking.settings_forms, name="settings_forms"),
    path(
        "app/<slug:slug>/settings/forms/<str:form>/fields/",
        asking.new_field,
        name="form_field_new",
    ),
    path(
        "app/<slug:slug>/settings/forms/fields/<uuid:field_id>/",
        asking.edit_field,
        name="form_field",
    ),
    path(
        "app/<slug:slug>/settings/forms/fields/<uuid:field_id>/move/",
        asking.move_field,
        name="form_field_move",
    ),
    path(
        "app/<slug:slug>/settings/forms/fields/<uuid:field_id>/remove/",
        asking.remove_field,
        name="form_field_remove",
    ),
    path("app/<slug:slug>/settings/groups/", settings.settings_groups, name="settings_groups"),
    path(
        "app/<slug:slug>/settings/groups/<uuid:group_id>/rename/",
        settings.rename_group,
        name="group_rename",
    ),
    path(
        "app/<slug:slug>/settings/groups/<uuid:group_id>/remove/",
        settings.remove_group,
        name="group_remove",
    ),
    path("app/<slug:slug>/settings/mail/", settings.settings_mail, name="settings_mail"),
    path("app/<slug:slug>/settings/mail/server/", mail_server.keep, name="mail_server"),
    path(
        "app/<slug:slug>/settings/mail/server/remove/",
        mail_server.remove,
        name="mail_server_remove",
    ),
    path("app/<slug:slug>/settings/privacy/data/", technical.privacy_data, name="privacy_data"),
    path(
        "app/<slug:slug>/settings/privacy/data/unblock/",
        technical.unblock_address,
        name="privacy_data_unblock",
    ),
    path(
        "support/<slug:slug>/conversations/",
        support.support_conversations,
        name="support_conversations",
    ),
    path(
        "support/<slug:slug>/conversations/<uuid:conversation_id>/",
        support.support_conversation,
        name="support_conversation",
    ),
]
