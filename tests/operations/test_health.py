"""What load balancers and Prometheus are told."""

from datetime import timedelta

import redis
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from chat.models import Conversation
from chatapp import health


def test_a_living_process_says_so(client: Client) -> None:
    response = client.get("/livez")

    assert (response.status_code, response.content) == (200, b"ok")


def test_a_process_with_everything_it_needs_is_ready(client: Client, db: None) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    checks = response.json()["checks"]
    assert {name: checks[name] for name in ("database", "redis", "migrations")} == {
        "database": "ok",
        "redis": "ok",
        "migrations": "ok",
    }


def test_the_heartbeat_is_ok_once_a_worker_has_run_it(client: Client, db: None) -> None:
    server = redis.Redis.from_url(django_settings.REDIS_URL)
    server.delete(health.HEARTBEAT)
    before = client.get("/readyz").json()["checks"]["worker"]

    health.beat()

    assert (before, client.get("/readyz").json()["checks"]["worker"]) == ("stale", "ok")
    server.close()


def test_an_old_heartbeat_is_stale(client: Client, db: None) -> None:
    health.beat()
    server = redis.Redis.from_url(django_settings.REDIS_URL)
    last = float(server.get(health.HEARTBEAT) or 0)
    server.set(health.HEARTBEAT, last - health.HEARTBEAT_STALE_AFTER - 1)

    assert client.get("/readyz").json()["checks"]["worker"] == "stale"
    server.close()


# --- Metrics ------------------------------------------------------------------------------------


def _metrics(client: Client, settings: Settings) -> str:
    settings.METRICS_TOKEN = "a token"
    response = client.get("/metrics", headers={"Authorization": "Bearer a token"})
    assert response.status_code == 200
    return response.content.decode()


def test_metrics_need_the_token(client: Client, db: None, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a token"

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer b"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a token"}).status_code == 200


def test_without_a_token_metrics_do_not_exist_in_production(
    client: Client, db: None, settings: Settings
) -> None:
    settings.METRICS_TOKEN, settings.DEBUG = "", False

    assert client.get("/metrics").status_code == 404


def test_requests_are_counted_by_view_method_and_class_of_status(
    client: Client, db: None, settings: Settings
) -> None:
    client.get("/livez")
    client.get("/nowhere/ana@example.org/")
    client.generic("PROPFIND", "/livez")

    told = _metrics(client, settings)

    assert 'chatapp_http_responses_total{method="GET",status="2xx",view="livez"}' in told
    assert 'chatapp_http_responses_total{method="GET",status="4xx",view="none"}' in told
    assert 'method="other"' in told
    assert "PROPFIND" not in told
    assert "nowhere" not in told
    assert 'chatapp_http_seconds_count{view="livez"}' in told


def test_metrics_hold_the_chats_numbers_and_no_person(
    client: Client, settings: Settings, conversation: Conversation, acme: Account
) -> None:
    health.beat()

    told = _metrics(client, settings)

    assert 'chatapp_messages_posted_total{author="visitor"}' in told
    assert "chatapp_worker_heartbeat_age_seconds" in told
    assert "chatapp_oldest_errand_overdue_seconds 0.0" in told
    for personal in (str(acme.pk), acme.slug, acme.public_key, conversation.visitor.public_id):
        assert personal not in told


def test_an_overdue_letter_shows(client: Client, settings: Settings, acme: Account) -> None:

    Account.objects.filter(pk=acme.pk).update(errand_at=timezone.now() - timedelta(minutes=10))

    told = _metrics(client, settings)

    (line,) = (one for one in told.splitlines() if one.startswith("chatapp_oldest_errand"))
    assert 600 <= float(line.split()[1]) < 660
