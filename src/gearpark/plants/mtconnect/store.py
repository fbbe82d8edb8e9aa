"""The agent's memory: a bounded buffer of observations with growing sequence numbers, and the newest of each item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .model import Item

BUFFER_SIZE = 65_536
_SLACK = 4_096  # the list is cut in blocks
UNAVAILABLE = "UNAVAILABLE"


class Row(NamedTuple):
    """One observation. ``value``: text, for conditions the level; ``fields``: native code, severity, qualifier, text."""

    sequence: int
    at: str
    item: Item
    value: str
    fields: tuple[str, ...] | None = None


class Latest:
    """The newest observation of each item; of a condition all that are active."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Row]] = {}

    def take(self, row: Row) -> None:
        if row.fields is None:
            self.rows[row.item.index] = {"": row}
            return
        code, held = row.fields[0], self.rows.get(row.item.index, {})
        active = {k: r for k, r in held.items() if r.value in ("FAULT", "WARNING")}
        if row.value in ("FAULT", "WARNING"):
            active[code] = row
        else:
            active.pop(code, None)
            if not code:
                active = {}
            if not active:
                active = {"": row}
        self.rows[row.item.index] = active

    def copy(self) -> Latest:
        made = Latest()
        made.rows = {k: dict(v) for k, v in self.rows.items()}
        return made


class Store:
    """Observations in order of arrival."""

    def __init__(self, size: int = BUFFER_SIZE) -> None:
        self.size = size
        self.next_sequence = 1
        self.latest = Latest()
        self._before = Latest()  # what stood before the oldest row kept
        self._rows: list[Row] = []

    def add(self, at: str, item: Item, value: str, fields: tuple[str, ...] | None = None) -> None:
        row = Row(self.next_sequence, at, item, value, fields)
        self.next_sequence += 1
        self._rows.append(row)
        self.latest.take(row)
        if len(self._rows) > self.size + _SLACK:
            for old in self._rows[: -self.size]:
                self._before.take(old)
            del self._rows[: -self.size]

    @property
    def first_sequence(self) -> int:
        return self.next_sequence - min(len(self._rows), self.size)

    def since(self, sequence: int, count: int, items: frozenset[int] | None) -> tuple[list[Row], int]:
        """Up to ``count`` rows from ``sequence`` on (of some items only), and the sequence to ask for next."""
        start = len(self._rows) - (self.next_sequence - sequence)
        found: list[Row] = []
        for row in self._rows[max(start, 0) :]:
            if items is None or row.item.index in items:
                if len(found) >= count:
                    return found, row.sequence
                found.append(row)
        return found, self.next_sequence

    def as_of(self, sequence: int) -> Latest:
        """What ``current`` said right after observation ``sequence``."""
        made = self._before.copy()
        for row in self._rows:
            if row.sequence > sequence:
                break
            made.take(row)
        return made


def rows_of(latest: Latest, items: Iterable[Item]) -> list[Row]:
    """Newest rows in the order of the items."""
    return [row for item in items for row in latest.rows.get(item.index, {}).values()]
