"""What a machine does, one action after the other, until it waits for time, parts, room or people."""

from __future__ import annotations

import math
from typing import Any

from ..marks import cold, hot
from .crew import book_people, needed, queue_up, release, try_call
from .dists import residual, sample
from .knots import knotted
from .layout import *
from .places import append, has_room, leave, pull, push, settle, waiting_taker, wake_takers
from .random import uniform
from .special import give, picked, take_special
from .tree import set_due, settle_slot


@hot
def on_timer(Z: Any, R: Any, m: int, t: float) -> int:
    """The time of the phase is over."""
    phase = Z[m + PHASE]
    if Z[m + HELD] >= 0:
        count = needed(Z, m)
        book_people(Z, R, m, count, t)
        if phase != LOAD or Z[m + KEEPS] == 0:
            release(Z, m, count)
    if phase == BUSY:
        if Z[m + FAILING] != 0:
            R[m + F_REM] -= R[m + F_FAIL_AGE] - R[m + F_AGE]
            R[m + F_AGE] = R[m + F_FAIL_AGE]
            return A_FAIL
        R[m + F_AGE] += R[m + F_REM]
        return A_FINISH
    return A_UP if phase == DOWN else A_STAGE


@hot
def finish(Z: Any, R: Any, m: int, t: float) -> int:
    """The work on the parts in hand is done."""
    Z[m + MADE] += Z[m + HELD_COUNT]
    if Z[m + TOOL_LEFT] > 0:
        Z[m + TOOL_LEFT] -= 1
    if Z[m + GIVE_COUNT] > 0:
        give(Z, R, m, t)
    return A_PUT


@hot
def routed(Z: Any, R: Any, U: Any, m: int, q: int) -> int:
    """Where part ``q`` goes after machine ``m``: drawn by the shares of its type, rework counted."""
    if Z[q + Q_DEST] >= 0:
        p = Z[q + Q_DEST]
        Z[q + Q_DEST] = NONE
        return p
    row = Z[m + ROUTE] + Z[q + Q_TYPE] * Z[m + ROUTE_STEP]
    if Z[row + R_LAST] == 0:
        u = uniform(U, m + ROUTING)
        while R[row] <= u and Z[row + R_LAST] == 0:
            row += RR
    p = Z[row + R_PLACE]
    if Z[row + R_REWORK] != 0:
        Z[q + Q_LOOPS] += 1
        if Z[q + Q_LOOPS] > Z[m + MAX_LOOPS]:
            p = Z[m + SCRAP_PLACE]
        else:
            Z[m + REWORKED] += 1
    return p


@hot
def put(Z: Any, R: Any, U: Any, T: Any, m: int, t: float) -> int:
    """Put the first part in hand where it goes; blocked while there is no room."""
    q = Z[m + HOLD]
    if q < 0:
        return A_TAKE
    p = Z[m + DEST]
    if p < 0:
        p = Z[m + ONE_WAY]
        if p < 0:
            p = routed(Z, R, U, m, q)
        Z[m + DEST] = p
    if Z[p + P_KIND] >= EXIT:
        Z[m + HOLD] = Z[q + Q_NEXT]
        leave(Z, R, p, q, m, t)
    else:
        if Z[m + KIND] == CARRIER and Z[m + FLOW] >= 0:
            Z[p + P_RESERVED] -= 1
            Z[m + FLOW] = NONE
        room = has_room(Z, p)
        if room == 0:
            Z[p + P_BLOCKED] += 1
            T[Z[m + SLOT]] = math.inf
            settle(Z, R, m, BLOCKED, t)
            if Z[p + P_SIMPLE] == 0:  # a carrier fetches the part from where it is
                wake_takers(Z, R, p)
            if Z[H_LOOPED] != 0 and knotted(Z, m):
                Z[H_CODE], Z[H_KNOT] = DEADLOCK, m
        else:
            Z[m + HOLD] = Z[q + Q_NEXT]
            append(Z, R, p, q, t)
    if Z[m + PHASE] == BLOCKED:
        return A_STOP
    Z[m + DEST] = NONE
    Z[m + HELD_COUNT] -= 1
    waiting = NONE
    if Z[p + P_KIND] < EXIT:
        waiting = waiting_taker(Z, R, p)
    if waiting >= 0:  # downstream first
        push(Z, m, A_PUT)
        push(Z, waiting, A_START)
        return A_STOP
    return A_PUT if Z[m + HOLD] >= 0 else A_TAKE


