"""Auctions: announced with a deposit, bid in one locked transaction each, ended by the clock, the contract automatic."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Max

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.telemetry.public import process_scope
from gearpark.engines import auctions as rules_of
from gearpark.engines.auctions import Kind, Outcome
from gearpark.engines.products import product_class
from gearpark.kit import events
from gearpark.kit.audit import record
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting, require

from ..models import Auction, AuctionSecret, Bid, Deposit, Offer
from ..models.catalogue import MAX_TITLE
from ..queries import auctions as queries
from ..queries.offers import own_rows
from ..queries.trust import refuse_blocked
from ..types import BUY, SELL, UNITS
from ..types.auctions import AuctionDraft, AuctionEnded, AuctionState, DepositState
from ..types.deals import OrderMoved, StageHeld
from .deposits import FORFEIT, RELEASE, hold_deposit, settle_deposit
from .offers import to_index
from .orders import place_from_auction

ACTOR = "market-auction"
LADDER = 30  # newest prices kept for the room
EVERY_S = 0.5
MAX_LENGTH = timedelta(days=31)
MAX_BIDDERS = 5_000


def announce(scope: Scope, draft: AuctionDraft, now: datetime) -> int:
    """Announce an auction. Problems ``market.auction_wrong``, ``auctions.rules``."""
    require(scope, BUY if draft.kind is Kind.REVERSE else SELL)
    kind = product_class(draft.product)
    with acting(scope):
        _check(draft, now)
        offer = None
        if draft.offer_id:
            offer = own_rows(scope).filter(pk=draft.offer_id).select_for_update().first()
        promised = _promised(offer, draft)
        row = Auction(
            org=scope.org, title=draft.title.strip(), kind=draft.kind.value, product=kind.code, offer_id=offer.pk if offer else None,
            values=offer.values if offer else {}, text=draft.text[:2000], qty=draft.qty, reserved=promised, unit=draft.unit, start=draft.start, step=draft.step,
            floor=draft.floor, deposit=draft.deposit, opens_at=draft.opens_at, ends_at=draft.ends_at, announced_end=draft.ends_at,
            hard_stop=draft.hard_stop, window_s=draft.window_s, extend_s=draft.extend_s, interval_s=draft.interval_s,
            least_bidders=draft.least_bidders, ties=draft.ties, has_reserve=draft.reserve is not None, made_by=scope.actor, made_at=now,
        )  # fmt: skip
        rules_of.begin(queries.rules(row, draft.reserve))
        row.save(force_insert=True)
        with acting(process_scope(ACTOR)) as wide:
            AuctionSecret(org=wide.org, auction=row, reserve=draft.reserve).save(force_insert=True)
        record(
            scope,
            "market.auction_announced",
            "market.auction",
            str(row.pk),
            None,
            {"title": row.title, "qty": row.qty, "start": row.start},
        )
        return int(row.pk)


def _promised(offer: Offer | None, draft: AuctionDraft) -> Decimal:
    """Promise the lot out of the offer's stock where all of it is there: a lot is in one sale at a time."""
    if offer is None or draft.kind is Kind.REVERSE or offer.on_hand - offer.reserved < draft.qty:
        return Decimal(0)
    offer.reserved += draft.qty
    offer.save(update_fields=["reserved", "changed_at"])
    to_index(offer)
    return draft.qty


def _given_back(row: Auction) -> None:
    """The lot is for sale elsewhere again."""
    if row.offer_id is not None and row.reserved:
        with acting(process_scope(ACTOR)) as wide:
            offer = Offer.objects.of(wide).filter(pk=row.offer_id).select_for_update().first()
            if offer is not None:
                offer.reserved -= row.reserved
                offer.save(update_fields=["reserved", "changed_at"])
                to_index(offer)
        row.reserved = Decimal(0)


def _check(draft: AuctionDraft, now: datetime) -> None:
    amounts = [
        draft.qty,
        draft.start,
        draft.step,
        draft.deposit,
        draft.floor,
        *([draft.reserve] if draft.reserve else []),
    ]
    tests = (
        (
            not all(amount.is_finite() and amount >= 0 for amount in amounts),
            "Amounts are finite and not negative.",
        ),
        (
            not draft.title.strip() or len(draft.title) > MAX_TITLE,
            f"Give a title of at most {MAX_TITLE} characters.",
        ),
        (draft.qty <= 0, "Give a quantity above 0."),
        (draft.unit not in UNITS, f"The unit is one of {', '.join(UNITS)}."),
        (draft.ends_at <= now, "The end is in the past."),
        (draft.hard_stop - now > MAX_LENGTH, "An auction is over within 31 days."),
    )
    why = [text for bad, text in tests if bad]
    if why:
        raise Problem("market.auction_wrong", " ".join(why), why=why)


