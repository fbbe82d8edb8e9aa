"""Quotes of indices are taken in; orders by formula are settled, provisionally and then finally, once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import process_scope
from gearpark.engines.pricing import Settlement as Settled
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import IndexQuote, Order, Settlement, Stage
from ..queries import deals
from ..queries import pricing as queries
from ..types import BUY, RUN, SELL
from ..types.deals import OrderState, Party, StageState, StageWhen
from ..types.pricing import QuoteIn
from .money import credit

MAX_QUOTES = 5_000  # of one import
ACTOR = "market"
OPEN = (OrderState.SHIPPED, OrderState.RECEIVED, OrderState.ACCEPTED)


def keep_quotes(scope: Scope, given: Sequence[QuoteIn], source: str) -> int:
    """Take quotes in; a day that has one already keeps it. Returns how many were new. Problem ``market.quotes_wrong``."""
    require(scope, RUN)
    if (
        not given
        or len(given) > MAX_QUOTES
        or any(not q.price.is_finite() or q.price <= 0 or not q.index for q in given)
    ):
        raise Problem(
            "market.quotes_wrong", f"Give 1 to {MAX_QUOTES:,} quotes, each above 0 and of a named index."
        )
    with acting(scope):
        rows = IndexQuote.objects.of(scope)
        known = set(rows.filter(index__in={q.index for q in given}).values_list("index", "on"))
        fresh = {(q.index, q.on): q for q in given if (q.index, q.on) not in known}
        rows.bulk_create(
            [
                IndexQuote(org=scope.org, index=q.index, on=q.on, price=q.price, source=source[:120])
                for q in fresh.values()
            ]
        )
        record(scope, "market.quotes_kept", "market.index", source[:120], None, {"new": len(fresh)})
    return len(fresh)


def settle_provisional(
    scope: Scope, row: Order, settled: Settled, used: Sequence[tuple[date, Decimal]], now: datetime
) -> None:
    """Keep what the order's price rests on."""
    _keep(scope, row, settled, used, now, final=False, difference=Decimal(0))


def settle_final(scope: Scope, key: int, now: datetime) -> Decimal:
    """Settle finally, once; returns final less provisional. More is a stage to be paid in; less shortens the stages
    that are still due, the rest is credited from the seller.

    Problems: ``market.window_open``, ``market.settled_already``, ``market.deed_not_now``.
    """
    with acting(scope):
        row = deals.order_rows(scope).filter(pk=key).select_for_update().first() or deals.order_row(
            scope, key
        )
        party = deals.party_of(scope, row)
        require(scope, {Party.BUYER: BUY, Party.SELLER: SELL, Party.PARK: RUN}[party])
        formula = queries.formula_of(row.formula)
        if formula is None or OrderState(row.state) not in OPEN:
            raise Problem(
                "market.deed_not_now",
                f"The order is {row.state}: it is settled between shipment and its close.",
                status=409,
                state=row.state,
            )
        told = queries.settlements(scope, key)
        if any(one.final for one in told):
            raise Problem("market.settled_already", "The order is settled already.", status=409)
        shipped = next((entry.at for entry in deals.entries(scope, key) if entry.deed == "ship"), None)
        settled, used = queries.final(scope, formula, row, shipped, now.date())
        difference = settled.amount - row.amount
        _keep(scope, row, settled, used, now, final=True, difference=difference)
        _post(scope, row, difference, now)
        row.price, row.amount = settled.unit_price, settled.amount
        row.save(update_fields=["price", "amount"])
        with acting(process_scope(ACTOR)):
            for org in (row.org, row.seller):
                record(
                    scope,
                    "market.order_settled",
                    "market.order",
                    row.number,
                    None,
                    {"difference": difference, "mean": settled.index_mean},
                    org=org,
                )
        return difference


def _keep(
    scope: Scope,
    row: Order,
    settled: Settled,
    used: Sequence[tuple[date, Decimal]],
    now: datetime,
    *,
    final: bool,
    difference: Decimal,
) -> None:
    Settlement(
        org=row.org, seller=row.seller, order=row, final=final, quotes=[[on.isoformat(), str(price)] for on, price in used],
        index_mean=settled.index_mean, unit_price=settled.unit_price, qty=settled.mass_t, amount=settled.amount, net=settled.net,
        vat=settled.vat, difference=difference, at=now,
    ).save(force_insert=True)  # fmt: skip


def _post(scope: Scope, row: Order, difference: Decimal, now: datetime) -> None:
    """Bring the stages in line with the final amount."""
    stages = list(Stage.objects.of(scope).filter(order=row).order_by("number").select_for_update())
    if difference > 0:
        Stage(
            org=row.org,
            order=row,
            seller=row.seller,
            number=len(stages) + 1,
            when=StageWhen.ACCEPTANCE.value,
            amount=difference,
        ).save(force_insert=True)
        return
    left = -difference
    for stage in reversed(stages):
        if left and stage.state == StageState.DUE.value:
            cut = min(left, stage.amount)
            stage.amount -= cut
            left -= cut
            if stage.amount == 0:
                stage.state, stage.moved_at = StageState.REFUNDED.value, now
            stage.save(update_fields=["amount", "state", "moved_at"])
    if left:
        credit(scope, row, stages[-1], left, now)
