"""The bare stack: one Channels consumer on the same daphne, Redis and PostgreSQL, and nothing else."""

import os
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path
from psycopg_pool import AsyncConnectionPool

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatapp.settings")
http = get_asgi_application()

TABLE = "bench_bare"

_pool: AsyncConnectionPool | None = None


async def pool() -> AsyncConnectionPool:
    """The process's connections, opened by the first message."""
    global _pool  # noqa: PLW0603  (one per process, and it needs the running loop)
    if _pool is None:
        _pool = AsyncConnectionPool(
            os.environ["DATABASE_URL"],
            min_size=4,
            max_size=12,
            open=False,
            kwargs={"autocommit": True},
        )
        await _pool.open(wait=True)
    return _pool


class Bare(AsyncWebsocketConsumer):
    """Inserts what it receives as one row, commits, and tells its room through the layer."""

    async def connect(self) -> None:
        self.room = f"bench.{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any
    ) -> None:
        connections = await pool()
        async with connections.connection() as connection:
            await connection.execute(f"INSERT INTO {TABLE} (body) VALUES (%s)", [text_data])  # noqa: S608
        await self.channel_layer.group_send(self.room, {"type": "told", "text": text_data})

    async def told(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


# Channels routes by Django's patterns, whose types know views only.
bare: Any = Bare.as_asgi()
route: Any = path("bare/<slug:room>/", bare)
application = ProtocolTypeRouter({"http": http, "websocket": URLRouter([route])})
