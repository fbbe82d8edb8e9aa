"""Places (buffers, supplies, exits) and the parts in them; parts are lists threaded through ``Q_NEXT``."""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, hot
from .layout import *
from .supply import supplied

TO_OCTAVES = 1.0 / math.log(2.0)


@hot
def push(Z: Any, handle: int, action: int) -> None:
    """Leave zero-time work for after the step that runs now; the newest is done first."""
    at = Z[H_STACK] + 2 * Z[H_SP]
    Z[at] = handle
    Z[at + 1] = action
    Z[H_SP] += 1


@hot
def settle(Z: Any, R: Any, m: int, phase: int, t: float) -> None:
    """Book the time in the phase that ends and begin another."""
    since = R[m + F_SINCE]
    if since < R[HF_W0]:
        since = R[HF_W0]
    R[m + F_ACC + Z[m + PHASE]] += t - since
    Z[m + PHASE] = phase
    R[m + F_SINCE] = t


@hot
def append(Z: Any, R: Any, p: int, q: int, t: float) -> None:
    """Part ``q`` joins place ``p`` at its end."""
    R[q + FQ_ENTER] = t
    Z[q + Q_NEXT] = NONE
    if Z[p + P_LEVEL] == 0:
        Z[p + P_HEAD] = q
    else:
        Z[Z[p + P_TAIL] + Q_NEXT] = q
    Z[p + P_TAIL] = q
    Z[p + P_LEVEL] += 1


@cold
def idle_takers(Z: Any, p: int) -> int:
    """Machines that would take a part from ``p`` at once."""
    found = 0
    for k in range(Z[p + P_TAKER_COUNT]):
        m = Z[Z[p + P_TAKERS] + k]
        if Z[m + PHASE] == IDLE and Z[m + KIND] != CARRIER:
            found += 1
    return found


@hot
def has_room(Z: Any, p: int) -> int:
    """1 when a part may enter ``p``; a place without capacity has room while a machine waits behind it."""
    taken = Z[p + P_LEVEL] + Z[p + P_RESERVED]
    if taken < Z[p + P_CAP]:
        return 1
    if Z[p + P_CAP] > 0:
        return 0
    return 1 if idle_takers(Z, p) > taken else 0


@cold
def longest_idle(Z: Any, R: Any, p: int) -> int:
    """Of the machines that wait at ``p`` the one that waits longest, or NONE; carriers and assemblies are all told."""
    best, since = NONE, math.inf
    for k in range(Z[p + P_TAKER_COUNT]):
        m = Z[Z[p + P_TAKERS] + k]
        if Z[m + PHASE] == IDLE:
            if Z[p + P_SIMPLE] == 0:
                push(Z, m, A_START)
            elif R[m + F_SINCE] < since:
                best, since = m, R[m + F_SINCE]
    return best


@hot
def waiting_taker(Z: Any, R: Any, p: int) -> int:
    """Machine to start because a part came to ``p``, or NONE."""
    m = Z[p + P_ONE]
    if m >= 0:
        return m if Z[m + PHASE] == IDLE else NONE
    return longest_idle(Z, R, p)


@cold
def wake_takers(Z: Any, R: Any, p: int) -> None:
    """A part came to ``p`` outside a machine's step: start whoever waits for it."""
    m = waiting_taker(Z, R, p)
    if m >= 0:
        push(Z, m, A_START)


@hot
def longest_blocked(Z: Any, R: Any, p: int) -> int:
    """Of the machines blocked on ``p`` the one that waits longest."""
    best, since = NONE, math.inf
    for k in range(Z[p + P_PUTTER_COUNT]):
        m = Z[Z[p + P_PUTTERS] + k]
        if Z[m + PHASE] == BLOCKED and Z[m + DEST] == p and R[m + F_SINCE] < since:
            best, since = m, R[m + F_SINCE]
    return best


