"""What was observed, ready for figures: columns of one signal, cleaned and ordered, whatever order they came in.

``Series`` (of ``lake.reader`` or anything like it) has equally long ``at_us``, ``num``, ``text`` and ``status``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gearpark.base.wire import Value
from gearpark.engines.oee import Pieces, pieces_of

STATE_SIGNALS = ("item_state", "operation_mode", "packml_state", "suspend_reason", "availability", "alarm")
COUNT_SIGNALS = ("part_count", "good_count", "scrap_count")
ALARM_SIGNALS = ("alarm", "alarm_text")
FIGURE_SIGNALS = tuple(dict.fromkeys(STATE_SIGNALS + COUNT_SIGNALS + ALARM_SIGNALS))
SEVERITY_BITS = 30
HASH_DIGITS = 12
FASTEST_SHARE = 0.2  # a piece in less than a fifth of the ideal cycle is no piece


class Series(Protocol):
    """Columns of one tag's observations: equally long sequences or arrays."""

    at_us: Any
    num: Any
    text: Any
    status: Any


@dataclass(frozen=True, slots=True)
class AlarmSpan:
    """One alarm code standing on one unit; ``end_us`` None while it stands."""

    code: str
    text: str
    start_us: int
    end_us: int | None


def value_at(series: Series, index: int) -> Value:
    """Observation ``index`` as text, number, or None."""
    text = series.text[index]
    if text is not None:
        return str(text)
    number = float(series.num[index])
    return None if number != number else number


def rows(series: Series) -> list[tuple[int, int, Value]]:
    """Distinct (at_us, status, value), by time; the order does not depend on the order of arrival."""
    found = {
        (int(series.at_us[i]), int(series.status[i]), value_at(series, i)) for i in range(len(series.at_us))
    }
    return sorted(found, key=lambda row: (row[0], row[1], str(row[2])))


def pieces(series: Series | None, ideal_cycle_s: float | None) -> Pieces:
    """Pieces of one counter; a missing counter has none."""
    if series is None:
        return Pieces()
    fastest = round(ideal_cycle_s * FASTEST_SHARE * 1e6) if ideal_cycle_s else None
    return pieces_of(series.at_us, series.num, series.status, fastest_us=fastest)


def alarms(codes: Series | None, texts: Series | None, until_us: int) -> list[AlarmSpan]:
    """Stretches in which one alarm code stood. A bad reading ends what is known of the alarm."""
    if codes is None:
        return []
    words = (
        [(at, str(value)) for at, status, value in rows(texts) if value and not status >> SEVERITY_BITS]
        if texts
        else []
    )
    found: list[AlarmSpan] = []
    code, since = "", 0
    for at, status, value in rows(codes):
        if at > until_us:
            break
        new = "" if status >> SEVERITY_BITS or not value else str(value)
        if new == code:
            continue
        if code:
            found.append(AlarmSpan(code, _words(words, since, at), since, at))
        code, since = new, at
    if code:
        found.append(AlarmSpan(code, _words(words, since, until_us + 1), since, None))
    return found


def _words(words: list[tuple[int, str]], start: int, end: int) -> str:
    """The first words said while the alarm stood, else the last ones said before."""
    inside = next((text for at, text in words if start <= at < end), None)
    if inside is not None:
        return inside
    return next((text for at, text in reversed(words) if at < start), "")


def digest(series: Mapping[str, Series], facts: Sequence[Any]) -> str:
    """Hash of all inputs of a figure; order and repeats of observations change nothing. 12 hex digits."""
    made = hashlib.sha256(repr(tuple(facts)).encode())
    for tag in sorted(series):
        made.update(tag.encode())
        found = series[tag]
        made.update(found.mark() if isinstance(found, Column) else _mark(found))
    return made.hexdigest()[:HASH_DIGITS]


def short_hash(facts: Any) -> str:
    """Hash of plain data whose ``repr`` says all of it."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:HASH_DIGITS]


class Column:
    """A series that remembers the hash of what it says; never changed in place."""

    __slots__ = ("_mark", "at_us", "num", "series", "status", "text")

    def __init__(self, series: Series) -> None:
        self.series = series
        self.at_us, self.num, self.text, self.status = series.at_us, series.num, series.text, series.status
        self._mark = b""

    def mark(self) -> bytes:
        if not self._mark:
            self._mark = _mark(self.series)
        return self._mark


def _mark(series: Series) -> bytes:
    return hashlib.sha256(repr(rows(series)).encode()).digest()
