"""Recall cases: which parts a cause touched, frozen as they stood when the case was opened."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from .lines import MAX_CODE, MAX_NAME
from .work import MAX_ACTOR, MAX_NOTE, Serial


class Recall(ScopedModel):
    """One case: a cause, why it matters, and the parts it touched at that moment.

    hold_by  who wanted the parts held; ``hold_done`` once every part that can be held is
    """

    name = models.CharField(_("case"), max_length=MAX_NAME)
    cause = models.JSONField(_("cause"))
    reason = models.CharField(_("reason"), max_length=MAX_NOTE)
    parts = models.PositiveIntegerField(_("parts"), default=0)
    counts = models.JSONField(default=dict)
    opened_by = models.CharField(_("opened by"), max_length=MAX_ACTOR)
    opened_at = models.DateTimeField(_("opened at"))
    hold_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    hold_done = models.BooleanField(default=False)
    closed_by = models.CharField(_("closed by"), max_length=MAX_ACTOR, blank=True, default="")
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_note = models.CharField(_("what was done"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_recall"
        ordering = ["-opened_at"]
        constraints = [models.UniqueConstraint(fields=["org", "name"], name="shopfloor_recall_name")]

    def __str__(self) -> str:
        return self.name


class RecallPart(ScopedModel):
    """One part of a case, as it stood then. Never changed; whether it is held now says the part itself."""

    pk = models.CompositePrimaryKey("recall_id", "serial_id")
    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, db_index=False, related_name="rows")
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="recalls")
    status = models.CharField(max_length=8)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    touched_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_recall_part"

    def __str__(self) -> str:
        return f"{self.recall_id} {self.serial_id}"
