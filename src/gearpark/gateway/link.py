"""Link: everything one running connection may touch, and the only road from a connector to the journal.

It checks each observation, keeps the source's rate within its share (back-pressure, nothing is dropped), watches for
signals that stop, and says in the data when nothing is known: an ``UncertainNoCommunicationLastUsable`` record
without a value. A value is never re-stamped. When the link returns and a source's newest value is older than that
record, a second observation says that the source confirmed it, at the source's own clock.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from gearpark.base.limits import MAX_FUTURE_S, MAX_PAST_YEARS, MAX_TEXT_VALUE
from gearpark.base.problems import Problem
from gearpark.base.wire import Observation, SignalInfo, Status, Value

from .limits import STALL_FACTOR, STALL_FLOOR_S
from .wanted import DEFAULT_MAX_POINTS_PER_S, ConnectionWanted

FUTURE_US = int(MAX_FUTURE_S * 1e6)
PAST_US = int(MAX_PAST_YEARS * 365.25 * 86_400e6)
OFFSET_WINDOW_S = 60.0  # the clock offset is the least delayed reading of the last minute
RATE_WINDOW_S = 5.0
CONFIRM_MARGIN_US = 2_000_000  # a change under way from machine to server is younger than this: it must win
SKEW_S = 2.0  # a clock offset below this may be delay
JOURNAL_RETRY_S = 1.0
SLICE = 8_000  # observations handed on at once, so that one burst does not hold the loop
UNSTORED: tuple[Value, int] = (None, -1)  # equals no value and status that can arrive
LOST = int(Status.UNCERTAIN_NO_COMMUNICATION)


log = logging.getLogger(__name__)


class Sink(Protocol):
    """Where accepted observations go: the journal's pipe, or a list in tests."""

    async def put(self, org: str, observations: list[Observation], *, historical: bool = False) -> None:
        """Return when they are durable. Raises Problems with status 503 or 507 while it cannot take more."""


class Bookmarks(Protocol):
    """Small facts a connector must find again after a restart (last sequence, last source time)."""

    def get(self, key: str) -> dict[str, object]: ...

    def set(self, key: str, value: dict[str, object]) -> None: ...


@dataclass(slots=True)
class TagState:
    """What the link remembers of one tag."""

    signal: SignalInfo
    last_us: int = 0  # newest source time seen
    last: tuple[Value, int] = (None, 0)  # value and status at that time
    heard_s: float = 0.0  # monotonic time of the newest *fresh* value
    lost_us: int = 0  # since when nothing is known of it, 0 while it is heard


@dataclass(slots=True)
class Counters:
    """Totals since the link was made."""

    points: int = 0
    historical: int = 0
    future: int = 0
    duplicates: int = 0
    overflow: int = 0
    gaps: int = 0
    throttled_s: float = 0.0
    rejected: Counter[str] = field(default_factory=Counter)


