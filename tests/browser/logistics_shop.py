"""The demo's logistics in the middle of a shift, as browser tests look at it: vehicles under way, tasks of every state,
units packed and a shipment sent."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.pictures import demo_park
from tests.contexts.shopfloor.moves.shop import Shop
from tests.factories import registry as make

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc
from gearpark.config.demo.moves import ORG, load_moves
from gearpark.config.demo.park import park_scope
from gearpark.contexts.shopfloor.queries import moves as queries
from gearpark.contexts.shopfloor.services import moves
from gearpark.contexts.shopfloor.services import shipping as ship
from gearpark.contexts.shopfloor.services.demo_moves import MAKER
from gearpark.contexts.shopfloor.types.moves import Means
from gearpark.contexts.shopfloor.types.shipping import PackRuleInfo, UnitKind
from gearpark.engines.transport import parking
from gearpark.kit.tenant import acting
from gearpark.plants.fleet import SimVehicle

LINES, VEHICLES = 7, 4


def shop_under_way() -> Shop:
    """Twelve minutes of a shop with four vehicles; three of them speak, one has gone silent."""
    demo_park()
    now = now_utc()
    load_moves(park_scope(), now - timedelta(hours=1))
    scope = make.scope_of(ORG)
    with acting(scope):
        places = {place.code: place for place in queries.places(scope)}
    shop = Shop(scope, places, now - timedelta(minutes=12))
    for index in range(VEHICLES):
        x, y = parking(index, LINES)
        shop.vehicles.append(SimVehicle(MAKER, f"shop-{index + 1}", x, y, battery=0.92 - 0.2 * index))
    for vehicle in shop.vehicles:
        shop.online(vehicle)
    shop.run(40, 2)
    shop.finish(9)
    shop.run(30, 2)
    shop.finish(9, "qc-l2")
    shop.run(80, 2)
    shop.online(shop.vehicles[3], "CONNECTIONBROKEN")
    _by_hand(shop)
    _shipping(shop)
    return shop


def _by_hand(shop: Shop) -> None:
    """Tasks for people: one free, one accepted, one picked, one cancelled; one for the warehouse."""
    scope, places, now = shop.scope, shop.places, now_utc()
    with acting(scope):
        codes = list(
            queries.carrier_rows(scope)
            .filter(place__code="finished-store", parts=0)
            .values_list("code", flat=True)[:5]
        )
    made = [
        moves.make_task(
            scope,
            source=places["finished-store"].id,
            target=places["dock"].id,
            carrier=code,
            now=now - timedelta(minutes=25 - index),
            means=Means.WMS if index == 4 else Means.PERSON,
            due_s=1800 if index else 900,
            priority=50,
            key=f"look-{index}",
        ).number
        for index, code in enumerate(codes)
    ]
    moves.report_step(scope, made[1], "accept", now)
    moves.report_step(scope, made[2], "accept", now)
    moves.report_step(scope, made[2], "pick", now, carrier=codes[2])
    moves.cancel_task(scope, made[3], "not needed today", now)


def _shipping(shop: Shop) -> None:
    scope, now = shop.scope, now_utc()
    ship.save_pack_rule(scope, PackRuleInfo("H12-M", UnitKind.BOX, 4, partial=True))
    names = shop.finish(12, "qc-l3")
    packed = iter(names)
    units = []
    for size, kg in ((4, 91.5), (4, 91.2), (3, None)):
        unit = ship.open_unit(scope, now, product="H12-M")
        for _ in range(size):
            _pack(shop, unit.sscc, next(packed))
        if kg is not None:
            ship.close_unit(scope, unit.sscc, now, gross_kg=kg)
        units.append(unit.sscc)
    sent = ship.make_shipment(
        scope,
        ship_to="Chongqing gearbox works",
        now=now,
        reference="PO-77120",
        haulier="Yuxin",
        vehicle="渝A 12345",
    )
    ship.add_unit(scope, sent.number, units[0], now)
    ship.send_shipment(scope, sent.number, now)
    ship.make_shipment(scope, ship_to="Chengdu driveline", now=now, reference="PO-4471")


def _pack(shop: Shop, sscc: str, name: str) -> None:
    try:
        ship.pack(shop.scope, sscc, name, now_utc())
    except Problem as problem:  # pragma: no cover - says which part, when the seed is wrong
        raise AssertionError(f"{name}: {problem}") from problem
