"""What a line's machines said of the parts on them: visits with everything that touched or measured the part meanwhile."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gearpark.base.ids import tag
from gearpark.base.time import from_us
from gearpark.base.wire import Value
from gearpark.engines.care import Use, uses_of
from gearpark.engines.lines import Characteristic, Kind, Operation, Station
from gearpark.engines.traceability import Visit, visits_of
from gearpark.lake.reader import MAX_TAGS, Reader
from gearpark.lake.series import Series

from ...models.trace import MAX_KEY, MAX_UNIT
from ...models.work import MAX_SERIAL
from ...types.lines import LineInfo
from ...types.trace import Fact, FactKind
from ...types.work import END_NOT_SEEN, RunResult
from ..history import HEARTBEAT
from ..observed import SEVERITY_BITS, rows

PART = "part_serial"
LISTED = {  # signals whose words, separated by spaces, each name a thing
    "fixture": FactKind.FIXTURE,
    "gauge_id": FactKind.GAUGE,
    "charge_id": FactKind.CARRIER,
    "carrier_id": FactKind.CARRIER,
}
SAID = ("program", "program_hash", "work_order", "material_lot", "part_result", "scrap_reason", "scrap_count")
TOOLS = ("tool", "tool_serial", "tool_life")
VERDICTS = ("test_result", "measure_result", "part_result")
BESIDE = ("part_temp",)  # conditions worth keeping with what was measured
SIGNALS = (PART, HEARTBEAT, *SAID, *LISTED, *TOOLS, *VERDICTS[:2], *BESIDE)
CARRIED = {
    "carried": True
}  # a fact that rests on a value in force before the part came: late data may prove it wrong
MAX_VISIT_US = 12 * 3_600_000_000  # a part that stays longer is not looked at again from its begin
GOOD_WORDS, BAD_WORDS = ("OK", "GOOD", "PASS"), ("NOK", "NG", "BAD", "FAIL", "SCRAP")
Row = tuple[int, Value]


@dataclass(frozen=True, slots=True)
class Heard:
    """One visit as the machines told it."""

    station: Station
    asset: str
    visit: Visit
    order: str
    variant: str
    result: RunResult
    reason: str
    facts: tuple[Fact, ...]


def line_tags(line: LineInfo) -> list[str]:
    """Tags the story of parts rests on."""
    found = []
    for station in line.template.stations:
        names = {*SIGNALS, *(item.signal for item in line.template.measured_by(station.code))}
        found += [tag(line.asset_of(station.code), name) for name in sorted(names)]
    return found


def heard(lake: Reader, line: LineInfo, start_us: int, end_us: int) -> list[Heard]:
    """Visits that overlap [start, end), by time, each with what is known of it up to ``end_us``."""
    assets = {station.code: line.asset_of(station.code) for station in line.template.stations}
    parts = lake.observations(line.org, [tag(asset, PART) for asset in assets.values()], start_us, end_us)
    loads = [int(series.at_us[0]) for series in parts.values() if len(series)]
    since = min([start_us, *(at for at in loads if at >= start_us - MAX_VISIT_US)])
    names = line_tags(line)
    said: dict[str, Series] = {}
    for first in range(0, len(names), MAX_TAGS):
        said.update(lake.observations(line.org, names[first : first + MAX_TAGS], since, end_us))
    found = []
    for station in line.template.stations:
        voice = Voice(line, station, assets[station.code], said)
        found += [item for item in voice.visits() if _overlaps(item.visit, start_us)]
    return sorted(found, key=lambda item: (item.visit.begun_us, item.station.code, item.visit.serial))


def _overlaps(visit: Visit, start_us: int) -> bool:
    return visit.ended_us is None or visit.ended_us >= start_us


class Voice:
    """One station's signals."""

    def __init__(self, line: LineInfo, station: Station, asset: str, said: Mapping[str, Series]) -> None:
        self.line, self.station, self.asset = line, station, asset
        self.operation: Operation | None = line.template.operation(station.op)
        self.measures: tuple[Characteristic, ...] = line.template.measured_by(station.code)
        names = {*SIGNALS, *(item.signal for item in self.measures)}
        self.series = {name: said.get(tag(asset, name)) for name in names}
        self.rows = {name: _good(series) for name, series in self.series.items()}
        self.times = {name: [at for at, _ in found] for name, found in self.rows.items()}
        self.uses: list[Use] = []
        if self.rows["tool"] or self.rows["tool_serial"]:
            self.uses = uses_of(
                _texts(self.rows["tool"]), _texts(self.rows["tool_serial"]), _numbers(self.rows["tool_life"]),
                _texts(self.rows[PART]),
            )  # fmt: skip
        self.use_times = [use.at_us for use in self.uses]

    def visits(self) -> Iterator[Heard]:
        series = self.series[PART]
        if series is None or not len(series):
            return
        said = [
            (at, not status >> SEVERITY_BITS and isinstance(value, str), str(value or ""))
            for at, status, value in rows(series)
        ]
        for visit in visits_of(said, self._heard()):
            if len(visit.serial) <= MAX_SERIAL:
                yield self._told(visit)

    def _heard(self) -> list[int]:
        """Times anything was heard; empty when the station has no heartbeat."""
        if not self.rows[HEARTBEAT]:
            return []
        return sorted({at for times in self.times.values() for at in times})

    def _told(self, visit: Visit) -> Heard:
        result, reason = self._result(visit)
        orders = self._word(visit, "work_order").split()
        program = self._word(visit, "program")
        return Heard(
            station=self.station,
            asset=self.asset,
            visit=visit,
            order=orders[0] if len(orders) == 1 else "",
            variant=self._variant(program),
            result=result,
            reason=reason,
            facts=tuple(self._facts(visit)) if visit.ended_us is not None else (),
        )

    def _during(self, visit: Visit, name: str) -> list[Row]:
        """Good observations while the part was there."""
        times = self.times.get(name, [])
        end = len(times) if visit.ended_us is None else bisect_left(times, visit.ended_us)
        return self.rows[name][bisect_left(times, visit.begun_us) : end]

    def _word(self, visit: Visit, name: str) -> str:
        """The last word said while the part was there, else the one in force when it came."""
        during = [str(value) for _, value in self._during(visit, name) if value not in ("", None)]
        if during:
            return during[-1]
        before = bisect_right(self.times.get(name, []), visit.begun_us)
        value = self.rows[name][before - 1][1] if before else ""
        return str(value or "")

    def _result(self, visit: Visit) -> tuple[RunResult, str]:
        """Good unless the machine says otherwise; of a charge it does not say which part was bad."""
        if visit.ended_us is not None and not visit.end_seen:
            return RunResult.ABORTED, END_NOT_SEEN
        if self.station.batch > 1:
            return RunResult.GOOD, ""
        told = [str(value).upper() for _, value in self._during(visit, "part_result") if value]
        if not told:
            told = [
                str(value).upper() for name in VERDICTS[:2] for _, value in self._during(visit, name) if value
            ]
        if (told and told[-1] in BAD_WORDS) or (not told and self._scrap_counted(visit)):
            reasons = [str(value) for _, value in self._during(visit, "scrap_reason") if value]
            return RunResult.SCRAP, reasons[-1] if reasons else ""
        return RunResult.GOOD, ""

    def _scrap_counted(self, visit: Visit) -> bool:
        before = bisect_left(self.times["scrap_count"], visit.begun_us)
        counts = [value for _, value in (*self.rows["scrap_count"][max(before - 1, 0) : before],
                                         *self._during(visit, "scrap_count"))]  # fmt: skip
        numbers = [value for value in counts if isinstance(value, float)]
        return len(numbers) > 1 and numbers[-1] > numbers[0]

    def _variant(self, program: str) -> str:
        """The variant whose program this is, "" when the name does not tell."""
        if self.operation is None or not program:
            return ""
        for variant in self.line.template.variants:
            if program in (self.operation.program_of(variant.code), f"{variant.code}-OP{self.station.op}"):
                return variant.code
        return ""

    # -- facts --------------------------------------------------------------------------------------------------
    def _facts(self, visit: Visit) -> Iterator[Fact]:
        begun = from_us(visit.begun_us)
        yield self._fact(FactKind.MACHINE, self.asset, begun)
        yield from self._listed(visit)
        yield from self._programs(visit)
        yield from self._tools(visit)
        yield from self._lots(visit)
        yield from self._measured(visit)
        yield from self._verdicts(visit)

    def _fact(
        self,
        kind: FactKind,
        key: str,
        at: datetime,
        value: float | None = None,
        unit: str = "",
        carried: bool = False,
        **data: object,
    ) -> Fact:
        kept = {name: word for name, word in data.items() if word not in (None, "")}
        kept |= CARRIED if carried else {}
        return Fact(kind, key[:MAX_KEY], at, self.station.op, self.station.code, value, unit[:MAX_UNIT], kept)

    def _things(self, visit: Visit, name: str) -> Iterator[tuple[datetime, str, bool]]:
        """(since when, word, carried in): words said while the part was there, else those in force when it came."""
        during = [(at, str(value)) for at, value in self._during(visit, name) if value not in ("", None)]
        if during:
            yield from ((from_us(at), word, False) for at, text in during for word in text.split())
        elif visit.end_seen:
            before = bisect_left(self.times.get(name, []), visit.begun_us)
            text = str(self.rows[name][before - 1][1] or "") if before else ""
            yield from ((from_us(visit.begun_us), word, True) for word in text.split())

    def _listed(self, visit: Visit) -> Iterator[Fact]:
        for name, kind in LISTED.items():
            for at, word, carried in self._things(visit, name):
                yield self._fact(kind, word, at, carried=carried)

    def _programs(self, visit: Visit) -> Iterator[Fact]:
        during = [(at, str(value)) for at, value in self._during(visit, "program") if value]
        carried = not during and visit.end_seen
        if carried and (word := self._word(visit, "program")):
            during = [(visit.begun_us, word)]
        for at, word in during:
            known = bisect_right(self.times["program_hash"], at)
            digest = str(self.rows["program_hash"][known - 1][1]) if known else ""
            yield self._fact(FactKind.PROGRAM, word, from_us(at), hash=digest, carried=carried)

    def _tools(self, visit: Visit) -> Iterator[Fact]:
        first = bisect_left(self.use_times, visit.begun_us)
        end = len(self.uses) if visit.ended_us is None else bisect_left(self.use_times, visit.ended_us)
        uses, carried = self.uses[first:end], False
        if not uses and first and visit.end_seen:
            uses, carried = self.uses[first - 1 : first], True
        for use in uses:
            at = visit.begun_us if carried else use.at_us
            used = None if use.left is None else round(1 - use.left, 4)
            key = use.serial or f"{self.asset}.{use.pocket}"
            pocket = use.pocket if use.serial else ""
            yield self._fact(FactKind.TOOL, key, from_us(at), used, pocket=pocket, carried=carried)

    def _lots(self, visit: Visit) -> Iterator[Fact]:
        """Lots, where the line type says that the operation takes material (or says nothing of materials)."""
        materials = self.line.template.materials
        taken = {item.op for item in materials} or {min(s.op for s in self.line.template.stations)}
        if self.station.op not in taken:
            return
        for at, word, carried in self._things(visit, "material_lot"):
            per_part = [
                item for item in materials if item.op == self.station.op and word.startswith(item.code)
            ]
            quantity, unit = (per_part[0].per_part, per_part[0].unit) if per_part else (None, "")
            yield self._fact(FactKind.MATERIAL, word, at, quantity, unit, carried=carried)

    def _measured(self, visit: Visit) -> Iterator[Fact]:
        moments = set()
        for item in self.measures:
            for at, value in self._during(visit, item.signal):
                if item.kind is Kind.ATTRIBUTE or isinstance(value, str):
                    if value:
                        yield self._verdict(item.code, at, str(value))
                elif value is not None and math.isfinite(value):
                    moments.add(at)
                    limits: dict[str, Any] = {"lower": item.lsl, "upper": item.usl, "nominal": item.nominal}
                    yield self._fact(
                        FactKind.VALUE, item.code, from_us(at), float(value), item.unit, **limits
                    )
        for name in BESIDE:
            for at, value in self._during(visit, name):
                if at in moments and isinstance(value, float) and math.isfinite(value):
                    yield self._fact(FactKind.VALUE, name, from_us(at), value)

    def _verdicts(self, visit: Visit) -> Iterator[Fact]:
        for name in VERDICTS:
            if name == "part_result" and (self.operation is None or not self.operation.is_test):
                continue
            for at, value in self._during(visit, name):
                if value:
                    yield self._verdict(name, at, str(value))

    def _verdict(self, key: str, at: int, word: str) -> Fact:
        said = word.upper()
        passed = 1.0 if said in GOOD_WORDS else 0.0 if said in BAD_WORDS else None
        return self._fact(FactKind.TEST, key, from_us(at), passed, said=word if passed is None else "")


def _good(series: Series | None) -> list[Row]:
    if series is None or not len(series):
        return []
    return [(at, value) for at, status, value in rows(series) if not status >> SEVERITY_BITS]


def _texts(found: Sequence[Row]) -> list[tuple[int, str]]:
    return [(at, value) for at, value in found if isinstance(value, str)]


def _numbers(found: Sequence[Row]) -> list[tuple[int, float]]:
    return [(at, float(value)) for at, value in found if isinstance(value, int | float)]
