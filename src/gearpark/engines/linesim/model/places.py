"""Where parts can stand: buffers, the room before each station, what a carrier picks up from, supplies, exits.

A station takes from one place. That is the buffer before it, or the supply, or room of its own (``buffer`` parts, none by
default: then a part goes over only when the station is free). A part that waits for a carrier stays on its machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .. import plan as p
from .document import Document, Path, refusal
from .flow import Edge
from .reading import Table

EXITS = ("exit", "scrap")


class Places:
    """The places of a line and which one each edge leads to."""

    def __init__(
        self,
        document: Document,
        model: Table,
        edges: list[Edge],
        supplies: Mapping[str, Table],
        types: tuple[str, ...],
    ) -> None:
        self.document, self.model, self.supplies, self.types = document, model, supplies, types
        self.stations: dict[str, Table] = model["stations"]
        self.buffers: dict[str, Table] = model.get("buffers", {})
        self.transports: dict[str, Table] = model.get("transports", {})
        self.made: dict[str, p.Place] = {}
        self._check_names()
        self.edges = [*edges, *self._reworks(edges)]
        self._check_edges()
        self.into = {
            name: [e for e in self.edges if e.target == name] for name in [*self.stations, *self.buffers]
        }
        self.out_of = {
            name: [e for e in self.edges if e.source == name]
            for name in [*self.stations, *self.buffers, *self.supplies]
        }
        self._check_reach()
        self.in_place: dict[str, str] = {}
        self.also: dict[str, str] = {}
        self._lay()

    def all(self) -> list[p.Place]:
        return list(self.made.values())

    def supply_place(self, name: str) -> str:
        """Place a supply fills."""
        return self._supply_at[name]

    def target_place(self, edge: Edge) -> str:
        """Place at the end of an edge."""
        if edge.target in EXITS or edge.target in self.buffers:
            return edge.target
        if self.stations[edge.target]["assemble"]:
            return self.assembly_place(edge)
        return self.in_place[edge.target]

    def pick_place(self, edge: Edge) -> str:
        """Place a carrier picks up from for an edge."""
        if edge.source in self.stations:
            return f"{edge.source} to {edge.target}"
        return edge.source if edge.source in self.buffers else self._supply_at[edge.source]

    def assembly_place(self, edge: Edge) -> str:
        """Place an assembly takes an edge's parts from."""
        if edge.source in self.buffers and not edge.by:
            return edge.source
        if edge.source in self.supplies and not edge.by:
            return self._supply_at[edge.source]
        return f"{edge.source} for {edge.target}"

    def _add(self, name: str, kind: str = "buffer", capacity: int = p.UNLIMITED) -> None:
        self.made.setdefault(name, p.Place(name, kind, capacity))

    def _check_names(self) -> None:
        kinds = {"stations": self.stations, "buffers": self.buffers, "transports": self.transports}
        seen: dict[str, str] = dict.fromkeys([*EXITS, *self.supplies], "supplies")
        for section, tables in kinds.items():
            for name in tables:
                if name in seen:
                    told = "is a word of the format" if name in EXITS else f"stands under {seen[name]} too"
                    raise refusal(
                        "twin.name_twice", self.document, (section, name), f"the name {name!r} {told}"
                    )
                if any(c in name for c in ">,. *") or not name:
                    raise refusal(
                        "twin.value",
                        self.document,
                        (section, name),
                        f"{name!r} is no name: leave out > , . * and spaces",
                    )
                seen[name] = section

    def _reworks(self, edges: list[Edge]) -> Iterator[Edge]:
        for name, t in self.stations.items():
            if t["scrap"]:
                yield Edge(name, "scrap", t.at("scrap"), share=t["scrap"])
            if t["rework"]:
                again = t["rework"]
                yield Edge(name, again["to"], again.path, share=again["share"], rework=True)

    def _check_edges(self) -> None:
        sources = {*self.stations, *self.buffers, *self.supplies}
        targets = {*self.stations, *self.buffers, *EXITS}
        for edge in self.edges:
            if edge.source not in sources:
                raise self._unknown(edge.path, edge.source, sources)
            if edge.target not in targets:
                raise self._unknown(edge.path, edge.target, targets)
            for name in edge.by:
                if name not in self.transports:
                    raise self._unknown(edge.path, name, set(self.transports))
            for name in edge.parts:
                if name not in self.types:
                    raise self._unknown(edge.path, name, set(self.types))
            if edge.source in self.buffers and not edge.by and edge.target not in self.stations:
                raise refusal(
                    "twin.flow",
                    self.document,
                    edge.path,
                    f"{edge.source} needs a transport to {edge.target}: write by ...",
                )
            if edge.source in self.supplies and not edge.by and edge.target in EXITS:
                raise refusal(
                    "twin.flow", self.document, edge.path, "a supply cannot lead straight out of the line"
                )

    def _unknown(self, path: Path, name: str, known: set[str]) -> Exception:
        return refusal(
            "twin.name_unknown",
            self.document,
            path,
            f"there is no {name!r} here (known: {', '.join(sorted(known))})",
        )

    def _check_reach(self) -> None:
        """Every station and buffer is fed, and has a way out."""
        ahead = _reached(
            [*self.supplies],
            {e.source: [x.target for x in self.edges if x.source == e.source] for e in self.edges},
        )
        back = _reached(
            ["exit"], {e.target: [x.source for x in self.edges if x.target == e.target] for e in self.edges}
        )
        for section, tables in (("stations", self.stations), ("buffers", self.buffers)):
            for name in tables:
                if name not in back:
                    raise refusal(
                        "twin.no_exit",
                        self.document,
                        (section, name),
                        f"no path leads from {name} to the exit",
                    )
                if name not in ahead:
                    raise refusal(
                        "twin.no_supply",
                        self.document,
                        (section, name),
                        f"no path leads from a supply to {name}",
                    )
        for name, t in self.supplies.items():
            if not self.out_of[name]:
                raise refusal("twin.no_exit", self.document, t.path, f"no path leads from {name} to the exit")

    def _lay(self) -> None:
        self._supply_at: dict[str, str] = {}
        for name, t in self.supplies.items():
            self._supply_at[name] = self._lay_supply(name, t)
        for name, t in self.buffers.items():
            self._add(name, capacity=t["capacity"])
        for name, t in self.stations.items():
            if t["assemble"]:
                self._lay_assembly(name, t)
            else:
                self._lay_station(name, t)
        for edge in self.edges:
            if edge.by and edge.source in self.stations:
                self._add(self.pick_place(edge), capacity=0)
        self._add("exit", "exit")
        self._add("scrap", "scrap")

    def _lay_supply(self, name: str, t: Table) -> str:
        rule = t.get("kind", "orders" if t["orders"] else "arrivals" if t["every"] else "saturated")
        if rule != "arrivals":
            self._add(name, "supply")
            return name
        first = self.out_of[name][0]
        if not first.by and first.target in self.buffers:
            return first.target
        capacity = t["capacity"]
        if capacity == 0:
            raise refusal(
                "twin.capacity_zero",
                self.document,
                t.at("capacity"),
                "arrivals need room for one part at least",
            )
        self._add(name, capacity=p.UNLIMITED if capacity is None else capacity)
        return name

    def _lay_station(self, name: str, t: Table) -> None:
        own = [e for e in self.into[name] if not (e.source in self.buffers and not e.by)]
        buffers = {e.source for e in self.into[name] if e.source in self.buffers and not e.by}
        fed = [e for e in own if e.source in self.supplies and not e.by]
        others = [e for e in own if e not in fed]
        if len(buffers) > 1 or len(fed) > 1 or (buffers and fed):
            raise refusal(
                "twin.flow", self.document, ("stations", name),
                f"{name} takes from more than one place; lead all flows into one buffer, or write assemble: true",
            )  # fmt: skip
        if buffers:
            self.in_place[name] = buffers.pop()
        elif fed and not others:
            self.in_place[name] = self._supply_at[fed[0].source]
        else:
            room = t.get("buffer", p.UNLIMITED if fed else 0)
            self.in_place[name] = f"before {name}"
            self._add(f"before {name}", capacity=room)
            if fed:
                self.also[name] = self._supply_at[fed[0].source]
        room = self.made.get(self.in_place[name])
        least = t.get("batch_min", t.get("batch", 1))
        if room and room.kind == "buffer" and 0 <= room.capacity < least and least > 1:
            raise refusal(
                "twin.capacity_zero", self.document, ("stations", name),
                f"a batch of {least} never comes together in a place for {room.capacity}; give {name} buffer: {least}",
            )  # fmt: skip

    def _lay_assembly(self, name: str, t: Table) -> None:
        for edge in self.into[name]:
            place = self.assembly_place(edge)
            if place not in self.made:
                self._add(place, capacity=max(edge.take, t.get("buffer", edge.take)))
            elif 0 <= self.made[place].capacity < edge.take:
                raise refusal(
                    "twin.capacity_zero", self.document, edge.path,
                    f"{edge.take} parts never come together in a place for {self.made[place].capacity}",
                )  # fmt: skip


def _reached(start: list[str], follows: Mapping[str, list[str]]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for name in follows.get(todo.pop(), []):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen
