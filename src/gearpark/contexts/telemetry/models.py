"""Telemetry's tables. Points live in the lake; here is only what is known about them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gearpark.base.limits import MAX_ASSET_ID_LENGTH, MAX_TAG_LENGTH
from gearpark.kit.tenant import ScopedManager, ScopedModel

from .types import Protocol
from .types.commands import MAX_WHY, CommandState

MAX_KEY = 60
MAX_NAME = 120
MAX_URL = 400


class Gateway(ScopedModel):
    """A gateway process that may pull its configuration here. Only the token's SHA-256 is kept."""

    name = models.CharField(_("name"), max_length=MAX_KEY, unique=True)
    token_hash = models.CharField(max_length=64)
    shared = models.BooleanField(_("serves every organisation"), default=True)
    revision = models.PositiveIntegerField(default=0)
    served_etag = models.CharField(max_length=64, blank=True, default="")
    seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_gateway"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Connection(ScopedModel):
    """One endpoint that a gateway shall keep open. ``devices`` lists the assets it feeds (types.Device)."""

    key = models.SlugField(_("key"), max_length=MAX_KEY, unique=True)
    name = models.CharField(_("name"), max_length=MAX_NAME)
    gateway = models.CharField(_("gateway"), max_length=MAX_KEY)
    protocol = models.CharField(_("protocol"), max_length=12, choices=[(p.value, p.value) for p in Protocol])
    url = models.CharField(_("address"), max_length=MAX_URL)
    settings = models.JSONField(default=dict, blank=True)
    devices = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_connection"
        ordering = ["org", "name"]
        indexes = [models.Index(fields=["gateway"], name="telemetry_conn_gateway")]

    def __str__(self) -> str:
        return self.name


class Tag(ScopedModel):
    """One signal of one asset. The tag's text never changes; its connection may."""

    tag = models.CharField(_("tag"), max_length=MAX_TAG_LENGTH, unique=True)
    asset = models.CharField(_("asset"), max_length=MAX_ASSET_ID_LENGTH)
    signal = models.CharField(_("signal"), max_length=90)
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="tags"
    )
    address = models.CharField(_("address"), max_length=400, blank=True, default="")
    kind = models.CharField(_("kind"), max_length=12)
    unit = models.CharField(_("unit"), max_length=24, blank=True, default="")
    interval_s = models.FloatField(_("expected interval"), null=True, blank=True)
    title_en = models.CharField(max_length=120, blank=True, default="")
    title_zh = models.CharField(max_length=120, blank=True, default="")
    retired_at = models.DateTimeField(null=True, blank=True)
    writable = models.BooleanField(_("may be written"), default=False)
    write_low = models.FloatField(_("lowest value to write"), null=True, blank=True)
    write_high = models.FloatField(_("highest value to write"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_tag"
        ordering = ["tag"]
        indexes = [
            models.Index(fields=["org", "asset"], name="telemetry_tag_org_asset"),
            models.Index(fields=["org", "signal"], name="telemetry_tag_org_signal"),
            models.Index(fields=["org", "tag"], name="telemetry_tag_org_tag"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["org", "asset", "signal"], name="telemetry_tag_once"),
            models.CheckConstraint(
                condition=models.Q(interval_s__isnull=True) | models.Q(interval_s__gt=0),
                name="telemetry_tag_interval",
            ),
        ]

    def __str__(self) -> str:
        return self.tag


class Command(ScopedModel):
    """One value to be written to a machine: what was asked, by whom and why, and what became of it.

    Waiting and sent rows are the outbox that ``services.commands`` works off. ``source`` is "" for a person's own
    command, else who else asked (``hold:17``).
    """

    key = models.UUIDField(unique=True, editable=False)
    tag = models.CharField(_("tag"), max_length=MAX_TAG_LENGTH)
    connection = models.CharField(_("connection"), max_length=MAX_KEY)
    gateway = models.CharField(_("gateway"), max_length=MAX_KEY)
    value = models.JSONField(_("value"))
    expected = models.JSONField(_("expected value"), null=True, blank=True)
    why = models.CharField(_("reason"), max_length=MAX_WHY)
    source = models.CharField(max_length=MAX_KEY, blank=True, default="")
    actor = models.CharField(_("asked by"), max_length=160)
    person_id = models.BigIntegerField(null=True, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    deadline_at = models.DateTimeField(_("deadline"))
    state = models.CharField(_("state"), max_length=10, choices=[(s.value, s.value) for s in CommandState])
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    before = models.JSONField(_("value before"), null=True, blank=True)
    code = models.CharField(max_length=60, blank=True, default="")
    detail = models.CharField(_("detail"), max_length=400, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_command"
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["org", "tag", "-asked_at"], name="telemetry_command_tag"),
            models.Index(fields=["org", "source"], name="telemetry_command_source"),
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sent"]),
                name="telemetry_command_outbox",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.key}"


class SavedChart(ScopedModel):
    """A chart somebody kept: tags and range as the page's parameters."""

    person_id = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(_("name"), max_length=MAX_NAME)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(_("shared in the organisation"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_saved_chart"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["org", "person_id", "name"], name="telemetry_saved_chart_name"),
        ]

    def __str__(self) -> str:
        return self.name


class RetentionPolicy(ScopedModel):
    """How many days each level of the lake is kept; NULL keeps for ever. The row of ``types.PARK_ORG`` holds for the
    lake; another organisation's row only says whether its days are spared (``keep_all``)."""

    points_days = models.PositiveIntegerField(_("days of observations"), null=True, blank=True)
    minute_days = models.PositiveIntegerField(_("days of minute figures"), null=True, blank=True)
    hour_days = models.PositiveIntegerField(_("days of hour figures"), null=True, blank=True)
    keep_all = models.BooleanField(_("keep everything"), default=False)

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_retention"
        constraints = [
            models.UniqueConstraint(fields=["org"], name="telemetry_retention_once"),
            models.CheckConstraint(
                condition=models.Q(points_days__isnull=True) | models.Q(points_days__gte=1),
                name="telemetry_retention_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.org


class JobRun(ScopedModel):
    """One run of a lake job, with what it did or why it failed. ``org`` is the park's administration."""

    job = models.CharField(max_length=40)
    state = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    asked_by = models.CharField(max_length=120, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_job_run"
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["job", "-started_at"], name="telemetry_job_recent")]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"


class Discovery(ScopedModel):
    """One look at an address: what was asked, what a gateway found, what a person chose. Kept so that a person can
    leave the page and come back."""

    person_id = models.BigIntegerField(null=True, blank=True)
    gateway = models.CharField(max_length=MAX_KEY)
    protocol = models.CharField(max_length=12)
    url = models.CharField(max_length=MAX_URL)
    state = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    connection = models.CharField(max_length=MAX_KEY, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "telemetry_discovery"
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.url} {self.state}"
