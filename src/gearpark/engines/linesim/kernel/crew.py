"""Operators and repair crews: groups of people with skills; who waits is served in order of asking."""

from __future__ import annotations

from typing import Any

from ..marks import cold, hot
from .layout import *
from .places import push


@hot
def needed(Z: Any, m: int) -> int:
    """People machine ``m`` needs for its goal: ``NEED`` for work and loading, one for everything else."""
    goal = Z[m + GOAL]
    return Z[m + NEED] if goal == BUSY or goal == LOAD else 1


@hot
def book_people(Z: Any, R: Any, m: int, count: int, t: float) -> None:
    """Book the time the people at machine ``m`` spent in the phase that ends."""
    since = R[m + F_SINCE]
    if since < R[HF_W0]:
        since = R[HF_W0]
    R[Z[m + HELD] + FG_BUSY] += count * (t - since)


@hot
def try_call(Z: Any, m: int, k: int) -> int:
    """1 when a free operator with skill ``k`` begins at machine ``m``; nobody overtakes a queue."""
    found = 0
    if Z[k + K_HEAD] < 0:
        count = needed(Z, m)
        for j in range(Z[k + K_GROUP_COUNT]):
            g = Z[Z[k + K_GROUPS] + j]
            if found == 0 and Z[g + G_FREE] >= count:
                Z[g + G_FREE] -= count
                Z[m + HELD] = g
                found = 1
    return found


@hot
def queue_up(Z: Any, m: int, k: int) -> None:
    """Machine ``m`` joins the queue for skill ``k``."""
    Z[m + NEXT_WAITING] = NONE
    Z[m + WAITS_FOR] = k
    if Z[k + K_HEAD] < 0:
        Z[k + K_HEAD] = m
    else:
        Z[Z[k + K_TAIL] + NEXT_WAITING] = m
    Z[k + K_TAIL] = m
    Z[m + TICKET] = Z[H_TICKET]
    Z[H_TICKET] += 1
    Z[H_WAITING] += 1


@cold
def give_up(Z: Any, m: int) -> None:
    """Machine ``m`` leaves the queue it stands in."""
    k = Z[m + WAITS_FOR]
    before, at = NONE, Z[k + K_HEAD]
    while at != m:
        before, at = at, Z[at + NEXT_WAITING]
    after = Z[m + NEXT_WAITING]
    if before < 0:
        Z[k + K_HEAD] = after
    else:
        Z[before + NEXT_WAITING] = after
    if Z[k + K_TAIL] == m:
        Z[k + K_TAIL] = before
    Z[H_WAITING] -= 1


@hot
def serve(Z: Any, g: int) -> None:
    """Free people of group ``g`` go to whoever asked first among the skills they have."""
    while Z[g + G_FREE] > 0 and Z[H_WAITING] > 0:
        best, skill, count = NONE, NONE, 0
        for j in range(Z[g + G_SKILL_COUNT]):
            k = Z[Z[g + G_SKILLS] + j]
            m = Z[k + K_HEAD]
            if m >= 0 and (best < 0 or Z[m + TICKET] < Z[best + TICKET]):
                people = needed(Z, m)
                if people <= Z[g + G_FREE]:
                    best, skill, count = m, k, people
        if best < 0:
            break
        Z[skill + K_HEAD] = Z[best + NEXT_WAITING]
        Z[H_WAITING] -= 1
        Z[g + G_FREE] -= count
        Z[best + HELD] = g
        push(Z, best, A_ENTER)


@hot
def release(Z: Any, m: int, count: int) -> None:
    """The people at machine ``m`` are free again."""
    g = Z[m + HELD]
    Z[g + G_FREE] += count
    Z[m + HELD] = NONE
    if Z[H_WAITING] > 0:
        serve(Z, g)
