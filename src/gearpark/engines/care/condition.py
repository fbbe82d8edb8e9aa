"""A limit with hysteresis and a holding time; the same exceedances however the readings were cut into pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SEVERITY_BITS = 30


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered between two pieces: since when it stands above (None: it does not), whether that stretch was
    told already, up to when readings were seen, and the value in force then."""

    above_us: int | None = None
    told: bool = False
    seen_us: int = 0
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Exceedance:
    """A stretch that began at ``start_us`` and had stood for the holding time at ``at_us``; ``value`` in force then."""

    start_us: int
    at_us: int
    value: float


def exceedances(
    at_us: Sequence[int],
    values: Sequence[float],
    statuses: Sequence[int],
    watch: Watch,
    *,
    limit: float,
    release: float,
    hold_us: int,
    until_us: int,
) -> tuple[list[Exceedance], Watch]:
    """Readings by time in (watch.seen_us, until_us]; others are passed over -> what was exceeded, and where it stands.

    It stands above from a reading at or over ``limit`` until one at or under ``release``, or a bad one; a reading is in
    force until the next.
    """
    above, told, seen, force = watch.above_us, watch.told, watch.seen_us, watch.value
    found: list[Exceedance] = []

    def confirm(at: int) -> None:
        nonlocal told
        if above is not None and not told and at - above >= hold_us:
            found.append(Exceedance(above, above + hold_us, force))
            told = True

    for at, value, status in zip(at_us, values, statuses, strict=True):
        if not seen < at <= until_us:
            continue
        confirm(int(at))
        good = not int(status) >> SEVERITY_BITS and value == value
        if above is not None and (not good or value <= release):
            above, told = None, False
        if good and above is None and value >= limit:
            above = int(at)
        seen, force = int(at), float(value) if good else force
    confirm(until_us)
    return found, Watch(above, told, max(seen, watch.seen_us), force)


def zone_of(value: float, ab: float, bc: float, cd: float) -> str:
    """Zone A to D of a vibration severity; a value on a limit is in the better zone."""
    if value <= ab:
        return "A"
    if value <= bc:
        return "B"
    return "C" if value <= cd else "D"
