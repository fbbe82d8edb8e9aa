"""A shop that is cared for: the demo's care, tools in pockets with hours behind them, calls that stand."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.browser.pictures import demo_park
from tests.factories import registry as make

from gearpark.base.time import now_utc, to_us
from gearpark.contexts.shopfloor.models import Line
from gearpark.contexts.shopfloor.models.care import Tool, ToolClass, ToolHour, ToolLife
from gearpark.contexts.shopfloor.queries import line as line_info
from gearpark.contexts.shopfloor.services import calls, care
from gearpark.contexts.shopfloor.services.care.lives import end_life, put_in
from gearpark.contexts.shopfloor.services.care.usage import settle
from gearpark.contexts.shopfloor.services.demo_care import ensure_demo_care
from gearpark.contexts.shopfloor.types.calls import CallWanted
from gearpark.contexts.shopfloor.types.care import LifeEnd
from gearpark.kit.tenant import acting

HOUR_US = 3_600_000_000


def cared_for() -> None:
    """Commit it all."""
    demo_park()
    scope, now = make.scope_of("qichi"), now_utc()
    ensure_demo_care(scope, now, org="qichi")
    with acting(scope):
        care.open_due_jobs(scope, now)
    for asset in ("qc-l1", "qc-l2"):
        _tools(asset)
    for index, (kind, line, station, text) in enumerate(
        (
            ("machine", "qc-l1", "op40a", "SP-2041 Spindle overload / 主轴过载"),
            ("quality", "qc-l3", "cmm90", "Bore 2 drifts up"),
            ("material", "qc-l2", "", ""),
        )
    ):
        at = now - timedelta(seconds=(70, 420, 1000)[index])
        key = calls.raise_call(scope, CallWanted(kind, line, station, text), at)
        if index:
            calls.accept_call(scope, key, at + timedelta(seconds=50))
        if index == 2:
            calls.on_site(scope, key, at + timedelta(seconds=260))
    calls.escalate(scope, now)


def _tools(asset: str) -> None:
    """One tool of every kind in every machining centre, with two ended lives of its kind and hours of counting."""
    scope, now = make.scope_of("qichi"), now_utc()
    rng = random.Random(asset)
    with acting(scope):
        info = line_info(scope, asset)
        row = Line.objects.of(scope).get(asset=asset)
        this_hour = to_us(now) - to_us(now) % HOUR_US
        for station in info.template.stations:
            step = next((o for o in info.template.operations if o.op == station.op), None)
            for code in step.tool_classes if step else ():
                kind = ToolClass.objects.of(scope).get(org="qichi", code=code)
                life = rng.randint(70, 190)
                for number in (1, 2) if asset == "qc-l1" else ():
                    old = _tool(f"{code}-{asset[3:]}{station.code}-{number:04d}".upper(), kind, scope)
                    put_in(scope, old, row, station.code, code, now - timedelta(days=6 - 2 * number))
                    old.used = float(rng.randint(70, 190))
                    old.save()
                    end_life(scope, old, now - timedelta(days=4 - number), LifeEnd.WORN)
                used = rng.randint(2, life - 1)
                tool = _tool(f"{code}-{asset[3:]}{station.code}-0003".upper(), kind, scope)
                put_in(scope, tool, row, station.code, code, now - timedelta(hours=used / 6 + 1))
                ToolHour.objects.of(scope).bulk_create(
                    ToolHour(
                        org="qichi", tool=tool, life_no=tool.life_no, line=row, station=station.code, pocket=code,
                        hour_us=this_hour - (back + 1) * HOUR_US, parts=min(6, used - 6 * back),
                        left_share=max(1 - (used - 6 * back) / life, 0.0), left_parts=min(6, used - 6 * back),
                    )
                    for back in range((used + 5) // 6)
                )  # fmt: skip
                tool.left_share = 1 - used / life
                settle(scope, tool)
        assert ToolLife.objects.of(scope).exists()


def _tool(serial: str, kind: ToolClass, scope: object) -> Tool:
    row = Tool(org="qichi", serial=serial, tool_class=kind, by_machine=True)
    row.save()
    return row
