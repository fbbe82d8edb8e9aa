"""Account of calendar time: state intervals x planned time x pieces -> elements, figures, losses.

The calendar cuts first, then states are charged, so no stop is ever booked while no shift runs. Time without data and
planned stops leave planned busy time (PBT); pieces counted outside planned or known time are shown but enter no figure.
OEE is GQ x PRI / PBT, which equals the product of the three factors wherever all three exist.
"""

from __future__ import annotations

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

from .booked import Charge
from .counters import Pieces
from .losses import Book
from .types import (
    STOP_ELEMENTS,
    Account,
    Counts,
    Element,
    Figures,
    Flag,
    MappingTable,
    StateRule,
    StateSpan,
)

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
        if table.rule(item.state).element is not Element.UNKNOWN
    )


def account(
    intervals: Sequence[StateSpan],
    planned: Spans,
    span: Span,
    counts: Counts,
    ideal_cycle_us: int | None,
    table: MappingTable,
    *,
    orders: Spans | None = None,
    charges: Sequence[Charge] = (),
) -> Account:
    """One unit over ``span``: every microsecond gets one place.

    intervals  cover ``span`` without overlap (stretches nobody described count as unknown)
    planned    span list of planned time; what lies outside ``span`` is ignored
    orders     span list in which an order was registered at the unit; None: it always was
    charges    reasons that people booked, free of overlap (``booked.resolved``); they name stops, nothing else
    Raises Problem ``oee.intervals_overlap`` when two intervals share time.
    """
    start, end = span
    inside = clipped(merged(planned), start, end)
    times = dict.fromkeys(Element, 0)
    losses = Book()
    counted: set[Charge] = set()
    run_outside = 0
    described = _checked(intervals, start, end)
    for item in described:
        rule = table.rule(item.state)
        cut = clipped(((item.start_us, item.end_us),), start, end)
        spent = intersection(cut, inside)
        if rule.element is Element.APT:
            run_outside += total(cut) - total(spent)
        if rule.element in STOP_ELEMENTS:
            spent = _charge(times, losses, counted, item, spent, charges, orders, table)
        _spend(times, spent, rule, orders)
        if rule.loss and spent:
            code, reason = _loss_key(item, rule.loss, table)
            losses.add(code, reason, total(spent))
    silent = total(subtracted(inside, merged((i.start_us, i.end_us) for i in described)))
    if silent:
        times[Element.UNKNOWN] += silent
        losses.add("unknown", "", silent)
    off = (end - start) - total(inside)
    if off:
        losses.add("not_planned", "", off)
    _book_rates(losses, times[Element.APT], counts, ideal_cycle_us)
    lacking = table.asks_for_orders and bool(inside) and not intersection(orders or (), inside)
    flags = frozenset({Flag.NO_ORDER}) if lacking else frozenset()
    return _closed(end - start, off, run_outside, times, counts, ideal_cycle_us, losses, table.name, flags)


def _charge(
    times: dict[Element, int],
    losses: Book,
    counted: set[Charge],
    item: StateSpan,
    spent: Spans,
    charges: Sequence[Charge],
    orders: Spans | None,
    table: MappingTable,
) -> Spans:
    """Book what people said of this stop; returns the rest of it."""
    for charge in charges:
        named = clipped(spent, charge.start_us, charge.end_us)
        if not named:
            continue
        rule = table.booked.get(charge.kind) or table.rule(item.state)
        _spend(times, named, rule, orders)
        losses.add(
            rule.loss,
            charge.reason,
            total(named),
            times=0 if charge in counted else 1,
            booked=True,
            said=(str(item.state), item.reason or ""),
        )
        counted.add(charge)
        spent = subtracted(spent, named)
    return spent


def _spend(times: dict[Element, int], spent: Spans, rule: StateRule, orders: Spans | None) -> None:
    registered = total(spent) if orders is None else total(intersection(spent, orders))
    times[rule.at(True)] += registered
    times[rule.at(False)] += total(spent) - registered


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
    losses = Book()
    for item in accounts:
        losses.take(item.losses)
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
        frozenset().union(*(a.flags for a in accounts)) & {Flag.NO_ORDER},
    )


def with_scrap(source: Account, scrap: int) -> Account:
    """The same account with the scrap found further down the line charged to it (line OEE, bottleneck mode)."""
    losses = Book()
    losses.take(loss for loss in source.losses if loss.code not in ("speed", "quality"))
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
        source.flags & {Flag.NO_ORDER},
    )


def _checked(intervals: Sequence[StateSpan], start: int, end: int) -> list[StateSpan]:
    ordered = sorted(intervals, key=lambda item: (item.start_us, item.end_us))
    for before, after in pairwise(ordered):
        if after.start_us < before.end_us:
            raise Problem("oee.intervals_overlap", "Two state intervals of one unit share time.", status=422)
    return [item for item in ordered if item.end_us > start and item.start_us < end]


def _loss_key(item: StateSpan, loss: str, table: MappingTable) -> tuple[str, str]:
    if loss in MINOR_KINDS and item.end_us - item.start_us < table.minor_stop_us:
        return ("minor_stop", "")
    return (loss, item.reason or "") if loss == "down" else (loss, "")


def _book_rates(losses: Book, production_us: int, counts: Counts, ideal_cycle_us: int | None) -> None:
    ideal = ideal_cycle_us or 0
    slow = production_us - ideal * counts.produced
    if slow:
        losses.add("speed", "", slow, times=0)
    if ideal and counts.scrap:
        losses.add("quality", "", ideal * counts.scrap, times=0)


def _closed(
    calendar_us: int,
    outside_us: int,
    run_outside_us: int,
    times: Mapping[Element, int],
    counts: Counts,
    ideal_cycle_us: int | None,
    losses: Book,
    mapping: str,
    kept: frozenset[Flag] = frozenset(),
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
    return Account(
        calendar_us=calendar_us,
        outside_us=outside_us,
        run_outside_us=run_outside_us,
        times_us=known,
        counts=counts,
        ideal_cycle_us=ideal_cycle_us,
        losses=losses.bars(),
        figures=values,
        flags=kept | {flag for flag, raised in flags.items() if raised},
        mapping=mapping,
    )
