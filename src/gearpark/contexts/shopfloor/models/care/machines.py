"""Machines: the thing itself apart from the role it plays, and how much it worked each day."""

from __future__ import annotations

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..lines import MAX_CODE, MAX_NAME, Line
from .files import MAX_ACTOR
from .tools import MAX_NOTE


class PhysicalAsset(ScopedModel):
    """A machine, spindle, motor or gripper with a serial number, whatever place it stands in."""

    serial = models.CharField(max_length=MAX_CODE)
    kind = models.CharField(max_length=MAX_CODE)
    name = models.CharField(max_length=MAX_NAME, blank=True, default="")
    maker = models.CharField(max_length=MAX_NAME, blank=True, default="")
    model = models.CharField(max_length=MAX_NAME, blank=True, default="")
    illustrative = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_physical"
        ordering = ["org", "kind", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["org", "kind", "serial"], name="shopfloor_physical_serial"),
        ]

    def __str__(self) -> str:
        return self.serial


class Mounting(ScopedModel):
    """A physical asset in a role from ``since_at`` until ``until_at`` (empty: still there)."""

    physical = models.ForeignKey(PhysicalAsset, on_delete=models.PROTECT, related_name="mountings")
    asset = models.CharField(max_length=MAX_CODE)
    module = models.CharField(max_length=MAX_CODE)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_mounting"
        ordering = ["-since_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "asset", "module"],
                condition=models.Q(until_at=None),
                name="shopfloor_mounting_one_a_role",
            ),
            models.UniqueConstraint(
                fields=["physical"],
                condition=models.Q(until_at=None),
                name="shopfloor_mounting_one_place",
            ),
            models.CheckConstraint(
                condition=models.Q(until_at=None) | models.Q(until_at__gt=models.F("since_at")),
                name="shopfloor_mounting_forward",
            ),
        ]
        indexes = [models.Index(fields=["org", "asset", "since_at"], name="shopfloor_mounting_asset")]

    def __str__(self) -> str:
        return f"{self.physical_id} {self.asset}"


class MachineDay(ScopedModel):
    """Parts and running time of one asset on one UTC day, from its signals. Set, never added."""

    asset = models.CharField(max_length=MAX_CODE)
    on = models.DateField()
    parts = models.PositiveIntegerField()
    run_s = models.FloatField()

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_machine_day"
        constraints = [
            models.UniqueConstraint(fields=["org", "asset", "on"], name="shopfloor_machine_day_once"),
            models.CheckConstraint(
                condition=models.Q(run_s__gte=0, run_s__lte=86_400), name="shopfloor_machine_day_real"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} {self.on}"


class CareFollow(ScopedModel):
    """Up to which version of the lake a line's signals are in; moves in the transaction that stores what they said."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    version = models.BigIntegerField(default=-1)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_care_follow"
        constraints = [
            models.UniqueConstraint(fields=["line", "what"], name="shopfloor_care_follow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.what}"
