"""API of the potline: lines, cells at a moment, alarms, a stretch in figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.time import now_utc
from gearpark.kit.api import guarded

from .queries.alarms import MAX_LISTED, episodes
from .queries.cells import cells_at
from .queries.estimates import estimates_at
from .queries.lines import potline, potlines
from .queries.plans import tapping_plan
from .queries.report import line_report
from .types import VIEW, Kpi

router = Router()
may_view = guarded(VIEW)
LONGEST = timedelta(days=31)


class LineOut(Schema):
    """A potline; ``targets``: figure -> middle and what is allowed around it."""

    org: str
    code: str
    name_en: str
    name_zh: str
    cells: int
    rooms: int
    targets: dict[str, tuple[float, float]]
    revision: int


class CellOut(Schema):
    """A cell at a moment. ``values`` in the figures' units (V, nOhm, %, Cel, K, %, mV, %); ``stale``: nothing known."""

    number: int
    values: dict[str, float]
    phase: str
    control: str
    alarms: list[str]
    at: AwareDatetime | None
    stale: bool


class EpisodeOut(Schema):
    """An alarm from begin to end; null while it stands."""

    cell: int
    alarm: str
    began: AwareDatetime
    ended: AwareDatetime | None
    seen_by: str
    note: str


class ReportOut(Schema):
    """A line over a stretch: energies MWh and kWh/kg, metal t, gases t CO2e, weighed metal t; null where they cannot be told."""

    begin: AwareDatetime
    end: AwareDatetime
    heard: int
    current_ka: float | None
    volts: float | None
    energy_mwh: float | None
    efficiency: float | None
    metal_t: float | None
    kwh_per_kg: float | None
    effects: int
    effects_per_cell_day: float | None
    effect_min: float
    pfc_co2e_t: float | None
    tapped_t: float


@router.get("/lines", response=list[LineOut], summary="Potlines")
def list_lines(request: HttpRequest) -> list[Any]:
    """Lines of the scope."""
    return [
        LineOut(
            org=one.org, code=one.code, name_en=one.name_en, name_zh=one.name_zh, cells=one.cells, rooms=one.rooms,
            targets={kpi.value: (target.middle, target.room) for kpi, target in one.targets.items()},
            revision=one.revision,
        )
        for one in potlines(may_view(request))
    ]  # fmt: skip


@router.get("/lines/{code}/cells", response=list[CellOut], summary="Cells at a moment")
def list_cells(request: HttpRequest, code: str, at: AwareDatetime | None = None) -> list[Any]:
    """Every cell now, or at an earlier moment."""
    info = potline(may_view(request), code)
    return [
        CellOut(
            number=one.number, values={kpi.value: value for kpi, value in one.values.items()}, phase=one.phase,
            control=one.control, alarms=list(one.alarms), at=one.at, stale=one.stale,
        )
        for one in cells_at(info, at or now_utc(), tuple(Kpi))
    ]  # fmt: skip


@router.get("/lines/{code}/alarms", response=list[EpisodeOut], summary="Alarms of a stretch")
def list_alarms(request: HttpRequest, code: str, start: AwareDatetime, end: AwareDatetime) -> list[Any]:
    """Alarms that stood in [start, end), the newest first, at most 2,000."""
    scope = may_view(request)
    _check(end - start)
    return episodes(scope, potline(scope, code), start, end)[:MAX_LISTED]


class LadleOut(Schema):
    """A ladle of the released plan: masses t, shares %; ``weighed_t``: so far."""

    shift: int
    begin: AwareDatetime
    cells: list[int]
    tonnes: float
    fe_pct: float
    si_pct: float
    grade: str
    weighed_t: float


class TappingPlanOut(Schema):
    """The released tapping plan of a day."""

    line: str
    day: date
    released_at: AwareDatetime
    ladles: list[LadleOut]


class EstimateOut(Schema):
    """Estimates of a cell; standard deviations end in ``_sd``. ``causes``: name -> probability."""

    number: int
    values: dict[str, float]
    closed_feeders: list[int]
    causes: dict[str, float]
    at: AwareDatetime | None


@router.get("/lines/{code}/estimates", response=list[EstimateOut], summary="Estimates of every cell")
def list_estimates(request: HttpRequest, code: str) -> list[Any]:
    """Newest estimates, with the causes named for each cell."""
    info = potline(may_view(request), code)
    return [
        EstimateOut(
            number=one.number, values=dict(one.values), closed_feeders=list(one.closed),
            causes={cause.name: cause.probability for cause in one.causes}, at=one.at,
        )
        for one in estimates_at(info, now_utc())
    ]  # fmt: skip


@router.get("/lines/{code}/tapping-plan", response=TappingPlanOut, summary="Released tapping plan of a day")
def get_tapping_plan(request: HttpRequest, code: str, day: date) -> Any:
    """Ladles as released with what was weighed of them; 404 where no plan of the day is released."""
    scope = may_view(request)
    found = tapping_plan(scope, potline(scope, code), day)
    if found is None:
        raise NotFound("potline.plan_unknown", "There is no such plan that you may see.")
    return found


@router.get("/lines/{code}/report", response=ReportOut, summary="A stretch in figures")
def get_report(request: HttpRequest, code: str, start: AwareDatetime, end: AwareDatetime) -> Any:
    """The line over [start, end), at most 31 days."""
    scope = may_view(request)
    _check(end - start)
    return line_report(scope, potline(scope, code), start, end)


def _check(lasted: timedelta) -> None:
    if not timedelta(0) < lasted <= LONGEST:
        raise Problem(
            "potline.stretch_wrong",
            f"Choose a stretch that ends after it begins, of {LONGEST.days} days at most.",
            most=LONGEST.days,
        )
