"""Clocks of failure: what every device that can break has in common."""

from __future__ import annotations

import random
from dataclasses import dataclass

from gearpark.engines.lines import Reliability

from .behaviour import Alarm, Behaviour
from .board import SECOND_US

HOUR_US = 3600 * SECOND_US
_MTTR_SHAPE = 0.7  # sigma of the log-normal repair time
_MAX_REPAIR_H = 3.0
_UNNAMED = (Alarm("GE-0001", "Fault / 故障", 1.0),)


@dataclass(slots=True)
class Stop:
    """One interruption: how long, and what the panel says."""

    length_us: int
    alarm: Alarm
    minor: bool


class Clocks:
    """Busy time left until the next breakdown and the next minor stop of one device.

    factor  mean times between failures against those of production (below 1 while a line is commissioned)
    """

    def __init__(self, known: Reliability, by: Behaviour, rng: random.Random, factor: float = 1.0) -> None:
        self._is, self._by, self._factor, self._rng = known, by, factor, rng
        self.breakdown_us = self._draw(known.mtbf_h)
        self.minor_us = self._draw(known.minor_mtbf_h)

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
            return Stop(int(length * SECOND_US), _pick(self._by.alarms, rng), minor=False)
        self.minor_us = self._draw(known.minor_mtbf_h)
        length = known.minor_s * (0.4 + rng.expovariate(1.0) * 0.6)
        return Stop(int(length * SECOND_US), _pick(self._by.minor_alarms, rng), minor=True)

    def _draw(self, mean_h: float) -> int:
        return int(self._rng.expovariate(1.0) * mean_h * self._factor * HOUR_US) + SECOND_US


def _pick(alarms: tuple[Alarm, ...], rng: random.Random) -> Alarm:
    named = alarms or _UNNAMED
    return rng.choices(named, [a.weight for a in named])[0]
