"""The demo's lines: seven of one type with a plan of 75 pieces a shift (source: 70 to 80), and lines of other types."""

from __future__ import annotations

from gearpark.base.scope import Scope
from gearpark.engines.calendars import shipped
from gearpark.kit.tenant import acting

from ..models import Calendar, Line
from ..queries.setup import line_info
from ..types import LineInfo, LineWanted
from .setup import save_calendar, save_line

DEMO_LINES = 7
DEMO_ORG = "qichi"
DEMO_TEMPLATE = "housing-machining"
DEMO_CALENDAR = "three-shift"
DEMO_PLAN = 75


def ensure_demo_lines(scope: Scope, *, org: str = DEMO_ORG) -> list[LineInfo]:
    """Make the demo's lines and calendar where they are missing; calling it again changes nothing."""
    save_calendar(scope, shipped(DEMO_CALENDAR), org=org)
    return [
        save_line(
            scope,
            LineWanted(
                asset=f"qc-l{number}",
                name_en=f"Housing line {number}",
                name_zh=f"壳体{number}线",
                path=f"qijiang/{org}/qiaohe-plant/machining/l{number}",
                template=DEMO_TEMPLATE,
                calendar=DEMO_CALENDAR,
                plan=DEMO_PLAN,
            ),
            org=org,
        )
        for number in range(1, DEMO_LINES + 1)
    ]


def ensure_line(scope: Scope, wanted: LineWanted, *, org: str) -> LineInfo:
    """Make a line with a shipped calendar where there is none; one that is there stays as people left it."""
    with acting(scope):
        row = Line.objects.of(scope).filter(asset=wanted.asset).select_related("calendar").first()
        if row is not None:
            return line_info(row)
        if not Calendar.objects.of(scope).filter(org=org, name=wanted.calendar).exists():
            save_calendar(scope, shipped(wanted.calendar), org=org)
        return save_line(scope, wanted, org=org)
