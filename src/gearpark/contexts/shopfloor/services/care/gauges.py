"""The register of gauges: kinds with their calibration plans, gauges, where they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting

from ...models.care import Gauge, GaugeClass
from ...models.care.gauges import MAX_UNIT
from ...models.care.tools import MAX_NOTE
from ...models.lines import MAX_CODE, MAX_NAME
from ...types.care import GaugeClassWanted, GaugeState, GaugeWanted
from .checks import count_from, locked_gauge
from .common import GAUGES, believable, line_row, named, owner, require_one

MAX_DAYS = 3650
CLASS_FACTS = (
    "name_en",
    "name_zh",
    "unit",
    "limit",
    "guarded",
    "every_days",
    "every_uses",
    "master_each_shift",
)
FACTS = ("serial", "gauge_class_id", "resolution", "range_low", "range_high", "standard", "line_id", "station",
         "place", "note")  # fmt: skip


def save_gauge_class(scope: Scope, wanted: GaugeClassWanted, *, org: str = "") -> int:
    """Make a kind of gauge or change the one of this code; returns its id. A changed limit judges later checks only.

    Problems: ``care.text_missing``, ``care.number_range``, ``care.interval_missing``.
    """
    require_one(scope, *GAUGES)
    mine = owner(scope, org)
    code = named("code", wanted.code, MAX_CODE)
    believable("permissible deviation", wanted.limit, 1e-12)
    for what, value in (("days", wanted.every_days), ("uses", wanted.every_uses)):
        if value is not None:
            believable(what, value, 1, MAX_DAYS if what == "days" else 1e9)
    if wanted.every_days is None and wanted.every_uses is None:
        raise Problem(
            "care.interval_missing", "Say after how many days or uses it is calibrated; nothing was saved."
        )
    facts: dict[str, Any] = {name: getattr(wanted, name) for name in CLASS_FACTS}
    facts |= {"name_en": named("name", wanted.name_en, MAX_NAME), "name_zh": wanted.name_zh.strip()[:MAX_NAME],
              "unit": named("unit", wanted.unit, MAX_UNIT)}  # fmt: skip
    with acting(scope):
        row = GaugeClass.objects.of(scope).filter(org=mine, code=code).select_for_update().first()
        before = {name: getattr(row, name) for name in CLASS_FACTS} if row else None
        if row is None:
            row = GaugeClass(org=mine, code=code, illustrative=wanted.illustrative)
        elif before == facts:
            return int(row.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "care.gauge_class_saved", "gauge-class", code, before, facts, org=mine)
        return int(row.pk)


def save_gauge(scope: Scope, wanted: GaugeWanted, at: datetime, *, org: str = "") -> int:
    """Register a gauge or change the one of this number; returns its id. A new one must be calibrated before use.

    Problems: ``care.gauge_class_unknown``, ``care.number_range``, ``care.range_backwards``, ``care.station_unknown``.
    """
    require_one(scope, *GAUGES)
    mine = owner(scope, org)
    code = named("code", wanted.code, MAX_CODE)
    believable("resolution", wanted.resolution, 1e-12)
    believable("range from", wanted.range_low, -1e9)
    believable("range to", wanted.range_high, -1e9)
    if wanted.range_low >= wanted.range_high:
        raise Problem("care.range_backwards", "The range must end above where it begins; nothing was saved.")
    with acting(scope):
        kind = GaugeClass.objects.of(scope).filter(org=mine, code=wanted.gauge_class).first()
        if kind is None:
            raise NotFound(
                "care.gauge_class_unknown", f"There is no kind of gauge {wanted.gauge_class!r} in {mine}."
            )
        line = line_row(scope, wanted.line, wanted.station) if wanted.line else None
        row = Gauge.objects.of(scope).filter(org=mine, code=code).select_for_update().first()
        before = {name: getattr(row, name) for name in FACTS} if row else None
        facts = {
            "serial": wanted.serial.strip()[:MAX_CODE], "gauge_class_id": kind.pk, "resolution": wanted.resolution,
            "range_low": wanted.range_low, "range_high": wanted.range_high, "standard": wanted.standard[:MAX_NAME],
            "line_id": line.pk if line else None, "station": wanted.station if line else "",
            "place": wanted.place[:MAX_NAME], "note": wanted.note[:MAX_NOTE],
        }  # fmt: skip
        if row is None:
            row = Gauge(org=mine, code=code, illustrative=wanted.illustrative)
        elif before == facts:
            return int(row.pk)
        moved = (row.line_id, row.station) != (facts["line_id"], facts["station"])
        for name, value in facts.items():
            setattr(row, name, value)
        if moved and row.counts_from is not None:
            uses = row.uses  # what it measured where it was counts on
            row.line = line
            count_from(scope, row, at)
            row.base = row.uses = uses
        row.version += 1
        row.save()
        record(scope, "care.gauge_saved", "gauge", code, before, facts, org=mine, at=at)
        return int(row.pk)


def move_gauge(scope: Scope, code: str, state: GaugeState, at: datetime, note: str = "") -> None:
    """Send a gauge to the laboratory, block it, or take it out of use. Back in use it comes by a calibration, or from the
    laboratory when its calibration still holds. Problems ``care.gauge_unknown``, ``care.gauge_gone``, ``care.gauge_calibrate``.
    """
    require_one(scope, *GAUGES)
    with acting(scope):
        row = locked_gauge(scope, code)
        if row.state == GaugeState.SCRAPPED.value:
            raise Problem("care.gauge_gone", f"Gauge {code} is out of use; nothing was saved.", item=code)
        holds = (
            row.failed_at is None
            and row.calibrated_at is not None
            and (row.due_at is None or row.due_at > at)
        )
        if state is GaugeState.IN_USE and not holds:
            raise Problem(
                "care.gauge_calibrate", f"Gauge {code} needs a good calibration before it is used again."
            )
        before = {"state": row.state}
        row.state = state.value
        row.note = note.strip()[:MAX_NOTE] or row.note
        row.version += 1
        row.save()
        record(
            scope,
            "care.gauge_moved",
            "gauge",
            code,
            before,
            {"state": state.value, "note": note},
            org=row.org,
            at=at,
        )
