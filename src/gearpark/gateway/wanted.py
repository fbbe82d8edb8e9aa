"""The wanted state: which connections this gateway should run, as one JSON document.

``{"gateway": "gw1", "connections": [{"id", "org", "protocol", "url", "options", "assets": [{"id", "type", "name",
"signals": [{"name", "kind", "unit", "address", "interval_s", "write": {"low", "high"}}]}]}]}``. A signal without
``write`` is never written to. One bad connection never spoils the others:
it is kept in ``Wanted.rejected`` with its Problem and shown in the health document.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gearpark.base.ids import asset_id, tag
from gearpark.base.problems import Problem
from gearpark.base.wire import AssetInfo, SignalInfo, SignalKind

MAX_CONNECTIONS = 500
MAX_SIGNALS = 20_000  # of one connection
MAX_ID_LENGTH = 60
MAX_INTERVAL_S = 86_400.0
DEFAULT_MAX_POINTS_PER_S = 30_000.0  # one source may not take the whole gateway
SCHEMES = {"opcua": ("opc.tcp://",), "mtconnect": ("http://", "https://"), "shdr": ("shdr://", "tcp://")}


@dataclass(frozen=True, slots=True)
class ConnectionWanted:
    """One connection that should run. Equal documents give equal objects: that is how a change is seen.

    writable   tag -> (lowest, highest) value that may be written; what is not listed is only read. A change of this
               list does not start the connection anew
    """

    id: str
    org: str
    protocol: str
    url: str
    assets: tuple[AssetInfo, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    writable: Mapping[str, tuple[float | None, float | None]] = field(
        default_factory=dict, compare=False, hash=False
    )

    @property
    def shown_url(self) -> str:
        """The address as people and logs may see it: without user name and password."""
        return shown(self.url)

    def option(self, name: str, default: float) -> float:
        """A numeric option, or ``default`` when it is not given."""
        return float(dict(self.options).get(name, default))

    def tags(self) -> dict[str, SignalInfo]:
        """``asset/signal`` -> what is known of the signal."""
        return {tag(asset.id, signal.name): signal for asset in self.assets for signal in asset.signals}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The whole wanted state; ``rejected`` holds (connection id, Problem) of entries that cannot be run."""

    gateway: str
    connections: tuple[ConnectionWanted, ...] = ()
    rejected: tuple[tuple[str, Problem], ...] = field(default=(), compare=False)


def shown(url: str) -> str:
    """``opc.tcp://user:secret@host`` -> ``opc.tcp://host``."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"


def parse(document: Any) -> Wanted:
    """JSON document -> Wanted. Raises ``gateway.config_unreadable`` when it is not such a document at all."""
    if not isinstance(document, Mapping) or not isinstance(document.get("connections", []), list):
        raise Problem(
            "gateway.config_unreadable",
            "The gateway's configuration is not an object with a list of connections; the last good one stays in force.",
        )
    rows = document.get("connections", [])
    if len(rows) > MAX_CONNECTIONS:
        raise Problem(
            "gateway.config_unreadable",
            f"The configuration holds {len(rows)} connections; one gateway runs at most {MAX_CONNECTIONS}.",
        )
    good: dict[str, ConnectionWanted] = {}
    rejected: list[tuple[str, Problem]] = []
    for place, row in enumerate(rows):
        name = str(row.get("id", f"#{place}"))[:MAX_ID_LENGTH] if isinstance(row, Mapping) else f"#{place}"
        try:
            made = _connection(row)
            if made.id in good:
                raise _bad(made.id, "its id is used twice")
            good[made.id] = made
        except Problem as problem:
            rejected.append((name, problem))
    return Wanted(str(document.get("gateway", "")), tuple(good.values()), tuple(rejected))


def parse_connection(row: Any) -> ConnectionWanted:
    """One connection's object, as ``test`` and ``diagnostics`` requests carry it."""
    return _connection(row)


def _bad(name: str, why: str) -> Problem:
    return Problem(
        "gateway.connection_invalid", f"Connection {name!r} cannot be run: {why}.", connection=name
    )


