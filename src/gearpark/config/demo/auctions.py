"""The demo's auctions: a lot of ingot that runs now, one that opens tomorrow, a buyer's reverse auction; all simulated."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from gearpark.base.scope import Scope
from gearpark.contexts.market import public as market
from gearpark.engines.auctions import Kind
from gearpark.kit.tenant import acting

HOST, BUYER = "qineng", "qichi"


def load_auctions(scope: Scope, now: datetime) -> int:
    """Auctions where there are none that still run; returns how many were announced."""
    host, buyer = (
        Scope(org=org, orgs=frozenset((org,)), rights=scope.rights, actor=scope.actor)
        for org in (HOST, BUYER)
    )
    with acting(host):
        if market.open_auctions(host, now):
            return 0
        offer = market.stocked_offer(host)
        lot = market.AuctionDraft(
            "Al99.70 铝锭 200 吨，综保区仓库自提", Kind.ENGLISH, "al-ingot", Decimal(200), "t", Decimal(20280), Decimal(20), now,
            now + timedelta(hours=4), now + timedelta(hours=5), deposit=Decimal(3000), offer_id=offer.id if offer else None,
            reserve=Decimal(20300),
        )  # fmt: skip
        market.announce(host, lot, now)
        slab = market.AuctionDraft(
            "5182 扁锭 120 吨，荷兰式", Kind.DUTCH, "al-slab", Decimal(120), "t", Decimal(22600), Decimal(50), now + timedelta(days=1),
            now + timedelta(days=1, hours=1), now + timedelta(days=1, hours=1), deposit=Decimal(3000), floor=Decimal(21800),
        )  # fmt: skip
        market.announce(host, slab, now)
    with acting(buyer):
        parts = market.AuctionDraft(
            "S6 壳体毛坯 3000 件，年度采购", Kind.REVERSE, "housing", Decimal(3000), "piece", Decimal(230), Decimal(1), now,
            now + timedelta(hours=6), now + timedelta(hours=7), deposit=Decimal(3000), least_bidders=2,
        )  # fmt: skip
        market.announce(buyer, parts, now)
    return 3
