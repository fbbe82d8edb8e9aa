"""Documents -> JSON as the standard names its members."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from .documents import (
    Action,
    Connection,
    Edge,
    Header,
    InstantActions,
    Node,
    Order,
    Position,
    State,
    Visualization,
)

Document = Order | InstantActions | State | Connection | Visualization


def encode(document: Document) -> bytes:
    """UTF-8 JSON."""
    return json.dumps(as_dict(document), ensure_ascii=False, separators=(",", ":")).encode()


def as_dict(document: Document) -> dict[str, Any]:
    """The document as JSON-ready members."""
    head = _header(document.header)
    if isinstance(document, Order):
        return {
            **head,
            "orderId": document.id,
            "orderUpdateId": document.update,
            "nodes": [_node(node) for node in document.nodes],
            "edges": [_edge(edge) for edge in document.edges],
        }
    if isinstance(document, InstantActions):
        return {**head, "actions": [_action(action) for action in document.actions]}
    if isinstance(document, Connection):
        return {**head, "connectionState": document.state}
    if isinstance(document, Visualization):
        body: dict[str, Any] = dict(head)
        if document.position is not None:
            body["agvPosition"] = _agv_position(document.position)
        if document.velocity is not None:
            body["velocity"] = {"vx": document.velocity, "vy": 0.0, "omega": 0.0}
        return body
    return {**head, **_state(document)}


def stamp(at: datetime) -> str:
    """``2026-11-25T08:30:00.250Z``"""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _header(header: Header) -> dict[str, Any]:
    return {
        "headerId": header.id,
        "timestamp": stamp(header.at),
        "version": header.version,
        "manufacturer": header.manufacturer,
        "serialNumber": header.serial,
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "actionType": action.type,
        "actionId": action.id,
        "blockingType": action.blocking,
        "actionParameters": [{"key": key, "value": value} for key, value in action.parameters],
    }


def _node(node: Node) -> dict[str, Any]:
    body: dict[str, Any] = {"nodeId": node.id, "sequenceId": node.sequence, "released": node.released}
    if node.position is not None:
        place = node.position
        body["nodePosition"] = {"x": place.x, "y": place.y, "mapId": place.map}
        if place.theta is not None:
            body["nodePosition"]["theta"] = place.theta
    return {**body, "actions": [_action(action) for action in node.actions]}


def _edge(edge: Edge) -> dict[str, Any]:
    body: dict[str, Any] = {
        "edgeId": edge.id,
        "sequenceId": edge.sequence,
        "released": edge.released,
        "startNodeId": edge.start,
        "endNodeId": edge.end,
    }
    if edge.max_speed is not None:
        body["maxSpeed"] = edge.max_speed
    return {**body, "actions": []}


def _agv_position(place: Position) -> dict[str, Any]:
    return {
        "x": round(place.x, 3),
        "y": round(place.y, 3),
        "theta": round(place.theta or 0.0, 4),
        "mapId": place.map,
        "positionInitialized": place.initialized,
    }


def _state(state: State) -> dict[str, Any]:
    body: dict[str, Any] = {
        "orderId": state.order_id,
        "orderUpdateId": state.order_update,
        "lastNodeId": state.last_node,
        "lastNodeSequenceId": state.last_sequence,
        "driving": state.driving,
        "paused": state.paused,
        "operatingMode": state.mode,
        "nodeStates": [{"nodeId": n, "sequenceId": s, "released": True} for n, s in state.nodes_left],
        "edgeStates": [{"edgeId": e, "sequenceId": s, "released": True} for e, s in state.edges_left],
        "actionStates": [
            {
                "actionId": one.id,
                "actionType": one.type,
                "actionStatus": one.status,
                "resultDescription": one.result,
            }
            for one in state.actions
        ],
        "batteryState": {"batteryCharge": round(100 * state.battery, 1), "charging": state.charging},
        "errors": [
            {
                "errorType": one.type,
                "errorLevel": one.level,
                "errorDescription": one.description,
                "errorReferences": [
                    {"referenceKey": key, "referenceValue": value} for key, value in one.references
                ],
            }
            for one in state.errors
        ],
        "information": [],
        "safetyState": {"eStop": state.e_stop, "fieldViolation": state.field_violation},
    }
    if state.position is not None:
        body["agvPosition"] = _agv_position(state.position)
    if state.loads is not None:
        body["loads"] = [{"loadId": load.id, "loadType": load.type} for load in state.loads]
    return body
