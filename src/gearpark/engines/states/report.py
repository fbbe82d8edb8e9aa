"""State intervals as plain data: what the command line and the API print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gearpark.base.time import from_us

from .intervals import StateInterval, microseconds_by_state, seconds_by_state
from .mapping import Mapping


def report(device: str, made: Sequence[StateInterval], rules: Mapping) -> dict[str, Any]:
    """JSON-ready answer. ``microseconds_by_state`` holds whole numbers whose sum is the period, exactly."""
    return {
        "device": device,
        "from": from_us(made[0].start_us).isoformat(),
        "to": from_us(made[-1].end_us).isoformat(),
        "mapping": rules.name,
        "intervals": [
            {
                "from": from_us(interval.start_us).isoformat(),
                "to": from_us(interval.end_us).isoformat(),
                "state": interval.state,
                "reason": interval.reason,
            }
            for interval in made
        ],
        "seconds_by_state": seconds_by_state(made),
        "microseconds_by_state": microseconds_by_state(made),
        "seconds": (made[-1].end_us - made[0].start_us) / 1_000_000,
    }
