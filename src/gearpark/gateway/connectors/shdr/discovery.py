"""Discovery: an adapter describes nothing, so its keys are proposed as heard, with kinds guessed from the values."""

from __future__ import annotations

import math

from gearpark.base.ids import SIGNAL
from gearpark.base.mtconnect import condition_text
from gearpark.base.shdr import ShdrItem
from gearpark.base.wire import AssetInfo, SignalInfo, SignalKind, Status

from ...proposals import Proposal, ProposedAsset, Sample, slug, unique
from .config import LISTEN_S, host_and_port
from .listening import listen

STATES = frozenset({"avail", "execution", "mode", "estop", "power", "door"})
COUNTERS = ("count", "partcount", "part_count")


async def discover_adapter(url: str) -> Proposal:
    """Listen and propose one machine per device prefix. Raises ``shdr.unreachable``."""
    proposal = Proposal("shdr", url)
    heard = await listen(url, LISTEN_S)
    proposal.server = {"commands": "; ".join(heard.commands[:5])}
    if not heard.items:
        proposal.warn("The adapter accepted the connection but sent no value while listening.")
        return proposal
    proposal.warn(
        "An adapter does not describe its keys: kinds are guessed from one value, units are unknown."
    )
    if heard.unreadable:
        proposal.warn(f"{heard.unreadable} of {heard.lines} lines could not be read.")
    host, port = host_and_port(url)
    devices: dict[str, dict[str, tuple[ShdrItem, int | None]]] = {}
    for key, found in heard.items.items():
        devices.setdefault(found[0].device, {})[key] = found
    taken: set[str] = set()
    for device, items in sorted(devices.items()):
        name = device or f"adapter {host} {port}"
        proposal.assets.append(_asset(name, unique(slug(name), taken), items))
    return proposal


def _asset(name: str, made: str, items: dict[str, tuple[ShdrItem, int | None]]) -> ProposedAsset:
    signals: list[SignalInfo] = []
    samples: dict[str, Sample] = {}
    for key, (item, at_us) in sorted(items.items()):
        if not SIGNAL.fullmatch(item.key) or item.key in samples:
            continue
        signals.append(SignalInfo(item.key, kind_of(item), "", key))
        samples[item.key] = _sample(item, signals[-1].kind, at_us)
    info = AssetInfo(made, "mtconnect-device", name, signals=tuple(signals))
    states = "mtconnect-1" if any(signal.name.lower() == "execution" for signal in signals) else ""
    return ProposedAsset(info, states, samples, "SHDR lines heard")


def kind_of(item: ShdrItem) -> SignalKind:
    """Guess from one value: condition fields, a number, a known state word, else text."""
    if item.condition is not None:
        return SignalKind.CONDITION
    name = item.key.lower()
    if name in STATES:
        return SignalKind.STATE
    try:
        number = math.isfinite(float(item.value))
    except ValueError:
        return SignalKind.TEXT
    if not number:
        return SignalKind.TEXT
    return SignalKind.COUNTER if name.endswith(COUNTERS) else SignalKind.ANALOG


def _sample(item: ShdrItem, kind: SignalKind, at_us: int | None) -> Sample:
    if item.unavailable:
        return Sample(None, int(Status.BAD_NO_COMMUNICATION), at_us)
    if kind in (SignalKind.ANALOG, SignalKind.COUNTER):
        return Sample(float(item.value), 0, at_us)
    if item.condition is not None:
        return Sample(condition_text(item.value, item.condition)[:200], 0, at_us)
    return Sample(item.value[:200], 0, at_us)
