"""Discovery's second half: the variables of each machine as signals with kind, unit, interval and a sample."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import Any

from asyncua import ua

from gearpark.base.wire import SignalInfo, SignalKind
from gearpark.engines.lines import asset_types

from ...proposals import Proposal, ProposedAsset, Sample
from .browse import Found, Machine, attributes, content
from .enums import name_values
from .names import STATES, is_said_already, is_signal_property, name_for
from .session import OpcSession
from .subscription import Item, chunks
from .values import Unusable, convert, micros, standard, status_of

MAX_SIGNALS = 20_000
WATCH_GAP_S = 1.2  # values are read three times, this far apart, to see which are refreshed
WATCHED = 4_000  # signals watched for refreshing; the others are proposed without an interval
NUMBER_TYPES = frozenset(range(2, 12))  # SByte .. Double, ns=0
BOOLEAN, STRINGS = 1, frozenset({12, 21})  # String, LocalizedText
ENUMERATION_FROM = 26
COUNTERS = ("_count", "_counter", "_total", "_produced")
UNITS = {
    "°C": "Cel",
    "℃": "Cel",
    "rpm": "r/min",
    "1/min": "r/min",
    "min-1": "r/min",
    "kWh": "kW.h",
    "l/min": "L/min",
}


async def describe_signals(session: OpcSession, machines: list[Machine], proposal: Proposal) -> None:
    """Fill ``proposal.assets`` (same order as those of ``machines`` that have variables) with signals and samples."""
    assets = iter(proposal.assets)
    jobs: list[tuple[ProposedAsset, list[Found]]] = []
    for machine in machines:
        variables = [
            node
            for node in (machine.nodes or [machine.node])
            if node.is_variable and (not node.is_property or is_signal_property(node.path))
        ]
        if machine.node.is_variable or any(node.is_variable for node in machine.nodes):
            jobs.append((next(assets), variables))
    nodes = [node.node_id for _, variables in jobs for node in variables][:MAX_SIGNALS]
    facts = _Facts(
        await attributes(session, nodes, ua.AttributeIds.Value),
        await attributes(session, nodes, ua.AttributeIds.DataType),
        await attributes(session, nodes, ua.AttributeIds.ValueRank),
    )
    units = await _units(session, nodes)
    intervals = await _refreshed(session, nodes, facts.values)
    for asset, variables in jobs:
        await _fill(session, asset, variables, facts, units, intervals, proposal)


class _Facts:
    """What was read of all variables at once."""

    def __init__(
        self,
        values: dict[ua.NodeId, ua.DataValue],
        types: dict[ua.NodeId, ua.DataValue],
        ranks: dict[ua.NodeId, ua.DataValue],
    ) -> None:
        self.values, self.types, self.ranks = values, types, ranks


async def _fill(
    session: OpcSession,
    asset: ProposedAsset,
    variables: list[Found],
    facts: _Facts,
    units: dict[ua.NodeId, str],
    intervals: dict[ua.NodeId, float],
    proposal: Proposal,
) -> None:
    catalogue = (
        {s.name: s for s in asset_types()[asset.info.type].signals}
        if asset.info.type in asset_types()
        else {}
    )
    taken: set[str] = set()
    items: list[Item] = []
    skipped: list[str] = []
    for node in sorted(variables, key=lambda one: (len(one.path), one.path)):
        if is_said_already(node.path, taken):
            continue  # the companion model's copy of a signal that is in already
        kind = _kind(facts.types.get(node.node_id), facts.ranks.get(node.node_id))
        if kind is None:
            skipped.append("/".join(node.path))
            continue
        name = name_for(node.path or [node.name], taken)
        unit, interval = units.get(node.node_id, ""), intervals.get(node.node_id)
        signal = _signal(name, kind, unit, session.address(node.node_id), interval, node.display, catalogue)
        items.append(Item(name, signal, node.node_id))
    await name_values(session, items)
    for item in items:
        if item.words and item.signal.kind == SignalKind.TEXT:
            item.signal = replace(item.signal, kind=SignalKind.STATE)
        asset.samples[item.tag] = _sample(item, facts.values.get(item.node_id))
    asset.info = replace(asset.info, signals=tuple(item.signal for item in items))
    names = {item.tag for item in items}
    asset.states = "machinery-1" if names & {"item_state", "packml_state"} else ""
    if skipped:
        proposal.warn(
            f"{asset.info.id}: {len(skipped)} variables hold arrays or structures, first {skipped[0]}."
        )
    if not asset.states:
        proposal.warn(f"{asset.info.id}: no machine state was recognised; its state will read as no data.")


def _kind(data_type: ua.DataValue | None, rank: ua.DataValue | None) -> SignalKind | None:
    """Kind by data type; None for what cannot be a signal (arrays, structures, bytes)."""
    value, dimensions = content(data_type), content(rank)
    if isinstance(dimensions, int) and dimensions >= 0:
        return None
    if not isinstance(value, ua.NodeId):
        return None
    number = value.Identifier if value.NamespaceIndex == 0 and isinstance(value.Identifier, int) else None
    if number in NUMBER_TYPES or number in (26, 27, 28, 290):  # Number, Integer, UInteger, Duration
        return SignalKind.ANALOG
    if number == BOOLEAN:
        return SignalKind.STATE
    if number in STRINGS or number == 24:  # BaseDataType: decided by its values, kept as text
        return SignalKind.TEXT
    if number is None or number >= ENUMERATION_FROM:
        return SignalKind.TEXT  # becomes a state when the type lists names
    return None


def _signal(
    name: str,
    kind: SignalKind,
    unit: str,
    address: str,
    interval_s: float | None,
    display: str,
    catalogue: dict[str, SignalInfo],
) -> SignalInfo:
    known = catalogue.get(name)
    if known is not None:
        expected = interval_s
        if (
            interval_s is not None
            and known.interval_s is not None
            and interval_s <= known.interval_s + WATCH_GAP_S
        ):
            expected = known.interval_s
        return replace(known, unit=unit or known.unit, address=address, interval_s=expected)
    if name in STATES:
        kind = SignalKind.STATE
    elif kind == SignalKind.ANALOG and name.endswith(COUNTERS):
        kind = SignalKind.COUNTER
    elif name == "alarm":
        kind = SignalKind.CONDITION
    expected = interval_s if kind == SignalKind.ANALOG else None
    return SignalInfo(name, kind, unit, address, expected, title_en=display)


def _sample(item: Item, data: ua.DataValue | None) -> Sample:
    if data is None:
        return Sample(None, 0, None)
    try:
        value = convert(content(data), item.numeric, item.words)
    except Unusable:
        value = None
    return Sample(value, status_of(data), micros(data.SourceTimestamp))


async def _units(session: OpcSession, nodes: list[ua.NodeId]) -> dict[ua.NodeId, str]:
    """Short unit from each variable's EngineeringUnits property."""
    paths: list[ua.BrowsePath] = []
    for node in nodes:
        step = ua.RelativePathElement()
        step.ReferenceTypeId = standard(ua.ObjectIds.HasProperty)
        step.IsInverse = False  # type: ignore[assignment]  # the library's default is True
        step.TargetName = ua.QualifiedName("EngineeringUnits", 0)
        path = ua.BrowsePath()
        path.StartingNode = node
        path.RelativePath.Elements = [step]
        paths.append(path)
    targets: dict[ua.NodeId, ua.NodeId] = {}
    for group in chunks(paths, 500):
        for path, result in zip(group, await session.ua.translate_browsepaths_to_nodeids(group), strict=True):
            if result.StatusCode.is_good() and result.Targets:
                found = result.Targets[0].TargetId
                targets[path.StartingNode] = ua.NodeId(
                    found.Identifier, found.NamespaceIndex, found.NodeIdType
                )
    values = await attributes(session, targets.values(), ua.AttributeIds.Value)
    return {node: unit_of(content(values.get(target))) for node, target in targets.items()}


