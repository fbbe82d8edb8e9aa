"""JSON from vehicles (and, for simulated ones, to them) -> documents. Everything is checked, nothing is trusted."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gearpark.base.problems import Problem
from gearpark.base.time import parse_iso

from .documents import (
    Action,
    ActionState,
    Connection,
    Edge,
    Header,
    InstantActions,
    Load,
    Node,
    Order,
    Position,
    State,
    VehicleError,
    Visualization,
)

MAX_BYTES = 512 * 1024
MAX_ITEMS = 500  # nodes, actions, errors ... of one message
MAX_WORDS = 500  # characters of a text; longer ones are cut
CONNECTION_STATES = frozenset({"ONLINE", "OFFLINE", "CONNECTIONBROKEN"})
MODES = frozenset({"AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", "SERVICE", "TEACHIN"})
STATUSES = frozenset({"WAITING", "INITIALIZING", "RUNNING", "PAUSED", "FINISHED", "FAILED"})
T = TypeVar("T")


def read_state(payload: bytes) -> State:
    """A state message, or Problem ``vda5050.unreadable``."""
    return _read(payload, _state)


def read_connection(payload: bytes) -> Connection:
    return _read(payload, _connection)


def read_visualization(payload: bytes) -> Visualization:
    return _read(payload, _visualization)


def read_order(payload: bytes) -> Order:
    return _read(payload, _order)


def read_instant(payload: bytes) -> InstantActions:
    return _read(payload, lambda raw: InstantActions(_header(raw), _actions(raw)))


def read_factsheet(payload: bytes) -> dict[str, Any]:
    """What is shown of a factsheet: series, class, kinematic, greatest load (kg), speed (m/s), length and width (m)."""
    return _read(payload, _factsheet)


def _read(payload: bytes, build: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        if len(payload) > MAX_BYTES:
            raise ValueError(f"{len(payload)} bytes")
        raw = json.loads(payload)
        if not isinstance(raw, Mapping):
            raise TypeError("no object")
        return build(raw)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Problem) as error:
        raise Problem(
            "vda5050.unreadable",
            f"A vehicle's message cannot be read ({type(error).__name__}: {error})."[:300],
        ) from error


def _header(raw: Mapping[str, Any]) -> Header:
    return Header(
        _whole(raw["headerId"]),
        parse_iso(_text(raw["timestamp"])),
        _text(raw["manufacturer"]),
        _text(raw["serialNumber"]),
        _text(raw["version"]),
    )


def _state(raw: Mapping[str, Any]) -> State:
    battery, safety = raw["batteryState"], raw["safetyState"]
    mode = _text(raw["operatingMode"])
    if mode not in MODES:
        raise ValueError(f"operatingMode {mode!r}")
    loads = raw.get("loads")
    return State(
        header=_header(raw),
        order_id=_text(raw["orderId"]),
        order_update=_whole(raw["orderUpdateId"]),
        last_node=_text(raw["lastNodeId"]),
        last_sequence=_whole(raw["lastNodeSequenceId"]),
        driving=_flag(raw["driving"]),
        mode=mode,
        battery=round(min(1.0, max(0.0, _number(battery["batteryCharge"]) / 100)), 4),
        charging=_flag(battery["charging"]),
        nodes_left=tuple(
            (_text(one["nodeId"]), _whole(one["sequenceId"])) for one in _list(raw, "nodeStates")
        ),
        edges_left=tuple(
            (_text(one["edgeId"]), _whole(one["sequenceId"])) for one in _list(raw, "edgeStates")
        ),
        actions=tuple(_action_state(one) for one in _list(raw, "actionStates")),
        errors=tuple(_error(one) for one in _list(raw, "errors")),
        loads=None if loads is None else tuple(_load(one) for one in _list(raw, "loads")),
        position=_position(raw.get("agvPosition")),
        paused=bool(raw.get("paused") or False),
        e_stop=_text(safety["eStop"]),
        field_violation=_flag(safety["fieldViolation"]),
    )


def _action_state(raw: Mapping[str, Any]) -> ActionState:
    status = _text(raw["actionStatus"])
    if status not in STATUSES:
        raise ValueError(f"actionStatus {status!r}")
    kind, result = raw.get("actionType") or "", raw.get("resultDescription") or ""
    return ActionState(_text(raw["actionId"]), status, _text(kind), _text(result))


def _error(raw: Mapping[str, Any]) -> VehicleError:
    level = _text(raw["errorLevel"])
    if level not in ("WARNING", "FATAL", "URGENT", "CRITICAL"):
        raise ValueError(f"errorLevel {level!r}")
    pairs = [
        (_text(one["referenceKey"]), _text(one["referenceValue"]))
        for one in _list(raw, "errorReferences", [])
    ]
    return VehicleError(
        _text(raw["errorType"]), level, _text(raw.get("errorDescription") or ""), tuple(pairs)
    )


def _load(raw: Mapping[str, Any]) -> Load:
    return Load(_text(raw.get("loadId") or ""), _text(raw.get("loadType") or ""))


def _connection(raw: Mapping[str, Any]) -> Connection:
    state = _text(raw["connectionState"])
    if state not in CONNECTION_STATES:
        raise ValueError(f"connectionState {state!r}")
    return Connection(_header(raw), state)


def _visualization(raw: Mapping[str, Any]) -> Visualization:
    speed = raw.get("velocity")
    velocity = None
    if isinstance(speed, Mapping):
        velocity = math.hypot(_number(speed.get("vx") or 0.0), _number(speed.get("vy") or 0.0))
    return Visualization(_header(raw), _position(raw.get("agvPosition")), velocity)


def _position(raw: Any) -> Position | None:
    if raw is None:
        return None
    theta = raw.get("theta")
    return Position(
        _number(raw["x"]),
        _number(raw["y"]),
        _text(raw.get("mapId") or ""),
        None if theta is None else _number(theta),
        bool(raw.get("positionInitialized", True)),
    )


def _order(raw: Mapping[str, Any]) -> Order:
    nodes = tuple(
        Node(
            _text(one["nodeId"]),
            _whole(one["sequenceId"]),
            _position(one.get("nodePosition")),
            _actions(one),
            _flag(one["released"]),
        )
        for one in _list(raw, "nodes")
    )
    edges = tuple(
        Edge(
            _text(one["edgeId"]),
            _whole(one["sequenceId"]),
            _text(one["startNodeId"]),
            _text(one["endNodeId"]),
            None if one.get("maxSpeed") is None else _number(one["maxSpeed"]),
            _flag(one["released"]),
        )
        for one in _list(raw, "edges")
    )
    if not nodes:
        raise ValueError("an order has at least one node")
    return Order(_header(raw), _text(raw["orderId"]), _whole(raw["orderUpdateId"]), nodes, edges)


def _actions(raw: Mapping[str, Any]) -> tuple[Action, ...]:
    return tuple(
        Action(
            _text(one["actionType"]),
            _text(one["actionId"]),
            _text(one["blockingType"]),
            tuple((_text(pair["key"]), pair["value"]) for pair in _list(one, "actionParameters", [])),
        )
        for one in _list(raw, "actions")
    )


def _factsheet(raw: Mapping[str, Any]) -> dict[str, Any]:
    _header(raw)
    kind, size = raw["typeSpecification"], raw["physicalParameters"]
    return {
        "series": _text(kind["seriesName"]),
        "class": _text(kind["agvClass"]),
        "kinematic": _text(kind["agvKinematic"]),
        "max_load_kg": _number(kind["maxLoadMass"]),
        "speed_max": _number(size["speedMax"]),
        "length": _number(size["length"]),
        "width": _number(size["width"]),
    }


def _list(raw: Mapping[str, Any], key: str, default: Any = None) -> list[Any]:
    value = raw[key] if default is None else raw.get(key) or default
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise TypeError(f"{key} is no list of at most {MAX_ITEMS}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value[:MAX_WORDS].replace("\x00", "")  # which no database keeps


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{str(value)[:40]!r} is no whole number")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{str(value)[:40]!r} is no number")
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{str(value)[:40]!r} is neither true nor false")
    return value
