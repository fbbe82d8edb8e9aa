"""Cutting tools, electrodes, dies and whatever else wears: classes, instances, lives, use and what was forecast."""

from __future__ import annotations

from typing import Any

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.care import LifeEnd, LifeUnit, ToolPlace, ToolState
from ..lines import MAX_CODE, MAX_NAME, Line
from .files import MAX_ACTOR

MAX_NOTE = 400
MAX_POCKET = 40
MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class ToolClass(ScopedModel):
    """A kind of tool of a line type.

    life_limit     uses after which it is worn, in ``unit``; the machine's own table may say less
    per_part       uses a part costs, in ``unit`` (1 for parts, cutting minutes or metres a part otherwise)
    wear_limit_mm  flank wear at which it is changed; empty when wear is not measured
    """

    code = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    line_type = models.CharField(max_length=MAX_CODE, blank=True, default="")
    unit = models.CharField(
        max_length=8,
        choices=[(u.value, u.value) for u in LifeUnit],
        default=LifeUnit.PARTS.value,
    )
    life_limit = models.FloatField()
    per_part = models.FloatField(default=1.0)
    wear_limit_mm = models.FloatField(null=True, blank=True)
    regrinds_max = models.PositiveSmallIntegerField(default=0)
    change_s = models.PositiveIntegerField(default=0)
    price_cny = models.DecimalField(default=0, **MONEY)
    regrind_cny = models.DecimalField(default=0, **MONEY)
    illustrative = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool_class"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_tool_class_code"),
            models.CheckConstraint(
                condition=models.Q(life_limit__gt=0, per_part__gt=0), name="shopfloor_tool_class_life"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Tool(ScopedModel):
    """One tool. ``used`` belongs to the life it is in; a regrind begins the next life.

    left_share  share of life the machine's own tool table said was left, at ``left_at``
    """

    serial = models.CharField(max_length=MAX_CODE)
    tool_class = models.ForeignKey(ToolClass, on_delete=models.PROTECT, related_name="tools")
    state = models.CharField(
        max_length=8, choices=[(s.value, s.value) for s in ToolState], default=ToolState.NEW.value
    )
    place = models.CharField(
        max_length=8,
        choices=[(p.value, p.value) for p in ToolPlace],
        default=ToolPlace.STORE.value,
    )
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="tools", null=True, blank=True)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    pocket = models.CharField(max_length=MAX_POCKET, blank=True, default="")
    life_limit = models.FloatField(null=True, blank=True)
    used = models.FloatField(default=0.0)
    life_no = models.PositiveSmallIntegerField(default=1)
    regrinds = models.PositiveSmallIntegerField(default=0)
    mounted_at = models.DateTimeField(null=True)
    left_share = models.FloatField(null=True)
    left_at = models.DateTimeField(null=True)
    by_machine = models.BooleanField(default=False)
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    illustrative = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool"
        ordering = ["org", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["org", "serial"], name="shopfloor_tool_serial"),
            models.UniqueConstraint(
                fields=["line", "station", "pocket"],
                condition=models.Q(place="station"),
                name="shopfloor_tool_one_a_pocket",
            ),
            models.CheckConstraint(
                condition=models.Q(used__gte=0) & (models.Q(life_limit=None) | models.Q(life_limit__gt=0)),
                name="shopfloor_tool_life",
            ),
        ]
        indexes = [models.Index(fields=["line", "station"], name="shopfloor_tool_station")]

    def __str__(self) -> str:
        return self.serial


class ToolLife(ScopedModel):
    """One life of a tool from mounting to its end; ``end`` empty while it lasts.

    out_at   when it last left its pocket without ending
    partial  it had begun before anybody counted: its use says nothing about how long lives are
    """

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="lives")
    tool_class = models.ForeignKey(ToolClass, on_delete=models.PROTECT, related_name="lives")
    life_no = models.PositiveSmallIntegerField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+", null=True)
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    pocket = models.CharField(max_length=MAX_POCKET, blank=True, default="")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)
    used = models.FloatField(default=0.0)
    partial = models.BooleanField(default=False)
    end = models.CharField(
        max_length=10, choices=[(e.value, e.value) for e in LifeEnd], blank=True, default=""
    )
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    cost_cny = models.DecimalField(default=0, **MONEY)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool_life"
        ordering = ["-begun_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tool", "life_no"], name="shopfloor_tool_life_once"),
        ]
        indexes = [
            models.Index(fields=["tool_class", "ended_at"], name="shopfloor_tool_life_class"),
            models.Index(fields=["line", "station", "ended_at"], name="shopfloor_tool_life_place"),
        ]

    def __str__(self) -> str:
        return f"{self.tool_id} #{self.life_no}"


class ToolHour(ScopedModel):
    """Uses of one life in one hour, counted from machine signals. Set, never added: late data gives the same figure.

    left_share  what the machine's table said at the hour's last use, when the life had ``left_parts`` of the hour's parts
    """

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="hours")
    life_no = models.PositiveSmallIntegerField()
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    station = models.CharField(max_length=MAX_CODE)
    pocket = models.CharField(max_length=MAX_POCKET, blank=True, default="")
    hour_us = models.BigIntegerField()
    parts = models.PositiveIntegerField()
    left_share = models.FloatField(null=True)
    left_parts = models.PositiveIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool_hour"
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "life_no", "line", "station", "pocket", "hour_us"],
                name="shopfloor_tool_hour_once",
            ),
        ]
        indexes = [models.Index(fields=["line", "hour_us"], name="shopfloor_tool_hour_line")]

    def __str__(self) -> str:
        return f"{self.tool_id} {self.hour_us}"


class ToolWear(ScopedModel):
    """A measured wear of a tool after so much use, or a report of use by a person (``wear_mm`` empty)."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="wear")
    life_no = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    used = models.FloatField()
    added = models.FloatField(default=0.0)
    wear_mm = models.FloatField(null=True)
    key = models.CharField(max_length=MAX_CODE, blank=True, default="")
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool_wear"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "key"], condition=~models.Q(key=""), name="shopfloor_tool_wear_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool_id} {self.at}"


class ToolPreset(ScopedModel):
    """A measurement at the presetter: what the machine's offsets rest on."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="presets")
    at = models.DateTimeField()
    length_mm = models.FloatField()
    radius_mm = models.FloatField()
    runout_mm = models.FloatField(null=True)
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool_preset"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.tool_id} {self.at}"


class ToolForecast(ScopedModel):
    """When a tool was expected to be due, as said once in a shift; scored when its life ends."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="forecasts")
    tool_class = models.ForeignKey(ToolClass, on_delete=models.PROTECT, related_name="+")
    life_no = models.PositiveSmallIntegerField()
    shift_key = models.CharField(max_length=MAX_CODE)
    method = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    used = models.FloatField()
    due_at = models.DateTimeField()
    early_at = models.DateTimeField()
    late_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    inside = models.BooleanField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_tool_forecast"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "life_no", "shift_key"], name="shopfloor_tool_forecast_once"
            ),
        ]
        indexes = [models.Index(fields=["org", "ended_at"], name="shopfloor_tool_forecast_end")]

    def __str__(self) -> str:
        return f"{self.tool_id} {self.shift_key}"