@hot
def take(Z: Any, R: Any, U: Any, T: Any, m: int, t: float) -> int:
    """Take the next part, or wait for one."""
    if Z[m + KIND] == SIMPLE:
        p = Z[m + IN]
        if Z[m + ALSO] >= 0 and Z[p + P_LEVEL] == 0 and Z[p + P_BLOCKED] == 0:
            p = Z[m + ALSO]
        q = pull(Z, R, U, p, t)
        found = q >= 0
        if found:
            Z[q + Q_NEXT] = NONE
            Z[m + HOLD] = q
            Z[m + HELD_COUNT] = 1
            Z[m + TYPE] = Z[q + Q_TYPE]
            Z[m + STAGE] = 0
        elif Z[p + P_FED] > 0 and Z[m + PHASE] != IDLE:
            push(Z, p, A_ROOM)
    else:
        found = take_special(Z, R, U, m, t) > 0
    if found:
        return A_NEXT
    if Z[m + PHASE] != IDLE:
        T[Z[m + SLOT]] = math.inf
        settle(Z, R, m, IDLE, t)
    return A_STOP


@cold
def prepared(Z: Any, m: int) -> int:
    """Goal of the next stage before the work: setup, tool change, loading, work."""
    if Z[m + STAGE] == 0:
        Z[m + STAGE] = 1
        if Z[m + DISTS + SETUP] >= 0 and Z[m + LAST_TYPE] != Z[m + TYPE] and Z[m + LAST_TYPE] >= 0:
            return SETUP
    Z[m + LAST_TYPE] = Z[m + TYPE]
    if Z[m + STAGE] == 1:
        Z[m + STAGE] = 2
        if Z[m + TOOL_LEFT] == 0:
            return TOOL
    if Z[m + STAGE] == 2:
        Z[m + STAGE] = 3
        if Z[m + DISTS + LOAD] >= 0:
            return LOAD
    return BUSY


@hot
def next_stage(Z: Any, m: int) -> int:
    """Decide what comes before the work."""
    Z[m + FRESH] = 1
    if Z[m + PLAIN] != 0 and Z[m + TOOL_LEFT] != 0:
        Z[m + GOAL] = BUSY
        return A_CALL
    Z[m + GOAL] = prepared(Z, m)
    return A_CALL


@hot
def call(Z: Any, R: Any, T: Any, m: int, t: float) -> int:
    """Get the people the goal needs, or queue for them."""
    skill = Z[m + SKILLS + Z[m + GOAL]]
    if skill < 0 or Z[m + HELD] >= 0:
        return A_ENTER
    found = try_call(Z, m, skill)
    if found:
        return A_ENTER
    queue_up(Z, m, skill)
    T[Z[m + SLOT]] = math.inf
    settle(Z, R, m, CALL if Z[m + GOAL] == DOWN else WAIT, t)
    return A_STOP


@hot
def duration_of(Z: Any, R: Any, U: Any, m: int, goal: int) -> float:
    """Draw the duration of a phase."""
    stream = m + goal
    d = Z[m + DISTS + goal]
    if goal == BUSY:
        d += Z[m + TYPE] * Z[m + STEP]
    elif goal == SETUP:
        d += (Z[m + LAST_TYPE] * Z[H_TYPES] + Z[m + TYPE]) * Z[m + SETUP_STEP]
    elif goal == DOWN:
        stream = Z[m + FAIL_MODE] + 1
    if goal == TOOL:
        return tools_changed(Z, R, U, m)
    return sample(Z, R, U, d, stream)


@cold
def tools_changed(Z: Any, R: Any, U: Any, m: int) -> float:
    """Time to change the tools that are due; counts the parts to the next change."""
    spent = NONE
    for k in range(Z[m + TOOL_COUNT]):  # parts since the last look: what the soonest tool had left
        left = Z[Z[m + TOOLS] + k * TR + TL_LEFT]
        if spent < 0 or left < spent:
            spent = left
    total, soonest = 0.0, NONE
    for k in range(Z[m + TOOL_COUNT]):
        tool = Z[m + TOOLS] + k * TR
        Z[tool + TL_LEFT] -= spent
        if Z[tool + TL_LEFT] <= 0:
            total += residual(Z, R, U, Z[tool + TL_DIST], m + TOOL, 0.0)
            Z[tool + TL_LEFT] = Z[tool + TL_EVERY]
        if soonest < 0 or Z[tool + TL_LEFT] < soonest:
            soonest = Z[tool + TL_LEFT]
    Z[m + TOOL_LEFT] = soonest
    return total


