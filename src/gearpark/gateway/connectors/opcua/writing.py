"""Writing one variable of an OPC UA server: its type and access are looked at first, its answer is believed."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua

from gearpark.base.problems import Problem
from gearpark.base.wire import Value

from ...link import Link
from .enums import name_values
from .session import OpcSession
from .subscription import Item
from .values import BAD, SEVERITY, Unusable, convert, status_of

WRITE_BIT = 0x02  # CurrentWrite of UserAccessLevel, Part 3, 8.57
INTEGERS: dict[ua.VariantType, tuple[int, int]] = {
    ua.VariantType.SByte: (-(2**7), 2**7 - 1),
    ua.VariantType.Byte: (0, 2**8 - 1),
    ua.VariantType.Int16: (-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: (0, 2**16 - 1),
    ua.VariantType.Int32: (-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: (0, 2**32 - 1),
    ua.VariantType.Int64: (-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: (0, 2**64 - 1),
}
FLOATS = {ua.VariantType.Float: 3.4028234663852886e38, ua.VariantType.Double: math.inf}
LAST_SCALAR = 25  # built-in types are i=1 to i=25 of the standard's namespace
Ready = Callable[[Value], Awaitable[None]]


async def write_value(link: Link, tag: str, value: float | bool | str, ready: Ready) -> None:
    """Write one signal. ``ready(current value)`` is awaited right before the server is told and may still refuse.

    Problems: ``gateway.write_not_connected`` (nothing sent), ``gateway.write_read_only``, ``gateway.write_value``,
    ``gateway.write_refused`` with the server's own word. Any other exception: sent, and no answer came.
    """
    session, item = await _item(link, tag)
    asked = (ua.AttributeIds.Value, ua.AttributeIds.DataType, ua.AttributeIds.UserAccessLevel)
    held, kind, access = [
        (await session.ua.read_attributes([item.node_id], attribute))[0] for attribute in asked
    ]
    if held.StatusCode is not None and held.StatusCode.value in _NO_NODE:
        raise _refused(tag, held.StatusCode)
    level = access.Value.Value if access.Value is not None else None
    if not isinstance(level, int) or not level & WRITE_BIT:
        raise Problem(
            "gateway.write_read_only", f"The machine lets nobody write {tag}; nothing was written.", tag=tag
        )
    await name_values(session, [item])
    variant = variant_of(tag, value, _type(held, kind), item.words)
    await ready(_current(held, item))
    one = ua.WriteValue()
    one.NodeId, one.AttributeId = item.node_id, ua.AttributeIds.Value
    one.Value = ua.DataValue(variant, StatusCode=None)  # value only: many servers refuse to be given times
    answer = (await session.ua.write(ua.WriteParameters([one])))[0]
    if int(answer.value) & SEVERITY == BAD:
        raise _refused(tag, answer)


async def read_value(link: Link, tag: str) -> Value:
    """The signal's value now, asked of the machine. Raises when it cannot be asked."""
    session, item = await _item(link, tag)
    await name_values(session, [item])
    held = (await session.ua.read_attributes([item.node_id], ua.AttributeIds.Value))[0]
    if status_of(held) & SEVERITY == BAD:
        raise _refused(tag, held.StatusCode)
    return convert(held.Value.Value if held.Value is not None else None, item.numeric, item.words)


def variant_of(
    tag: str, value: float | bool | str, kind: ua.VariantType | None, words: dict[int, str] | None
) -> ua.Variant:
    """The value as this variable's type carries it, or ``gateway.write_value``."""
    if words is not None and isinstance(value, str):
        numbers = {name: number for number, name in words.items()}
        if value not in numbers:
            raise _value(tag, value, "one of " + ", ".join(sorted(numbers)[:12]))
        return ua.Variant(numbers[value], kind if kind in INTEGERS else ua.VariantType.Int32)
    if kind is ua.VariantType.Boolean:
        if value not in (0, 1):
            raise _value(tag, value, "true or false")
        return ua.Variant(bool(value), kind)
    if kind in INTEGERS:
        low, high = INTEGERS[kind]
        if isinstance(value, bool | str) or value != int(value) or not low <= int(value) <= high:
            raise _value(tag, value, f"a whole number from {low} to {high}")
        return ua.Variant(int(value), kind)
    if kind in FLOATS:
        if isinstance(value, bool | str) or abs(value) > FLOATS[kind]:
            raise _value(tag, value, "a number")
        return ua.Variant(float(value), kind)
    if kind is ua.VariantType.String:
        if not isinstance(value, str):
            raise _value(tag, value, "a text")
        return ua.Variant(value, kind)
    raise _value(tag, value, f"a type that can be written (this one is {kind.name if kind else 'unknown'})")


_NO_NODE = frozenset({ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid})


async def _item(link: Link, tag: str) -> tuple[OpcSession, Item]:
    session = link.kept
    if not isinstance(session, OpcSession) or link.state not in ("ok", "stalled"):
        raise Problem(
            "gateway.write_not_connected",
            f"{link.wanted.id} is not connected ({link.state}); nothing was written yet.",
            status=503,
        )
    state = link.tags.get(tag)
    if state is None:
        raise Problem(
            "gateway.write_not_allowed", f"{tag} is no signal of this connection.", status=403, tag=tag
        )
    return session, Item(tag, state.signal, session.node_id(state.signal.address))


def _type(held: ua.DataValue, kind: ua.DataValue) -> ua.VariantType | None:
    """By the value it holds, else by its data type."""
    if held.Value is not None and held.Value.VariantType not in (None, ua.VariantType.Null):
        return None if held.Value.is_array else held.Value.VariantType
    node: Any = kind.Value.Value if kind.Value is not None else None
    if isinstance(node, ua.NodeId) and node.NamespaceIndex == 0 and isinstance(node.Identifier, int):
        return ua.VariantType(node.Identifier) if 1 <= node.Identifier <= LAST_SCALAR else None
    return None


def _current(held: ua.DataValue, item: Item) -> Value:
    if status_of(held) & SEVERITY == BAD:
        return None
    try:
        return convert(held.Value.Value if held.Value is not None else None, item.numeric, item.words)
    except Unusable:
        return None


def _refused(tag: str, status: ua.StatusCode | None) -> Problem:
    word = status.name if status is not None else "Bad"
    return Problem(
        "gateway.write_refused",
        f"The machine refused to take the value for {tag}: {word}.",
        status=502,
        tag=tag,
        word=word,
    )


def _value(tag: str, value: object, wanted: str) -> Problem:
    return Problem(
        "gateway.write_value",
        f"{value!r} cannot be written to {tag}: it takes {wanted}. Nothing was written.",
        tag=tag,
        wanted=wanted,
    )
