"""API of the market: offers found and kept, orders, bids, and the custodian's confirmations."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Header, Router, Schema, Status

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.kit.api import guarded

from .queries import deals as deal_queries
from .queries import offers as offer_queries
from .queries.search import FACETS, MAX_PAGE, Search, search
from .services import auctions as auction_services
from .services import money as money_services
from .services import offers as offer_services
from .services import orders as order_services
from .services.reconcile import checked_amount
from .types import BUY, CUSTODY, SELL, VIEW, OfferDraft, OfferInfo, OfferState, Tier
from .types.deals import OrderState

router = Router()
may_view, may_sell, may_buy, is_custodian = guarded(VIEW), guarded(SELL), guarded(BUY), guarded(CUSTODY)
MAX_ORDERS = 500


class FindingOut(Schema):
    code: str
    weight: str
    text: str
    details: dict[str, Any]


class TierIO(Schema):
    from_qty: Decimal
    price: Decimal


class OfferOut(Schema):
    """An offer. ``values``: kept values by attribute, numbers as text in the attribute's unit; prices hold VAT."""

    id: int
    org: str
    part_no: str
    kind: str
    title_en: str
    title_zh: str
    values: dict[str, Any]
    malls: list[str]
    unit: str
    currency: str
    price: Decimal | None
    tiers: list[TierIO]
    min_qty: Decimal
    step_qty: Decimal
    lead_days: int | None
    free: Decimal
    state: OfferState
    findings: list[FindingOut]
    revision: int
    changed_at: datetime


class HitsOut(Schema):
    """``facets``: attribute -> value -> count over the whole result."""

    total: int
    facets: dict[str, dict[str, int]]
    offers: list[OfferOut]


class OfferIn(Schema):
    """An offer as it is stated; ``values`` as typed, with units (``3 cm``). The part number decides which one it is."""

    part_no: str
    kind: str
    title_en: str = ""
    title_zh: str = ""
    text_en: str = ""
    text_zh: str = ""
    values: dict[str, str] = {}
    malls: list[str] = []
    unit: str = "piece"
    currency: str = "CNY"
    price: Decimal | None = None
    vat_rate: Decimal = Decimal("0.13")
    tiers: list[TierIO] = []
    min_qty: Decimal = Decimal(1)
    step_qty: Decimal = Decimal(1)
    lead_days: int | None = None
    on_hand: Decimal = Decimal(0)
    listed: bool = False


class OrderIn(Schema):
    offer_id: int
    qty: Decimal


class OrderOut(Schema):
    """An order; ``made`` and ``scrapped`` only where the seller lets the buyer see them."""

    id: int
    number: str
    buyer: str
    seller: str
    title: str
    kind: str
    qty: Decimal
    unit: str
    price: Decimal
    currency: str
    amount: Decimal
    state: OrderState
    made: int | None
    scrapped: int | None
    placed_at: datetime


class DeedIn(Schema):
    deed: str
    text: str = ""


class BidIn(Schema):
    price: Decimal
    limit: Decimal | None = None


class BidOut(Schema):
    best: Decimal


class ConfirmationIn(Schema):
    """``key`` of the instruction, the custodian's own ``reference`` and the amount it moved."""

    key: str
    reference: str
    amount: str


class ConfirmationOut(Schema):
    """``booked``: False when it was booked before; telling it again is safe."""

    booked: bool


@router.get("/offers", response=HitsOut, summary="Search offers")
def find_offers(
    request: HttpRequest, q: str = "", mall: str = "", kind: str = "", org: str = "", stock: bool = False, offset: int = 0, limit: int = 50
) -> Any:  # fmt: skip
    """Listed offers by words and typed filters (``m3 z20 <=500元``), with facets; at most 100 a call."""
    scope = may_view(request)
    wanted = Search(
        text=q[:200], mall=mall, kinds=(kind,) if kind else (), orgs=(org,) if org else (), stock=stock
    )
    hits = search(wanted, offset=max(0, offset), limit=max(1, min(limit, MAX_PAGE)), facets=FACETS)
    facets = {name: {facet.value: facet.count for facet in values} for name, values in hits.facets.items()}
    return {"total": hits.total, "facets": facets, "offers": offer_queries.offers_by_id(scope, hits.ids)}


