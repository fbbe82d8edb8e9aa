"""Machines and carriers laid out."""

from __future__ import annotations

import math

from .. import plan as p
from ..kernel import layout as at
from .draft import Draft

_PURPOSES = (
    (at.BUSY, "work"),
    (at.SETUP, "setup"),
    (at.TOOL, "tool"),
    (at.LOAD, "load"),
    (at.ROUTING, "route"),
)
_SKILLED = {"work": at.BUSY, "load": at.LOAD, "setup": at.SETUP, "tool": at.TOOL}


def lay_machine(d: Draft, machine: p.Machine, slot: int) -> None:
    z, m = d.z, d.machines[machine.name]
    for name in (
        "HOLD",
        "DEST",
        "HELD",
        "LAST_TYPE",
        "FLOW",
        "LAST_PLACE",
        "ONE_WAY",
        "LIVE_PHASE",
        "FAIL_MODE",
        "ALSO",
    ):
        z[m + getattr(at, name)] = at.NONE
    z[m + at.SLOT], z[m + at.NEED], z[m + at.MAX_LOOPS] = slot, machine.need, machine.max_loops
    z[m + at.TOOL_LEFT] = at.NONE
    for phase in range(at.PHASES):
        z[m + at.SKILLS + phase] = z[m + at.DISTS + phase] = at.NONE
    for name, phase in _SKILLED.items():
        if machine.skills.get(name):
            z[m + at.SKILLS + phase] = d.skills[machine.skills[name]]
    work, load = machine.skills.get("work", ""), machine.skills.get("load", "")
    z[m + at.KEEPS] = int(bool(work) and work == load)
    types = len(d.plan.types)
    if machine.work:
        z[m + at.DISTS + at.BUSY], z[m + at.STEP] = d.law_row(machine.work, types)
    if machine.load is not None:
        z[m + at.DISTS + at.LOAD] = d.law(machine.load)
    if machine.setup:
        z[m + at.DISTS + at.SETUP], z[m + at.SETUP_STEP] = d.law_row(machine.setup, types * types)
    for phase, purpose in _PURPOSES:
        d.stream(m + phase, machine.name, purpose)
    z[m + at.PLAIN] = int(not (machine.load or machine.setup or machine.carrier))
    _kind(d, machine, m)
    _tools(d, machine, m)
    _modes(d, machine, m)


def _kind(d: Draft, machine: p.Machine, m: int) -> None:
    z = d.z
    if machine.carrier:
        z[m + at.KIND] = at.CARRIER
        z[m + at.FLOWS] = d.space.take(at.FLR * len(machine.flows))
        z[m + at.FLOW_COUNT] = len(machine.flows)
        for k, flow in enumerate(machine.flows):
            law = d.law(flow.time)
            row = z[m + at.FLOWS] + k * at.FLR
            z[row : row + 3] = [d.places[flow.source], d.places[flow.target], law]
        return
    (name, quantity), *others = machine.takes
    z[m + at.IN] = d.places[name]
    z[m + at.BATCH_MIN], z[m + at.BATCH_MAX] = machine.batch
    if machine.also:
        z[m + at.ALSO] = d.places[machine.also]
    if others or quantity > 1:
        z[m + at.KIND] = at.ASSEMBLY
        rows = [number for name, count in machine.takes for number in (d.places[name], count)]
        z[m + at.INPUTS], _ = d.space.listed(rows)
        z[m + at.INPUT_COUNT] = len(machine.takes)
    elif machine.batch != (1, 1):
        z[m + at.KIND] = at.BATCH
    rows = [number for name, count in machine.gives for number in (d.places[name], count)]
    z[m + at.GIVES], _ = d.space.listed(rows)
    z[m + at.GIVE_COUNT] = len(machine.gives)
    _ways(d, machine, m)


def _ways(d: Draft, machine: p.Machine, m: int) -> None:
    z = d.z
    scrap = next((place.name for place in d.plan.places if place.kind == "scrap"), "")
    z[m + at.SCRAP_PLACE] = d.places[scrap] if scrap else at.NONE
    longest = max(len(ways) for ways in machine.ways)
    first = d.space.take(at.RR * longest * len(machine.ways))
    z[m + at.ROUTE] = first
    z[m + at.ROUTE_STEP] = at.RR * longest if len(machine.ways) > 1 else 0
    for j, ways in enumerate(machine.ways):
        total = 0.0
        for k, way in enumerate(ways):
            row = first + (j * longest + k) * at.RR
            total += way.share
            z[row : row + 3] = [d.places[way.place], int(way.rework), int(k == len(ways) - 1)]
            d.r[row] = total
    only = {way.place for ways in machine.ways for way in ways if not way.rework}
    if len(only) == 1 and not machine.gives and not any(w.rework for ways in machine.ways for w in ways):
        z[m + at.ONE_WAY] = d.places[only.pop()]


def _tools(d: Draft, machine: p.Machine, m: int) -> None:
    if not machine.tools:
        return
    z = d.z
    z[m + at.TOOLS] = d.space.take(at.TR * len(machine.tools))
    z[m + at.TOOL_COUNT] = len(machine.tools)
    z[m + at.TOOL_LEFT] = min(tool.every for tool in machine.tools)
    for k, tool in enumerate(machine.tools):
        law = d.law(tool.time)
        row = z[m + at.TOOLS] + k * at.TR
        z[row : row + 3] = [tool.every, tool.every, law]


def _modes(d: Draft, machine: p.Machine, m: int) -> None:
    z = d.z
    d.r[m + at.F_FAIL_AGE] = math.inf
    d.r[m + at.F_LIVE_LEFT] = -1.0
    if machine.modes:
        z[m + at.MODES_LO] = d.modes[f"{machine.name}/{machine.modes[0].name}"]
        z[m + at.MODES_COUNT] = len(machine.modes)
    for mode in machine.modes:
        f = d.modes[f"{machine.name}/{mode.name}"]
        z[f + at.FM_KIND], z[f + at.FM_MACHINE] = at.IS_MODE, m
        z[f + at.FM_TTF], z[f + at.FM_TTR] = d.law(mode.ttf), d.law(mode.ttr)
        z[f + at.FM_SKILL] = d.skills[mode.crew] if mode.crew else at.NONE
        z[f + at.FM_RESTART] = int(mode.restart)
        z[f + at.FM_SLOT] = at.NONE
        if mode.clock == "time":
            z[f + at.FM_CLOCK] = at.CLOCK_TIME
            z[f + at.FM_SLOT] = len(d.order) + len(d.entities)
            d.entities.append(f)
        d.stream(f, machine.name, f"{mode.name}/to failure")
        d.stream(f + 1, machine.name, f"{mode.name}/to repair")
