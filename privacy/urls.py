"""Addresses of the privacy pages: the public centre, an account's own, and the staff console."""

from django.urls import path

from privacy.views import (
    agreements,
    centre,
    closing,
    following,
    history,
    launch,
    people,
    processing,
    record,
    staff,
    staff_accounts,
    staff_record,
    sub_processors,
)

ACCOUNT = "app/<slug:slug>/settings/privacy/"
TEXTS = f"{ACCOUNT}texts/"

urlpatterns = [
    path("privacy/", centre.privacy_centre, name="privacy_centre"),
    path("privacy/sub-processors.atom", following.privacy_feed, name="privacy_feed"),
    path("privacy/sub-processors/follow/", following.privacy_follow, name="privacy_follow"),
    path(
        "privacy/sub-processors/confirm/<str:signed>/",
        following.privacy_follow_confirm,
        name="privacy_follow_confirm",
    ),
    path(
        "privacy/sub-processors/end/<str:signed>/",
        following.privacy_follow_end,
        name="privacy_follow_end",
    ),
    path("privacy/<slug:slug>.json", centre.privacy_document_json, name="privacy_document_json"),
    path("privacy/<slug:slug>.pdf", centre.privacy_document_pdf, name="privacy_document_pdf"),
    path("privacy/<slug:slug>/", centre.privacy_document, name="privacy_document"),
    path(
        "privacy/<slug:slug>/versions/<int:number>/",
        centre.privacy_document,
        name="privacy_document_version",
    ),
    path(
        "privacy/<slug:slug>/versions/<int:number>.pdf",
        centre.privacy_document_pdf,
        name="privacy_document_version_pdf",
    ),
    path(
        "privacy/<slug:slug>/changes/<int:number>/",
        centre.privacy_document_changes,
        name="privacy_document_changes",
    ),
    path("copies/<str:signed>/data.zip", people.copy, name="copy"),
    path("app/<slug:slug>/start/live/", launch.go_live, name="go_live"),
    path(f"{ACCOUNT}agreements/", agreements.privacy_agreements, name="privacy_agreements"),
    path(
        f"{ACCOUNT}agreements/accept/",
        agreements.privacy_agreements_accept,
        name="privacy_agreements_accept",
    ),
    path(
        f"{ACCOUNT}agreements/<uuid:acceptance_id>/",
        agreements.privacy_acceptance,
        name="privacy_acceptance",
    ),
    path(
        f"{ACCOUNT}agreements/<uuid:acceptance_id>/pdf/",
        agreements.privacy_acceptance_pdf,
        name="privacy_acceptance_pdf",
    ),
    path(f"{ACCOUNT}people/", people.privacy_people, name="privacy_people"),
    path(f"{ACCOUNT}people/<uuid:person_id>/", people.privacy_person, name="privacy_person"),
    path(
        f"{ACCOUNT}people/<uuid:person_id>/copy/",
        people.privacy_person_copy,
        name="privacy_person_copy",
    ),
    path(
        f"{ACCOUNT}people/<uuid:person_id>/copies/",
        people.privacy_person_copies,
        name="privacy_person_copies",
    ),
    path(
        f"{ACCOUNT}people/<uuid:person_id>/erase/",
        people.privacy_person_erase,
        name="privacy_person_erase",
    ),
    path(f"{ACCOUNT}copies/<uuid:copy_id>/", people.privacy_copy, name="privacy_copy"),
    path(TEXTS, processing.privacy_processing, name="privacy_processing"),
    path(
        f"{TEXTS}processing.json",
        processing.privacy_processing_json,
        name="privacy_processing_json",
    ),
    path(
        f"{ACCOUNT}sub-processors/",
        sub_processors.privacy_sub_processors,
        name="privacy_sub_processors",
    ),
    path(
        f"{ACCOUNT}sub-processors/<uuid:entry_id>/object/",
        sub_processors.privacy_object,
        name="privacy_object",
    ),
    path(
        f"{ACCOUNT}objections/<uuid:objection_id>/withdraw/",
        sub_processors.privacy_objection_withdraw,
        name="privacy_objection_withdraw",
    ),
    path(f"{TEXTS}record/", record.privacy_record, name="privacy_record"),
    path(f"{TEXTS}record/notes/", record.privacy_record_notes, name="privacy_record_notes"),
    path(f"{TEXTS}record/keep/", record.privacy_record_keep, name="privacy_record_keep"),
    path(f"{TEXTS}record/activities/new/", record.privacy_activity, name="privacy_activity_new"),
    path(
        f"{TEXTS}record/activities/<uuid:activity_id>/",
        record.privacy_activity,
        name="privacy_activity",
    ),
    path(
        f"{TEXTS}record/activities/<uuid:activity_id>/remove/",
        record.privacy_activity_remove,
        name="privacy_activity_remove",
    ),
    path(
        f"{TEXTS}record/versions/<int:number>/",
        record.privacy_record_version,
        name="privacy_record_version",
    ),
    path(
        f"{TEXTS}record/versions/<int:number>/changes/",
        record.privacy_record_changes,
        name="privacy_record_changes",
    ),
    path(f"{TEXTS}record.pdf", record.privacy_record_pdf, name="privacy_record_pdf"),
    path(f"{TEXTS}record.csv", record.privacy_record_csv, name="privacy_record_csv"),
    path(f"{TEXTS}record.json", record.privacy_record_json, name="privacy_record_json"),
    path(f"{ACCOUNT}history/", history.privacy_history, name="privacy_history"),
    path(
        f"{ACCOUNT}history/preview/",
        history.privacy_history_preview,
        name="privacy_history_preview",
    ),
    path(
        f"{ACCOUNT}history/smaller/",
        history.privacy_history_smaller,
        name="privacy_history_smaller",
    ),
    path(f"{ACCOUNT}history/holds/", history.privacy_hold, name="privacy_hold"),
    path(
        f"{ACCOUNT}history/holds/<uuid:hold_id>/lift/",
        history.privacy_hold_lift,
        name="privacy_hold_lift",
    ),
    path(f"{ACCOUNT}export/", closing.privacy_export, name="privacy_export"),
    path(f"{ACCOUNT}export/ask/", closing.privacy_export_ask, name="privacy_export_ask"),
    path(
        f"{ACCOUNT}export/progress/",
        closing.privacy_export_progress,
        name="privacy_export_progress",
    ),
    path(
        f"{ACCOUNT}export/<uuid:export_id>/",
        closing.privacy_export_file,
        name="privacy_export_file",
    ),
    path("staff/", staff.staff_home, name="staff_home"),
    path("staff/identity/", staff.staff_identity, name="staff_identity"),
    path("staff/measures/", staff.staff_measures, name="staff_measures"),
    path("staff/measures/<int:position>/", staff.staff_measure, name="staff_measure"),
    path("staff/processing/", staff_record.staff_processing, name="staff_processing"),
    path("staff/processing.csv", staff_record.staff_processing_csv, name="staff_processing_csv"),
    path("staff/processing.json", staff_record.staff_processing_json, name="staff_processing_json"),
    path("staff/trail/", staff.staff_trail, name="staff_trail"),
    path("staff/objections/", staff_accounts.staff_objections, name="staff_objections"),
    path(
        "staff/objections/<uuid:objection_id>/",
        staff_accounts.staff_objection,
        name="staff_objection",
    ),
    path(
        "staff/sub-processors/<uuid:entry_id>/announce/",
        staff.staff_announce,
        name="staff_announce",
    ),
    path("staff/sub-processors/<uuid:entry_id>/drop/", staff.staff_drop, name="staff_drop"),
    path("staff/<slug:slug>/", staff.staff_register, name="staff_register"),
    path("staff/<slug:slug>/new/", staff.staff_entry_new, name="staff_entry_new"),
    path("staff/<slug:slug>/<uuid:entry_id>/", staff.staff_entry, name="staff_entry"),
    path("staff/<slug:slug>/<uuid:entry_id>/end/", staff.staff_entry_end, name="staff_entry_end"),
]
