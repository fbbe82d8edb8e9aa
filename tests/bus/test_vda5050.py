"""VDA 5050: every document passes the association's own JSON schemas, survives the wire, and is read with suspicion."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vda5050.validation import default_validator  # the standard's schemas, MIT; used by this test only

from gearpark.base.problems import Problem
from gearpark.bus import vda5050 as vda
from gearpark.bus.vda5050.writing import as_dict

AT = datetime(2026, 11, 25, 8, 30, 0, 250_000, tzinfo=UTC)
HEAD = vda.Header(7, AT, "gearpark-sim", "agv-1")
NAMES = st.text("abcXYZ019-_.", min_size=1, max_size=20)
METRES = st.floats(-500, 500).map(lambda x: round(x, 3))
POSITIONS = st.builds(
    vda.Position, METRES, METRES, st.just("shop"), st.floats(-3.1, 3.1).map(lambda x: round(x, 4))
)
ACTIONS = st.builds(
    vda.Action,
    st.sampled_from(["pick", "drop", "startCharging"]),
    NAMES,
    st.sampled_from(["NONE", "SOFT", "HARD"]),
    st.lists(st.tuples(NAMES, st.one_of(NAMES, st.booleans(), st.integers(-9, 9))), max_size=2).map(tuple),
)


@st.composite
def orders(draw: st.DrawFn) -> vda.Order:
    count = draw(st.integers(1, 4))
    nodes = tuple(
        vda.Node(f"n{k}", 2 * k, draw(POSITIONS), tuple(draw(st.lists(ACTIONS, max_size=2))))
        for k in range(count)
    )
    edges = tuple(vda.Edge(f"e{k}", 2 * k + 1, f"n{k}", f"n{k + 1}", 1.2) for k in range(count - 1))
    return vda.Order(HEAD, draw(NAMES), draw(st.integers(0, 5)), nodes, edges)


@st.composite
def states(draw: st.DrawFn) -> vda.State:
    status = st.sampled_from(["WAITING", "INITIALIZING", "RUNNING", "FINISHED", "FAILED"])
    return vda.State(
        HEAD,
        draw(st.one_of(st.just(""), NAMES)),
        draw(st.integers(0, 3)),
        draw(NAMES),
        draw(st.integers(0, 8)),
        draw(st.booleans()),
        draw(st.sampled_from(["AUTOMATIC", "MANUAL"])),
        draw(st.integers(0, 1000)) / 1000,
        draw(st.booleans()),
        tuple(draw(st.lists(st.tuples(NAMES, st.integers(0, 8)), max_size=3))),
        tuple(draw(st.lists(st.tuples(NAMES, st.integers(0, 8)), max_size=3))),
        tuple(draw(st.lists(st.builds(vda.ActionState, NAMES, status, NAMES, NAMES), max_size=3))),
        tuple(
            draw(
                st.lists(
                    st.builds(
                        vda.VehicleError,
                        NAMES,
                        st.sampled_from(["WARNING", "FATAL"]),
                        NAMES,
                        st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple),
                    ),
                    max_size=2,
                )
            )
        ),
        draw(st.one_of(st.none(), st.lists(st.builds(vda.Load, NAMES, NAMES), max_size=2).map(tuple))),
        draw(st.one_of(st.none(), POSITIONS)),
    )


def valid(name: str, document: Any) -> None:
    assert default_validator().errors(name, as_dict(document)) == []


@given(orders())
def test_orders(order: vda.Order) -> None:
    valid("order", order)
    assert vda.read_order(vda.encode(order)) == order


@given(states())
def test_states(state: vda.State) -> None:
    valid("state", state)
    assert vda.read_state(vda.encode(state)) == state


def test_the_other_documents() -> None:
    cancel = vda.InstantActions(HEAD, (vda.Action("cancelOrder", "c1"),))
    valid("instantActions", cancel)
    assert vda.read_instant(vda.encode(cancel)) == cancel
    for word in ("ONLINE", "OFFLINE", "CONNECTIONBROKEN"):
        said = vda.Connection(HEAD, word)
        valid("connection", said)
        assert vda.read_connection(vda.encode(said)) == said
    seen = vda.Visualization(HEAD, vda.Position(1.5, 2.0, "shop", 0.5), 1.2)
    valid("visualization", seen)
    assert vda.read_visualization(vda.encode(seen)) == seen


def test_topics() -> None:
    assert vda.topic("acme", "agv-1", "order") == "uagv/v2/acme/agv-1/order"
    assert vda.parse_topic("uagv/v2/acme/agv-1/state") == ("acme", "agv-1", "state")
    for wrong in (
        "uagv/v1/acme/a/state",
        "uagv/v2/acme/a/coffee",
        "uagv/v2/acme/a",
        "uagv/v2/+/a/state",
        "x",
    ):
        assert vda.parse_topic(wrong) is None
    for name in ("a/b", "+", "", "#", "x" * 51):
        with pytest.raises(Problem, match=r"vda5050\.name"):
            vda.topic("acme", name, "order")


GOOD = as_dict(vda.State(HEAD, "", 0, "n1", 0, False, "AUTOMATIC", 0.5, False))


@pytest.mark.parametrize(
    "change",
    [
        {"orderId": None},
        {"orderUpdateId": True},
        {"driving": "yes"},
        {"operatingMode": "ASLEEP"},
        {"batteryState": {"batteryCharge": "full", "charging": False}},
        {"batteryState": []},
        {"actionStates": [{"actionId": "a", "actionStatus": "PERHAPS"}]},
        {"nodeStates": [{}] * 501},
        {"timestamp": "yesterday"},
        {"headerId": 1.5},
        {"safetyState": None},
        {"agvPosition": {"x": float("nan"), "y": 0, "mapId": "m"}},
    ],
)
def test_what_is_no_state_is_a_problem(change: dict[str, Any]) -> None:
    assert vda.read_state(json.dumps(GOOD).encode()).battery == 0.5
    with pytest.raises(Problem, match=r"vda5050\.unreadable"):
        vda.read_state(json.dumps({**GOOD, **change}).encode())


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    for read in (vda.read_state, vda.read_connection, vda.read_order, vda.read_instant, vda.read_factsheet):
        with pytest.raises(Problem, match=r"vda5050\.unreadable"):
            read(payload)


def test_news_by_time_and_by_number() -> None:
    last = vda.Mark(AT, 7)

    def news(number: int, seconds: float) -> bool:
        return vda.is_news(last, replace(HEAD, id=number, at=AT + timedelta(seconds=seconds)))

    assert vda.is_news(None, HEAD)
    assert news(8, 1)
    assert news(0, 1), "a vehicle that began anew"
    assert news(8, -2), "a clock set back a little"
    assert not news(7, 0), "repeated"
    assert not news(6, -1), "overtaken"
    assert not news(9, -60), "from long ago"


def test_how_far_an_order_is() -> None:
    state = vda.State(HEAD, "o1", 0, "n0", 0, True, "AUTOMATIC", 0.9, False, nodes_left=(("n1", 2),))
    steps = [
        ({}, vda.Reached.ACCEPTED),
        ({"actions": (vda.ActionState("p", "RUNNING"),)}, vda.Reached.ACCEPTED),
        ({"actions": (vda.ActionState("p", "FINISHED"),)}, vda.Reached.PICKED),
        (
            {"actions": (vda.ActionState("p", "FINISHED"), vda.ActionState("d", "FINISHED"))},
            vda.Reached.DROPPED,
        ),
        (
            {
                "actions": (vda.ActionState("p", "FINISHED"), vda.ActionState("d", "FINISHED")),
                "nodes_left": (),
            },
            vda.Reached.DONE,
        ),
    ]
    for changes, reached in steps:
        found = vda.progress("o1", "p", "d", replace(state, **changes))
        assert found == (reached, "")
    failed = replace(state, actions=(vda.ActionState("p", "FAILED", "pick", "no load"),))
    assert vda.progress("o1", "p", "d", failed) == (vda.Reached.ACCEPTED, "no load")
    assert vda.progress("o2", "p", "d", state) is None
    error = vda.VehicleError("orderError", "WARNING", "busy", (("orderId", "o2"),))
    assert vda.progress("o2", "p", "d", replace(state, errors=(error,))) == (vda.Reached.NOTHING, "busy")


def test_which_order_a_vehicle_takes() -> None:
    idle = vda.State(HEAD, "o1", 1, "n0", 0, False, "AUTOMATIC", 0.9, False, position=vda.Position(0, 0, "m"))
    busy = replace(idle, nodes_left=(("n1", 2),))
    order = vda.Order(HEAD, "o2", 0, (vda.Node("n0", 0),))
    assert vda.acceptance(idle, order) is vda.Answer.TAKE
    assert vda.acceptance(busy, order) is vda.Answer.REFUSE
    for update, answer in ((1, vda.Answer.SAME), (2, vda.Answer.UPDATE), (0, vda.Answer.REFUSE)):
        assert vda.acceptance(busy, replace(order, id="o1", update=update)) is answer
    assert vda.is_ready(idle)
    for change in (
        {"paused": True},
        {"e_stop": "MANUAL"},
        {"mode": "MANUAL"},
        {"position": None},
        {"errors": (vda.VehicleError("x", "FATAL"),)},
        {"nodes_left": (("n1", 2),)},
    ):
        assert not vda.is_ready(replace(idle, **change)), change
