"""Serial lines without an event list: when part n leaves station m follows from three earlier departures (max-plus).

Replications run abreast: the inner loop goes over lanes, whose chains of waiting do not depend on one another. Laws and
streams are those of the event kernel, drawn in the same order, so both give the same times to the last bit.

``X[(m * XF + field) * lanes + lane]`` holds the station's running values, ``ring`` its newest departures. A block of
jobs that lies inside the statistics window is summed as it is; a block on an edge of the window is cut interval by
interval.
"""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, entry, hot, pointer
from .dists import residual, sample
from .layout import *

# Fields of a station and lane.
X_FREE, X_AGE, X_FAIL_AGE, X_IDLE, X_BUSY, X_BLOCKED, X_DOWN, X_WAITED, X_DONE, X_FAILED = range(10)
XF = 10
# Fields of a lane: next arrival, birth of the part that passes, time it reached the next place, counts and sums.
L_ARRIVAL, L_BORN, L_HERE, L_OUT, L_LEAD, L_WIP = range(6)
LF = 6
BLOCK = 128  # jobs between two looks at the window
# Columns of the chain: machine handle, slots of the ring (0: no limit), start of the ring, law of the work, first mode.
CH_MACHINE, CH_RING, CH_RING_AT, CH_LAW, CH_MODES = range(5)
CHF = 5


@hot
def within(X: Any, k: int, a: float, b: float, low: float, high: float) -> None:
    """Add the part of [a, b] that lies inside the window."""
    a = max(a, low)
    b = min(b, high)
    if b > a:
        X[k] += b - a


@cold
def broken(
    Z: Any, R: Any, U: Any, X: Any, A: Any, m: int, k: int, modes: int, lanes: int, shift: int,
    s: float, work: float, edge: int, low: float, high: float,
) -> float:  # fmt: skip
    """When a job is done that station ``m`` fails in. ``k`` is the first field of station and lane, ``modes`` that of
    the ages at which its modes strike next, ``shift`` where the lane's streams begin."""
    age, fail_age = k + X_AGE * lanes, k + X_FAIL_AGE * lanes
    while X[age] + work > X[fail_age]:
        first, mode = math.inf, 0
        for j in range(Z[m + MODES_COUNT]):
            if A[modes + j * lanes] < first:
                first, mode = A[modes + j * lanes], j
        f = Z[m + MODES_LO] + mode * FR
        at = s + (X[fail_age] - X[age])
        if edge:
            within(X, k + X_BUSY * lanes, s, at, low, high)
        if low < at <= high:
            X[k + X_FAILED * lanes] += 1.0
        work -= X[fail_age] - X[age]
        X[age] = X[fail_age]
        s = at + residual(Z, R, U, Z[f + FM_TTR], shift + f + 1, 0.0)
        within(X, k + X_DOWN * lanes, at, s, low, high)
        A[modes + mode * lanes] = X[age] + residual(Z, R, U, Z[f + FM_TTF], shift + f, 0.0)
        X[fail_age] = math.inf
        for j in range(Z[m + MODES_COUNT]):
            X[fail_age] = min(X[fail_age], A[modes + j * lanes])
    if edge:
        within(X, k + X_BUSY * lanes, s, s + work, low, high)
    X[age] += work
    return s + work


@hot
def enter(Z: Any, R: Any, U: Any, X: Any, Y: Any, source: int, lanes: int, streams: int) -> None:
    """Every lane's next part comes to the first station."""
    for lane in range(lanes):
        here = X[lane]
        if source >= 0:
            here = Y[L_ARRIVAL * lanes + lane]
            gap = sample(Z, R, U, Z[source + S_DIST], lane * streams + source)
            Y[L_ARRIVAL * lanes + lane] = here + gap
        Y[L_HERE * lanes + lane] = here
        Y[L_BORN * lanes + lane] = here