def unit_of(information: Any) -> str:
    """EUInformation -> short unit."""
    text = getattr(getattr(information, "DisplayName", None), "Text", None) or ""
    return UNITS.get(text.strip(), text.strip())[:20]


async def _refreshed(
    session: OpcSession, nodes: list[ua.NodeId], first: dict[ua.NodeId, ua.DataValue]
) -> dict[ua.NodeId, float]:
    """Nodes whose source time moved between each two of three readings -> expected interval, whole seconds."""
    watched = [node for node in nodes if first.get(node) is not None][:WATCHED]
    if not watched:
        return {}
    rounds = [{node: micros(first[node].SourceTimestamp) for node in watched}]
    for _ in range(2):
        await asyncio.sleep(WATCH_GAP_S)
        values = await attributes(session, watched, ua.AttributeIds.Value)
        rounds.append({node: micros(values[node].SourceTimestamp) for node in watched})
    made: dict[ua.NodeId, float] = {}
    for node in watched:
        times = [one[node] for one in rounds]
        if any(time is None for time in times):
            continue
        gaps = [(b or 0) - (a or 0) for a, b in itertools.pairwise(times)]
        if all(gap > 0 for gap in gaps):
            made[node] = max(1.0, float(round(max(gaps) / 1e6)))
    return made
