"""The event list: one due time a slot, winners by blocks of eight, level by level.

Each entity has at most one event pending, so an event is replaced or withdrawn in its slot and nothing stale remains.
Equal times go to the lowest slot; slots are numbered from the line's end, so completions downstream come first.
"""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, hot

WIDTH = 8


def padded(count: int) -> int:
    """Slots rounded up to whole blocks."""
    return max(WIDTH, (count + WIDTH - 1) // WIDTH * WIDTH)


def size_of(slots: int) -> tuple[int, int]:
    """(length of ``T`` and ``W``, index of the root) for a number of slots."""
    width, length = padded(slots), 0
    while True:
        length += width
        if width == WIDTH:
            return length + 1, length
        width = padded(width // WIDTH)


def cleared(slots: int) -> tuple[list[float], list[int]]:
    """Empty event list: nothing due, every block's winner its first slot."""
    length, _ = size_of(slots)
    T, W = [math.inf] * length, [0] * length
    width, base = padded(slots), 0
    while base + width < length:
        above = base + width
        for block in range(width // WIDTH):
            first = base + block * WIDTH
            W[above + block] = W[first] if base else first
        base, width = above, padded(width // WIDTH)
    return T, W


@hot
def settle_slot(T: Any, W: Any, width: int, k: int) -> None:
    """Carry a changed due time of slot ``k`` up to the root; ``width`` is the padded number of slots."""
    base, changed = 0, 1
    while changed:
        block = k >> 3
        first = base + (block << 3)
        best, winner = T[first], first
        for j in range(first + 1, first + 8):
            if T[j] < best:
                best, winner = T[j], j
        if base > 0:
            winner = W[winner]
        base += width
        above = base + block
        changed = 0
        if T[above] != best or W[above] != winner:
            T[above] = best
            W[above] = winner
            changed = width - 8
        width = ((width >> 3) + 7) >> 3 << 3
        k = block


@cold
def set_due(T: Any, W: Any, width: int, k: int, at: float) -> None:
    """Set the due time of slot ``k``; called where it is rare."""
    T[k] = at
    settle_slot(T, W, width, k)