@router.get("/offers/{offer_id}", response=OfferOut, summary="One offer")
def get_offer(request: HttpRequest, offer_id: int) -> OfferInfo:
    """A listed offer, or an own one in any state."""
    return offer_queries.offer(may_view(request), offer_id)


@router.put("/offers", response=OfferOut, summary="Keep an offer")
def put_offer(request: HttpRequest, given: OfferIn) -> OfferInfo:
    """Add the offer, or change the firm's offer of this part number; ``listed``: list it, or take it out of the malls."""
    scope = may_sell(request)
    stated = given.dict(exclude={"listed", "tiers", "malls"})
    draft = OfferDraft(
        **stated, malls=tuple(given.malls), tiers=tuple(Tier(t.from_qty, t.price) for t in given.tiers)
    )
    kept = offer_services.save_offer(scope, draft, offer_queries.key_of_part(scope, given.part_no))
    if given.listed:
        return offer_services.list_offer(scope, kept.id, now_utc())
    return offer_services.withdraw_offer(scope, kept.id)


@router.post("/orders", response={201: OrderOut}, summary="Order")
def post_order(request: HttpRequest, given: OrderIn, idempotency_key: str = Header(default="")) -> Any:
    """Order from an offer. ``Idempotency-Key``: the same key and content gives the same order, other content 422."""
    scope = may_buy(request)
    key = order_services.place_order(scope, given.offer_id, given.qty, idempotency_key, now_utc())
    return Status(201, _order(scope, key))


@router.get("/orders", response=list[OrderOut], summary="Orders")
def list_orders(request: HttpRequest, state: OrderState | None = None) -> list[Any]:
    """Orders of the firm on either side, the newest first, at most 500."""
    scope = may_view(request)
    rows = deal_queries.order_rows(scope)
    if state is not None:
        rows = rows.filter(state=state.value)
    return [_told(scope, row) for row in rows.order_by("-pk")[:MAX_ORDERS]]


@router.get("/orders/{order_id}", response=OrderOut, summary="One order")
def get_order(request: HttpRequest, order_id: int) -> Any:
    return _order(may_view(request), order_id)


@router.post("/orders/{order_id}/deeds", response=OrderOut, summary="Move an order")
def post_deed(request: HttpRequest, order_id: int, given: DeedIn) -> Any:
    """Do one of the deeds that the order's state allows this party; 409 when it does not."""
    scope = may_view(request)
    order_services.move(scope, order_id, given.deed, now_utc(), text=given.text)
    return _order(scope, order_id)


@router.post("/auctions/{auction_id}/bids", response={201: BidOut}, summary="Bid")
def post_bid(request: HttpRequest, auction_id: int, given: BidIn) -> Any:
    """Bid in an auction the firm has joined; 409 when it is too low, too early or too late."""
    best = auction_services.bid(may_view(request), auction_id, given.price, limit=given.limit)
    return Status(201, {"best": best})


@router.post(
    "/custodian/confirmations", response=ConfirmationOut, summary="Custodian: an instruction is carried out"
)
def post_confirmation(request: HttpRequest, given: ConfirmationIn) -> Any:
    """Book what the custodian did, once. 409 when it comes before what it builds on: tell it again later."""
    scope = is_custodian(request)
    if not given.reference.strip():
        raise Problem("market.custodian_amount", f"{scope.actor} gave no reference.", status=422)
    return {
        "booked": money_services.confirm(
            given.key, given.reference, now_utc(), amount=checked_amount(given.amount)
        )
    }


def _order(scope: Any, key: int) -> dict[str, Any]:
    return _told(scope, deal_queries.order_row(scope, key))


def _told(scope: Any, row: Any) -> dict[str, Any]:
    shown = row.shows or row.seller == scope.org
    return {
        "id": row.pk, "number": row.number, "buyer": row.org, "seller": row.seller, "title": row.title, "kind": row.kind, "qty": row.qty,
        "unit": row.unit, "price": row.price, "currency": row.currency, "amount": row.amount, "state": row.state,
        "made": row.made if shown and row.job else None, "scrapped": row.scrapped if shown and row.job else None, "placed_at": row.placed_at,
    }  # fmt: skip