def _connection(row: Any) -> ConnectionWanted:
    if not isinstance(row, Mapping):
        raise _bad("?", "it is not an object")
    name = str(row.get("id") or "")
    if not name or len(name) > MAX_ID_LENGTH:
        raise _bad(name, f"its id is empty or longer than {MAX_ID_LENGTH} characters")
    org = asset_id(str(row.get("org") or ""))
    protocol, url = str(row.get("protocol") or ""), str(row.get("url") or "")
    check_url(protocol, url)
    assets = tuple(_asset(name, entry) for entry in _list(name, row, "assets"))
    if sum(len(asset.signals) for asset in assets) > MAX_SIGNALS:
        raise _bad(name, f"it has more than {MAX_SIGNALS} signals; split it")
    options = _options(name, row.get("options") or {})
    made = ConnectionWanted(name, org, protocol, url, assets, options, _writable(name, row))
    if len(made.tags()) != sum(len(asset.signals) for asset in assets):
        raise _bad(name, "two of its signals have the same tag")
    return made


def check_url(protocol: str, url: str) -> None:
    """Raise ``gateway.protocol_unknown`` or ``gateway.url_invalid`` when no connector could dial this."""
    if protocol not in SCHEMES:
        raise Problem(
            "gateway.protocol_unknown",
            f"Protocol {protocol!r} has no connector; use one of {', '.join(SCHEMES)}.",
        )
    if not url.startswith(SCHEMES[protocol]) or len(url) > 500:
        raise Problem(
            "gateway.url_invalid",
            f"{shown(url)[:80]!r} is not a {protocol} address: {SCHEMES[protocol][0]}host:port.",
        )


def _list(name: str, row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key) or []
    if not isinstance(value, list):
        raise _bad(name, f"{key} is not a list")
    return value


def _writable(name: str, row: Mapping[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    """The signals with a ``write`` member, with their limits; the rows were checked before."""
    made: dict[str, tuple[float | None, float | None]] = {}
    for asset in _list(name, row, "assets"):
        for signal in _list(name, asset, "signals"):
            limits = signal.get("write")
            if limits is None:
                continue
            if not isinstance(limits, Mapping):
                raise _bad(name, f"write of signal {signal.get('name')!r} is not an object")
            low, high = (_limit(name, limits.get(end)) for end in ("low", "high"))
            made[tag(str(asset["id"]), str(signal["name"]))] = (low, high)
    return made


def _limit(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad(name, "a limit of a writable signal is not a number")
    return float(value)


def _options(name: str, raw: Any) -> tuple[tuple[str, Any], ...]:
    if not isinstance(raw, Mapping):
        raise _bad(name, "options is not an object")
    made = []
    for key, value in sorted(raw.items()):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
            raise _bad(name, f"option {key!r} must be a positive number")
        made.append((str(key), float(value)))
    return tuple(made)


def _asset(name: str, row: Any) -> AssetInfo:
    if not isinstance(row, Mapping):
        raise _bad(name, "an asset is not an object")
    made = asset_id(str(row.get("id") or ""))
    signals = tuple(_signal(name, entry) for entry in _list(name, row, "signals"))
    return AssetInfo(
        id=made, type=str(row.get("type") or "unknown"), name=str(row.get("name") or made), signals=signals
    )


def _signal(name: str, row: Any) -> SignalInfo:
    if not isinstance(row, Mapping):
        raise _bad(name, "a signal is not an object")
    interval = row.get("interval_s")
    if interval is not None:
        if isinstance(interval, bool) or not isinstance(interval, int | float):
            raise _bad(name, f"interval_s of signal {row.get('name')!r} is not a number")
        if not math.isfinite(interval) or not 0 < interval <= MAX_INTERVAL_S:
            raise _bad(
                name, f"interval_s of signal {row.get('name')!r} is not within 0 to {MAX_INTERVAL_S:.0f}"
            )
    try:
        kind = SignalKind(str(row.get("kind") or "analog"))
    except ValueError:
        raise _bad(name, f"kind {row.get('kind')!r} is none of {', '.join(SignalKind)}") from None
    return SignalInfo(
        name=str(row.get("name") or ""),
        kind=kind,
        unit=str(row.get("unit") or ""),
        address=str(row.get("address") or row.get("name") or ""),
        interval_s=float(interval) if interval is not None else None,
    )
