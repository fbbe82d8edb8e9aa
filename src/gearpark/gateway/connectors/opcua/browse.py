"""Browsing a server's address space in bounded, batched steps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from .config import READ_PER_CALL
from .session import OpcSession
from .subscription import chunks
from .values import standard

MAX_NODES = 30_000  # of one discovery; more is said in a warning
MAX_DEPTH = 9
BROWSE_PER_CALL = 100
REFERENCES_PER_NODE = 1_000
HIERARCHICAL = standard(ua.ObjectIds.HierarchicalReferences)
HAS_PROPERTY = standard(ua.ObjectIds.HasProperty)
HAS_SUBTYPE = standard(ua.ObjectIds.HasSubtype)


@dataclass(slots=True)
class Found:
    """One node below a start node. ``path``: browse names from the start node down, itself included."""

    node_id: ua.NodeId
    name: str
    display: str
    is_variable: bool
    is_property: bool
    type_id: ua.NodeId | None
    path: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Machine:
    """One recognised object before it becomes an asset."""

    node: Found
    evidence: str
    type_hint: str = ""
    nodes: list[Found] = field(default_factory=list)


@dataclass(slots=True)
class Budget:
    """Nodes one discovery may still look at."""

    left: int = MAX_NODES
    cut: bool = False


async def children(session: OpcSession, nodes: list[ua.NodeId]) -> list[list[Found]]:
    """Hierarchical children (objects and variables) of each node, without subtypes and methods."""
    made: list[list[Found]] = []
    for group in chunks(nodes, BROWSE_PER_CALL):
        params = ua.BrowseParameters()
        params.RequestedMaxReferencesPerNode = REFERENCES_PER_NODE
        params.NodesToBrowse = [_describe(node) for node in group]
        for result in await session.ua.browse(params):
            references = list(result.References or [])
            point = result.ContinuationPoint
            while point:
                more = ua.BrowseNextParameters()
                more.ContinuationPoints = [point]
                following = (await session.ua.browse_next(more))[0]
                references += following.References or []
                point = following.ContinuationPoint
            made.append([_found(one) for one in references if one.ReferenceTypeId != HAS_SUBTYPE])
    return made


def _describe(node: ua.NodeId) -> ua.BrowseDescription:
    wanted = ua.BrowseDescription()
    wanted.NodeId = node
    wanted.BrowseDirection = ua.BrowseDirection.Forward
    wanted.ReferenceTypeId = HIERARCHICAL
    wanted.IncludeSubtypes = True
    wanted.NodeClassMask = int(ua.NodeClass.Object) | int(ua.NodeClass.Variable)
    wanted.ResultMask = int(ua.BrowseResultMask.All)
    return wanted


def _found(one: Any) -> Found:
    plain = (
        one.NodeId
        if not isinstance(one.NodeId, ua.ExpandedNodeId)
        else ua.NodeId(one.NodeId.Identifier, one.NodeId.NamespaceIndex, one.NodeId.NodeIdType)
    )
    name = one.BrowseName.Name or ""
    return Found(
        node_id=plain,
        name=name,
        display=(one.DisplayName.Text or name) if one.DisplayName else name,
        is_variable=one.NodeClass == ua.NodeClass.Variable,
        is_property=one.ReferenceTypeId == HAS_PROPERTY,
        type_id=one.TypeDefinition,
    )


async def below(
    session: OpcSession, start: ua.NodeId, budget: Budget, *, stop: frozenset[ua.NodeId] = frozenset()
) -> list[Found]:
    """All nodes below ``start``, breadth first; each node once; bounded by depth and budget.

    stop  nodes not to walk into (other machines)
    """
    seen = {start}
    level: list[tuple[ua.NodeId, list[str]]] = [(start, [])]
    made: list[Found] = []
    for _ in range(MAX_DEPTH):
        if not level:
            break
        answers = await children(session, [node for node, _ in level])
        following: list[tuple[ua.NodeId, list[str]]] = []
        for (_, path), found in zip(level, answers, strict=True):
            for one in found:
                if one.node_id in seen or one.node_id in stop:
                    continue
                if budget.left <= 0:
                    budget.cut = True
                    return made
                budget.left -= 1
                seen.add(one.node_id)
                one.path = [*path, one.name]
                made.append(one)
                if not one.is_property:
                    following.append((one.node_id, one.path))
        level = following
        await asyncio.sleep(0)
    return made


async def attributes(
    session: OpcSession, nodes: Iterable[ua.NodeId], which: ua.AttributeIds
) -> dict[ua.NodeId, ua.DataValue]:
    """One attribute of many nodes."""
    wanted = list(nodes)
    made: dict[ua.NodeId, ua.DataValue] = {}
    for group in chunks(wanted, READ_PER_CALL):
        made.update(zip(group, await session.ua.read_attributes(group, which), strict=True))
    return made


def content(data: ua.DataValue | None) -> Any:
    """The bare value of a read, None when there is none."""
    return data.Value.Value if data is not None and data.Value is not None else None


def plain_text(value: Any) -> str:
    """LocalizedText, QualifiedName or text -> str; everything else "" ."""
    if isinstance(value, ua.LocalizedText):
        return value.Text or ""
    if isinstance(value, ua.QualifiedName):
        return value.Name or ""
    return value if isinstance(value, str) else ""