def cancel_auction(scope: Scope, key: int, now: datetime) -> None:
    """Take an auction back before its first bid; deposits are given back."""
    with acting(scope):
        row = Auction.objects.of(scope).filter(pk=key, org=scope.org).select_for_update().first()
        if row is None:
            raise NotFound("market.auction_unknown", "Your firm holds no such auction.")
        require(scope, BUY if row.kind == Kind.REVERSE.value else SELL)
        if row.bids or row.state != AuctionState.PLANNED.value:
            raise Problem(
                "market.auction_over", "It has bids, or is over: it cannot be taken back.", status=409
            )
        row.state = AuctionState.CANCELLED.value
        _given_back(row)
        row.save(update_fields=["state", "reserved"])
        record(scope, "market.auction_cancelled", "market.auction", str(key))
        _release_all(row, now, besides="")


def join(scope: Scope, key: int, now: datetime) -> DepositState:
    """Join an auction: the custodian is told to hold the deposit, once. Returns where it stands."""
    with acting(scope):
        row = queries.auction_row(scope, key)
        require(scope, _right(row))
        refuse_blocked(scope.org)
        if row.org == scope.org:
            raise Problem("market.auction_own", "The host does not bid.")
        if row.state != AuctionState.PLANNED.value or now >= row.ends_at:
            raise Problem("market.auction_over", "The auction is over.", status=409)
        with acting(process_scope(ACTOR)) as wide:
            Auction.objects.of(wide).select_for_update().get(pk=key)
            found = Deposit.objects.of(wide).filter(auction=row, org=scope.org).first()
            if found is not None:
                return DepositState(found.state)
            alias = Deposit.objects.of(wide).filter(auction=row).aggregate(most=Max("alias"))["most"] or 0
            if alias >= MAX_BIDDERS:
                raise Problem("market.auction_full", f"At most {MAX_BIDDERS} firms take part.", status=409)
            made = Deposit(org=scope.org, auction=row, alias=alias + 1, amount=row.deposit, at=now)
            if row.deposit == 0:
                made.state = DepositState.HELD.value
            made.save(force_insert=True)
            if row.deposit:
                hold_deposit(wide, made, row.org, scope.actor, now)
            record(
                scope,
                "market.auction_joined",
                "market.auction",
                str(key),
                None,
                {"alias": made.alias, "deposit": row.deposit},
            )
            return DepositState(made.state)


def _right(row: Auction) -> str:
    return SELL if row.kind == Kind.REVERSE.value else BUY


def bid(
    scope: Scope, key: int, price: Decimal, now: datetime | None = None, *, limit: Decimal | None = None
) -> Decimal:
    """Bid; returns the best price after it. The moment is taken under the auction's lock unless ``now`` is given.

    Problems: those of ``engines.auctions``, ``market.deposit_missing``, ``market.auction_over``.
    """
    with acting(scope):
        with acting(process_scope(ACTOR)) as wide:
            row = Auction.objects.of(wide).filter(pk=key).select_for_update().first()
            if row is None:
                raise NotFound("market.auction_unknown", "There is no such auction.")
            require(scope, _right(row))
            at = now or now_utc()
            if row.state != AuctionState.PLANNED.value:
                raise Problem("market.auction_over", "The auction is over.", status=409)
            deposit = Deposit.objects.of(wide).filter(auction=row, org=scope.org).first()
            if deposit is None or deposit.state != DepositState.HELD.value:
                raise Problem(
                    "market.deposit_missing",
                    "Join first: the custodian has not confirmed your deposit.",
                    status=409,
                )
            secret = AuctionSecret.objects.of(wide).get(auction=row)
            before = queries.state(row, secret)
            after = rules_of.accept(
                queries.rules(row, secret.reserve), before, rules_of.Bid(scope.org, price, at, limit)
            )
            _store(wide, row, secret, after, before.leader, deposit.alias)
            Bid(
                org=scope.org,
                auction=row,
                number=after.bids,
                price=price,
                limit=limit,
                at=at,
                sent_by=scope.actor,
            ).save(force_insert=True)
            best = after.best if after.best is not None else price
        record(
            scope,
            "market.bid",
            "market.auction",
            str(key),
            None,
            {"price": price, "number": after.bids},
            at=at,
        )
        if after.taken:
            end_auction(key, at)
        return best


