"""Parts, the order book and material lots: what is made, on which order, with which serial, from which lot."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from gearpark.base.time import from_us
from gearpark.engines.lines import Material, Variant

LOCAL = timedelta(hours=8)  # serials, orders and lots carry the local date of the shop
Stream = Callable[..., random.Random]
_LOT_SPREAD = (0.8, 1.2)


def local_day(at_us: int) -> str:
    """``yymmdd`` of the shop's day."""
    return (from_us(at_us) + LOCAL).strftime("%y%m%d")


@dataclass(slots=True)
class Part:
    """One part.

    route   operation -> code of the station that did it
    values  characteristics made so far, by code
    scrap   ``<station>:<reason>``, "" while good
    """

    serial: str
    variant: Variant
    order: str
    created_us: int
    route: dict[int, str] = field(default_factory=dict)
    values: dict[str, float | str] = field(default_factory=dict)
    scrap: str = ""


@dataclass(slots=True)
class Order:
    """So many of one variant; ``left`` have not been begun."""

    number: str
    variant: Variant
    quantity: int
    left: int


class OrderBook:
    """Orders ``<LINE>-<yymmdd>-<nn>``, one after the other; their variants and quantities hang on line and day only.

    So a shop whose simulation begins anew tells of the same orders. Serials ``<LINE>-<yymmdd>-<number>`` are unique in
    the line; ``first_number`` keeps two beginnings apart.
    """

    def __init__(
        self,
        line: str,
        variants: tuple[Variant, ...],
        batch: tuple[int, int],
        stream: Stream,
        first_number: int,
    ) -> None:
        self._line, self._variants, self._batch, self._stream = line, variants, batch, stream
        self._number = first_number
        self._day, self._rng, self._of_day, self._at = "", random.Random(0), 0, 0  # noqa: S311
        self.order: Order | None = None
        self.created = 0

    @property
    def variant(self) -> Variant:
        """Variant of the order that runs; before the first one, the first variant."""
        return self.order.variant if self.order else self._variants[0]

    def blank(self, at_us: int) -> Part:
        """The next part to be begun."""
        if self.order is None or self.order.left <= 0:
            self.order = self._next(at_us)
        self.order.left -= 1
        self._number += 1
        self.created += 1
        serial = f"{self._line.replace('-', '')}-{local_day(at_us)}-{self._number:05d}"
        return Part(serial, self.order.variant, self.order.number, at_us)

    def _next(self, at_us: int) -> Order:
        day, count = local_day(at_us), len(self._variants)
        if day != self._day:
            self._day, self._of_day = day, 0
            self._rng = self._stream("orders", day)
            self._at = self._rng.randrange(count)
        elif count > 1:
            self._at = (self._at + self._rng.randrange(1, count)) % count
        self._of_day += 1
        quantity = self._rng.randint(*self._batch)
        number = f"{self._line}-{day}-{self._of_day:02d}"
        return Order(number, self._variants[self._at], quantity, quantity)


class LotBook:
    """Lots of the materials a line consumes: ``<MATERIAL>-<LINE>-<yymmdd>-<nnnn>``, each for about ``lot_parts`` parts."""

    def __init__(self, line: str, stream: Stream, first_number: int) -> None:
        self._line, self._stream, self._first = line.replace("-", ""), stream, first_number
        self._open: dict[str, tuple[str, int, int]] = {}  # material -> lot, parts left, number
        self._rngs: dict[str, random.Random] = {}

    def consume(self, material: Material, at_us: int) -> str:
        """The lot one part is made from."""
        code = material.code
        rng = self._rngs.get(code)
        if rng is None:
            rng = self._rngs[code] = self._stream("lots", code)
        lot, left, number = self._open.get(code, ("", 0, self._first))
        if left <= 0:
            number += 1
            lot = f"{code}-{self._line}-{local_day(at_us)}-{number:04d}"
            left = max(round(material.lot_parts * rng.uniform(*_LOT_SPREAD)), 1)
        self._open[code] = (lot, left - 1, number)
        return lot
