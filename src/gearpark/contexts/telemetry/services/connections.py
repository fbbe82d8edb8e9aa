"""Changing what a gateway shall keep open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit import audit, events
from gearpark.kit.tenant import require

from ..models import MAX_NAME, Connection, Tag
from ..queries.proposals import check_url
from ..types import EDIT, ConnectionChanged, Protocol

MAX_NOTE = 400


def locked(scope: Scope, key: str, *, deleted: bool = False) -> Connection:
    """The connection, locked until the transaction ends; a Problem (404) when it is not the scope's."""
    row = (
        Connection.objects.of(scope)
        .select_for_update()
        .filter(key=key, deleted_at__isnull=not deleted)
        .first()
    )
    if row is None:
        raise NotFound("telemetry.connection_unknown", f"There is no connection {key[:60]!r} here.")
    return row


def seen(row: Connection) -> dict[str, Any]:
    """What the audit log keeps of a connection."""
    return {
        "name": row.name,
        "gateway": row.gateway,
        "protocol": row.protocol,
        "url": row.url,
        "enabled": row.enabled,
        "note": row.note,
        "devices": sorted(device["id"] for device in row.devices),
        "deleted": row.deleted_at is not None,
    }


def _save(scope: Scope, row: Connection, before: dict[str, Any], action: str) -> None:
    after = seen(row)
    if after == before:
        return
    row.revision += 1
    row.save()
    audit.record(scope, action, "telemetry.connection", row.key, before, after)
    events.tell(ConnectionChanged(row.org, row.key))


@transaction.atomic
def set_enabled(scope: Scope, key: str, enabled: bool) -> None:
    """Start or stop a connection. Its tags and their history stay."""
    require(scope, EDIT)
    row = locked(scope, key)
    before = seen(row)
    row.enabled = enabled
    _save(scope, row, before, "telemetry.connection_enabled" if enabled else "telemetry.connection_disabled")


@transaction.atomic
def edit(scope: Scope, key: str, *, name: str, url: str, note: str, gateway: str) -> None:
    """Change name, address, note or gateway. Tags keep their names, so history stays whole."""
    require(scope, EDIT)
    row = locked(scope, key)
    before = seen(row)
    row.name = " ".join(name.split())[:MAX_NAME]
    if not row.name:
        raise Problem("telemetry.connection_name", "A connection needs a name.")
    row.url = check_url(Protocol(row.protocol), url)
    row.note = note.strip()[:MAX_NOTE]
    row.gateway = gateway
    _save(scope, row, before, "telemetry.connection_changed")


@transaction.atomic
def delete(scope: Scope, key: str, now: datetime) -> None:
    """Remove a connection. The gateway closes it; its tags are retired; the lake keeps what was stored.

    ``restore`` undoes this.
    """
    require(scope, EDIT)
    row = locked(scope, key)
    before = seen(row)
    row.deleted_at = now
    Tag.objects.of(scope).filter(connection=row, retired_at__isnull=True).update(retired_at=now)
    _save(scope, row, before, "telemetry.connection_deleted")


@transaction.atomic
def restore(scope: Scope, key: str) -> None:
    """Undo a removal: the connection and the tags retired with it come back."""
    require(scope, EDIT)
    row = locked(scope, key, deleted=True)
    before = seen(row)
    Tag.objects.of(scope).filter(connection=row, retired_at=row.deleted_at).update(retired_at=None)
    row.deleted_at = None
    _save(scope, row, before, "telemetry.connection_restored")
