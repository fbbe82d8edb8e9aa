"""Live values: a real broker, an edge node that speaks, the event stream as a browser reads it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.contexts.telemetry.support import Edge, onboard, served, until

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.base.wire import Quality
from gearpark.bus.sparkplug import DataType
from gearpark.contexts.telemetry import public as telemetry
from gearpark.contexts.telemetry import queries
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db(transaction=True)
SIGNALS = {
    "load": (DataType.DOUBLE, 1.0),
    "item_state": (DataType.STRING, None),
    "part_count": (DataType.DOUBLE, None),
}


def now_us() -> int:
    return time.time_ns() // 1000


def newest(scope: Scope, tag: str) -> telemetry.Latest:
    with acting(scope):
        return telemetry.latest(scope, [tag], now_utc())[tag]


class Reader:
    """Reads server-sent events from a real server."""

    def __init__(self, url: str, path: str, session: str) -> None:
        parts = urlsplit(url)
        self.link = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=15)
        self.link.request(
            "GET", path, headers={"Cookie": f"gearpark_session={session}", "Accept": "text/event-stream"}
        )
        self.answer = self.link.getresponse()

    def next(self) -> tuple[str, Any]:
        """The next event: (name, data)."""
        name, data = "message", ""
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data += line.removeprefix("data: ")
            elif not line and data:
                return name, json.loads(data)

    def until(self, name: str) -> Any:
        while True:
            found, data = self.next()
            if found == name:
                return data

    def close(self) -> None:
        self.link.sock.shutdown(socket.SHUT_RDWR) if self.link.sock else None
        self.link.close()


def test_latest_comes_from_the_bus_and_turns_stale_when_the_machine_goes(
    ear: str, firm: Scope, park_scope: Scope
) -> None:
    onboard(firm, park_scope, "m1")
    edge = Edge(ear, "qichi", "m1", SIGNALS)
    at = now_us()
    edge.say(load=(at, 41.5), item_state=(at, "Executing"))
    until(lambda: newest(firm, "m1/load").source == "bus", what="a value on the bus")
    found = newest(firm, "m1/load")
    assert (found.value, found.at_us, found.quality) == (41.5, at, Quality.GOOD)
    edge.say(load=(at - 60_000_000, 1.0))  # late: never moves the newest value back
    edge.say(part_count=(now_us(), 1.0))
    until(lambda: newest(firm, "m1/part_count").value == 1.0)
    assert newest(firm, "m1/load").value == 41.5
    with acting(firm):
        assert queries.devices_live(firm, now_utc())[1] == 1
    assert newest(firm, "m1/item_state").quality is Quality.GOOD
    edge.stop()
    until(lambda: newest(firm, "m1/item_state").quality is Quality.STALE, what="stale after the death")


def test_a_rebirth_without_values_hides_none(ear: str, firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    edge = Edge(ear, "qichi", "m1", SIGNALS)
    at = now_us()
    edge.say(item_state=(at, "Executing"))
    until(lambda: newest(firm, "m1/item_state").value == "Executing")
    edge.birth()  # carries no values, and a time later than the source's
    edge.say(item_state=(at + 1, "NotExecuting"), part_count=(now_us(), 1.0))
    until(lambda: newest(firm, "m1/part_count").value == 1.0)
    found = newest(firm, "m1/item_state")
    assert (found.value, found.at_us, found.quality) == ("NotExecuting", at + 1, Quality.GOOD)
    edge.stop()


def test_the_stream_tells_the_whole_picture_then_changes(
    ear: str, signed_in: Any, firm: Scope, park_scope: Scope
) -> None:
    client = signed_in("qichi")
    stranger = signed_in("jingjiang")
    onboard(firm, park_scope, "m1")
    edge = Edge(ear, "qichi", "m1", SIGNALS)
    with served() as url:
        refused = Reader(url, "/live/?tags=m1/load", stranger.session.session_key)
        assert refused.answer.status == 404
        stream = Reader(url, "/live/?tags=m1/load,m1/item_state", client.session.session_key)
        assert stream.answer.headers["Content-Type"] == "text/event-stream"
        snapshot = stream.until("snapshot")
        assert [value["tag"] for value in snapshot] == ["m1/load", "m1/item_state"]
        sent = now_us()
        for k in range(20):
            edge.say(load=(sent + k, float(k)))
        edge.say(item_state=(sent, "Executing"))
        told: dict[str, Any] = {}
        events = 0
        while told.get("m1/load", {}).get("value") != 19.0 or "m1/item_state" not in told:
            events += 1
            told.update({value["tag"]: value for value in stream.until("values")})
        assert events <= 3  # twenty changes within a second are gathered
        assert (told["m1/load"]["quality"], told["m1/load"]["unit"]) == ("good", "%")
        assert told["m1/item_state"]["value"] == "Executing"
        assert queries.open_streams() == 1
        edge.stop()
        stale = stream.until("values")
        assert {value["quality"] for value in stale} == {"stale"}
        stream.close()
        until(lambda: queries.open_streams() == 0, what="the stream to end")


def test_too_many_tags_and_streams_are_refused(
    ear: str, signed_in: Any, firm: Scope, park_scope: Scope
) -> None:
    client = signed_in("qichi")
    onboard(firm, park_scope, "m1")
    many = ",".join(f"m1/s{k}" for k in range(500))
    refused = client.get("/live/", {"tags": many}, headers={"Accept": "application/json"})
    assert refused.json()["title"] == "telemetry.too_many_tags"
    assert client.get("/live/", {"tags": ""}, headers={"Accept": "application/json"}).status_code == 400
