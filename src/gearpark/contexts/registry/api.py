"""The registry over the API: organisations, assets, zone, counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from gearpark.base.limits import MAX_PAGE_ROWS
from gearpark.base.wire import AssetInfo
from gearpark.kit.api import DEFAULT_PAGE_ROWS, ProblemSchema, guarded, page_by_key

from . import queries, services
from .types import FirmState, Kind, Level

router = Router()
view, edit = guarded("registry.view"), guarded("registry.edit")
Refusals: dict[Any, Any] = {
    401: ProblemSchema, 403: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema, 422: ProblemSchema,
}  # fmt: skip


class OrganisationOut(Schema):
    """One organisation; ``invented`` marks illustrative data."""

    slug: str
    kind: Kind
    name_zh: str
    name_en: str
    uscc: str
    industry: str
    group: str
    cluster: str
    state: FirmState
    state_since_on: date | None
    staff: int | None
    yearly_output_cny: Decimal | None
    high_tech: bool
    invented: bool


class OrganisationPage(Schema):
    items: list[OrganisationOut]
    next_cursor: str | None


class AssetOut(Schema):
    """One asset; ``path`` is enterprise/site/area/line/unit and may change, ``id`` never does."""

    id: str
    org: str
    type: str
    level: Level
    name: str
    path: str
    parent: str
    manufacturer: str
    model: str
    serial_number: str
    active: bool


class AssetPage(Schema):
    items: list[AssetOut]
    next_cursor: str | None


class AssetIn(Schema):
    """An asset to store; an existing id is changed, another path moves it."""

    id: str
    type: str
    name: str = ""
    path: str = ""
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""


class AssetsIn(Schema):
    org: str | None = None
    items: list[AssetIn]


class ChangedOut(Schema):
    changed: list[str]


class CountsOut(Schema):
    """Firms of the park; ``signed`` counts all that have not left."""

    signed: int
    producing: int
    above_size: int
    building: int
    high_tech: int
    left: int


class PlotOut(Schema):
    """A plot; polygon in metres of the zone's local frame (x east, y north)."""

    code: str
    group: str
    status: str
    area_m2: float
    polygon: list[tuple[float, float]]
    occupant: str
    invented: bool


@router.get("/organisations", response={200: OrganisationPage, **Refusals}, summary="Organisations, by slug")
def list_organisations(
    request: HttpRequest,
    cursor: str | None = None,
    limit: int = Query(DEFAULT_PAGE_ROWS, ge=1, le=MAX_PAGE_ROWS),  # type: ignore[type-arg]
    state: FirmState | None = None,
    kind: Kind | None = None,
) -> Any:
    rows = queries.all_organisation_rows(view(request))
    rows = rows.filter(state=state.value) if state else rows
    rows = rows.filter(kind=kind.value) if kind else rows
    found, following = page_by_key(rows, "slug", cursor, limit)
    return {"items": [queries.firm_info(row) for row in found], "next_cursor": following}


@router.get("/organisations/{slug}", response={200: OrganisationOut, **Refusals}, summary="One organisation")
def one_organisation(request: HttpRequest, slug: str) -> Any:
    return queries.organisation(view(request), slug)


@router.get("/counts", response={200: CountsOut, **Refusals}, summary="Firms by state")
def counts(request: HttpRequest) -> Any:
    return queries.firm_counts(view(request))


@router.get("/assets", response={200: AssetPage, **Refusals}, summary="Assets, by id")
def list_assets(
    request: HttpRequest,
    cursor: str | None = None,
    limit: int = Query(DEFAULT_PAGE_ROWS, ge=1, le=MAX_PAGE_ROWS),  # type: ignore[type-arg]
    type: str | None = None,
    org: str | None = None,
) -> Any:
    rows = queries.asset_rows(view(request))
    rows = rows.filter(type=type) if type else rows
    rows = rows.filter(org=org) if org else rows
    found, following = page_by_key(rows, "id", cursor, limit)
    return {"items": [queries.asset_node(row) for row in found], "next_cursor": following}


@router.get("/assets/{asset_id}", response={200: AssetOut, **Refusals}, summary="One asset")
def one_asset(request: HttpRequest, asset_id: str) -> Any:
    return queries.asset(view(request), asset_id)


@router.put("/assets", response={200: ChangedOut, **Refusals}, summary="Store assets by id, all or none")
def put_assets(request: HttpRequest, payload: AssetsIn) -> Any:
    wanted = [AssetInfo(**item.dict()) for item in payload.items]
    return {"changed": services.upsert_assets(edit(request), wanted, org=payload.org)}


@router.get("/plots", response={200: list[PlotOut], **Refusals}, summary="Plots of the zone")
def list_plots(request: HttpRequest) -> Any:
    return queries.plots(view(request))
