"""Vehicles a firm gives orders to: found on the bus, taken in, named, sent to their parking place."""

from __future__ import annotations

from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.bus import vda5050 as vda
from gearpark.bus.client import bus_url
from gearpark.bus.vda5050.look import look
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.moves import Vehicle
from ...queries.moves.fleet import vehicle_info
from ...queries.moves.places import place_row
from ...queries.moves.scopes import loop_scope
from ...types.lines import EDIT
from ...types.moves import PlaceKind, SeenVehicle, VehicleInfo

LOOK_S = 2.0  # how long to listen for vehicles
MAX_VEHICLES = 200  # of one firm


def look_for_vehicles(scope: Scope, url: str | None = None) -> list[SeenVehicle]:
    """Every vehicle that speaks VDA 5050 on the bus now. ``known``: somebody has taken it in already.

    Problem ``moves.bus_silent`` when the bus does not answer.
    """
    require(scope, EDIT)
    seen = look(url or bus_url(), LOOK_S)
    if seen is None:
        raise Problem("moves.bus_silent", "The bus does not answer; is the broker running?", status=503)
    with acting(loop_scope()) as wide:
        taken = set(Vehicle.objects.of(wide).values_list("manufacturer", "serial"))
    return [
        SeenVehicle(maker, serial, found.connection, found.facts, (maker, serial) in taken)
        for (maker, serial), found in sorted(seen.items())
    ]


def take_in(
    scope: Scope, manufacturer: str, serial: str, *, name: str, home: int | None = None, org: str = ""
) -> VehicleInfo:
    """Make a vehicle the firm's own; from now on it is given orders. Taking it in twice changes nothing.

    Problems: ``vda5050.name``, ``moves.vehicle_taken``, ``moves.vehicle_name``, ``moves.home``.
    """
    require(scope, EDIT)
    vda.topic(manufacturer, serial, "order")
    with acting(loop_scope()) as wide:
        other = Vehicle.objects.of(wide).filter(manufacturer=manufacturer, serial=serial).first()
    owner = org or scope.org
    with acting(scope):
        if other is not None and other.org == owner:
            return vehicle_info(other)
        if other is not None:
            raise Problem(
                "moves.vehicle_taken",
                f"{manufacturer} {serial} belongs to another firm on this bus.",
                status=409,
            )
        if Vehicle.objects.of(scope).filter(org=owner).count() >= MAX_VEHICLES:
            raise Problem("moves.vehicle_name", f"A firm has at most {MAX_VEHICLES} vehicles here.")
        row = Vehicle(org=owner, manufacturer=manufacturer, serial=serial, lost=True)
        _name(scope, row, name or serial)
        row.home = _home(scope, home)
        row.save(force_insert=True)
        after = {"manufacturer": manufacturer, "serial": serial, "name": row.name}
        record(scope, "moves.vehicle_taken_in", "vehicle", row.name, None, after, org=owner)
        return vehicle_info(row)


def save_vehicle(scope: Scope, key: int, *, name: str, home: int | None, active: bool) -> VehicleInfo:
    """Rename a vehicle, give it another parking place, or let it rest (no orders any more)."""
    require(scope, EDIT)
    with acting(scope):
        row = (
            Vehicle.objects.of(scope)
            .select_related("home")
            .select_for_update(of=("self",))
            .filter(pk=key)
            .first()
        )
        if row is None:
            raise Problem("moves.vehicle_unknown", "There is no such vehicle that you may see.", status=404)
        before = _facts(row)
        _name(scope, row, name)
        row.home, row.active = _home(scope, home), active
        row.save(update_fields=["name", "home", "active"])
        record(scope, "moves.vehicle_changed", "vehicle", row.name, before, _facts(row), org=row.org)
        return vehicle_info(row)


def _name(scope: Scope, row: Vehicle, name: str) -> None:
    row.name = " ".join(name.split())[:120]
    taken = Vehicle.objects.of(scope).filter(org=row.org, name=row.name).exclude(pk=row.pk)
    if not row.name or taken.exists():
        raise Problem("moves.vehicle_name", "A vehicle needs a name that no other one has.", status=409)


def _home(scope: Scope, home: int | None) -> Any:
    if home is None:
        return None
    found = place_row(scope, home)
    if found.kind not in (PlaceKind.PARK, PlaceKind.STORE, PlaceKind.DOCK):
        raise Problem("moves.home", "A vehicle parks on a parking place, in a store or at a dock.")
    return found


def _facts(row: Vehicle) -> dict[str, Any]:
    return {"name": row.name, "home": row.home.code if row.home else "", "active": row.active}
