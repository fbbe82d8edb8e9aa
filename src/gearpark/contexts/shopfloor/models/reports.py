"""What people said about parts: reports with their own key, holds with their disposition, signed overrides, reservations."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.work import Decision, ReportKind
from .lines import MAX_CODE, Line
from .work import MAX_ACTOR, MAX_NOTE, MAX_QUANTITY, Serial, WorkOrder, choices


class WorkReport(ScopedModel):
    """One report, known by the key its client made: sent twice it counts once.

    ``client_at`` is what the client's clock said, ``at`` what is used, ``received_at`` when it came in.
    """

    key = models.UUIDField()
    kind = models.CharField(_("kind"), max_length=12, choices=choices(ReportKind))
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    station = models.CharField(_("station"), max_length=MAX_CODE)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, related_name="reports")
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, null=True, related_name="reports")
    op = models.PositiveIntegerField(_("operation"), null=True)
    good = models.PositiveIntegerField(_("good"), default=0)
    scrap = models.PositiveIntegerField(_("scrap"), default=0)
    reason = models.CharField(_("reason"), max_length=MAX_CODE, blank=True, default="")
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    client_at = models.DateTimeField(_("by the terminal's clock"))
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))
    by = models.CharField(_("by"), max_length=MAX_ACTOR)
    person_id = models.BigIntegerField(null=True)
    outcome = models.JSONField(default=dict)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_report"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["org", "key"], name="shopfloor_report_once"),
            models.CheckConstraint(
                condition=Q(good__lte=MAX_QUANTITY, scrap__lte=MAX_QUANTITY), name="shopfloor_report_pieces"
            ),
        ]
        indexes = [
            models.Index(fields=["line", "station", "-at"], name="shopfloor_report_station"),
            models.Index(fields=["order", "op"], name="shopfloor_report_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class PartHold(ScopedModel):
    """A part taken out of the flow, and what was decided: one open hold a part, signed when it ends."""

    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=MAX_NOTE)
    source = models.CharField(_("source"), max_length=MAX_CODE)
    held_by = models.CharField(_("held by"), max_length=MAX_ACTOR)
    since_at = models.DateTimeField(_("since"))
    decision = models.CharField(
        _("decision"), max_length=12, choices=choices(Decision), blank=True, default=""
    )
    decided_by = models.CharField(_("decided by"), max_length=MAX_ACTOR, blank=True, default="")
    person_id = models.BigIntegerField(null=True)
    decided_reason = models.CharField(_("why"), max_length=MAX_NOTE, blank=True, default="")
    ended_at = models.DateTimeField(_("decided at"), null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_part_hold"
        ordering = ["-since_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["serial"], condition=Q(ended_at=None), name="shopfloor_part_hold_one_open"
            ),
            models.CheckConstraint(
                condition=(Q(ended_at=None) & Q(decision=""))
                | (Q(ended_at__gte=F("since_at")) & ~Q(decision="") & ~Q(decided_reason="")),
                name="shopfloor_part_hold_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.serial_id} {self.reason}"


class Override(ScopedModel):
    """A signed disposition that lets one part start one operation in spite of named interlocks. Used once."""

    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="overrides")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    station = models.CharField(_("station"), max_length=MAX_CODE)
    op = models.PositiveIntegerField(_("operation"))
    codes = models.JSONField(_("interlocks"), default=list)
    reason = models.CharField(_("reason"), max_length=MAX_NOTE)
    signed_by = models.CharField(_("signed by"), max_length=MAX_ACTOR)
    person_id = models.BigIntegerField()
    signed_at = models.DateTimeField(_("signed at"))
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_override"
        ordering = ["-signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["serial", "line", "station", "op"],
                condition=Q(used_at=None),
                name="shopfloor_override_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.serial_id} op{self.op}"


class Reservation(ScopedModel):
    """A component serial issued to one order. Only a part of that order can consume it, once: the database holds both."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="reservations")
    component = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="reservations")
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.CharField(_("issued by"), max_length=MAX_ACTOR)
    consumed_by = models.ForeignKey(Serial, on_delete=models.PROTECT, null=True, related_name="consumed")
    consumed_at = models.DateTimeField(_("consumed at"), null=True)
    op = models.PositiveIntegerField(_("operation"), null=True)
    returned_at = models.DateTimeField(_("returned at"), null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_reservation"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["component"], condition=Q(returned_at=None), name="shopfloor_reservation_one_order"
            ),
            models.CheckConstraint(
                condition=(Q(consumed_by=None) & Q(consumed_at=None))
                | (Q(consumed_by__isnull=False) & Q(consumed_at__isnull=False) & Q(returned_at=None)),
                name="shopfloor_reservation_consumed",
            ),
            models.CheckConstraint(
                condition=Q(consumed_by=None) | ~Q(consumed_by=F("component")),
                name="shopfloor_reservation_not_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component_id} for {self.order_id}"
