"""Vehicles."""

from __future__ import annotations

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models.moves import Task, Vehicle
from ...types.moves import ACTIVE, VehicleInfo

MAX_VEHICLES = 500


def vehicle_rows(scope: Scope) -> QuerySet[Vehicle]:
    """For the list page."""
    return Vehicle.objects.of(scope).select_related("home").order_by("name")


def vehicle_info(row: Vehicle, task: str = "") -> VehicleInfo:
    said = row.said or {}
    return VehicleInfo(
        id=row.pk,
        org=row.org,
        manufacturer=row.manufacturer,
        serial=row.serial,
        name=row.name,
        online=row.online,
        lost=row.lost,
        ready=row.ready,
        mode=row.mode,
        battery=row.battery,
        charging=row.charging,
        driving=row.driving,
        x_m=row.x_m,
        y_m=row.y_m,
        theta=row.theta,
        home=row.home.code if row.home is not None else "",
        heard_at=row.heard_at,
        e_stop=str(said.get("e_stop") or ""),
        field_violation=bool(said.get("field_violation")),
        errors=tuple(said.get("errors") or ()),
        loads=tuple(said.get("loads") or ()),
        task=task,
        facts=row.facts or {},
        active=row.active,
    )


def fleet(scope: Scope) -> list[VehicleInfo]:
    """Active vehicles with the task each is on."""
    tasks = dict(
        Task.objects.of(scope)
        .filter(state__in=[state.value for state in ACTIVE], vehicle__isnull=False)
        .values_list("vehicle_id", "number")
    )
    rows = vehicle_rows(scope).filter(active=True)[:MAX_VEHICLES]
    return [vehicle_info(row, tasks.get(row.pk, "")) for row in rows]


def vehicle(scope: Scope, key: int) -> VehicleInfo:
    """One vehicle, or NotFound ``moves.vehicle_unknown``."""
    row = vehicle_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("moves.vehicle_unknown", "There is no such vehicle that you may see.")
    states = [state.value for state in ACTIVE]
    task = Task.objects.of(scope).filter(vehicle=row, state__in=states).values_list("number", flat=True)
    return vehicle_info(row, task.first() or "")


def vehicle_choices(scope: Scope) -> list[tuple[int, str]]:
    return [(row.pk, row.name) for row in vehicle_rows(scope).filter(active=True)[:MAX_VEHICLES]]
