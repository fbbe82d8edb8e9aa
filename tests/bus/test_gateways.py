"""Questions to gateways over a real broker."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gearpark.base.problems import Problem
from gearpark.bus.client import MqttClient
from gearpark.bus.gateways import GatewayLink, health_topic, request_topic, response_topic

from .conftest import BrokerProcess, until


@pytest.fixture
def link(quick_broker: BrokerProcess) -> Iterator[GatewayLink]:
    made = GatewayLink(quick_broker.url)
    made.start()
    assert made.client.wait_up(10)
    yield made
    made.stop()


@pytest.fixture
def gateway(quick_broker: BrokerProcess) -> Iterator[MqttClient]:
    """Answers `echo`, refuses `no`, is silent otherwise."""

    def answer(topic: str, payload: bytes) -> None:
        asked = json.loads(payload)
        body: dict[str, object] = {"id": asked["id"], "ok": True, "result": asked["args"]}
        if asked["op"] == "no":
            refusal = Problem("opcua.unreachable", "The server does not answer.", status=504, url="x")
            body = {"id": asked["id"], "ok": False, "problem": refusal.as_dict()}
        if asked["op"] != "silence":
            client.publish(response_topic("gw1", asked["id"]), json.dumps(body).encode(), 1)

    client = MqttClient(
        quick_broker.url, "gateway-gw1", subscribe=[(request_topic("gw1"), 1)], on_message=answer
    )
    client.start()
    assert client.wait_up(10)
    yield client
    client.stop()


def test_question_and_answer(link: GatewayLink, gateway: MqttClient) -> None:
    assert link.request("gw1", "echo", {"url": "opc.tcp://x"}) == {"url": "opc.tcp://x"}


def test_the_gateway_s_refusal_is_its_problem(link: GatewayLink, gateway: MqttClient) -> None:
    with pytest.raises(Problem) as refused:
        link.request("gw1", "no")
    assert (refused.value.code, refused.value.status, refused.value.details) == (
        "opcua.unreachable",
        504,
        {"url": "x"},
    )


def test_silence_is_a_problem_in_time(link: GatewayLink, gateway: MqttClient) -> None:
    with pytest.raises(Problem) as refused:
        link.request("gw1", "silence", timeout_s=0.3)
    assert refused.value.code == "gateway.unreachable"


def test_a_bus_that_is_down_is_a_problem_at_once() -> None:
    link = GatewayLink("mqtt://127.0.0.1:9")
    link.start()
    try:
        with pytest.raises(Problem) as refused:
            link.request("gw1", "echo")
        assert refused.value.code == "gateway.unreachable"
    finally:
        link.stop()


@pytest.mark.parametrize("name", ["", "a/b", "#", "+", "A"])
def test_a_name_that_is_none(link: GatewayLink, name: str) -> None:
    with pytest.raises(Problem) as refused:
        link.send(name, "echo")
    assert refused.value.code == "gateway.name"


def test_health_is_kept_and_ages(link: GatewayLink, gateway: MqttClient) -> None:
    gateway.publish(health_topic("gw1"), b'{"connections": []}', 0, True)
    gateway.publish(health_topic("gw2"), b'{"online": false}', 0, True)
    gateway.publish(health_topic("gw3"), b"not json", 0, True)
    until(lambda: set(link.health()) == {"gw1", "gw2"}, "health is heard")
    assert link.fresh_health(5.0) == {"gw1": {"connections": []}}
    assert link.fresh_health(-1.0) == {}
    found = link.health()["gw1"]
    assert found.fresh(found.received_us)
    assert not found.fresh(found.received_us + 60_000_000)
