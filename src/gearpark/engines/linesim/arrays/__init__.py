"""A plan laid out in the kernel's arrays (see ``kernel.layout``)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import plan as p
from ..kernel import layout as at
from ..kernel.tree import cleared, padded, size_of
from .draft import Draft
from .graph import downstream_first, has_loop, own_exit, sources_of, targets_of
from .machines import lay_machine
from .rest import lay_calendars, lay_parts, lay_people, lay_place, lay_sources

SPARE_PARTS = 64
UNLIMITED_PARTS = (
    4096  # part records laid out at first where a place has no limit; more are made when they run out
)
MAX_PARTS = 4_000_000

__all__ = ["MAX_PARTS", "Arrays", "build", "downstream_first", "has_loop", "sources_of", "targets_of"]


@dataclass
class Arrays:
    """A model as built: arrays, keys of its streams, handles by name, and how a row of results is laid out."""

    plan: p.Plan
    Z: Any
    R: Any
    T: Any
    W: Any
    streams: int  # length of U
    where: Any  # stream -> index in U
    keys: Any
    machines: dict[str, int]  # in order of slots
    places: dict[str, int]
    groups: dict[str, int]
    skills: dict[str, int]
    modes: dict[str, int]  # "<machine>/<mode>"
    orders: list[str]
    parts_at: int
    parts: int
    bins: int
    bin_s: float
    columns: dict[str, int] = field(default_factory=dict)  # where the blocks of a row of results begin

    @property
    def width(self) -> int:
        """Length of a row of results."""
        return self.columns["end"]

    def grown(self) -> Arrays:
        """The same model with room for more parts."""
        made = build(self.plan, parts=self.parts * 4, bins=self.bins, bin_s=self.bin_s)
        return replace(made)


def build(plan: p.Plan, *, parts: int = 0, bins: int = 0, bin_s: float = 1.0) -> Arrays:
    """Lay ``plan`` out; ``bins`` counts output in spans of ``bin_s`` from the start of the statistics window."""
    d = Draft(plan, parts or parts_wanted(plan))
    z, space = d.z, d.space
    d.machines = {m.name: space.take(at.MR) for m in d.order}
    first = space.take(at.PR * len(plan.places))
    d.places = {place.name: first + k * at.PR for k, place in enumerate(plan.places)}
    z[at.H_MACHINES], z[at.H_PLACES], z[at.H_PLACE_COUNT] = len(d.order), first, len(plan.places)
    lay_people(d)
    modes = [f"{m.name}/{mode.name}" for m in d.order for mode in m.modes]
    first = space.take(at.FR * len(modes))
    z[at.H_MODES], z[at.H_MODE_COUNT] = first, len(modes)
    d.modes = {name: first + k * at.FR for k, name in enumerate(modes)}
    for slot, machine in enumerate(d.order):
        lay_machine(d, machine, slot)
    for place in plan.places:
        lay_place(d, place)
    lay_sources(d)
    lay_calendars(d)
    _header(d, bins, bin_s)
    streams = len(z)
    parts_at = lay_parts(d)
    T, W = cleared(len(d.order) + len(d.entities))
    made = Arrays(
        plan=plan,
        Z=np.array(z, dtype=np.int64),
        R=np.array(d.r, dtype=np.float64),
        T=np.array(T, dtype=np.float64),
        W=np.array(W, dtype=np.int64),
        streams=streams,
        where=np.array([w for w, _ in d.keys], dtype=np.int64),
        keys=np.array([k for _, k in d.keys], dtype=np.uint64),
        machines=d.machines,
        places=d.places,
        groups=d.groups,
        skills=d.skills,
        modes=d.modes,
        orders=[o.name for s in plan.sources for o in sorted(s.orders, key=lambda o: o.release_s)],
        parts_at=parts_at,
        parts=d.parts,
        bins=bins,
        bin_s=bin_s,
    )
    made.columns = _columns(made)
    return made


def reserve(plan: p.Plan) -> int:
    """Most parts that one event may make."""
    supplies = {place.name for place in plan.places if place.kind == "supply"}
    made = 8 + sum(source.batch for source in plan.sources)
    for machine in plan.machines:
        takes = sum(count for name, count in machine.takes if name in supplies) + int(
            machine.also in supplies
        )
        made += takes * machine.batch[1] + sum(count for _, count in machine.gives) + int(machine.carrier)
    return made


def parts_wanted(plan: p.Plan) -> int:
    """Part records laid out at first."""
    inside = sum(place.capacity for place in plan.places if place.kind == "buffer" and place.capacity > 0)
    inside += sum(machine.batch[1] + sum(c for _, c in machine.gives) for machine in plan.machines)
    open_end = any(place.kind == "buffer" and place.capacity == p.UNLIMITED for place in plan.places)
    return inside + 2 * reserve(plan) + SPARE_PARTS + (UNLIMITED_PARTS if open_end else 0)


def _header(d: Draft, bins: int, bin_s: float) -> None:
    z, plan, space = d.z, d.plan, d.space
    slots = len(d.order) + len(d.entities)
    z[at.H_SLOTS], z[at.H_WIDTH] = slots, padded(slots)
    z[at.H_ROOT] = size_of(slots)[1]
    z[at.H_ENTITIES], _ = space.listed(d.entities)
    carriers = sum(m.carrier for m in d.order)
    z[at.H_STACK] = space.take(1024 + 2 * len(d.order) * (8 + 2 * carriers) + 2 * len(plan.places))
    z[at.H_RESERVE] = reserve(plan)
    z[at.H_LOOPED] = int(has_loop(plan))
    z[at.H_LIMIT] = at.NONE if plan.limit == p.UNLIMITED else plan.limit
    counted = own_exit(plan)
    gated = [d.places[x.name] for x in plan.places if x.kind == "supply" and x.name in counted]
    z[at.H_GATED], z[at.H_GATED_COUNT] = space.listed(gated)
    z[at.H_TYPES] = len(plan.types)
    z[at.H_TYPE_OUT] = space.take(len(plan.types))
    z[at.H_BINS], z[at.H_BIN_COUNT] = space.take(bins), bins
    z[at.H_LEADS] = space.take(at.LEAD_BINS)
    d.r[at.HF_BIN_S] = bin_s


def _columns(made: Arrays) -> dict[str, int]:
    widths = {
        "machines": len(made.machines) * at.XM,
        "places": len(made.places),
        "groups": len(made.groups),
        "types": len(made.plan.types),
        "orders": len(made.orders),
        "bins": made.bins,
    }
    columns, here = {}, at.X_HEAD
    for name, width in widths.items():
        columns[name] = here
        here += width
    return {**columns, "end": here}
