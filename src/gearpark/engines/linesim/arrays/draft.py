"""A layout in the making."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import plan as p
from ..kernel import layout as at
from ..kernel.random import key_of, mix
from ..laws import Law, record
from .graph import downstream_first


class Space:
    """Records handed out one after the other."""

    def __init__(self) -> None:
        self.z: list[int] = [0] * at.M0
        self.r: list[float] = [0.0] * at.M0

    def take(self, length: int) -> int:
        handle = len(self.z)
        self.z.extend([0] * length)
        self.r.extend([0.0] * length)
        return handle

    def listed(self, values: Iterable[int]) -> tuple[int, int]:
        """(handle, length) of a list of whole numbers."""
        kept = list(values)
        handle = self.take(len(kept))
        self.z[handle : handle + len(kept)] = kept
        return handle, len(kept)


class Draft:
    """What has been laid out so far, and the handles by name."""

    def __init__(self, plan: p.Plan, parts: int) -> None:
        self.plan, self.space, self.parts = plan, Space(), parts
        self.z, self.r = self.space.z, self.space.r
        self.order = downstream_first(plan)
        self.keys: list[tuple[int, int]] = []
        self.entities: list[int] = []  # behind the slots above the machines
        self.laws: dict[Law, int] = {}
        self.machines: dict[str, int] = {}
        self.places: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        self.skills: dict[str, int] = {}
        self.modes: dict[str, int] = {}

    def stream(self, where: int, entity: str, purpose: str) -> None:
        """The stream at ``where`` belongs to an entity and a purpose."""
        self.keys.append((where, mix(key_of(entity, purpose))))

    def law(self, law: Law) -> int:
        """Handle of a law's record."""
        if law not in self.laws:
            kind, numbers, table = record(law)
            handle = self.space.take(at.DR)
            self.z[handle + at.D_KIND] = kind
            self.r[handle : handle + len(numbers)] = numbers
            if table:
                start = self.space.take(len(table))
                self.r[start : start + len(table)] = table
                self.z[handle + at.D_TABLE], self.z[handle + at.D_SIZE] = start, len(table)
            self.laws[law] = handle
        return self.laws[law]

    def law_row(self, laws: Sequence[Law], wanted: int) -> tuple[int, int]:
        """(handle, step) of one law, or of ``wanted`` records side by side."""
        if len(set(laws)) == 1:
            return self.law(laws[0]), 0
        if len(laws) != wanted:
            raise ValueError(f"{len(laws)} laws given instead of {wanted}")
        originals = [self.law(law) for law in laws]
        first = self.space.take(at.DR * len(laws))
        for k, handle in enumerate(originals):
            row = first + k * at.DR
            self.z[row : row + at.DR] = self.z[handle : handle + at.DR]
            self.r[row : row + at.DR] = self.r[handle : handle + at.DR]
        return first, at.DR
