"""The double auction: compiled and plain on one random log, beside lightmatchingengine on the orders it knows.

The log: 1,000,000 events on one book, 70 % limit orders around 150 with a spread of 8 ticks, 20 % cancels, 10 % amends,
50 firms. The peer knows limit orders and cancels, no times in force, amends, bands or own-order rule; it is given the
limit orders and cancels of the same log. Prediction: 4 M, 0.4 M and 0.3 M events a second.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from gearpark.engines.matching import Rules, rows_of, run_compiled, run_plain

EVENTS, QUICK_EVENTS = 1_000_000, 50_000
PEER_EVENTS = 100_000
SEED = 20261127
RULES = Rules(1, 400)


def log(count: int) -> Any:
    """A random log of ``count`` events."""
    rng = np.random.default_rng(SEED)
    rows = np.zeros((count, 7), np.int64)
    rows[:, 0] = rng.choice([0, 1, 2], count, p=[0.7, 0.2, 0.1])
    back = np.minimum(np.arange(count), rng.geometric(0.001, count))
    rows[:, 1] = np.where(rows[:, 0] == 0, np.arange(count), np.arange(count) - back)
    rows[:, 2], rows[:, 3] = rng.integers(1, 51, count), rng.integers(0, 2, count)
    rows[:, 4] = np.clip(rng.normal(150, 8, count), 1, 400).astype(np.int64)
    rows[:, 5] = rng.integers(1, 20, count)
    rows[:, 6] = rng.choice([0, 1, 2, 3], count, p=[0.9, 0.04, 0.04, 0.02])
    return rows


def _peer(rows: Any) -> dict[str, Any]:
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

    engine, own, trades = LightMatchingEngine(), {}, 0
    sides = (Side.BUY, Side.SELL)
    chosen = [row for row in rows.tolist() if row[0] <= 1]
    began = time.perf_counter()
    for kind, order, _firm, side, price, qty, _tif in chosen:
        if kind == 0:
            made, told = engine.add_order("AL", price, qty, sides[side])
            own[order] = made
            trades += len(told)
        elif order in own and own[order].leaves_qty > 0:  # it does not know a filled order any more
            engine.cancel_order(own.pop(order).order_id, "AL")
    spent = time.perf_counter() - began
    return {
        "lightmatchingengine_orders_per_s": round(len(chosen) / spent),
        "lightmatchingengine_trades": trades,
    }


def run(quick: bool) -> dict[str, Any]:
    rows = log(QUICK_EVENTS if quick else EVENTS)
    run_compiled(RULES, rows_of(rows[:1_000].tolist()))
    times = []
    for _round in range(3):
        began = time.perf_counter()
        compiled = run_compiled(RULES, rows)
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    plain = run_plain(RULES, rows)
    plain_s = time.perf_counter() - began
    return {
        "matching_orders_per_s": round(len(rows) / sorted(times)[1]),
        "matching_plain_orders_per_s": round(len(rows) / plain_s),
        "trades_identical": compiled.digest == plain.digest,
        "matching_trades": len(plain.trades),
        "peers": _peer(rows[:PEER_EVENTS]),
    }
