"""Addresses of the accounts app."""

from django.urls import path

from accounts.views import (
    audit,
    company,
    home,
    invitations,
    onboarding,
    plan,
    profile,
    sites,
    support,
    team,
)

ACCOUNT = "app/<slug:slug>/"
SETTINGS = f"{ACCOUNT}settings/"

urlpatterns = [
    path("app/", home.account_home, name="account_home"),
    path("my/<slug:page>/", home.account_page, name="account_page"),
    path("app/new/", home.account_new, name="account_new"),
    path("invitations/<str:token>/", invitations.accept, name="invitation_accept"),
    path("media/photos/<str:name>", profile.photo, name="photo"),
    path(f"{ACCOUNT}start/", onboarding.onboarding, name="onboarding"),
    path(f"{ACCOUNT}start/seen/", onboarding.seen, name="onboarding_seen"),
    path(f"{ACCOUNT}preferences/", profile.preferences, name="preferences"),
    path(SETTINGS, onboarding.settings, name="settings"),
    path(f"{SETTINGS}sites/", sites.settings_sites, name="settings_sites"),
    path(f"{SETTINGS}sites/any/", sites.allow_any, name="sites_allow_any"),
    path(f"{SETTINGS}sites/<uuid:site_id>/remove/", sites.remove, name="site_remove"),
    path(f"{SETTINGS}team/", team.settings_team, name="settings_team"),
    path(f"{SETTINGS}team/<uuid:member_id>/role/", team.change_role, name="member_role"),
    path(f"{SETTINGS}team/<uuid:member_id>/deactivate/", team.deactivate, name="member_deactivate"),
    path(f"{SETTINGS}team/<uuid:member_id>/activate/", team.activate, name="member_activate"),
    path(
        f"{SETTINGS}team/invitations/<uuid:invitation_id>/resend/",
        team.resend,
        name="invitation_resend",
    ),
    path(
        f"{SETTINGS}team/invitations/<uuid:invitation_id>/cancel/",
        team.cancel,
        name="invitation_cancel",
    ),
    path(f"{SETTINGS}profile/", profile.settings_profile, name="settings_profile"),
    path(f"{SETTINGS}company/", company.settings_company, name="settings_company"),
    path(f"{SETTINGS}audit/", audit.settings_audit, name="settings_audit"),
    path(f"{SETTINGS}audit.csv", audit.audit_csv, name="audit_csv"),
    path(f"{SETTINGS}support/", support.settings_support, name="settings_support"),
    path(f"{SETTINGS}support/let-in/", support.support_let_in, name="support_let_in"),
    path(f"{SETTINGS}support/keep-out/", support.support_keep_out, name="support_keep_out"),
    path(f"{SETTINGS}support/<uuid:session_id>/", support.support_session, name="support_session"),
    path(f"{SETTINGS}support/<uuid:session_id>/end/", support.support_end, name="support_end"),
    path(f"{SETTINGS}plan/", plan.settings_plan, name="settings_plan"),
]
