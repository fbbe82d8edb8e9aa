"""Values written to machines: what may be asked, by whom, and what becomes of it, with a real gateway and machine."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from tests.contexts.telemetry.support import LONG_S, onboard, served, until
from tests.contexts.telemetry.test_wizard import give_token, process
from tests.gateway.rig import NAMESPACE, Machine

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.telemetry import public as telemetry
from gearpark.contexts.telemetry import queries
from gearpark.contexts.telemetry.services.courier import Courier
from gearpark.contexts.telemetry.types.commands import CommandState
from gearpark.kit import audit, events
from gearpark.kit.tenant import acting

NOW = datetime.fromisoformat("2026-11-25T08:00:00+00:00")
LOAD, STATE = "m1/load", "m1/item_state"


@pytest.fixture
def machine_known(db: None, firm: Scope, park_scope: Scope) -> str:
    """The connection with one machine; load may be written between 0 and 100."""
    key = onboard(firm, park_scope, "m1").connection
    with acting(firm):
        telemetry.allow_writing(firm, LOAD, True, low=0, high=100)
    return key


def give(firm: Scope, value: Any, tag: str = LOAD, **more: Any) -> telemetry.CommandInfo:
    with acting(firm):
        return telemetry.write_signal(firm, tag, value, "test", now=more.pop("now", NOW), **more)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


def test_only_allowed_signals_and_fitting_values(machine_known: str, firm: Scope, other_firm: Scope) -> None:
    for value, tag, code in (
        (101.0, LOAD, "telemetry.command_value"),
        (-1.0, LOAD, "telemetry.command_value"),
        ("fast", LOAD, "telemetry.command_value"),
        (True, LOAD, "telemetry.command_value"),
        (float("nan"), LOAD, "telemetry.command_value"),
        (1.0, STATE, "telemetry.signal_not_writable"),
        (1.0, "m1/ghost", "telemetry.tag_unknown"),
    ):
        assert code_of(lambda value=value, tag=tag: give(firm, value, tag)) == code
    assert code_of(lambda: give(other_firm, 1.0)) == "telemetry.tag_unknown"
    assert code_of(lambda: give(firm, 1.0, seconds=0)) == "telemetry.command_deadline"
    assert code_of(lambda: give(firm, 1.0, command_id="x")) == "telemetry.command_id"
    viewer = replace(firm, rights=firm.rights - {telemetry.COMMAND})
    assert code_of(lambda: give(viewer, 1.0)) == "kit.right_missing"
    with acting(firm):
        assert (
            code_of(lambda: telemetry.write_signal(firm, LOAD, 1.0, "  ", now=NOW)) == "telemetry.command_why"
        )
        assert queries.commands_of(firm) == []


def test_a_command_is_stored_once_and_audited(machine_known: str, firm: Scope) -> None:
    key = str(uuid.uuid4())
    first, second = give(firm, 40.0, command_id=key), give(firm, 40.0, command_id=key)
    assert first == second
    assert (first.id, first.state) == (key, CommandState.WAITING)
    assert code_of(lambda: give(firm, 41.0, command_id=key)) == "telemetry.command_reused"
    with acting(firm):
        actions = [row.action for row in audit.entries(firm).filter(kind="telemetry.command")]
    assert actions == ["telemetry.command_given"]


def test_what_may_be_written_is_served_and_reset_with_the_address(
    machine_known: str, firm: Scope, park_scope: Scope
) -> None:
    with acting(park_scope):
        etag, document = queries.config_for("gw1", "token-of-gw1", "")
    [asset] = document["connections"][0]["assets"]  # type: ignore[index]
    written = {signal["name"]: signal.get("write") for signal in asset["signals"]}
    assert written == {"load": {"low": 0.0, "high": 100.0}, "item_state": None, "part_count": None}
    with acting(firm):
        telemetry.allow_writing(firm, LOAD, False)
        with acting(park_scope):
            assert queries.config_for("gw1", "token-of-gw1", "")[0] != etag
        telemetry.allow_writing(firm, LOAD, True)
    onboard(firm, park_scope, "m1", signals=[{"name": "load", "kind": "analog", "address": "ns=2;s=other"}])
    assert code_of(lambda: give(firm, 1.0)) == "telemetry.signal_not_writable"
    with acting(firm):
        for low, high in ((2.0, 1.0), (float("inf"), None)):
            call = lambda low=low, high=high: telemetry.allow_writing(firm, LOAD, True, low=low, high=high)  # noqa: E731
            assert code_of(call) == "telemetry.write_range"


def test_withdrawn_and_expired(machine_known: str, firm: Scope, signed_in: Any) -> None:
    ended: list[telemetry.CommandEnded] = []
    events.bind(telemetry.CommandEnded, ended.append)
    client = signed_in("qichi", "engineer")
    made = give(firm, 1.0)
    assert client.post(f"/commands/{made.id}/withdraw/").status_code == 302
    assert client.post(f"/commands/{made.id}/withdraw/").status_code == 409
    late = give(firm, 2.0, source="hold:7", seconds=30)
    courier = Courier()
    courier.round(NOW)  # the gateway has never pulled its configuration: nothing may be sent to it
    with acting(firm):
        assert queries.command(firm, late.id).state is CommandState.WAITING
    courier.round(NOW + timedelta(seconds=31))
    with acting(firm):
        assert queries.command(firm, late.id).state is CommandState.EXPIRED
        assert telemetry.commands_by_source(firm, ["hold:7"])["hold:7"].id == late.id
    assert [(one.id, one.state.value) for one in ended] == [(made.id, "withdrawn"), (late.id, "expired")]
    events._listeners[telemetry.CommandEnded].remove(ended.append)


def test_pages_and_api_of_commands(
    machine_known: str, firm: Scope, signed_in: Any, other_firm: Scope
) -> None:
    client, viewer, stranger = (
        signed_in("qichi", "engineer"),
        signed_in("qichi", "viewer"),
        signed_in("jingjiang"),
    )
    page = client.get(f"/connections/{machine_known}/").content.decode()
    assert "Writable signals" in page
    assert f"/commands/new/?tag=m1/{'load'}" in page
    assert "Write a value" in client.get(f"/chart/?tag={LOAD}").content.decode()
    assert "Write a value" not in client.get(f"/chart/?tag={STATE}").content.decode()
    assert viewer.get(f"/commands/new/?tag={LOAD}").status_code == 403
    form = {"value": "55,5", "why": "try", "seconds": "60", "command_id": str(uuid.uuid4()), "seen": ""}
    refused = client.post(f"/commands/new/?tag={LOAD}", {**form, "value": "500"})
    assert refused.status_code == 400
    assert b"takes a value from 0 to 100" in refused.content
    landed = client.post(f"/commands/new/?tag={LOAD}", form)["Location"]
    assert client.post(f"/commands/new/?tag={LOAD}", form)["Location"] == landed
    assert b"Write 55.5 to m1/load" in client.get(landed).content
    assert stranger.get(landed).status_code == 404
    assert stranger.get(f"/commands/new/?tag={LOAD}").status_code == 404
    assert "55.5" in client.get("/commands/?format=csv").content.decode()
    body = {"tag": LOAD, "value": 7, "why": "api", "id": str(uuid.uuid4())}
    for _ in range(2):
        answer = client.post("/api/v1/telemetry/commands", body, content_type="application/json")
        assert answer.status_code == 202, answer.content
    assert client.get(f"/api/v1/telemetry/commands/{body['id']}").json()["state"] == "waiting"
    assert len(client.get(f"/api/v1/telemetry/commands?tag={LOAD}").json()) == 2
    assert stranger.get(f"/api/v1/telemetry/commands/{body['id']}").status_code == 404
    assert client.get("/api/v1/telemetry/commands/none").status_code == 404
    found = client.get(f"/connections/{machine_known}/writable/?q=count").content.decode()
    assert "m1/part_count" in found
    assert (
        client.post(
            f"/connections/{machine_known}/writable/", {"tag": "m1/part_count", "allowed": "1", "low": "0"}
        ).status_code
        == 302
    )
    with acting(firm):
        assert set(telemetry.writable(firm, [LOAD, STATE, "m1/part_count"])) == {LOAD, "m1/part_count"}


# --- with a gateway and a machine --------------------------------------------------------------------------------


@contextmanager
def holding_machine() -> Iterator[tuple[str, Callable[[], Any]]]:
    """A real OPC UA server in a thread with a writable Boolean ``hold``; yields its address and a reader."""
    ready, done = threading.Event(), threading.Event()
    told: list[Any] = []

    async def serve() -> None:
        async with Machine() as machine:
            node = await machine.add("hold", False, ua.VariantType.Boolean)
            await node.set_writable()
            loop = asyncio.get_running_loop()
            told.extend(
                [
                    machine.url,
                    lambda: asyncio.run_coroutine_threadsafe(node.read_value(), loop).result(LONG_S),
                ]
            )
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.05)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(LONG_S)
    yield told[0], told[1]
    done.set()
    thread.join(LONG_S)


@pytest.mark.django_db(transaction=True)
def test_from_the_page_to_the_machine_and_back(
    ear: str, lake_home: Path, firm: Scope, park_scope: Scope
) -> None:
    give_token(park_scope, lake_home)
    where = {"GEARPARK_MQTT": ear, "GEARPARK_HOME": str(lake_home)}
    signal = {"name": "hold", "kind": "state", "address": f"nsu={NAMESPACE};s=hold"}
    with holding_machine() as (address, held), served() as web:
        with acting(firm):
            raw = {"assets": [{"id": "m1", "type": "press", "name": "Press", "signals": [signal]}]}
            proposal = telemetry.read_proposal(telemetry.Protocol.OPCUA, address, "gw1", raw)
            telemetry.apply_proposal(firm, proposal, telemetry.Choices(name="Press"))
            telemetry.allow_writing(firm, "m1/hold", True)
        early = give(firm, True, "m1/hold", now=now_utc(), expected=False)
        courier = Courier()
        courier.round(now_utc())
        assert held() is False

        def ended(made: telemetry.CommandInfo, through: Courier) -> telemetry.CommandInfo | None:
            through.round(now_utc())
            with acting(firm):
                found = queries.command(firm, made.id)
            return None if found.open else found

        with process("gearpark.gateway", "--name", "gw1", "--core", web, **where):
            found = until(lambda: ended(early, courier), what="the first command's end")
            assert (found.state, found.before, held()) == (CommandState.DONE, 0.0, True)
            refused = give(firm, False, "m1/hold", now=now_utc(), expected=False)
            found = until(lambda: ended(refused, courier))
            assert (found.state, found.code) == (CommandState.REFUSED, "gateway.write_unexpected")
            again = give(firm, False, "m1/hold", now=now_utc())
            courier.round(now_utc())  # sent; this process dies here
            other = Courier()
            found = until(lambda: ended(again, other), what="the end after a restart")
            assert (found.state, held()) == (CommandState.DONE, False)
            wrong = give(firm, "halt", "m1/hold", now=now_utc())
            found = until(lambda: ended(wrong, other))
            assert (found.state, found.code) == (CommandState.REFUSED, "gateway.write_value")
