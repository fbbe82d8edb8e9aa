"""Names of enumeration values, where the server gives them."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from .config import READ_PER_CALL
from .session import OpcSession
from .subscription import Item, chunks
from .values import standard

LAST_BUILT_IN = 25  # built-in data types are ns=0;i=1..25; Enumeration itself is 29
NAMES = ("EnumStrings", "EnumValues")


async def name_values(session: OpcSession, items: list[Item]) -> None:
    """Fill ``item.words`` of text-like items whose variable, or its data type, lists names for numbers."""
    texts = [item for item in items if not item.numeric]
    types: dict[ua.NodeId, list[Item]] = {}
    for group in chunks(texts, READ_PER_CALL):
        answers = await session.ua.read_attributes([item.node_id for item in group], ua.AttributeIds.DataType)
        for item, answer in zip(group, answers, strict=True):
            kind = answer.Value.Value if answer.Value is not None else None
            if not isinstance(kind, ua.NodeId):
                continue
            if kind.NamespaceIndex or (isinstance(kind.Identifier, int) and kind.Identifier > LAST_BUILT_IN):
                types.setdefault(kind, []).append(item)
            elif isinstance(kind.Identifier, int) and 2 <= kind.Identifier <= 9:
                item.words = await words_of(
                    session, item.node_id
                )  # MultiStateDiscrete keeps them on the variable
    for kind, found in types.items():
        words = await words_of(session, kind)
        for item in found:
            item.words = words


async def words_of(session: OpcSession, node_id: ua.NodeId) -> dict[int, str] | None:
    """EnumStrings or EnumValues of one node -> number -> name; None when it has neither."""
    paths = [_path(node_id, name) for name in NAMES]
    for result in await session.ua.translate_browsepaths_to_nodeids(paths):
        if not result.StatusCode.is_good() or not result.Targets:
            continue
        target = result.Targets[0].TargetId
        answer = (await session.ua.read_attributes([target], ua.AttributeIds.Value))[0]
        words = _words(answer.Value.Value if answer.Value is not None else None)
        if words:
            return words
    return None


def _path(node_id: ua.NodeId, name: str) -> ua.BrowsePath:
    step = ua.RelativePathElement()
    step.ReferenceTypeId = standard(ua.ObjectIds.HasProperty)
    step.IsInverse = False  # type: ignore[assignment]  # the library's default is True
    step.TargetName = ua.QualifiedName(name, 0)
    path = ua.BrowsePath()
    path.StartingNode = node_id
    path.RelativePath.Elements = [step]
    return path


def _words(value: Any) -> dict[int, str] | None:
    if not isinstance(value, list):
        return None
    made: dict[int, str] = {}
    for number, entry in enumerate(value):
        if isinstance(entry, ua.LocalizedText):
            made[number] = entry.Text or str(number)
        elif hasattr(entry, "Value") and hasattr(entry, "DisplayName"):
            made[int(entry.Value)] = entry.DisplayName.Text or str(entry.Value)
    return made or None
