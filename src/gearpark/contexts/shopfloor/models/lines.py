"""Shop floor's tables: how lines are set up. What they did is in the lake and is never copied here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gearpark.base.limits import MAX_ASSET_ID_LENGTH
from gearpark.engines.lines import Phase
from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.lines import DEFAULT_OEE, DEFAULT_STATES

MAX_NAME = 120
MAX_CODE = 60
MAX_PATH = 400
MAX_PLAN = 100_000


class Calendar(ScopedModel):
    """A shift calendar as a checked document (``engines.calendars``); every change is a new revision."""

    name = models.CharField(_("name"), max_length=MAX_NAME)
    document = models.JSONField(_("document"))
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_calendar"
        ordering = ["org", "name"]
        constraints = [models.UniqueConstraint(fields=["org", "name"], name="shopfloor_calendar_name")]

    def __str__(self) -> str:
        return self.name


class LineType(ScopedModel):
    """One revision of a firm's own line type. Revisions never change; a line keeps the one it was set up with."""

    code = models.CharField(_("code"), max_length=MAX_CODE)
    revision = models.PositiveIntegerField(_("revision"))
    title_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    title_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME)
    document = models.TextField(_("document"))
    digest = models.CharField(_("digest"), max_length=64)
    note = models.CharField(_("note"), max_length=MAX_PATH, blank=True, default="")
    retired = models.BooleanField(_("retired"), default=False)
    saved_by = models.CharField(_("saved by"), max_length=160)
    saved_at = models.DateTimeField(_("saved at"), auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_line_type"
        ordering = ["org", "code", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code", "revision"], name="shopfloor_line_type_revision")
        ]
        indexes = [models.Index(fields=["digest"], name="shopfloor_line_type_digest")]

    def __str__(self) -> str:
        return f"{self.code} r{self.revision}"


class Line(ScopedModel):
    """A line: an asset of the registry with a template, a calendar and a plan.

    type_digest  of the revision of the firm's own line type; "" with a shipped one
    """

    asset = models.CharField(_("asset"), max_length=MAX_ASSET_ID_LENGTH, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    name_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME, blank=True, default="")
    path = models.CharField(_("place"), max_length=MAX_PATH, blank=True, default="")
    template = models.CharField(_("template"), max_length=MAX_CODE)
    type_digest = models.CharField(_("line type's digest"), max_length=64, blank=True, default="")
    phase = models.CharField(
        _("phase"),
        max_length=20,
        choices=[(phase.value, phase.value) for phase in Phase],
        default=Phase.PRODUCTION.value,
    )
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, related_name="lines", verbose_name=_("calendar")
    )
    plan_per_shift = models.PositiveIntegerField(_("plan per shift"))
    bottleneck = models.CharField(_("bottleneck"), max_length=MAX_CODE)
    states_mapping = models.CharField(_("state mapping"), max_length=MAX_CODE, default=DEFAULT_STATES)
    oee_mapping = models.CharField(_("OEE mapping"), max_length=MAX_CODE, default=DEFAULT_OEE)
    bindings = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_line"
        ordering = ["org", "asset"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(plan_per_shift__lte=MAX_PLAN), name="shopfloor_line_plan_believable"
            ),
        ]

    def __str__(self) -> str:
        return self.asset


class ShiftPlan(ScopedModel):
    """The plan of one shift of one line where it differs from the line's usual plan."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="plans")
    on = models.DateField(_("production day"))
    shift = models.CharField(_("shift"), max_length=MAX_CODE)
    pieces = models.PositiveIntegerField(_("pieces"))
    note = models.CharField(_("note"), max_length=MAX_NAME, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_shift_plan"
        ordering = ["line", "on", "shift"]
        constraints = [
            models.UniqueConstraint(fields=["line", "on", "shift"], name="shopfloor_shift_plan_once"),
            models.CheckConstraint(
                condition=models.Q(pieces__lte=MAX_PLAN), name="shopfloor_shift_plan_believable"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.on} {self.shift}"
