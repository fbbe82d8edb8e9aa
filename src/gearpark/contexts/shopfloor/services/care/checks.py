"""Checks of gauges: calibrations against a standard and checks with the shift's master part."""

from __future__ import annotations

from datetime import datetime, timedelta

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting

from ...models import MAX_NAME
from ...models.care import Gauge, GaugeCheck, MachineDay
from ...models.care.tools import MAX_NOTE
from ...queries import setup
from ...types.care import CheckKind, GaugeState
from ...types.work import WORK
from .common import GAUGES, believable, require_one

MAX_TEMPERATURE_C = 100.0


def calibration_check(
    scope: Scope,
    code: str,
    at: datetime,
    as_found: float,
    *,
    as_left: float | None = None,
    uncertainty: float = 0.0,
    standard: str = "",
    temperature_c: float | None = None,
    certificate: int | None = None,
    note: str = "",
    key: str = "",
) -> int:
    """Keep a calibration; the gauge may be used again when it is good as left. Returns the check's id.

    ``as_left`` None: nothing was adjusted. Good: deviation (plus uncertainty, where the class says so) within the limit.
    Problems: ``care.gauge_unknown``, ``care.gauge_gone``, ``care.number_range``.
    """
    require_one(scope, *GAUGES)
    left = as_found if as_left is None else as_left
    facts = {"uncertainty": uncertainty, "standard": standard, "temperature_c": temperature_c,
             "certificate_id": certificate, "note": note, "key": key}  # fmt: skip
    return _check(scope, CheckKind.CALIBRATION, code, at, as_found, left, facts)


def master_check(
    scope: Scope, code: str, at: datetime, deviation: float, note: str = "", key: str = ""
) -> int:
    """Keep the shift's check with the master part; out of limit it blocks the gauge. Returns the check's id."""
    require_one(scope, WORK, *GAUGES)
    facts = {"uncertainty": 0.0, "standard": "", "temperature_c": None, "certificate_id": None, "note": note,
             "key": key}  # fmt: skip
    return _check(scope, CheckKind.MASTER, code, at, deviation, deviation, facts)


def _check(
    scope: Scope,
    kind: CheckKind,
    code: str,
    at: datetime,
    found: float,
    left: float,
    facts: dict[str, object],
) -> int:
    for name, value in (("deviation as found", found), ("deviation as left", left)):
        believable(name, value, -1e9)
    uncertainty = believable("uncertainty", float(facts["uncertainty"]))  # type: ignore[arg-type]
    if facts["temperature_c"] is not None:
        believable("temperature", float(facts["temperature_c"]), -40.0, MAX_TEMPERATURE_C)  # type: ignore[arg-type]
    with acting(scope):
        row = locked_gauge(scope, code)
        plan = row.gauge_class
        if row.state == GaugeState.SCRAPPED.value:
            raise Problem("care.gauge_gone", f"Gauge {code} is out of use; nothing was saved.", item=code)
        key = str(facts["key"])
        known = GaugeCheck.objects.of(scope).filter(gauge=row, key=key).first() if key else None
        if known is not None:
            return int(known.pk)
        room = plan.limit - (uncertainty if plan.guarded else 0.0)
        made = GaugeCheck(
            org=row.org, gauge=row, kind=kind.value, at=at, as_found=found, as_left=left, limit=plan.limit,
            guarded=plan.guarded, unit=plan.unit, found_good=abs(found) <= room, left_good=abs(left) <= room,
            by=scope.actor,
            **{**facts, "note": str(facts["note"])[:MAX_NOTE], "standard": str(facts["standard"])[:MAX_NAME]},
        )  # fmt: skip
        made.save(force_insert=True)
        _follow(scope, row, made)
        after = {"kind": kind.value, "as_found": found, "as_left": left, "limit": plan.limit,
                 "found_good": made.found_good, "left_good": made.left_good}  # fmt: skip
        record(scope, "care.gauge_checked", "gauge", code, None, after, org=row.org, at=at)
        return int(made.pk)


def _follow(scope: Scope, row: Gauge, made: GaugeCheck) -> None:
    """What a check does to its gauge: only the newest decides. A bad one blocks; only a good calibration frees again."""
    newer = GaugeCheck.objects.of(scope).filter(gauge=row, at__gt=made.at)
    calibrated = made.kind == CheckKind.CALIBRATION.value and made.left_good
    if calibrated and not newer.filter(kind=made.kind).exists():
        row.calibrated_at, row.failed_at = made.at, None
        days = row.gauge_class.every_days
        row.due_at = made.at + timedelta(days=days) if days else None
        row.state = GaugeState.IN_USE.value
        row.standard = made.standard or row.standard
        count_from(scope, row, made.at)
    if not made.left_good and not newer.exists():
        row.failed_at = made.at
        row.state = GaugeState.BLOCKED.value
    row.version += 1
    row.save()


def count_from(scope: Scope, row: Gauge, at: datetime) -> None:
    """Uses begin anew at ``at``; what its station had made that day already does not count."""
    row.base, row.uses, row.counts_from, row.offset = 0, 0, at, 0
    if row.line is not None and row.station:
        asset = setup.line_info(row.line).asset_of(row.station)
        day = MachineDay.objects.of(scope).filter(org=row.org, asset=asset, on=at.date()).first()
        row.offset = day.parts if day else 0


def locked_gauge(scope: Scope, code: str) -> Gauge:
    """The gauge's row, locked for this transaction; NotFound ``care.gauge_unknown``."""
    rows = Gauge.objects.of(scope).filter(code=code).select_related("gauge_class", "line")
    row: Gauge | None = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound("care.gauge_unknown", f"There is no gauge {code!r} that you may see.", item=code)
    return row
