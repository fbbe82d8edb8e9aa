"""The book: priority, times in force, own orders, calls, bands; two implementations and a naive list agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearpark.base.problems import Problem
from gearpark.engines.matching import Kind, Result, Rules, Run, Side, Tif, rows_of, run_compiled, run_plain

RULES = Rules(100, 200)
BUY, SELL = Side.BUY, Side.SELL


def new(order: int, side: Side, price: int, qty: int, firm: int = 0, tif: Tif = Tif.GTC) -> list[int]:
    return [Kind.NEW, order, firm or order, side, price, qty, tif]


def other(kind: Kind, order: int = 0, price: int = 0, qty: int = 0) -> list[int]:
    return [kind, order, 0, 0, price, qty, 0]


def both(*events: list[int], rules: Rules = RULES) -> Run:
    """What the plain book makes of it; the compiled one has to say the same."""
    rows = rows_of(events)
    plain, quick = run_plain(rules, rows), run_compiled(rules, rows)
    assert plain.trades.tolist() == quick.trades.tolist()
    assert plain.results.tolist() == quick.results.tolist()
    assert plain.digest == quick.digest
    return plain


def test_price_then_time_at_the_resting_price() -> None:
    run = both(new(1, SELL, 151, 5), new(2, SELL, 150, 5), new(3, SELL, 150, 5), new(4, BUY, 152, 12))
    assert run.trades.tolist() == [[3, 2, 4, 150, 5], [3, 3, 4, 150, 5], [3, 1, 4, 151, 2]]
    assert run.resting.tolist() == [[1, 151, 1, 1, 3]]
    assert run.last == 151


def test_less_keeps_its_place_more_or_another_price_loses_it() -> None:
    start = [new(1, SELL, 150, 5), new(2, SELL, 150, 5)]
    assert both(*start, other(Kind.AMEND, 1, 150, 3), new(3, BUY, 150, 1)).trades[0][1] == 1
    assert both(*start, other(Kind.AMEND, 1, 150, 6), new(3, BUY, 150, 1)).trades[0][1] == 2
    run = both(*start, new(3, BUY, 149, 4), other(Kind.AMEND, 3, 150, 4))
    assert run.trades.tolist() == [[3, 1, 3, 150, 4]]


def test_times_in_force() -> None:
    start = new(1, SELL, 150, 5)
    assert both(start, new(2, BUY, 150, 9, tif=Tif.IOC)).resting.tolist() == []
    killed = both(start, new(2, BUY, 150, 9, tif=Tif.FOK))
    assert (killed.results.tolist(), len(killed.trades)) == ([0, Result.KILLED], 0)
    assert len(both(start, new(2, BUY, 150, 5, tif=Tif.FOK)).trades) == 1
    day = both(new(1, SELL, 150, 5, tif=Tif.DAY), new(2, SELL, 151, 5), other(Kind.END))
    assert day.resting[:, 2].tolist() == [2]


def test_a_firm_never_trades_with_itself() -> None:
    run = both(new(1, SELL, 150, 5, firm=7), new(2, SELL, 149, 5, firm=8), new(3, BUY, 150, 9, firm=7))
    assert run.trades.tolist() == [[2, 2, 3, 149, 5]]
    assert run.results.tolist() == [0, 0, Result.CUT]
    assert run.resting[:, 2].tolist() == [1]
    fok = both(new(1, SELL, 150, 5, firm=7), new(2, SELL, 150, 5), new(3, BUY, 150, 6, firm=7, tif=Tif.FOK))
    assert fok.results[2] == Result.KILLED


def test_bands_halts_and_what_cannot_be() -> None:
    assert both(new(1, BUY, 99, 1), new(2, BUY, 201, 1)).results.tolist() == [Result.BAND] * 2
    run = both(
        new(1, SELL, 150, 5),
        new(2, BUY, 150, 1),
        new(3, BUY, 161, 1),
        new(4, BUY, 160, 1),
        rules=Rules(100, 200, 10),
    )
    assert run.results.tolist() == [0, 0, Result.DYNAMIC, 0]
    run = both(other(Kind.HALT), new(1, BUY, 150, 1), other(Kind.RESUME), new(1, BUY, 150, 1))
    assert run.results.tolist() == [0, Result.HALTED, 0, 0]
    run = both(
        new(1, BUY, 150, 0),
        new(1, BUY, 150, 1),
        new(1, BUY, 150, 1),
        other(Kind.CANCEL, 9),
        other(Kind.AMEND, 9, 150, 1),
    )
    assert run.results.tolist() == [Result.WRONG, 0, Result.TWICE, Result.UNKNOWN, Result.UNKNOWN]


def test_a_call_trades_at_the_price_of_most_volume() -> None:
    call = [
        other(Kind.CALL),
        new(1, BUY, 152, 10),
        new(2, BUY, 150, 10),
        new(3, SELL, 149, 8),
        new(4, SELL, 151, 9),
    ]
    run = both(*call, other(Kind.UNCROSS, price=150))
    assert {tuple(row[3:]) for row in run.trades.tolist()} == {(151, 8), (151, 2)}
    assert run.resting.tolist() == [[0, 150, 2, 2, 10], [1, 151, 4, 4, 7]]
    assert both(other(Kind.CALL), new(1, BUY, 150, 5), other(Kind.UNCROSS, price=150)).trades.tolist() == []
    assert both(other(Kind.CALL), new(1, BUY, 150, 5, tif=Tif.IOC)).results[1] == Result.KILLED


def test_the_call_s_price_is_nearest_the_reference_when_all_else_is_equal() -> None:
    call = [other(Kind.CALL), new(1, BUY, 160, 5), new(2, SELL, 140, 5)]
    assert both(*call, other(Kind.UNCROSS, price=158)).last == 160
    assert both(*call, other(Kind.UNCROSS, price=143)).last == 140
    assert both(*call, other(Kind.UNCROSS, price=150)).last == 140


def test_rules_and_logs_that_cannot_be() -> None:
    for low, high in ((0, 10), (10, 9), (1, 2_000_000)):
        with pytest.raises(Problem):
            Rules(low, high)
    with pytest.raises(Problem):
        rows_of([[0, 1, 2]])
    with pytest.raises(Problem):
        rows_of([[9, 1, 1, 0, 150, 1, 0]])
    assert run_compiled(RULES, rows_of([])).digest == run_plain(RULES, rows_of([])).digest


EVENT = st.one_of(
    st.builds(new, st.integers(1, 60), st.sampled_from(Side), st.integers(96, 112), st.integers(0, 9), st.integers(1, 4), st.sampled_from(Tif)),
    st.builds(other, st.sampled_from([Kind.CANCEL, Kind.AMEND]), st.integers(1, 60), st.integers(98, 112), st.integers(0, 9)),
    st.builds(other, st.sampled_from([Kind.CALL, Kind.UNCROSS, Kind.HALT, Kind.RESUME, Kind.END]), price=st.integers(100, 110)),
)  # fmt: skip


def naive(events: list[list[int]], low: int, high: int) -> tuple[list[Any], list[Any]]:
    """Orders in one list, sought through from the beginning every time; without calls."""
    resting: list[dict[str, int]] = []
    trades: list[list[int]] = []
    used: set[int] = set()
    halted = False

    def enter(number: int, order: dict[str, int]) -> None:
        buy = order["side"] == BUY

        def fits() -> list[dict[str, int]]:
            found = [
                o
                for o in resting
                if o["side"] != order["side"]
                and (o["price"] <= order["price"] if buy else o["price"] >= order["price"])
            ]
            return sorted(found, key=lambda o: o["price"] if buy else -o["price"])

        if order["tif"] == Tif.FOK:
            have = 0
            for o in fits():
                if o["firm"] == order["firm"]:
                    break
                have += o["qty"]
            if have < order["qty"]:
                return
        for o in fits():
            if order["qty"] == 0:
                break
            if o["firm"] == order["firm"]:
                return
            qty = min(o["qty"], order["qty"])
            trades.append([number, o["id"], order["id"], o["price"], qty])
            o["qty"] -= qty
            order["qty"] -= qty
            if o["qty"] == 0:
                resting.remove(o)
        if order["qty"] and order["tif"] <= Tif.DAY:
            resting.append(order)

    for number, (kind, order, firm, side, price, qty, tif) in enumerate(events):
        sound = not halted and qty > 0 and low <= price <= high
        at = next((o for o in resting if o["id"] == order), None)
        if kind == Kind.NEW and order not in used and sound:
            used.add(order)
            enter(number, {"id": order, "firm": firm, "side": side, "price": price, "qty": qty, "tif": tif})
        elif kind == Kind.CANCEL and at:
            resting.remove(at)
        elif kind == Kind.AMEND and at and sound:
            if price == at["price"] and qty <= at["qty"]:
                at["qty"] = qty
            else:
                resting.remove(at)
                enter(number, {**at, "price": price, "qty": qty})
        elif kind in (Kind.HALT, Kind.RESUME):
            halted = kind == Kind.HALT
        elif kind == Kind.END:
            resting[:] = [o for o in resting if o["tif"] != Tif.DAY]
    return trades, sorted([o["side"], o["id"], o["price"], o["qty"]] for o in resting)


@settings(max_examples=150)
@given(st.lists(EVENT.filter(lambda e: e[0] not in (Kind.CALL, Kind.UNCROSS)), max_size=60))
def test_a_naive_list_says_the_same(events: list[list[int]]) -> None:
    rules = Rules(100, 110)
    run = both(*events, rules=rules)
    trades, resting = naive(events, 100, 110)
    assert run.trades.tolist() == trades
    assert (
        sorted([side, order, price, qty] for side, price, order, _firm, qty in run.resting.tolist())
        == resting
    )


@settings(max_examples=150)
@given(st.lists(EVENT, max_size=80))
def test_both_books_agree_and_nothing_is_lost(events: list[list[int]]) -> None:
    run = both(*events, rules=Rules(100, 110, 6))
    assert all(qty > 0 for qty in run.trades[:, 4])
    assert both(*events, rules=Rules(100, 110, 6)).digest == run.digest


def test_no_crossed_book_is_left_at_rest_by_a_long_random_log() -> None:
    rng = np.random.default_rng(7)
    count = 20_000
    rows = np.zeros((count, 7), np.int64)
    rows[:, 0] = rng.choice([0, 0, 0, 1, 2], count)
    rows[:, 1] = np.where(rows[:, 0] == 0, np.arange(count), rng.integers(0, count, count))
    rows[:, 2], rows[:, 3] = rng.integers(0, 50, count), rng.integers(0, 2, count)
    rows[:, 4], rows[:, 5], rows[:, 6] = (
        rng.normal(150, 8, count).astype(int),
        rng.integers(1, 20, count),
        rng.choice([0, 0, 0, 1, 2, 3], count),
    )
    run = both(*rows.tolist())
    bids, asks = (run.resting[run.resting[:, 0] == side] for side in (0, 1))
    assert len(run.trades) > 3_000
    assert bids[0][1] < asks[0][1] or bids[0][3] == asks[0][3]
