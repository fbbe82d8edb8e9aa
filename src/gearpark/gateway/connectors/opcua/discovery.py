"""Discovery: machines at an OPC UA server, recognised by companion models where it has them.

Order of recognition: the Machinery model's ``Machines`` folder (OPC 40001-1); objects whose type is a MachineTool or
PackML type; else the server's own objects that hold variables, each as a general device.
"""

from __future__ import annotations

import asyncio

from asyncua import ua

from gearpark.base.problems import Problem
from gearpark.base.wire import AssetInfo
from gearpark.engines.lines import asset_types

from ...proposals import Proposal, ProposedAsset, slug, unique
from ...wanted import shown
from .browse import Budget, Found, Machine, attributes, below, children, content, plain_text
from .diagnostics import connected, server_facts
from .session import OpcSession
from .signals import describe_signals
from .values import standard

DISCOVER_TIMEOUT_S = 60.0
REQUEST_TIMEOUT_S = 10.0
MAX_ASSETS = 500
MACHINERY = "http://opcfoundation.org/UA/Machinery/"
OBJECTS = standard(ua.ObjectIds.ObjectsFolder)
TYPES = {  # type definition's browse name -> (asset type, what it proves)
    "machinetooltype": ("machining-centre", "MachineToolType (OPC 40501-1)"),
    "packmlbaseobjecttype": ("packml-unit", "PackMLBaseObjectType (OPC 30050)"),
    "motiondevicesystemtype": ("robot", "MotionDeviceSystemType (OPC 40010-1)"),
}
NOT_MACHINES = frozenset({"server", "aliases", "locations", "types", "views", "deviceset", "networkset", "devicefeatures",
                          "devicetopology", "publishsubscribe", "quantities", "resources", "machines"})  # fmt: skip


async def discover_server(url: str) -> Proposal:
    """Browse ``url`` and propose. Raises ``opcua.unreachable``, ``opcua.discovery_timeout``."""

    proposal = Proposal("opcua", url)
    try:
        async with asyncio.timeout(DISCOVER_TIMEOUT_S), connected(url, REQUEST_TIMEOUT_S) as session:
            proposal.server = await server_facts(session)
            await _propose(session, proposal)
    except TimeoutError as error:
        raise Problem(
            "opcua.discovery_timeout",
            f"{shown(url)} was not browsed within {DISCOVER_TIMEOUT_S:.0f} s.",
            status=504,
        ) from error
    except (OSError, ua.UaError) as error:
        raise Problem(
            "opcua.unreachable", f"{shown(url)} broke off while being browsed: {error}", status=502
        ) from error
    return proposal


async def _propose(session: OpcSession, proposal: Proposal) -> None:
    budget = Budget()
    machines = await _machines(session) or await _by_type(session, budget)
    if not machines:
        machines = await _own_objects(session)
        proposal.warn(
            "No companion model was recognised: check names, units and states of the proposed signals."
        )
    if len(machines) > MAX_ASSETS:
        proposal.warn(f"The server holds {len(machines)} machines; the first {MAX_ASSETS} are proposed.")
        machines = machines[:MAX_ASSETS]
    stop = frozenset(machine.node.node_id for machine in machines)
    for machine in machines:
        machine.nodes = await below(session, machine.node.node_id, budget, stop=stop)
    if budget.cut:
        proposal.warn("The server is larger than one discovery reads; some nodes were not looked at.")
    taken: set[str] = set()
    for machine in machines:
        asset = await _asset(session, machine, taken, proposal)
        if asset is not None:
            proposal.assets.append(asset)
    if not proposal.assets:
        proposal.warn("The server answers, but no variable with a number or a text was found.")
    await describe_signals(session, machines, proposal)


async def _machines(session: OpcSession) -> list[Machine]:
    """Children of the Machinery model's ``Machines`` folder."""
    if MACHINERY not in session.namespaces:
        return []
    for one in (await children(session, [OBJECTS]))[0]:
        if one.name == "Machines":
            found = [node for node in (await children(session, [one.node_id]))[0] if not node.is_variable]
            names = await _type_names(session, found)
            return [_machine(node, names, "Machines folder (OPC 40001-1)") for node in found]
    return []


