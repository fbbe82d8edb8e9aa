"""``gearpark shopfloor``: a shift's report and KPIs, from a running home."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from . import emit


def add(commands: Any) -> None:
    """Register the area's commands."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "shopfloor", help="shift reports and KPIs of a line, from a running home"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    report = actions.add_parser("report", help="the shift report: figures as JSON, or the sheet as PDF")
    kpi = actions.add_parser("kpi", help="the KPI set of ISO 22400-2 with its elements")
    for one in (report, kpi):
        one.add_argument("line", metavar="LINE", help="asset id of the line")
        one.add_argument("--day", default="", help="production day, YYYY-MM-DD; without it the running shift")
        one.add_argument("--shift", default="", help="shift code; without it the day's last begun shift")
        one.add_argument("--json", action="store_true")
    report.add_argument("--pdf", metavar="FILE", help="write the sheet as PDF")
    report.add_argument("--language", default="en", choices=("en", "zh-hans"))
    report.set_defaults(run=_report)
    kpi.set_defaults(run=_kpi)


def _start() -> Any:
    """Django on this home, and a scope that reads every organisation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    os.environ.setdefault("GEARPARK_NO_POOL", "1")
    import django

    django.setup()
    from gearpark.contexts.telemetry.public import process_scope

    return process_scope("shopfloor")


def _report(options: argparse.Namespace) -> int:
    from gearpark.base.time import now_utc

    scope = _start()
    if options.pdf:
        from gearpark.contexts.shopfloor.views.report import report_file

        content = report_file(scope, options.line, now_utc(), options.day, options.shift, options.language)
        Path(options.pdf).write_bytes(content)
        emit({"file": options.pdf, "bytes": len(content)}, options.json)
        return 0
    from gearpark.contexts.shopfloor.public import shift_document

    emit(shift_document(scope, options.line, now_utc(), options.day, options.shift), options.json)
    return 0


def _kpi(options: argparse.Namespace) -> int:
    from gearpark.base.time import now_utc

    scope = _start()
    from gearpark.contexts.shopfloor.public import shift_kpis

    emit(shift_kpis(scope, options.line, now_utc(), options.day, options.shift), options.json)
    return 0