@hot
def leave(Y: Any, lanes: int, edge: int, low: float, high: float) -> None:
    """Every lane's part leaves the line."""
    for lane in range(lanes):
        born, gone = Y[L_BORN * lanes + lane], Y[L_HERE * lanes + lane]
        if edge:
            within(Y, L_WIP * lanes + lane, born, gone, low, high)
        else:
            Y[L_WIP * lanes + lane] += gone - born
        if not edge or low < gone <= high:
            Y[L_OUT * lanes + lane] += 1.0
            Y[L_LEAD * lanes + lane] += gone - born


@hot
def pass_station(
    Z: Any, R: Any, U: Any, X: Any, Y: Any, A: Any, ring: Any, chain: Any, j: int, stations: int, lanes: int,
    streams: int, n: int, edge: int, low: float, high: float,
) -> None:  # fmt: skip
    """Part ``n`` of every lane passes station ``j`` of the chain."""
    c = j * CHF
    m, law, k = chain[c + CH_MACHINE], chain[c + CH_LAW], j * XF * lanes
    beyond, mine = NONE, NONE
    if j + 1 < stations and chain[c + CHF + CH_RING] > 0:
        beyond = (chain[c + CHF + CH_RING_AT] + n % chain[c + CHF + CH_RING]) * lanes
    if chain[c + CH_RING] > 0:
        mine = (chain[c + CH_RING_AT] + n % chain[c + CH_RING]) * lanes
    for lane in range(lanes):
        here, free = Y[L_HERE * lanes + lane], X[k + lane]
        s = max(here, free)
        work = sample(Z, R, U, law, lane * streams + m + BUSY)
        done = s + work
        age = X[k + X_AGE * lanes + lane] + work
        if age > X[k + X_FAIL_AGE * lanes + lane]:
            done = broken(Z, R, U, X, A, m, k + lane, chain[c + CH_MODES] * lanes + lane, lanes, lane * streams,
                          s, work, edge, low, high)  # fmt: skip
        else:
            X[k + X_AGE * lanes + lane] = age
            if edge:
                within(X, k + X_BUSY * lanes + lane, s, done, low, high)
        gone = done
        if beyond >= 0:
            gone = max(done, ring[beyond + lane])
        if edge:
            within(X, k + X_IDLE * lanes + lane, free, s, low, high)
            within(X, k + X_WAITED * lanes + lane, here, s, low, high)
            within(X, k + X_BLOCKED * lanes + lane, done, gone, low, high)
            if low < done <= high:
                X[k + X_DONE * lanes + lane] += 1.0
        else:
            X[k + X_WAITED * lanes + lane] += s - here
            X[k + X_BLOCKED * lanes + lane] += gone - done
        X[k + lane] = gone
        Y[L_HERE * lanes + lane] = gone
        if mine >= 0:
            ring[mine + lane] = gone


@hot
def prime(Z: Any, R: Any, U: Any, X: Any, Y: Any, A: Any, chain: Any, stations: int, source: int, lanes: int,
          streams: int) -> None:  # fmt: skip
    """First failures and first arrivals of every lane."""
    for lane in range(lanes):
        for j in range(stations):
            m, k = chain[j * CHF + CH_MACHINE], j * XF * lanes + lane
            X[k + X_FAIL_AGE * lanes] = math.inf
            for mode in range(Z[m + MODES_COUNT]):
                f = Z[m + MODES_LO] + mode * FR
                at = residual(Z, R, U, Z[f + FM_TTF], lane * streams + f, 0.0)
                A[(chain[j * CHF + CH_MODES] + mode) * lanes + lane] = at
                X[k + X_FAIL_AGE * lanes] = min(X[k + X_FAIL_AGE * lanes], at)
        if source >= 0:
            Y[L_ARRIVAL * lanes + lane] = residual(Z, R, U, Z[source + S_DIST], lane * streams + source, 0.0)


