"""What each page shows, gathered in one call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gearpark.base.limits import MAX_CHART_TAGS
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import asset_types

from ..types import (
    AssetChoice,
    ConnectionInfo,
    ConnectionState,
    GatewayInfo,
    JournalHealth,
    Look,
    ProposedAsset,
    SavedView,
    TagInfo,
    TagRow,
)
from ..types.commands import WRITING, CommandInfo
from . import live
from .charts import DEFAULT_LAST_S, DEFAULT_POINTS, Window, chart, export_rows, table, window_of
from .commands import WritableRow, commands_of, writable_rows
from .connections import connection, connections, gateway_names, journal_total
from .latest import latest_of, rows_of
from .looks import look, recent_looks
from .saved import saved_charts
from .stream import MAX_STREAM_TAGS, stream
from .tags import known, tags_of_assets

RANGES_S = (60, 600, DEFAULT_LAST_S, 8 * 3600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400)
NOSCRIPT_ROWS = 100
FIRST_VALUES = 60


def live_stream(scope: Scope, tags: Sequence[str], now: datetime) -> AsyncIterator[bytes]:
    """Server-sent events for tags, each checked against the scope now."""
    infos = known(scope, tags, at_most=MAX_STREAM_TAGS)
    if not infos:
        raise Problem("telemetry.no_tag", "Name at least one tag: ?tags=asset/signal,asset/signal")
    return stream(infos, latest_of(infos, now))


# --- chart -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChartPage:
    """The chart page. ``document`` is drawn at once; ``rows`` is the same as a table for pages without script."""

    tags: list[TagInfo]
    names: dict[str, str]
    window: Window | None
    last_s: float | None
    start: str
    end: str
    document: dict[str, Any]
    rows: list[dict[str, Any]]
    saved: list[SavedView]
    ranges: tuple[int, ...] = RANGES_S
    max_tags: int = MAX_CHART_TAGS


def chart_page(
    scope: Scope,
    *,
    tags: Sequence[str],
    start: str,
    end: str,
    last_s: float | None,
    now: datetime,
    language: str,
) -> ChartPage:
    """The page with its first picture; without tags only what is needed to choose some."""
    kept = saved_charts(scope)
    if not tags:
        return ChartPage([], {}, None, last_s, start, end, {}, [], kept)
    window = window_of(now, start=start, end=end, last_s=last_s)
    infos = known(scope, tags)
    document = chart(scope, tags, window, max_points=DEFAULT_POINTS, language=language)
    names = {info.tag: f"{info.asset} · {info.title(language)}" for info in infos}
    rolling = None if start or end else (last_s or float(DEFAULT_LAST_S))
    return ChartPage(
        infos, names, window, rolling, start, end, document, table(document, NOSCRIPT_ROWS), kept
    )


def chart_data(
    scope: Scope,
    *,
    tags: Sequence[str],
    start: str,
    end: str,
    last_s: float | None,
    now: datetime,
    language: str,
    max_points: int,
) -> dict[str, Any]:
    """The document alone, for zooming."""
    window = window_of(now, start=start, end=end, last_s=last_s)
    return chart(scope, tags, window, max_points=max_points, language=language)


def chart_export(
    scope: Scope, *, tags: Sequence[str], start: str, end: str, last_s: float | None, now: datetime, raw: bool
) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Header and rows of the export."""
    return export_rows(scope, tags, window_of(now, start=start, end=end, last_s=last_s), raw=raw)


# --- connections -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConnectionsPage:
    """Every connection with health, and the gateways."""

    rows: list[ConnectionInfo]
    total: int
    counts: dict[str, int]
    points_per_s: float
    journal: JournalHealth
    gateways: list[GatewayInfo]
    text: str
    state: str
    org: str
    bus_connected: bool
    may_see_orgs: bool


def connections_page(scope: Scope, *, text: str, state: str, org: str, now: datetime) -> ConnectionsPage:
    """The overview; counts are of all connections, rows of those asked for."""
    every = connections(scope)
    counts = {kind.value: 0 for kind in ConnectionState}
    for item in every:
        counts[item.health.state.value] += 1
    asked = bool(text or state or org)
    return ConnectionsPage(
        rows=connections(scope, text=text, state=state, org=org) if asked else every,
        total=len(every),
        counts=counts,
        points_per_s=sum(item.health.points_per_s for item in every),
        journal=journal_total(every),
        gateways=gateway_names(scope),
        text=text,
        state=state,
        org=org,
        bus_connected=live.bus_connected(),
        may_see_orgs=scope.park_wide,
    )


@dataclass(frozen=True, slots=True)
class DeviceValues:
    """One device of a connection with the newest values of its first tags."""

    id: str
    type: str
    name: str
    path: str
    rows: list[TagRow]
    tag_count: int


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    connection: ConnectionInfo
    devices: list[DeviceValues]
    facts: list[tuple[str, Any]]
    writes: bool = False
    writable: list[WritableRow] = field(default_factory=list)
    commands: list[CommandInfo] = field(default_factory=list)


HEALTH_FACTS = (
    "points",
    "signals",
    "silent_signals",
    "historical_points",
    "future_points",
    "gaps",
    "overflows",
    "throttled_s",
)
KEY_SIGNALS = (
    "item_state",
    "packml_state",
    "execution",
    "avail",
    "availability",
    "alarm",
    "program",
    "part_count",
)


