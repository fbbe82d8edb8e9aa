"""Spare parts: stock as a ledger that is never negative, reservations, and what to order again."""

from __future__ import annotations

from typing import Any

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.care import MovementKind
from ..lines import MAX_CODE, MAX_NAME
from .files import MAX_ACTOR
from .maintenance import MaintenanceOrder
from .tools import MONEY

QUANTITY: dict[str, Any] = {"max_digits": 12, "decimal_places": 3}


class SparePart(ScopedModel):
    """A spare part. ``stock`` is the ledger's balance and ``reserved`` the sum of its reservations.

    used_in  asset ids or asset types it fits
    """

    code = models.CharField(max_length=MAX_CODE)
    name_en = models.CharField(max_length=MAX_NAME)
    name_zh = models.CharField(max_length=MAX_NAME, blank=True, default="")
    unit = models.CharField(max_length=16, default="1")
    place = models.CharField(max_length=MAX_NAME, blank=True, default="")
    minimum = models.DecimalField(default=0, **QUANTITY)
    maximum = models.DecimalField(default=0, **QUANTITY)
    stock = models.DecimalField(default=0, **QUANTITY)
    reserved = models.DecimalField(default=0, **QUANTITY)
    price_cny = models.DecimalField(default=0, **MONEY)
    lead_days = models.PositiveIntegerField(default=0)
    supplier = models.CharField(max_length=MAX_NAME, blank=True, default="")
    used_in = models.JSONField(default=list, blank=True)
    illustrative = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_spare"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_spare_code"),
            models.CheckConstraint(condition=models.Q(stock__gte=0), name="shopfloor_spare_never_negative"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("stock")),
                name="shopfloor_spare_reserved",
            ),
            models.CheckConstraint(
                condition=models.Q(minimum__gte=0, maximum__gte=models.F("minimum")),
                name="shopfloor_spare_levels",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SpareMovement(ScopedModel):
    """A line of the ledger: what came or went, why, and the stock after it. Never changed, never removed."""

    part = models.ForeignKey(SparePart, on_delete=models.PROTECT, related_name="movements")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in MovementKind])
    quantity = models.DecimalField(**QUANTITY)
    after = models.DecimalField(**QUANTITY)
    order = models.ForeignKey(MaintenanceOrder, on_delete=models.PROTECT, related_name="movements", null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    key = models.CharField(max_length=MAX_CODE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_spare_movement"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(after__gte=0) & ~models.Q(quantity=0), name="shopfloor_spare_movement_real"
            ),
            models.UniqueConstraint(
                fields=["part", "key"], condition=~models.Q(key=""), name="shopfloor_spare_movement_once"
            ),
        ]
        indexes = [models.Index(fields=["part", "at"], name="shopfloor_spare_movement_at")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.quantity}"


class SpareReservation(ScopedModel):
    """So many of a part are kept for one order."""

    part = models.ForeignKey(SparePart, on_delete=models.CASCADE, related_name="reservations")
    order = models.ForeignKey(MaintenanceOrder, on_delete=models.CASCADE, related_name="reservations")
    quantity = models.DecimalField(**QUANTITY)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_spare_reservation"
        constraints = [
            models.UniqueConstraint(fields=["part", "order"], name="shopfloor_spare_reservation_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="shopfloor_spare_reservation_real"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.order_id}"
