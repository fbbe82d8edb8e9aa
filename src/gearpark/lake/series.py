"""What reads return: columns of one tag in canonical order."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
Objects = NDArray[np.object_]


def _ints() -> Int64s:
    return np.empty(0, np.int64)


def _floats() -> Floats:
    return np.empty(0, np.float64)


def _objects() -> Objects:
    return np.empty(0, object)


@dataclass(slots=True)
class Series:
    """Observations of one tag, oldest first.

    at_us   source times, microseconds UTC
    num     numbers, nan where there is none
    text    texts, None where there is none
    status  OPC UA status codes

    Observations of one instant are ordered by falling status code, then number, then text, so that a good value comes
    last and the order never depends on arrival.
    """

    at_us: Int64s = field(default_factory=_ints)
    num: Floats = field(default_factory=_floats)
    text: Objects = field(default_factory=_objects)
    status: Int64s = field(default_factory=_ints)

    def __len__(self) -> int:
        return len(self.at_us)

    def value(self, index: int) -> float | str | None:
        """The value at a position: text where there is one, else the number, else None."""
        text = self.text[index]
        if text is not None:
            return str(text)
        number = float(self.num[index])
        return None if number != number else number


@dataclass(slots=True)
class ChartSeries:
    """Points of one tag for a chart; every array has the same length.

    level       "raw" (each point is one observation), or the bucket: "bucket", "1m", "1h"
    bucket_us   width of a bucket; 0 for raw
    at_us       start of the bucket, or the observation's time
    mean, min, max, first, last   of good numbers, nan where there are none; mean is of observations, not of time
    last_text   newest text of the bucket, None where there is none
    count       observations; good_share of them 0..1
    """

    level: str = "raw"
    bucket_us: int = 0
    at_us: Int64s = field(default_factory=_ints)
    mean: Floats = field(default_factory=_floats)
    min: Floats = field(default_factory=_floats)
    max: Floats = field(default_factory=_floats)
    first: Floats = field(default_factory=_floats)
    last: Floats = field(default_factory=_floats)
    last_text: Objects = field(default_factory=_objects)
    count: Int64s = field(default_factory=_ints)
    good_share: Floats = field(default_factory=_floats)

    def __len__(self) -> int:
        return len(self.at_us)

    def rows(self, at: NDArray[np.intp]) -> ChartSeries:
        """The points at these positions."""
        columns = {
            one.name: getattr(self, one.name)[at]
            for one in fields(self)
            if one.name not in ("level", "bucket_us")
        }
        return ChartSeries(self.level, self.bucket_us, **columns)


def canonical_order(at_us: Int64s, num: Floats, text: Objects, status: Int64s) -> NDArray[np.intp] | None:
    """Positions in canonical order, or None when the columns are in it already. Ties are rare; they cost most."""
    steps = np.diff(at_us)
    if len(at_us) < 2 or bool((steps > 0).all()):
        return None
    order = np.argsort(at_us, kind="stable")
    times = at_us[order]
    ties = np.flatnonzero(np.diff(times) == 0)
    done = -1
    for start in ties.tolist():
        if start <= done:
            continue
        end = start + 1
        while end + 1 < len(times) and times[end + 1] == times[start]:
            end += 1
        group = order[start : end + 1]
        order[start : end + 1] = sorted(
            group.tolist(),
            key=lambda i: (
                -int(status[i]),
                num[i] == num[i],
                float(num[i]) if num[i] == num[i] else 0.0,
                text[i] or "",
            ),
        )
        done = end
    return order


def numbers_of(column: object) -> Floats:
    """DuckDB's numpy column (masked where null) -> float64 with nan."""
    values = np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan)
    return np.ascontiguousarray(values)


def texts_of(column: object) -> Objects:
    """DuckDB's numpy column -> objects with None."""
    if isinstance(column, np.ma.MaskedArray):
        values = np.array(column.data, dtype=object)
        mask = np.ma.getmaskarray(column)
        if mask.any():
            values[mask] = None
        return values
    return np.asarray(column, dtype=object)


def ints_of(column: object) -> Int64s:
    return np.ascontiguousarray(np.ma.filled(np.ma.asarray(column), 0).astype(np.int64, copy=False))
