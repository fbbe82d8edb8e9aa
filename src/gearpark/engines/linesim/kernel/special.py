"""Machines that take more than one part at a time or carry parts: batches, assemblies, gantries, robots, AGVs."""

from __future__ import annotations

from typing import Any

from ..marks import cold, hot
from .crew import needed, release
from .layout import *
from .places import has_room, part_freed, pull
from .supply import can_supply, new_part

PLENTY = 1 << 40


@cold
def at_hand(Z: Any, R: Any, p: int) -> int:
    """Parts that could be taken from ``p`` now, those still on blocked machines included."""
    if Z[p + P_KIND] == SUPPLY:
        return PLENTY if can_supply(Z, R, p) else 0
    return Z[p + P_LEVEL] + Z[p + P_BLOCKED]


@cold
def grab(Z: Any, R: Any, U: Any, m: int, p: int, t: float) -> int:
    """Add a part of ``p`` behind those machine ``m`` has in hand."""
    q = pull(Z, R, U, p, t)
    if q < 0:
        return NONE
    Z[q + Q_NEXT] = NONE
    if Z[m + HOLD] < 0:
        Z[m + HOLD] = q
        Z[m + TYPE] = Z[q + Q_TYPE]
        Z[m + STAGE] = 0
    else:
        last = Z[m + HOLD]
        while Z[last + Q_NEXT] >= 0:
            last = Z[last + Q_NEXT]
        Z[last + Q_NEXT] = q
    Z[m + HELD_COUNT] += 1
    return q


@hot
def take_batch(Z: Any, R: Any, U: Any, m: int, t: float) -> None:
    """Take a batch, when enough parts are there."""
    p = Z[m + IN]
    if Z[p + P_KIND] == SUPPLY or Z[p + P_LEVEL] >= Z[m + BATCH_MIN]:
        for _ in range(Z[m + BATCH_MAX]):
            if grab(Z, R, U, m, p, t) < 0:
                break


@hot
def take_set(Z: Any, R: Any, U: Any, m: int, t: float) -> None:
    """Take a whole set, or nothing; the first part of the first row goes on, all others become part of it."""
    complete = True
    for k in range(Z[m + INPUT_COUNT]):
        row = Z[m + INPUTS] + k * IR
        if at_hand(Z, R, Z[row + IN_PLACE]) < Z[row + IN_QUANTITY]:
            complete = False
    if complete:
        for k in range(Z[m + INPUT_COUNT]):
            row = Z[m + INPUTS] + k * IR
            for j in range(Z[row + IN_QUANTITY]):
                q = grab(Z, R, U, m, Z[row + IN_PLACE], t)
                if k + j > 0 and q >= 0:
                    Z[Z[m + HOLD] + Q_NEXT] = NONE
                    Z[m + HELD_COUNT] = 1
                    part_freed(Z, R, q, t)


@hot
def dropped(Z: Any, m: int) -> None:
    """A carrier's task fell through: its place at the target is free again."""
    if Z[Z[m + DEST] + P_KIND] < EXIT:
        Z[Z[m + DEST] + P_RESERVED] -= 1
    Z[m + FLOW] = NONE
    Z[m + DEST] = NONE


@hot
def take_load(Z: Any, R: Any, U: Any, m: int, t: float) -> int:
    """A carrier's next task: the first of its flows, downstream first, with a part at hand and room for it."""
    chosen = NONE
    for k in range(Z[m + FLOW_COUNT]):
        f = Z[m + FLOWS] + k * FLR
        target = Z[f + FL_TARGET]
        if at_hand(Z, R, Z[f + FL_SOURCE]) > Z[Z[f + FL_SOURCE] + P_CLAIMED]:
            room = 1
            if Z[target + P_KIND] < EXIT:
                room = has_room(Z, target)
            if room:
                chosen = f
                break
    if chosen < 0:
        return 0
    source, target = Z[chosen + FL_SOURCE], Z[chosen + FL_TARGET]
    if Z[target + P_KIND] < EXIT:
        Z[target + P_RESERVED] += 1
    Z[m + FLOW] = chosen
    Z[m + DEST] = target
    Z[m + DISTS + BUSY] = Z[chosen + FL_DIST]
    if Z[m + DISTS + LOAD] >= 0 and Z[m + LAST_PLACE] != source and Z[m + LAST_PLACE] >= 0:
        Z[source + P_CLAIMED] += 1
        Z[m + STAGE] = 2
        return 1
    Z[m + STAGE] = 3
    Z[m + LAST_PLACE] = target
    if grab(Z, R, U, m, source, t) < 0:
        dropped(Z, m)
        return 0
    Z[m + STAGE] = 3
    return 1


@cold
def picked(Z: Any, R: Any, U: Any, m: int, t: float) -> int:
    """An empty carrier has come to its part."""
    source = Z[Z[m + FLOW] + FL_SOURCE]
    Z[source + P_CLAIMED] -= 1
    Z[m + LAST_PLACE] = Z[m + DEST]
    if grab(Z, R, U, m, source, t) < 0:  # its machine broke down meanwhile
        Z[m + LAST_PLACE] = source
        dropped(Z, m)
        if Z[m + HELD] >= 0:
            count = needed(Z, m)
            release(Z, m, count)
        return A_TAKE
    Z[m + STAGE] = 3
    return A_NEXT


@cold
def take_special(Z: Any, R: Any, U: Any, m: int, t: float) -> int:
    """1 when machine ``m`` of a kind that does not take single parts got what it needs."""
    found = 0
    if Z[m + KIND] == CARRIER:
        found = take_load(Z, R, U, m, t)
    else:
        if Z[m + KIND] == BATCH:
            take_batch(Z, R, U, m, t)
        else:
            take_set(Z, R, U, m, t)
        if Z[m + HOLD] >= 0:
            found = 1
    return found


@cold
def give(Z: Any, R: Any, m: int, t: float) -> None:
    """A disassembly adds the parts it yields beside the one that goes on."""
    for k in range(Z[m + GIVE_COUNT]):
        row = Z[m + GIVES] + k * GVR
        for _ in range(Z[row + GV_QUANTITY]):
            q = new_part(Z, R, Z[m + TYPE], 0, t)
            Z[q + Q_DEST] = Z[row + GV_PLACE]
            Z[q + Q_NEXT] = Z[Z[m + HOLD] + Q_NEXT]
            Z[Z[m + HOLD] + Q_NEXT] = q
            Z[m + HELD_COUNT] += 1
