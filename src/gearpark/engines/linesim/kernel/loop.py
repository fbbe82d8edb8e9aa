"""The event loop, and replications of it."""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, entry, hot, pointer
from .crew import needed
from .happenings import happen, prime, prime_calendars, room_in, still_alive
from .layout import *
from .machine import step
from .random import reseed


@cold
def reset_statistics(Z: Any, R: Any, t: float) -> None:
    """Begin the statistics window at ``t``."""
    R[HF_W0] = t
    Z[H_GOOD], Z[H_SCRAP], Z[H_LOST] = 0, 0, 0
    R[HF_WIP_AREA], R[HF_LEAD_SUM] = 0.0, 0.0
    for k in range(Z[H_MACHINES]):
        m = M0 + k * MR
        Z[m + MADE], Z[m + SCRAPPED], Z[m + FAILURES], Z[m + REWORKED] = 0, 0, 0, 0
        for phase in range(PHASES):
            R[m + F_ACC + phase] = 0.0
    for k in range(Z[H_PLACE_COUNT]):
        R[Z[H_PLACES] + k * PR + FP_AREA] = 0.0
    for k in range(Z[H_GROUP_COUNT]):
        R[Z[H_GROUPS] + k * GR + FG_BUSY] = 0.0
    for k in range(Z[H_TYPES]):
        Z[Z[H_TYPE_OUT] + k] = 0
    for k in range(Z[H_BIN_COUNT]):
        R[Z[H_BINS] + k] = 0.0
    for k in range(LEAD_BINS):
        Z[Z[H_LEADS] + k] = 0


@hot
def report_machines(Z: Any, R: Any, t: float, out: Any, at: int) -> int:
    """Counts and times of every machine; the running phase counts up to ``t``."""
    for k in range(Z[H_MACHINES]):
        m = M0 + k * MR
        out[at + XM_MADE] = Z[m + MADE]
        out[at + XM_SCRAPPED] = Z[m + SCRAPPED]
        out[at + XM_FAILURES] = Z[m + FAILURES]
        out[at + XM_REWORKED] = Z[m + REWORKED]
        for phase in range(PHASES):
            out[at + 4 + phase] = R[m + F_ACC + phase]
        out[at + 4 + Z[m + PHASE]] += t - max(R[m + F_SINCE], R[HF_W0])
        at += XM
    return at


@hot
def report_places(Z: Any, R: Any, t: float, out: Any, at: int) -> int:
    """Integral of the parts in every place, those there now included."""
    for k in range(Z[H_PLACE_COUNT]):
        p = Z[H_PLACES] + k * PR
        area = R[p + FP_AREA]
        q = Z[p + P_HEAD]
        for _ in range(Z[p + P_LEVEL]):
            area += t - max(R[q + FQ_ENTER], R[HF_W0])
            q = Z[q + Q_NEXT]
        out[at] = area
        at += 1
    return at


@cold
def report(Z: Any, R: Any, t: float, out: Any, at: int) -> None:
    """Write a row of results as of time ``t`` from ``out[at]`` on; the state stays as it is."""
    out[at + X_GOOD] = Z[H_GOOD]
    out[at + X_SCRAP] = Z[H_SCRAP]
    out[at + X_LOST] = Z[H_LOST]
    out[at + X_WIP] = R[HF_WIP_AREA] + Z[H_WIP] * (t - max(R[HF_WIP_AT], R[HF_W0]))
    out[at + X_LEAD] = R[HF_LEAD_SUM]
    out[at + X_CODE] = Z[H_CODE]
    out[at + X_EVENTS] = Z[H_EVENTS]
    out[at + X_NOW] = R[HF_NOW]
    at = report_machines(Z, R, t, out, at + X_HEAD)
    at = report_places(Z, R, t, out, at)
    for k in range(Z[H_GROUP_COUNT]):
        g = Z[H_GROUPS] + k * GR
        out[at] = R[g + FG_BUSY]
        for j in range(Z[H_MACHINES]):
            m = M0 + j * MR
            if Z[m + HELD] == g:
                count = needed(Z, m)
                out[at] += count * (t - max(R[m + F_SINCE], R[HF_W0]))
        at += 1
    for k in range(Z[H_TYPES]):
        out[at] = Z[Z[H_TYPE_OUT] + k]
        at += 1
    for k in range(Z[H_ORDER_COUNT]):
        out[at] = R[Z[H_ORDERS] + k * OR_ + FO_DONE]
        at += 1
    for k in range(Z[H_BIN_COUNT]):
        out[at] = R[Z[H_BINS] + k]
        at += 1


