"""Events other than a machine's own: arrivals and orders, failures by the clock, calendars; the state at the start."""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, hot
from .crew import book_people, give_up, needed, release, serve
from .dists import residual
from .layout import *
from .places import append, has_room, push, settle, unblocked, wake_takers
from .supply import new_part, next_type
from .tree import set_due


@cold
def still_alive(Z: Any, T: Any) -> int:
    """1 while anything but clocks can still happen: a machine's or a source's event, people or machines off shift."""
    for k in range(Z[H_MACHINES]):
        if T[k] < math.inf or Z[M0 + k * MR + PHASE] == OFF:
            return 1
    for k in range(Z[H_SOURCE_COUNT]):
        if T[Z[Z[Z[H_SOURCES] + k] + S_SLOT]] < math.inf:
            return 1
    for k in range(Z[H_CALENDAR_COUNT]):
        if Z[Z[Z[H_CALENDARS] + k] + C_ON] == 0:
            return 1
    return 0


@cold
def interrupt(Z: Any, R: Any, T: Any, W: Any, m: int, t: float, goal_at: int, rem_at: int) -> None:
    """Stop machine ``m`` whatever it does; what is needed to go on is kept at ``goal_at`` (behind it the fresh flag)
    and ``rem_at``."""
    phase = Z[m + PHASE]
    k = Z[m + SLOT]
    Z[goal_at] = phase
    Z[goal_at + 1] = 0
    R[rem_at] = T[k] - t
    if phase == BUSY:
        worked = t - R[m + F_SINCE]
        R[m + F_AGE] += worked
        R[m + F_REM] -= worked
        R[rem_at] = R[m + F_REM]
    elif phase == WAIT or phase == CALL:
        give_up(Z, m)
        Z[goal_at] = Z[m + GOAL]
        Z[goal_at + 1] = Z[m + FRESH]
        R[rem_at] = R[m + F_REM]
    elif phase == BLOCKED:
        Z[Z[m + DEST] + P_BLOCKED] -= 1
    if Z[m + HELD] >= 0:
        count = needed(Z, m)
        book_people(Z, R, m, count, t)
        release(Z, m, count)
    set_due(T, W, Z[H_WIDTH], k, math.inf)


@hot
def fail_by_clock(Z: Any, R: Any, U: Any, T: Any, W: Any, f: int, t: float) -> None:
    """Failure mode ``f`` strikes by the clock; on a machine that is down already it passes unnoticed."""
    m = Z[f + FM_MACHINE]
    phase = Z[m + PHASE]
    if phase == DOWN or phase == CALL or phase == OFF:
        set_due(T, W, Z[H_WIDTH], Z[f + FM_SLOT], t + residual(Z, R, U, Z[f + FM_TTF], f, 0.0))
    else:
        set_due(T, W, Z[H_WIDTH], Z[f + FM_SLOT], math.inf)
        interrupt(Z, R, T, W, m, t, m + BACK_GOAL, m + F_BACK_REM)
        if Z[f + FM_RESTART] != 0 and phase == BUSY:
            R[m + F_BACK_REM] = R[m + F_WORK]
        Z[m + FAIL_MODE] = f
        push(Z, m, A_BREAK)


@cold
def arrive(Z: Any, R: Any, U: Any, T: Any, W: Any, s: int, t: float) -> None:
    """Parts of arrival source ``s`` come to its place; without room they are lost, or the source waits."""
    p = Z[s + S_PLACE]
    if Z[s + S_PENDING] == 0:
        Z[s + S_PENDING] = Z[s + S_BATCH]
    while Z[s + S_PENDING] > 0:
        room = has_room(Z, p)
        if room == 0:
            if Z[s + S_LOSES] == 0:
                set_due(T, W, Z[H_WIDTH], Z[s + S_SLOT], math.inf)
                return
            Z[H_LOST] += 1
        else:
            q = new_part(Z, R, next_type(Z, R, U, s), Z[s + S_COUNTS], t)
            append(Z, R, p, q, t)
            wake_takers(Z, R, p)
        Z[s + S_PENDING] -= 1
    set_due(T, W, Z[H_WIDTH], Z[s + S_SLOT], t + residual(Z, R, U, Z[s + S_DIST], s, 0.0))


@cold
def open_orders(Z: Any, R: Any, T: Any, W: Any, s: int, t: float) -> None:
    """Release the orders of source ``s`` that are due."""
    while Z[s + S_READY] < Z[s + S_ORDER_END] and R[Z[s + S_READY] + FO_RELEASE] <= t:
        Z[s + S_READY] += OR_
    due = math.inf
    if Z[s + S_READY] < Z[s + S_ORDER_END]:
        due = R[Z[s + S_READY] + FO_RELEASE]
    set_due(T, W, Z[H_WIDTH], Z[s + S_SLOT], due)
    wake_takers(Z, R, Z[s + S_PLACE])


