"""Requests for quotation, quotations in versions, orders with their stages and their record."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from ..types.deals import OrderState, Party, RfqState, StageState, StageWhen
from .catalogue import MAX_ACTOR, MAX_TEXT, MAX_TITLE, PRICE, QUANTITY

AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 2}
MAX_DELIVERY = 200


class Rfq(ScopedModel):
    """A request for quotation of a buyer (``org``). ``invited`` empty: every seller may answer."""

    title = models.CharField(_("title"), max_length=MAX_TITLE)
    kind = models.CharField(_("product class"), max_length=40)
    values = models.JSONField(default=dict)
    text = models.TextField(max_length=MAX_TEXT, blank=True)
    offer_id = models.BigIntegerField(null=True)
    qty = models.DecimalField(_("quantity"), **QUANTITY)
    unit = models.CharField(max_length=10)
    target_price = models.DecimalField(null=True, **PRICE)
    needed_on = models.DateField(null=True)
    delivery = models.CharField(max_length=MAX_DELIVERY, blank=True)
    sealed = models.BooleanField(default=True)
    invited = ArrayField(models.CharField(max_length=ORG_LENGTH), default=list)
    least_quotes = models.PositiveSmallIntegerField(default=1)
    stages = models.JSONField(default=list)
    closes_at = models.DateTimeField(_("closes at"))
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in RfqState], default=RfqState.OPEN.value
    )
    made_by = models.CharField(max_length=MAX_ACTOR)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_rfq"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(qty__gt=0), name="market_rfq_qty"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("made_at")), name="market_rfq_closes_later"),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="market_rfq_open")]


class Question(ScopedModel):
    """A seller's question to a request; the answer is read by everybody who may quote."""

    rfq = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="questions")
    buyer = models.CharField(max_length=ORG_LENGTH)
    text = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_question"
        ordering = ["id"]


class Quote(ScopedModel):
    """One version of a seller's quotation (``org``), or the buyer's counter-offer to it; it never changes.

    Its content stands in ``QuoteContent``, which the database shows to the buyer of a sealed request only after the
    deadline; here stand its place in the order of arrival and the digest of the content.
    """

    rfq = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="quotes")
    buyer = models.CharField(max_length=ORG_LENGTH)
    version = models.PositiveIntegerField()
    by = models.CharField(
        max_length=6, choices=[(Party.SELLER.value, "seller"), (Party.BUYER.value, "buyer")]
    )
    digest = models.CharField(max_length=64)
    sent_by = models.CharField(max_length=MAX_ACTOR)
    sent_at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_quote"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["rfq", "org", "version"], name="market_quote_version")]


class QuoteContent(ScopedModel):
    """What a version says. ``readable_at``: until then only its seller reads it."""

    quote = models.OneToOneField(Quote, on_delete=models.CASCADE, related_name="content")
    buyer = models.CharField(max_length=ORG_LENGTH)
    readable_at = models.DateTimeField()
    price = models.DecimalField(**PRICE)
    landed = models.DecimalField(default=0, **PRICE)
    qty = models.DecimalField(**QUANTITY)
    lead_days = models.PositiveIntegerField()
    valid_until = models.DateField()
    values = models.JSONField(default=dict)
    text = models.CharField(max_length=2000, blank=True)
    nonce = models.CharField(max_length=32)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_quote_content"
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0) & Q(qty__gt=0), name="market_quote_above_0")
        ]


class Order(ScopedModel):
    """A contract between a buyer (``org``) and a seller. What was agreed is a copy: later changes of offers do not reach it.

    key            of idempotency: the same key again gives the same order; ``body``: digest of what came with it
    job            the seller's order on the shop floor; ``made``, ``scrapped``: its parts, as that shop told them
    shows          the seller lets the buyer see them
    """

    seller = models.CharField(max_length=ORG_LENGTH, db_index=True)
    number = models.CharField(_("order number"), max_length=30, unique=True)
    key = models.CharField(max_length=80)
    body = models.CharField(max_length=64)
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, null=True, related_name="orders")
    offer_id = models.BigIntegerField(null=True)
    offer_revision = models.PositiveIntegerField(null=True)
    title = models.CharField(max_length=MAX_TITLE)
    kind = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    qty = models.DecimalField(**QUANTITY)
    reserved = models.DecimalField(default=0, **QUANTITY)
    unit = models.CharField(max_length=10)
    price = models.DecimalField(**PRICE)
    currency = models.CharField(max_length=3)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4)
    amount = models.DecimalField(_("amount"), **AMOUNT)
    formula = models.JSONField(null=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in OrderState], default=OrderState.PLACED.value
    )
    due_on = models.DateField(null=True)
    shows = models.BooleanField(default=False)
    job = models.BigIntegerField(null=True, db_index=True)
    made = models.PositiveIntegerField(default=0)
    scrapped = models.PositiveIntegerField(default=0)
    placed_by = models.CharField(max_length=MAX_ACTOR)
    placed_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_order"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["org", "key"], name="market_order_once"),
            models.UniqueConstraint(
                fields=["quote"], name="market_order_one_per_version", condition=~Q(state="cancelled")
            ),
            models.CheckConstraint(condition=Q(qty__gt=0) & Q(amount__gt=0), name="market_order_above_0"),
        ]


class Stage(ScopedModel):
    """A part of an order's amount and what has to happen before it is the seller's. ``org``: the buyer."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="stages")
    seller = models.CharField(max_length=ORG_LENGTH)
    number = models.PositiveSmallIntegerField()
    when = models.CharField(max_length=10, choices=[(w.value, w.value) for w in StageWhen])
    amount = models.DecimalField(**AMOUNT)
    state = models.CharField(
        max_length=8, choices=[(s.value, s.value) for s in StageState], default=StageState.DUE.value
    )
    moved_at = models.DateTimeField(null=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_stage"
        ordering = ["order", "number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="market_stage_number")]


class Instruction(ScopedModel):
    """What the custodian was told to do with a firm's (``org``) money, of a stage or a deposit; ``key`` makes it happen once."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, null=True, related_name="instructions")
    deposit_id = models.BigIntegerField(null=True)
    seller = models.CharField(max_length=ORG_LENGTH)
    kind = models.CharField(max_length=8)
    amount = models.DecimalField(**AMOUNT)
    currency = models.CharField(max_length=3)
    key = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, default="sent")
    reference = models.CharField(max_length=120, blank=True, default="")
    sent_by = models.CharField(max_length=MAX_ACTOR)
    sent_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_instruction"
        ordering = ["id"]
        indexes = [models.Index(fields=["state"], name="market_instruction_state")]


class DealEntry(ScopedModel):
    """The record of an order: every deed, message and document in turn, each with the digest of the one before."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="entries")
    seller = models.CharField(max_length=ORG_LENGTH)
    number = models.PositiveIntegerField()
    by = models.CharField(max_length=6, choices=[(p.value, p.value) for p in Party])
    deed = models.CharField(max_length=20)
    text = models.CharField(max_length=2000, blank=True)
    details = models.JSONField(default=dict)
    actor = models.CharField(max_length=MAX_ACTOR)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_deal_entry"
        ordering = ["order", "number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="market_deal_entry_number")]


class Rating(ScopedModel):
    """What a buyer (``org``) says of a seller after one finished order; one an order, never changed."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="rating")
    seller = models.CharField(max_length=ORG_LENGTH, db_index=True)
    quality = models.PositiveSmallIntegerField()
    on_time = models.BooleanField()
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_rating"
        constraints = [
            models.CheckConstraint(
                condition=Q(quality__gte=1) & Q(quality__lte=5), name="market_rating_stars"
            )
        ]
