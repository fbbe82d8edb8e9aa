"""The flow of a line: chains such as ``supply > op10 > op20 by g1 in 22 s > exit``, or edges in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..laws import Law
from .document import Document, Path, refusal
from .reading import Table, read_table
from .units import BadFigure, work

MAX_EDGES = 10_000
HOP = re.compile(r"^(?P<name>[^\s>]+)(?:\s+by\s+(?P<by>[^>]+?))?(?:\s+in\s+(?P<time>[^>]+?))?$")


@dataclass(frozen=True)
class Edge:
    """Parts go from ``source`` to ``target``, carried by one of ``by`` when it is not empty."""

    source: str
    target: str
    path: Path
    by: tuple[str, ...] = ()
    time: Law | None = None
    share: float | None = None
    parts: tuple[str, ...] = ()
    take: int = 1
    give: int = 0
    rework: bool = False


def read_flow(document: Document, model: Table) -> list[Edge]:
    """All edges; without a ``flow`` the stations stand in one row from the supply to the exit."""
    raw = model["flow"]
    if raw is None:
        names = ["supply", *model["stations"], "exit"]
        return [Edge(a, b, ("stations", b if b != "exit" else a)) for a, b in pairwise(names)]
    edges: list[Edge] = []
    listed = isinstance(raw, list)
    for k, item in enumerate(raw if listed else [raw]):
        path: Path = ("flow", str(k)) if listed else ("flow",)
        edges += _chain(document, path, item) if isinstance(item, str) else [_edge(document, path, item)]
    if len(edges) > MAX_EDGES:
        raise refusal("twin.too_large", document, ("flow",), f"at most {MAX_EDGES:,} edges")
    return edges


def _chain(document: Document, path: Path, text: str) -> list[Edge]:
    hops = [hop.strip() for hop in text.split(">")]
    if len(hops) < 2:
        raise refusal(
            "twin.value", document, path, f"{text!r} is no chain; write for example supply > op10 > exit"
        )
    made, before = [], ""
    for k, hop in enumerate(hops):
        match = HOP.match(hop)
        if match is None:
            raise refusal("twin.value", document, path, f"{hop!r} is no step of a chain")
        by = tuple(name.strip() for name in (match["by"] or "").split(",") if name.strip())
        try:
            time = work(match["time"]) if match["time"] else None
        except BadFigure as error:
            raise refusal(error.code, document, path, str(error)) from None
        if k == 0 and (by or time):
            raise refusal("twin.value", document, path, "the first name of a chain is where parts come from")
        if k:
            made.append(Edge(before, match["name"], path, by, time))
        before = match["name"]
    return made


def _edge(document: Document, path: Path, raw: Any) -> Edge:
    if not isinstance(raw, Mapping):
        raise refusal("twin.value", document, path, "a chain or an edge (from, to, ...) is expected")
    t = read_table(document, "edge", path, raw)
    return Edge(
        t["from"],
        t["to"],
        path,
        t.get("by", ()),
        t["in"],
        t["share"],
        t.get("parts", ()),
        t.get("take", 1),
        t.get("give", 0),
        bool(t["rework"]),
    )
