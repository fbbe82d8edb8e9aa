"""Recordings as an endless stream of lines that play now: gaps kept, times shifted, nothing else changed."""

from __future__ import annotations

import gzip
import heapq
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from gearpark.base import shdr
from gearpark.base.problems import Problem
from gearpark.base.time import from_us, parse_iso, to_us

PAUSE_US = 5_000_000  # between two loops of a recording
MAX_LINES_PER_CALL = 200_000
_SORT_AHEAD = 12_000  # lines looked at together: adapters write slightly out of order


class Played(NamedTuple):
    """A line of a recording as it plays now. ``rest`` is everything after the time and its bar."""

    at_us: int
    rest: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One packaged recording.

    id        asset id it is meant for
    device    name of the device in the model
    begin_us  recorded instant a loop starts with
    role      ``agent`` or ``adapter``
    """

    id: str
    device: str
    file: str
    model: str
    begin_us: int
    role: str

    def model_bytes(self) -> bytes:
        """The device model's XML."""
        return gzip.decompress((_folder() / self.model).read_bytes())

    def lines(self) -> Iterator[tuple[int, str]]:
        """(recorded microseconds, rest of the line), by time within a window of some thousand lines.

        Lines without a readable time (and pieces of multi-line asset documents) are left out.
        """
        window: list[tuple[int, int, str]] = []
        with gzip.open(
            (_folder() / self.file).open("rb"), "rt", encoding="utf-8", errors="replace"
        ) as handle:
            for number, line in enumerate(handle):
                stamp, bar, rest = line.rstrip("\r\n").partition("|")
                if not bar or rest.startswith("@"):
                    continue
                try:
                    at_us = shdr.parse_time(stamp)
                except Problem:
                    continue
                heapq.heappush(window, (at_us, number, rest))
                if len(window) > _SORT_AHEAD:
                    early = heapq.heappop(window)
                    yield early[0], early[2]
        while window:
            early = heapq.heappop(window)
            yield early[0], early[2]


def _folder() -> Any:
    return files("gearpark.plants") / "data" / "recordings"


@cache
def recordings() -> tuple[Recording, ...]:
    """The packaged recordings (``data/recordings.toml``)."""
    raw = tomllib.loads((files("gearpark.plants") / "data" / "recordings.toml").read_text("utf-8"))
    return tuple(
        Recording(r["id"], r["device"], r["file"], r["model"], to_us(parse_iso(r["begin"])), r["role"])
        for r in raw["recordings"]
    )


class Player:
    """Plays a recording in a loop, in step with the clock it is asked with.

    extra  fields behind a key's value by key (``gearpark.base.mtconnect.extra_fields``), to fold first values
    speed  recorded seconds per second
    """

    def __init__(
        self, recording: Recording, start_us: int, extra: Mapping[str, int], speed: float = 1.0
    ) -> None:
        self.recording, self.extra, self.speed = recording, extra, speed
        self.loops = 0
        self._origin_us = start_us
        self._lines = self._loop()
        self._next: Played | None = next(self._lines, None)
        self._last_us = start_us

    def due(self, now_us: int) -> list[Played]:
        """Every line that has become due by ``now_us``, in order of playing."""
        found: list[Played] = []
        while self._next is not None and self._next.at_us <= now_us and len(found) < MAX_LINES_PER_CALL:
            found.append(self._next)
            self._last_us = max(self._last_us, self._next.at_us)
            self._next = next(self._lines, None)
            if self._next is None:
                self.loops += 1
                self._origin_us = self._last_us + PAUSE_US
                self._lines = self._loop()
                self._next = next(self._lines, None)
        return found

    def _loop(self) -> Iterator[Played]:
        """One loop: the values standing at ``begin`` first, then the recording from there."""
        begin, origin, speed = self.recording.begin_us, self._origin_us, self.speed
        standing: dict[str, str] = {}
        opened = False
        for at_us, rest in self.recording.lines():
            if at_us < begin:
                self._fold(standing, rest)
                continue
            if not opened:
                opened = True
                for key, value in standing.items():
                    yield Played(origin, f"{key}|{value}")
            yield Played(origin + int((at_us - begin) / speed), rest)

    def _fold(self, standing: dict[str, str], rest: str) -> None:
        fields = rest.split("|")
        place = 0
        while place < len(fields) - 1:
            width = 2 + self.extra.get(fields[place], 0)
            standing[fields[place]] = "|".join(fields[place + 1 : place + width])
            place += width


def stamp(at_us: int) -> str:
    """Microseconds -> ``2026-11-23T08:00:00.123456Z``."""
    return from_us(at_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
