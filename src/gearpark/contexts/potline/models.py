"""The potline's tables: lines with their targets, and what people took note of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.base.limits import MAX_ASSET_ID_LENGTH
from gearpark.kit.tenant import ScopedManager, ScopedModel

from .types import CampaignState, Material, MoveKind, OrderKind, OrderState, PlanState

MAX_NAME = 120
MAX_NOTE = 400
MAX_ACTOR = 160
MAX_CELLS = 1_000
MAX_ROOMS = 8


class Potline(ScopedModel):
    """A line of cells. ``targets``: figure -> [middle, room]; ``revision`` grows with every change of them."""

    code = models.CharField(_("code"), max_length=MAX_ASSET_ID_LENGTH)
    name_en = models.CharField(_("name"), max_length=MAX_NAME)
    name_zh = models.CharField(_("Chinese name"), max_length=MAX_NAME, blank=True, default="")
    cells = models.PositiveIntegerField(_("cells"))
    rooms = models.PositiveIntegerField(_("rows"), default=2)
    targets = models.JSONField(_("targets"), default=dict)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    set_points = models.JSONField(_("ordered set-points"), default=dict, blank=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "potline_line"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="potline_line_code"),
            models.CheckConstraint(
                condition=Q(cells__gte=1, cells__lte=MAX_CELLS), name="potline_line_cells"
            ),
            models.CheckConstraint(
                condition=Q(rooms__gte=1, rooms__lte=MAX_ROOMS), name="potline_line_rooms"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AlarmSeen(ScopedModel):
    """Somebody took note of an alarm of a cell, and may say what was done."""

    line = models.ForeignKey(Potline, on_delete=models.CASCADE, related_name="seen")
    cell = models.PositiveIntegerField(_("cell"))
    alarm = models.CharField(_("alarm"), max_length=40)
    began_at = models.DateTimeField(_("began at"))
    by = models.CharField(_("seen by"), max_length=MAX_ACTOR)
    at = models.DateTimeField(_("seen at"))
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "potline_alarm_seen"
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(fields=["line", "cell", "alarm", "began_at"], name="potline_alarm_once")
        ]

    def __str__(self) -> str:
        return f"{self.cell} {self.alarm}"


class Campaign(ScopedModel):
    """A change of a line's set-points, from its draft to its end. ``heard_at``: last sign of the what-if's work."""

    line = models.ForeignKey(Potline, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(_("name"), max_length=MAX_NAME)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=[(one.value, one.value) for one in CampaignState],
        default=CampaignState.WAITING.value,
    )
    changes = models.JSONField(_("changes"))
    before = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=1)
    result = models.JSONField(default=list)
    problem = models.JSONField(default=dict)
    made_by = models.CharField(_("made by"), max_length=MAX_ACTOR)
    made_at = models.DateTimeField(_("made at"))
    approved_by = models.CharField(_("approved by"), max_length=MAX_ACTOR, blank=True, default="")
    applied_by = models.CharField(_("applied by"), max_length=MAX_ACTOR, blank=True, default="")
    applied_at = models.DateTimeField(_("applied at"), null=True)
    ended_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "potline_campaign"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state=CampaignState.APPLIED.value),
                name="potline_campaign_applied",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=models.F("made_by")), name="potline_campaign_two"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Plan(ScopedModel):
    """A plan of tapping and anode changes of a day; at most one of a line and day is released."""

    line = models.ForeignKey(Potline, on_delete=models.CASCADE, related_name="plans")
    day = models.DateField(_("day"))
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=[(one.value, one.value) for one in PlanState],
        default=PlanState.WAITING.value,
    )
    rules = models.JSONField(default=dict)
    wanted = models.JSONField(default=list)
    case = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    unknown = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    made_by = models.CharField(_("made by"), max_length=MAX_ACTOR)
    made_at = models.DateTimeField(_("made at"))
    released_by = models.CharField(_("released by"), max_length=MAX_ACTOR, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "potline_plan"
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "day"],
                condition=Q(state=PlanState.RELEASED.value),
                name="potline_plan_released",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"


class WorkOrder(ScopedModel):
    """What the crew is to do at a cell in a shift, and what it did."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="orders")
    line = models.ForeignKey(Potline, on_delete=models.CASCADE, related_name="orders")
    day = models.DateField(_("day"))
    shift = models.PositiveSmallIntegerField(_("shift"))
    kind = models.CharField(_("work"), max_length=8, choices=[(one.value, one.value) for one in OrderKind])
    cell = models.PositiveIntegerField(_("cell"))
    due = models.PositiveSmallIntegerField(default=0)
    ladle = models.PositiveIntegerField(_("ladle"), default=0)
    grade = models.CharField(_("grade"), max_length=20, blank=True, default="")
    planned_kg = models.FloatField(_("planned, kg"), default=0)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[(one.value, one.value) for one in OrderState],
        default=OrderState.OPEN.value,
    )
    kg = models.FloatField(_("weighed, kg"), null=True)
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    at = models.DateTimeField(null=True)
    source = models.CharField(max_length=8, blank=True, default="")
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "potline_work"
        ordering = ["day", "shift", "ladle", "cell"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind", "cell", "due"], name="potline_work_once"),
            models.CheckConstraint(condition=Q(kg__isnull=True) | Q(kg__gte=0), name="potline_work_kg"),
        ]
        indexes = [models.Index(fields=["line", "day", "shift"], name="potline_work_shift")]

    def __str__(self) -> str:
        return f"{self.day} {self.shift} {self.kind} {self.cell}"


class Silo(ScopedModel):
    """A silo of alumina or fluoride that feeds the cells ``first`` to ``last`` of a line."""

    line = models.ForeignKey(Potline, on_delete=models.CASCADE, related_name="silos")
    code = models.CharField(_("code"), max_length=20)
    material = models.CharField(
        _("material"), max_length=10, choices=[(one.value, one.value) for one in Material]
    )
    capacity_t = models.FloatField(_("capacity, t"))
    reorder_t = models.FloatField(_("order more below, t"))
    first = models.PositiveIntegerField(_("first cell"))
    last = models.PositiveIntegerField(_("last cell"))

    objects = ScopedManager()

    class Meta:
        db_table = "potline_silo"
        ordering = ["material", "code"]
        constraints = [
            models.UniqueConstraint(fields=["line", "code"], name="potline_silo_code"),
            models.CheckConstraint(
                condition=Q(capacity_t__gt=0, reorder_t__gte=0) & Q(reorder_t__lt=models.F("capacity_t")),
                name="potline_silo_size",
            ),
            models.CheckConstraint(
                condition=Q(first__gte=1) & Q(last__gte=models.F("first")), name="potline_silo_cells"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class StockMove(ScopedModel):
    """An entry of a silo's book; entries are added, never changed."""

    silo = models.ForeignKey(Silo, on_delete=models.CASCADE, related_name="moves")
    kind = models.CharField(_("entry"), max_length=10, choices=[(one.value, one.value) for one in MoveKind])
    t = models.FloatField(_("tonnes"), default=0)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=MAX_ACTOR)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    first = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        db_table = "potline_stock_move"
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(t__gte=0), name="potline_move_t")]
        indexes = [models.Index(fields=["silo", "kind", "at"], name="potline_move_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.t:g} t"
