"""Questions to the platform's data protection officer, each with a number and a clock (S45)."""

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Language


class Ticket(models.Model):
    """A question from the public form. Global: whoever writes belongs to no account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # What people quote; random, so that it tells nobody how many there are.
    number = models.CharField(max_length=12, unique=True)
    name = models.TextField(max_length=120, blank=True)
    email = models.EmailField()
    language = models.TextField(choices=Language, default=Language.ENGLISH)
    words = models.TextField(max_length=4_000)
    received_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    answer = models.TextField(max_length=8_000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(closed_at=None), name="ticket_open")
        ]

    def __str__(self) -> str:
        return self.number
