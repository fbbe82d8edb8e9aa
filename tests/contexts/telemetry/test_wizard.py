"""Add a machine as a person does it: real OPC UA server, real gateway process, real broker and historian, the pages."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.contexts.telemetry.support import LONG_S, served, until
from tests.gateway.rig import Machine

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.base.wire import Quality
from gearpark.contexts.telemetry import public as telemetry
from gearpark.contexts.telemetry import queries
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def machine_server() -> Iterator[str]:
    """A real OPC UA server in a thread: one machine whose count grows ten times a second."""
    ready, done = threading.Event(), threading.Event()
    told: list[str] = []

    async def serve() -> None:
        async with Machine() as machine:
            folder = await machine.server.nodes.objects.add_object(machine.index, "Press7")
            count = await folder.add_variable(machine.index, "part_count", 0.0)
            await folder.add_variable(machine.index, "power_kw", 3.5)
            told.append(machine.url)
            ready.set()
            number = 0
            while not done.is_set():
                number += 1
                await count.write_value(float(number))
                await asyncio.sleep(0.1)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(LONG_S)
    yield told[0]
    done.set()
    thread.join(LONG_S)


@contextmanager
def process(name: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the installation's processes."""
    made = subprocess.Popen(
        [sys.executable, "-m", name, *arguments], env=os.environ | environment, stderr=subprocess.DEVNULL
    )
    try:
        yield made
    finally:
        made.send_signal(signal.SIGTERM)
        made.wait(LONG_S)


def give_token(park: Scope, folder: Path) -> None:
    """The gateway is known, and its token lies where it looks for it."""
    with acting(park):
        token = telemetry.ensure_gateway(park, "gw1")
    file = folder / "secrets" / "gateway-gw1.token"
    file.parent.mkdir(exist_ok=True)
    file.write_text(token)


def try_out_and_stop(client: Any, address: str) -> None:
    """The connection's own page: test, diagnostics, stop."""
    tested = client.post("/connections/press-shop/test/", headers={"HX-Request": "true"})
    assert tested.status_code == 200, tested.content
    bundle = client.get("/connections/press-shop/diagnostics/").json()
    assert bundle["wanted"]["url"] == address
    assert "problem" not in bundle["gateway"], bundle["gateway"]
    client.post("/connections/press-shop/switch/", {"on": "0"})


def test_from_an_address_to_first_values(
    ear: str, lake_home: Path, signed_in: Any, firm: Scope, park_scope: Scope
) -> None:
    client = signed_in("qichi")
    give_token(park_scope, lake_home)
    where = {"GEARPARK_MQTT": ear, "GEARPARK_HOME": str(lake_home)}
    with (
        served() as web,
        machine_server() as address,
        process("gearpark.bus.historian", **where),
        process("gearpark.gateway", "--name", "gw1", "--core", web, **where),
    ):
        until(lambda: "gw1" in queries.gateway_health(), what="the gateway's first word")
        wrong = client.post("/connections/add/", {"protocol": "opcua", "url": "http://x", "gateway": "gw1"})
        assert wrong.status_code == 400
        answer = client.post("/connections/add/", {"protocol": "opcua", "url": address, "gateway": "gw1"})
        look = answer["Location"]

        def found() -> str | None:
            page = client.get(look).content.decode()
            return page if 'name="take.' in page or 'role="alert"' in page else None

        page = until(found, what="what the gateway found")
        assert 'name="take.' in page, page
        asset = page.split('name="take.')[1].split('"')[0]
        post = {
            f"take.{asset}": "on",
            f"id.{asset}": "press-7",
            f"name.{asset}": "Press 7",
            f"type.{asset}": "press",
        }
        check = client.post(look, {**post, f"path.{asset}": "qiaohe/press-shop/p7", "name": "Press shop"})[
            "Location"
        ]
        dry = client.get(check).content.decode()
        assert "press-7/" in dry
        with acting(firm):
            assert queries.search(firm) == []
        landed = client.post(check)["Location"]
        assert landed == "/connections/press-shop/?new=1"
        with acting(firm):
            tags = [tag.tag for tag in telemetry.tags_of(firm, "press-7")]
        [count] = [tag for tag in tags if "count" in tag]

        def newest() -> telemetry.Latest:
            with acting(firm):
                return telemetry.latest(firm, [count], now_utc())[count]

        until(lambda: newest().source == "bus" and newest().quality is Quality.GOOD, what="a live value")
        assert "Press 7" in client.get(landed).content.decode()
        until(lambda: queries.reader().latest("qichi", [count]), what="the value in the lake")

        def state() -> str:
            with acting(firm):
                return queries.connection(firm, "press-shop").health.state

        until(lambda: state() == "ok", what="the connection's health")
        assert client.get(look)["Location"] == "/connections/press-shop/"
        try_out_and_stop(client, address)
        until(lambda: newest().quality is Quality.STALE, what="stale after the stop")


def test_an_unreachable_server_is_said_in_words(
    ear: str, lake_home: Path, signed_in: Any, park_scope: Scope
) -> None:
    client = signed_in("qichi")
    with acting(park_scope):
        telemetry.ensure_gateway(park_scope, "gw1")
    config = lake_home / "wanted.json"
    config.write_text('{"gateway": "gw1", "connections": []}')
    with process(
        "gearpark.gateway",
        "--name",
        "gw1",
        "--config",
        str(config),
        GEARPARK_MQTT=ear,
        GEARPARK_HOME=str(lake_home),
    ):
        until(lambda: "gw1" in queries.gateway_health(), what="the gateway's first word")
        answer = client.post(
            "/connections/add/", {"protocol": "mtconnect", "url": "http://127.0.0.1:9", "gateway": "gw1"}
        )

        def told() -> str | None:
            page = client.get(answer["Location"]).content.decode()
            return page if 'role="alert"' in page else None

        assert "127.0.0.1:9" in until(told, 60, "the refusal")
