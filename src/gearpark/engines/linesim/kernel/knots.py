"""Knots: machines that wait for one another for ever."""

from __future__ import annotations

from typing import Any

from ..marks import cold
from .layout import *
from .places import has_room


@cold
def waits_forever(Z: Any, m: int, p: int, stack: int) -> int:
    """Add to the search what could free place ``p``; -1 when something there still moves, else how many were added."""
    added = 0
    for k in range(Z[p + P_TAKER_COUNT]):
        taker = Z[Z[p + P_TAKERS] + k]
        if Z[taker + SEEN] == Z[H_MARK]:
            continue
        moves = Z[taker + PHASE] != BLOCKED
        if Z[taker + KIND] == CARRIER and Z[taker + PHASE] == IDLE:
            moves = False
        if moves:
            return -1
        Z[taker + SEEN] = Z[H_MARK]
        Z[stack + added] = taker
        added += 1
    return added


@cold
def knotted(Z: Any, m: int) -> int:
    """1 when machine ``m``, just blocked, waits for places all of whose takers wait in turn."""
    Z[H_MARK] += 1
    Z[m + SEEN] = Z[H_MARK]
    stack = Z[H_STACK] + 2 * Z[H_SP]  # free room behind the work
    Z[stack] = m
    count = 1
    while count > 0:
        count -= 1
        at = Z[stack + count]
        if Z[at + PHASE] == BLOCKED:
            added = waits_forever(Z, at, Z[at + DEST], stack + count)
            if added < 0:
                return 0
            count += added
        else:  # an idle carrier: room at any of its targets would set it going
            for k in range(Z[at + FLOW_COUNT]):
                target = Z[Z[at + FLOWS] + k * FLR + FL_TARGET]
                if Z[target + P_KIND] >= EXIT:
                    return 0
                room = has_room(Z, target)
                if room:
                    return 0
                added = waits_forever(Z, at, target, stack + count)
                if added < 0:
                    return 0
                count += added
    return 1
