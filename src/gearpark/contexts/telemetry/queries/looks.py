"""Looks at addresses (the wizard's memory), read back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ..models import Discovery
from ..types import AssetChoice, Choices, Look, LookState, Protocol
from .live import ASK_TIMEOUT_S
from .proposals import read_proposal

LOST_AFTER_S = ASK_TIMEOUT_S * 2
MAX_RECENT = 10


def choices_of(raw: dict[str, Any]) -> Choices:
    """Kept JSON -> Choices."""
    return Choices(
        name=str(raw.get("name", "")),
        assets={
            key: AssetChoice(
                include=bool(item.get("include", True)),
                id=str(item.get("id", "")),
                name=str(item.get("name", "")),
                type=str(item.get("type", "")),
                path=str(item.get("path", "")),
                signals=None if item.get("signals") is None else frozenset(item["signals"]),
            )
            for key, item in (raw.get("assets") or {}).items()
        },
    )


def _look(row: Discovery, now: datetime) -> Look:
    state = LookState(row.state)
    elapsed_s = ((row.ended_at or now) - row.started_at).total_seconds()
    if state is LookState.LOOKING and elapsed_s > LOST_AFTER_S:
        state = LookState.LOST
    protocol = Protocol(row.protocol)
    proposal = read_proposal(protocol, row.url, row.gateway, row.found) if row.found else None
    return Look(
        id=row.pk,
        gateway=row.gateway,
        protocol=protocol,
        url=row.url,
        state=state,
        started_at=row.started_at,
        elapsed_s=elapsed_s,
        limit_s=ASK_TIMEOUT_S,
        proposal=proposal,
        choices=choices_of(row.choices),
        problem=row.problem,
        connection=row.connection,
    )


def look(scope: Scope, pk: int, now: datetime) -> Look:
    """One look; a Problem (404) when it is not the scope's."""
    row = Discovery.objects.of(scope).filter(pk=pk).first()
    if row is None:
        raise NotFound("telemetry.look_unknown", "This look at an address is over or not yours; start again.")
    return _look(row, now)


def recent_looks(scope: Scope, now: datetime) -> list[Look]:
    """The newest looks that came to no connection yet, so that a person finds the one left behind."""
    rows = (
        Discovery.objects.of(scope)
        .exclude(state=LookState.APPLIED.value)
        .defer("found")
        .order_by("-started_at")
    )
    return [_look(_without_found(row), now) for row in rows[:MAX_RECENT]]


def _without_found(row: Discovery) -> Discovery:
    row.found = {}
    return row
