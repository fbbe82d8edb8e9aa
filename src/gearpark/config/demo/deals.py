"""The demo's deals: requests that wait for answers, one opened, orders on their way; firms and figures are invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from gearpark.base.scope import Scope
from gearpark.contexts.market import public as market
from gearpark.kit.tenant import acting

BUYER = "jingjiang"
SELLERS = ("lankai-gear", "hengze-gear", "yuqi-gear")


def load_deals(scope: Scope, now: datetime) -> int:
    """Deals where the buyer has none yet; returns how many were begun."""
    buyer = _acts(scope, BUYER)
    with acting(buyer):
        if market.has_deals(buyer):
            return 0
        return _requests(scope, buyer, now) + _orders(scope, buyer, now)


def _acts(scope: Scope, org: str) -> Scope:
    return Scope(org=org, orgs=frozenset((org,)), rights=scope.rights, actor=scope.actor)


def _requests(scope: Scope, buyer: Scope, now: datetime) -> int:
    earlier = now - timedelta(days=3)
    wish = market.RfqDraft(
        "行星齿轮 m2.5 z24，月用 2000 件", "gear", Decimal(2000), "piece", now + timedelta(days=5),
        values={"module_mm": "2.5", "teeth": "24", "flank_class": "6", "flank_standard": "gb-2022", "material": "20CrMnTi"},
        target_price=Decimal("62"), delivery="送货至綦江", least_quotes=2,
    )  # fmt: skip
    waiting = market.ask(buyer, wish, now)
    _quote(scope, SELLERS[0], waiting, "61.80", 25, now)
    over = market.RfqDraft(
        "半轴花键轴 φ45，样件与小批", "shaft", Decimal(300), "piece", now - timedelta(hours=2),
        values={"diameter_mm": "45", "material": "20CrMnTi"}, invited=SELLERS, target_price=Decimal("210"),
    )  # fmt: skip
    opened = market.ask(buyer, over, earlier)
    for seller, price, days in (
        (SELLERS[0], "205.00", 18),
        (SELLERS[1], "198.50", 30),
        (SELLERS[2], "221.00", 12),
    ):
        _quote(scope, seller, opened, price, days, earlier + timedelta(hours=5), qty=300)
    market.open_quotes(buyer, opened, now - timedelta(hours=1))
    return 2


def _quote(
    scope: Scope, seller: str, key: int, price: str, days: int, at: datetime, *, qty: int = 2000
) -> None:
    draft = market.QuoteDraft(
        Decimal(price), Decimal(qty), days, (at + timedelta(days=30)).date(), landed=Decimal("1.20")
    )
    acts = _acts(scope, seller)
    with acting(acts):
        market.quote(acts, key, draft, at)


def _orders(scope: Scope, buyer: Scope, now: datetime) -> int:
    begun = 0
    for number, seller in enumerate(SELLERS):
        sells = _acts(scope, seller)
        with acting(sells):
            offer = market.stocked_offer(sells)
        if offer is None:
            continue
        at = now - timedelta(days=6 - 2 * number)
        key = market.place_order(buyer, offer.id, min(Decimal(20), offer.free), f"demo-{seller}", at)
        market.pay_stage(buyer, key, 1, at)
        begun += 1
        for step, (who, deed) in enumerate(
            ((sells, "confirm"), (sells, "ship"), (buyer, "receive"))[: 3 - number], 1
        ):
            with acting(who):
                market.move(who, key, deed, at + timedelta(hours=9 * step))
    return begun