@cold
def pause(Z: Any, R: Any, T: Any, W: Any, m: int, t: float) -> None:
    """Machine ``m`` goes off shift, its failure clocks stand still."""
    interrupt(Z, R, T, W, m, t, m + OFF_GOAL, m + F_OFF_REM)
    settle(Z, R, m, OFF, t)
    for k in range(Z[m + MODES_COUNT]):
        f = Z[m + MODES_LO] + k * FR
        if Z[f + FM_SLOT] >= 0:
            R[f + FF_OFF] = T[Z[f + FM_SLOT]] - t
            set_due(T, W, Z[H_WIDTH], Z[f + FM_SLOT], math.inf)


@cold
def pause_all(Z: Any, R: Any, T: Any, W: Any, c: int, t: float, waiting: int) -> None:
    """Machines of calendar ``c`` go off shift: those that wait for people before all others, so that nobody who becomes
    free is given to a machine about to stop."""
    for k in range(Z[c + C_MACHINE_COUNT]):
        m = Z[Z[c + C_MACHINES] + k]
        waits = 0
        if Z[m + PHASE] == WAIT or Z[m + PHASE] == CALL:
            waits = 1
        if Z[m + PHASE] != OFF and waits == waiting:
            pause(Z, R, T, W, m, t)


@hot
def unpause(Z: Any, R: Any, T: Any, W: Any, m: int, t: float) -> None:
    """Machine ``m`` comes back on shift."""
    for k in range(Z[m + MODES_COUNT]):
        f = Z[m + MODES_LO] + k * FR
        if Z[f + FM_SLOT] >= 0:
            set_due(T, W, Z[H_WIDTH], Z[f + FM_SLOT], t + R[f + FF_OFF])
    push(Z, m, A_RESUME)


@hot
def toggle(Z: Any, R: Any, T: Any, W: Any, c: int, t: float) -> None:
    """Calendar ``c`` goes on or off. People finish what they are at; machines stop where they are."""
    on = 1 - Z[c + C_ON]
    Z[c + C_ON] = on
    for k in range(Z[c + C_GROUP_COUNT]):
        g = Z[Z[c + C_GROUPS] + k]
        Z[g + G_COUNT] += Z[g + G_STRENGTH] if on else -Z[g + G_STRENGTH]
        Z[g + G_FREE] += Z[g + G_STRENGTH] if on else -Z[g + G_STRENGTH]
    if on:
        for k in range(Z[c + C_MACHINE_COUNT]):
            unpause(Z, R, T, W, Z[Z[c + C_MACHINES] + k], t)
        for k in range(Z[c + C_GROUP_COUNT]):
            serve(Z, Z[Z[c + C_GROUPS] + k])
    else:
        pause_all(Z, R, T, W, c, t, 1)
        pause_all(Z, R, T, W, c, t, 0)
    Z[c + C_POINTER] += 1
    if Z[c + C_POINTER] == Z[c + C_COUNT]:
        Z[c + C_POINTER] = 0
        R[c + FC_BASE] += R[c + FC_PERIOD]
    due = R[c + FC_BASE] + R[Z[c + C_LO] + Z[c + C_POINTER]]
    set_due(T, W, Z[H_WIDTH], Z[c + C_SLOT], due)


@cold
def happen(Z: Any, R: Any, U: Any, T: Any, W: Any, e: int, t: float) -> None:
    """An event of entity ``e`` that is not a machine; a failure clock that strikes a dead line ends the run."""
    if Z[e] == IS_MODE and not still_alive(Z, T):
        Z[H_CODE] = FINISHED if Z[H_WIP] == 0 else DEADLOCK
    elif Z[e] == IS_MODE:
        fail_by_clock(Z, R, U, T, W, e, t)
    elif Z[e] == IS_CALENDAR:
        toggle(Z, R, T, W, e, t)
    elif Z[e + S_RULE] == ORDERS:
        open_orders(Z, R, T, W, e, t)
    else:
        arrive(Z, R, U, T, W, e, t)


@cold
def room_in(Z: Any, R: Any, U: Any, T: Any, W: Any, p: int, t: float) -> int:
    """There may be room in ``p``: the machine that goes on because of it, or NONE; else carriers or the source do."""
    if Z[p + P_BLOCKED] > 0:
        return unblocked(Z, R, p, t)
    s = Z[p + P_FEEDER]
    if s >= 0 and Z[s + S_PENDING] > 0:
        arrive(Z, R, U, T, W, s, t)
    for k in range(Z[p + P_CARRIER_COUNT] - 1, -1, -1):
        m = Z[Z[p + P_CARRIERS] + k]
        if Z[m + PHASE] == IDLE:
            push(Z, m, A_START)
    return NONE


