"""What a sampling plan does: operating characteristic, outgoing quality, design; and the switching rules of ISO 2859-1."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from scipy import special

from gearpark.base.problems import Problem

from .guards import inside

MAX_SAMPLE = 10_000_000


def pa_binomial(n: int, c: int, p: float) -> float:
    """Probability to accept a lot from a process with share p nonconforming (type B)."""
    inside(p, 0.0, 1.0, "share nonconforming", closed=True)
    return 1.0 if c >= n else float(special.betaincc(c + 1, n - c, p))


def pa_poisson(n: int, c: int, per_unit: float) -> float:
    """The same for nonconformities, ``per_unit`` of them a unit on average."""
    return float(special.pdtr(c, n * per_unit))


def pa_hypergeometric(lot: int, bad: int, n: int, c: int) -> float:
    """Probability to accept a lot of so many pieces, ``bad`` of them nonconforming (type A)."""
    if not 0 <= bad <= lot or not 0 <= n <= lot:
        raise Problem("quality.counts", "Neither sample nor nonconforming pieces can exceed the lot.")
    k = np.arange(max(0, n - (lot - bad)), min(c, bad, n) + 1, dtype=float)
    if not k.size:
        return 0.0

    def choose(total: float, some: Any) -> Any:
        return special.gammaln(total + 1) - special.gammaln(some + 1) - special.gammaln(total - some + 1)

    logs = choose(bad, k) + choose(lot - bad, n - k) - choose(lot, n)
    return min(1.0, math.fsum(np.exp(logs)))


def quality_at(n: int, c: int, pa: float) -> float:
    """Share nonconforming at which a plan accepts with probability ``pa`` (AQL at 0.95, LTPD at 0.10)."""
    inside(pa, 0.0, 1.0, "probability of acceptance")
    return 1.0 if c >= n else float(special.betainccinv(c + 1, n - c, pa))


def average_outgoing(n: int, c: int, p: float, lot: int | None = None) -> float:
    """Average outgoing quality when rejected lots are sorted."""
    rest = 1.0 if lot is None else (lot - n) / lot
    return pa_binomial(n, c, p) * p * rest


def outgoing_limit(n: int, c: int, lot: int | None = None) -> tuple[float, float]:
    """AOQL: the worst average outgoing quality, and the incoming share at which it occurs."""
    from scipy import optimize

    found = optimize.minimize_scalar(
        lambda p: -average_outgoing(n, c, float(p), lot),
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-10},
    )
    # the maximum sits near (c + 1) / n; a second search there guards against a flat start
    near = min(1.0, 3.0 * (c + 1.0) / n)
    close = optimize.minimize_scalar(
        lambda p: -average_outgoing(n, c, float(p), lot),
        bounds=(0.0, near),
        method="bounded",
        options={"xatol": 1e-12},
    )
    best = min((found, close), key=lambda one: float(one.fun))
    return -float(best.fun), float(best.x)


def design(aql: float, alpha: float, ltpd: float, beta: float) -> tuple[int, int]:
    """Smallest single plan (n, c) with Pa(aql) >= 1 - alpha and Pa(ltpd) <= beta."""
    inside(aql, 0.0, 1.0, "AQL")
    inside(ltpd, aql, 1.0, "LTPD")
    inside(alpha, 0.0, 1.0, "alpha")
    inside(beta, 0.0, 1.0, "beta")
    for c in range(10_000):
        n = _least_n(c, ltpd, beta)
        if n > MAX_SAMPLE:
            break
        if pa_binomial(n, c, aql) >= 1.0 - alpha:
            return n, c
    raise Problem(
        "quality.too_many", "AQL and LTPD lie too close for a single plan.", most=MAX_SAMPLE, have=MAX_SAMPLE
    )


def _least_n(c: int, p: float, beta: float) -> int:
    low, high = c, c + 1
    while pa_binomial(high, c, p) > beta:  # doubles: ends at the latest far beyond MAX_SAMPLE
        low, high = high, high * 2
        if high > 4 * MAX_SAMPLE:
            return high
    while high - low > 1:
        middle = (low + high) // 2
        if pa_binomial(middle, c, p) > beta:
            low = middle
        else:
            high = middle
    return high


class Severity(StrEnum):
    """What the next lot is inspected under."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    DISCONTINUED = "discontinued"


