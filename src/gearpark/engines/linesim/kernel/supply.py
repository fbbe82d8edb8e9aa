"""Supplies: parts made when a machine asks for one, or by arrivals; which type comes next."""

from __future__ import annotations

from typing import Any

from ..marks import cold
from .layout import *
from .random import uniform


@cold
def new_part(Z: Any, R: Any, kind: int, counts: int, t: float) -> int:
    """A part of type ``kind`` enters the line, ``counts`` 1 when to its limit; a free record is there (``H_RESERVE``)."""
    q = Z[H_FREE]
    Z[H_FREE] = Z[q + Q_NEXT]
    Z[H_FREE_COUNT] -= 1
    Z[q + Q_NEXT] = NONE
    Z[q + Q_TYPE] = kind
    Z[q + Q_LOOPS] = 0
    Z[q + Q_ORDER] = NONE
    Z[q + Q_DEST] = NONE
    Z[q + Q_COUNTS] = counts
    Z[H_INSIDE] += counts
    R[q + FQ_BORN] = t
    R[q + FQ_ENTER] = t
    since = R[HF_WIP_AT]
    if since < R[HF_W0]:
        since = R[HF_W0]
    R[HF_WIP_AREA] += Z[H_WIP] * (t - since)
    R[HF_WIP_AT] = t
    Z[H_WIP] += 1
    return q


@cold
def next_type(Z: Any, R: Any, U: Any, s: int) -> int:
    """Type of the next part of source ``s``: lots of one type, by lot drawn or levelled to the shares."""
    count = Z[s + S_MIX_COUNT]
    first = Z[s + S_MIX]
    if count == 1:
        return Z[first + X_KIND]
    if Z[s + S_LEFT] > 0:
        Z[s + S_LEFT] -= 1
        return Z[s + S_TYPE]
    best = first
    if Z[s + S_PICK] == PICK_RANDOM:
        u = uniform(U, s + 1)
        for k in range(count):
            best = first + k * XR
            u -= R[best]
            if u < 0.0:
                break
    else:  # the type that lags its share most
        lots = 1
        for k in range(count):
            lots += Z[first + k * XR + X_COUNT]
        most = -1e300
        for k in range(count):
            lag = R[first + k * XR] * lots - Z[first + k * XR + X_COUNT]
            if lag > most + 1e-12:
                best, most = first + k * XR, lag
    Z[best + X_COUNT] += 1
    Z[s + S_LEFT] = Z[s + S_LOT] - 1
    Z[s + S_TYPE] = Z[best + X_KIND]
    return Z[s + S_TYPE]


@cold
def order_open(Z: Any, R: Any, s: int) -> int:
    """The released order that source ``s`` works on, or NONE."""
    while Z[s + S_ORDER] < Z[s + S_READY] and Z[Z[s + S_ORDER] + O_TO_DO] == 0:
        Z[s + S_ORDER] += OR_
    return Z[s + S_ORDER] if Z[s + S_ORDER] < Z[s + S_READY] else NONE


@cold
def can_supply(Z: Any, R: Any, p: int) -> int:
    """1 when supply place ``p`` would give a part now."""
    s = Z[p + P_SOURCE]
    if Z[H_LIMIT] >= 0 and Z[s + S_COUNTS] != 0 and Z[H_INSIDE] >= Z[H_LIMIT]:
        return 0
    if Z[s + S_RULE] == ORDERS and order_open(Z, R, s) < 0:
        return 0
    return 1


@cold
def supplied(Z: Any, R: Any, U: Any, p: int, t: float) -> int:
    """A part made by supply place ``p`` on demand, or NONE."""
    if can_supply(Z, R, p) == 0:
        return NONE
    s = Z[p + P_SOURCE]
    if Z[s + S_RULE] == ORDERS:
        o = Z[s + S_ORDER]
        Z[o + O_TO_DO] -= 1
        q = new_part(Z, R, Z[o + O_TYPE], Z[s + S_COUNTS], t)
        Z[q + Q_ORDER] = o
        return q
    return new_part(Z, R, next_type(Z, R, U, s), Z[s + S_COUNTS], t)