@hot
def prime_modes(Z: Any, R: Any, U: Any, T: Any, W: Any) -> None:
    """Draw the first failure of every mode, given the time since its last repair."""
    for k in range(Z[H_MODE_COUNT]):
        f = Z[H_MODES] + k * FR
        left = residual(Z, R, U, Z[f + FM_TTF], f, R[f + FF_AGE0])
        m = Z[f + FM_MACHINE]
        if Z[f + FM_CLOCK] == CLOCK_BUSY:
            R[f + FF_AT] = left
            if left < R[m + F_FAIL_AGE]:
                R[m + F_FAIL_AGE] = left
        elif Z[m + LIVE_PHASE] == DOWN and Z[m + FAIL_MODE] == f:
            R[f + FF_AT] = math.inf
        else:
            R[f + FF_AT] = math.inf
            set_due(T, W, Z[H_WIDTH], Z[f + FM_SLOT], left)


@hot
def prime_live(Z: Any, R: Any, U: Any, m: int) -> None:
    """What machine ``m`` is at when the run starts; a residual time nobody gave is drawn given the time elapsed."""
    goal = Z[m + LIVE_PHASE]
    if goal == BLOCKED:
        push(Z, m, A_PUT)
        return
    if goal == DOWN:
        f = Z[m + FAIL_MODE]
        d, stream = Z[f + FM_TTR], f + 1
        Z[m + SKILLS + DOWN], Z[m + DISTS + DOWN] = Z[f + FM_SKILL], d
        Z[m + BACK_GOAL], Z[m + BACK_FRESH] = (BUSY, 1) if Z[m + HOLD] >= 0 else (IDLE, 0)
        if Z[m + HOLD] >= 0 and R[m + F_BACK_REM] > 0.0:
            Z[m + BACK_FRESH] = 0
    else:
        d, stream = Z[m + DISTS + goal], m + goal
        if goal == BUSY:
            d += Z[m + TYPE] * Z[m + STEP]
        elif goal == SETUP:
            d += (max(0, Z[m + LAST_TYPE]) * Z[H_TYPES] + Z[m + TYPE]) * Z[m + SETUP_STEP]
        Z[m + STAGE] = 1 if goal == SETUP else (2 if goal == TOOL else 3)
    Z[m + GOAL] = goal
    Z[m + FRESH] = 0
    left = R[m + F_LIVE_LEFT]
    if left < 0.0:
        left = residual(Z, R, U, d, stream, R[m + F_LIVE_ELAPSED])
    R[m + F_REM] = left
    R[m + F_WORK] = left + R[m + F_LIVE_ELAPSED]
    push(Z, m, A_CALL)


@cold
def prime(Z: Any, R: Any, U: Any, T: Any, W: Any) -> None:
    """Set the line going at time zero: machines ask for parts, clocks of failures, sources and calendars start."""
    prime_modes(Z, R, U, T, W)
    for k in range(Z[H_MACHINES] - 1, -1, -1):  # the newest work is done first: downstream
        m = M0 + k * MR
        if Z[m + LIVE_PHASE] < 0:
            push(Z, m, A_START)
    for turn in range(2):  # the blocked come behind the others: a carrier they wake must see who is at work
        for k in range(Z[H_MACHINES] - 1, -1, -1):
            m = M0 + k * MR
            if Z[m + LIVE_PHASE] >= 0 and (Z[m + LIVE_PHASE] == BLOCKED) == (turn == 0):
                prime_live(Z, R, U, m)
    for k in range(Z[H_SOURCE_COUNT]):
        s = Z[Z[H_SOURCES] + k]
        if Z[s + S_RULE] == ARRIVALS:
            set_due(T, W, Z[H_WIDTH], Z[s + S_SLOT], residual(Z, R, U, Z[s + S_DIST], s, 0.0))
        elif Z[s + S_RULE] == ORDERS:
            open_orders(Z, R, T, W, s, 0.0)


@cold
def prime_calendars(Z: Any, R: Any, T: Any, W: Any) -> None:
    """Calendars that stand off at time zero stop their machines; the next change of each is due."""
    for k in range(Z[H_CALENDAR_COUNT]):
        c = Z[Z[H_CALENDARS] + k]
        set_due(T, W, Z[H_WIDTH], Z[c + C_SLOT], R[c + FC_BASE] + R[Z[c + C_LO] + Z[c + C_POINTER]])
    for turn in range(2):
        for k in range(Z[H_CALENDAR_COUNT]):
            c = Z[Z[H_CALENDARS] + k]
            if Z[c + C_ON] == 0:
                pause_all(Z, R, T, W, c, 0.0, 1 - turn)
