"""Test-before-save and the diagnostics bundle of an OPC UA connection. Nothing secret goes into either."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from asyncua import Client, ua

from gearpark.base.problems import Problem

from ...limits import CONNECT_TIMEOUT_S, MAX_LISTED
from ...wanted import ConnectionWanted, shown
from .config import READ_PER_CALL, settings_of
from .enums import name_values
from .session import OpcSession
from .subscription import Item, chunks
from .values import BAD, SEVERITY, Unusable, convert, micros, standard, status_of

TEST_TIMEOUT_S = 20.0
NO_SUCH_NODE = frozenset({
    ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid, ua.StatusCodes.BadAttributeIdInvalid
})  # fmt: skip


@contextlib.asynccontextmanager
async def connected(url: str, timeout_s: float) -> AsyncIterator[OpcSession]:
    """A session for a few questions. Raises ``opcua.unreachable`` with the server's or system's own words."""
    session = OpcSession(url, timeout_s)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S + timeout_s):
            await session.open()
    except (OSError, TimeoutError, ua.UaError) as error:
        words = str(error) or "no answer in time"
        raise Problem(
            "opcua.unreachable", f"{shown(url)} does not answer as an OPC UA server: {words}", status=502
        ) from error
    try:
        yield session
    finally:
        await session.close()


async def server_facts(session: OpcSession) -> dict[str, str]:
    """Product, manufacturer, version, state and clock of the server; what it does not tell is left out."""
    wanted = {
        "product": ua.ObjectIds.Server_ServerStatus_BuildInfo_ProductName,
        "manufacturer": ua.ObjectIds.Server_ServerStatus_BuildInfo_ManufacturerName,
        "version": ua.ObjectIds.Server_ServerStatus_BuildInfo_SoftwareVersion,
        "state": ua.ObjectIds.Server_ServerStatus_State,
        "time": ua.ObjectIds.Server_ServerStatus_CurrentTime,
    }
    answers = await session.ua.read_attributes(
        [standard(key) for key in wanted.values()], ua.AttributeIds.Value
    )
    facts: dict[str, str] = {}
    for name, answer in zip(wanted, answers, strict=True):
        value = answer.Value.Value if answer.Value is not None else None
        if value is None:
            continue
        if name == "state":
            with contextlib.suppress(ValueError):
                value = ua.ServerState(value).name
        elif name == "time":
            value = value.isoformat()
        facts[name] = str(value)
    return facts


async def try_out(wanted: ConnectionWanted) -> dict[str, Any]:
    """Connect and read each wanted signal once; ``ok``: every address exists. Raises ``opcua.unreachable``."""
    began_s = time.monotonic()
    async with (
        asyncio.timeout(TEST_TIMEOUT_S),
        connected(wanted.url, settings_of(wanted).request_timeout_s) as session,
    ):
        rows = await read_signals(session, wanted)
        facts = await server_facts(session)
    good = sum(not row["error"] for row in rows)
    return {
        "ok": not any(row["status"] is None or row["status"] in NO_SUCH_NODE for row in rows),
        "sentence": f"{good} of {len(rows)} signals can be read.",
        "signals": rows,
        "server": facts,
        "took_s": round(time.monotonic() - began_s, 3),
    }


async def read_signals(session: OpcSession, wanted: ConnectionWanted) -> list[dict[str, Any]]:
    """One row a signal: tag, value, status, at_us, error ("" when good)."""
    rows: list[dict[str, Any]] = []
    items: list[Item] = []
    for name, signal in wanted.tags().items():
        try:
            items.append(Item(name, signal, session.node_id(signal.address)))
        except Problem as problem:
            rows.append(
                {"tag": name, "value": None, "status": None, "at_us": None, "error": problem.sentence}
            )
    await name_values(session, items)
    for group in chunks(items, READ_PER_CALL):
        answers = await session.ua.read_attributes([item.node_id for item in group], ua.AttributeIds.Value)
        rows += [row_of(item, answer) for item, answer in zip(group, answers, strict=True)]
    return rows


def row_of(item: Item, data: ua.DataValue) -> dict[str, Any]:
    """One read value as a JSON-ready row."""
    status, error, value = status_of(data), "", None
    if status & SEVERITY == BAD:
        error = ua.StatusCode(ua.UInt32(status)).name
    else:
        try:
            value = convert(None if data.Value is None else data.Value.Value, item.numeric, item.words)
        except Unusable as reason:
            error = str(reason)
    return {
        "tag": item.tag,
        "value": value,
        "status": status,
        "at_us": micros(data.SourceTimestamp),
        "error": error,
    }


async def diagnose(wanted: ConnectionWanted) -> dict[str, Any]:
    """Facts about server, endpoints, namespaces, limits and signals; an unreachable server is part of the answer."""
    bundle: dict[str, Any] = {"protocol": "opcua", "url": wanted.shown_url, "asyncua": _version()}
    try:
        async with connected(wanted.url, settings_of(wanted).request_timeout_s) as session:
            bundle["server"] = await server_facts(session)
            bundle["namespaces"] = session.namespaces
            bundle["session_timeout_ms"] = session.client.session_timeout
            bundle["channel_lifetime_ms"] = session.client.secure_channel_timeout
            bundle["limits"] = await _limits(session)
            rows = await read_signals(session, wanted)
            bundle["signals"] = len(rows)
            bundle["unreadable"] = [row for row in rows if row["error"]][:MAX_LISTED]
        bundle["endpoints"] = await _endpoints(wanted.url)
    except Problem as problem:
        bundle["error"] = problem.as_dict()
    except (OSError, TimeoutError, ua.UaError) as error:
        bundle["error"] = f"{type(error).__name__}: {error}"
    return bundle


async def _limits(session: OpcSession) -> dict[str, int]:
    names = ("MaxNodesPerRead", "MaxNodesPerBrowse", "MaxMonitoredItemsPerCall", "MaxNodesPerHistoryReadData")
    prefix = "Server_ServerCapabilities_OperationLimits_"
    ids = [standard(getattr(ua.ObjectIds, prefix + name)) for name in names]
    answers = await session.ua.read_attributes(ids, ua.AttributeIds.Value)
    values = [answer.Value.Value if answer.Value is not None else None for answer in answers]
    return {name: int(value) for name, value in zip(names, values, strict=True) if isinstance(value, int)}


async def _endpoints(url: str) -> list[dict[str, str]]:
    found = await Client(url, timeout=CONNECT_TIMEOUT_S).connect_and_get_server_endpoints()
    return [
        {
            "url": str(one.EndpointUrl),
            "mode": one.SecurityMode.name,
            "policy": str(one.SecurityPolicyUri).split("#")[-1],
        }
        for one in found[:MAX_LISTED]
    ]


def _version() -> str:
    from importlib.metadata import version

    return version("asyncua")
