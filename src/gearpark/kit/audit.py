"""The audit trail: who did what to which thing, before and after. Written in the doer's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc

MAX_AUDIT_JSON = 64_000  # characters of before or after; longer is cut to its keys


def record(
    scope: Scope,
    action: str,
    kind: str,
    key: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    *,
    org: str | None = None,
    at: datetime | None = None,
) -> None:
    """Write one entry for ``org`` (default: the organisation the person acts for), inside ``acting(scope)``."""
    _write(org or scope.org, scope.actor, scope.person_id, action, kind, key, before, after, at)


def record_open(actor: str, action: str, kind: str, key: str, after: Mapping[str, Any] | None = None) -> None:
    """Write an entry that belongs to no organisation yet (a refused sign-in); the park administration reads it."""
    _write("", actor, None, action, kind, key, None, after, None)


def _write(
    org: str,
    actor: str,
    person_id: int | None,
    action: str,
    kind: str,
    key: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    at: datetime | None,
) -> None:
    # plain INSERT: the ORM would ask for the id back, which row-level security refuses where org is ""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_audit (org, at, actor, person_id, action, kind, key, before, after)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                org,
                at or now_utc(),
                actor[:160],
                person_id,
                action,
                kind,
                str(key)[:200],
                _json(before),
                _json(after),
            ],
        )


def _json(value: Mapping[str, Any] | None) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return text if len(text) <= MAX_AUDIT_JSON else json.dumps({"cut": True, "keys": sorted(value)[:200]})


def entries(scope: Scope) -> Any:
    """The entries the scope may read, as a query set."""
    from .models import AuditEntry

    return AuditEntry.objects.of(scope)
