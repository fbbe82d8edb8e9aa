"""Stations and transports as the plan's machines, and their routing."""

from __future__ import annotations

from collections import deque
from typing import Any

from .. import plan as p
from ..laws import Law, const
from .document import Document, refusal
from .flow import Edge
from .places import EXITS, Places
from .reading import Table

SUM_TOLERANCE = 1e-6
UNLIMITED_LOOPS = 1_000_000


class Machines:
    """Makes machines of a checked document."""

    def __init__(
        self, document: Document, model: Table, places: Places, types: tuple[str, ...], skills: set[str],
        calendars: dict[str, p.Calendar],
    ) -> None:  # fmt: skip
        self.document, self.model, self.places, self.types = document, model, places, types
        self.skills, self.calendars = skills, calendars
        self.parts: dict[str, Table] = model.get("parts", {})
        self.far = self._distances()

    def stations(self) -> list[p.Machine]:
        return [m for name, t in self.model["stations"].items() for m in self._station(name, t)]

    def carriers(self) -> list[p.Machine]:
        return [m for name, t in self.model.get("transports", {}).items() for m in self._carrier(name, t)]

    def _station(self, name: str, t: Table) -> list[p.Machine]:
        modes, skills = self._modes(t), self._station_skills(t)
        common: dict[str, Any] = {
            "station": name,
            "takes": self._takes(name, t),
            "also": self.places.also.get(name, ""),
            "work": self._work(name, t),
            "ways": self._ways(name, t),
            "batch": (t.get("batch_min", t.get("batch", 1)), t.get("batch", 1)),
            "load": t["load"]["time"] if t["load"] else None,
            "setup": (t["setup"]["time"],) if t["setup"] else (),
            "tools": tuple(p.Tool(tool["every"], tool["time"]) for tool in t.get("tools", [])),
            "skills": skills,
            "need": t.get("operators", 1),
            "modes": modes,
            "calendar": self._calendar(t),
            "max_loops": t["rework"].get("max", UNLIMITED_LOOPS) if t["rework"] else UNLIMITED_LOOPS,
            "gives": self._gives(name),
        }
        if common["batch"][0] > common["batch"][1]:
            raise refusal("twin.value", self.document, t.at("batch_min"), "batch_min is larger than batch")
        if t["assemble"] and common["batch"] != (1, 1):
            raise refusal("twin.value", self.document, t.at("batch"), "an assembly takes one set at a time")
        return [p.Machine(name=label, **common) for label in _labels(name, t.get("machines", 1))]

    def _takes(self, name: str, t: Table) -> tuple[tuple[str, int], ...]:
        if not t["assemble"]:
            return ((self.places.in_place[name], 1),)
        return tuple((self.places.assembly_place(e), e.take) for e in self.places.into[name])

    def _gives(self, name: str) -> tuple[tuple[str, int], ...]:
        return tuple((self._way_place(e), e.give) for e in self.places.out_of[name] if e.give)

    def _way_place(self, edge: Edge) -> str:
        return self.places.pick_place(edge) if edge.by else self.places.target_place(edge)

    def _work(self, name: str, t: Table) -> tuple[Law, ...]:
        cycle, speed = t["cycle"], t.get("speed", 1.0)
        if speed <= 0:
            raise refusal("twin.value", self.document, t.at("speed"), "a speed must be above zero")
        if isinstance(cycle, dict):
            for kind in cycle:
                if kind not in self.types:
                    raise refusal(
                        "twin.name_unknown",
                        self.document,
                        (*t.at("cycle"), kind),
                        f"there is no part type {kind!r}",
                    )
            lacking = [kind for kind in self.types if kind not in cycle]
            if lacking:
                raise refusal(
                    "twin.field_missing", self.document, t.at("cycle"), f"no cycle for {', '.join(lacking)}"
                )
            return tuple(cycle[kind].scaled(1.0 / speed) for kind in self.types)
        factors = [1.0 if t["fixed"] else self._factor(kind) for kind in self.types]
        laws = tuple(cycle.scaled(factor / speed) for factor in factors)
        return laws[:1] if len(set(laws)) == 1 else laws

    def _factor(self, kind: str) -> float:
        table = self.parts.get(kind)
        factor = 1.0 if table is None else table.get("factor", 1.0)
        if factor <= 0:
            raise refusal(
                "twin.value", self.document, ("parts", kind, "factor"), "a factor must be above zero"
            )
        return float(factor)

    def _ways(self, name: str, t: Table) -> tuple[tuple[p.Way, ...], ...]:
        edges = [e for e in self.places.out_of[name] if not e.give]
        if not edges:
            raise refusal(
                "twin.no_exit", self.document, ("stations", name), f"no path leads from {name} to the exit"
            )
        rows = [
            self._shares(name, [e for e in edges if not e.parts or kind in e.parts], kind)
            for kind in self.types
        ]
        return tuple(rows[:1]) if len(set(rows)) == 1 else tuple(rows)

    def _shares(self, name: str, edges: list[Edge], kind: str) -> tuple[p.Way, ...]:
        given = sum(e.share for e in edges if e.share is not None)
        open_ones = [e for e in edges if e.share is None]
        whose = f"the shares of what leaves {name}" + (f" ({kind})" if len(self.types) > 1 else "")
        drawn = [e.path for e in edges if e.path[0] == "flow"] or [e.path for e in edges]
        path = drawn[-1] if drawn else ("stations", name)
        if not edges:
            raise refusal(
                "twin.no_exit", self.document, ("stations", name), f"no path leads from {name} on for {kind}"
            )
        if len(open_ones) > 1:
            raise refusal(
                "twin.routing_sum", self.document, path, f"{whose}: more than one flow without a share"
            )
        if given > 1 + SUM_TOLERANCE or (not open_ones and abs(given - 1) > SUM_TOLERANCE):
            raise refusal("twin.routing_sum", self.document, path, f"{whose} sum to {given:.6g}, not to 1")
        shared = [(e, e.share if e.share is not None else max(0.0, 1.0 - given)) for e in edges]
        return tuple(p.Way(self._way_place(e), share, e.rework) for e, share in shared if share > 0)

    def _station_skills(self, t: Table) -> dict[str, str]:
        wanted = {"work": (t["operator"], t.at("operator"))}
        for name in ("load", "setup"):
            if t[name]:
                wanted[name] = (t[name]["operator"], t[name].at("operator"))
        for tool in t.get("tools", []):
            if tool["operator"]:
                wanted["tool"] = (tool["operator"], tool.at("operator"))
        found = {name: str(skill) for name, (skill, _) in wanted.items() if skill}
        for name, skill in found.items():
            self._check_skill(skill, wanted[name][1])
        need, groups = t.get("operators", 1), self.model.get("people", {}).items()
        for name in {"work", "load"} & set(found):
            able = [g["count"] for label, g in groups if found[name] in g.get("skills", (label,))]
            if need > max(able):
                raise refusal(
                    "twin.value",
                    self.document,
                    t.at("operators"),
                    f"no group has {need} people with the skill {found[name]!r}",
                )
        return found

    def _check_skill(self, skill: str, path: tuple[str, ...]) -> None:
        if skill not in self.skills:
            known = ", ".join(sorted(self.skills)) or "none"
            raise refusal(
                "twin.name_unknown", self.document, path, f"nobody has the skill {skill!r} (skills: {known})"
            )

    def _modes(self, t: Table) -> tuple[p.Mode, ...]:
        made: list[p.Mode] = []
        for k, one in enumerate(t.get("fail", [])):
            crew = one["crew"] or ""
            if crew:
                self._check_skill(crew, one.at("crew"))
            name = one.get("name", "failure" if k == 0 else f"failure {k + 1}")
            if name in {mode.name for mode in made}:
                raise refusal(
                    "twin.name_twice", self.document, one.path, f"two ways to fail are named {name!r}"
                )
            made.append(
                p.Mode(name, one["mtbf"], one["mttr"], one.get("clock", "busy"), crew, bool(one["restart"]))
            )
        return tuple(made)

    def _calendar(self, t: Table) -> str:
        return calendar_of(self.document, self.model, t, self.calendars)

    def _carrier(self, name: str, t: Table) -> list[p.Machine]:
        edges = [e for e in self.places.edges if name in e.by]
        if not edges:
            raise refusal("twin.flow", self.document, t.path, f"no flow is carried by {name}")
        edges.sort(key=lambda e: self.far.get(e.target, 0))
        flows = []
        for edge in edges:
            time = edge.time or t["move"]
            if time is None:
                raise refusal(
                    "twin.field_missing",
                    self.document,
                    edge.path,
                    f"no time for the move by {name}: write in 22 s",
                )
            flows.append(p.Flow(self.places.pick_place(edge), self.places.target_place(edge), time))
        skills = {}
        if t["operator"]:
            self._check_skill(t["operator"], t.at("operator"))
            skills = {"work": t["operator"], "load": t["operator"]}
        empty = t["empty"] if t["empty"] and t["empty"] != const(0.0) else None
        return [
            p.Machine(
                name=label, station=name, flows=tuple(flows), load=empty, skills=skills, modes=self._modes(t),
                calendar=self._calendar(t),
            )
            for label in _labels(name, t.get("count", 1))
        ]  # fmt: skip

    def _distances(self) -> dict[str, int]:
        """Steps from each node to the exit."""
        far, queue = dict.fromkeys(EXITS, 0), deque(["exit"])
        while queue:
            here = queue.popleft()
            for edge in self.places.edges:
                if edge.target == here and edge.source not in far:
                    far[edge.source] = far[here] + 1
                    queue.append(edge.source)
        return far


def calendar_of(document: Document, model: Table, table: Table, calendars: dict[str, p.Calendar]) -> str:
    """Name of the calendar of a station, carrier or group; empty: always on."""
    name = str(table["calendar"] or model["calendar"] or "")
    if name == "always" or not name:
        return ""
    if name not in calendars:
        raise refusal("twin.name_unknown", document, table.at("calendar"), f"there is no calendar {name!r}")
    return name


def _labels(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}#{k + 1}" for k in range(count)]
