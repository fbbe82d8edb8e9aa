"""Connections as pages, gateways and higher contexts see them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope

from ..models import Connection, Gateway, Tag
from ..types import (
    BAD_STATES,
    ConnectionInfo,
    ConnectionState,
    Device,
    GatewayInfo,
    Health,
    JournalHealth,
    Protocol,
)
from . import live
from .health import connection_health, journal_health, number, when
from .scopes import widened

MAX_CONNECTIONS = 2000
RESERVED_KEYS = frozenset(("add", "gateways"))  # pages of their own under /connections/


def _rows(scope: Scope) -> QuerySet[Connection]:
    return Connection.objects.of(scope).annotate(
        tag_count=Count("tags", filter=Q(tags__retired_at__isnull=True))
    )


def _info(row: Connection, health: dict[str, dict[str, Any]]) -> ConnectionInfo:
    said = health.get(row.gateway)
    found: Health
    if row.deleted_at is not None or not row.enabled:
        found = Health(ConnectionState.STOPPED, since_at=row.deleted_at or row.changed_at)
    elif said is None:
        found = Health(ConnectionState.GATEWAY_SILENT)
    else:
        mine = _mine(said, row.key)
        found = (
            Health(ConnectionState.WAITING, since_at=row.changed_at)
            if mine is None
            else connection_health(mine)
        )
    return ConnectionInfo(
        key=row.key,
        org=row.org,
        name=row.name,
        gateway=row.gateway,
        protocol=Protocol(row.protocol),
        url=row.url,
        enabled=row.enabled,
        deleted=row.deleted_at is not None,
        revision=row.revision,
        devices=tuple(Device(**device) for device in row.devices),
        tag_count=getattr(row, "tag_count", 0),
        health=found,
        journal=journal_health((said or {}).get("journal") or {}),
        changed_at=row.changed_at,
        note=row.note,
    )


def _mine(said: dict[str, Any], key: str) -> dict[str, Any] | None:
    listed = said.get("connections") or []
    if isinstance(listed, dict):
        found = listed.get(key)
        return found if isinstance(found, dict) else None
    return next((item for item in listed if isinstance(item, dict) and item.get("id") == key), None)


def connections(scope: Scope, *, text: str = "", state: str = "", org: str = "") -> list[ConnectionInfo]:
    """Every connection of the scope, worst first, then by name. ``state`` filters by ConnectionState."""
    rows = _rows(scope).filter(deleted_at__isnull=True)
    if org:
        rows = rows.filter(org=org)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(url__icontains=text) | Q(key__icontains=text))
    health = live.gateway_health()
    found = [_info(row, health) for row in rows.order_by("name")[:MAX_CONNECTIONS]]
    if state:
        found = [item for item in found if item.health.state == state]
    return sorted(found, key=lambda item: (item.health.state not in BAD_STATES, item.org, item.name))


def connection(scope: Scope, key: str) -> ConnectionInfo:
    """One connection, also a removed one (so that its removal can be undone); a Problem (404) otherwise."""
    row = _rows(scope).filter(key=key).first()
    if row is None:
        raise NotFound("telemetry.connection_unknown", f"There is no connection {key[:60]!r} here.")
    return _info(row, live.gateway_health())


def connection_keys(scope: Scope) -> set[str]:
    """Keys that a new connection cannot have; keys are unique in the whole installation, so all are asked."""
    with widened() as wide:
        return {*RESERVED_KEYS, *Connection.objects.of(wide).values_list("key", flat=True)}


def gateway_names(scope: Scope) -> list[GatewayInfo]:
    """Gateways that serve the organisation the scope acts for: its own and the shared ones."""
    health = live.gateway_health()
    with widened() as wide:
        rows = list(Gateway.objects.of(wide).filter(Q(shared=True) | Q(org__in=[scope.org, *scope.orgs])))
        etags = {row.name: config_etag(wide, row) for row in rows}
    return [_gateway(row, health.get(row.name), etags[row.name]) for row in rows]


def _gateway(row: Gateway, said: dict[str, Any] | None, etag: str) -> GatewayInfo:
    listed = list((said or {}).get("connections") or [])
    rate = sum(number(item.get("points_per_s")) for item in listed if isinstance(item, dict))
    return GatewayInfo(
        name=row.name,
        org=row.org,
        shared=row.shared,
        alive=said is not None,
        seen_at=when((said or {}).get("at") or (said or {}).get("at_us")) or row.seen_at,
        config_current=row.served_etag == etag,
        journal=journal_health((said or {}).get("journal") or {}),
        points_per_s=rate,
    )


# --- what a gateway pulls --------------------------------------------------------------------------------------


def gateway_by_token(name: str, token: str) -> Gateway:
    """The gateway that this bearer token belongs to. The same Problem (401) for a wrong name and a wrong token.

    Must run inside a park-wide scope: the token is the only thing known of the caller so far.
    """
    with widened() as wide:
        row = Gateway.objects.of(wide).filter(name=name).first()
    given = hashlib.sha256(token.encode()).hexdigest()
    if row is None or not token or not hmac.compare_digest(row.token_hash, given):
        raise Problem(
            "telemetry.gateway_token", "This token does not open this gateway's configuration.", status=401
        )
    return row


def _served(scope: Scope, gateway: Gateway) -> QuerySet[Connection]:
    rows = Connection.objects.of(scope).filter(gateway=gateway.name, deleted_at__isnull=True, enabled=True)
    return rows if gateway.shared else rows.filter(org=gateway.org)


def config_etag(scope: Scope, gateway: Gateway) -> str:
    """Changes whenever the wanted configuration does; one small query."""
    parts = _served(scope, gateway).order_by("key").values_list("key", "revision")
    text = gateway.name + "|" + "|".join(f"{key}:{revision}" for key, revision in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def config_document(scope: Scope, gateway: Gateway) -> dict[str, Any]:
    """The wanted configuration of one gateway, as it is served."""
    rows = list(_served(scope, gateway).order_by("key"))
    signals: dict[tuple[int, str], list[dict[str, Any]]] = {}
    fields = ("connection_id", "asset", "signal", "kind", "unit", "address", "interval_s")
    limits = ("writable", "write_low", "write_high")
    tags: Iterable[Any] = (
        Tag.objects.of(scope)
        .filter(connection__in=[row.pk for row in rows], retired_at__isnull=True)
        .order_by("tag")
        .values_list(*fields, *limits)
    )
    for connection_id, asset, signal, kind, unit, address, interval_s, writable, low, high in tags:
        found = {"name": signal, "kind": kind, "unit": unit, "address": address, "interval_s": interval_s}
        if writable:
            found["write"] = {"low": low, "high": high}
        signals.setdefault((connection_id, asset), []).append(found)
    return {
        "gateway": gateway.name,
        "connections": [
            {
                "id": row.key,
                "org": row.org,
                "protocol": row.protocol,
                "url": row.url,
                "options": row.settings,
                "assets": [
                    {
                        "id": device["id"],
                        "type": device["type"],
                        "name": device["name"],
                        "address": device.get("address", ""),
                        "signals": signals.get((row.pk, device["id"]), []),
                    }
                    for device in row.devices
                ],
            }
            for row in rows
        ],
    }


def config_for(name: str, token: str, known_etag: str) -> tuple[str, dict[str, Any] | None]:
    """(etag, document or None when the gateway already has it) for a gateway that shows its token."""
    gateway = gateway_by_token(name, token)
    with widened() as wide:
        etag = config_etag(wide, gateway)
        return etag, None if known_etag == etag else config_document(wide, gateway)


def journal_total(items: Iterable[ConnectionInfo]) -> JournalHealth:
    """Journals of the gateways behind these connections, each gateway once."""
    by_gateway = {item.gateway: item.journal for item in items}
    oldest: list[datetime] = [
        journal.oldest_at for journal in by_gateway.values() if journal.oldest_at is not None
    ]
    return JournalHealth(
        rows=sum(journal.rows for journal in by_gateway.values()),
        bytes=sum(journal.bytes for journal in by_gateway.values()),
        oldest_at=min(oldest, default=None),
        budget_share=max((journal.budget_share for journal in by_gateway.values()), default=0.0),
    )
