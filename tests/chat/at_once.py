"""Several people do something at the same moment, each in a transaction of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar
from uuid import UUID

from django.db import connections

from accounts.tenancy import tenant
from chat.refusals import RefusedError

T = TypeVar("T")


def at_once(account_id: UUID, *works: Callable[[], T]) -> list[T | RefusedError]:
    """What each work returned, or how it was refused. Any other error is raised."""
    start = Barrier(len(works), timeout=20)

    def run(work: Callable[[], T]) -> T | RefusedError:
        try:
            start.wait()
            with tenant(account_id):
                return work()
        except RefusedError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works, timeout=60))
