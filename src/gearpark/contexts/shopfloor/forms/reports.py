"""Reports as clients send them: JSON read into types, outcomes written back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gearpark.base.problems import Problem
from gearpark.base.time import parse_iso

from ..types.reports import Outcome, ReportWanted
from ..types.work import ReportKind, RunSource

MAX_TEXT = 400
MAX_NUMBER = 10**12


def outcome_json(found: Outcome) -> dict[str, Any]:
    """An outcome as clients read it."""
    return {
        "key": str(found.key),
        "ok": True,
        "repeated": found.repeated,
        "kind": found.kind.value,
        "serial": found.serial,
        "order": found.order,
        "op": found.op,
        "status": found.status.value if found.status else None,
        "next_op": found.next_op,
        "passed": found.passed,
        "good": found.good,
        "scrap": found.scrap,
    }


def read_report(item: Any, source: RunSource = RunSource.TERMINAL) -> ReportWanted:
    """A report from JSON; Problem ``work.report_unreadable`` for anything else."""
    unreadable = Problem("work.report_unreadable", "A report cannot be read.", status=422)
    if not isinstance(item, dict):
        raise unreadable
    try:
        return ReportWanted(
            key=UUID(str(item["key"])),
            kind=ReportKind(str(item["kind"])),
            line=text_of(item, "line"),
            station=text_of(item, "station"),
            at=parse_iso(str(item["at"])),
            operator=whole(item, "operator"),
            serial=text_of(item, "serial"),
            order=text_of(item, "order"),
            of=UUID(str(item["of"])) if item.get("of") else None,
            reason=text_of(item, "reason"),
            note=text_of(item, "note"),
            rework_to=whole(item, "rework_to"),
            step=whole(item, "step"),
            value=text_of(item, "value"),
            good=whole(item, "good") or 0,
            scrap=whole(item, "scrap") or 0,
            source=source,
        )
    except (KeyError, ValueError, Problem) as error:
        raise unreadable from error


def text_of(item: dict[str, Any], name: str) -> str:
    """A text member, cut to what is kept; "" for anything else."""
    value = item.get(name, "")
    return value.replace("\x00", "").strip()[:MAX_TEXT] if isinstance(value, str) else ""


def whole(item: dict[str, Any], name: str) -> int | None:
    """A whole number or None; ValueError for anything else."""
    value = item.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_NUMBER:
        raise ValueError(name)
    return value
