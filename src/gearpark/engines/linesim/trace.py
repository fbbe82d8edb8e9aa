"""A run told event by event: which machine was in which state from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gearpark.base.problems import Problem

from .arrays import build
from .kernel import layout as at
from .model import Line
from .runner import State

MAX_EVENTS = 2_000_000
STATE_OF = {
    at.IDLE: "starved",
    at.BUSY: "busy",
    at.BLOCKED: "blocked",
    at.DOWN: "down",
    at.CALL: "down",
    at.SETUP: "setup",
    at.TOOL: "tools",
    at.LOAD: "loading",
    at.WAIT: "waiting",
    at.OFF: "off",
}


@dataclass(frozen=True, slots=True)
class Spell:
    """A machine in one state; ``part`` is the type in hand, ``made`` how many cycles it had done at the start.

    open  still so when the trace ends
    """

    machine: str
    state: str
    start_s: float
    end_s: float
    part: str
    made: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """Parts in a buffer from a moment on."""

    buffer: str
    at_s: float
    parts: int


def trace(line: Line, until_s: float, *, seed: int = 1, replication: int = 0) -> Iterator[Spell]:
    """Spells in order of their end. Problem ``twin.run_long`` beyond ``MAX_EVENTS`` events."""
    return (
        told
        for told in trace_all(line, until_s, seed=seed, replication=replication)
        if isinstance(told, Spell)
    )


def trace_all(line: Line, until_s: float, *, seed: int = 1, replication: int = 0) -> Iterator[Spell | Level]:
    """Spells, and the buffers' levels as they change. Problem as of ``trace``."""
    made = build(line.plan)
    state = State.of(made, seed, replication)
    root, types = int(made.Z[at.H_ROOT]), made.plan.types
    seen: dict[str, tuple[int, float, str, int]] = {}
    levels: dict[str, int] = {}
    now = 0.0
    for _ in range(MAX_EVENTS):
        state.advance(now)
        for name, m in made.machines.items():
            phase = int(state.Z[m + at.PHASE])
            count = int(state.Z[m + at.MADE])
            part = types[int(state.Z[m + at.TYPE])] if state.Z[m + at.HOLD] >= 0 else ""
            was = seen.get(name)
            if was is None or STATE_OF[was[0]] != STATE_OF[phase] or (phase == at.BUSY and count != was[3]):
                if was is not None and now > was[1]:
                    yield Spell(name, STATE_OF[was[0]], was[1], now, was[2], was[3])
                seen[name] = (phase, now, part, count)
        for name in line.buffers:
            parts = int(state.Z[made.places[name] + at.P_LEVEL])
            if levels.get(name) != parts:
                levels[name] = parts
                yield Level(name, now, parts)
        due = float(state.T[root])
        if due > until_s:
            break
        now = due
    else:
        why = f"A trace tells {MAX_EVENTS:,} events at most: ask for a shorter time."
        raise Problem("twin.run_long", why, events=MAX_EVENTS, most=MAX_EVENTS)
    for name, (phase, since, part, count) in seen.items():
        yield Spell(name, STATE_OF[phase], since, until_s, part, count, open=True)
