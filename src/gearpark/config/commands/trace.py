"""``gearpark trace``: EPCIS events in and out of a running installation, life data on files alone."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem

from . import emit

ONE = "all"  # the design of a file that names none


def add(commands: Any) -> None:
    """Register the area's commands."""
    trace: argparse.ArgumentParser = commands.add_parser("trace", help="EPCIS events and life data")
    actions = trace.add_subparsers(dest="action", required=True, metavar="ACTION")
    out = actions.add_parser("export-epcis", help="write parts as an EPCIS 2.0 document (the platform runs)")
    out.add_argument("file", metavar="FILE", help="- for standard output")
    out.add_argument("--org", required=True, help="slug of the organisation")
    out.add_argument("--serial", action="append", default=[], help="a part; may be given again")
    out.add_argument("--order", default="", help="all parts of an order")
    out.add_argument("--json", action="store_true")
    out.set_defaults(run=_export)
    into = actions.add_parser("import-epcis", help="take an EPCIS 2.0 document in (the platform runs)")
    into.add_argument("file", metavar="FILE")
    into.add_argument("--org", required=True, help="slug of the organisation")
    into.add_argument("--json", action="store_true")
    into.set_defaults(run=_import)
    weibull = actions.add_parser("weibull", help="B-life with bounds; two designs compared")
    weibull.add_argument(
        "file", metavar="FILE", help="CSV or XLSX: life, failed (1/0), upper, count, design, note"
    )
    weibull.add_argument("--share", type=float, default=0.1, help="share failed: 0.1 is B10")
    weibull.add_argument("--confidence", type=float, default=0.95, help="of each bound alone")
    weibull.add_argument("--old", default="", help="design to compare with (else the first in the file)")
    weibull.add_argument(
        "--wanted", type=float, default=1.0, help="promised multiple of the old design's life"
    )
    weibull.add_argument("--json", action="store_true")
    weibull.set_defaults(run=_weibull)


def _export(options: argparse.Namespace) -> int:
    scope = _acting_for(options.org)
    from gearpark.base.time import now_utc
    from gearpark.contexts.shopfloor.public import part_events
    from gearpark.engines.traceability.epcis import document

    events = part_events(scope, options.serial, options.order)
    text = json.dumps(document(events, now_utc()), ensure_ascii=False, indent=1)
    if options.file == "-":
        print(text)
        return 0
    Path(options.file).write_text(text + "\n", encoding="utf-8")
    emit({"file": options.file, "events": len(events)}, options.json)
    return 0


def _import(options: argparse.Namespace) -> int:
    scope = _acting_for(options.org)
    from gearpark.contexts.shopfloor.public import capture_events

    try:
        content = json.loads(Path(options.file).read_text("utf-8"))
    except ValueError as error:
        raise Problem(
            "trace.epcis_document", "This is no EPCIS 2.0 document: it is no JSON.", status=422
        ) from error
    found = capture_events(scope, content)
    answer: dict[str, Any] = {
        word: sum(1 for one in found if one.outcome == word) for word in ("taken", "known", "refused")
    }
    answer["reasons"] = sorted({f"{one.code}: {one.why}" for one in found if one.outcome == "refused"})
    emit(answer, options.json)
    return 0


def _acting_for(org: str) -> Any:
    """A scope of the command line for one organisation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    import django

    django.setup()
    from gearpark.base.scope import Scope

    rights = frozenset({"shopfloor.view", "shopfloor.work"})
    return Scope(org, None, frozenset((org,)), False, rights, "process:command-line")


def _weibull(options: argparse.Namespace) -> int:
    from gearpark.engines.reliability import COLUMNS, NEEDED, Life, analysed, compared, life_from
    from gearpark.kit.sheets import read_sheet

    path = Path(options.file)
    try:
        rows = read_sheet(path.read_bytes(), path.name, known=COLUMNS, needed=NEEDED)
    except OSError as error:
        raise Problem("reliability.file", f"{path} cannot be read: {error.strerror}.") from error
    designs: dict[str, list[Life]] = {}
    for row in rows:
        designs.setdefault(row.values.get("design", "") or ONE, []).append(life_from(row.values, row.number))
    how = {"share": options.share, "confidence": options.confidence}
    answer: dict[str, Any] = {"designs": {name: analysed(lives, **how) for name, lives in designs.items()}}
    old = options.old or next(iter(designs), "")
    if old not in designs:
        raise Problem(
            "reliability.design", f"The file has no design {old[:40]!r}; it has: {', '.join(designs)}."
        )
    answer["old"] = old
    answer["compared"] = {
        name: compared(designs[old], lives, wanted=options.wanted, **how)
        for name, lives in designs.items()
        if name != old
    }
    emit(answer, options.json)
    return 0
