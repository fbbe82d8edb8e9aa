"""The stations of all lines as terminals see them: what waits, who stands there, what is held."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from gearpark.base.scope import Scope

from ...models import OperationRun, Serial
from ...types.lines import LineInfo
from ...types.work import SerialStatus
from ..setup import lines
from .holds import station_holds
from .people import sign_ons


@dataclass(frozen=True, slots=True)
class StationTile:
    """One station: parts on it and waiting for its group, people signed on, held or not."""

    code: str
    title_en: str
    title_zh: str
    group: str
    waiting: int
    at_work: int
    people: tuple[str, ...]
    held: bool

    def title(self, language: str) -> str:
        return (self.title_zh if language.startswith("zh") else self.title_en) or self.title_en


def station_tiles(scope: Scope) -> list[tuple[LineInfo, list[StationTile]]]:
    """Every line with its stations. Five SQL queries, whatever the number of lines."""
    people: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in sign_ons(scope):
        people[item.line_asset, item.station].append(item.name)
    held = {(item.line_asset, item.station) for item in station_holds(scope)}
    at_work = _at_work(scope)
    waiting = _waiting(scope)
    found = []
    for line in lines(scope):
        ops = {station.group: station.op for station in line.template.stations}
        tiles = [
            StationTile(
                code=station.code,
                title_en=station.title_en,
                title_zh=station.title_zh,
                group=station.group,
                waiting=waiting.get((line.id, ops[station.group]), 0),
                at_work=at_work.get((line.id, station.code), 0),
                people=tuple(people.get((line.asset, station.code), ())),
                held=(line.asset, station.code) in held,
            )
            for station in sorted(line.template.stations, key=lambda item: (item.op, item.code))
        ]
        found.append((line, tiles))
    return found


def _at_work(scope: Scope) -> dict[tuple[int, str], int]:
    rows = OperationRun.objects.of(scope).filter(ended_at=None).order_by().values_list("line_id", "station")
    return {(line, station): count for line, station, count in rows.annotate(n=Count("id"))}


def _waiting(scope: Scope) -> dict[tuple[int, int], int]:
    """Open parts of open orders by line and next operation, those on a station left out."""
    rows = (
        Serial.objects.of(scope)
        .filter(status=SerialStatus.OPEN.value, order__status__in=("released", "running", "held", "done"))
        .exclude(pk__in=OperationRun.objects.of(scope).filter(ended_at=None).values("serial_id"))
        .order_by()
        .values_list("order__line_id", "next_op")
        .annotate(n=Count("id"))
    )
    return {(line, op): count for line, op, count in rows}
