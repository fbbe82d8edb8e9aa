"""Runs a laid-out model: replications, and single states that can be kept and resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .arrays import MAX_PARTS, Arrays
from .engine import JIT, events
from .kernel import layout as at
from .kernel.random import MASK, base_of, mix
from .knot import deadlock
from .plan import Plan

MAX_EVENTS = 20_000_000_000  # of all replications of a run: about half an hour of one core
MAX_EVENTS_SLOW = 1_000_000_000  # the same in plain Python

_GROWS = (
    "More than {parts:,} parts wait in the line: more comes in than it can work off."
    " Let fewer parts arrive, limit the buffers or shorten the run."
)


@dataclass
class Rows:
    """Results of replications, one row each (see ``Arrays.columns``), and the histogram of lead times of all."""

    rows: Any
    leads: Any


def _working(made: Arrays) -> tuple[Any, ...]:
    """Arrays (or lists) that a run may write: Z, R, U, T, W."""
    if JIT:
        return made.Z.copy(), made.R.copy(), np.zeros(made.streams, np.uint64), made.T.copy(), made.W.copy()
    return made.Z.tolist(), made.R.tolist(), [0] * made.streams, made.T.tolist(), made.W.tolist()


def _built(made: Arrays) -> tuple[Any, ...]:
    if JIT:
        return made.Z, made.R, made.T, made.W
    return made.Z.tolist(), made.R.tolist(), made.T.tolist(), made.W.tolist()


def _streams(made: Arrays) -> tuple[Any, Any]:
    return (made.keys, made.where) if JIT else (made.keys.tolist(), made.where.tolist())


def seed_word(seed: int) -> Any:
    """A seed as the kernel takes it."""
    word = mix(seed & MASK)
    return np.uint64(word) if JIT else word


def replicate(made: Arrays, seed: int, first: int, count: int, warm_s: float, until_s: float) -> Rows:
    """Replications ``first`` ... of one model on this thread; more room for parts is made when it runs out."""
    rows = np.zeros((count, made.width))
    leads = np.zeros(at.LEAD_BINS, np.int64)
    done = 0
    while done < count:
        out = np.zeros((count - done) * made.width) if JIT else [0.0] * ((count - done) * made.width)
        counts = np.zeros(at.LEAD_BINS, np.int64) if JIT else [0] * at.LEAD_BINS
        ran = events().run(
            *_working(made), *_built(made), *_streams(made), seed_word(seed), first + done, count - done,
            float(warm_s), float(until_s), out, made.width, counts,
        )  # fmt: skip
        rows[done:] = np.asarray(out).reshape(-1, made.width)
        leads += np.asarray(counts)
        done += ran
        if done < count:
            if rows[done, at.X_CODE] == at.DEADLOCK:
                state = State.of(made, seed, first + done)
                state.advance(until_s)
            made = more_room(made)
    return Rows(rows, leads)


def more_room(made: Arrays) -> Arrays:
    """The model with room for more parts, up to the limit."""
    if made.parts * 4 > MAX_PARTS:
        raise Problem("twin.queue_grows", _GROWS.format(parts=made.parts), parts=made.parts)
    return made.grown()


def events_of(plan: Plan, time_s: float) -> float:
    """About how many events a replication takes at most: machines that never rest, arrivals, clocks."""
    every = [min(law.mean for law in m.work or [flow.time for flow in m.flows]) for m in plan.machines]
    every += [mode.ttf.mean for m in plan.machines for mode in m.modes]
    every += [source.every.mean / source.batch for source in plan.sources if source.every]
    every += [calendar.period_s / len(calendar.changes) for calendar in plan.calendars]
    return sum(time_s / mean for mean in every if mean > 0)


def refuse_endless(plan: Plan, time_s: float, replications: int) -> None:
    """Problem ``twin.run_long`` before a run that nobody would wait for."""
    wanted, most = events_of(plan, time_s) * replications, MAX_EVENTS if JIT else MAX_EVENTS_SLOW
    if wanted > most:
        raise Problem(
            "twin.run_long",
            f"This run takes about {wanted:.2g} events; at most {most:.2g} are run at a time. Shorten it, take fewer"
            " replications, or look for a time with a wrong unit.",
            events=wanted,
            most=most,
        )


class State:
    """One replication that can be stopped, kept, copied and resumed."""

    def __init__(self, made: Arrays, arrays: tuple[Any, ...]) -> None:
        self.made = made
        self.Z, self.R, self.U, self.T, self.W = arrays

    @classmethod
    def of(cls, made: Arrays, seed: int, replication: int = 0) -> State:
        """The model as built, its streams started."""
        state = cls(made, _working(made))
        base = base_of(seed, replication)
        for where, key in zip(made.where.tolist(), made.keys.tolist(), strict=True):
            word = mix(base ^ key)
            state.U[where] = np.uint64(word) if JIT else word
        return state

    def copy(self) -> State:
        """A fork: both go on alike from here."""
        return State(self.made, tuple(a.copy() for a in (self.Z, self.R, self.U, self.T, self.W)))

    def snapshot(self) -> dict[str, Any]:
        """The whole state as plain lists (whole numbers and floats, exact in JSON)."""
        return {name: [*map(_plain, getattr(self, name))] for name in "ZRUTW"}

    @classmethod
    def resumed(cls, made: Arrays, kept: dict[str, Any]) -> State:
        """The state a snapshot was made of."""
        kinds = {"Z": np.int64, "R": np.float64, "U": np.uint64, "T": np.float64, "W": np.int64}
        arrays = tuple(np.array(kept[n], dtype=k) if JIT else list(kept[n]) for n, k in kinds.items())
        return cls(made, arrays)

    def advance(self, until_s: float, *, reset: bool = False) -> Any:
        """Run up to ``until_s``; a row of results as of then. ``reset`` begins the statistics window there."""
        made = self.made
        out = np.zeros(made.width) if JIT else [0.0] * made.width
        leads = np.zeros(at.LEAD_BINS, np.int64) if JIT else [0] * at.LEAD_BINS
        events().run(
            self.Z, self.R, self.U, self.T, self.W, *_built(made), *_streams(made), seed_word(0), 0, 0,
            float(until_s) if reset else 0.0, float(until_s), out, made.width, leads,
        )  # fmt: skip
        code = int(self.Z[at.H_CODE])
        if code == at.DEADLOCK:
            raise deadlock(made, self.Z, float(self.R[at.HF_NOW]))
        if code == at.FULL:
            raise Problem("twin.queue_grows", _GROWS.format(parts=made.parts), parts=made.parts)
        return np.asarray(out)


def _plain(value: Any) -> int | float:
    number: int | float = value.item() if hasattr(value, "item") else value
    return number
