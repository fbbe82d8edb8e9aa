"""Money: instructions to the custodian and the journal that mirrors what it confirms.

The platform never holds money. A buyer's payment is an instruction to the licensed custodian to hold an amount for a
stage; when the stage's condition is met, another one releases it to the seller, less the platform's fee. Only what
the custodian confirms is booked, once per instruction, however often and in whatever order it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit import events
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import Account, Deposit, Entry, Instruction, Order, Posting, Stage
from ..queries import deals as queries
from ..types import BUY
from ..types.auctions import DepositState
from ..types.deals import OrderState, Party, StageHeld, StageState, StageWhen
from .deposits import AFTER, FORFEIT

CENT = Decimal("0.01")
FEE_RATE = Decimal("0.003")  # of what is released, borne by the seller
PARK = "qijiang-park"
ACTOR = "market-money"
HOLD, RELEASE, REFUND, CREDIT = "hold", "release", "refund", "credit"
SENT, CONFIRMED, REFUSED = "sent", "confirmed", "refused"
MOVES = {
    HOLD: StageState.HELD,
    RELEASE: StageState.RELEASED,
    REFUND: StageState.REFUNDED,
    CREDIT: StageState.RELEASED,
}
REACHED = {  # states in which a stage's condition is met
    StageWhen.ORDER: (OrderState.CONFIRMED, OrderState.SHIPPED, OrderState.RECEIVED, OrderState.ACCEPTED),
    StageWhen.SHIPMENT: (OrderState.SHIPPED, OrderState.RECEIVED, OrderState.ACCEPTED),
    StageWhen.ACCEPTANCE: (OrderState.ACCEPTED,),
    StageWhen.WARRANTY: (),
}
ENDED = (OrderState.CLOSED, OrderState.CANCELLED)


def pay_stage(scope: Scope, order_key: int, number: int, now: datetime) -> str:
    """The buyer tells the custodian to hold a stage's amount. Returns the instruction's key; repeating it changes nothing."""
    require(scope, BUY)
    with acting(scope):
        row = queries.order_rows(scope, Party.BUYER).filter(pk=order_key).select_for_update().first()
        stage = Stage.objects.of(scope).filter(order_id=order_key, number=number).first() if row else None
        if row is None or stage is None:
            raise NotFound("market.order_unknown", "There is no such stage of an order of your firm.")
        if OrderState(row.state) in ENDED or stage.state != StageState.DUE.value:
            raise Problem("market.stage_paid", "This stage needs no payment any more.", status=409)
        return _instruct(scope, row, stage, HOLD, now)


def release_ripe(scope: Scope, row: Order, now: datetime) -> None:
    """Release every held stage whose condition is met; give back what is held of a cancelled or refunded order."""
    state = OrderState(row.state)
    refunded = state is OrderState.CANCELLED or (state is OrderState.CLOSED and _was_refunded(scope, row))
    for stage in Stage.objects.of(scope).filter(order=row, state=StageState.HELD.value):
        if refunded:
            _instruct(scope, row, stage, REFUND, now)
        elif state in REACHED[StageWhen(stage.when)] or state is OrderState.CLOSED:
            _instruct(scope, row, stage, RELEASE, now)


def _was_refunded(scope: Scope, row: Order) -> bool:
    return any(entry.deed == "refund" for entry in queries.entries(scope, row.pk))


def credit(scope: Scope, row: Order, stage: Stage, amount: Decimal, now: datetime) -> str:
    """The seller gives an amount back to the buyer (a final price below the provisional one)."""
    key = f"{row.number}-{CREDIT}"
    if not Instruction.objects.of(scope).filter(key=key).exists():
        Instruction(
            org=row.org, seller=row.seller, stage=stage, kind=CREDIT, amount=amount, currency=row.currency, key=key,
            sent_by=scope.actor, sent_at=now,
        ).save(force_insert=True)  # fmt: skip
    return key


def _instruct(scope: Scope, row: Order, stage: Stage, kind: str, now: datetime) -> str:
    key = f"{row.number}-{stage.number}-{kind}"
    rows = Instruction.objects.of(scope)
    if not rows.filter(key=key).exclude(state=REFUSED).exists():
        rows.filter(key=key).delete()
        Instruction(
            org=row.org, seller=row.seller, stage=stage, kind=kind, amount=stage.amount, currency=row.currency, key=key,
            sent_by=scope.actor, sent_at=now,
        ).save(force_insert=True)  # fmt: skip
    return key


def confirm(key: str, reference: str, now: datetime, *, amount: Decimal | None = None) -> bool:
    """The custodian says that an instruction is carried out. True when it was booked now, False when it was before.

    A release told before its hold is refused (``market.custodian_order``) and can be told again; an amount that is
    not the instruction's is refused (``market.custodian_amount``).
    """
    with acting(process_scope(ACTOR)) as wide:
        told = Instruction.objects.of(wide).filter(key=key).select_for_update().first()
        if told is None:
            raise NotFound("market.instruction_unknown", f"There is no instruction {key!r}.")
        if told.state == CONFIRMED:
            return False
        if amount is not None and amount != told.amount:
            raise Problem(
                "market.custodian_amount",
                f"The instruction says {told.amount}, the custodian {amount}.",
                status=409,
            )
        if told.deposit_id is not None:
            _confirm_deposit(wide, told, reference, now)
            return True
        order = Order.objects.of(wide).select_for_update().get(stages=told.stage_id)
        stage = Stage.objects.of(wide).select_for_update().get(pk=told.stage_id or 0)
        wanted = {HOLD: StageState.DUE, CREDIT: StageState.RELEASED}.get(told.kind, StageState.HELD)
        if stage.state != wanted.value:
            raise Problem(
                "market.custodian_order",
                f"The stage is {stage.state}; tell it again after what comes before.",
                status=409,
            )
        _book_instruction(wide, told, order, now)
        stage.state = MOVES[told.kind].value
        stage.moved_at = now
        stage.save(update_fields=["state", "moved_at"])
        _carried_out(told, reference, now)
        record(
            wide,
            "market.money_moved",
            "market.order",
            order.number,
            None,
            {"kind": told.kind, "amount": told.amount, "stage": stage.number},
            org=order.org,
        )
        if told.kind == HOLD:
            release_ripe(wide, order, now)
            events.tell(StageHeld(order.pk, stage.number, now))
        return True


def _confirm_deposit(wide: Scope, told: Instruction, reference: str, now: datetime) -> None:
    """A bidder's deposit was held, given back or forfeited to the auction's host."""
    deposit = Deposit.objects.of(wide).select_for_update().get(pk=told.deposit_id or 0)
    wanted = DepositState.SENT if told.kind == HOLD else DepositState.HELD
    if deposit.state != wanted.value:
        raise Problem(
            "market.custodian_order",
            f"The deposit is {deposit.state}; tell it again after what comes before.",
            status=409,
        )
    source, target = {
        HOLD: ((told.org, "outside"), (told.org, "held")),
        RELEASE: ((told.org, "held"), (told.org, "custody")),
        FORFEIT: ((told.org, "held"), (told.seller, "custody")),
    }[told.kind]
    book(
        wide, told.org, told.seller, told.key, f"deposit-{told.kind}", told.currency,
        [(*source, -told.amount), (*target, told.amount)], now,
    )  # fmt: skip
    deposit.state = AFTER[told.kind].value
    deposit.save(update_fields=["state"])
    _carried_out(told, reference, now)


def _carried_out(told: Instruction, reference: str, now: datetime) -> None:
    told.state, told.reference, told.confirmed_at = CONFIRMED, reference[:120], now
    told.save(update_fields=["state", "reference", "confirmed_at"])


def _book_instruction(wide: Scope, told: Instruction, order: Order, now: datetime) -> None:
    amount = told.amount
    fee = (amount * FEE_RATE).quantize(CENT, ROUND_HALF_UP)
    sides = {
        HOLD: [(told.org, "outside", -amount), (told.org, "held", amount)],
        RELEASE: [(told.org, "held", -amount), (told.seller, "custody", amount - fee), (PARK, "fee", fee)],
        REFUND: [(told.org, "held", -amount), (told.org, "custody", amount)],
        CREDIT: [(told.seller, "custody", -amount), (told.org, "custody", amount)],
    }[told.kind]
    book(wide, told.org, told.seller, told.key, told.kind, told.currency, sides, now, order_id=order.pk)


def book(
    wide: Scope, org: str, counter: str, key: str, what: str, currency: str, sides: Sequence[tuple[str, str, Decimal]],
    now: datetime, *, order_id: int | None = None,
) -> int | None:  # fmt: skip
    """Add a booking whose sides (firm, account, amount) sum to 0; None when ``key`` was booked before.

    Accounts are locked in one order, so that bookings never wait for each other in a ring. The database checks the
    sum once more when the transaction ends, and that no account but ``outside`` falls below 0.
    """
    if sum(amount for _org, _kind, amount in sides) != 0 or any(
        amount != amount.quantize(CENT) for _o, _k, amount in sides
    ):
        raise Problem("market.unbalanced", "The sides of a booking sum to 0, in whole cents.", status=500)
    entry = Entry(
        org=org,
        counter=counter,
        key=key,
        what=what,
        order_id=order_id,
        currency=currency,
        at=now,
        actor=wide.actor,
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return None
    for owner, kind, amount in sorted(sides):
        account = _account(wide, owner, kind, currency)
        Account.objects.of(wide).filter(pk=account).update(balance=F("balance") + amount)
        Posting(org=owner, entry=entry, account_id=account, amount=amount).save(force_insert=True)
    return int(entry.pk)


def _account(wide: Scope, org: str, kind: str, currency: str) -> int:
    rows = Account.objects.of(wide)
    found = rows.filter(org=org, kind=kind, currency=currency).values_list("pk", flat=True).first()
    if found is not None:
        return int(found)
    rows.bulk_create([Account(org=org, kind=kind, currency=currency)], ignore_conflicts=True)
    return int(rows.filter(org=org, kind=kind, currency=currency).values_list("pk", flat=True).get())
