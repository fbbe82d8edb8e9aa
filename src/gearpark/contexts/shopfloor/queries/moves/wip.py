"""Work in process of a line, counted twice: by machines' signals and by serials. Where the two differ is shown."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Count

from gearpark.base.ids import tag
from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import Latest, latest_of, tags_of_assets
from gearpark.engines.lines import Buffer, LineTemplate, Station

from ...models import Serial
from ...types.lines import LineInfo
from ...types.moves import WipRow
from ...types.work import SerialStatus
from ..setup import line as line_of


def wip(scope: Scope, line_asset: str, now: datetime) -> list[WipRow]:
    """One row an operation of the line, in its order."""
    info = line_of(scope, line_asset)
    heard = _heard(scope, info, now)
    counts = _serials(scope, info)
    return [_row(info, group, heard, counts) for group in info.template.groups]


def levels(scope: Scope, info: LineInfo, now: datetime) -> dict[str, float | None]:
    """Buffer code -> parts in it as the machine says, None where nothing is known."""
    heard = _heard(scope, info, now)
    return {
        buffer.code: _number(heard.get(tag(info.asset_of(buffer.code), "level")))
        for buffer in info.template.buffers
    }


def buffers_before(template: LineTemplate) -> dict[str, Buffer]:
    """Group -> the buffer that feeds it."""
    buffers = {buffer.code: buffer for buffer in template.buffers}
    return {flow.target: buffers[flow.source] for flow in template.flows if flow.source in buffers}


def _row(
    info: LineInfo,
    group: str,
    heard: dict[str, Latest],
    counts: dict[int, dict[str, int]],
) -> WipRow:
    stations: tuple[Station, ...] = info.template.groups[group]
    buffer = buffers_before(info.template).get(group)
    level = _number(heard.get(tag(info.asset_of(buffer.code), "level"))) if buffer is not None else None
    loaded = [_loaded(heard.get(tag(info.asset_of(station.code), "part_serial"))) for station in stations]
    known = [one for one in loaded if one is not None]
    op = stations[0].op
    first = stations[0]
    return WipRow(
        op=op,
        group=group,
        title_en=first.title_en,
        title_zh=first.title_zh,
        buffer=buffer.code if buffer is not None else "",
        level=None if level is None else round(level),
        capacity=buffer.capacity if buffer is not None else 0,
        on_stations=sum(known) if known else None,
        serials=counts[op]["open"],
        held=counts[op]["held"],
    )


def _heard(scope: Scope, info: LineInfo, now: datetime) -> dict[str, Latest]:
    """Newest values of levels and parts that may still be believed."""
    wanted = {tag(info.asset_of(buffer.code), "level") for buffer in info.template.buffers}
    wanted |= {tag(info.asset_of(station.code), "part_serial") for station in info.template.stations}
    assets = [info.asset_of(device.code) for device in (*info.template.buffers, *info.template.stations)]
    known = [one for infos in tags_of_assets(scope, assets).values() for one in infos if one.tag in wanted]
    return {
        name: value
        for name, value in latest_of(known, now).items()
        if value.at_us is not None and value.quality.value not in ("bad", "stale")
    }


def _serials(scope: Scope, info: LineInfo) -> dict[int, dict[str, int]]:
    """Next operation -> parts that wait for it or are on it."""
    rows = (
        Serial.objects.of(scope)
        .filter(order__line_id=info.id, status__in=[SerialStatus.OPEN.value, SerialStatus.HELD.value])
        .values_list("next_op", "status")
        .annotate(n=Count("id"))
        .order_by()
    )
    made: dict[int, dict[str, int]] = defaultdict(lambda: {"open": 0, "held": 0})
    for op, status, count in rows:
        if op is not None:
            made[op]["open"] += count
            if status == SerialStatus.HELD:
                made[op]["held"] += count
    return made


def _number(value: Latest | None) -> float | None:
    found = value.value if value is not None else None
    return float(found) if isinstance(found, int | float) else None


def _loaded(value: Latest | None) -> int | None:
    return None if value is None or not isinstance(value.value, str) else len(value.value.split())
