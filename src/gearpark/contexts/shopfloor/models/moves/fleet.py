"""Vehicles, the orders they are given, and the messages that carry the orders (an outbox)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.moves import OrderKind, OrderState
from ..lines import MAX_CODE, MAX_NAME
from ..work import MAX_NOTE
from .places import Place
from .tasks import Task

MAX_ID = 80


class Vehicle(ScopedModel):
    """A driverless vehicle and what it last said of itself. Manufacturer and serial number name its topics."""

    manufacturer = models.CharField(_("manufacturer"), max_length=50)
    serial = models.CharField(_("serial number"), max_length=50)
    name = models.CharField(_("name"), max_length=MAX_NAME)
    home = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    online = models.BooleanField(default=False)
    lost = models.BooleanField(default=False)
    heard_at = models.DateTimeField(null=True, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    state_header = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)  # of the newest position, by the vehicle's clock
    ready = models.BooleanField(default=False)
    ready_since = models.DateTimeField(null=True, blank=True)
    mode = models.CharField(max_length=16, blank=True, default="")
    battery = models.FloatField(default=0.0)
    charging = models.BooleanField(default=False)
    driving = models.BooleanField(default=False)
    x_m = models.FloatField(null=True, blank=True)
    y_m = models.FloatField(null=True, blank=True)
    theta = models.FloatField(null=True, blank=True)
    order_id = models.CharField(max_length=MAX_ID, blank=True, default="")
    said = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_vehicle"
        ordering = ["org", "name"]
        constraints = [
            models.UniqueConstraint(fields=["manufacturer", "serial"], name="shopfloor_vehicle_once"),
            models.UniqueConstraint(fields=["org", "name"], name="shopfloor_vehicle_name"),
        ]

    def __str__(self) -> str:
        return self.name


class VehicleOrder(ScopedModel):
    """One order of a vehicle. ``reached``: how far it is (bus.vda5050.Reached)."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="orders")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="orders", null=True, blank=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in OrderKind])
    order_id = models.CharField(max_length=MAX_ID, unique=True)
    pick = models.CharField(max_length=MAX_ID, blank=True, default="")
    drop = models.CharField(max_length=MAX_ID, blank=True, default="")
    state = models.CharField(
        max_length=6, choices=[(s.value, s.value) for s in OrderState], default=OrderState.OPEN.value
    )
    reached = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=MAX_NOTE, blank=True, default="")
    settled = models.BooleanField(default=False)  # nothing more is expected of the vehicle about it

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_vehicle_order"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=Q(state="open"), name="shopfloor_vehicle_order_one_open"
            ),
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="open"), name="shopfloor_vehicle_order_one_a_task"
            ),
        ]
        indexes = [
            models.Index(fields=["vehicle"], condition=Q(settled=False), name="shopfloor_vehicle_order_live")
        ]

    def __str__(self) -> str:
        return self.order_id


class Message(ScopedModel):
    """A message to a vehicle: sent again until the vehicle shows that it has it (``settled_at``), or nobody cares."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="messages")
    order = models.ForeignKey(VehicleOrder, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=MAX_CODE)
    key = models.CharField(max_length=MAX_ID, unique=True)
    document = models.JSONField()
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sends = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_vehicle_message"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(settled_at=None), name="shopfloor_vehicle_message_due"
            )
        ]

    def __str__(self) -> str:
        return self.key
