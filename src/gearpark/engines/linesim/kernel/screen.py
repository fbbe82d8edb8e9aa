"""Many designs of one serial line over the same parts: the times at work are drawn once, each design passes them.

Failures count work only, so a part's time at a station, repairs included, does not depend on the room between the
stations. A design then costs one addition and two comparisons a part and station. Laws and streams are those of
``serial``; ``LANES`` replications run abreast.
"""

from __future__ import annotations

from typing import Any

from ..marks import entry, pointer
from .dists import sample
from .layout import *
from .serial import X_AGE, X_FAIL_AGE, broken, prime

LANES = 16
# Columns of a design's stations: where its times begin in ``c``; slots, start and next slot of the ring of departures.
T_TIMES, T_SLOTS, T_RING, T_NEXT = range(4)
TF = 4


@entry
def draw(
    z: Any, r: Any, u: Any, x: Any, y: Any, a: Any, chain: Any, c: Any, first: int, jobs: int, law: int,
    streams: int, begin: int,
) -> None:  # fmt: skip
    """Times at work, repairs included, of the next ``jobs`` parts of one station, into ``c`` from ``first`` on."""
    Z, R, U, X, Y, A, H, C = (
        pointer(z), pointer(r), pointer(u), pointer(x), pointer(y), pointer(a), pointer(chain), pointer(c)
    )  # fmt: skip
    if begin:
        prime(Z, R, U, X, Y, A, H, 1, NONE, LANES, streams)
    m = H[0]
    for n in range(jobs):
        for lane in range(LANES):
            work = sample(Z, R, U, law, lane * streams + m + BUSY)
            age = X[X_AGE * LANES + lane] + work
            if age > X[X_FAIL_AGE * LANES + lane]:
                work = broken(Z, R, U, X, A, m, lane, lane, LANES, lane * streams, 0.0, work, 0, 0.0, 0.0)
            else:
                X[X_AGE * LANES + lane] = age
            C[first + n * LANES + lane] = work


@entry
def flow(t: Any, c: Any, f: Any, g: Any, low: int, high: int, stations: int, jobs: int) -> None:
    """Pass the next ``jobs`` parts through the designs ``low`` up to ``high``.

    ``t`` holds TF numbers a station and one row more for the exit, a design; ``f`` when each station is free; ``g`` the
    rings of departures. At the head of ``g`` stand LANES zeros, the room of the exit, and LANES values nobody reads, the
    ring of the first station.
    """
    T, C, F, G = pointer(t), pointer(c), pointer(f), pointer(g)
    for d in range(low, high):
        row, free = d * (stations + 1) * TF, d * stations * LANES
        for n in range(jobs):
            before = free
            for j in range(stations):
                k = row + j * TF
                here, times = free + j * LANES, T[k + T_TIMES] + n * LANES
                beyond = T[k + TF + T_RING] + T[k + TF + T_NEXT] * LANES
                mine = T[k + T_RING] + T[k + T_NEXT] * LANES
                for lane in range(LANES):
                    gone = max(F[before + lane], F[here + lane]) + C[times + lane]
                    gone = max(gone, G[beyond + lane])
                    F[here + lane] = gone
                    G[mine + lane] = gone
                before = here
            for j in range(1, stations):
                k = row + j * TF
                step = T[k + T_NEXT] + 1
                if step >= T[k + T_SLOTS]:
                    step = 0
                T[k + T_NEXT] = step
