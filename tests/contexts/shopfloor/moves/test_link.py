"""The fleet's link on a real broker with simulated vehicles: dropped sessions, a link killed at the worst moment."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.contexts.shopfloor.moves.shop import ORG, Shop, build
from tests.contexts.telemetry.support import LONG_S, broker, until

from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.models.moves import Carrier, Message, Site, Vehicle
from gearpark.contexts.shopfloor.queries import moves as queries
from gearpark.contexts.shopfloor.services import moves
from gearpark.contexts.shopfloor.services.moves.link import FleetLink
from gearpark.contexts.shopfloor.types.moves import TaskInfo, TaskState
from gearpark.kit.tenant import acting
from gearpark.plants.fleet import Fleet

pytestmark = pytest.mark.django_db(transaction=True)
FACTOR = 60.0  # vehicles live faster than we wait


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with broker() as url:
        yield url


class Rig:
    """A shop, a fleet on the bus, and a link; ``go`` lets them work until something is true."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.shop: Shop = build(vehicles=0, rules=False)
        self.fleet = Fleet(2, 7, folder, url, factor=FACTOR)
        self.picks: Counter[str] = Counter()
        self.link: FleetLink | None = FleetLink(url)
        for number, one in enumerate(self.fleet.vehicles, 1):
            one.vehicle.handle = self.counted
            home = self.shop.places["parking"].id
            moves.take_in(self.shop.scope, "gearpark-sim", f"shop-{number}", name=f"V{number}", home=home)
            one.client.start()
        until(lambda: all(one.client.up for one in self.fleet.vehicles), what="vehicles on the bus")

    def counted(self, kind: str, load: str, place: str) -> str:
        if kind == "pick":
            self.picks[load] += 1
        return ""

    def go(self, condition: Callable[[], object], what: str) -> None:
        def step() -> object:
            now = now_utc()
            for one in self.fleet.vehicles:
                one.tick(now)
            if self.link is not None:
                self.link.round(now)
            return condition()

        until(step, LONG_S, what)

    def task(self, carrier: str = "FG-0001") -> TaskInfo:
        with acting(self.shop.scope):
            return moves.make_task(
                self.shop.scope,
                source=self.shop.places["finished-store"].id,
                target=self.shop.places["dock"].id,
                now=now_utc(),
                carrier=carrier,
            )

    def state(self, task: TaskInfo) -> TaskInfo:
        with acting(self.shop.scope):
            return queries.task(self.shop.scope, task.number)

    def is_at(self, carrier: str, place: str) -> bool:
        with acting(self.shop.scope):
            row = Carrier.objects.of(self.shop.scope).select_related("place").get(code=carrier)
            return row.place is not None and row.place.code == place

    def online(self) -> int:
        with acting(self.shop.scope):
            return Vehicle.objects.of(self.shop.scope).filter(online=True).count()

    def stop(self) -> None:
        for one in self.fleet.vehicles:
            one.stop()
        if self.link is not None:
            self.link.stop()


@pytest.fixture
def rig(bus: str, tmp_path: Path) -> Iterator[Rig]:
    made = Rig(bus, tmp_path)
    yield made
    made.stop()


def test_a_task_goes_over_the_bus_and_a_lost_vehicle_loses_it(rig: Rig) -> None:
    rig.go(lambda: rig.online() == 2, "both vehicles heard")
    first = rig.task()
    rig.go(lambda: rig.state(first).state is TaskState.DONE, "the first task done")
    assert rig.is_at("FG-0001", "dock")
    second = rig.task("FG-0002")
    rig.go(lambda: rig.state(second).state is TaskState.ACCEPTED, "the second task taken up")
    name = rig.state(second).vehicle
    taken = rig.fleet.vehicles[int(name[-1]) - 1]
    taken.mute = taken.deaf = True
    taken.client._paho.loop_stop()  # the process dies: no goodbye, the broker tells
    taken.client._paho._sock_close()
    with acting(rig.shop.scope):
        Site.objects.of(rig.shop.scope).filter(org=ORG).update(lost_after_s=1)
    rig.go(lambda: rig.state(second).state is TaskState.DONE, "done by the other vehicle")
    found = rig.state(second)
    assert found.tries == 2
    with acting(rig.shop.scope):
        assert Vehicle.objects.of(rig.shop.scope).get(name=name).online is False
        steps = [step.step for step in queries.steps(rig.shop.scope, found.id)]
    assert steps.count("assigned") == 2
    assert rig.is_at("FG-0002", "dock")


def test_a_link_killed_between_publish_and_commit_orders_once(rig: Rig) -> None:
    link, rig.link = rig.link, None
    task = rig.task()
    where = Path(__file__).with_name("dying_link.py")
    process = subprocess.Popen(
        [sys.executable, str(where), rig.url], env=os.environ | {"GEARPARK_MQTT": rig.url}
    )
    died = threading.Event()
    threading.Thread(target=lambda: (process.wait(), died.set()), daemon=True).start()
    rig.go(died.is_set, "the link's death")
    assert process.returncode == -9
    with acting(rig.shop.scope):
        [order] = Message.objects.of(rig.shop.scope).filter(kind="order")
        assert (order.sends, order.settled_at) == (0, None)
    rig.go(lambda: any(one.vehicle.order for one in rig.fleet.vehicles), "the order arrived all the same")
    rig.link = link
    rig.go(lambda: rig.state(task).state is TaskState.DONE, "the task done")
    assert rig.picks == {"FG-0001": 1}
    found = rig.state(task)
    assert found.tries == 1
    assert rig.is_at("FG-0001", "dock")


def test_vehicles_are_found_on_the_bus(rig: Rig) -> None:
    rig.go(lambda: rig.online() == 2, "both vehicles heard")
    seen = moves.look_for_vehicles(rig.shop.scope, rig.url)
    assert [(one.serial, one.connection, one.known) for one in seen] == [
        ("shop-1", "ONLINE", True),
        ("shop-2", "ONLINE", True),
    ]
    assert seen[0].facts["max_load_kg"] == 800
