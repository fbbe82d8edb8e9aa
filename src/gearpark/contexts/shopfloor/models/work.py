"""What is made and by which order: products, routings, work orders and the serials they give."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.work import OrderStatus, RoutingStatus, SerialStatus
from .lines import MAX_CODE, MAX_NAME, Line

MAX_SERIAL = 60
MAX_QUANTITY = 1_000_000
MAX_NOTE = 400


def choices(kind: type[OrderStatus] | type[RoutingStatus] | type[SerialStatus]) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in kind]


class Product(ScopedModel):
    """A product of a firm, made on lines of one type."""

    code = models.CharField(_("product"), max_length=MAX_CODE)
    name_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    name_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME, blank=True, default="")
    line_type = models.CharField(_("line type"), max_length=MAX_CODE)
    variant = models.CharField(_("variant"), max_length=MAX_CODE, blank=True, default="")
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, default="")
    drawing = models.CharField(_("drawing"), max_length=MAX_CODE, blank=True, default="")
    drawing_revision = models.CharField(_("drawing revision"), max_length=20, blank=True, default="")
    safety_part = models.BooleanField(_("safety part"), default=False)
    active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_product"
        ordering = ["org", "code"]
        constraints = [models.UniqueConstraint(fields=["org", "code"], name="shopfloor_product_code")]

    def __str__(self) -> str:
        return self.code


class Routing(ScopedModel):
    """One revision of how a product is made. Released ones never change; an order keeps the one it was released with."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="routings")
    revision = models.PositiveIntegerField(_("revision"))
    status = models.CharField(
        _("status"), max_length=12, choices=choices(RoutingStatus), default=RoutingStatus.DRAFT.value
    )
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    released_by = models.CharField(_("released by"), max_length=160, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_routing"
        ordering = ["product", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["product", "revision"], name="shopfloor_routing_revision"),
            models.UniqueConstraint(
                fields=["product"],
                condition=models.Q(status="released"),
                name="shopfloor_routing_one_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} r{self.revision}"


class Operation(ScopedModel):
    """One operation of a routing: where, how long, and what must be true before it may start (interlocks)."""

    routing = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="operations")
    op = models.PositiveIntegerField(_("operation"))
    group = models.CharField(_("station group"), max_length=MAX_CODE)
    name_en = models.CharField(_("name (English)"), max_length=MAX_NAME)
    name_zh = models.CharField(_("name (Chinese)"), max_length=MAX_NAME, blank=True, default="")
    cycle_s = models.FloatField(_("cycle time"))
    setup_s = models.FloatField(_("set-up time"), default=0.0)
    skill = models.CharField(_("skill"), max_length=MAX_CODE, blank=True, default="")
    program = models.CharField(_("program"), max_length=MAX_NAME, blank=True, default="")
    program_hash = models.CharField(_("program hash"), max_length=64, blank=True, default="")
    tool_classes = models.JSONField(_("tools"), default=list, blank=True)
    gauge_classes = models.JSONField(_("gauges"), default=list, blank=True)
    needs_test = models.BooleanField(_("needs a passed test"), default=False)
    rework_to = models.PositiveIntegerField(_("rework goes to"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_operation"
        ordering = ["routing", "op"]
        constraints = [
            models.UniqueConstraint(fields=["routing", "op"], name="shopfloor_operation_once"),
            models.CheckConstraint(condition=models.Q(cycle_s__gt=0), name="shopfloor_operation_cycle"),
        ]

    def __str__(self) -> str:
        return f"{self.routing_id} op{self.op}"


class WorkOrder(ScopedModel):
    """So many of a product on one line. ``version`` grows with every change (optimistic lock)."""

    number = models.CharField(_("order"), max_length=MAX_CODE)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="orders")
    routing = models.ForeignKey(Routing, on_delete=models.PROTECT, related_name="orders", null=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="orders")
    quantity = models.PositiveIntegerField(_("quantity"))
    lot = models.CharField(_("lot"), max_length=MAX_CODE, blank=True, default="")
    customer_ref = models.CharField(_("customer reference"), max_length=MAX_NAME, blank=True, default="")
    due_on = models.DateField(_("due"), null=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    status = models.CharField(
        _("status"), max_length=12, choices=choices(OrderStatus), default=OrderStatus.DRAFT.value
    )
    hold_reason = models.CharField(_("hold reason"), max_length=MAX_NOTE, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    serials_issued = models.PositiveIntegerField(_("serials issued"), default=0)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_order"
        ordering = ["org", "number"]
        constraints = [
            models.UniqueConstraint(fields=["org", "number"], name="shopfloor_order_number"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="shopfloor_order_quantity",
            ),
        ]
        indexes = [models.Index(fields=["line", "status", "priority"], name="shopfloor_order_queue")]

    def __str__(self) -> str:
        return self.number


class Serial(ScopedModel):
    """One part. A serial exists once in a firm: the database refuses a second one."""

    serial = models.CharField(_("serial"), max_length=MAX_SERIAL)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="serials")
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="serials", null=True)
    lot = models.CharField(_("lot"), max_length=MAX_CODE, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=8, choices=choices(SerialStatus), default=SerialStatus.OPEN.value
    )
    next_op = models.PositiveIntegerField(_("next operation"), null=True)
    rework_loops = models.PositiveSmallIntegerField(_("rework loops"), default=0)
    begun_at = models.DateTimeField(_("begun at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_serial"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["org", "serial"], name="shopfloor_serial_once")]
        indexes = [
            models.Index(fields=["order", "status"], name="shopfloor_serial_order"),
            models.Index(fields=["org", "lot"], name="shopfloor_serial_lot"),
        ]

    def __str__(self) -> str:
        return self.serial
