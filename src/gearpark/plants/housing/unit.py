"""Clocks of failure: what every device that can break has in common."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .board import SECOND_US
from .shop import Alarm, Reliability

HOUR_US = 3600 * SECOND_US
_MTTR_SHAPE = 0.7  # sigma of the log-normal repair time
_MAX_REPAIR_H = 3.0


@dataclass(slots=True)
class Stop:
    """One interruption: how long, and what the panel says."""

    length_us: int
    alarm: Alarm
    minor: bool


class Clocks:
    """Busy time left until the next breakdown and the next minor stop of one device."""

    def __init__(self, reliability: Reliability, rng: random.Random) -> None:
        self._is = reliability
        self._rng = rng
        self.breakdown_us = self._draw(reliability.mtbf_h)
        self.minor_us = self._draw(reliability.minor_mtbf_h)

    def left_us(self) -> int:
        """Busy microseconds until whichever comes first."""
        return min(self.breakdown_us, self.minor_us)

    def worked(self, busy_us: int) -> None:
        self.breakdown_us -= busy_us
        self.minor_us -= busy_us

    def stop(self) -> Stop:
        """The interruption that is due; its clock is drawn anew."""
        rng, known = self._rng, self._is
        if self.breakdown_us <= self.minor_us:
            self.breakdown_us = self._draw(known.mtbf_h)
            minutes = known.mttr_min * rng.lognormvariate(-(_MTTR_SHAPE**2) / 2, _MTTR_SHAPE)
            length = min(minutes * 60, _MAX_REPAIR_H * 3600)
            return Stop(int(length * SECOND_US), _pick(known.alarms, rng), minor=False)
        self.minor_us = self._draw(known.minor_mtbf_h)
        length = known.minor_s * (0.4 + rng.expovariate(1.0) * 0.6)
        return Stop(int(length * SECOND_US), _pick(known.minor_alarms, rng), minor=True)

    def _draw(self, mean_h: float) -> int:
        return int(self._rng.expovariate(1.0) * mean_h * HOUR_US) + SECOND_US


def _pick(alarms: tuple[Alarm, ...], rng: random.Random) -> Alarm:
    return rng.choices(alarms, [a.weight for a in alarms])[0]
