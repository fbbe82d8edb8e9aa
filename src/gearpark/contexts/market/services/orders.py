"""Orders: placed once per key from stock, from an offer or a quotation; moved along listed edges only; rated once."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import work_order_id
from gearpark.contexts.telemetry.public import process_scope
from gearpark.engines.auctions import Kind
from gearpark.engines.pricing import stage_amounts
from gearpark.kit import events
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import Auction, DealEntry, Offer, Order, Rating, Rfq, Stage
from ..queries import deals as queries
from ..queries.offers import check_quantity, info_of, unit_price
from ..queries.pricing import kept_formula, provisional
from ..queries.trust import refuse_blocked
from ..types import BUY, RUN, SELL, OfferInfo, OfferState
from ..types.deals import (
    EDGES,
    OrderMoved,
    OrderPlaced,
    OrderState,
    Party,
    QuoteInfo,
    StageWhen,
)
from .money import release_ripe
from .offers import to_index
from .pricing import settle_provisional

CENT = Decimal("0.01")
ACTOR = "market"
MAX_KEY = 80
MAX_WORDS = 2_000
STOCK_STAGES = (Decimal(1),)
WHENS = {
    1: (StageWhen.ACCEPTANCE,),
    2: (StageWhen.ORDER, StageWhen.ACCEPTANCE),
    3: (StageWhen.ORDER, StageWhen.SHIPMENT, StageWhen.ACCEPTANCE),
    4: (StageWhen.ORDER, StageWhen.SHIPMENT, StageWhen.ACCEPTANCE, StageWhen.WARRANTY),
}
RIGHT = {Party.BUYER: BUY, Party.SELLER: SELL, Party.PARK: RUN}


def place_order(scope: Scope, offer_key: int, qty: Decimal, key: str, now: datetime) -> int:
    """Order from an offer at the price this buyer pays. Returns the order; the same key and content gives the same one.

    What is on hand is promised at once, in the transaction of the order; the rest is made to order where the offer
    states a lead time. Problems: ``market.order_key`` (422: same key, other content), ``market.out_of_stock``,
    ``market.quantity``, ``market.no_price``, ``market.own_offer``.
    """
    require(scope, BUY)
    body = _digest({"offer": offer_key, "qty": str(qty.normalize()), "by": scope.org})
    with acting(scope):
        refuse_blocked(scope.org)
        offer = _locked_offer(offer_key)
        before = _placed(scope, key, body)
        if before is not None:
            return before
        if offer.org == scope.org:
            raise Problem("market.own_offer", "A firm does not order from itself.")
        check_quantity(offer, qty)
        price = unit_price(scope, offer, qty, now.date())
        settled = None
        if offer.formula is not None:
            settled = provisional(scope, offer.formula, qty, now.date(), offer.vat_rate)
            price = settled[0].unit_price
        if price is None:
            raise Problem("market.no_price", "The price is on request: ask for a quotation.")
        taken = _promise(offer, qty)
        due = (
            now.date() + timedelta(days=offer.lead_days)
            if taken < qty and offer.lead_days is not None
            else now.date()
        )
        row = Order(
            org=scope.org, seller=offer.org, number=_number(now), key=key, body=body, offer_id=offer.id, offer_revision=offer.revision,
            title=offer.title("zh") or offer.title("en"), kind=offer.kind, values=offer.values, qty=qty, reserved=taken, unit=offer.unit,
            price=price, currency=offer.currency, vat_rate=offer.vat_rate, amount=_amount(price, qty), due_on=due,
            shows=offer.shows, placed_by=scope.actor, placed_at=now, moved_at=now,
        )  # fmt: skip
        if offer.formula is not None:
            row.formula = kept_formula(offer.formula)
        made = _store(scope, row, STOCK_STAGES, now)
        if settled is not None:
            settle_provisional(scope, row, *settled, now)
        return made


def place_from_quote(scope: Scope, rfq: Rfq, quote: QuoteInfo, qty: Decimal, now: datetime) -> int:
    """An awarded quotation becomes an order. Problem ``market.quote_ordered`` when it has one. Called by ``award``."""
    if quote.price is None or quote.landed is None or quote.lead_days is None:
        raise Problem("market.award_wrong", "The quotation cannot be read.", why="sealed")
    price = quote.price + quote.landed
    key, body = f"quote-{quote.id}", _digest({"quote": quote.id, "qty": str(qty)})
    row = Order(
        org=scope.org, seller=quote.org, number=_number(now), key=key, body=body, quote_id=quote.id, offer_id=rfq.offer_id,
        title=rfq.title, kind=rfq.kind, values={**rfq.values, **quote.values}, qty=qty, unit=rfq.unit, price=price, currency="CNY",
        vat_rate=Decimal("0.13"), amount=_amount(price, qty), due_on=now.date() + timedelta(days=quote.lead_days),
        placed_by=scope.actor, placed_at=now, moved_at=now,
    )  # fmt: skip
    return _store(scope, row, [Decimal(share) for share in rfq.stages], now)


def place_from_auction(row: Auction, winner: str, price: Decimal, now: datetime) -> int:
    """The winner's contract, which is automatic. Called when an auction ends, under the rules' process."""
    buyer, seller = (row.org, winner) if row.kind == Kind.REVERSE.value else (winner, row.org)
    key, body = f"auction-{row.pk}", _digest({"auction": row.pk})
    order = Order(
        org=buyer, seller=seller, number=_number(now), key=key, body=body, offer_id=row.offer_id, title=row.title, kind=row.product,
        values=row.values, qty=row.qty, reserved=row.reserved, unit=row.unit, price=price, currency="CNY", vat_rate=Decimal("0.13"), amount=_amount(price, row.qty),
        placed_by=ACTOR, placed_at=now, moved_at=now,
    )  # fmt: skip
    with acting(process_scope(ACTOR)) as wide:
        return _store(wide, order, STOCK_STAGES, now)


def _placed(scope: Scope, key: str, body: str) -> int | None:
    if not key or len(key) > MAX_KEY:
        raise Problem("market.order_key", f"An order needs a key of 1 to {MAX_KEY} characters.", status=422)
    found = Order.objects.of(scope).filter(org=scope.org, key=key).first()
    if found is None:
        return None
    if found.body != body:
        raise Problem("market.order_key", "This key was used for another order; take a new one.", status=422)
    return int(found.pk)


def _locked_offer(offer_key: int) -> OfferInfo:
    """The listed offer under its lock: orders for one offer go one after the other from here."""
    with acting(process_scope(ACTOR)) as wide:
        rows = Offer.objects.of(wide).filter(pk=offer_key, state=OfferState.LISTED.value)
        row = rows.select_for_update().first()
        if row is None:
            raise NotFound("market.offer_unknown", "There is no such offer, or it is not listed any more.")
        return info_of(row)


def _promise(offer: OfferInfo, qty: Decimal) -> Decimal:
    """Promise what is there of a locked offer; returns how much."""
    taken = min(qty, offer.free)
    if taken < qty and offer.lead_days is None:
        raise Problem(
            "market.out_of_stock",
            f"{offer.free.normalize():f} {offer.unit} are left, and no lead time is stated for more.",
            status=409,
            left=f"{offer.free.normalize():f}",
            unit=offer.unit,
        )
    if taken:
        with acting(process_scope(ACTOR)) as wide:
            Offer.objects.of(wide).filter(pk=offer.id).update(reserved=F("reserved") + taken)
            to_index(Offer(pk=offer.id, org=offer.org))
    return taken


def _store(scope: Scope, row: Order, shares: Any, now: datetime) -> int:
    """Keep order, stages, record and audit. Problems ``market.quote_ordered``, ``market.order_key``."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if row.quote_id is not None:
            raise Problem("market.quote_ordered", "This version has its order already.", status=409) from None
        raise Problem(
            "market.order_key", "This key was used for another order; take a new one.", status=422
        ) from None
    whens = WHENS[len(shares)]
    for number, (when, amount) in enumerate(
        zip(whens, stage_amounts(row.amount, tuple(shares)), strict=True), 1
    ):
        Stage(org=row.org, seller=row.seller, order=row, number=number, when=when.value, amount=amount).save(
            force_insert=True
        )
    write(scope, row, Party.BUYER, "place", "", {"amount": str(row.amount)}, now)
    _audit(
        scope, row, "market.order_placed", None, {"number": row.number, "amount": row.amount, "qty": row.qty}
    )
    events.tell(OrderPlaced(row.pk, row.org, row.seller, row.kind, row.amount))
    return int(row.pk)


