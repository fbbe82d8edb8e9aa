"""Quotes of price indices and what was settled by them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from .catalogue import PRICE, QUANTITY
from .deals import AMOUNT, Order


class IndexQuote(ScopedModel):
    """A day's quote of an index; the park keeps them, everybody reads them."""

    index = models.CharField(_("index"), max_length=40)
    on = models.DateField(_("day"))
    price = models.DecimalField(_("price"), **PRICE)
    source = models.CharField(max_length=120, blank=True, default="")

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_index_quote"
        ordering = ["index", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["index", "on"], name="market_index_quote_once"),
            models.CheckConstraint(condition=Q(price__gt=0), name="market_index_quote_above_0"),
        ]


class Settlement(ScopedModel):
    """A settlement of an order (``org``: its buyer) by its formula, with the quotes it used; it never changes."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="settlements")
    seller = models.CharField(max_length=ORG_LENGTH)
    final = models.BooleanField()
    quotes = models.JSONField()
    index_mean = models.DecimalField(**PRICE)
    unit_price = models.DecimalField(**PRICE)
    qty = models.DecimalField(**QUANTITY)
    amount = models.DecimalField(**AMOUNT)
    net = models.DecimalField(**AMOUNT)
    vat = models.DecimalField(**AMOUNT)
    difference = models.DecimalField(default=0, **AMOUNT)
    at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_settlement"
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "final"], name="market_settlement_once")]
