"""Live values from a real gateway pipe over a real broker, and their rules message by message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gearpark.base.wire import AssetInfo, Observation, Quality, SignalInfo, SignalKind, Status
from gearpark.bus.live import LiveValues

from .conftest import BrokerProcess, until
from .test_historian import ASSETS, ORG, Gateway, now_us

POWER = (ORG, "m0/power_kw")


@pytest.fixture
def live(quick_broker: BrokerProcess) -> Iterator[LiveValues]:
    values = LiveValues(quick_broker.url)
    values.start()
    until(lambda: values.connected, "connected")
    yield values
    values.stop()


@pytest.fixture
def gateway(quick_broker: BrokerProcess, tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path, quick_broker.url)
    made.pipe.declare(ORG, ASSETS)
    yield made
    made.stop()


def value_of(live: LiveValues, key: tuple[str, str] = POWER) -> object:
    found = live.latest([key]).get(key)
    return found and found.value


def test_the_newest_source_time_wins_whatever_comes_last(live: LiveValues, gateway: Gateway) -> None:
    at_us = now_us()
    gateway.put(Observation("m0/power_kw", at_us, 2.0))
    gateway.put(Observation("m0/power_kw", at_us - 60_000_000, 1.0))
    gateway.put(Observation("m0/power_kw", at_us - 30_000_000, 1.5), historical=True)
    gateway.put(Observation("m0/power_kw", at_us + 3_600_000_000, 9.0))
    gateway.put(Observation("m1/power_kw", at_us, 7.0))
    until(lambda: value_of(live, (ORG, "m1/power_kw")) == 7.0, "the last one is heard")
    found = live.latest([POWER])[POWER]
    assert (found.value, found.at_us, found.quality) == (2.0, at_us, Quality.GOOD)
    assert live.counts["late_points"] == 2
    assert live.counts["future_points"] == 1
    assert live.org_of("m0/power_kw") == [ORG]
    assert live.tags_of(ORG) == ["m0/power_kw", "m1/power_kw"]


def test_a_late_listener_gets_current_values_from_births(
    gateway: Gateway, quick_broker: BrokerProcess
) -> None:
    at_us = now_us()
    gateway.put(Observation("m0/power_kw", at_us, 3.0), Observation("m0/item_state", at_us, "Executing"))
    values = LiveValues(quick_broker.url)
    values.start()
    try:
        until(lambda: value_of(values, (ORG, "m0/item_state")) == "Executing", "born with its value")
        assert values.latest([POWER])[POWER].at_us == at_us
        assert (ORG, "m2/power_kw") not in values.latest([(ORG, "m2/power_kw")]), "no value yet, no entry"
    finally:
        values.stop()


def test_silence_beyond_twice_the_interval_is_stale(live: LiveValues, gateway: Gateway) -> None:
    gateway.put(
        Observation("m0/power_kw", now_us(), 1.0), Observation("m0/item_state", now_us(), "Executing")
    )
    until(lambda: value_of(live) == 1.0, "heard")
    assert not live.latest([POWER])[POWER].stale
    until(lambda: live.latest([POWER])[POWER].stale, "stale after the silence")
    assert live.latest([POWER])[POWER].quality is Quality.STALE
    state = (ORG, "m0/item_state")
    assert not live.latest([state])[state].stale, "it reports changes only: silence means nothing"


def test_a_dead_machine_is_stale_and_comes_back(live: LiveValues, gateway: Gateway) -> None:
    state = (ORG, "m0/item_state")
    gateway.put(Observation("m0/item_state", now_us(), "Executing"))
    until(lambda: value_of(live, state) == "Executing", "heard")
    gateway.put(Observation("m0/item_state", now_us(), None, int(Status.BAD_NO_COMMUNICATION)))
    gateway.pipe.offline(ORG, "m0")
    until(lambda: live.latest([state])[state].stale, "dead")
    assert live.latest([state])[state].quality is Quality.BAD
    gateway.put(Observation("m0/item_state", now_us(), "NotExecuting"))
    until(lambda: value_of(live, state) == "NotExecuting", "alive")
    assert not live.latest([state])[state].stale


def test_a_gateway_that_vanishes_makes_its_values_stale(live: LiveValues, gateway: Gateway) -> None:
    state = (ORG, "m0/item_state")
    gateway.put(Observation("m0/item_state", now_us(), "Executing"))
    until(lambda: value_of(live, state) == "Executing", "heard")
    session = gateway.pipe._forwarder.session(f"gw1.{ORG}")  # type: ignore[union-attr]
    session.edge.client._paho._sock_close()  # the wire is cut; the broker says the will
    until(lambda: live.latest([state])[state].stale, "stale by will")
    until(lambda: not live.latest([state])[state].stale, "born again after the reconnect")


def test_the_bus_gone_makes_everything_stale_and_back(
    live: LiveValues, gateway: Gateway, quick_broker: BrokerProcess
) -> None:
    state = (ORG, "m0/item_state")
    gateway.put(Observation("m0/item_state", now_us(), "Executing"))
    until(lambda: value_of(live, state) == "Executing", "heard")
    quick_broker.kill()
    until(lambda: live.latest([state])[state].stale, "stale without a bus")
    assert not live.connected
    quick_broker.start()
    until(lambda: not live.latest([state])[state].stale, "back")


async def test_a_subscription_gathers_changes(live: LiveValues, gateway: Gateway) -> None:
    watching = live.subscribe([POWER, (ORG, "m1/power_kw")])
    try:
        assert await watching.next(0.05) == {}
        for number in range(20):
            await asyncio.to_thread(
                gateway.put,
                Observation("m0/power_kw", now_us(), float(number)),
                Observation("m2/power_kw", now_us(), float(number)),
            )
        seen: list[float] = []
        while not seen or seen[-1] != 19.0:
            changed = await watching.next(5, gather_s=0.2)
            assert set(changed) == {POWER}
            seen.append(changed[POWER].value)  # type: ignore[arg-type]
        assert len(seen) < 20, "changes are gathered"
    finally:
        watching.close()
    assert live._subscriptions == {}


def test_flow_and_nodes(live: LiveValues, gateway: Gateway) -> None:
    for number in range(40):
        gateway.put(Observation("m0/power_kw", now_us(), float(number)))
    until(lambda: live.flow().get(ORG) and live.flow()[ORG].points >= 40, "points are counted")
    until(lambda: live.flow()[ORG].points_per_s > 0, "a rate is known")
    node = live.nodes()[0]
    assert (node["org"], node["node"], node["online"], node["devices"]) == (ORG, "gw1.qichi", True, 3)
    assert node["deviations"] == {}


def test_a_hundred_thousand_tags_answer_quickly(live: LiveValues) -> None:
    """`latest` of a page's tags does not depend on how many there are."""
    begun_s = time.monotonic()
    live.latest([(ORG, f"m{number}/x") for number in range(400)])
    assert time.monotonic() - begun_s < 0.1


def test_declared_signals_change(live: LiveValues, gateway: Gateway) -> None:
    more = AssetInfo("m0", "machining-centre", "M0", signals=(SignalInfo("new", SignalKind.ANALOG),))
    gateway.put(Observation("m0/power_kw", now_us(), 1.0))
    until(lambda: value_of(live) == 1.0, "heard")
    gateway.pipe.declare(ORG, [more])
    gateway.put(Observation("m0/new", now_us(), 2.0))
    until(lambda: value_of(live, (ORG, "m0/new")) == 2.0, "the new signal is heard")
    until(lambda: live.nodes()[0]["dead_devices"] == 2, "the others died")
