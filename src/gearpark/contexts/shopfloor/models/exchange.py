"""What leaves the house about a part, and what comes in: passport links and EPCIS events."""

from __future__ import annotations

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from .lines import MAX_CODE
from .work import MAX_ACTOR, MAX_NOTE, Serial

MAX_HASH = 120


class PassportLink(ScopedModel):
    """A public link to a part's passport. The link itself is signed and never stored; revoking the row ends it."""

    serial = models.ForeignKey(Serial, on_delete=models.CASCADE, related_name="passport_links")
    made_by = models.CharField(max_length=MAX_ACTOR)
    made_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    revoked_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_passport_link"
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["serial"], condition=models.Q(revoked_at=None), name="shopfloor_passport_link_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.serial_id}"


class CapturedEvent(ScopedModel):
    """An EPCIS event somebody sent us, taken or refused; the hash makes a repeat harmless."""

    event_hash = models.CharField(max_length=MAX_HASH)
    kind = models.CharField(max_length=40)
    event_at = models.DateTimeField(null=True)
    document = models.JSONField()
    captured_by = models.CharField(max_length=MAX_ACTOR)
    captured_at = models.DateTimeField()
    facts = models.PositiveIntegerField(default=0)
    refused = models.CharField(max_length=MAX_CODE, blank=True, default="")  # code of the problem, "": taken
    why = models.CharField(max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_captured_event"
        ordering = ["-captured_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["org", "event_hash"], name="shopfloor_captured_event_once")
        ]

    def __str__(self) -> str:
        return self.event_hash
