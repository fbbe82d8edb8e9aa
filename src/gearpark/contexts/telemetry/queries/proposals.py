"""A gateway's answer to "what is there?", read with suspicion: it comes from a machine on a wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from gearpark.base.ids import ASSET_ID, SIGNAL
from gearpark.base.limits import MAX_TAG_LENGTH
from gearpark.base.problems import Problem
from gearpark.base.wire import SignalKind, Value, quality_of
from gearpark.engines.lines import asset_types, signals_of

from ..types import URL_SCHEMES, Proposal, ProposedAsset, ProposedSignal, Protocol

MAX_ASSETS = 500
MAX_SIGNALS = 400
MAX_TEXT = 400
MAX_NAME = 120
MAX_WARNINGS = 50
SERVER_WORDS = ("name", "product", "manufacturer", "version", "sender")


def protocol_of(text: str) -> Protocol:
    try:
        return Protocol(text)
    except ValueError:
        raise Problem(
            "telemetry.protocol_unknown", f"{text[:40]!r} is not a protocol: use opcua, mtconnect or shdr."
        ) from None


def check_url(protocol: Protocol, url: str) -> str:
    """The address, trimmed; a Problem that says what is wrong with it."""
    text = url.strip()
    schemes = URL_SCHEMES[protocol]
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    example = f"{schemes[0]}://192.168.1.20:{ {Protocol.OPCUA: 4840, Protocol.MTCONNECT: 5000}.get(protocol, 7878) }"
    if len(text) > MAX_TEXT or parts.scheme not in schemes or not host:
        raise Problem(
            "telemetry.url", f"{text[:80]!r} is not an address for {protocol.value}; write it like {example}."
        )
    if parts.username or parts.password:
        raise Problem("telemetry.url", "Leave the user name and password out of the address.")
    if protocol is Protocol.SHDR and port is None:
        raise Problem("telemetry.url", f"An SHDR adapter needs a port; write it like {example}.")
    return text


def _text(value: Any, limit: int = MAX_TEXT) -> str:
    return "" if value is None else re.sub(r"[\x00-\x1f\x7f]", " ", str(value)).strip()[:limit]


def _signal(raw: Mapping[str, Any]) -> ProposedSignal | str:
    """A signal, or the sentence why it is left out."""
    name = _text(raw.get("name"), 90)
    if not SIGNAL.fullmatch(name):
        return f"Signal {name[:40]!r} was left out: its name has characters that a tag cannot hold."
    try:
        kind = SignalKind(str(raw.get("kind", "")))
    except ValueError:
        return f"Signal {name!r} was left out: kind {_text(raw.get('kind'), 40)!r} is not known."
    interval = raw.get("interval_s")
    sample, quality = _sample(raw.get("sample"))
    return ProposedSignal(
        name=name,
        kind=kind,
        unit=_text(raw.get("unit"), 24),
        address=_text(raw.get("address")),
        interval_s=float(interval) if isinstance(interval, int | float) and interval > 0 else None,
        title_en=_text(raw.get("title_en"), MAX_NAME),
        title_zh=_text(raw.get("title_zh"), MAX_NAME),
        sample=sample,
        sample_quality=quality,
    )


def _sample(raw: Any) -> tuple[Value, str]:
    """The value read while looking, and its quality; (None, "") when none was read."""
    if not isinstance(raw, Mapping):
        return None, ""
    status, value = raw.get("status"), raw.get("value")
    quality = quality_of(status).value if isinstance(status, int) else ""
    if isinstance(value, bool | int | float):
        return float(value), quality
    return (None if value is None else _text(value, 120)), quality


def _titled(type_code: str, signal: ProposedSignal) -> ProposedSignal:
    """Titles and the expected interval of a canonical signal, where the machine does not tell them."""
    known = {s.name: s for s in signals_of(type_code)} if type_code in asset_types() else {}
    canon = known.get(signal.name)
    if canon is None:
        return signal
    return replace(
        signal,
        title_en=signal.title_en or canon.title_en,
        title_zh=signal.title_zh or canon.title_zh,
        unit=signal.unit or canon.unit,
        interval_s=signal.interval_s or canon.interval_s,
    )


def _asset(raw: Mapping[str, Any]) -> ProposedAsset:
    warnings = [_text(text) for text in list(raw.get("warnings") or [])[:MAX_WARNINGS]]
    id_ = legal_id(_text(raw.get("id"), 200))
    type_code = _text(raw.get("type"), 60)
    signals: dict[str, ProposedSignal] = {}
    for item in list(raw.get("signals") or [])[: MAX_SIGNALS + 1]:
        made = _signal(item) if isinstance(item, Mapping) else "An unreadable signal was left out."
        if isinstance(made, str):
            warnings.append(made)
        elif made.name in signals:
            warnings.append(f"Signal {made.name!r} was found twice; the first is taken.")
        elif len(id_) + 1 + len(made.name) > MAX_TAG_LENGTH:
            warnings.append(
                f"Signal {made.name!r} was left out: its tag would be longer than {MAX_TAG_LENGTH}."
            )
        else:
            signals[made.name] = _titled(type_code, made)
    if len(signals) > MAX_SIGNALS:
        signals = dict(list(signals.items())[:MAX_SIGNALS])
        warnings.append(f"More than {MAX_SIGNALS} signals; the rest was left out.")
    return ProposedAsset(
        id=id_,
        type=type_code,
        name=_text(raw.get("name"), MAX_NAME) or id_,
        path=_text(raw.get("path"), MAX_TEXT).strip("/"),
        address=_text(raw.get("address")),
        manufacturer=_text(raw.get("manufacturer"), MAX_NAME),
        model=_text(raw.get("model"), MAX_NAME),
        serial_number=_text(raw.get("serial_number"), MAX_NAME),
        states=_text(raw.get("states"), 40),
        recognised_by=_text(raw.get("evidence"), MAX_NAME),
        warnings=tuple(warnings),
        signals=tuple(signals.values()),
    )


def legal_id(text: str) -> str:
    """Any text -> the nearest legal asset id."""
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")
    return made if ASSET_ID.fullmatch(made) else "machine"


def _server(raw: Any) -> str:
    """What answered, in a few words; never a time, which would name the connection after the moment."""
    if not isinstance(raw, Mapping):
        return _text(raw, MAX_NAME)
    words = [_text(raw.get(key), MAX_NAME) for key in SERVER_WORDS]
    return " ".join(dict.fromkeys(word for word in words if word))[:MAX_NAME]


def read_proposal(protocol: Protocol, url: str, gateway: str, raw: Mapping[str, Any]) -> Proposal:
    """A gateway's discovery answer -> Proposal. What cannot be used is left out and named in a warning."""
    warnings = [_text(text) for text in list(raw.get("warnings") or [])[:MAX_WARNINGS]]
    assets: dict[str, ProposedAsset] = {}
    found = list(raw.get("assets") or [])
    for item in found[:MAX_ASSETS]:
        if not isinstance(item, Mapping):
            warnings.append("An unreadable machine was left out.")
            continue
        made = _asset(item)
        if made.id in assets:
            warnings.append(f"Two machines would be called {made.id!r}; the first is taken.")
            continue
        assets[made.id] = made
    if len(found) > MAX_ASSETS:
        warnings.append(f"More than {MAX_ASSETS} machines; the rest was left out.")
    return Proposal(
        protocol=protocol,
        url=url,
        gateway=gateway,
        server=_server(raw.get("server")),
        warnings=tuple(warnings),
        assets=tuple(assets.values()),
    )