@hot
def restored(
    Z: Any, R: Any, T: Any, W: Any, Z0: Any, R0: Any, T0: Any, W0: Any, length: int, due: int
) -> None:
    """Copy the state as built over the one that ran."""
    for k in range(length):
        Z[k] = Z0[k]
        R[k] = R0[k]
    for k in range(due):
        T[k] = T0[k]
        W[k] = W0[k]


@hot
def begin(Z: Any, R: Any, U: Any, T: Any, W: Any, until: float) -> int:
    """Begin the next event: the machine whose time is over, NONE for another entity's, STOPPED for none at all.

    A state as built is first set going: stage 0 starts machines and clocks, stage 1 the calendars.
    """
    if Z[H_STAGE] == 0:
        Z[H_STAGE] = 1
        prime(Z, R, U, T, W)
        return NONE
    if Z[H_STAGE] == 1:
        Z[H_STAGE] = 2
        prime_calendars(Z, R, T, W)
        return NONE
    k = W[Z[H_ROOT]]
    t = T[k]
    if t > until or t == math.inf:
        if t == math.inf and not still_alive(Z, T):
            Z[H_CODE] = FINISHED if Z[H_WIP] == 0 else DEADLOCK
        return STOPPED
    if Z[H_FREE_COUNT] < Z[H_RESERVE]:
        Z[H_CODE] = FULL
        return STOPPED
    Z[H_EVENTS] += 1
    R[HF_NOW] = t
    if k < Z[H_MACHINES]:
        return M0 + k * MR
    happen(Z, R, U, T, W, Z[Z[H_ENTITIES] + k - Z[H_MACHINES]], t)
    return NONE


@hot
def run_until(Z: Any, R: Any, U: Any, T: Any, W: Any, until: float) -> None:
    """Run every event up to and including ``until``, each with all the zero-time work it brings, newest first."""
    m = NONE
    while m != STOPPED and Z[H_CODE] == DONE:
        m = begin(Z, R, U, T, W, until)
        action = A_TIMER
        busy = m != STOPPED
        while busy:
            if m >= 0:
                step(Z, R, U, T, W, m, R[HF_NOW], action)
            busy = Z[H_SP] > 0
            if busy:
                Z[H_SP] -= 1
                work = Z[H_STACK] + 2 * Z[H_SP]
                m, action = Z[work], Z[work + 1]
                if action == A_ROOM:
                    m, action = room_in(Z, R, U, T, W, m, R[HF_NOW]), A_PUT


@entry
def run(
    z: Any, r: Any, u: Any, t: Any, w: Any, z0: Any, r0: Any, t0: Any, w0: Any,
    keys: Any, where: Any, seed: Any, first: int, count: int, warm: float, until: float,
    out: Any, width: int, leads: Any,
) -> int:  # fmt: skip
    """Replications ``first`` .. ``first + count - 1`` of a model as built, a row of ``out`` each; returns how many ran
    to their end. With ``count`` 0 the state in ``z, r, u, t, w`` goes on instead, to one row.

    Statistics begin at ``warm`` when that is above zero.
    """
    Z, R, U, T, W, X = pointer(z), pointer(r), pointer(u), pointer(t), pointer(w), pointer(out)
    Z0, R0, T0, W0 = pointer(z0), pointer(r0), pointer(t0), pointer(w0)
    for k in range(max(count, 1)):
        if count > 0:
            restored(Z, R, T, W, Z0, R0, T0, W0, len(z0), len(t0))
            reseed(U, keys, where, seed, first + k)
        for stage in range(2):
            if stage == 1 or warm > 0.0:
                run_until(Z, R, U, T, W, until if stage == 1 else warm)
            if stage == 0 and warm > 0.0:
                reset_statistics(Z, R, warm)
        report(Z, R, until, X, k * width)
        if Z[H_CODE] == FULL or Z[H_CODE] == DEADLOCK:
            return k
        for j in range(LEAD_BINS):
            leads[j] += Z[Z[H_LEADS] + j]
    return count
