"""Shipping units, what is in them, and shipments."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.shipping import ShipmentState, UnitKind, UnitState
from ..lines import MAX_CODE, MAX_NAME
from ..work import MAX_ACTOR, Product, Serial

MAX_PER_UNIT = 10_000


class PackRule(ScopedModel):
    """How a product is packed."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("unit"), max_length=8, choices=[(k.value, k.value) for k in UnitKind])
    quantity = models.PositiveIntegerField(_("parts a unit"))
    mixed_orders = models.BooleanField(_("parts of several orders in one unit"), default=True)
    mixed_lots = models.BooleanField(_("parts of several lots in one unit"), default=True)
    mixed_products = models.BooleanField(_("together with other products"), default=False)
    partial = models.BooleanField(_("may be closed when not full"), default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_pack_rule"
        ordering = ["product"]
        constraints = [
            models.UniqueConstraint(fields=["product"], name="shopfloor_pack_rule_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_PER_UNIT), name="shopfloor_pack_rule_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}"


class Shipment(ScopedModel):
    """Units that leave together. The advice is fixed when it is sent and never changes after."""

    number = models.CharField(_("shipment"), max_length=MAX_CODE)
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=[(s.value, s.value) for s in ShipmentState],
        default=ShipmentState.DRAFT.value,
    )
    ship_to = models.CharField(_("ship to"), max_length=MAX_NAME)
    reference = models.CharField(_("customer's order"), max_length=MAX_NAME, blank=True, default="")
    haulier = models.CharField(_("haulier"), max_length=MAX_NAME, blank=True, default="")
    vehicle = models.CharField(_("number plate"), max_length=MAX_CODE, blank=True, default="")
    made_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")
    advice = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_shipment"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["org", "number"], name="shopfloor_shipment_number")]

    def __str__(self) -> str:
        return self.number


class ShippingUnit(ScopedModel):
    """A box or pallet with an SSCC. ``version`` grows with every change (optimistic lock)."""

    sscc = models.CharField("SSCC", max_length=18, unique=True)
    kind = models.CharField(_("unit"), max_length=8, choices=[(k.value, k.value) for k in UnitKind])
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=[(s.value, s.value) for s in UnitState],
        default=UnitState.OPEN.value,
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    capacity = models.PositiveIntegerField(_("room for parts"), default=0)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    shipment = models.ForeignKey(
        Shipment, on_delete=models.PROTECT, related_name="units", null=True, blank=True
    )
    gross_kg = models.FloatField(_("gross weight"), null=True, blank=True)
    partial = models.BooleanField(_("closed when not full"), default=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("packed by"), max_length=MAX_ACTOR)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_unit"
        ordering = ["-id"]
        indexes = [models.Index(fields=["org", "state"], name="shopfloor_unit_state")]

    def __str__(self) -> str:
        return self.sscc


class UnitItem(ScopedModel):
    """A part in a shipping unit. A part is in one unit only: the database refuses a second one."""

    unit = models.ForeignKey(ShippingUnit, on_delete=models.PROTECT, related_name="items")
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="+")
    packed_at = models.DateTimeField(_("packed at"))
    packed_by = models.CharField(_("packed by"), max_length=MAX_ACTOR)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_unit_item"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["serial"], name="shopfloor_unit_item_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.serial_id}"
