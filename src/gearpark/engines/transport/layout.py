"""Where lines stand on a shop's map when nobody drew one: rows of two, an aisle under each, cross aisles between."""

from __future__ import annotations

from dataclasses import dataclass

COLUMNS = 2
SCALE_M = 0.05  # metres of one unit of a line's drawing
LEFT_M = 18.0  # room for the store left of the lines
GAP_M = 8.0  # the cross aisle between two columns
AISLE_M = 6.0  # the aisle under a row of lines
PARK_X_M, PARK_STEP_M = 8.0, 5.0
ROW_UNITS = 440.0  # height of the tallest line drawing
COLUMN_UNITS = 1400.0  # width of the widest


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one line's drawing stands: its upper left corner, and the middle of the aisle below it."""

    x: float
    y: float
    aisle_y: float
    row: int
    column: int

    def at(self, x_units: float, y_units: float) -> tuple[float, float]:
        """A point of the line's drawing on the map."""
        return self.x + x_units * SCALE_M, self.y + y_units * SCALE_M


def slot_of(index: int) -> Slot:
    """The place of the ``index``-th line, from 0."""
    row, column = divmod(index, COLUMNS)
    height = ROW_UNITS * SCALE_M
    x = LEFT_M + GAP_M + column * (COLUMN_UNITS * SCALE_M + GAP_M)
    y = row * (height + AISLE_M)
    return Slot(x, y, y + height + AISLE_M / 2, row, column)


def cross_aisles() -> list[float]:
    """x of the aisles across: left of, between and right of the columns."""
    width = COLUMN_UNITS * SCALE_M + GAP_M
    return [LEFT_M + GAP_M / 2 + column * width for column in range(COLUMNS + 1)]


def parking(index: int, lines: int) -> tuple[float, float]:
    """Where the ``index``-th vehicle parks: along the wall left of the lines, from the last aisle upwards."""
    last = slot_of(max(lines - 1, 0))
    return PARK_X_M, round(last.aisle_y - PARK_STEP_M * index, 2)
