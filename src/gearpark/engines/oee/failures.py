"""Failures of one unit and the time to put them right: what MTBF, MTTF and MTTR are made of.

A failure is a stop that the machine calls down for at least the mapping's minor stop, or one that a person booked as a
breakdown, however short; a stop that was booked as anything else is none. Its event counts in the stretch it began in
when it takes planned time anywhere, its time where it falls, within planned time: so failures of neighbouring stretches add up to those of both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gearpark.engines.calendars.spans import (
    Span,
    Spans,
    clipped,
    intersection,
    merged,
    subtracted,
    total,
)

from .booked import Charge
from .types import STOP_ELEMENTS, MappingTable, StateSpan

BREAKDOWN = "down"  # loss code that makes a stop a failure


@dataclass(frozen=True, slots=True)
class Failures:
    """spans: whole failures, also beyond the stretch; events: begun in it; restore_us: their planned time in it."""

    spans: Spans
    events: int
    restore_us: int


def failures(
    intervals: Sequence[StateSpan],
    planned: Spans,
    span: Span,
    table: MappingTable,
    charges: Sequence[Charge] = (),
) -> Failures:
    """Failures of one unit over ``span``; ``charges`` free of overlap."""
    named = merged((c.start_us, c.end_us) for c in charges)
    stopped = merged(
        (item.start_us, item.end_us) for item in intervals if table.rule(item.state).element in STOP_ELEMENTS
    )
    down = merged(
        (item.start_us, item.end_us) for item in intervals if table.rule(item.state).loss == BREAKDOWN
    )
    said = (one for one in down if one[1] - one[0] >= table.minor_stop_us)
    booked = merged(
        (c.start_us, c.end_us)
        for c in charges
        if (rule := table.booked.get(c.kind)) is not None and rule.loss == BREAKDOWN
    )
    found = merged((*subtracted(tuple(said), named), *intersection(booked, stopped)))
    whole = merged(planned)
    return Failures(
        spans=found,
        events=sum(1 for start, end in found if span[0] <= start < span[1] and clipped(whole, start, end)),
        restore_us=total(intersection(found, clipped(whole, *span))),
    )
