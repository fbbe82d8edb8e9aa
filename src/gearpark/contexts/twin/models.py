"""The twin's tables: model files in revisions, runs with their answers, forecasts with what came of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.base.limits import MAX_ASSET_ID_LENGTH
from gearpark.kit.tenant import ScopedManager, ScopedModel

from .types import Kind, Question, RunStatus

MAX_CODE = 60
MAX_NAME = 120
MAX_NOTE = 400
MAX_ACTOR = 160


class LineModel(ScopedModel):
    """A model of a line, or a study of two of them; what it says is in its revisions.

    line     asset of the shop floor's line it stands for; forecasts of that line come from the newest of its models
    trouble  code, sentence and details of why its line could not be forecast the last time; empty when it could
    """

    code = models.SlugField(_("code"), max_length=MAX_CODE)
    name = models.CharField(_("name"), max_length=MAX_NAME)
    kind = models.CharField(_("kind"), max_length=8, choices=[(k.value, k.value) for k in Kind])
    line = models.CharField(_("line"), max_length=MAX_ASSET_ID_LENGTH, blank=True, default="")
    archived = models.BooleanField(_("archived"), default=False)
    revision = models.PositiveIntegerField(_("revision"))
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    trouble = models.JSONField(default=dict, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "twin_model"
        ordering = ["org", "code"]
        constraints = [models.UniqueConstraint(fields=["org", "code"], name="twin_model_code")]
        indexes = [models.Index(fields=["line"], name="twin_model_line")]

    def __str__(self) -> str:
        return self.code


class ModelRevision(ScopedModel):
    """One revision of a model's file; it never changes."""

    model = models.ForeignKey(LineModel, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("revision"))
    document = models.TextField(_("document"))
    digest = models.CharField(_("digest"), max_length=64)
    layout = models.JSONField(_("drawing"), default=dict, blank=True)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    saved_by = models.CharField(_("saved by"), max_length=MAX_ACTOR)
    saved_at = models.DateTimeField(_("saved at"), auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "twin_revision"
        ordering = ["model", "-number"]
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="twin_revision_number")]

    def __str__(self) -> str:
        return f"{self.model_id} r{self.number}"


class Run(ScopedModel):
    """A question to a model's revision. ``heard_at``: last sign of life of the work on it."""

    revision = models.ForeignKey(ModelRevision, on_delete=models.CASCADE, related_name="runs")
    question = models.CharField(_("question"), max_length=12, choices=[(q.value, q.value) for q in Question])
    settings = models.JSONField(default=dict)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=[(s.value, s.value) for s in RunStatus],
        default=RunStatus.WAITING.value,
    )
    stop = models.BooleanField(_("to be cancelled"), default=False)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=1)
    result = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    per_h = models.FloatField(_("good parts an hour"), null=True)
    per_h_half = models.FloatField(null=True)
    asked_by = models.CharField(_("asked by"), max_length=MAX_ACTOR)
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "twin_run"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("of")), name="twin_run_done"),
            models.CheckConstraint(
                condition=Q(ended_at=None)
                | ~Q(status__in=(RunStatus.WAITING.value, RunStatus.RUNNING.value)),
                name="twin_run_ended",
            ),
        ]
        indexes = [models.Index(fields=["status", "heard_at"], name="twin_run_open")]

    def __str__(self) -> str:
        return f"{self.question} {self.pk}"


class Forecast(ScopedModel):
    """A forecast of a line's shift. ``sample``: (pieces, replications) pairs, to score it once the shift is over."""

    revision = models.ForeignKey(ModelRevision, on_delete=models.CASCADE, related_name="forecasts")
    line = models.CharField(max_length=MAX_ASSET_ID_LENGTH)
    day = models.DateField(_("production day"))
    shift = models.CharField(_("shift"), max_length=MAX_CODE)
    at = models.DateTimeField(_("made at"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made = models.PositiveIntegerField()
    target = models.PositiveIntegerField()
    mean = models.FloatField()
    low = models.FloatField()
    middle = models.FloatField()
    high = models.FloatField()
    reaches = models.FloatField()
    path = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    happened = models.PositiveIntegerField(null=True)
    crps = models.FloatField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "twin_forecast"
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["line", "at"], name="twin_forecast_once")]
        indexes = [models.Index(fields=["ends_at"], condition=Q(happened=None), name="twin_forecast_open")]

    def __str__(self) -> str:
        return f"{self.line} {self.at}"
