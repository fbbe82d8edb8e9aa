"""The address space that all lines have in common: the standard's nodes and the companion models' types.

Parsing it takes seconds, so it is done once a process. Type nodes never change and are shared between servers; nodes
below the Objects folder are copied for each server.
"""

from __future__ import annotations

import copy
import gzip
import logging
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from asyncua import Server, ua
from asyncua.server.address_space import NodeData
from asyncua.server.internal_server import InternalServer

_STANDARD: Any = ua.ObjectIds
ROOT, OBJECTS = ua.NodeId(_STANDARD.RootFolder), ua.NodeId(_STANDARD.ObjectsFolder)
NODESETS = (
    "Opc.Ua.Di.NodeSet2.xml.gz",
    "Opc.Ua.IA.NodeSet2.xml.gz",
    "Opc.Ua.Machinery.NodeSet2.xml.gz",
    "Opc.Ua.Machinery.Result.NodeSet2.xml.gz",
    "opc.ua.isa95-jobcontrol.nodeset2.xml.gz",
    "Opc.Ua.Machinery.Jobs.Nodeset2.xml.gz",
    "Opc.Ua.MachineTool.NodeSet2.xml.gz",
)
PLANT_URI = "urn:gearpark:plants:housing"  # of all simulated lines; stored addresses hold it, so it keeps its first name
_DI, _MACHINERY, _MACHINE_TOOL = (
    "http://opcfoundation.org/UA/DI/",
    "http://opcfoundation.org/UA/Machinery/",
    "http://opcfoundation.org/UA/MachineTool/",
)
_NOISY = ("asyncua.common.structures104", "asyncua.common.xmlimporter", "asyncua.ua.uatypes")
# references that lead from instances into types: not followed when instances are copied
_TO_TYPES = frozenset({37, 38, 40, 41, 45})


@dataclass(frozen=True, slots=True)
class TypeSpace:
    """Parsed once, used by every server of the process."""

    nodes: dict[ua.NodeId, NodeData]
    namespaces: tuple[str, ...]
    own: frozenset[ua.NodeId]  # nodes a server must have to itself
    names: dict[
        tuple[int, str], ua.NodeId
    ]  # (namespace, browse name) of types and of a state machine's states

    def index(self, uri: str) -> int:
        return self.namespaces.index(uri)

    @property
    def di(self) -> int:
        return self.index(_DI)

    @property
    def machinery(self) -> int:
        return self.index(_MACHINERY)

    @property
    def machine_tool(self) -> int:
        return self.index(_MACHINE_TOOL)

    @property
    def plant(self) -> int:
        return len(self.namespaces)

    def type(self, namespace: int, name: str) -> ua.NodeId:
        """Node id of a type by browse name."""
        return self.names[namespace, name]

    def type_object(self, name: str) -> ua.NodeId:
        """Node id of a well-known object of the companion models, such as ``Machines``."""
        return self.names[-2, name]


async def read_type_space() -> TypeSpace:
    """Parse the standard address space and the packaged nodesets (about 2.5 s of CPU)."""
    server = Server()
    await server.init()
    # Result and Jobs hold types asyncua cannot turn into Python classes and says so at length; nothing here uses them.
    noisy = [logging.getLogger(name) for name in _NOISY]
    levels = [one.level for one in noisy]
    for one in noisy:
        one.setLevel(logging.CRITICAL)
    try:
        for name in NODESETS:
            packed = (files("gearpark.plants") / "data" / "nodesets" / name).read_bytes()
            await server.import_xml(xmlstring=gzip.decompress(packed).decode("utf-8-sig"), strict_mode=False)
    finally:
        for one, level in zip(noisy, levels, strict=True):
            one.setLevel(level)
    namespaces = tuple(await server.get_namespace_array())
    server.iserver.method_service.stop()
    nodes = dict(server.iserver.aspace._nodes)
    return TypeSpace(nodes, namespaces, _instances(nodes), _names(nodes))


def _instances(nodes: dict[ua.NodeId, NodeData]) -> frozenset[ua.NodeId]:
    found: set[ua.NodeId] = set()
    waiting = [ROOT, OBJECTS]
    while waiting:
        node_id = waiting.pop()
        data = nodes.get(node_id)
        if node_id in found or data is None:
            continue
        found.add(node_id)
        if node_id == ROOT:
            continue
        for ref in data.references:
            kind = ref.ReferenceTypeId
            to_type = kind.NamespaceIndex == 0 and kind.Identifier in _TO_TYPES
            if ref.IsForward and not to_type:
                waiting.append(ref.NodeId)
    return frozenset(found)


def _names(nodes: dict[ua.NodeId, NodeData]) -> dict[tuple[int, str], ua.NodeId]:
    found: dict[tuple[int, str], ua.NodeId] = {}
    for node_id, data in nodes.items():
        kind = data.attributes[ua.AttributeIds.NodeClass].value.Value.Value  # type: ignore[union-attr]
        name = data.attributes[ua.AttributeIds.BrowseName].value.Value.Value  # type: ignore[union-attr]
        if ua.NodeClass(kind) not in (ua.NodeClass.Object, ua.NodeClass.Variable, ua.NodeClass.Method):
            found[name.NamespaceIndex, name.Name] = node_id
        elif name.Name == "Machines" and node_id.NamespaceIndex > 1:
            found[-2, name.Name] = node_id
    for machine in ("MachineryItemState_StateMachineType", "MachineryOperationModeStateMachineType"):
        owner = next((i for (_, name), i in found.items() if name == machine), None)
        for ref in nodes[owner].references if owner else ():
            if ref.IsForward and ref.NodeClass == ua.NodeClass.Object:
                found.setdefault((-1, f"{machine}/{ref.BrowseName.Name}"), ref.NodeId)
    return found


class PreparedServer(InternalServer):
    """An internal server that starts from a parsed type space instead of reading it again."""

    def __init__(self, types: TypeSpace) -> None:
        super().__init__()
        self._types = types

    async def load_standard_address_space(self, shelf_file: object = None) -> None:
        """Share the type nodes, copy the instance nodes."""
        own = self._types.own
        self.aspace._nodes = {
            node_id: copy.deepcopy(data) if node_id in own else data
            for node_id, data in self._types.nodes.items()
        }
