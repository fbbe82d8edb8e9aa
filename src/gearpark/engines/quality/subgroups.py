"""Measured values in rational subgroups of any, also unequal, size."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .guards import Floats, data_hash, numbers


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """Values one after the other; group i is ``values[starts[i]:starts[i + 1]]``.

    labels  what the groups are called on the axis: a sample number, a time, a serial
    """

    values: Floats
    starts: Any  # int array, one entry a group
    labels: tuple[Hashable, ...]

    @classmethod
    def of(cls, groups: Iterable[Sequence[float]], labels: Sequence[Hashable] | None = None) -> Subgroups:
        """From a list of groups, or a matrix with one row a group."""
        rows = [np.asarray(group, dtype=np.float64).ravel() for group in groups]
        if not rows or not all(row.size for row in rows):
            raise Problem("quality.too_few", "Each subgroup needs at least one value.", least=1, have=0)
        sizes = np.array([row.size for row in rows])
        names = tuple(labels) if labels is not None else tuple(range(1, len(rows) + 1))
        return cls(numbers(np.concatenate(rows)), np.concatenate(([0], np.cumsum(sizes)[:-1])), names)

    @classmethod
    def by(cls, values: Sequence[float], keys: Sequence[Hashable]) -> Subgroups:
        """From long form: one key a value; groups stand in the order in which their keys first appear."""
        if len(values) != len(keys):
            raise Problem("quality.parameter", "Each value needs its subgroup.", name="subgroup")
        groups: dict[Hashable, list[float]] = {}
        for value, key in zip(values, keys, strict=True):
            groups.setdefault(key, []).append(value)
        return cls.of(groups.values(), tuple(groups))

    @classmethod
    def of_size(cls, values: Sequence[float], size: int) -> Subgroups:
        """Consecutive values taken ``size`` at a time; an incomplete rest is left out."""
        found = numbers(values)
        if size < 1 or found.size < size:
            raise Problem(
                "quality.subgroup_size",
                f"Subgroups of {size} cannot be made of {found.size} values.",
                have=int(found.size),
                least=1,
                most=int(found.size),
            )
        return cls.of(found[: found.size // size * size].reshape(-1, size))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sizes(self) -> Any:
        return np.diff(np.append(self.starts, self.values.size))

    @property
    def means(self) -> Floats:
        # shifted by the first value, so that large numbers that differ little keep their digits
        shift = self.values[0]
        sums: Floats = np.add.reduceat(self.values - shift, self.starts)
        return shift + sums / self.sizes

    @property
    def ranges(self) -> Floats:
        high = np.maximum.reduceat(self.values, self.starts)
        found: Floats = high - np.minimum.reduceat(self.values, self.starts)
        return found

    @property
    def squares(self) -> Floats:
        """Sum of squared deviations of each group from its mean (two passes)."""
        gaps = self.values - np.repeat(self.means, self.sizes)
        found: Floats = np.add.reduceat(gaps * gaps, self.starts)
        return found

    @property
    def sds(self) -> Floats:
        """Standard deviation of each group, divisor n - 1; groups of one have none (nan)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(self.squares / (self.sizes - 1))

    @property
    def grand_mean(self) -> float:
        return float(self.values[0] + (self.values - self.values[0]).mean())

    def only(self, keep: Any) -> Subgroups:
        """The groups a boolean mask keeps."""
        chosen = np.asarray(keep, dtype=bool)
        inside = np.repeat(chosen, self.sizes)
        sizes = self.sizes[chosen]
        if not sizes.size:
            raise Problem("quality.too_few", "No subgroup is left to compute from.", least=1, have=0)
        names = tuple(label for label, kept in zip(self.labels, chosen, strict=True) if kept)
        return Subgroups(self.values[inside], np.concatenate(([0], np.cumsum(sizes)[:-1])), names)

    def hash(self) -> str:
        """SHA-256 of the data in canonical form."""
        listed, ends = self.values.tolist(), [*self.starts[1:].tolist(), self.values.size]
        return data_hash(listed[a:b] for a, b in zip(self.starts.tolist(), ends, strict=True))
