"""Account of calendar time: state intervals x planned time x pieces -> elements, figures, losses.

The calendar cuts first, then states are charged, so no stop is ever booked while no shift runs. Time without data and
planned stops leave planned busy time (PBT); pieces counted outside planned or known time are shown but enter no figure.
OEE is GQ x PRI / PBT, which equals the product of the three factors wherever all three exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from gearpark.base.problems import Problem
from gearpark.engines.calendars.spans import (
    Span,
    Spans,
    clipped,
    covers,
    intersection,
    merged,
    subtracted,
    total,
)

from .counters import Pieces
from .types import Account, Counts, Element, Figures, Flag, Loss, MappingTable, StateRule, StateSpan

MINOR_KINDS = frozenset({"down", "idle"})


def figures(
    busy_us: int, production_us: int, produced: int, good: int, ideal_cycle_us: int | None
) -> Figures:
    """The ISO 22400-2 factors from their elements.

    busy_us PBT, production_us APT, produced PQ, good GQ, ideal_cycle_us PRI. PBT = 0 gives no value at all; a factor
    whose divisor is 0 has no value; effectiveness may exceed one and is not clipped.
    """
    if busy_us <= 0:
        return Figures(None, None, None, None)
    availability = Fraction(production_us, busy_us)
    effectiveness = None
    if ideal_cycle_us and production_us > 0:
        effectiveness = Fraction(ideal_cycle_us * produced, production_us)
    quality = Fraction(good, produced) if produced > 0 and good >= 0 else None
    oee = Fraction(good * ideal_cycle_us, busy_us) if ideal_cycle_us and good >= 0 else None
    return Figures(availability, effectiveness, quality, oee)


def count(
    pieces: Pieces,
    scrap: Sequence[Pieces],
    planned: Spans,
    known: Spans,
    start_us: int,
    end_us: int,
    *,
    cycle_us: int = 0,
) -> Counts:
    """Pieces of [start, end) sorted into the ones a figure may use and the ones it may not.

    scrap   any number of scrap counters (each counts only against planned, known time)
    known   span list of time with data; planned: span list of planned time
    cycle_us  about how long a piece takes: one whose middle fell into time without data was made unseen
    """
    made = _sorted_out(pieces, planned, known, (start_us, end_us), cycle_us)
    scrapped = sum(
        _sorted_out(found, planned, known, (start_us, end_us), cycle_us)["produced"] for found in scrap
    )
    return Counts(scrap=scrapped, doubtful=pieces.doubtful, **made)


def _sorted_out(pieces: Pieces, planned: Spans, known: Spans, window: Span, cycle_us: int) -> dict[str, int]:
    made = {"produced": 0, "outside": 0, "across_gap": 0}
    for step in pieces.steps:
        if not window[0] <= step.at_us < window[1]:
            continue
        place = "produced" if covers(planned, step.at_us) else "outside"
        seen = covers(known, step.at_us) and covers(known, step.at_us - cycle_us // 2) and not step.across_gap
        made[place if seen else "across_gap"] += 1
        # of a step of several pieces only the last one is known to be that young
        whole = not step.across_gap and any(a <= step.from_us and step.at_us < b for a, b in known)
        made[place if whole else "across_gap"] += step.pieces - 1
    return made


def known_time(intervals: Iterable[StateSpan], table: MappingTable) -> Spans:
    """Span list of the time whose state is known."""
    return merged(
        (item.start_us, item.end_us)
        for item in intervals
        if _rule(table, item.state).element is not Element.UNKNOWN
    )


def account(
    intervals: Sequence[StateSpan],
    planned: Spans,
    span: Span,
    counts: Counts,
    ideal_cycle_us: int | None,
    table: MappingTable,
) -> Account:
    """One unit over ``span``: every microsecond gets one place.

    intervals  cover ``span`` without overlap (stretches nobody described count as unknown)
    planned    span list of planned time; what lies outside ``span`` is ignored
    Raises Problem ``oee.intervals_overlap`` when two intervals share time.
    """
    start, end = span
    inside = clipped(merged(planned), start, end)
    times = dict.fromkeys(Element, 0)
    losses: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    run_outside = 0
    described = _checked(intervals, start, end)
    for item in described:
        rule = _rule(table, item.state)
        cut = clipped(((item.start_us, item.end_us),), start, end)
        spent = total(intersection(cut, inside))
        times[rule.element] += spent
        if rule.element is Element.APT:
            run_outside += total(cut) - spent
        if rule.loss and spent:
            _book(losses, _loss_key(item, rule.loss, table), spent)
    silent = total(subtracted(inside, merged((i.start_us, i.end_us) for i in described)))
    if silent:
        times[Element.UNKNOWN] += silent
        _book(losses, ("unknown", ""), silent)
    off = (end - start) - total(inside)
    if off:
        _book(losses, ("not_planned", ""), off)
    _book_rates(losses, times[Element.APT], counts, ideal_cycle_us)
    return _closed(end - start, off, run_outside, times, counts, ideal_cycle_us, losses, table.name)


def combined(accounts: Sequence[Account]) -> Account:
    """Units that share one task (a parallel group), taken together: times and pieces add, figures follow.

    All must have the same ideal cycle and mapping (Problem ``oee.not_alike``): the sums then mean machine time.
    """
    if not accounts:
        raise Problem("oee.not_alike", "There is nothing to combine: give at least one unit.")
    first = accounts[0]
    if any(a.ideal_cycle_us != first.ideal_cycle_us or a.mapping != first.mapping for a in accounts):
        raise Problem("oee.not_alike", "Units taken together must share the ideal cycle and the mapping.")
    times = {element: sum(a.times_us[element] for a in accounts) for element in Element}
    losses: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for item in accounts:
        for loss in item.losses:
            _book(losses, (loss.code, loss.reason), loss.time_us, loss.times)
    return _closed(
        sum(a.calendar_us for a in accounts),
        sum(a.outside_us for a in accounts),
        sum(a.run_outside_us for a in accounts),
        times,
        Counts(
            produced=sum(a.counts.produced for a in accounts),
            scrap=sum(a.counts.scrap for a in accounts),
            outside=sum(a.counts.outside for a in accounts),
            across_gap=sum(a.counts.across_gap for a in accounts),
            doubtful=sum(a.counts.doubtful for a in accounts),
        ),
        first.ideal_cycle_us,
        losses,
        first.mapping,
    )


def with_scrap(source: Account, scrap: int) -> Account:
    """The same account with the scrap found further down the line charged to it (line OEE, bottleneck mode)."""
    losses: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for loss in source.losses:
        if loss.code not in ("speed", "quality"):
            _book(losses, (loss.code, loss.reason), loss.time_us, loss.times)
    c = source.counts
    counts = Counts(c.produced, scrap, c.outside, c.across_gap, c.doubtful)
    _book_rates(losses, source.times_us[Element.APT], counts, source.ideal_cycle_us)
    return _closed(
        source.calendar_us,
        source.outside_us,
        source.run_outside_us,
        source.times_us,
        counts,
        source.ideal_cycle_us,
        losses,
        source.mapping,
    )


def _checked(intervals: Sequence[StateSpan], start: int, end: int) -> list[StateSpan]:
    ordered = sorted(intervals, key=lambda item: (item.start_us, item.end_us))
    for before, after in pairwise(ordered):
        if after.start_us < before.end_us:
            raise Problem("oee.intervals_overlap", "Two state intervals of one unit share time.", status=422)
    return [item for item in ordered if item.end_us > start and item.start_us < end]


def _rule(table: MappingTable, state: str) -> StateRule:
    return table.states.get(str(state)) or table.states["no_data"]


def _loss_key(item: StateSpan, loss: str, table: MappingTable) -> tuple[str, str]:
    if loss in MINOR_KINDS and item.end_us - item.start_us < table.minor_stop_us:
        return ("minor_stop", "")
    return (loss, item.reason or "") if loss == "down" else (loss, "")


def _book(
    losses: dict[tuple[str, str], list[int]], key: tuple[str, str], time_us: int, times: int = 1
) -> None:
    losses[key][0] += time_us
    losses[key][1] += times


def _book_rates(
    losses: dict[tuple[str, str], list[int]], production_us: int, counts: Counts, ideal_cycle_us: int | None
) -> None:
    ideal = ideal_cycle_us or 0
    slow = production_us - ideal * counts.produced
    if slow:
        _book(losses, ("speed", ""), slow, 0)
    if ideal and counts.scrap:
        _book(losses, ("quality", ""), ideal * counts.scrap, 0)


def _closed(
    calendar_us: int,
    outside_us: int,
    run_outside_us: int,
    times: Mapping[Element, int],
    counts: Counts,
    ideal_cycle_us: int | None,
    losses: dict[tuple[str, str], list[int]],
    mapping: str,
) -> Account:
    known = dict(times)
    busy = calendar_us - outside_us - known[Element.STOP] - known[Element.UNKNOWN]
    values = figures(busy, known[Element.APT], counts.produced, counts.good, ideal_cycle_us)
    flags = {
        Flag.EFFECTIVENESS_OVER_ONE: values.effectiveness is not None and values.effectiveness > 1,
        Flag.SCRAP_OVER_PRODUCED: counts.good < 0,
        Flag.NO_IDEAL_CYCLE: not ideal_cycle_us,
        Flag.UNKNOWN_TIME: known[Element.UNKNOWN] > 0,
        Flag.PIECES_ACROSS_GAP: counts.across_gap > 0,
        Flag.COUNTER_DOUBTFUL: counts.doubtful > 0,
    }
    bars = [
        Loss(code, reason, time_us, times) for (code, reason), (time_us, times) in losses.items() if time_us
    ]
    return Account(
        calendar_us=calendar_us,
        outside_us=outside_us,
        run_outside_us=run_outside_us,
        times_us=known,
        counts=counts,
        ideal_cycle_us=ideal_cycle_us,
        losses=tuple(sorted(bars, key=lambda loss: (-loss.time_us, loss.code, loss.reason))),
        figures=values,
        flags=frozenset(flag for flag, raised in flags.items() if raised),
        mapping=mapping,
    )
