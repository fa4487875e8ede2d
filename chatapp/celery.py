"""The Celery application: `celery -A chatapp worker` and `celery -A chatapp beat`."""

import os
import time
from typing import Any

import structlog
from celery import Celery, Task, signals
from django.conf import settings

from chatapp import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatapp.settings")

app = Celery("chatapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

log = structlog.get_logger(__name__)

_UNTOLD = frozenset(
    {
        "chatapp.health.beat",
        "chat.tasks.send_due_mail",
        "privacy.tasks.look_for_restore",
        "privacy.tasks.send_due_request_letters",
    }
)
"""Tasks that run every few seconds: lines about them would hide the others."""


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Worker and beat write the same lines as the web process. A receiver of this signal is what
    keeps Celery from setting up its own."""
    logs.configure(settings.LOGGING)


@signals.task_prerun.connect
def bind_task(task_id: str, task: Task[Any, Any], kwargs: dict[str, Any], **_: Any) -> None:
    """Name the task, its id and its account in every line that it writes."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    if account_id := kwargs.get("account_id"):
        structlog.contextvars.bind_contextvars(account=account_id)
    task.request.update(began=time.perf_counter())


@signals.task_postrun.connect
def tell_task(task: Task[Any, Any], state: str | None, **_: Any) -> None:
    """One line for each task, with its outcome and time."""
    say = log.debug if task.name in _UNTOLD else log.info
    began: float = getattr(task.request, "began", time.perf_counter())
    say("task_ended", status=state, ms=round((time.perf_counter() - began) * 1000, 1))
    structlog.contextvars.clear_contextvars()
