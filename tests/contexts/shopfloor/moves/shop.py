"""A shop with logistics set up: one line, stores, carriers, rules, vehicles that live in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.factories import registry as make

from gearpark.base.scope import Scope
from gearpark.bus import vda5050 as vda
from gearpark.contexts.shopfloor.public import ensure_demo_lines
from gearpark.contexts.shopfloor.queries import moves as queries
from gearpark.contexts.shopfloor.queries.moves.scopes import loop_scope
from gearpark.contexts.shopfloor.services import moves
from gearpark.contexts.shopfloor.services.moves import link, pieces
from gearpark.contexts.shopfloor.services.moves.hear import Heard, hear
from gearpark.contexts.shopfloor.services.work import record_runs
from gearpark.contexts.shopfloor.types.moves import CarrierKind, PlaceInfo, TaskInfo
from gearpark.contexts.shopfloor.types.work import RunResult, RunSeen
from gearpark.engines.transport import parking
from gearpark.kit.tenant import acting
from gearpark.plants.fleet import SimVehicle

LINE = "qc-l1"
T0 = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
ORG = "qichi"
STATIONS = ("op10a", "op20a", "op30a", "op40a", "op50a", "op60a", "wash70", "leak80", "cmm90")


@dataclass
class Shop:
    """``now`` is the shop's clock; ``vehicles`` are simulated without a wire."""

    scope: Scope
    places: dict[str, PlaceInfo]
    now: datetime = T0
    vehicles: list[SimVehicle] = field(default_factory=list)
    made: int = 0

    def finish(self, count: int = 1, line: str = LINE) -> list[str]:
        """Good parts leave the line, one a second."""
        names = []
        seen: list[RunSeen] = []
        for _ in range(count):
            self.made += 1
            self.now += timedelta(seconds=1)
            name = f"P{self.made:04d}"
            names.append(name)
            for index, station in enumerate(STATIONS):
                begun = self.now - timedelta(minutes=10) + timedelta(seconds=60 * index)
                ended = self.now if index == len(STATIONS) - 1 else begun + timedelta(seconds=50)
                seen.append(
                    RunSeen(name, station, begun, ended, RunResult.GOOD, order=f"WO-{line}", variant="H12-M")
                )
        with acting(self.scope):
            record_runs(self.scope, line, seen)
        return names

    def tasks(self, *states: str) -> list[TaskInfo]:
        with acting(self.scope):
            rows = queries.task_rows(self.scope).order_by("pk")
            found = [queries.task(self.scope, row.number) for row in rows]
        return [one for one in found if not states or one.state in states]

    def follow(self) -> None:
        """What the loop does between two looks at the bus."""
        link.follow(loop_scope(), self.now)

    def deliver(self) -> int:
        """Everything in the outbox reaches its vehicle."""
        wide = loop_scope()
        sent = 0
        for key, topic, payload in link.due(wide, self.now):
            found = vda.parse_topic(topic)
            assert found is not None
            for vehicle in self.vehicles:
                if vehicle.serial == found.serial:
                    vehicle.take(found.kind, payload, self.now)
            link.sent(wide, key, self.now)
            sent += 1
        return sent

    def listen(self, vehicles: Iterable[SimVehicle] | None = None) -> None:
        """Every vehicle lives until now, and what it says is heard."""
        chosen = self.vehicles if vehicles is None else vehicles
        hear(loop_scope(), [self.heard(vehicle, one) for vehicle in chosen for one in vehicle.step(self.now)])

    def heard(self, vehicle: SimVehicle, said: object) -> Heard:
        kind, document = said  # type: ignore[misc]
        return Heard(vda.topic(vehicle.manufacturer, vehicle.serial, kind), vda.encode(document), self.now)

    def run(self, seconds: float, step: float = 1.0) -> None:
        """Let the shop live."""
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=step)
            self.listen()
            self.follow()
            self.deliver()

    def online(self, vehicle: SimVehicle, state: str = "ONLINE") -> None:
        head = vda.Header(1, self.now, vehicle.manufacturer, vehicle.serial)
        payload = vda.encode(vda.Connection(head, state))
        hear(
            loop_scope(),
            [Heard(vda.topic(vehicle.manufacturer, vehicle.serial, "connection"), payload, self.now)],
        )


def build(vehicles: int = 2, carriers: int = 6, rules: bool = True) -> Shop:
    """Everything through the services, as people do it."""
    make.organisation(ORG)
    pieces.forget(ORG)  # what this process remembers of another test's firm
    scope = make.scope_of(ORG)
    with acting(scope):
        ensure_demo_lines(scope)
        moves.propose_site(scope)
        places = {place.code: place for place in queries.places(scope)}
        shop = Shop(scope, places)
        stores = (places["blank-store"].id, places["finished-store"].id)
        for prefix, place in (("BL-", stores[0]), ("FG-", stores[1])):
            moves.save_carriers(
                scope, prefix, carriers, kind=CarrierKind.CONTAINER, capacity=8, place=place, now=T0
            )
        moves.save_carriers(
            scope, "OUT-", 1, kind=CarrierKind.CONTAINER, capacity=8, place=places[f"{LINE}-out"].id, now=T0
        )
        moves.book_stock(scope, stores[0], "CAST", "", 500, "delivery")
        if rules:
            moves.propose_rules(scope, LINE, *stores, T0)
        for index in range(vehicles):
            moves.take_in(scope, "sim", f"v{index + 1}", name=f"V{index + 1}", home=places["parking"].id)
            x, y = parking(index, 7)
            shop.vehicles.append(SimVehicle("sim", f"v{index + 1}", x, y))
    for vehicle in shop.vehicles:
        shop.online(vehicle)
    return shop


def order_of(payload: bytes) -> str:
    return str(json.loads(payload)["orderId"])
