"""The whole of logistics as a state machine: lost, doubled and overtaken messages, vehicles that die, people who step in.

The truth is a small world of its own: which carrier physically stands or rides where. Whatever happens, when the air is
clean again every task ends, and the tables say of every carrier what the world says.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.contexts.shopfloor.moves.shop import LINE, Shop, build

from gearpark.base.problems import Problem
from gearpark.bus import vda5050 as vda
from gearpark.contexts.shopfloor.models.moves import Carrier, CarrierItem, Task, VehicleOrder
from gearpark.contexts.shopfloor.queries.moves.scopes import loop_scope
from gearpark.contexts.shopfloor.services import moves
from gearpark.contexts.shopfloor.services.moves import link
from gearpark.contexts.shopfloor.services.moves.hear import Heard, hear
from gearpark.contexts.shopfloor.types.moves import ENDED, Means
from gearpark.kit.tenant import acting

EXAMPLES = int(os.environ.get("GEARPARK_FLEET_EXAMPLES", "2"))
ACTIVE_LIMIT_S = 3600  # within this every task ends once nothing goes wrong any more
PERSON = "person"


class Air:
    """Messages under way. ``clean``: everything arrives at once and in order."""

    def __init__(self) -> None:
        self.up: list[Heard] = []  # to the control
        self.down: list[tuple[str, str, bytes]] = []  # serial, kind, payload


class FleetMachine(RuleBasedStateMachine):
    """One example: a shop with two vehicles on one line."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.shop: Shop = build(vehicles=2, carriers=3)
        self.air = Air()
        self.cut: set[str] = set()
        self.finished: list[str] = []
        with acting(self.shop.scope):
            rows = Carrier.objects.of(self.shop.scope).select_related("place")
            self.world = {row.code: row.place.code if row.place else "" for row in rows}
        for vehicle in self.shop.vehicles:
            vehicle.handle = self.handler(vehicle.serial)

    def handler(self, serial: str):  # type: ignore[no-untyped-def]
        def handle(kind: str, load: str, place: str) -> str:
            if kind == "pick":
                if self.world.get(load) != place:
                    return "nothing there"
                self.world[load] = serial
            else:
                self.world[load] = place
            return ""

        return handle

    def teardown(self) -> None:
        try:
            self.heal()
            self.check()
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    # --- what happens ----------------------------------------------------------------------------------------------

    @rule(count=st.integers(1, 8))
    def parts_are_finished(self, count: int) -> None:
        self.finished += self.shop.finish(count)

    @rule(seconds=st.integers(2, 40))
    def time_passes(self, seconds: int) -> None:
        self.live(seconds)

    def live(self, seconds: float, *, clean: bool = False) -> None:
        shop = self.shop
        shop.now += timedelta(seconds=seconds)
        for vehicle in shop.vehicles:
            for said in vehicle.step(shop.now):
                if vehicle.serial not in self.cut:
                    self.air.up.append(shop.heard(vehicle, said))
        if clean:
            self.arrive(len(self.air.up))
        link.follow(loop_scope(), shop.now)
        self.send()
        if clean:
            self.reach(len(self.air.down))

    def send(self, *, killed: bool = False) -> None:
        """The outbox goes on the air; ``killed``: the link dies before it notes that it did."""
        wide = loop_scope()
        for key, topic, payload in link.due(wide, self.shop.now):
            found = vda.parse_topic(topic)
            assert found is not None
            if found.serial not in self.cut:
                self.air.down.append((found.serial, found.kind, payload))
            if killed:
                return
            link.sent(wide, key, self.shop.now)

    @rule()
    def the_link_is_killed_between_publish_and_commit(self) -> None:
        self.send(killed=True)

    @rule(count=st.integers(1, 6))
    def messages_arrive(self, count: int) -> None:
        self.arrive(count)
        self.reach(count)

    def arrive(self, count: int) -> None:
        batch, self.air.up = self.air.up[:count], self.air.up[count:]
        hear(loop_scope(), [one._replace(at=self.shop.now) for one in batch])

    def reach(self, count: int) -> None:
        batch, self.air.down = self.air.down[:count], self.air.down[count:]
        for serial, kind, payload in batch:
            if serial not in self.cut:
                self.vehicle(serial).take(kind, payload, self.shop.now)

    def vehicle(self, serial: str):  # type: ignore[no-untyped-def]
        return next(one for one in self.shop.vehicles if one.serial == serial)

    @rule(place=st.integers(0, 5), what=st.sampled_from(["lose", "double", "overtake"]))
    def the_air_plays_tricks(self, place: int, what: str) -> None:
        for lane in (self.air.up, self.air.down):
            if place >= len(lane):
                continue
            if what == "lose":
                lane.pop(place)
            elif what == "double":
                lane.append(lane[place])  # type: ignore[arg-type]
            else:
                lane.insert(0, lane.pop(place))  # type: ignore[arg-type]

    @rule(number=st.integers(0, 1))
    def a_vehicle_is_cut_off(self, number: int) -> None:
        vehicle = self.shop.vehicles[number]
        if vehicle.serial not in self.cut:
            self.cut.add(vehicle.serial)
            self.shop.online(vehicle, "CONNECTIONBROKEN")

    @rule(number=st.integers(0, 1))
    def a_vehicle_is_back(self, number: int) -> None:
        vehicle = self.shop.vehicles[number]
        if vehicle.serial in self.cut:
            self.cut.discard(vehicle.serial)
            self.shop.online(vehicle)

    @rule(number=st.integers(0, 1))
    def a_vehicle_starts_anew(self, number: int) -> None:
        fresh = self.shop.vehicles[number].clone()
        self.shop.vehicles[number] = fresh
        if fresh.serial not in self.cut:
            self.shop.online(fresh)

    @rule(number=st.integers(0, 1))
    def a_handling_fails(self, number: int) -> None:
        self.shop.vehicles[number].fail_next = "fork sensor"

    @rule(
        choice=st.integers(0, 9),
        what=st.sampled_from(["cancel", "reassign", "take over", "retry", "by hand"]),
    )
    def a_person_steps_in(self, choice: int, what: str) -> None:
        shop = self.shop
        found = shop.tasks()
        if not found:
            return
        task = found[choice % len(found)]
        with suppress(Problem), acting(shop.scope):
            if what == "cancel":
                moves.cancel_task(shop.scope, task.number, "test", shop.now)
            elif what == "reassign":
                moves.reassign_task(shop.scope, task.number, Means.AGV, shop.now)
            elif what == "retry":
                moves.retry_task(shop.scope, task.number, shop.now)
            elif what == "take over":
                taken = moves.take_over(shop.scope, task.number, shop.now)
                if taken.state == "picked" and taken.carrier:
                    self.lift_off(taken.carrier)
            else:
                self.by_hand(task.number)

    def lift_off(self, carrier: str) -> None:
        """A person takes the carrier off whatever has it."""
        for vehicle in self.shop.vehicles:
            if carrier in vehicle.loads:
                vehicle.loads.remove(carrier)
        self.world[carrier] = PERSON

    def by_hand(self, number: str) -> None:
        """People finish what people have begun; they only take what they see."""
        shop = self.shop
        task = next(one for one in shop.tasks() if one.number == number)
        if task.means is not Means.PERSON or task.state in ENDED:
            return
        if task.state != "picked":
            if task.carrier and self.world[task.carrier] != task.source:
                return
            moves.report_step(shop.scope, number, "pick", shop.now)
            if task.carrier:
                self.world[task.carrier] = PERSON
        moves.report_step(shop.scope, number, "drop", shop.now)
        if task.carrier:
            self.world[task.carrier] = task.target

    # --- what must always be true ----------------------------------------------------------------------------------

    @invariant()
    def nothing_contradicts(self) -> None:
        loads = [load for vehicle in self.shop.vehicles for load in vehicle.loads]
        assert len(loads) == len(set(loads)), "a carrier rides on two vehicles"
        with acting(self.shop.scope) as scope:
            triggers = list(Task.objects.of(scope).values_list("trigger", flat=True))
            assert len(triggers) == len(set(triggers))
            assert CarrierItem.objects.of(scope).count() <= len(self.finished)

    def heal(self) -> None:
        """Nothing goes wrong any more; people finish what they have."""
        self.air.up.clear()
        self.air.down.clear()
        self.cut.clear()
        for vehicle in self.shop.vehicles:
            vehicle.fail_next = ""
            self.shop.online(vehicle)
        waited = 0
        while waited < ACTIVE_LIMIT_S:
            self.live(15, clean=True)
            waited += 15
            open_tasks = [one for one in self.shop.tasks() if one.state not in ENDED]
            for one in open_tasks:
                with acting(self.shop.scope):
                    self.by_hand(one.number)
            if not open_tasks and not self.pending():
                break
        if os.environ.get("GEARPARK_FLEET_EXAMPLES"):
            print(
                "healed after",
                waited,
                [
                    (o.number, o.kind.value, o.state.value, o.trouble, o.tries, o.means.value)
                    for o in open_tasks
                ],
                self.pending(),
            )

    def pending(self) -> bool:
        with acting(self.shop.scope) as scope:
            return VehicleOrder.objects.of(scope).filter(settled=False).exclude(kind="park").exists()

    def check(self) -> None:
        stuck = [one for one in self.shop.tasks() if one.state not in ENDED and one.carrier]
        assert stuck == [], [(one.number, one.state, one.trouble, one.tries) for one in stuck]
        with acting(self.shop.scope) as scope:
            rows = Carrier.objects.of(scope).select_related("place", "vehicle")
            said = {
                row.code: row.place.code if row.place else row.vehicle.serial if row.vehicle else PERSON
                for row in rows
            }
        assert said == self.world
        assert all(self.world[load] == v.serial for v in self.shop.vehicles for load in v.loads)


@pytest.mark.django_db
def test_whatever_happens_every_task_ends_and_every_carrier_is_where_it_is_said_to_be() -> None:
    run_state_machine_as_test(
        FleetMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=os.environ.get("GEARPARK_FLEET_EXAMPLES") is None,
        ),
    )


def test_the_line_of_the_tests_exists(make_shop) -> None:  # type: ignore[no-untyped-def]
    shop = make_shop()
    assert shop.places[f"{LINE}-out"].line == LINE
