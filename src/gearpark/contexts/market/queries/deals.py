"""Requests, quotations and orders, as each party may read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import DealEntry, Order, Question, Quote, QuoteContent, Rating, Rfq, Stage
from ..types.deals import EDGES, OrderState, Party, QuoteInfo

ANSWER_DAYS = 3  # the seller answers a dispute within
ESCALATE_DAYS = 4  # from then on the buyer may call the park
AUTOMATIC_DAYS = 8  # from then on the dispute is the park's anyway


def _mine(scope: Scope) -> Any:
    return sorted(scope.orgs or {scope.org})


def rfq_rows(scope: Scope, *, asked: bool) -> Any:
    """Requests the firm asked; or those of others it may answer (the database lets it see no more)."""
    rows = Rfq.objects.of(scope)
    return rows.filter(org=scope.org) if asked else rows.exclude(org=scope.org)


def rfq_row(scope: Scope, key: int) -> Rfq:
    """NotFound ``market.rfq_unknown``; the database shows it to the buyer, the invited, and of an open one to all."""
    row = Rfq.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("market.rfq_unknown", "There is no such request for quotation that you may see.")
    return row


def questions(scope: Scope, key: int) -> Any:
    return Question.objects.of(scope).filter(rfq_id=key)


def versions(scope: Scope, key: int, seller: str = "") -> list[QuoteInfo]:
    """Versions exchanged in a request, in the order of arrival; the buyer sees every seller's, a seller its own."""
    rows = Quote.objects.of(scope).filter(rfq_id=key).order_by("id")
    if seller:
        rows = rows.filter(org=seller)
    kept = list(rows)
    contents = {
        content.quote_id: content
        for content in QuoteContent.objects.of(scope).filter(quote_id__in=[row.pk for row in kept])
    }
    return [_info(row, contents.get(row.pk)) for row in kept]


def newest_quotes(scope: Scope, key: int) -> list[QuoteInfo]:
    """The newest version with each seller, lowest landed cost first; equal ones by arrival."""
    newest = {one.org: one for one in versions(scope, key)}
    return sorted(newest.values(), key=lambda one: (one.total is None, one.total or Decimal(0), one.id))


def _info(row: Quote, content: QuoteContent | None) -> QuoteInfo:
    head = (row.pk, row.rfq_id, row.org, row.version, Party(row.by), content is None, row.digest, row.sent_at)
    if content is None:
        return QuoteInfo(*head)
    return QuoteInfo(
        *head, content.price, content.qty, content.landed, content.lead_days, content.valid_until, dict(content.values), content.text
    )  # fmt: skip


def order_rows(scope: Scope, party: Party | None = None) -> Any:
    """Orders in which the firm is the buyer or the seller; the park sees all."""
    rows = Order.objects.of(scope)
    if party is Party.BUYER:
        return rows.filter(org__in=_mine(scope))
    if party is Party.SELLER:
        return rows.filter(seller__in=_mine(scope))
    return rows if scope.park_wide else rows.filter(Q(org__in=_mine(scope)) | Q(seller__in=_mine(scope)))


def order_row(scope: Scope, key: int) -> Order:
    """NotFound ``market.order_unknown``."""
    row = order_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("market.order_unknown", "There is no such order of your firm.")
    found: Order = row
    return found


def party_of(scope: Scope, row: Order) -> Party:
    if row.org in _mine(scope):
        return Party.BUYER
    return Party.SELLER if row.seller in _mine(scope) else Party.PARK


def stages(scope: Scope, key: int) -> list[Stage]:
    return list(Stage.objects.of(scope).filter(order_id=key))


def entries(scope: Scope, key: int) -> list[DealEntry]:
    """The record of an order, oldest first."""
    return list(DealEntry.objects.of(scope).filter(order_id=key))


def deeds(row: Order, party: Party, record: Iterable[DealEntry], now: datetime) -> list[str]:
    """What this party may do with the order now."""
    state = OrderState(row.state)
    made = [deed for (at, deed), (_next, who) in EDGES.items() if at is state and party in who]
    if state is not OrderState.DISPUTED:
        return made
    began = [entry.at for entry in record if entry.deed == "dispute"]
    escalated = (
        any(entry.deed == "escalate" and entry.at >= began[-1] for entry in record) if began else False
    )
    if party is Party.PARK:
        return made if escalated else []
    if party is Party.BUYER and not escalated and began and now >= began[-1] + timedelta(days=ESCALATE_DAYS):
        made.append("escalate")
    return made


def clock(row: Order, record: Iterable[DealEntry]) -> tuple[Party, datetime] | None:
    """Whose move a dispute is and until when; None when there is none."""
    if OrderState(row.state) is not OrderState.DISPUTED:
        return None
    told = list(record)
    at = next((entry.at for entry in reversed(told) if entry.deed == "dispute"), None)
    if at is None:
        return None
    if any(entry.deed == "escalate" and entry.at >= at for entry in told):
        return Party.PARK, at + timedelta(days=AUTOMATIC_DAYS)
    if any(entry.deed == "message" and entry.by == Party.SELLER.value and entry.at >= at for entry in told):
        return Party.BUYER, at + timedelta(days=AUTOMATIC_DAYS)
    return Party.SELLER, at + timedelta(days=ANSWER_DAYS)


def ratings(scope: Scope, sellers: Iterable[str]) -> dict[str, tuple[float, float, int]]:
    """Seller -> (quality 1..5, share on time, orders rated)."""
    rows = Rating.objects.of(scope).filter(seller__in=list(sellers)).values("seller")
    told = rows.annotate(q=Avg("quality"), n=Count("id"), on=Count("id", filter=Q(on_time=True)))
    return {row["seller"]: (float(row["q"]), row["on"] / row["n"], row["n"]) for row in told}


def rated(scope: Scope, key: int) -> bool:
    return bool(Rating.objects.of(scope).filter(order_id=key).exists())


def has_deals(scope: Scope) -> bool:
    """Whether the firm has asked or ordered anything yet."""
    return bool(rfq_rows(scope, asked=True).exists() or order_rows(scope, Party.BUYER).exists())
