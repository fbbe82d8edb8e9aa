"""Half-open integer spans: the algebra every time figure is made of.

A span is ``(start_us, end_us)``, microseconds since 1970 UTC, start included, end excluded. A *span list* is sorted,
disjoint, without empty members and without touching neighbours; every function returns one. All sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]
Spans = tuple[Span, ...]


def merged(spans: Iterable[Span]) -> Spans:
    """Union: any mix of overlapping, touching, empty or inverted spans -> span list (inverted count as empty)."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


def clipped(spans: Sequence[Span], start: int, end: int) -> Spans:
    """The part of a span list inside [start, end)."""
    return tuple((max(a, start), min(b, end)) for a, b in spans if min(b, end) > max(a, start))


def intersection(left: Sequence[Span], right: Sequence[Span]) -> Spans:
    """What two span lists share."""
    out: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            out.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(out)


def subtracted(spans: Sequence[Span], holes: Sequence[Span]) -> Spans:
    """The first span list without the second."""
    out: list[Span] = []
    for start, end in spans:
        at = start
        for hole_start, hole_end in holes:
            if hole_end <= at:
                continue
            if hole_start >= end:
                break
            if hole_start > at:
                out.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            out.append((at, end))
    return tuple(out)


def total(spans: Iterable[Span]) -> int:
    """Sum of lengths, microseconds."""
    return sum(end - start for start, end in spans)


def covers(spans: Sequence[Span], at: int) -> bool:
    """True when the instant lies in one of the spans."""
    return any(start <= at < end for start, end in spans)