class Link:
    """One connection's way in. Not thread-safe: lives on the gateway's loop."""

    def __init__(
        self,
        wanted: ConnectionWanted,
        sink: Sink,
        bookmarks: Bookmarks,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wanted = wanted
        self.now_us = now_us
        self.monotonic = monotonic
        self.counters = Counters()
        self.state = "connecting"
        self.detail = ""
        self.since_us = now_us()
        self.last_value_us = 0
        self.reconnects = 0
        self.last_error = ""
        self.rejected_sample = ""
        self.notes: dict[str, str] = {}
        self.bookmarks = bookmarks
        self.tags: dict[str, TagState] = {name: TagState(signal) for name, signal in wanted.tags().items()}
        self.bookmark: dict[str, object] = {}
        self.kept: object = None  # what the connector wants to find again after a fault (an OPC UA session)
        self._restore(bookmarks.get(wanted.id))
        self._sink = sink
        self._rate = wanted.option("max_points_per_s", DEFAULT_MAX_POINTS_PER_S)
        self._tokens = self._rate
        self._putting = 0
        self._filled_s = monotonic()
        self._offsets: list[tuple[float, float]] = []
        self._window: list[tuple[float, int]] = []

    def _restore(self, saved: dict[str, object]) -> None:
        last = saved.get("last")
        self.bookmark = {
            key: value for key, value in saved.items() if key not in ("last", "alive_us", "stopped")
        }
        alive_us = _whole(saved.get("alive_us"))
        self._crashed = bool(alive_us) and not saved.get("stopped")
        for name, at_us in last.items() if isinstance(last, dict) else ():
            state = self.tags.get(name)
            if state is not None:  # not heard since: its first value, maybe hours old, has to be confirmed
                state.last_us = _whole(at_us)
                state.lost_us = max(alive_us, state.last_us + 1)

    def remember(self, *, stopped: bool = False) -> None:
        """Write the bookmark: the connector's own facts, the newest source times, and when the link was alive."""
        last = {name: state.last_us for name, state in self.tags.items() if state.last_us}
        alive = {"alive_us": self.source_now_us(), "stopped": stopped}
        self.bookmarks.set(self.wanted.id, {**self.bookmark, "last": last, **alive})

    async def resume(self) -> None:
        """After a crash of the gateway: say that nothing is known since it was last alive."""
        names = [name for name, state in self.tags.items() if state.lost_us] if self._crashed else []
        if names:
            made = [Observation(name, self.tags[name].lost_us, None, LOST) for name in names]
            await self._sink.put(self.wanted.org, made)
            self.notes["resumed"] = f"{len(names)} signals unknown since the gateway was last alive"
        self._crashed = False

    def adopt(self, old: Link) -> None:
        """Take over what a stopped link of the same connection knew (reconfigured without a restart)."""
        for name, state in old.tags.items():
            if name in self.tags:
                state.signal = self.tags[name].signal
                self.tags[name] = state
        self.bookmark = old.bookmark
        self.reconnects, self.counters = old.reconnects, old.counters
        self.last_value_us, self._crashed = old.last_value_us, False

    # --- state -------------------------------------------------------------------------------------------------

    def say(self, state: str, detail: str = "") -> bool:
        """Set the state (ok, connecting, stalled, failed, stopped). True when it changed: log then, once."""
        self.detail = detail
        if state == self.state:
            return False
        self.state, self.since_us = state, self.now_us()
        return True

    def clock(self, source_us: int) -> None:
        """Tell the source's clock as read just now; the offset kept is the least delayed one of the last minute."""
        moment = self.monotonic()
        self._offsets.append((moment, (source_us - self.now_us()) / 1e6))
        if len(self._offsets) > 600 or self._offsets[0][0] < moment - OFFSET_WINDOW_S:
            self._offsets = [pair for pair in self._offsets[-600:] if pair[0] >= moment - OFFSET_WINDOW_S]

    @property
    def clock_offset_s(self) -> float | None:
        """Source clock minus ours; None before the first reading."""
        return max(offset for _, offset in self._offsets) if self._offsets else None

    @property
    def points_per_s(self) -> float:
        """Mean over the last five seconds."""
        moment = self.monotonic()
        self._window = [pair for pair in self._window if pair[0] >= moment - RATE_WINDOW_S]
        return sum(count for _, count in self._window) / RATE_WINDOW_S

    # --- data --------------------------------------------------------------------------------------------------

    async def put(
        self, batch: list[Observation], *, historical: bool = False, confirmed_us: int | None = None
    ) -> None:
        """Check and pass on a batch. Waits while the pipe is full or the source is over its rate.

        historical    back-filled: not live, no part in stall detection
        confirmed_us  source clock when the link was (re)built: initial values, however old, still held then
        """
        for start in range(0, len(batch), SLICE):
            part = self._checked(batch[start : start + SLICE], historical, confirmed_us)
            if part:
                self._putting += 1
                try:
                    await self._throttle(len(part))
                    await self._store(part, historical)
                except BaseException:  # not stored: the same value sent again is no duplicate
                    for observation in part:
                        self.tags[observation.tag].last = UNSTORED
                    raise
                finally:
                    self._putting -= 1

    async def _store(self, part: list[Observation], historical: bool) -> None:
        """Hand on; while the journal cannot take more (full, no disk), wait: the source keeps what it has."""
        while True:
            try:
                await self._sink.put(self.wanted.org, part, historical=historical)
            except Problem as problem:
                if problem.status not in (503, 507):
                    raise
                self.last_error = problem.sentence
                if self.say("stalled", problem.sentence):
                    log.warning("connection %s waits: %s", self.wanted.id, problem.sentence)
                await asyncio.sleep(JOURNAL_RETRY_S)
            else:
                return

    @property
    def busy(self) -> bool:
        """True while values wait to be stored: a source is not silent because we do not listen."""
        return self._putting > 0

    def reject(self, reason: str, sample: str = "") -> None:
        """Count one thing the source sent that cannot be stored, and keep the newest sample of it."""
        self.counters.rejected[reason] += 1
        self.rejected_sample = f"{reason}: {sample}"[:200]

    def _checked(
        self, batch: list[Observation], historical: bool, confirmed_us: int | None
    ) -> list[Observation]:
        now_us, moment, tags = self.now_us(), self.monotonic(), self.tags
        newest, oldest = now_us + FUTURE_US, now_us - PAST_US
        made: list[Observation] = []
        keep = made.append
        last_us = self.last_value_us
        for observation in batch:
            name, at_us, value, status = observation
            state = tags.get(name)
            if state is None:
                self.reject("unknown_tag", name)
                continue
            kind = type(value)
            if kind is float:
                if value != value or value in (float("inf"), float("-inf")):
                    self.reject("not_a_number", f"{name}={value}")
                    continue
            elif kind is str and len(value) > MAX_TEXT_VALUE:  # type: ignore[arg-type]
                self.reject("text_too_long", f"{name}: {len(value)} characters")  # type: ignore[arg-type]
                continue
            if at_us > newest:
                self.counters.future += 1  # stored with its own time; readers keep it out of live values
            elif at_us < oldest:
                self.reject("time_too_old", f"{name} at {at_us} us")
                continue
            if historical:
                keep(observation)
                continue
            if at_us == state.last_us and state.last == (value, status):
                self.counters.duplicates += 1  # the source said the same again: nothing new to store
            else:
                keep(observation)
            if at_us >= state.last_us:
                state.last = (value, status)
            if at_us > state.last_us:
                state.last_us, state.heard_s = at_us, moment
                if last_us < at_us <= newest:
                    last_us = at_us
            if state.lost_us:
                self._recover(state, observation, confirmed_us, keep)
        self.last_value_us = last_us
        self._count(len(made), moment, historical)
        return made

    def _recover(
        self,
        state: TagState,
        observation: Observation,
        confirmed_us: int | None,
        keep: Callable[[Observation], None],
    ) -> None:
        if observation.at_us <= state.lost_us:
            if confirmed_us is None:
                return
            at_us = max(confirmed_us - CONFIRM_MARGIN_US, state.lost_us + 1)
            keep(observation._replace(at_us=at_us))
            state.last_us, state.last = at_us, (observation.value, observation.status)
            state.heard_s = self.monotonic()
        state.lost_us = 0

    def _count(self, points: int, moment: float, historical: bool) -> None:
        if historical:
            self.counters.historical += points
        self.counters.points += points
        if self._window and moment - self._window[-1][0] < 0.1:
            self._window[-1] = (self._window[-1][0], self._window[-1][1] + points)
        else:
            self._window.append((moment, points))
            if self._window[0][0] < moment - 2 * RATE_WINDOW_S:
                self._window = [pair for pair in self._window if pair[0] >= moment - RATE_WINDOW_S]

    async def _throttle(self, points: int) -> None:
        moment = self.monotonic()
        self._tokens = min(self._rate, self._tokens + (moment - self._filled_s) * self._rate) - points
        self._filled_s = moment
        if self._tokens < 0:
            wait_s = -self._tokens / self._rate
            self.counters.throttled_s += wait_s
            await asyncio.sleep(wait_s)

    # --- what is not known -------------------------------------------------------------------------------------

    def stale(self) -> list[str]:
        """Tags with an expected interval and no fresh value for twice that long (and no record of it yet)."""
        moment = self.monotonic()
        if self.busy:
            return []
        return [
            name
            for name, state in self.tags.items()
            if state.signal.interval_s is not None
            and not state.lost_us
            and state.heard_s
            and moment - state.heard_s > max(STALL_FLOOR_S, STALL_FACTOR * state.signal.interval_s)
        ]

    def unknown(self) -> list[str]:
        """Tags of which nothing is known now: never heard, or carrying a "no communication" record."""
        return [name for name, state in self.tags.items() if state.lost_us or not state.last_us]

    def source_now_us(self) -> int:
        """Now, as the source's clock would say it: records about a skewed source belong on its own time line."""
        offset = self.clock_offset_s
        return self.now_us() + (int(offset * 1e6) if offset is not None and abs(offset) > SKEW_S else 0)

    async def mark_lost(self, names: Iterable[str] | None = None) -> int:
        """Record "no communication" for these tags (default: all that ever had a value). Returns how many."""
        now_us = self.source_now_us()
        made = []
        for name in self.tags if names is None else names:
            state = self.tags[name]
            if state.lost_us or not state.last_us:
                continue
            state.lost_us = max(now_us, state.last_us + 1) if state.last_us < now_us + FUTURE_US else now_us
            made.append(Observation(name, state.lost_us, None, LOST))
        if made:
            await self._sink.put(self.wanted.org, made)
        return len(made)

    async def gap(self, names: Iterable[str], at_us: int | None = None, *, why: str) -> None:
        """Record that observations of these tags were lost for good just before ``at_us`` (BadDataLost)."""
        moment = self.source_now_us() if at_us is None else at_us
        made = [Observation(name, moment, None, int(Status.BAD_DATA_LOST)) for name in names]
        self.counters.gaps += len(made)
        self.notes["gap"] = f"{why}: {len(made)} signals"
        if made:
            await self._sink.put(self.wanted.org, made)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