@hot
def enter(Z: Any, R: Any, U: Any, T: Any, m: int, t: float) -> int:
    """Begin the goal's phase; its end is the machine's next event."""
    goal = Z[m + GOAL]
    if Z[m + FRESH] != 0:
        Z[m + FRESH] = 0
        R[m + F_REM] = duration_of(Z, R, U, m, goal)
        R[m + F_WORK] = R[m + F_REM]
    due = t + R[m + F_REM]
    if goal == BUSY:
        Z[m + FAILING] = 0
        if R[m + F_AGE] + R[m + F_REM] > R[m + F_FAIL_AGE]:
            Z[m + FAILING] = 1
            due = t + (R[m + F_FAIL_AGE] - R[m + F_AGE])
    T[Z[m + SLOT]] = due
    settle(Z, R, m, goal, t)
    return A_STOP


@hot
def fail(Z: Any, m: int, mode: int) -> int:
    """Failure ``mode`` begins; what it interrupted is kept in ``BACK_GOAL``."""
    Z[m + FAIL_MODE] = mode
    Z[m + FAILURES] += 1
    Z[m + SKILLS + DOWN] = Z[mode + FM_SKILL]
    Z[m + DISTS + DOWN] = Z[mode + FM_TTR]
    Z[m + GOAL] = DOWN
    Z[m + FRESH] = 1
    return A_CALL


@hot
def fail_at_work(Z: Any, R: Any, m: int) -> int:
    """The failure that the busy time brought."""
    mode, soonest = NONE, math.inf
    for k in range(Z[m + MODES_COUNT]):
        f = Z[m + MODES_LO] + k * FR
        if Z[f + FM_CLOCK] == CLOCK_BUSY and R[f + FF_AT] < soonest:
            mode, soonest = f, R[f + FF_AT]
    Z[m + BACK_GOAL] = BUSY
    Z[m + BACK_FRESH] = 0
    R[m + F_BACK_REM] = R[m + F_WORK] if Z[mode + FM_RESTART] != 0 else R[m + F_REM]
    return fail(Z, m, mode)


@hot
def rearmed(Z: Any, R: Any, U: Any, T: Any, W: Any, m: int, t: float) -> None:
    """After a repair the clock of that failure mode starts anew."""
    f = Z[m + FAIL_MODE]
    drawn = residual(Z, R, U, Z[f + FM_TTF], f, 0.0)
    if Z[f + FM_CLOCK] == CLOCK_BUSY:
        R[f + FF_AT] = R[m + F_AGE] + drawn
        soonest = math.inf
        for k in range(Z[m + MODES_COUNT]):
            at = R[Z[m + MODES_LO] + k * FR + FF_AT]
            if at < soonest:
                soonest = at
        R[m + F_FAIL_AGE] = soonest
    else:
        set_due(T, W, Z[H_WIDTH], Z[f + FM_SLOT], t + drawn)


@hot
def resumed(Z: Any, R: Any, m: int, goal: int, fresh: int, rem: float) -> int:
    """Go back to what was interrupted."""
    if goal == IDLE:
        return A_TAKE
    if goal == BLOCKED:
        return A_PUT
    Z[m + GOAL] = goal
    Z[m + FRESH] = fresh
    R[m + F_REM] = rem
    return A_CALL


@hot
def step(Z: Any, R: Any, U: Any, T: Any, W: Any, m: int, t: float, action: int) -> None:
    """Run machine ``m`` from ``action`` on until it waits."""
    while action != A_STOP:
        if action == A_TIMER:
            action = on_timer(Z, R, m, t)
        elif action == A_FINISH:
            action = finish(Z, R, m, t)
        elif action == A_PUT:
            action = put(Z, R, U, T, m, t)
        elif action == A_TAKE:
            action = take(Z, R, U, T, m, t)
        elif action == A_NEXT:
            action = next_stage(Z, m)
        elif action == A_CALL:
            action = call(Z, R, T, m, t)
        elif action == A_ENTER:
            action = enter(Z, R, U, T, m, t)
        elif action == A_START:
            action = A_TAKE if Z[m + PHASE] == IDLE else A_STOP
        elif action == A_STAGE:
            action = A_NEXT if Z[m + KIND] != CARRIER else picked(Z, R, U, m, t)
        elif action == A_FAIL:
            action = fail_at_work(Z, R, m)
        elif action == A_UP:
            rearmed(Z, R, U, T, W, m, t)
            action = resumed(Z, R, m, Z[m + BACK_GOAL], Z[m + BACK_FRESH], R[m + F_BACK_REM])
        elif action == A_BREAK:  # the clock's failure has interrupted it already
            action = fail(Z, m, Z[m + FAIL_MODE])
        else:  # A_RESUME: the calendar lets it go on
            action = resumed(Z, R, m, Z[m + OFF_GOAL], Z[m + OFF_FRESH], R[m + F_OFF_REM])
    settle_slot(T, W, Z[H_WIDTH], Z[m + SLOT])
