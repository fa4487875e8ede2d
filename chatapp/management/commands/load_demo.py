"""`manage.py load_demo`: a ready account with people, a look back at some days, and a key for the
demo shop. Running it again adds nothing."""

import os
from argparse import ArgumentParser
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import companies, plans, signup, sites
from accounts.models import Account, Membership, PlanName, Role, User
from accounts.tenancy import tenant
from chat import conversations, events, groups, identity, locking, messages, visitors
from chat.authors import Author
from chat.models import AuthorKind, ChatSettings, Conversation, Message, Visitor
from chat.visitors import VisitorDetails
from demo.shop.server import KEY_FILE
from demo.stories import ASKS_FOR_A_COPY, COMPANY, NEWS, STORIES, Speaker, Story
from privacy import agreements, consents, purposes, requests
from privacy.documents.facts import Incomplete
from privacy.models import Agreement, LegalBasis, PurposeCategory
from privacy.models.requests import Channel, RequestKind

SLUG = "demo"
GROUPS = {"orders": "Orders and parcels", "advice": "Advice"}

Team = dict[Speaker, Membership]


class Command(BaseCommand):
    help = "Make the demo account, once, and allow the demo shop's addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--print-key", action="store_true", help="print the account's public key and no more"
        )

    def handle(self, *args: Any, print_key: bool, **options: Any) -> None:
        with transaction.atomic():
            account = Account.objects.filter(slug=SLUG).first() or _make()
            with tenant(account.pk):
                for address in _shop_addresses():
                    sites.add(account, address)
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        (settings.VAR_DIR / KEY_FILE).write_text(account.public_key + "\n")
        self.stdout.write(account.public_key if print_key else f"The account “{SLUG}” is ready.")


def _shop_addresses() -> list[str]:
    port = os.environ.get("SHOP_PORT") or "8001"
    also = os.environ.get("SHOP_URL")
    local = [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]
    return [*local, also] if also else local


def _make() -> Account:
    password = os.environ.get("DEMO_PASSWORD")
    if not password:
        raise CommandError("Set DEMO_PASSWORD: the password of the demo account's people.")
    owner = signup.found(
        _person("owner@demo.test", password), name=SLUG, address=_shop_addresses()[0]
    )
    account = owner.account
    plans.change(account, to=PlanName.PRO)
    account.name = "Kettle Lane"
    account.time_zone = "Europe/Prague"
    account.save(update_fields=["name", "time_zone"])
    owner.public_name, owner.description = "Lena", "Blends the teas"
    owner.told_at = timezone.now()
    owner.save(update_fields=["public_name", "description", "told_at"])
    agent = Membership.objects.create(
        account=account,
        user=_person("agent@demo.test", password),
        role=Role.AGENT,
        public_name="Tomas",
        description="Packs the parcels",
        told_at=timezone.now(),
    )
    with tenant(account.pk):
        companies.name(account, COMPANY, by=owner)
        news = _declare_purposes(account, by=owner)
        _tell_stories(account, {"owner": owner, "agent": agent}, news)
        _ask_for_a_copy(by=owner)
        # Last: what was accepted is what the settings say.
        _accept(account, by=owner)
    return account


def _declare_purposes(account: Account, *, by: Membership) -> UUID:
    """What the shop uses its visitors' data for. The purpose of the letter that it sends."""
    purposes.declare_support(LegalBasis.CONTRACT, account_id=account.pk, by=by)
    news = purposes.declare_further(
        NEWS, account_id=account.pk, category=PurposeCategory.NEWSLETTER, by=by
    )
    return UUID(str(news.purpose_id))


def _ask_for_a_copy(*, by: Membership) -> None:
    name, email = ASKS_FOR_A_COPY
    requests.receive(
        RequestKind.ACCESS,
        Channel.EMAIL,
        name=name,
        email=email,
        now=timezone.now() - timedelta(days=2),
        by=by,
    )


def _accept(account: Account, *, by: Membership) -> None:
    try:
        agreements.accept(account, Agreement, by=by)
    except Incomplete as error:
        missing = ", ".join(error.missing)
        raise CommandError(
            f"Load the registers first (load_registers). Missing: {missing}"
        ) from error


