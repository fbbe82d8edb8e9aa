"""The same book compiled: flat arrays, price levels as lists linked by places, one pass over the log."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .events import Rows, Rules, Run

# columns of an order
SIDE, PRICE, QTY, FIRM, TIF, NEXT, PREV, LIVE = range(8)
# cells of the book's own numbers
LAST, HALTED, CALLING, BID, ASK, TRADES = range(6)


def run_compiled(rules: Rules, events: Rows) -> Run:
    """The log through a compiled book; the same Run as ``run_plain``."""
    numbers, dense = np.unique(events[:, 1], return_inverse=True)
    count = len(numbers)
    orders = np.zeros((count, 8), np.int64)
    width = rules.high - rules.low + 1
    heads, tails = np.full((2, width), -1, np.int64), np.full((2, width), -1, np.int64)
    book = np.zeros(6, np.int64)
    book[BID], book[ASK] = -1, width
    trades = np.empty((max(16, 2 * len(events)), 5), np.int64)
    results = np.zeros(len(events), np.int8)
    _run(
        events,
        dense.reshape(-1).astype(np.int64),
        orders,
        heads,
        tails,
        book,
        trades,
        results,
        rules.low,
        width,
        rules.dynamic,
    )
    made = trades[: book[TRADES]].copy()
    made[:, 1], made[:, 2] = numbers[made[:, 1]], numbers[made[:, 2]]
    return Run(made, results, _resting(orders, heads, book, rules, numbers), int(book[LAST]))


def _resting(orders: Rows, heads: Rows, book: Rows, rules: Rules, numbers: Rows) -> Rows:
    rows = np.empty((len(orders), 5), np.int64)
    size = _walk(orders, heads, rows, rules.low)
    made = rows[:size].copy()
    made[:, 2] = numbers[made[:, 2]]
    return made


@njit(cache=True)
def _walk(orders: Any, heads: Any, rows: Any, low: int) -> int:
    size, width = 0, heads.shape[1]
    for side in range(2):
        for step in range(width):
            at = heads[side, width - 1 - step if side == 0 else step]
            while at >= 0:
                rows[size, 0], rows[size, 1], rows[size, 2] = side, orders[at, PRICE] + low, at
                rows[size, 3], rows[size, 4] = orders[at, FIRM], orders[at, QTY]
                size += 1
                at = orders[at, NEXT]
    return size


@njit(cache=True)
def _remove(orders: Any, heads: Any, tails: Any, book: Any, at: int) -> None:
    side, price = orders[at, SIDE], orders[at, PRICE]
    before, after = orders[at, PREV], orders[at, NEXT]
    if before >= 0:
        orders[before, NEXT] = after
    else:
        heads[side, price] = after
    if after >= 0:
        orders[after, PREV] = before
    else:
        tails[side, price] = before
    orders[at, LIVE] = 2
    if heads[side, price] < 0:
        if side == 0 and book[BID] == price:
            while book[BID] >= 0 and heads[0, book[BID]] < 0:
                book[BID] -= 1
        elif side == 1 and book[ASK] == price:
            width = heads.shape[1]
            while book[ASK] < width and heads[1, book[ASK]] < 0:
                book[ASK] += 1


@njit(cache=True)
def _rest(orders: Any, heads: Any, tails: Any, book: Any, at: int) -> None:
    side, price = orders[at, SIDE], orders[at, PRICE]
    last = tails[side, price]
    orders[at, PREV], orders[at, NEXT], orders[at, LIVE] = last, -1, 1
    if last >= 0:
        orders[last, NEXT] = at
    else:
        heads[side, price] = at
    tails[side, price] = at
    if side == 0:
        book[BID] = max(book[BID], price)
    else:
        book[ASK] = min(book[ASK], price)


@njit(cache=True)
def _fillable(orders: Any, heads: Any, book: Any, at: int) -> bool:
    side, price, qty, firm = orders[at, SIDE], orders[at, PRICE], orders[at, QTY], orders[at, FIRM]
    level = book[ASK] if side == 0 else book[BID]
    width = heads.shape[1]
    while 0 <= level < width and (level <= price if side == 0 else level >= price):
        kept = heads[1 - side, level]
        while kept >= 0:
            if orders[kept, FIRM] == firm:
                return False
            qty -= orders[kept, QTY]
            if qty <= 0:
                return True
            kept = orders[kept, NEXT]
        level += 1 if side == 0 else -1
    return False


@njit(cache=True)
def _trade(
    orders: Any, book: Any, trades: Any, event: int, kept: int, taken: int, price: int, low: int
) -> int:
    qty = min(orders[kept, QTY], orders[taken, QTY])
    n = book[TRADES]
    trades[n, 0], trades[n, 1], trades[n, 2], trades[n, 3], trades[n, 4] = (
        event,
        kept,
        taken,
        price + low,
        qty,
    )
    book[TRADES], book[LAST] = n + 1, price + low
    orders[kept, QTY] -= qty
    orders[taken, QTY] -= qty
    return qty


@njit(cache=True)
def _enter(orders: Any, heads: Any, tails: Any, book: Any, trades: Any, event: int, at: int, low: int) -> int:
    """Match, then rest what may rest; returns a Result."""
    side, price, firm, tif = orders[at, SIDE], orders[at, PRICE], orders[at, FIRM], orders[at, TIF]
    if book[CALLING] == 0:
        if tif == 3 and not _fillable(orders, heads, book, at):
            return 7
        width = heads.shape[1]
        while orders[at, QTY] > 0:
            best = book[ASK] if side == 0 else book[BID]
            if best < 0 or best >= width or (best > price if side == 0 else best < price):
                break
            kept = heads[1 - side, best]
            if orders[kept, FIRM] == firm:
                return 8
            _trade(orders, book, trades, event, kept, at, best, low)
            if orders[kept, QTY] == 0:
                _remove(orders, heads, tails, book, kept)
    elif tif >= 2:
        return 7
    if orders[at, QTY] > 0 and tif <= 1:
        _rest(orders, heads, tails, book, at)
    return 0


@njit(cache=True)
def _refused(book: Any, price: int, qty: int, low: int, width: int, dynamic: int) -> int:
    if book[HALTED]:
        return 5
    if qty <= 0:
        return 6
    if price < low or price >= low + width:
        return 3
    if dynamic and book[LAST] and abs(price - book[LAST]) > dynamic:
        return 4
    return 0


@njit(cache=True)
def _equilibrium(orders: Any, heads: Any, reference: int, low: int) -> int:
    """Index of the price of the call, -1 when nothing crosses."""
    width = heads.shape[1]
    sums = np.zeros((2, width), np.int64)
    for side in range(2):
        for price in range(width):
            at = heads[side, price]
            while at >= 0:
                sums[side, price] += orders[at, QTY]
                at = orders[at, NEXT]
    demand, supply = sums[0].sum(), 0
    best, volume, imbalance, away = -1, 0, 0, 0
    for price in range(width):
        supply += sums[1, price]
        traded = min(demand, supply)
        if traded > 0 and (sums[0, price] > 0 or sums[1, price] > 0):
            gap, far = abs(demand - supply), abs(price + low - reference)
            if traded > volume or (
                traded == volume and (gap < imbalance or (gap == imbalance and far < away))
            ):
                best, volume, imbalance, away = price, traded, gap, far
        demand -= sums[0, price]
    return best


@njit(cache=True)
def _uncross(
    orders: Any, heads: Any, tails: Any, book: Any, trades: Any, event: int, reference: int, low: int
) -> None:
    price = _equilibrium(orders, heads, reference, low)
    width = heads.shape[1]
    while price >= 0 and book[BID] >= price and book[ASK] <= price and book[BID] >= 0 and book[ASK] < width:
        buy, sell = heads[0, book[BID]], heads[1, book[ASK]]
        _trade(orders, book, trades, event, sell, buy, price, low)
        if orders[buy, QTY] == 0:
            _remove(orders, heads, tails, book, buy)
        if orders[sell, QTY] == 0:
            _remove(orders, heads, tails, book, sell)


@njit(cache=True)
def _amend(
    orders: Any,
    heads: Any,
    tails: Any,
    book: Any,
    trades: Any,
    event: int,
    at: int,
    price: int,
    qty: int,
    low: int,
) -> int:
    if price - low == orders[at, PRICE] and qty <= orders[at, QTY]:
        orders[at, QTY] = qty
        return 0
    _remove(orders, heads, tails, book, at)
    orders[at, PRICE], orders[at, QTY] = price - low, qty
    return _enter(orders, heads, tails, book, trades, event, at, low)


@njit(cache=True)
def _run(
    events: Any, dense: Any, orders: Any, heads: Any, tails: Any, book: Any, trades: Any, results: NDArray[np.int8], low: int, width: int, dynamic: int
) -> None:  # fmt: skip
    """The whole log. Kinds and results as in ``events``; prices are kept from ``low`` on."""
    for n in range(len(events)):
        kind, at, price, qty = events[n, 0], dense[n], events[n, 4], events[n, 5]
        if kind == 0:
            side, tif = events[n, 3], events[n, 6]
            if orders[at, LIVE] != 0:
                results[n] = 1
                continue
            if side < 0 or side > 1 or tif < 0 or tif > 3:
                results[n] = 6
                continue
            results[n] = _refused(book, price, qty, low, width, dynamic)
            if results[n] == 0:
                orders[at, SIDE], orders[at, PRICE], orders[at, QTY] = side, price - low, qty
                orders[at, FIRM], orders[at, TIF], orders[at, LIVE] = events[n, 2], tif, 2
                results[n] = _enter(orders, heads, tails, book, trades, n, at, low)
        elif kind <= 2:
            if orders[at, LIVE] != 1:
                results[n] = 2
            elif kind == 1:
                _remove(orders, heads, tails, book, at)
            else:
                results[n] = _refused(book, price, qty, low, width, dynamic)
                if results[n] == 0:
                    results[n] = _amend(orders, heads, tails, book, trades, n, at, price, qty, low)
        elif kind == 3:
            book[CALLING] = 1
        elif kind == 4:
            _uncross(orders, heads, tails, book, trades, n, price, low)
            book[CALLING] = 0
        elif kind <= 6:
            book[HALTED] = 1 if kind == 5 else 0
        else:
            for other in range(len(orders)):
                if orders[other, LIVE] == 1 and orders[other, TIF] == 1:
                    _remove(orders, heads, tails, book, other)
