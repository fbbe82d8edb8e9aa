"""Gauges: what measures, how well, until when it may, and every check that says so."""

from __future__ import annotations

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.care import CheckKind, GaugeState
from ..lines import MAX_CODE, MAX_NAME, Line
from .files import MAX_ACTOR, CareFile
from .tools import MAX_NOTE

MAX_UNIT = 16


class GaugeClass(ScopedModel):
    """A kind of gauge with its calibration plan.

    every_days, every_uses  calibration interval; at least one
    master_each_shift       a check with the master part is due in every shift
    limit                   permissible deviation, in ``unit``
    guarded                 conformance needs deviation plus uncertainty inside the limit (ISO 14253-1)
    """

    code = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    unit = models.CharField(max_length=MAX_UNIT)
    limit = models.FloatField()
    guarded = models.BooleanField(default=True)
    every_days = models.PositiveIntegerField(null=True, blank=True)
    every_uses = models.PositiveIntegerField(null=True, blank=True)
    master_each_shift = models.BooleanField(default=False)
    illustrative = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_gauge_class"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_gauge_class_code"),
            models.CheckConstraint(condition=models.Q(limit__gt=0), name="shopfloor_gauge_class_limit"),
            models.CheckConstraint(
                condition=models.Q(every_days__isnull=False) | models.Q(every_uses__isnull=False),
                name="shopfloor_gauge_class_plan",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Gauge(ScopedModel):
    """One gauge. ``code`` is the number on it and what machines report as ``gauge_id``.

    uses      since the last calibration: ``base`` up to ``counts_from``, then the station's parts less ``offset``,
              the parts of that first day before
    """

    code = models.CharField(max_length=MAX_CODE)
    serial = models.CharField(max_length=MAX_CODE, blank=True, default="")
    gauge_class = models.ForeignKey(GaugeClass, on_delete=models.PROTECT, related_name="gauges")
    resolution = models.FloatField()
    range_low = models.FloatField()
    range_high = models.FloatField()
    standard = models.CharField(max_length=MAX_NAME, blank=True, default="")
    state = models.CharField(
        max_length=8,
        choices=[(s.value, s.value) for s in GaugeState],
        default=GaugeState.IN_USE.value,
    )
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="gauges", null=True, blank=True)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    place = models.CharField(max_length=MAX_NAME, blank=True, default="")
    calibrated_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)
    base = models.PositiveIntegerField(default=0)
    counts_from = models.DateTimeField(null=True)
    offset = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    illustrative = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_gauge"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_gauge_code"),
            models.CheckConstraint(
                condition=models.Q(resolution__gt=0, range_low__lt=models.F("range_high")),
                name="shopfloor_gauge_range",
            ),
        ]
        indexes = [models.Index(fields=["line", "station"], name="shopfloor_gauge_station")]

    def __str__(self) -> str:
        return self.code


class GaugeCheck(ScopedModel):
    """One check. Deviations, limit and uncertainty in the class's unit, as they were that day; never changed after.

    found_good  the gauge measured right until now; if not, everything since the last good check is suspect
    left_good   it may be used from now on
    """

    gauge = models.ForeignKey(Gauge, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in CheckKind])
    at = models.DateTimeField()
    as_found = models.FloatField()
    as_left = models.FloatField()
    limit = models.FloatField()
    uncertainty = models.FloatField(default=0.0)
    guarded = models.BooleanField(default=True)
    unit = models.CharField(max_length=MAX_UNIT)
    found_good = models.BooleanField()
    left_good = models.BooleanField()
    temperature_c = models.FloatField(null=True)
    standard = models.CharField(max_length=MAX_NAME, blank=True, default="")
    certificate = models.ForeignKey(CareFile, on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    key = models.CharField(max_length=MAX_CODE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_gauge_check"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gauge", "key"], condition=~models.Q(key=""), name="shopfloor_gauge_check_once"
            ),
        ]
        indexes = [models.Index(fields=["gauge", "at"], name="shopfloor_gauge_check_at")]

    def __str__(self) -> str:
        return f"{self.gauge_id} {self.at}"
