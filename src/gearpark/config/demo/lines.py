"""The demo's lines as assets of the registry and lines of the shop floor, from what the plants say they run."""

from __future__ import annotations

from gearpark.base.scope import Scope
from gearpark.base.wire import AssetInfo
from gearpark.contexts.registry import public as registry
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.engines.lines import template
from gearpark.plants.lines import DemoLine, other_lines


def assets_of(line: DemoLine) -> list[AssetInfo]:
    """A line and its devices: ``<line>`` and ``<line>-<device>``."""
    shape, place = template(line.template), line.path.removeprefix("qijiang/")
    found = [AssetInfo(line.id, "line", f"{line.name_zh} {line.name_en}", place)]
    return found + [
        AssetInfo(f"{line.id}-{device.code}", device.type, device.title_en, f"{place}/{device.code}")
        for device in (*shape.stations, *shape.buffers, *shape.transports)
    ]


def other_line(line_id: str) -> DemoLine | None:
    """The line of another type that the plants call by this id."""
    return next((line for line in other_lines() if line.id == line_id), None)


def ensure_other_line(scope: Scope, line: DemoLine) -> None:
    """Make assets, shift calendar and line where they are missing; what a person has changed stays."""
    shape = template(line.template)
    registry.upsert_assets(scope, assets_of(line), org=line.org)
    shopfloor.ensure_line(
        scope,
        shopfloor.LineWanted(
            asset=line.id,
            name_en=line.name_en,
            name_zh=line.name_zh,
            path=line.path,
            template=line.template,
            calendar=shape.calendar,
            plan=shape.plan_per_shift,  # illustrative, as the line type says
        ),
        org=line.org,
    )
