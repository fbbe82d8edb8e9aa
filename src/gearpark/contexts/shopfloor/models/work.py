"""What is made and by which order: products, routings, work orders and the serials they give."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.work import OrderSource, OrderStatus, RoutingStatus, RunResult, RunSource, SerialStatus, Tracking
from .lines import MAX_CODE, MAX_NAME, Line

MAX_SERIAL = 60
MAX_QUANTITY = 1_000_000
MAX_NOTE = 400
MAX_ACTOR = 160
MAX_PATTERN = 60
MAX_REWORK_LOOPS = 20
DEFAULT_PATTERN = "{line}-{yymmdd}-{seq:05}"


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
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
    tracking = models.CharField(
        _("tracking"), max_length=8, choices=choices(Tracking), default=Tracking.SERIAL.value
    )
    serial_pattern = models.CharField(
        _("serial pattern"), max_length=MAX_PATTERN, blank=True, default=DEFAULT_PATTERN
    )
    rework_limit = models.PositiveSmallIntegerField(_("rework loops allowed"), default=2)
    illustrative = models.BooleanField(_("illustrative"), default=False)
    active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_product"
        ordering = ["org", "code"]
        constraints = [
            models.UniqueConstraint(fields=["org", "code"], name="shopfloor_product_code"),
            models.CheckConstraint(
                condition=Q(rework_limit__lte=MAX_REWORK_LOOPS), name="shopfloor_product_rework"
            ),
        ]

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
                condition=Q(status="released"),
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
    is_test = models.BooleanField(_("gives a verdict"), default=False)
    needs_test = models.BooleanField(_("needs a passed test"), default=False)
    rework_to = models.PositiveIntegerField(_("rework goes to"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_operation"
        ordering = ["routing", "op"]
        constraints = [
            models.UniqueConstraint(fields=["routing", "op"], name="shopfloor_operation_once"),
            models.CheckConstraint(condition=Q(cycle_s__gt=0), name="shopfloor_operation_cycle"),
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
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    due_on = models.DateField(_("due"), null=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    sequence = models.PositiveIntegerField(_("place in the queue"), default=0)
    source = models.CharField(
        _("source"), max_length=8, choices=choices(OrderSource), default=OrderSource.PLANNED.value
    )
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="splits")
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
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="shopfloor_order_quantity",
            ),
        ]
        indexes = [
            models.Index(fields=["line", "status", "priority", "sequence"], name="shopfloor_order_queue")
        ]

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


class SerialCounter(ScopedModel):
    """The last number given under a prefix. Its row lock is what makes every serial unique."""

    prefix = models.CharField(max_length=MAX_PATTERN)
    last = models.PositiveBigIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_serial_counter"
        constraints = [
            models.UniqueConstraint(fields=["org", "prefix"], name="shopfloor_serial_counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"


class OperationRun(ScopedModel):
    """One pass of one part through one operation, whoever reported it. A part is on one station at a time.

    ``station`` is "" where a signed disposition speaks and no station. ``result`` is "" while the part is on it.
    """

    serial = models.ForeignKey(Serial, on_delete=models.PROTECT, related_name="runs")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="+")
    station = models.CharField(_("station"), max_length=MAX_CODE, blank=True)
    op = models.PositiveIntegerField(_("operation"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    begun_at = models.DateTimeField(_("begun at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    result = models.CharField(_("result"), max_length=8, choices=choices(RunResult), blank=True, default="")
    reason = models.CharField(_("reason"), max_length=MAX_CODE, blank=True, default="")
    rework_to = models.PositiveIntegerField(_("rework goes to"), null=True)
    source = models.CharField(_("source"), max_length=12, choices=choices(RunSource))
    by = models.CharField(_("by"), max_length=MAX_ACTOR, blank=True, default="")
    person_id = models.BigIntegerField(null=True)
    instruction = models.ForeignKey(
        "shopfloor.Instruction", on_delete=models.PROTECT, null=True, related_name="runs", db_index=False
    )  # the revision that was shown
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_run"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["serial", "line", "station", "begun_at"], name="shopfloor_run_once"
            ),
            models.UniqueConstraint(
                fields=["serial"], condition=Q(ended_at=None), name="shopfloor_run_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")), name="shopfloor_run_ends_later"
            ),
            models.CheckConstraint(
                condition=(Q(ended_at=None) & Q(result="")) | (Q(ended_at__isnull=False) & ~Q(result="")),
                name="shopfloor_run_result",
            ),
        ]
        indexes = [models.Index(fields=["line", "station", "-begun_at"], name="shopfloor_run_station")]

    def __str__(self) -> str:
        return f"{self.serial_id} op{self.op}"


class StationHold(ScopedModel):
    """A station that must not start a part until somebody clears it; ``source`` says who holds it (spc, gauge, person)."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="station_holds")
    station = models.CharField(_("station"), max_length=MAX_CODE)
    reason = models.CharField(_("reason"), max_length=MAX_NOTE)
    source = models.CharField(_("source"), max_length=MAX_CODE)
    held_by = models.CharField(_("held by"), max_length=MAX_ACTOR)
    since_at = models.DateTimeField(_("since"))
    cleared_at = models.DateTimeField(_("cleared at"), null=True)
    cleared_by = models.CharField(_("cleared by"), max_length=MAX_ACTOR, blank=True, default="")
    cleared_note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_station_hold"
        ordering = ["-since_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "station", "source"],
                condition=Q(cleared_at=None),
                name="shopfloor_station_hold_once",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at=None) | Q(cleared_at__gte=F("since_at")),
                name="shopfloor_station_hold_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.source}"
