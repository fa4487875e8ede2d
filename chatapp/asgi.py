"""The ASGI application: HTTP, the two sockets, and the poll for visitors without one."""

import gc
import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatapp.settings")
http = get_asgi_application()

from chat.polling import VisitorPoll  # noqa: E402  (needs the apps loaded)
from chat.sockets import InboxSocket, VisitorSocket  # noqa: E402
from chatapp.encryption import EncryptedOnly  # noqa: E402


def at(pattern: str, application: Any) -> Any:
    """An ASGI application at a path. Channels routes by Django's patterns, whose types know views
    only."""
    return path(pattern, application)


application = ProtocolTypeRouter(
    {
        "http": URLRouter(
            [
                # Waits up to half a minute: kept away from Django's middleware, which would pin a
                # thread meanwhile.
                at("widget/<str:key>/poll", EncryptedOnly(VisitorPoll.as_asgi())),
                at("", http),
                at("<path:_rest>", http),
            ]
        ),
        "websocket": URLRouter(
            [
                at("ws/visitor/<str:key>/", EncryptedOnly(VisitorSocket.as_asgi())),
                at(
                    "ws/inbox/<slug:slug>/",
                    EncryptedOnly(AuthMiddlewareStack(InboxSocket.as_asgi())),
                ),
            ]
        ),
    }
)

# What is loaded by now lives as long as the process: the collector need not look at it again.
gc.collect()
gc.freeze()