def _store(
    wide: Scope, row: Auction, secret: AuctionSecret, after: rules_of.State, before: str, alias: int
) -> None:
    leading = alias
    if after.leader and after.leader != before:
        leading = Deposit.objects.of(wide).get(auction=row, org=after.leader).alias
    elif after.leader:
        leading = row.ladder[0]["alias"] if row.ladder else alias
    row.best, row.bids, row.ends_at, row.taken = after.best, after.bids, after.ends_at, after.taken
    row.bidders = len(after.bidders)
    row.ladder = [{"alias": leading, "price": str(after.best), "at": now_utc().isoformat()}, *row.ladder][
        :LADDER
    ]
    row.save(update_fields=["best", "bids", "ends_at", "taken", "bidders", "ladder"])
    secret.leader, secret.limit, secret.bidders = after.leader, after.limit, sorted(after.bidders)
    secret.save(update_fields=["leader", "limit", "bidders"])


def end_auction(key: int, now: datetime) -> AuctionState:
    """Decide an auction whose end has come: the winner's contract is placed, losers' deposits go back. Safe to repeat."""
    with acting(process_scope(ACTOR)) as wide:
        row = Auction.objects.of(wide).select_for_update().get(pk=key)
        secret = AuctionSecret.objects.of(wide).get(auction=row)
        if row.state != AuctionState.PLANNED.value:
            return AuctionState(row.state)
        found = rules_of.outcome(queries.rules(row, secret.reserve), queries.state(row, secret), now)
        if found is Outcome.RUNNING:
            return AuctionState.PLANNED
        winner = secret.leader if found is Outcome.SOLD else ""
        row.state = (AuctionState.SOLD if winner else AuctionState.VOID).value
        if winner and row.best is not None:
            row.order_id = place_from_auction(row, winner, row.best, now)
        else:
            _given_back(row)
        row.save(update_fields=["state", "order", "reserved"])
        _release_all(row, now, besides=winner)
        record(
            wide,
            "market.auction_ended",
            "market.auction",
            str(key),
            None,
            {"state": row.state, "best": row.best},
            org=row.org,
        )
        events.tell(AuctionEnded(row.pk, row.org, winner, row.best))
        return AuctionState(row.state)


def _release_all(row: Auction, now: datetime, *, besides: str) -> None:
    """Losers' deposits are freed at once; the winner's when its first payment is held."""
    with acting(process_scope(ACTOR)) as wide:
        for deposit in Deposit.objects.of(wide).filter(auction=row).exclude(org=besides):
            settle_deposit(wide, deposit, RELEASE, row.org, now)


def settle_winner(order_id: int, now: datetime, *, let_down: str = "") -> None:
    """The winner's deposit is freed, unless it was the winner who let the contract down: then the host gets it."""
    with acting(process_scope(ACTOR)) as wide:
        row = Auction.objects.of(wide).filter(order_id=order_id).first()
        if row is None:
            return
        secret = AuctionSecret.objects.of(wide).get(auction=row)
        deposit = Deposit.objects.of(wide).filter(auction=row, org=secret.leader).first()
        forfeited = bool(let_down) and let_down == secret.leader
        if deposit is not None:
            settle_deposit(wide, deposit, FORFEIT if forfeited else RELEASE, row.org, now)


def on_stage_held(event: StageHeld) -> None:
    """The winner's first payment is held: its deposit is freed."""
    if event.number == 1:
        settle_winner(event.order_id, event.at)


def on_order_moved(event: OrderMoved) -> None:
    """The winner's contract was let down by its buyer (reverse: its seller): the host gets the deposit."""
    by = {"cancel": event.buyer, "decline": event.seller}.get(event.deed)
    if by is not None:
        settle_winner(event.order_id, event.at, let_down=by)


def follow(now: datetime) -> None:
    """One round of the floor's loop: auctions whose end has come."""
    with acting(process_scope(ACTOR)) as wide:
        rows = Auction.objects.of(wide).filter(state=AuctionState.PLANNED.value, ends_at__lte=now)
        keys = list(rows.values_list("pk", flat=True))
    for key in keys:
        end_auction(key, now)


LOOPS = (Loop("market.auctions", EVERY_S, follow),)
