"""A line model as a drawing: stations, buffers and flows on a grid, laid out by itself where nobody moved anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gearpark.engines.linesim.model import Line
from gearpark.engines.linesim.model.document import Document
from gearpark.engines.linesim.model.flow import Edge, read_flow
from gearpark.engines.linesim.model.reading import read_model

STEP_X, STEP_Y = 136, 124  # of the grid, in units of the drawing
WRAP = 10  # columns in a row of the drawing; longer lines go on below
MARGIN = 20
SIZES = {"station": (104, 66), "buffer": (52, 44), "end": (40, 40)}
STATE_LOOKS = {
    "busy": "running", "starved": "starved", "blocked": "blocked", "down": "down", "setup": "setup", "waiting": "planned_stop",
}  # fmt: skip
MAIN_SHARE = 0.5  # of the parts; ways with less lead aside
MOST_STACKED = 3  # outlines that say "several machines"
TITLE_CHARS, TITLE_WIDE = 16, 8  # of a line of a title: Latin, Chinese
TITLE_LINES = 2


@dataclass
class Node:
    """A station, buffer, supply or way out. x, y: its centre."""

    name: str
    kind: str
    title: str
    column: float = 0.0
    row: float = 0.0
    machines: int = 1
    buffer: int = 0
    capacity: int = 0
    ways: list[str] = field(default_factory=list)

    @property
    def x(self) -> float:
        return self.column * STEP_X

    @property
    def y(self) -> float:
        return self.row * STEP_Y

    @property
    def size(self) -> tuple[int, int]:
        return SIZES.get(self.kind, SIZES["end"])


def drawing(
    line: Line, layout: Mapping[str, tuple[float, float]], result: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the template draws. ``result``: figures of a run, for the bars of states and the levels of buffers."""
    model = read_model(line.document)
    edges = read_flow(line.document, model)
    nodes = _nodes(line, model, edges)
    place(nodes, edges, layout)
    back = STEP_X / 3 if any(nodes[e.target].x <= nodes[e.source].x for e in edges) else 0.0
    left = min(n.x - n.size[0] / 2 for n in nodes.values()) - MARGIN - back
    top = min(n.y - n.size[1] / 2 for n in nodes.values()) - MARGIN - 12
    right = max(n.x + n.size[0] / 2 for n in nodes.values()) + MARGIN + back
    bottom = max(n.y + n.size[1] / 2 for n in nodes.values()) + MARGIN + 36
    shares = (result or {}).get("stations", {})
    contents = (result or {}).get("buffers", {})
    return {
        "box": f"{left:g} {top:g} {right - left:g} {bottom - top:g}",
        "width": round(right - left),
        "nodes": [_node(node, shares.get(node.name), contents.get(node.name)) for node in nodes.values()],
        "edges": [_edge(nodes, edge) for edge in _once(edges)],
        "carriers": [_carrier(line.document, name, shares.get(name)) for name in (model["transports"] or {})],
        "people": [
            {"name": name, "count": t["count"], "skills": ", ".join(t.get("skills", (name,)))} for name, t in (model["people"] or {}).items()
        ],
        "has_result": bool(shares),
    }  # fmt: skip