def move(
    scope: Scope,
    key: int,
    deed: str,
    now: datetime,
    *,
    text: str = "",
    details: Mapping[str, Any] | None = None,
) -> OrderState:
    """Do a deed on an order: only along ``EDGES``, decided on the row as it is under its lock.

    Problems: ``market.deed_not_now`` (409) when the state or the party forbids it, ``kit.right_missing``.
    """
    with acting(scope):
        row = locked(scope, key)
        party = queries.party_of(scope, row)
        require(scope, RIGHT[party])
        kept = queries.entries(scope, key)
        if deed not in queries.deeds(row, party, kept, now):
            raise Problem(
                "market.deed_not_now",
                f"The order is {row.state}: this step is not possible for you now. Reload it.",
                status=409,
                state=row.state,
            )
        if deed == "dispute" and not text.strip():
            raise Problem(
                "market.words_missing", "Say what is wrong, measurably: what was agreed, what was found."
            )
        before = row.state
        if deed != "escalate":
            row.state = EDGES[OrderState(row.state), deed][0].value
        _stock(row, deed)
        row.moved_at = now
        row.save(update_fields=["state", "moved_at", "reserved"])
        write(scope, row, party, deed, text, details or {}, now)
        _audit(scope, row, "market.order_moved", {"state": before}, {"state": row.state, "deed": deed})
        release_ripe(scope, row, now)
        state = OrderState(row.state)
        events.tell(OrderMoved(row.pk, row.org, row.seller, state, deed, now))
        return state


def say(scope: Scope, key: int, text: str, now: datetime) -> None:
    """A message in the deal room, kept in the record. Problem ``market.words_missing``."""
    with acting(scope):
        row = locked(scope, key)
        party = queries.party_of(scope, row)
        require(scope, RIGHT[party])
        if not text.strip():
            raise Problem("market.words_missing", "Write something first.")
        write(scope, row, party, "message", text, {}, now)


def link_job(scope: Scope, key: int, number: str, shows: bool, now: datetime) -> None:
    """The seller names the shop's order that makes it and says whether the buyer may see its parts being made."""
    require(scope, SELL)
    with acting(scope):
        row = locked(scope, key)
        if queries.party_of(scope, row) is not Party.SELLER:
            raise NotFound("market.order_unknown", "Your firm has no such order to make.")
        job = work_order_id(scope, scope.org, number.strip()) if number.strip() else None
        if number.strip() and job is None:
            raise NotFound(
                "market.job_unknown", f"Your shop has no order {number.strip()!r}.", number=number.strip()
            )
        row.shows = shows
        if job != row.job:
            row.job, row.made, row.scrapped = job, 0, 0
        row.save(update_fields=["job", "shows", "made", "scrapped"])
        write(scope, row, Party.SELLER, "job", "", {"number": number.strip(), "shows": shows}, now)


def rate(scope: Scope, key: int, quality: int, text: str, now: datetime) -> None:
    """The buyer's rating of a finished order, once; on time is what the record says. Problem ``market.rating_wrong``."""
    require(scope, BUY)
    with acting(scope):
        row = locked(scope, key)
        done = OrderState(row.state) in (OrderState.ACCEPTED, OrderState.CLOSED)
        if (
            queries.party_of(scope, row) is not Party.BUYER
            or not done
            or not 1 <= quality <= 5
            or len(text) > 500
        ):
            raise Problem("market.rating_wrong", "The buyer of a finished order gives 1 to 5 stars.")
        received = [entry.at for entry in queries.entries(scope, key) if entry.deed == "receive"]
        on_time = bool(received) and (row.due_on is None or received[0].date() <= row.due_on)
        try:
            with transaction.atomic():
                Rating(
                    org=row.org,
                    order=row,
                    seller=row.seller,
                    quality=quality,
                    on_time=on_time,
                    text=text,
                    at=now,
                ).save(force_insert=True)
        except IntegrityError:
            raise Problem("market.rating_wrong", "An order is rated once.") from None


def locked(scope: Scope, key: int) -> Order:
    row = queries.order_rows(scope).filter(pk=key).select_for_update().first()
    if row is None:
        raise NotFound("market.order_unknown", "There is no such order of your firm.")
    found: Order = row
    return found


def write(
    scope: Scope, row: Order, party: Party, deed: str, text: str, details: Mapping[str, Any], now: datetime
) -> None:
    """Add to the order's record; every entry carries the digest of the one before."""
    last = DealEntry.objects.of(scope).filter(order=row).order_by("-number").first()
    number = last.number + 1 if last else 1
    body = {
        "n": number,
        "by": party.value,
        "deed": deed,
        "text": text[:MAX_WORDS],
        "details": dict(details),
        "actor": scope.actor,
        "at": now.isoformat(),
    }
    DealEntry(
        org=row.org, order=row, seller=row.seller, number=number, by=party.value, deed=deed, text=text[:MAX_WORDS],
        details=dict(details), actor=scope.actor, at=now, digest=_digest({**body, "before": last.digest if last else ""}),
    ).save(force_insert=True)  # fmt: skip


def _stock(row: Order, deed: str) -> None:
    """Shipping takes the promised pieces off the stock, cancelling gives them back."""
    gone = EDGES.get((OrderState.CONFIRMED, deed)) if deed == "ship" else None
    back = deed in ("decline", "cancel", "cancel-agreed")
    if row.offer_id is None or not row.reserved or not (gone or back):
        return
    with acting(process_scope(ACTOR)) as wide:
        offers = Offer.objects.of(wide).filter(pk=row.offer_id)
        found = offers.select_for_update().first()
        if found is not None:
            found.reserved -= row.reserved
            if gone:
                found.on_hand -= row.reserved
            found.save(update_fields=["reserved", "on_hand", "changed_at"])
            if found.state == OfferState.LISTED.value:
                to_index(found)
    row.reserved = Decimal(0)


def _audit(scope: Scope, row: Order, action: str, before: Any, after: Any) -> None:
    for org in {row.org, row.seller}:
        with acting(process_scope(ACTOR)):
            record(scope, action, "market.order", row.number, before, after, org=org)


def _amount(price: Decimal, qty: Decimal) -> Decimal:
    """Line amount: unit price times quantity, half-up to the cent (the rule that every order names)."""
    return (price * qty).quantize(CENT, ROUND_HALF_UP)


def _number(now: datetime) -> str:
    return f"{now:%y%m%d}-{secrets.token_hex(4).upper()}"


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()
