"""Calls for help (andon): types with their clocks, rules that call by themselves, calls, escalations."""

from __future__ import annotations

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.calls import CallColour, CallSource, CallStatus, CallStep
from .care.files import MAX_ACTOR, CareFile
from .care.maintenance import MaintenanceOrder
from .care.tools import MAX_NOTE
from .lines import MAX_CODE, MAX_NAME, Line


class CallType(ScopedModel):
    """What is called for, and in how many seconds from the call each step must be done."""

    code = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    colour = models.CharField(max_length=8, choices=[(c.value, c.value) for c in CallColour])
    accept_s = models.PositiveIntegerField(default=120)
    on_site_s = models.PositiveIntegerField(default=300)
    contain_s = models.PositiveIntegerField(default=900)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    illustrative = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_call_type"
        ordering = ["org", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_call_type_code"),
            models.CheckConstraint(
                condition=models.Q(
                    accept_s__gt=0, accept_s__lte=models.F("on_site_s"), on_site_s__lte=models.F("contain_s")
                ),
                name="shopfloor_call_type_clocks",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CallReason(ScopedModel):
    """Why calls of a type were needed; chosen when one is closed."""

    type = models.ForeignKey(CallType, on_delete=models.CASCADE, related_name="reasons")
    code = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    active = models.BooleanField(default=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_call_reason"
        ordering = ["type", "code"]
        constraints = [models.UniqueConstraint(fields=["type", "code"], name="shopfloor_call_reason_code")]

    def __str__(self) -> str:
        return self.code


class CallRule(ScopedModel):
    """An alarm that calls by itself: codes that begin with ``alarm`` and stood for ``delay_s`` seconds."""

    type = models.ForeignKey(CallType, on_delete=models.CASCADE, related_name="rules")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="call_rules", null=True)
    alarm = models.CharField(max_length=MAX_CODE)
    delay_s = models.PositiveIntegerField(default=60)
    since_at = models.DateTimeField()
    active = models.BooleanField(default=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_call_rule"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "type", "line", "alarm"],
                name="shopfloor_call_rule_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.alarm


class Call(ScopedModel):
    """One call. Its clocks are copied from the type when it is raised, so that a later change moves no deadline."""

    type = models.ForeignKey(CallType, on_delete=models.PROTECT, related_name="calls")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="calls")
    station = models.CharField(max_length=MAX_CODE, blank=True, default="")
    text = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in CallStatus],
        default=CallStatus.OPEN.value,
    )
    source = models.CharField(max_length=8, choices=[(s.value, s.value) for s in CallSource])
    key = models.CharField(max_length=200, blank=True, default="")
    accept_s = models.PositiveIntegerField()
    on_site_s = models.PositiveIntegerField()
    contain_s = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(default=0)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    on_site_at = models.DateTimeField(null=True)
    on_site_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    contained_at = models.DateTimeField(null=True)
    contained_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    reason = models.ForeignKey(CallReason, on_delete=models.PROTECT, related_name="calls", null=True)
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    photo = models.ForeignKey(CareFile, on_delete=models.PROTECT, related_name="+", null=True)
    job = models.ForeignKey(MaintenanceOrder, on_delete=models.SET_NULL, related_name="calls", null=True)
    illustrative = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_call"
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "key"], condition=~models.Q(key=""), name="shopfloor_call_once"
            ),
        ]
        indexes = [
            models.Index(fields=["org", "status"], name="shopfloor_call_standing"),
            models.Index(fields=["line", "raised_at"], name="shopfloor_call_line"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CallEscalation(ScopedModel):
    """A step that was not done in time. The database holds at most one for each step of a call."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="escalations")
    step = models.CharField(max_length=8, choices=[(s.value, s.value) for s in CallStep])
    level = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_call_escalation"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "step"], name="shopfloor_call_escalation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.step}"
