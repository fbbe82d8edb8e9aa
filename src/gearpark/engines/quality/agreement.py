"""Attribute agreement: do people (or cameras) judge the same piece alike, and rightly?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from .highyield import failure_lower, failure_upper

GOOD_KAPPA, POOR_KAPPA = 0.75, 0.40
MAX_RATINGS = 200_000


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Agreement of two raters beyond chance; None when both use one and the same category throughout."""
    if len(first) != len(second) or not first:
        raise Problem("quality.layout", "Both raters must judge the same pieces.")
    n = len(first)
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / n
    one, two = Counter(first), Counter(second)
    chance = sum(one[category] * two[category] for category in one) / n**2
    return None if chance >= 1 else (seen - chance) / (1.0 - chance)


def fleiss_kappa(counts: Sequence[Sequence[int]]) -> float | None:
    """Agreement of several ratings a piece: one row a piece, one column a category; equally many ratings a piece."""
    table = np.asarray(counts, dtype=float)
    if (
        table.ndim != 2
        or not table.size
        or not np.allclose(table.sum(axis=1), table[0].sum())
        or table[0].sum() < 2
    ):
        raise Problem("quality.layout", "Every piece needs equally many ratings, at least 2.")
    ratings = table[0].sum()
    seen = float(((table**2).sum(axis=1) - ratings).mean() / (ratings * (ratings - 1.0)))
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return None if chance >= 1 else (seen - chance) / (1.0 - chance)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the two-sided Clopper-Pearson interval."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.of


def share(hits: int, of: int, confidence: float = 0.95) -> Share:
    """Share of hits with its exact interval."""
    tail = 1.0 - (1.0 - confidence) / 2.0
    return Share(hits, of, failure_lower(hits, of, tail), failure_upper(hits, of, tail))


@dataclass(frozen=True, slots=True)
class Rater:
    """One appraiser: agreement with self over the trials, with the reference, kappa; misses and false alarms.

    miss         share of bad pieces' ratings that said good;  false_alarm: share of good pieces' that said bad
    """

    name: Hashable
    within: Share
    effective: Share | None
    kappa_reference: float | None
    miss: Share | None
    false_alarm: Share | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A study: each rater, pairs of raters (Cohen), all together (Fleiss), pieces on which all agree (rightly)."""

    raters: tuple[Rater, ...]
    pairs: dict[tuple[Hashable, Hashable], float | None]
    kappa_between: float | None
    all_agree: Share
    all_right: Share | None
    verdict: str


Ratings = dict[Hashable, dict[Hashable, list[Hashable]]]


def _read(parts: Sequence[Hashable], raters: Sequence[Hashable], ratings: Sequence[Hashable]) -> Ratings:
    if not len(parts) == len(raters) == len(ratings) or not len(parts):
        raise Problem("quality.layout", "Each rating needs its part and its rater.")
    if len(parts) > MAX_RATINGS:
        raise Problem(
            "quality.too_many", f"At most {MAX_RATINGS} ratings.", most=MAX_RATINGS, have=len(parts)
        )
    found: Ratings = {}
    for part, who, said in zip(parts, raters, ratings, strict=True):
        found.setdefault(who, {}).setdefault(part, []).append(said)
    pieces = list(dict.fromkeys(parts))
    sizes = {len(own.get(piece, ())) for own in found.values() for piece in pieces}
    if len(sizes) != 1 or 0 in sizes:
        raise Problem(
            "quality.layout", "The study is not complete: every rater must judge every part equally often."
        )
    return found


def _flat(own: dict[Hashable, list[Hashable]], pieces: Sequence[Hashable]) -> list[Hashable]:
    return [said for piece in pieces for said in own[piece]]


def agreement(
    parts: Sequence[Hashable],
    raters: Sequence[Hashable],
    ratings: Sequence[Hashable],
    *,
    reference: Mapping[Any, Hashable] | None = None,
    bad: Hashable | None = None,
) -> Agreement:
    """Ratings in long form. reference: true category by part; ``bad``: the category that means nonconforming."""
    found = _read(parts, raters, ratings)
    pieces = list(dict.fromkeys(parts))
    if reference is not None and any(piece not in reference for piece in pieces):
        raise Problem("quality.layout", "The reference does not name every part.")
    people = tuple(_rater(who, own, pieces, reference, bad) for who, own in found.items())
    names = list(found)
    pairs = {
        (a, b): cohen_kappa(_flat(found[a], pieces), _flat(found[b], pieces))
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    }
    categories = list(dict.fromkeys(ratings))
    together = {piece: Counter(said for own in found.values() for said in own[piece]) for piece in pieces}
    table = [[together[piece][category] for category in categories] for piece in pieces]
    between = fleiss_kappa(table) if sum(table[0]) > 1 else None
    alike = [piece for piece in pieces if len(together[piece]) == 1]
    right = None if reference is None else sum(reference[piece] in together[piece] for piece in alike)
    scores = (
        [rater.kappa_reference for rater in people]
        if reference is not None
        else list(pairs.values()) or [between]
    )
    known = [score for score in scores if score is not None]
    worst = min(known, default=None)
    verdict = (
        "unknown"
        if worst is None
        else "good"
        if worst > GOOD_KAPPA
        else "poor"
        if worst < POOR_KAPPA
        else "marginal"
    )
    return Agreement(
        raters=people,
        pairs=pairs,
        kappa_between=between,
        all_agree=share(len(alike), len(pieces)),
        all_right=None if right is None else share(right, len(pieces)),
        verdict=verdict,
    )


def _rater(
    who: Hashable,
    own: dict[Hashable, list[Hashable]],
    pieces: Sequence[Hashable],
    reference: Mapping[Any, Hashable] | None,
    bad: Hashable | None,
) -> Rater:
    within = share(sum(len(set(own[piece])) == 1 for piece in pieces), len(pieces))
    if reference is None:
        return Rater(who, within, None, None, None, None)
    right = sum(set(own[piece]) == {reference[piece]} for piece in pieces)
    said = _flat(own, pieces)
    true = [reference[piece] for piece in pieces for _ in own[piece]]
    miss = alarm = None
    if bad is not None:
        of_bad = [one for one, truth in zip(said, true, strict=True) if truth == bad]
        of_good = [one for one, truth in zip(said, true, strict=True) if truth != bad]
        miss = share(sum(one != bad for one in of_bad), len(of_bad)) if of_bad else None
        alarm = share(sum(one == bad for one in of_good), len(of_good)) if of_good else None
    return Rater(who, within, share(right, len(pieces)), cohen_kappa(said, true), miss, alarm)
