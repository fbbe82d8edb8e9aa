"""Maintenance: plans that become due, orders that are done, limits of conditions."""

from __future__ import annotations

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.care import JobKind, JobStatus, Trigger
from ..lines import MAX_CODE, MAX_NAME, Line
from .files import MAX_ACTOR
from .tools import MAX_NOTE

MAX_TEXT = 2000


class ConditionZone(ScopedModel):
    """Zone limits of one machine group, velocity mm/s r.m.s. (ISO 20816-3 zones A to D). A table that is edited."""

    group = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    edition = models.CharField(max_length=MAX_CODE)
    ab = models.FloatField()
    bc = models.FloatField()
    cd = models.FloatField()
    unit = models.CharField(max_length=16, default="mm/s")
    illustrative = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_condition_zone"
        ordering = ["org", "group"]
        constraints = [
            models.UniqueConstraint(fields=["org", "group"], name="shopfloor_condition_zone_group"),
            models.CheckConstraint(
                condition=models.Q(ab__gt=0, ab__lt=models.F("bc"), bc__lt=models.F("cd")),
                name="shopfloor_condition_zone_order",
            ),
        ]

    def __str__(self) -> str:
        return self.group


class MaintenancePlan(ScopedModel):
    """What is done to an asset, and what makes it due.

    every        days, parts or run hours between two times it is done (by ``trigger``); empty for a condition
    signal       condition: the asset's signal; due once it stood at or above ``limit`` for ``hold_s`` seconds,
                 and again only after it fell to ``release`` (hysteresis)
    counted      parts or run hours since ``counts_from``; ``offset`` is what that first day had before
    watch        condition: how far the signal was read and whether it stood above the limit
    checklist    [{"en", "zh", "kind": "check" | "value", "unit", "low", "high"}]
    spares       [{"code", "quantity"}]
    """

    code = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="care_plans", null=True)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    asset = models.CharField(max_length=MAX_CODE)
    trigger = models.CharField(max_length=10, choices=[(t.value, t.value) for t in Trigger])
    every = models.FloatField(null=True, blank=True)
    warn_share = models.FloatField(default=0.9)
    signal = models.CharField(max_length=90, blank=True, default="")
    limit = models.FloatField(null=True, blank=True)
    release = models.FloatField(null=True, blank=True)
    hold_s = models.PositiveIntegerField(default=0)
    zone = models.ForeignKey(
        ConditionZone, on_delete=models.PROTECT, related_name="plans", null=True, blank=True
    )
    checklist = models.JSONField(default=list, blank=True)
    spares = models.JSONField(default=list, blank=True)
    minutes = models.PositiveIntegerField(default=30)
    stops_line = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    counts_from = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    counted = models.FloatField(default=0.0)
    offset = models.FloatField(default=0.0)
    watch = models.JSONField(default=dict, blank=True)
    illustrative = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_care_plan"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_care_plan_code"),
            models.CheckConstraint(
                condition=(
                    models.Q(trigger="condition", limit__isnull=False, release__isnull=False)
                    & models.Q(release__lte=models.F("limit"))
                    & ~models.Q(signal="")
                )
                | (~models.Q(trigger="condition") & models.Q(every__gt=0)),
                name="shopfloor_care_plan_trigger",
            ),
            models.CheckConstraint(
                condition=models.Q(warn_share__gt=0, warn_share__lte=1), name="shopfloor_care_plan_warn"
            ),
        ]
        indexes = [models.Index(fields=["asset"], name="shopfloor_care_plan_asset")]

    def __str__(self) -> str:
        return self.code


class MaintenanceOrder(ScopedModel):
    """A maintenance order. A plan has at most one that is not finished; an alarm or a call gives at most one.

    checklist  the plan's points as they were, each with ``done`` or ``value`` once it was worked through
    """

    number = models.CharField(max_length=MAX_CODE)
    plan = models.ForeignKey(MaintenancePlan, on_delete=models.PROTECT, related_name="orders", null=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in JobKind])
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in JobStatus],
        default=JobStatus.OPEN.value,
    )
    priority = models.PositiveSmallIntegerField(default=50)
    title = models.CharField(max_length=MAX_NAME)
    text = models.CharField(max_length=MAX_TEXT, blank=True, default="")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="care_orders", null=True)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    asset = models.CharField(max_length=MAX_CODE)
    source = models.CharField(max_length=10, default="person")
    source_key = models.CharField(max_length=200, blank=True, default="")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    planned_at = models.DateTimeField(null=True)
    minutes = models.PositiveIntegerField(default=30)
    assigned_to = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    labour_min = models.PositiveIntegerField(null=True)
    downtime_min = models.PositiveIntegerField(null=True)
    checklist = models.JSONField(default=list, blank=True)
    cause = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    remedy = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    illustrative = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_care_order"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["org", "number"], name="shopfloor_care_order_number"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=models.Q(status__in=["open", "planned", "in_progress"]),
                name="shopfloor_care_order_one_open",
            ),
            models.UniqueConstraint(
                fields=["org", "source_key"],
                condition=~models.Q(source_key=""),
                name="shopfloor_care_order_source",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "status", "planned_at"], name="shopfloor_care_order_board"),
            models.Index(fields=["asset", "opened_at"], name="shopfloor_care_order_asset"),
        ]

    def __str__(self) -> str:
        return self.number
