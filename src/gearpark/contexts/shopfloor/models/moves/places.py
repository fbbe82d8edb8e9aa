"""Places of a shop, the material on them, and the carriers that stand there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ...types.moves import CarrierKind, Flow, PlaceKind
from ..lines import MAX_CODE, MAX_NAME, Line
from ..work import Serial

MAX_PLACE = 90
MAX_PARTS = 1_000_000


class Site(ScopedModel):
    """What is true of a firm's whole shop: its map, its cross aisles, and how it numbers what it ships."""

    map = models.CharField(_("map"), max_length=MAX_CODE, default="shop")
    aisles = models.JSONField(_("cross aisles"), default=list)
    gs1_prefix = models.CharField(_("GS1 company prefix"), max_length=12, blank=True, default="")
    extension = models.PositiveSmallIntegerField(_("SSCC extension digit"), default=0)
    ship_from = models.CharField(_("ships from"), max_length=MAX_NAME, blank=True, default="")
    lost_after_s = models.PositiveIntegerField(_("a silent vehicle is lost after"), default=60)
    unanswered_after_s = models.PositiveIntegerField(_("an unanswered order is taken back after"), default=45)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_site"
        constraints = [models.UniqueConstraint(fields=["org"], name="shopfloor_site_once")]

    def __str__(self) -> str:
        return self.org


class Place(ScopedModel):
    """Somewhere a load can be fetched from or brought to; also every station, as a part of the drawing."""

    code = models.CharField(_("place"), max_length=MAX_PLACE)
    kind = models.CharField(_("kind"), max_length=10, choices=[(k.value, k.value) for k in PlaceKind])
    name_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    name_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME, blank=True, default="")
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="places", null=True, blank=True)
    device = models.CharField(_("device"), max_length=MAX_CODE, blank=True, default="")
    flow = models.CharField(
        max_length=6, choices=[(f.value, f.value) for f in Flow], blank=True, default=Flow.NONE.value
    )
    x_m = models.FloatField(_("x"))
    y_m = models.FloatField(_("y"))
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_place"
        ordering = ["org", "code"]
        constraints = [models.UniqueConstraint(fields=["org", "code"], name="shopfloor_place_code")]
        indexes = [models.Index(fields=["line", "flow"], name="shopfloor_place_line")]

    def __str__(self) -> str:
        return self.code


class Stock(ScopedModel):
    """Material that lies at a place outside any carrier."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stock")
    material = models.CharField(_("material"), max_length=MAX_CODE)
    lot = models.CharField(_("lot"), max_length=MAX_CODE, blank=True, default="")
    quantity = models.PositiveIntegerField(_("quantity"))
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_stock"
        ordering = ["place", "material", "lot"]
        constraints = [
            models.UniqueConstraint(fields=["place", "material", "lot"], name="shopfloor_stock_once"),
            models.CheckConstraint(condition=Q(quantity__lte=MAX_PARTS), name="shopfloor_stock_believable"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.material}"


class Carrier(ScopedModel):
    """A container, pallet, tray or rack. It stands on a place or on a vehicle, never on both."""

    code = models.CharField(_("carrier"), max_length=MAX_CODE)
    kind = models.CharField(_("kind"), max_length=10, choices=[(k.value, k.value) for k in CarrierKind])
    capacity = models.PositiveIntegerField(_("room for parts"))
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="carriers", null=True, blank=True)
    vehicle = models.ForeignKey(
        "shopfloor.Vehicle", on_delete=models.PROTECT, related_name="carriers", null=True, blank=True
    )
    material = models.CharField(_("material"), max_length=MAX_CODE, blank=True, default="")
    lot = models.CharField(_("lot"), max_length=MAX_CODE, blank=True, default="")
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    active = models.BooleanField(_("active"), default=True)
    arrived_at = models.DateTimeField(_("there since"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_carrier"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_carrier_code"),
            models.CheckConstraint(
                condition=Q(place=None) | Q(vehicle=None), name="shopfloor_carrier_one_place"
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1) & Q(quantity__lte=models.F("capacity")),
                name="shopfloor_carrier_not_overfull",
            ),
        ]
        indexes = [models.Index(fields=["place", "arrived_at"], name="shopfloor_carrier_place")]

    def __str__(self) -> str:
        return self.code


class CarrierItem(ScopedModel):
    """A part in a carrier. A part is in one carrier at a time: the database refuses a second one."""

    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="items")
    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="+")
    put_at = models.DateTimeField(_("put in"))

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_carrier_item"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["serial"], name="shopfloor_carrier_item_once")]

    def __str__(self) -> str:
        return f"{self.carrier_id} {self.serial_id}"


class Numbering(ScopedModel):
    """The last number given of a kind (tasks, shipments, shipping units); its row lock makes each unique."""

    name = models.CharField(max_length=MAX_CODE)
    last = models.PositiveBigIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_numbering"
        constraints = [models.UniqueConstraint(fields=["org", "name"], name="shopfloor_numbering_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
