"""API of line types: what stands on a line of a type, what is done there, how it is measured."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from gearpark.engines.lines import LineTemplate
from gearpark.kit.api import guarded

from ..queries import line_types as queries
from ..types.line_types import LineTypeInfo
from ..types.lines import VIEW

router = Router()
may_view = guarded(VIEW)


class LineTypeOut(Schema):
    """One line type; ``org`` and ``revision`` are empty and 0 for a shipped one."""

    org: str
    code: str
    revision: int
    title_en: str
    title_zh: str
    phase: str
    basis: str
    bottleneck: str
    ideal_cycle_s: float
    plan_per_shift: int
    stations: int
    devices: int
    lines: list[str]


class TypeStationOut(Schema):
    code: str
    type: str
    group: str
    op: int
    title_en: str
    title_zh: str
    ideal_cycle_s: float
    batch: int
    signals: list[str]


class TypeOperationOut(Schema):
    op: int
    group: str
    title_en: str
    title_zh: str
    cycle_s: float
    setup_s: float
    skill: str
    program: str
    program_revision: str
    tool_classes: list[str]
    tool_shares: list[float]
    gauge_classes: list[str]
    is_test: bool
    needs_test: bool
    rework_to: int | None
    batch: int


class TypeCharacteristicOut(Schema):
    code: str
    title_en: str
    title_zh: str
    kind: str
    unit: str
    op: int
    measured_at: str
    signal: str
    nominal: float | None
    lsl: float | None
    usl: float | None
    gauge: str
    target_cpk: float | None
    target_ppm: float | None
    special: str
    decimals: int
    basis: str


class TypeReasonOut(Schema):
    code: str
    title_en: str
    title_zh: str
    parent: str = ""
    loss: str = ""
    op: int | None = None
    rework: bool = False


class LineTypeDetailOut(LineTypeOut):
    """Everything a planner, a quality system or a twin needs of a line type; the document itself says still more."""

    station_list: list[TypeStationOut]
    operations: list[TypeOperationOut]
    characteristics: list[TypeCharacteristicOut]
    stop_reasons: list[TypeReasonOut]
    scrap_reasons: list[TypeReasonOut]
    document: str


@router.get("/line-types", response=list[LineTypeOut], summary="Line types: shipped ones and own ones")
def line_types(request: HttpRequest) -> list[dict[str, Any]]:
    return [_short(info) for info in queries.line_types(may_view(request))]


@router.get("/line-types/{code}", response=LineTypeDetailOut, summary="One line type with its document")
def line_type(
    request: HttpRequest, code: str, org: str = Query(""), revision: int | None = Query(None, ge=0)
) -> dict[str, Any]:
    info = queries.line_type(may_view(request), code, org, revision)
    shape = info.shape
    return {
        **_short(info),
        "station_list": _stations(shape),
        "operations": shape.operations,
        "characteristics": shape.characteristics,
        "stop_reasons": shape.stop_reasons,
        "scrap_reasons": shape.scrap_reasons,
        "document": info.text,
    }


def _short(info: LineTypeInfo) -> dict[str, Any]:
    shape = info.shape
    names = (
        "code",
        "title_en",
        "title_zh",
        "phase",
        "basis",
        "bottleneck",
        "ideal_cycle_s",
        "plan_per_shift",
    )
    return {
        **{name: getattr(shape, name) for name in names},
        "org": info.org,
        "revision": info.revision,
        "stations": len(shape.stations),
        "devices": len(shape.devices),
        "lines": [use.asset for use in info.used],
    }


def _stations(shape: LineTemplate) -> list[dict[str, Any]]:
    names = ("code", "type", "group", "op", "title_en", "title_zh", "ideal_cycle_s", "batch")
    return [
        {**{name: getattr(s, name) for name in names}, "signals": [i.name for i in shape.signals_of(s.code)]}
        for s in shape.stations
    ]
