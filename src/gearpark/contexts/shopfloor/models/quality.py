"""Measured values in order of time, control charts with frozen limits, signals, gauge studies, sampling schemes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.quality import ChartKind, SampleSource, StudyKind
from .lines import MAX_CODE, MAX_NAME, Line
from .work import MAX_ACTOR, MAX_NOTE, MAX_SERIAL, Product, Serial, choices

MAX_SIZE = 25  # values of one subgroup
MAX_AQL = 12


class Sample(ScopedModel):
    """One measured value of one characteristic. Genealogy keeps it by part, this table by time.

    station  where it was measured; ``maker``: the station that made it, "" when that is not known
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="+")
    characteristic = models.CharField(_("characteristic"), max_length=MAX_CODE)
    at = models.DateTimeField(_("at"))
    serial = models.CharField(_("serial"), max_length=MAX_SERIAL, blank=True, default="")
    value = models.FloatField(_("value"))
    station = models.CharField(_("station"), max_length=MAX_CODE, blank=True, default="")
    maker = models.CharField(_("made at"), max_length=MAX_CODE, blank=True, default="")
    gauge = models.CharField(_("gauge"), max_length=MAX_CODE, blank=True, default="")
    source = models.CharField(_("source"), max_length=8, choices=choices(SampleSource))
    by = models.CharField(_("by"), max_length=MAX_ACTOR, blank=True, default="")
    left_out = models.CharField(_("left out because"), max_length=MAX_NOTE, blank=True, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_sample"
        constraints = [
            models.UniqueConstraint(
                fields=["line", "characteristic", "at", "station", "serial"], name="shopfloor_sample_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} {self.value}"


class SpcMark(ScopedModel):
    """How far a line's measured values were taken: the newest receipt considered, microseconds UTC."""

    line = models.OneToOneField(Line, on_delete=models.CASCADE, related_name="spc_mark")
    received_us = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_spc_mark"

    def __str__(self) -> str:
        return f"{self.line_id} {self.received_us}"


class ControlChart(ScopedModel):
    """A chart of one characteristic of one line, of one making station or of all together."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="charts")
    characteristic = models.CharField(_("characteristic"), max_length=MAX_CODE)
    maker = models.CharField(_("made at"), max_length=MAX_CODE, blank=True, default="")
    kind = models.CharField(_("chart"), max_length=8, choices=choices(ChartKind))
    size = models.PositiveSmallIntegerField(_("values a point"), default=1)
    active = models.BooleanField(_("active"), default=True)
    judged_until = models.DateTimeField(null=True)  # newest point judged by approved limits
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_chart"
        ordering = ["line", "characteristic", "maker", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "characteristic", "maker", "kind"], name="shopfloor_chart_once"
            ),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=MAX_SIZE), name="shopfloor_chart_size"),
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} {self.maker} {self.kind}"


class ControlLimits(ScopedModel):
    """Approved limits and rules of a chart. Append-only: a trigger refuses change, history is never repainted."""

    chart = models.ForeignKey(ControlChart, on_delete=models.PROTECT, related_name="limits")
    version = models.PositiveIntegerField(_("version"))
    effective_at = models.DateTimeField(_("in force from"))
    location = models.JSONField()
    spread = models.JSONField(null=True)
    rules = models.JSONField(_("rules"), default=list)
    holds = models.JSONField(_("rules that hold the station"), default=list)
    options = models.JSONField(default=dict)
    data_from = models.DateTimeField(_("data from"))
    data_to = models.DateTimeField(_("data to"))
    approved_by = models.CharField(_("approved by"), max_length=MAX_ACTOR)
    approved_at = models.DateTimeField(_("approved at"))
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_limits"
        ordering = ["chart", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["chart", "version"], name="shopfloor_limits_version"),
            models.UniqueConstraint(fields=["chart", "effective_at"], name="shopfloor_limits_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.chart_id} v{self.version}"


class ChartSignal(ScopedModel):
    """A rule signalled at a point, judged by the limits of that time. Closing says cause and action."""

    chart = models.ForeignKey(ControlChart, on_delete=models.PROTECT, related_name="signals")
    limits = models.ForeignKey(ControlLimits, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(_("rule"), max_length=20)
    at = models.DateTimeField(_("at"))
    serial = models.CharField(_("serial"), max_length=MAX_SERIAL, blank=True, default="")
    value = models.FloatField(_("value"))
    z = models.FloatField(_("distance"))
    found_at = models.DateTimeField(_("found at"))
    late = models.BooleanField(_("came late"), default=False)
    held = models.BooleanField(_("station held"), default=False)
    cause = models.CharField(_("cause"), max_length=MAX_NOTE, blank=True, default="")
    action = models.CharField(_("action"), max_length=MAX_NOTE, blank=True, default="")
    closed_by = models.CharField(_("closed by"), max_length=MAX_ACTOR, blank=True, default="")
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_signal"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["chart", "limits", "rule", "at"], name="shopfloor_signal_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None, cause="", action="")
                | (Q(closed_at__isnull=False) & ~Q(cause="")),
                name="shopfloor_signal_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "-at"], condition=Q(closed_at=None), name="shopfloor_signal_open")
        ]

    def __str__(self) -> str:
        return f"{self.chart_id} {self.rule} {self.at}"


class GaugeStudy(ScopedModel):
    """A measurement-system study: its data as entered, its result as computed, who approved it."""

    kind = models.CharField(_("study"), max_length=10, choices=choices(StudyKind))
    title = models.CharField(_("title"), max_length=MAX_NAME)
    line_asset = models.CharField(_("line"), max_length=MAX_CODE, blank=True, default="")
    gauge = models.CharField(_("gauge"), max_length=MAX_CODE, blank=True, default="")
    characteristic = models.CharField(_("characteristic"), max_length=MAX_CODE, blank=True, default="")
    rows = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    verdict = models.CharField(_("verdict"), max_length=20)
    data_hash = models.CharField(max_length=64)
    made_by = models.CharField(_("made by"), max_length=MAX_ACTOR)
    made_at = models.DateTimeField(_("made at"))
    approved_by = models.CharField(_("approved by"), max_length=MAX_ACTOR, blank=True, default="")
    approved_at = models.DateTimeField(_("approved at"), null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_study"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.title


class SamplingScheme(ScopedModel):
    """Lot-by-lot inspection by attributes (ISO 2859-1 = GB/T 2828.1) with where its switching rules stand."""

    code = models.CharField(_("scheme"), max_length=MAX_CODE)
    title = models.CharField(_("title"), max_length=MAX_NAME)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="+")
    supplier = models.CharField(_("supplier"), max_length=MAX_NAME, blank=True, default="")
    level = models.CharField(_("inspection level"), max_length=4, default="II")
    aql = models.CharField("AQL", max_length=MAX_AQL)
    steady = models.BooleanField(_("steady production"), default=True)
    authorised = models.BooleanField(_("reduced inspection agreed"), default=False)
    severity = models.CharField(_("severity"), max_length=12, default="normal")
    recent = models.JSONField(default=list)
    rejected = models.PositiveIntegerField(default=0)
    score = models.PositiveIntegerField(_("switching score"), default=0)
    active = models.BooleanField(_("active"), default=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_scheme"
        ordering = ["org", "code"]
        constraints = [models.UniqueConstraint(fields=["org", "code"], name="shopfloor_scheme_code")]

    def __str__(self) -> str:
        return self.code


class InspectedLot(ScopedModel):
    """One lot's sample and verdict. Append-only."""

    scheme = models.ForeignKey(SamplingScheme, on_delete=models.PROTECT, related_name="inspected")
    lot = models.CharField(_("lot"), max_length=MAX_CODE)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    size = models.PositiveIntegerField(_("lot size"))
    severity = models.CharField(_("severity"), max_length=12)
    code = models.CharField(_("code letter"), max_length=2)
    sample = models.PositiveIntegerField(_("sample size"))
    ac = models.PositiveIntegerField("Ac")
    re = models.PositiveIntegerField("Re")
    found = models.PositiveIntegerField(_("nonconforming"))
    accepted = models.BooleanField(_("accepted"))
    severity_after = models.CharField(_("next lot"), max_length=12)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    by = models.CharField(_("by"), max_length=MAX_ACTOR)
    at = models.DateTimeField(_("at"))

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_inspected_lot"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "lot", "attempt"], name="shopfloor_inspected_lot_once"),
            models.CheckConstraint(
                condition=Q(found__lte=models.F("sample")), name="shopfloor_inspected_lot_found"
            ),
        ]

    def __str__(self) -> str:
        return self.lot


class PassTarget(ScopedModel):
    """The pass rate a line promises, since when its pieces count, and at what confidence it must be shown."""

    line = models.OneToOneField(Line, on_delete=models.CASCADE, related_name="pass_target")
    target = models.CharField(_("target"), max_length=12)
    confidence = models.FloatField(_("confidence"), default=0.95)
    since_at = models.DateTimeField(_("pieces count from"))
    set_by = models.CharField(_("set by"), max_length=MAX_ACTOR)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_pass_target"
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gt=0.5, confidence__lt=1), name="shopfloor_pass_target_confidence"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.target}"


class Escape(ScopedModel):
    """A part that had left the line as good and was found bad afterwards, by the customer or an audit."""

    serial = models.OneToOneField(Serial, on_delete=models.PROTECT, related_name="escape")
    at = models.DateTimeField(_("found at"))
    reason = models.CharField(_("reason"), max_length=MAX_NOTE)
    by = models.CharField(_("by"), max_length=MAX_ACTOR)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_escape"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.serial_id} {self.reason}"
