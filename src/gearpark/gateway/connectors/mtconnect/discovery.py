"""Discovery: devices of an agent as machines, their data items as signals, current values as samples."""

from __future__ import annotations

from gearpark.base.mtconnect import MtcDevice, StreamObservation, read_devices, read_streams, signal_info
from gearpark.base.wire import AssetInfo, SignalKind, Status

from ...proposals import Proposal, ProposedAsset, Sample, slug, unique
from .agent import Agent


async def discover_agent(url: str) -> Proposal:
    """``/probe`` and ``/current``. Raises ``mtconnect.unreachable`` and what the readers refuse."""
    proposal = Proposal("mtconnect", url)
    async with Agent(url) as agent:
        devices = read_devices(await agent.document("probe"))
        current = read_streams(await agent.document("current"))
    proposal.server = {"sender": current.header.sender, "time": current.header.creation_time}
    values = {(seen.device, seen.item_id): seen for seen in current.observations}
    taken: set[str] = set()
    for device in devices:
        proposal.assets.append(_asset(device, values, taken, proposal))
    return proposal


def _asset(
    device: MtcDevice,
    values: dict[tuple[str, str], StreamObservation],
    taken: set[str],
    proposal: Proposal,
) -> ProposedAsset:
    signals = tuple(signal_info(name, item) for name, item in device.items.items())
    info = AssetInfo(
        id=unique(slug(device.name), taken),
        type="mtconnect-device",
        name=device.description or device.name,
        signals=signals,
        manufacturer=device.manufacturer,
        model=device.model,
        serial_number=device.serial,
    )
    types = {item.type for item in device.items.values()}
    asset = ProposedAsset(
        info, evidence="MTConnect probe", states="mtconnect-1" if "EXECUTION" in types else ""
    )
    silent = 0
    for signal in signals:
        seen = values.get((device.name, signal.address))
        if seen is None:
            continue
        silent += seen.value is None
        asset.samples[signal.name] = _sample(seen, signal.kind)
    if signals and silent == len(signals):
        proposal.warn(f"{info.id}: every data item is UNAVAILABLE; the agent has no link to the machine.")
    if not asset.states:
        proposal.warn(f"{info.id}: no EXECUTION data item; its state will read as no data.")
    return asset


def _sample(seen: StreamObservation, kind: SignalKind) -> Sample:
    if seen.value is None:
        return Sample(None, int(Status.BAD_NO_COMMUNICATION), seen.at_us)
    if kind in (SignalKind.ANALOG, SignalKind.COUNTER):
        try:
            return Sample(float(seen.value), 0, seen.at_us)
        except ValueError:
            return Sample(None, 0, seen.at_us)
    return Sample(seen.value[:200], 0, seen.at_us)