@cold
def unblocked(Z: Any, R: Any, p: int, t: float) -> int:
    """Release the machine that has been blocked on ``p`` longest; NONE when there is none."""
    if Z[p + P_BLOCKED] <= 0:
        return NONE
    m = longest_blocked(Z, R, p)
    if m >= 0:
        Z[p + P_BLOCKED] -= 1
        settle(Z, R, m, BUSY, t)
    return m


@cold
def handed_over(Z: Any, R: Any, p: int, t: float) -> int:
    """The part of the machine blocked longest before a place without capacity; that machine goes on."""
    m = unblocked(Z, R, p, t)
    if m < 0:
        return NONE
    q = Z[m + HOLD]
    Z[m + HOLD] = Z[q + Q_NEXT]
    Z[m + HELD_COUNT] -= 1
    Z[m + DEST] = NONE
    push(Z, m, A_PUT)
    return q


@hot
def pull(Z: Any, R: Any, U: Any, p: int, t: float) -> int:
    """Take the first part of ``p``, or NONE."""
    if Z[p + P_LEVEL] > 0:
        q = Z[p + P_HEAD]
        Z[p + P_HEAD] = Z[q + Q_NEXT]
        Z[p + P_LEVEL] -= 1
        since = R[q + FQ_ENTER]
        if since < R[HF_W0]:
            since = R[HF_W0]
        R[p + FP_AREA] += t - since
        if Z[p + P_BLOCKED] > 0 or Z[p + P_FED] > 0:
            push(Z, p, A_ROOM)
        return q
    if Z[p + P_KIND] == SUPPLY:
        return supplied(Z, R, U, p, t)
    if Z[p + P_BLOCKED] > 0:
        return handed_over(Z, R, p, t)
    return NONE


@hot
def part_freed(Z: Any, R: Any, q: int, t: float) -> None:
    """Part ``q`` no longer exists; its record is free."""
    since = R[HF_WIP_AT]
    if since < R[HF_W0]:
        since = R[HF_W0]
    R[HF_WIP_AREA] += Z[H_WIP] * (t - since)
    R[HF_WIP_AT] = t
    Z[H_WIP] -= 1
    Z[H_INSIDE] -= Z[q + Q_COUNTS]
    Z[q + Q_NEXT] = Z[H_FREE]
    Z[H_FREE] = q
    Z[H_FREE_COUNT] += 1
    if Z[H_LIMIT] >= 0:
        for k in range(Z[H_GATED_COUNT]):
            wake_takers(Z, R, Z[Z[H_GATED] + k])


@hot
def leave(Z: Any, R: Any, p: int, q: int, m: int, t: float) -> None:
    """Part ``q`` leaves the line at exit or scrap ``p``, coming from machine ``m``."""
    if Z[p + P_KIND] == EXIT:
        Z[H_GOOD] += 1
        Z[Z[H_TYPE_OUT] + Z[q + Q_TYPE]] += 1
        lead = t - R[q + FQ_BORN]
        R[HF_LEAD_SUM] += lead
        octave = int(math.log(max(lead, LEAD_LOW_S) / LEAD_LOW_S) * (TO_OCTAVES * LEAD_PER_OCTAVE))
        Z[Z[H_LEADS] + min(octave, LEAD_BINS - 1)] += 1
        if Z[H_BIN_COUNT] > 0:
            k = int((t - R[HF_W0]) / R[HF_BIN_S])
            if k < Z[H_BIN_COUNT]:
                R[Z[H_BINS] + k] += 1.0
        if Z[H_ORDER_COUNT] > 0 and Z[q + Q_ORDER] >= 0:
            o = Z[q + Q_ORDER]
            Z[o + O_LEFT] -= 1
            if Z[o + O_LEFT] == 0:
                R[o + FO_DONE] = t
    else:
        Z[H_SCRAP] += 1
        Z[m + SCRAPPED] += 1
    part_freed(Z, R, q, t)
