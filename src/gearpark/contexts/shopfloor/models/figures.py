"""What people add to figures (reasons of stops, notes of a shift, targets) and which figures were published."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.figures import LEADER_RANK, NoteKind, RevisionReason
from .lines import MAX_CODE, MAX_NAME, Line
from .work import MAX_ACTOR

MAX_TEXT = 2000
MAX_NOTE = 400
MAX_REVISION = 12


class StopReason(ScopedModel):
    """A stop reason that a firm added to the tree of its lines' templates."""

    code = models.CharField(_("reason"), max_length=MAX_CODE)
    parent = models.CharField(_("below"), max_length=MAX_CODE, blank=True, default="")
    title_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    title_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME, blank=True, default="")
    loss = models.CharField(_("loss"), max_length=MAX_CODE)
    template = models.CharField(_("line type"), max_length=MAX_CODE, blank=True, default="")
    active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_stop_reason"
        ordering = ["org", "template", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "template", "code"], name="shopfloor_stop_reason_code")
        ]

    def __str__(self) -> str:
        return self.code


class StopBooking(ScopedModel):
    """A reason booked to a stop within one shift; ``end_at`` null: until that stop ends. ``version``: optimistic lock."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="bookings")
    on = models.DateField(_("production day"))
    shift = models.CharField(_("shift"), max_length=MAX_CODE)
    station = models.CharField(_("station"), max_length=MAX_CODE)
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("to"), null=True)
    reason = models.CharField(_("reason"), max_length=MAX_CODE)
    loss = models.CharField(_("loss"), max_length=MAX_CODE)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    rank = models.PositiveSmallIntegerField(default=0)
    by = models.CharField(_("by"), max_length=MAX_ACTOR)
    at = models.DateTimeField(_("booked at"))
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_stop_booking"
        ordering = ["line", "start_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_at=None) | Q(end_at__gt=F("start_at")), name="shopfloor_stop_booking_forward"
            ),
            models.CheckConstraint(condition=Q(rank__lte=LEADER_RANK), name="shopfloor_stop_booking_rank"),
        ]
        indexes = [models.Index(fields=["line", "on", "shift"], name="shopfloor_booking_shift")]

    def __str__(self) -> str:
        return f"{self.station} {self.start_at} {self.reason}"


class FigureRevision(ScopedModel):
    """The figures of one shift as they were published. Rows are never changed but for ``marks``, which say what was seen."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="revisions")
    on = models.DateField(_("production day"))
    shift = models.CharField(_("shift"), max_length=MAX_CODE)
    number = models.PositiveIntegerField(_("number"))
    revision = models.CharField(_("revision"), max_length=MAX_REVISION)
    reason = models.CharField(_("why"), max_length=20, choices=[(r.value, r.value) for r in RevisionReason])
    mapping = models.CharField(_("OEE mapping"), max_length=MAX_CODE)
    start_at = models.DateTimeField(_("start"))
    document = models.JSONField(_("document"))
    changes = models.JSONField(_("changes"), default=list)
    marks = models.JSONField(default=dict)
    published_at = models.DateTimeField(_("published at"))

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_figure_revision"
        ordering = ["line", "-start_at", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "on", "shift", "number"], name="shopfloor_figure_revision_once"
            )
        ]
        indexes = [models.Index(fields=["line", "-start_at"], name="shopfloor_revision_time")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.on} {self.shift} r{self.number}"


class HandoverNote(ScopedModel):
    """A note of one shift for the next; an open point (``point``) is carried on until it is closed."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="handover_notes")
    on = models.DateField(_("production day"))
    shift = models.CharField(_("shift"), max_length=MAX_CODE)
    start_at = models.DateTimeField(_("start of the shift"))
    kind = models.CharField(_("about"), max_length=12, choices=[(k.value, k.value) for k in NoteKind])
    text = models.CharField(_("text"), max_length=MAX_TEXT)
    point = models.BooleanField(_("open point"), default=False)
    by = models.CharField(_("by"), max_length=MAX_ACTOR)
    at = models.DateTimeField(_("written at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.CharField(_("closed by"), max_length=MAX_ACTOR, blank=True, default="")
    closing = models.CharField(_("what was done"), max_length=MAX_NOTE, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_handover_note"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="") | Q(closed_at__isnull=False, point=True),
                name="shopfloor_handover_note_closed",
            )
        ]
        indexes = [
            models.Index(fields=["line", "-start_at"], name="shopfloor_note_time"),
            models.Index(
                fields=["line", "start_at"],
                condition=Q(point=True, closed_at=None),
                name="shopfloor_note_open",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ShiftHandover(ScopedModel):
    """Who handed a shift over and who took it: two names, each once."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="handovers")
    on = models.DateField(_("production day"))
    shift = models.CharField(_("shift"), max_length=MAX_CODE)
    handed_by = models.CharField(_("handed over by"), max_length=MAX_ACTOR)
    handed_at = models.DateTimeField(_("handed over at"))
    handed_person = models.BigIntegerField(null=True)
    taken_by = models.CharField(_("taken by"), max_length=MAX_ACTOR, blank=True, default="")
    taken_at = models.DateTimeField(_("taken at"), null=True)
    taken_person = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_shift_handover"
        ordering = ["line", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["line", "on", "shift"], name="shopfloor_shift_handover_once"),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by="") | Q(taken_at__gte=F("handed_at")),
                name="shopfloor_shift_handover_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.on} {self.shift}"


class KpiTarget(ScopedModel):
    """What a KPI of a line should be; shares 0..1, times in seconds, rates an hour."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="kpi_targets")
    kpi = models.CharField(_("KPI"), max_length=MAX_CODE)
    value = models.FloatField(_("target"))
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_kpi_target"
        ordering = ["line", "kpi"]
        constraints = [models.UniqueConstraint(fields=["line", "kpi"], name="shopfloor_kpi_target_once")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.kpi}"
