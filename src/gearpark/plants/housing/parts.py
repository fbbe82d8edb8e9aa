"""Parts and the order book: what is made, in which order, with which serial."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from gearpark.base.time import from_us
from gearpark.engines.lines import Variant

LOCAL = timedelta(hours=8)  # serials carry the local date of the shop


@dataclass(slots=True)
class Part:
    """One housing.

    route     operation -> code of the station that did it
    bores_um  deviations cut so far, by bore
    scrap     reason, "" while good
    """

    serial: str
    variant: Variant
    created_us: int
    route: dict[int, str] = field(default_factory=dict)
    bores_um: list[float] = field(default_factory=list)
    flatness_um: float = 0.0
    scrap: str = ""


class OrderBook:
    """Blanks in batches of one variant; a new batch changes the variant. Serials are unique in the line."""

    def __init__(
        self, line_number: str, variants: tuple[Variant, ...], batch: tuple[int, int], rng: random.Random
    ) -> None:
        self._line = line_number
        self._variants = variants
        self._batch = batch
        self._rng = rng
        self._at = rng.randrange(len(variants))
        self._left = rng.randint(1, batch[1])
        self._number = 0
        self.created = 0

    @property
    def variant(self) -> Variant:
        return self._variants[self._at]

    def blank(self, at_us: int) -> Part:
        """The next blank."""
        if self._left <= 0:
            step = self._rng.randrange(1, len(self._variants)) if len(self._variants) > 1 else 0
            self._at = (self._at + step) % len(self._variants)
            self._left = self._rng.randint(*self._batch)
        self._left -= 1
        self._number += 1
        self.created += 1
        day = (from_us(at_us) + LOCAL).strftime("%y%m%d")
        return Part(f"{self._line}-{day}-{self._number:05d}", self.variant, at_us)