@dataclass(frozen=True, slots=True)
class SwitchingRules:
    """Numbers of the rules; the defaults are those of ISO 2859-1:1999 = GB/T 2828.1-2012."""

    tighten_rejected: int = 2
    tighten_within: int = 5
    relax_accepted: int = 5
    discontinue_rejected: int = 5
    reduce_score: int = 30
    score_tighter: int = 3  # Ac >= 2, accepted also one AQL tighter
    score_small: int = 2  # Ac 0 or 1, accepted

    @classmethod
    def read(cls, words: Mapping[str, Any]) -> SwitchingRules:
        """From rules in words (normal_to_tightened, tightened_to_normal, discontinue, normal_to_reduced, score), each
        of which names its numbers in the usual order; what is not said stays at the standard's."""
        rules = cls()

        def of(key: str) -> list[int]:
            return [int(number) for number in re.findall(r"\d+", str(words.get(key, "")))]

        tight, relax, stop, reduce = (
            of("normal_to_tightened"),
            of("tightened_to_normal"),
            of("discontinue"),
            of("normal_to_reduced"),
        )
        gains = [int(number) for number in re.findall(r"\+\s*(\d+)", str(words.get("score", "")))]
        if len(tight) >= 2:
            rules = replace(rules, tighten_rejected=tight[0], tighten_within=tight[1])
        if relax:
            rules = replace(rules, relax_accepted=relax[0])
        if stop:
            rules = replace(rules, discontinue_rejected=stop[0])
        if reduce:
            rules = replace(rules, reduce_score=reduce[0])
        if len(gains) >= 2:
            rules = replace(rules, score_tighter=gains[0], score_small=gains[1])
        return rules


STANDARD = SwitchingRules()


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot's result on original inspection.

    acceptance_number  of the plan it was judged by
    accepted_tighter   would it have been accepted one AQL tighter? Asked for acceptance numbers from 2 on; None counts
                       as no, so that inspection never relaxes on what nobody checked
    steady             production is steady; authorised: the responsible authority agrees to reduced inspection
    resubmitted        counts for nothing
    """

    accepted: bool
    acceptance_number: int = 0
    accepted_tighter: bool | None = None
    steady: bool = True
    authorised: bool = False
    resubmitted: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """Where a scheme stands: what the next lot is inspected under, and what the rules remember."""

    severity: Severity = Severity.NORMAL
    recent: tuple[bool, ...] = ()  # results on this severity, newest last
    rejected: int = 0  # on tightened, cumulative
    score: int = 0


def after(scheme: Scheme, lot: Lot, rules: SwitchingRules = STANDARD) -> Scheme:
    """The scheme after a lot. A switch takes effect on the next lot; a discontinued scheme stays so until resumed."""
    if lot.resubmitted or scheme.severity is Severity.DISCONTINUED:
        return scheme
    recent = (*scheme.recent, lot.accepted)
    if scheme.severity is Severity.NORMAL:
        window = recent[-rules.tighten_within :]
        if window.count(False) >= rules.tighten_rejected:
            return Scheme(Severity.TIGHTENED)
        score = _score(scheme.score, lot, rules)
        if score >= rules.reduce_score and lot.steady and lot.authorised:
            return Scheme(Severity.REDUCED)
        return replace(scheme, recent=window, score=score)
    if scheme.severity is Severity.TIGHTENED:
        window = recent[-rules.relax_accepted :]
        rejected = scheme.rejected + (not lot.accepted)
        if rejected >= rules.discontinue_rejected:
            return Scheme(Severity.DISCONTINUED, rejected=rejected)
        if len(window) == rules.relax_accepted and all(window):
            return Scheme(Severity.NORMAL)
        return replace(scheme, recent=window, rejected=rejected)
    if not lot.accepted or not lot.steady:
        return Scheme(Severity.NORMAL)
    return scheme


def score_after(scheme: Scheme, lot: Lot, rules: SwitchingRules = STANDARD) -> int:
    """The switching score this lot leads to; 0 where none is kept (anywhere but normal inspection)."""
    if lot.resubmitted or scheme.severity is not Severity.NORMAL:
        return scheme.score
    return _score(scheme.score, lot, rules)


def _score(score: int, lot: Lot, rules: SwitchingRules) -> int:
    if not lot.accepted:
        return 0
    if lot.acceptance_number <= 1:
        return score + rules.score_small
    return score + rules.score_tighter if lot.accepted_tighter else 0


def resumed(scheme: Scheme) -> Scheme:
    """After the supplier's improvement: a discontinued scheme goes on under tightened inspection."""
    return Scheme(Severity.TIGHTENED) if scheme.severity is Severity.DISCONTINUED else scheme