def _first(infos: list[TagInfo], room: int) -> list[TagInfo]:
    """The few tags that say most about a machine, first."""
    rank = {name: place for place, name in enumerate(KEY_SIGNALS)}
    return sorted(infos, key=lambda info: (rank.get(info.signal, len(rank)), info.signal))[:room]


def connection_page(scope: Scope, key: str, now: datetime) -> ConnectionPage:
    """One connection: health, and each device with its first values."""
    found = connection(scope, key)
    tags = tags_of_assets(scope, [device.id for device in found.devices])
    room = max(2, FIRST_VALUES // max(1, len(found.devices)))
    shown = [info for infos in tags.values() for info in _first(infos, room)]
    values = {row.tag.tag: row for row in rows_of(shown, now)}
    devices = [
        DeviceValues(
            device.id,
            device.type,
            device.name,
            device.path,
            [values[info.tag] for info in _first(tags.get(device.id, []), room)],
            len(tags.get(device.id, [])),
        )
        for device in found.devices
    ]
    facts = [(name, found.health.detail.get(name)) for name in HEALTH_FACTS if name in found.health.detail]
    if found.protocol not in WRITING:
        return ConnectionPage(found, devices, facts)
    rows, commands = writable_rows(scope, key, now), commands_of(scope, connection=key)
    return ConnectionPage(found, devices, facts, True, rows, commands)


@dataclass(frozen=True, slots=True)
class ConnectionEdit:
    initial: dict[str, Any]
    gateways: list[tuple[str, str]]


def connection_form(scope: Scope, key: str) -> ConnectionEdit:
    """What the change form starts with."""
    found = connection(scope, key)
    names = [gateway.name for gateway in gateway_names(scope)]
    initial = {"name": found.name, "url": found.url, "gateway": found.gateway, "note": found.note}
    return ConnectionEdit(initial, [(name, name) for name in dict.fromkeys([*names, found.gateway])])


def _wanted(found: ConnectionInfo, tags: dict[str, list[TagInfo]]) -> dict[str, Any]:
    return {
        "id": found.key,
        "org": found.org,
        "protocol": found.protocol.value,
        "url": found.url,
        "assets": [
            {
                "id": device.id,
                "type": device.type,
                "signals": [
                    {
                        "name": t.signal,
                        "kind": t.kind.value,
                        "unit": t.unit,
                        "address": t.address,
                        "interval_s": t.interval_s,
                    }
                    for t in tags.get(device.id, [])
                ],
            }
            for device in found.devices
        ],
    }


def test_connection(scope: Scope, key: str) -> dict[str, Any]:
    """Let the gateway reach the machine once, now; its answer, or a Problem."""
    found = connection(scope, key)
    tags = tags_of_assets(scope, [device.id for device in found.devices])
    return live.ask_gateway(found.gateway, "test", {"connection": _wanted(found, tags)})


def diagnostics_bundle(scope: Scope, key: str, now: datetime) -> dict[str, Any]:
    """Configuration, health and the gateway's own diagnostics of one connection; no secrets in it."""
    found = connection(scope, key)
    tags = tags_of_assets(scope, [device.id for device in found.devices])
    wanted = _wanted(found, tags)
    try:
        told: Any = live.ask_gateway(found.gateway, "diagnostics", {"connection_id": key})
    except Problem as problem:  # a bundle without the gateway's part is still worth having
        told = {"problem": problem.as_dict()}
    return {"made_at": now.isoformat(), "wanted": wanted, "health": found.health.detail, "gateway": told}


# --- wizard ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WizardPage:
    gateways: list[GatewayInfo]
    choices: list[tuple[str, str]]
    recent: list[Look]
    bus_connected: bool


def wizard_page(scope: Scope, now: datetime) -> WizardPage:
    """Gateways to choose from (those that speak first) and looks left behind."""
    gateways = sorted(gateway_names(scope), key=lambda item: (not item.alive, item.name))
    return WizardPage(
        gateways,
        [(item.name, item.name) for item in gateways],
        recent_looks(scope, now),
        live.bus_connected(),
    )


@dataclass(frozen=True, slots=True)
class ProposalItem:
    """One proposed asset with what a person chose for it (the proposal itself before anything was chosen)."""

    asset: ProposedAsset
    include: bool
    id: str
    name: str
    type: str
    path: str
    skipped: frozenset[str]


@dataclass(frozen=True, slots=True)
class LookPage:
    look: Look
    items: list[ProposalItem] = field(default_factory=list)
    types: list[tuple[str, str, str]] = field(default_factory=list)


def _item(asset: ProposedAsset, choice: AssetChoice) -> ProposalItem:
    kept = choice.signals
    return ProposalItem(
        asset,
        choice.include,
        choice.id or asset.id,
        choice.name or asset.name,
        choice.type or asset.type,
        choice.path or asset.path,
        frozenset() if kept is None else frozenset(s.name for s in asset.signals if s.name not in kept),
    )


def look_page(scope: Scope, pk: int, now: datetime) -> LookPage:
    """One look with the asset types to choose from: (code, English, Chinese)."""
    types = [
        (code, known_type.title_en, known_type.title_zh) for code, known_type in sorted(asset_types().items())
    ]
    found = look(scope, pk, now)
    assets = found.proposal.assets if found.proposal is not None else ()
    items = [_item(asset, found.choices.assets.get(asset.id, AssetChoice())) for asset in assets]
    return LookPage(found, items, types)
