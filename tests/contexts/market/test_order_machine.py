"""Orders under random deeds by random parties: what happens is what a table of edges says, money and stock agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contexts.market.test_deals import balances, stock
from tests.factories.market import gear, listed
from tests.factories.registry import organisation, scope_of

from gearpark.base.problems import Problem
from gearpark.contexts.market.queries import deals
from gearpark.contexts.market.services import money, orders
from gearpark.contexts.market.services.custodian import carry_out
from gearpark.contexts.market.types.deals import OrderState
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BUYER, SELLER, PARK = scope_of("assembler"), scope_of("lankai"), scope_of("park", park=True)
# a naive model: who may do what where, written down apart from the product's own table
NAIVE = {
    "placed": {
        ("seller", "confirm"): "confirmed",
        ("seller", "decline"): "cancelled",
        ("buyer", "cancel"): "cancelled",
    },
    "confirmed": {("seller", "ship"): "shipped", ("seller", "cancel-agreed"): "cancelled"},
    "shipped": {("buyer", "receive"): "received", ("buyer", "dispute"): "disputed"},
    "received": {
        ("buyer", "accept"): "accepted",
        ("buyer", "dispute"): "disputed",
        ("park", "accept"): "accepted",
    },
    "disputed": {("buyer", "settle"): "accepted", ("seller", "refund"): "closed"},
    "accepted": {("buyer", "close"): "closed", ("park", "close"): "closed"},
    "closed": {},
    "cancelled": {},
}
DEEDS = sorted({deed for edges in NAIVE.values() for _who, deed in edges})
STEP = st.tuples(st.sampled_from(["buyer", "seller", "park"]), st.sampled_from([*DEEDS, "pay"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=1, max_size=14))
def test_only_listed_edges_and_money_is_never_lost(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str]]
) -> None:
    monkeypatch.setenv("GEARPARK_CUSTODIAN", "simulated")
    for slug in ("lankai", "assembler"):
        organisation(slug)
    made = next(_numbers)
    offer = listed("lankai", gear(f"A-{made}", on_hand=Decimal(10), price=Decimal(90)))
    key = orders.place_order(BUYER, offer.id, Decimal(3), f"k{made}", NOW)
    before = balances()
    state, refunded, paid, at = "placed", False, False, NOW
    for who, deed in steps:
        at += timedelta(minutes=1)
        scope = {"buyer": BUYER, "seller": SELLER, "park": PARK}[who]
        if deed == "pay":
            paid = _pays(key, at) or paid
            continue
        after = NAIVE[state].get((who, deed))
        try:
            orders.move(scope, key, deed, at, text="measured")
        except Problem:
            assert after is None
        else:
            assert after is not None
            refunded = refunded or deed == "refund"
            state = after
        carry_out(at)
    for _round in range(3):
        carry_out(at)
    _agrees(key, offer.id, state, paid, refunded, before)


def _pays(key: int, at: datetime) -> bool:
    try:
        money.pay_stage(BUYER, key, 1, at)
    except Problem:
        return False
    carry_out(at)
    return True


def _agrees(
    key: int, offer: int, state: str, paid: bool, refunded: bool, before: dict[tuple[str, str], Decimal]
) -> None:
    """State, stock and every account are what the naive model makes of the steps."""
    with acting(BUYER):
        assert OrderState(deals.order_row(BUYER, key).state).value == state
        (stage,) = deals.stages(BUYER, key)
    gone = state in ("shipped", "received", "disputed", "accepted", "closed")
    assert stock(offer) == ((7, 0) if gone else (10, 0 if state == "cancelled" else 3))
    back = state == "cancelled" or refunded
    released = paid and not back and state in ("accepted", "closed")
    wanted = "due" if not paid else "refunded" if back else "released" if released else "held"
    assert stage.state == wanted
    after = balances()
    moved = {name: amount - before.get(name, Decimal(0)) for name, amount in after.items()}
    assert moved.get(("assembler", "held"), 0) == (270 if wanted == "held" else 0)
    assert moved.get(("lankai", "custody"), 0) == (Decimal("269.19") if released else 0)
    assert moved.get(("assembler", "custody"), 0) == (270 if wanted == "refunded" else 0)


_numbers = iter(range(1, 10_000))
