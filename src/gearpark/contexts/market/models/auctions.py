"""Auctions, their bids and the bidders' deposits."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from ..types.auctions import AuctionState, DepositState
from .catalogue import MAX_ACTOR, MAX_TITLE, PRICE, QUANTITY
from .deals import AMOUNT, Order


class Auction(ScopedModel):
    """An auction of its host (``org``): rules as announced, and where it stands. Everybody reads it.

    limit, leader and reserve are kept in ``AuctionSecret``, which the database shows to nobody but the rules' process.
    reserved  what of the offer's stock is promised to this lot, so that it is in no other sale
    ladder  newest accepted prices with the bidders' numbers, newest first
    """

    title = models.CharField(_("title"), max_length=MAX_TITLE)
    kind = models.CharField(_("kind"), max_length=8, choices=[(k.value, k.value) for k in Kind])
    product = models.CharField(_("product class"), max_length=40)
    offer_id = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    text = models.CharField(max_length=2000, blank=True)
    qty = models.DecimalField(_("quantity"), **QUANTITY)
    reserved = models.DecimalField(default=0, **QUANTITY)
    unit = models.CharField(max_length=10)
    start = models.DecimalField(**PRICE)
    step = models.DecimalField(**PRICE)
    floor = models.DecimalField(default=0, **PRICE)
    deposit = models.DecimalField(default=0, **AMOUNT)
    opens_at = models.DateTimeField(_("opens at"))
    ends_at = models.DateTimeField(_("ends at"))
    announced_end = models.DateTimeField()
    hard_stop = models.DateTimeField()
    window_s = models.PositiveIntegerField(default=300)
    extend_s = models.PositiveIntegerField(default=300)
    interval_s = models.PositiveIntegerField(default=60)
    least_bidders = models.PositiveSmallIntegerField(default=1)
    ties = models.BooleanField(default=False)
    has_reserve = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in AuctionState], default=AuctionState.PLANNED.value
    )
    best = models.DecimalField(null=True, **PRICE)
    bids = models.PositiveIntegerField(default=0)
    bidders = models.PositiveIntegerField(default=0)
    taken = models.BooleanField(default=False)
    ladder = models.JSONField(default=list)
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, related_name="+")
    made_by = models.CharField(max_length=MAX_ACTOR)
    made_at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_auction"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__lte=F("hard_stop")), name="market_auction_hard_stop"),
            models.CheckConstraint(condition=Q(qty__gt=0) & Q(step__gt=0), name="market_auction_above_0"),
        ]
        indexes = [models.Index(fields=["state", "ends_at"], name="market_auction_open")]


class AuctionSecret(ScopedModel):
    """What nobody may know while it runs: the reserve price, who leads, how far the leader's limit goes, who bid.

    Its rows belong to the park, under whose process the rules run; no page reads them, and no host or bidder can.
    """

    auction = models.OneToOneField(Auction, on_delete=models.CASCADE, related_name="secret")
    reserve = models.DecimalField(null=True, **PRICE)
    leader = models.CharField(max_length=ORG_LENGTH, blank=True, default="")
    limit = models.DecimalField(null=True, **PRICE)
    bidders = models.JSONField(default=list)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_auction_secret"


class Bid(ScopedModel):
    """An accepted bid of a firm (``org``); it never changes. ``number``: place among the auction's bids."""

    auction = models.ForeignKey(Auction, on_delete=models.CASCADE, related_name="all_bids")
    number = models.PositiveIntegerField()
    price = models.DecimalField(**PRICE)
    limit = models.DecimalField(null=True, **PRICE)
    at = models.DateTimeField()
    sent_by = models.CharField(max_length=MAX_ACTOR)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_bid"
        ordering = ["auction", "number"]
        constraints = [models.UniqueConstraint(fields=["auction", "number"], name="market_bid_number")]


class Deposit(ScopedModel):
    """A bidder's (``org``) deposit for one auction; ``alias``: the number others see."""

    auction = models.ForeignKey(Auction, on_delete=models.CASCADE, related_name="deposits")
    alias = models.PositiveIntegerField()
    amount = models.DecimalField(**AMOUNT)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in DepositState], default=DepositState.SENT.value
    )
    at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_deposit"
        constraints = [
            models.UniqueConstraint(fields=["auction", "org"], name="market_deposit_once"),
            models.UniqueConstraint(fields=["auction", "alias"], name="market_deposit_alias"),
        ]