def _person(email: str, password: str) -> User:
    user = User.objects.create_user(email, password)
    user.emailaddress_set.create(email=email, verified=True, primary=True)  # type: ignore[attr-defined]
    return user


def _tell_stories(account: Account, team: Team, news: UUID) -> None:
    for key, name in GROUPS.items():
        groups.add(account.pk, name=name, key=key)
    # Nobody gets a letter about what is days old and made up.
    quiet = ChatSettings.objects.create(
        account=account, mail_agents_after_minutes=0, mails_answers_to_visitors=False
    )
    now = timezone.now()
    # Collected and dropped: nobody listens to an account that is only being made.
    with events.collecting():
        for story in sorted(STORIES, key=_minutes_since_the_end, reverse=True):
            _tell(account, story, team, now, news)
    quiet.delete()


def _tell(account: Account, story: Story, team: Team, now: datetime, news: UUID) -> None:
    """Have the conversation through the verbs, then put it where it belongs in time."""
    visitor = visitors.ensure(
        account.pk,
        identity.new_visitor_id(),
        VisitorDetails(
            name=story.name,
            email=story.email,
            phone=story.phone,
            variables=story.variables,
            language=story.language,
            browser=story.browser,
            os=story.os,
            device=story.device,
            time_zone=story.time_zone,
        ),
    )
    conversation = conversations.open_for(visitor, group=groups.find(story.group))
    for speaker, _, words in story.lines:
        author = _author(speaker, visitor, team)
        messages.post(conversation, author=author, body=words, client_id=uuid4())
    if story.handed_to:
        by = locking.locked(conversation.pk).assignee
        assert by, "a conversation is handed over by the member who has it"
        conversations.assign(conversation, to=team[story.handed_to], by=by)
    if story.seen:
        last = locking.locked(conversation.pk).last_seq
        conversations.mark(conversation, side="visitor", what="seen", seq=last)
    if story.closed_by:
        conversations.close(conversation, by=_author(story.closed_by, visitor, team))
    box = purposes.box(news, "en")
    if story.wants_news and box:
        begun = now - timedelta(minutes=story.minutes_ago)
        consents.give(visitor.pk, news, version=box.version, language="en", now=begun)
    if story.is_blocked:
        visitors.block(visitor, by=team["agent"])
    _backdate(conversation, story, now)


def _author(speaker: Speaker, visitor: Visitor, team: Team) -> Author:
    if speaker == "visitor":
        return Author.of_visitor(visitor)
    return Author.of_member(team[speaker])


def _backdate(conversation: Conversation, story: Story, now: datetime) -> None:
    """Move what was just said into the past. Only the demo may: elsewhere times are facts."""
    begun = now - timedelta(minutes=story.minutes_ago)
    minutes = accumulate(gap for _, gap, _ in story.lines)
    times = [begun + timedelta(minutes=passed) for passed in minutes]
    ended = times[-1] + timedelta(minutes=2)
    waits_since = None
    position = 0
    for message in Message.objects.filter(conversation=conversation).order_by("seq"):
        if message.event is None:
            at = times[position]
            position += 1
            is_visitor = message.author_kind == AuthorKind.VISITOR
            waits_since = (waits_since or at) if is_visitor else None
        else:
            # Who joins does so with the words that follow; other events come after the last ones.
            at = times[position] if message.event["name"] == "agent_join" else ended
        Message.objects.filter(pk=message.pk).update(sent_at=at)
    closed_at = ended if story.closed_by else None
    Conversation.objects.filter(pk=conversation.pk).update(
        created_at=begun,
        last_message_at=times[-1],
        waiting_since=None if closed_at else waits_since,
        closed_at=closed_at,
    )
    Visitor.objects.filter(pk=conversation.visitor_id).update(
        created_at=begun, last_seen_at=times[-1]
    )


def _minutes_since_the_end(story: Story) -> int:
    return story.minutes_ago - sum(gap for _, gap, _ in story.lines)