def _nodes(line: Line, model: Any, edges: Sequence[Edge]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    supplies = set(model["supplies"] or ()) | {"supply"}
    for edge in edges:
        for name in (edge.source, edge.target):
            if name in nodes:
                continue
            if name in line.buffers:
                nodes[name] = Node(name, "buffer", "", capacity=model["buffers"][name]["capacity"])
            elif name in model["stations"]:
                t = model["stations"][name]
                nodes[name] = Node(
                    name,
                    "station",
                    t.get("title", ""),
                    machines=t.get("machines", 1),
                    buffer=t.get("buffer", 0),
                )
            else:
                nodes[name] = Node(
                    name, "supply" if name in supplies else "exit" if name == "exit" else "scrap", ""
                )
    for name, t in model["stations"].items():  # a station nothing flows to is drawn too
        nodes.setdefault(name, Node(name, "station", t.get("title", ""), machines=t.get("machines", 1)))
    return nodes


def place(nodes: dict[str, Node], edges: Sequence[Edge], layout: Mapping[str, tuple[float, float]]) -> None:
    """Columns by the longest way from a supply, rows by branch, in bands of ``WRAP`` columns; then people's own places."""
    columns = _columns(nodes, edges)
    taken: dict[tuple[int, int], str] = {}
    rows: dict[str, int] = {}
    before: dict[str, list[str]] = {name: [] for name in nodes}
    aside = dict.fromkeys(nodes, 1)  # only a lesser share of the parts comes here
    for edge in edges:
        before[edge.target].append(edge.source)
        if edge.share is None or edge.share >= MAIN_SHARE:
            aside[edge.target] = 0
    for name in sorted(nodes, key=lambda n: (columns[n], list(nodes).index(n))):
        wish = min((rows[b] for b in before[name] if b in rows), default=0)
        row = wish + (aside[name] if before[name] else 0)
        while (columns[name], row) in taken:
            row += 1
        taken[columns[name], row] = name
        rows[name] = row
    bands = max(columns.values(), default=0) // WRAP + 1
    heights = [
        max((rows[n] for n in nodes if columns[n] // WRAP == band), default=0) + 1 for band in range(bands)
    ]
    for name, node in nodes.items():
        band = columns[name] // WRAP
        node.column, node.row = float(columns[name] % WRAP), float(sum(heights[:band]) + rows[name])
        if name in layout:
            node.column, node.row = layout[name]


def _columns(nodes: Mapping[str, Node], edges: Sequence[Edge]) -> dict[str, int]:
    """Longest way from where parts come in; ways back do not count."""
    after: dict[str, list[str]] = {name: [] for name in nodes}
    for edge in edges:
        if not edge.rework:
            after[edge.source].append(edge.target)
    columns = dict.fromkeys(nodes, 0)
    onward: list[tuple[str, str]] = []
    state: dict[str, int] = {}
    for start in nodes:  # depth first, without recursion; an edge to a name on the way is a way back
        stack = [(start, iter(after[start]))] if start not in state else []
        state.setdefault(start, 1)
        while stack:
            name, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                state[name] = 2
                stack.pop()
            elif state.get(target) != 1:
                onward.append((name, target))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
    for _ in nodes:
        changed = False
        for source, target in onward:
            if columns[target] < columns[source] + 1:
                columns[target], changed = columns[source] + 1, True
        if not changed:
            break
    return columns


def _once(edges: Sequence[Edge]) -> list[Edge]:
    return list({(e.source, e.target): e for e in edges}.values())


def _edge(nodes: Mapping[str, Node], edge: Edge) -> dict[str, Any]:
    a, b = nodes[edge.source], nodes[edge.target]
    share = f"{edge.share:.3%}".rstrip("0%").rstrip(".") + " %" if edge.share is not None else ""
    return {
        "source": a.name,
        "target": b.name,
        "path": way(a, b),
        "label": share,
        "by": ", ".join(edge.by),
        "x": (a.x + b.x) / 2,
        "y": (a.y + b.y) / 2 - 6,
        "carried": bool(edge.by),
        "rework": edge.rework,
    }


def way(a: Node, b: Node) -> str:
    """From the right of one to the left of the other; a way back bows above or below. ``twin-edit.js`` has its twin."""
    x1, y1 = a.x + a.size[0] / 2, a.y
    x2, y2 = b.x - b.size[0] / 2, b.y
    if x2 >= x1:
        bend = max(16.0, (x2 - x1) / 2)
        return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    bow = STEP_Y / 2
    middle = (y1 + y2) / 2 if abs(y1 - y2) > 1 else y1 - bow
    return f"M{x1:g} {y1:g}C{x1 + bow:g} {y1:g} {x1 + bow:g} {middle:g} {(x1 + x2) / 2:g} {middle:g}S{x2 - bow:g} {y2:g} {x2:g} {y2:g}"


def _node(node: Node, shares: Mapping[str, float] | None, content: float | None) -> dict[str, Any]:
    width, height = node.size
    made: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "x": node.x,
        "y": node.y,
        "column": node.column,
        "row": node.row,
        "left": -width / 2,
        "top": -height / 2,
        "width": width,
        "height": height,
        "bottom": height / 2,
        "title": node.title,
        "lines": [(text, height / 2 + 16 + 14 * k) for k, text in enumerate(folded(node.title))],
        "stack": [4 * k for k in range(min(node.machines, MOST_STACKED) - 1, 0, -1)],
        "machines": node.machines,
        "buffer": node.buffer,
    }
    if shares is not None:
        made["bars"] = state_bars(shares, width - 12)
        made["busy"] = shares["busy"]
    if node.kind == "buffer":
        level = None if content is None else min(1.0, content / max(1, node.capacity))
        made |= {
            "capacity": node.capacity,
            "content": content,
            "level": None if level is None else round(height * level, 1),
        }
        made["level_y"] = None if level is None else round(height / 2 - height * level, 1)
    return made


def _carrier(document: Document, name: str, shares: Mapping[str, float] | None) -> dict[str, Any]:
    raw = document.at(("transports", name)) or {}
    made = {"name": name, "title": raw.get("title", name), "count": raw.get("count", 1)}
    return made | ({"bars": state_bars(shares, 120), "busy": shares["busy"]} if shares else {})


def state_bars(shares: Mapping[str, float], width: float) -> list[dict[str, Any]]:
    """Stretches of a bar, one a state, in the order of the states."""
    made, x = [], 0.0
    for state, look in STATE_LOOKS.items():
        length = width * shares.get(state, 0.0)
        if length > 0.2:
            made.append({"x": round(x, 2), "width": round(length, 2), "look": look, "state": state})
        x += length
    return made


def folded(title: str) -> list[str]:
    """A title in at most two lines, broken at blanks, or anywhere in Chinese."""
    wide = any(ord(c) > 0x2E80 for c in title)
    most = TITLE_WIDE if wide else TITLE_CHARS
    words = list(title) if wide else title.split()
    lines = [""]
    for word in words:
        joined = lines[-1] + ("" if wide or not lines[-1] else " ") + word
        if len(joined) > most and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    return (
        lines
        if len(lines) <= TITLE_LINES
        else [lines[0], "".join(lines[1:])[: most - 1] + "…" if wide else " ".join(lines[1:])[:most] + "…"]
    )
