"""The pages of groups and e-mail, and who may open the chat's settings at all."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership, PlanName
from accounts.tenancy import tenant
from chat import chat_settings, groups
from chat.models import ChatSettings, Conversation, Group

LogIn = Callable[[Membership], Client]

GROUPS = "/app/acme/settings/groups/"
MAIL = "/app/acme/settings/mail/"
HOURS = "/app/acme/settings/hours/"


@pytest.fixture
def sales(acme: Account) -> Group:
    with tenant(acme.pk):
        return groups.add(acme.pk, name="Sales")


def _names(acme: Account) -> list[str]:
    with tenant(acme.pk):
        return [group.name for group in groups.everyone()]


@pytest.mark.parametrize("page", [HOURS, GROUPS, MAIL])
def test_owners_and_admins_enter_agents_do_not_and_strangers_find_nothing(
    login: LogIn, ana: Membership, adi: Membership, ben: Membership, gus: Membership, page: str
) -> None:
    statuses = [login(member).get(page).status_code for member in (ana, adi, ben, gus)]

    assert statuses == [200, 200, 403, 404]


def test_a_group_is_added_with_a_key_from_its_name(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    response = login(ana).post(GROUPS, {"name": "After sales"}, follow=True)

    with tenant(acme.pk):
        assert groups.find("after-sales") is not None
    assert "after-sales" in response.content.decode()


def test_a_renamed_group_keeps_its_key(
    login: LogIn, ana: Membership, acme: Account, sales: Group
) -> None:
    login(ana).post(f"{GROUPS}{sales.pk}/rename/", {"name": "Shop"})

    with tenant(acme.pk):
        renamed = groups.find("sales")
        assert renamed is not None
        assert renamed.name == "Shop"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_that_is_none_is_refused_and_shown_again(
    login: LogIn, ana: Membership, acme: Account, sales: Group, name: str
) -> None:
    client = login(ana)

    added = client.post(GROUPS, {"name": name})
    renamed = client.post(f"{GROUPS}{sales.pk}/rename/", {"name": name})

    assert (added.status_code, renamed.status_code) == (422, 422)
    assert _names(acme) == ["Sales"]


def test_a_removed_groups_conversations_stay(
    login: LogIn, ana: Membership, acme: Account, sales: Group, conversation: Conversation
) -> None:
    with tenant(acme.pk):
        Conversation.objects.filter(pk=conversation.pk).update(group=sales)

    login(ana).post(f"{GROUPS}{sales.pk}/remove/")

    with tenant(acme.pk):
        assert Conversation.objects.get(pk=conversation.pk).group is None
    assert _names(acme) == []


def test_a_removal_asks_first(login: LogIn, ana: Membership, sales: Group) -> None:
    page = login(ana).get(GROUPS).content.decode()

    assert 'data-confirm="Remove the group “Sales”?' in page


def test_a_group_of_another_account_is_not_found(
    login: LogIn, ana: Membership, gus: Membership, acme: Account, sales: Group
) -> None:
    theirs = f"/app/other/settings/groups/{sales.pk}"
    client = login(gus)

    renamed = client.post(f"{theirs}/rename/", {"name": "Mine"})
    removed = client.post(f"{theirs}/remove/")

    assert (renamed.status_code, removed.status_code) == (404, 404)
    assert _names(acme) == ["Sales"]
    assert login(ana).post(f"{GROUPS}{sales.pk}/remove/").status_code == 302


def test_on_a_plan_without_groups_the_page_explains_and_adds_none(
    login: LogIn, ana: Membership, acme: Account, sales: Group
) -> None:
    Account.objects.filter(pk=acme.pk).update(plan=PlanName.FREE)
    client = login(ana)

    page = client.get(GROUPS).content.decode()
    client.post(GROUPS, {"name": "Support"})
    client.post(f"{GROUPS}{sales.pk}/rename/", {"name": "Shop"})

    assert "Groups are part of the Standard and Pro plans" in page
    assert 'name="name"' not in page
    assert _names(acme) == ["Sales"]


def test_after_a_change_of_plans_groups_can_still_be_removed(
    login: LogIn, ana: Membership, acme: Account, sales: Group
) -> None:
    Account.objects.filter(pk=acme.pk).update(plan=PlanName.FREE)

    login(ana).post(f"{GROUPS}{sales.pk}/remove/")

    assert _names(acme) == []


# --- E-mail -------------------------------------------------------------------------------------


def _settings(acme: Account) -> ChatSettings:
    with tenant(acme.pk):
        return chat_settings.of(acme.pk)


def test_e_mail_settings_are_kept_and_shown(login: LogIn, ana: Membership, acme: Account) -> None:
    response = login(ana).post(
        MAIL, {"mail_agents_after_minutes": "30", "agents_may_send_transcripts": "on"}, follow=True
    )

    kept = _settings(acme)
    assert kept.mail_agents_after_minutes == 30
    assert kept.agents_may_send_transcripts
    assert not kept.visitors_may_request_transcripts
    assert not kept.mails_answers_to_visitors
    assert '<option value="30" selected>After 30 minutes</option>' in response.content.decode()


def test_agents_need_not_be_told_at_all(login: LogIn, ana: Membership, acme: Account) -> None:
    login(ana).post(MAIL, {"mail_agents_after_minutes": "0"})

    assert _settings(acme).mail_agents_after_minutes == 0


@pytest.mark.parametrize("minutes", ["-1", "7", "100000", "soon", ""])
def test_a_time_that_is_not_on_offer_is_refused(
    login: LogIn, ana: Membership, acme: Account, minutes: str
) -> None:
    response = login(ana).post(MAIL, {"mail_agents_after_minutes": minutes})

    assert (response.status_code, _settings(acme).mail_agents_after_minutes) == (422, 3)


def test_a_time_kept_from_before_stays_on_offer(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    with tenant(acme.pk):
        chat_settings.change(acme.pk, mail_agents_after_minutes=7)

    assert login(ana).post(MAIL, {"mail_agents_after_minutes": "7"}).status_code == 302


def test_on_a_plan_without_transcripts_the_page_explains_and_keeps_the_switches(
    login: LogIn, ana: Membership, acme: Account
) -> None:
    Account.objects.filter(pk=acme.pk).update(plan=PlanName.FREE)
    client = login(ana)

    page = client.get(MAIL).content.decode()
    client.post(MAIL, {"mail_agents_after_minutes": "5"})

    assert "Transcripts are part of the Standard and Pro plans" in page
    assert _settings(acme).agents_may_send_transcripts
    assert _settings(acme).mail_agents_after_minutes == 5
