"""Parts and running time of machines by the UTC day, a pure function of what is in the lake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gearpark.base.ids import tag
from gearpark.base.time import from_us
from gearpark.engines.calendars import clipped, merged, total
from gearpark.engines.lines import Station
from gearpark.lake.reader import Reader

from ...types.lines import LineInfo
from ..figures import state_segments
from ..observed import STATE_SIGNALS, pieces
from .heard import HOUR_US, read

DAY_US = 24 * HOUR_US


def day_figures(
    lake: Reader, info: LineInfo, stations: Sequence[str], start_us: int, now_us: int
) -> dict[tuple[str, date], tuple[int, float]]:
    """(asset, day) -> (parts, running seconds) for every UTC day in [start, now]; ``start_us`` is a midnight."""
    if not stations or now_us <= start_us:
        return {}
    assets = {info.asset_of(code): code for code in stations}
    series = read(lake, info.org, day_tags(info, stations), start_us - HOUR_US, now_us)
    found = {}
    for asset, code in assets.items():
        mine = {
            s: series[tag(asset, s)] for s in (*STATE_SIGNALS, "part_count") if len(series[tag(asset, s)])
        }
        if not mine:
            continue
        device = info.template.device(code)
        made = pieces(mine.get("part_count"), device.part_s if isinstance(device, Station) else None)
        states = state_segments(info, mine, start_us, now_us)
        running = merged((item.start_us, item.end_us) for item in states if item.state == "running")
        for begin in range(start_us, now_us, DAY_US):
            end = min(begin + DAY_US, now_us)
            parts, run_us = made.total(begin, end), total(clipped(running, begin, end))
            found[asset, from_us(begin).date()] = (parts, run_us / 1e6)
    return found


def day_tags(info: LineInfo, stations: Sequence[str]) -> list[str]:
    """Tags that the days of these stations rest on."""
    assets = [info.asset_of(code) for code in stations]
    return [tag(asset, signal) for asset in assets for signal in (*STATE_SIGNALS, "part_count")]