def _machine(node: Found, names: dict[ua.NodeId, str], evidence: str) -> Machine:
    known = TYPES.get(names.get(node.node_id, "").lower())
    hint, proof = known if known else ("", names.get(node.node_id, ""))
    return Machine(node, f"{evidence}, {proof}" if proof else evidence, hint)


async def _type_names(session: OpcSession, nodes: list[Found]) -> dict[ua.NodeId, str]:
    """Node -> browse name of its type definition."""
    kinds = {node.type_id for node in nodes if node.type_id is not None and not node.type_id.is_null()}
    plain = {kind: ua.NodeId(kind.Identifier, kind.NamespaceIndex, kind.NodeIdType) for kind in kinds}
    answers = await attributes(session, plain.values(), ua.AttributeIds.BrowseName)
    words = {kind: plain_text(content(answers.get(node))) for kind, node in plain.items()}
    return {node.node_id: words.get(node.type_id, "") for node in nodes if node.type_id is not None}


async def _by_type(session: OpcSession, budget: Budget) -> list[Machine]:
    """Objects anywhere below Objects whose type definition is a known machine type."""
    spare = Budget(budget.left // 2)
    found = [node for node in await below(session, OBJECTS, spare, stop=_server()) if not node.is_variable]
    names = await _type_names(session, found)
    return [
        _machine(node, names, "type definition")
        for node in found
        if names.get(node.node_id, "").lower() in TYPES
    ]


async def _own_objects(session: OpcSession) -> list[Machine]:
    """Objects below Objects (and loose variables of it) as general devices."""
    top = [one for one in (await children(session, [OBJECTS]))[0] if one.name.lower() not in NOT_MACHINES]
    return [Machine(one, "object of the server") for one in top if not one.is_property]


def _server() -> frozenset[ua.NodeId]:
    return frozenset({standard(ua.ObjectIds.Server)})


async def _asset(
    session: OpcSession, machine: Machine, taken: set[str], proposal: Proposal
) -> ProposedAsset | None:
    if not machine.node.is_variable and not any(node.is_variable for node in machine.nodes):
        return None
    plate = await _nameplate(session, machine.nodes)
    kind = slug(plate.get("deviceclass", ""), "") or machine.type_hint or "opcua-device"
    if plate.get("deviceclass") and kind not in asset_types():
        kind = _known_type(plate["deviceclass"]) or machine.type_hint or kind
    text = (
        plate.get("assetid")
        or plate.get("componentname")
        or machine.node.name
        or plate.get("serialnumber", "")
    )
    wanted = slug(text)
    made = unique(wanted, taken)
    if made != wanted:
        proposal.warn(f"Two machines give the id {wanted!r}; one is proposed as {made!r}.")
    info = AssetInfo(
        id=made,
        type=kind,
        name=plate.get("componentname") or machine.node.display or made,
        path=plate.get("location", ""),
        manufacturer=plate.get("manufacturer", ""),
        model=plate.get("model", "") or plate.get("productcode", ""),
        serial_number=plate.get("serialnumber", "") or plate.get("productinstanceuri", ""),
    )
    return ProposedAsset(info, evidence=machine.evidence)


def _known_type(device_class: str) -> str:
    """A device class that names a known asset type in its own words ("Machining Center")."""
    plain = "".join(ch for ch in device_class.lower() if ch.isalnum()).replace("center", "centre")
    for code, kind in asset_types().items():
        if plain in (code.replace("-", ""), "".join(ch for ch in kind.title_en.lower() if ch.isalnum())):
            return code
    return ""


async def _nameplate(session: OpcSession, nodes: list[Found]) -> dict[str, str]:
    """Properties of the machine's Identification, by lower-case name."""
    plate = [
        node
        for node in nodes
        if node.is_variable and len(node.path) == 2 and node.path[0] == "Identification"
    ]
    values = await attributes(session, [node.node_id for node in plate], ua.AttributeIds.Value)
    return {
        node.name.lower(): words
        for node in plate
        if (words := plain_text(content(values.get(node.node_id))).strip())
    }
