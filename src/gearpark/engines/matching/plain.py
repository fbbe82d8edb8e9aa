"""The book in plain Python: what the compiled one is held against, and what a reader reads."""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import accumulate

import numpy as np

from .events import Kind, Result, Rows, Rules, Run, Side, Tif

Order = list[int]  # side, price, qty, firm, tif


class Book:
    """One book. Prices of bids ascend in ``prices[0]``, negated prices of asks in ``prices[1]``: the best is last."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.orders: dict[int, Order] = {}
        self.used: set[int] = set()
        self.levels: tuple[dict[int, dict[int, Order]], dict[int, dict[int, Order]]] = ({}, {})
        self.prices: tuple[list[int], list[int]] = ([], [])
        self.trades: list[tuple[int, int, int, int, int]] = []
        self.last = 0
        self.halted = self.calling = False

    def apply(
        self, event: int, kind: int, order: int, firm: int, side: int, price: int, qty: int, tif: int
    ) -> Result:
        """One event in its turn."""
        if kind == Kind.NEW:
            return self._new(event, order, firm, side, price, qty, tif)
        if kind == Kind.CANCEL:
            if order not in self.orders:
                return Result.UNKNOWN
            self._remove(order)
            return Result.DONE
        if kind == Kind.AMEND:
            return self._amend(event, order, price, qty)
        if kind == Kind.CALL:
            self.calling = True
        elif kind == Kind.UNCROSS:
            self._uncross(event, price)
            self.calling = False
        elif kind in (Kind.HALT, Kind.RESUME):
            self.halted = kind == Kind.HALT
        else:
            for key in [key for key, kept in self.orders.items() if kept[4] == Tif.DAY]:
                self._remove(key)
        return Result.DONE

    def _refused(self, price: int, qty: int) -> Result:
        if self.halted:
            return Result.HALTED
        if qty <= 0:
            return Result.WRONG
        if not self.rules.low <= price <= self.rules.high:
            return Result.BAND
        if self.rules.dynamic and self.last and abs(price - self.last) > self.rules.dynamic:
            return Result.DYNAMIC
        return Result.DONE

    def _new(self, event: int, order: int, firm: int, side: int, price: int, qty: int, tif: int) -> Result:
        if order in self.used:
            return Result.TWICE
        if side not in (0, 1) or not 0 <= tif <= Tif.FOK:
            return Result.WRONG
        why = self._refused(price, qty)
        if why is not Result.DONE:
            return why
        self.used.add(order)
        return self._enter(event, order, [side, price, qty, firm, tif])

    def _enter(self, event: int, order: int, taken: Order) -> Result:
        side, price, qty, firm, tif = taken
        found = Result.DONE
        if not self.calling:
            if tif == Tif.FOK and not self._fillable(side, price, qty, firm):
                return Result.KILLED
            cut = self._match(event, order, taken)
            found = Result.CUT if cut else Result.DONE
            if cut:
                return found
        elif tif in (Tif.IOC, Tif.FOK):
            return Result.KILLED
        if taken[2] > 0 and tif in (Tif.GTC, Tif.DAY):
            self._rest(order, taken)
        return found

    def _best(self, side: int) -> int:
        return self.prices[0][-1] if side == 0 else -self.prices[1][-1]

    def _crosses(self, side: int, price: int) -> bool:
        other = 1 - side
        if not self.prices[other]:
            return False
        return price >= self._best(1) if side == 0 else price <= self._best(0)

    def _fillable(self, side: int, price: int, qty: int, firm: int) -> bool:
        """Whether all of it would be filled before an own order is met."""
        other = 1 - side
        for key in reversed(self.prices[other]):
            at = key if other == 0 else -key
            if (at > price) if side == 0 else (at < price):
                return False
            for kept in self.levels[other][at].values():
                if kept[3] == firm:
                    return False
                qty -= kept[2]
                if qty <= 0:
                    return True
        return False

    def _match(self, event: int, order: int, taken: Order) -> bool:
        """Trade at resting prices while it crosses; True when it was cut short before an own order."""
        side, price, _qty, firm, _tif = taken
        while taken[2] > 0 and self._crosses(side, price):
            at = self._best(1 - side)
            key, kept = next(iter(self.levels[1 - side][at].items()))
            if kept[3] == firm:
                return True
            self._trade(event, key, kept, order, taken, at)
        return False

    def _trade(self, event: int, key: int, kept: Order, order: int, taken: Order, at: int) -> None:
        qty = min(kept[2], taken[2])
        self.trades.append((event, key, order, at, qty))
        kept[2] -= qty
        taken[2] -= qty
        self.last = at
        if kept[2] == 0:
            self._remove(key)

    def _rest(self, order: int, taken: Order) -> None:
        side, price = taken[0], taken[1]
        level = self.levels[side].get(price)
        if level is None:
            level = self.levels[side][price] = {}
            insort(self.prices[side], price if side == 0 else -price)
        level[order] = taken
        self.orders[order] = taken

    def _remove(self, order: int) -> None:
        side, price, *_rest = self.orders.pop(order)
        level = self.levels[side][price]
        del level[order]
        if not level:
            del self.levels[side][price]
            keys, key = self.prices[side], price if side == 0 else -price
            del keys[bisect_left(keys, key)]

    def _amend(self, event: int, order: int, price: int, qty: int) -> Result:
        """Less at the same price keeps the place; anything else loses it and may trade."""
        kept = self.orders.get(order)
        if kept is None:
            return Result.UNKNOWN
        why = self._refused(price, qty)
        if why is not Result.DONE:
            return why
        if price == kept[1] and qty <= kept[2]:
            kept[2] = qty
            return Result.DONE
        side, _price, _qty, firm, tif = kept
        self._remove(order)
        return self._enter(event, order, [side, price, qty, firm, tif])

    def _uncross(self, event: int, reference: int) -> None:
        """Trade the call at one price: most volume, then least imbalance, then nearest the reference, then the lower."""
        price = self._equilibrium(reference)
        while price and self.prices[0] and self.prices[1] and self._best(0) >= price >= self._best(1):
            buy_key, buy = next(iter(self.levels[0][self._best(0)].items()))
            sell_key, sell = next(iter(self.levels[1][self._best(1)].items()))
            qty = min(buy[2], sell[2])
            self.trades.append((event, sell_key, buy_key, price, qty))
            self.last = price
            for key, kept in ((buy_key, buy), (sell_key, sell)):
                kept[2] -= qty
                if kept[2] == 0:
                    self._remove(key)

    def _equilibrium(self, reference: int) -> int:
        """0 when nothing crosses."""
        bids = [(p, sum(o[2] for o in level.values())) for p, level in self.levels[0].items()]
        asks = [(p, sum(o[2] for o in level.values())) for p, level in self.levels[1].items()]
        bids.sort()
        asks.sort()
        best = (0, 0, 0, 0)
        ask_prices = [p for p, _q in asks]
        sums = list(accumulate((q for _p, q in asks), initial=0))
        total = sum(q for _p, q in bids)
        bid_prices = [p for p, _q in bids]
        bid_sums = list(accumulate((q for _p, q in bids), initial=0))
        for price in sorted({*bid_prices, *ask_prices}):
            demand = total - bid_sums[bisect_left(bid_prices, price)]
            supply = sums[bisect_left(ask_prices, price + 1)]
            volume = min(demand, supply)
            if volume > 0:
                best = max(best, (volume, -abs(demand - supply), -abs(price - reference), -price))
        return -best[3]

    def resting(self) -> Rows:
        made = []
        for side in (0, 1):
            for key in reversed(self.prices[side]):
                price = key if side == 0 else -key
                made += [
                    (side, price, order, kept[3], kept[2]) for order, kept in self.levels[side][price].items()
                ]
        return np.array(made, dtype=np.int64).reshape(-1, 5)


def run_plain(rules: Rules, events: Rows) -> Run:
    """The log through a plain book."""
    book = Book(rules)
    apply = book.apply
    results = [apply(number, *row) for number, row in enumerate(events.tolist())]
    trades = np.array(book.trades, dtype=np.int64).reshape(-1, 5)
    return Run(trades, np.array(results, dtype=np.int8), book.resting(), book.last)


__all__ = ["Book", "Side", "run_plain"]
