"""Outlines of stations by the shape their asset type names. A box of left, top, width, height in drawing units."""

from __future__ import annotations

from collections.abc import Callable

CORNER = 14.0


def silhouette(shape: str, left: float, top: float, width: float, height: float) -> str:
    """SVG path of a station; a shape that is not known is drawn as a machine."""
    return _SHAPES.get(shape, _machine)(left, top, left + width, top + height)


def _machine(left: float, top: float, right: float, bottom: float) -> str:
    """Machining centre: cut column."""
    c = CORNER
    return f"M{left:g} {top:g}H{right - c:g}L{right:g} {top + c:g}V{bottom:g}H{left:g}Z"


def _tunnel(left: float, top: float, right: float, bottom: float) -> str:
    c = CORNER
    return (
        f"M{left:g} {bottom:g}V{top + c:g}Q{left:g} {top:g} {left + c:g} {top:g}H{right - c:g}"
        f"Q{right:g} {top:g} {right:g} {top + c:g}V{bottom:g}Z"
    )


def _bell(left: float, top: float, right: float, bottom: float) -> str:
    """Leak tester, X-ray, tester: closed on all sides."""
    c = CORNER
    return (
        f"M{left + c:g} {top:g}H{right - c:g}L{right:g} {top + c:g}V{bottom - c:g}L{right - c:g} {bottom:g}"
        f"H{left + c:g}L{left:g} {bottom - c:g}V{top + c:g}Z"
    )


def _portal(left: float, top: float, right: float, bottom: float) -> str:
    """Measuring machine on its legs."""
    c, leg = CORNER, bottom + 7
    return f"M{left:g} {top:g}H{right:g}V{leg:g}H{right - c:g}V{bottom:g}H{left + c:g}V{leg:g}H{left:g}Z"


def _furnace(left: float, top: float, right: float, bottom: float) -> str:
    """Furnace or oven with its stack."""
    a, b = right - 13, right - 4
    return f"M{left:g} {top:g}H{a:g}V{top - 12:g}H{b:g}V{top:g}H{right:g}V{bottom:g}H{left:g}Z"


def _press(left: float, top: float, right: float, bottom: float) -> str:
    """Press frame: head and bed wider than the columns."""
    inset, head = 3.0, 12.0
    return (
        f"M{left:g} {top:g}H{right:g}V{top + head:g}H{right - inset:g}V{bottom - head:g}H{right:g}V{bottom:g}"
        f"H{left:g}V{bottom - head:g}H{left + inset:g}V{top + head:g}H{left:g}Z"
    )


def _cell(left: float, top: float, right: float, bottom: float) -> str:
    """Robot cell behind its fence, with the gate open below."""
    c = CORNER
    return f"M{left + c:g} {bottom:g}H{left:g}V{top:g}H{right:g}V{bottom:g}H{right - c:g}V{bottom - 7:g}H{left + c:g}Z"


def _bench(left: float, top: float, right: float, bottom: float) -> str:
    """Bench machine: a table top on a narrower body."""
    inset, table = 4.0, 10.0
    return (
        f"M{left + inset:g} {top:g}H{right - inset:g}V{bottom - table:g}H{right:g}V{bottom:g}H{left:g}"
        f"V{bottom - table:g}H{left + inset:g}Z"
    )


def _booth(left: float, top: float, right: float, bottom: float) -> str:
    """Booth with slanting sides."""
    slant = 5.0
    return f"M{left:g} {bottom:g}L{left + slant:g} {top:g}H{right - slant:g}L{right:g} {bottom:g}Z"


_SHAPES: dict[str, Callable[[float, float, float, float], str]] = {
    "machine": _machine,
    "tunnel": _tunnel,
    "bell": _bell,
    "portal": _portal,
    "furnace": _furnace,
    "press": _press,
    "cell": _cell,
    "bench": _bench,
    "booth": _booth,
}
SHAPES = frozenset(_SHAPES)
