"""The trace explorer: a graph around a part or a thing, opened node by node, drawn by the server."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gearpark.kit.http import needs, scope_of

from ...queries import trace
from ...queries.trace.graph import PART, Around, Node, around, thing_span
from ...types.lines import VIEW
from ...types.trace import FactKind
from ..work.words import PART_LOOK, PART_STATUS, word
from .listing import part_url
from .story import product_name
from .tabs import frame
from .words import cause_kind_word, kind_word, when

BOX_W, BOX_H, GAP_X, GAP_Y, EDGE = 208, 44, 78, 10, 26  # drawing units


@needs(VIEW)
def explorer(request: HttpRequest) -> HttpResponse:
    """``/parts/trace/?serial=`` or ``?kind=&key=``; ``open`` names opened nodes; ``?part=1`` answers the graph alone."""
    scope = scope_of(request)
    get = request.GET
    serial, kind, key = get.get("serial", ""), get.get("kind", ""), get.get("key", "")
    opened = [word for word in get.get("open", "").split(",") if word]
    context: dict[str, Any] = {"code": serial or key}
    if kind == FactKind.CHILD:
        serial, kind = key, ""
    if serial or kind in set(FactKind):
        row = trace.part_of(scope, serial) if serial else None
        found = around(
            scope,
            serial_id=row.id if row else 0,
            kind=FactKind(kind) if not row else None,
            key=key,
            opened=opened,
        )
        query = {"serial": serial} if row else {"kind": kind, "key": key}
        context |= drawing(found, opened, query)
        context["root"] = _root(scope, found.root)
    if get.get("part"):
        return render(request, "shopfloor/trace/graph.html", context)
    return render(
        request, "shopfloor/trace/explorer.html", frame(scope, "trace", _("Trace explorer"), **context)
    )


def _root(scope: Any, node: Node) -> dict[str, Any]:
    if node.part is not None:
        return {
            "title": node.part.serial,
            "word": product_name(node.part),
            "look": PART_LOOK[node.part.status],
            "status": word(PART_STATUS, node.part.status),
            "url": part_url(node.part.serial),
            "recall": urlencode({"kind": FactKind.CHILD.value, "key": node.part.serial}),
        }
    parts, first, last = thing_span(scope, FactKind(node.kind), node.key)
    return {
        "title": node.key,
        "word": kind_word(node.kind),
        "parts": parts,
        "first": when(first),
        "last": when(last),
        "list": f"{reverse('shopfloor:parts')}?{urlencode({'thing': f'{node.kind}:{node.key}'})}",
        "recall": urlencode({"kind": node.kind, "key": node.key}),
    }


def drawing(found: Around, opened: list[str], query: dict[str, str]) -> dict[str, Any]:
    """Places of boxes and lines in drawing units, and the same as nested lists for narrow screens."""
    trees = {-1: list(found.before), 1: list(found.after)}
    heights = {side: sum(map(_height, nodes)) for side, nodes in trees.items()}
    depth = {side: max(map(_depth, nodes), default=0) for side, nodes in trees.items()}
    height = max([BOX_H, *heights.values()]) + 40
    left = 20 + depth[-1] * (BOX_W + GAP_X)
    boxes: list[Any] = []
    edges: list[Any] = []
    root = _box(found.root, left, (height - BOX_H) / 2, opened, query)
    boxes.append(root)
    for side, nodes in trees.items():
        top = (height - heights[side]) / 2
        for node in nodes:
            top = _place(node, root, top, side, (boxes, edges), (opened, query))
    return {
        "boxes": boxes,
        "edges": edges,
        "width": round(left + BOX_W + depth[1] * (BOX_W + GAP_X) + 20),
        "height": round(height),
        "tree_before": [_item(node, opened, query) for node in found.before],
        "tree_after": [_item(node, opened, query) for node in found.after],
        "columns": (depth[-1], depth[1]),
    }


def _height(node: Node) -> float:
    return max(BOX_H + GAP_Y, sum(map(_height, node.nodes)))


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.nodes), default=0)


def _place(
    node: Node, parent: dict[str, Any], top: float, side: int,
    into: tuple[list[dict[str, Any]], list[str]], how: tuple[list[str], dict[str, str]],
) -> float:  # fmt: skip
    """Put a node and all beyond it; returns the top for the next one."""
    tall = _height(node)
    x = parent["x"] + side * (BOX_W + GAP_X)
    box = _box(node, x, top + (tall - BOX_H) / 2, *how)
    into[0].append(box)
    start = parent["x"] + (BOX_W if side > 0 else 0)
    end = box["x"] + (0 if side > 0 else BOX_W)
    middle = (start + end) / 2
    y1, y2 = parent["y"] + BOX_H / 2, box["y"] + BOX_H / 2
    into[1].append(f"M{start:.0f} {y1:.1f}C{middle:.0f} {y1:.1f} {middle:.0f} {y2:.1f} {end:.0f} {y2:.1f}")
    inner = top
    for one in node.nodes:
        inner = _place(one, box, inner, side, into, how)
    return top + tall


def _box(node: Node, x: float, y: float, opened: list[str], query: dict[str, str]) -> dict[str, Any]:
    plus = BOX_W if node.side > 0 else 0
    return {
        **_words(node),
        **_links(node, opened, query),
        "x": round(x),
        "y": round(y, 1),
        "plus_x": plus,
        "root": node.side == 0,
        "thing": node.kind != PART,
        "more": node.many > 0,
    }


def _words(node: Node) -> dict[str, Any]:
    """What a box says: a small word above, the name below; the name is cut only where its title says it whole."""
    if node.many:
        kind = gettext("parts") if node.kind == PART else kind_word(node.kind)
        return {"kind": kind, "name": gettext("%(n)s more") % {"n": node.many} if node.kind == PART else str(node.many),
                "look": "", "title": f"{node.many} {kind}"}  # fmt: skip
    if node.part is not None:
        product = f"{node.part.product} {product_name(node.part)}"
        return {"kind": _cut(product, 30), "name": _cut(node.key, EDGE), "look": PART_LOOK[node.part.status],
                "title": f"{node.key}, {product}, {word(PART_STATUS, node.part.status)}"}  # fmt: skip
    kind = cause_kind_word(FactKind(node.kind))
    version = f" {node.version}" if node.version else ""
    return {
        "kind": kind + version,
        "name": _cut(node.key, EDGE),
        "look": "",
        "title": f"{kind} {node.key}{version}",
    }


def _cut(text: str, room: int) -> str:
    """The middle of a long name gives way: beginnings name the kind, ends tell instances apart."""
    return text if len(text) <= room else f"{text[: room // 2 - 1]}…{text[-(room - room // 2) :]}"


def _links(node: Node, opened: list[str], query: dict[str, str]) -> dict[str, Any]:
    base = reverse("shopfloor:trace")
    if node.part is not None:
        centre = {"serial": node.part.serial}
    elif node.many:
        centre = None
    else:
        centre = {"kind": node.kind, "key": node.key}
    left = [one for one in opened if one != node.id] if node.open else [*opened, node.id]
    toggle = urlencode({**query, "open": ",".join(left)})
    return {
        "url": f"{base}?{urlencode(centre)}" if centre else (f"{base}?{toggle}" if node.opens else ""),
        "toggle": f"{base}?{toggle}" if node.opens else "",
        "sign": "−" if node.open else "+",
        "open": node.open,
    }


def _item(node: Node, opened: list[str], query: dict[str, str]) -> dict[str, Any]:
    return {**_words(node), **_links(node, opened, query), "nodes": [_item(one, opened, query) for one in node.nodes],
            "name": node.key or _words(node)["name"]}  # fmt: skip
