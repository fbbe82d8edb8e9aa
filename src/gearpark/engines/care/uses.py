"""What a machine says of its tools -> uses: which tool cut which part when, and how much life its table had left."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

V = TypeVar("V")
W = TypeVar("W")
SLACK_US = 2_000_000  # signals of one tool change may come this far apart
CHANGED = 0.02  # share of life a tool's left life must grow by to be another tool; less is rounding

Said = Sequence[tuple[int, str]]  # good readings of a text signal by time
Measured = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Use:
    """A tool came into the spindle for a part.

    pocket   the machine's own name of the tool place; "" when it names none
    serial   the instance, "" when the machine does not know instances
    left     share of life the tool table had left when it came in, None unknown
    counted  False when the same part called the tool again: no new use
    changed  its left life grew since the pocket's last use: it is another tool
    """

    at_us: int
    pocket: str
    serial: str
    left: float | None
    counted: bool
    changed: bool


def uses_of(tool: Said, serial: Said, left: Measured, part: Said) -> list[Use]:
    """Uses by time. ``left`` in per cent. A machine that names no tools uses its one tool for every part."""
    calls = [(at, name) for at, name in tool if name] if tool else [(at, "") for at, name in part if name]
    serial_at, left_at, part_at = ([at for at, _ in rows] for rows in (serial, left, part))
    last_part: dict[str, str] = {}
    last_left: dict[str, float] = {}
    found = []
    for index, (at, pocket) in enumerate(calls):
        until = calls[index + 1][0] - 1 if index + 1 < len(calls) else at + SLACK_US
        near = max(at, min(at + SLACK_US, until))
        instance = _in_force(serial, serial_at, near, "")
        percent = _in_force(left, left_at, near, None)
        share = None if percent is None else min(max(percent / 100, 0.0), 1.0)
        on = _in_force(part, part_at, at, "")
        counted = not on or last_part.get(pocket) != on
        grown = share is not None and pocket in last_left and share > last_left[pocket] + CHANGED
        found.append(Use(at, pocket, instance, share, counted, grown))
        last_part[pocket] = on
        if share is not None:
            last_left[pocket] = share
    return found


def _in_force(rows: Sequence[tuple[int, V]], at: Sequence[int], moment: int, otherwise: W) -> V | W:
    index = bisect_right(at, moment)
    return rows[index - 1][1] if index else otherwise