@cold
def keep(
    X: Any, Y: Any, A: Any, ring: Any, U: Any, S: Any, V: Any, x: int, y: int, a: int, rings: int, u: int
) -> None:
    """Save all that runs."""
    for k in range(x):
        S[k] = X[k]
    for k in range(y):
        S[x + k] = Y[k]
    for k in range(a):
        S[x + y + k] = A[k]
    for k in range(rings):
        S[x + y + a + k] = ring[k]
    for k in range(u):
        V[k] = U[k]


@cold
def restore(
    X: Any, Y: Any, A: Any, ring: Any, U: Any, S: Any, V: Any, x: int, y: int, a: int, rings: int, u: int
) -> None:
    """Go back to what was saved."""
    for k in range(x):
        X[k] = S[k]
    for k in range(y):
        Y[k] = S[x + k]
    for k in range(a):
        A[k] = S[x + y + k]
    for k in range(rings):
        ring[k] = S[x + y + a + k]
    for k in range(u):
        U[k] = V[k]


@hot
def earliest(X: Any, lanes: int) -> float:
    """Earliest time, over the lanes, at which the first station is free."""
    found = X[0]
    for lane in range(1, lanes):
        found = min(found, X[lane])
    return found


@hot
def latest(X: Any, at: int, lanes: int) -> float:
    """Latest time, over the lanes, at which the station at ``at`` is free."""
    found = X[at]
    for lane in range(1, lanes):
        found = max(found, X[at + lane])
    return found


@hot
def sum_up(X: Any, S: Any, stations: int, lanes: int) -> None:
    """What follows for a whole block inside the window: work by the ages, idle time as what is left."""
    for j in range(stations):
        for lane in range(lanes):
            k = j * XF * lanes + lane
            busy = X[k + X_AGE * lanes] - S[k + X_AGE * lanes]
            other = (
                X[k + X_DOWN * lanes]
                - S[k + X_DOWN * lanes]
                + X[k + X_BLOCKED * lanes]
                - S[k + X_BLOCKED * lanes]
            )
            X[k + X_BUSY * lanes] += busy
            X[k + X_IDLE * lanes] += X[k] - S[k] - busy - other
            X[k + X_DONE * lanes] += BLOCK


@entry
def serial(
    z: Any, r: Any, u: Any, x: Any, y: Any, a: Any, rings: Any, chains: Any, saved: Any, saved_words: Any,
    stations: int, source: int, lanes: int, streams: int, low: float, high: float,
) -> int:  # fmt: skip
    """Run every lane from empty to ``high``; statistics of (low, high]. Returns the parts each lane took in.

    ``x``, ``y``, ``a`` and ``rings`` hold zeros; ``saved`` and ``saved_words`` have room for them and the streams.
    """
    Z, R, U, X, Y, A = pointer(z), pointer(r), pointer(u), pointer(x), pointer(y), pointer(a)
    ring, chain, S, V = pointer(rings), pointer(chains), pointer(saved), pointer(saved_words)
    prime(Z, R, U, X, Y, A, chain, stations, source, lanes, streams)
    first, wanted, edge = 0, 1, 1
    last = (stations - 1) * XF * lanes
    while wanted:
        soonest = earliest(X, lanes)
        if edge < 2:
            edge = 0 if soonest >= low else 1
        if edge == 0:
            keep(X, Y, A, ring, U, S, V, len(x), len(y), len(a), len(rings), len(u))
        for n in range(first, first + BLOCK):
            enter(Z, R, U, X, Y, source, lanes, streams)
            for j in range(stations):
                pass_station(Z, R, U, X, Y, A, ring, chain, j, stations, lanes, streams, n, edge, low, high)
            leave(Y, lanes, edge, low, high)
        end = latest(X, last, lanes)
        if edge == 0 and end > high:  # too far: once more, cut at the window's end
            restore(X, Y, A, ring, U, S, V, len(x), len(y), len(a), len(rings), len(u))
            edge = 2
        else:
            if edge == 0:
                sum_up(X, S, stations, lanes)
            first += BLOCK
            soonest = earliest(X, lanes)
            wanted = soonest < high
    return first
