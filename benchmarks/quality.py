"""Quality engine: run rules over long series beside a plain loop, one new point in line, and the everyday figures.

Work: ``POINTS`` standardised values; all eight Nelson rules. The peer is the same rules as a program of one page would
have them: one pass over a list, run lengths and last values kept in variables, in this process, in the same run. Both
must name the same points (``identical``); ``nelson_vs_loop`` above 1 means that the vectorised rules are faster. Medians
of ``ROUNDS`` rounds after one warm-up; no peer is asked for the other figures, they are there to be seen growing.

newest_us         one new point judged by all Nelson rules from the 15 points before it (in-line control)
xbar_r_ms         X-bar and R chart with limits from ``GROUPS`` subgroups of 5
passrate_us       bounds, verdict and pieces still needed of 204,000 pieces
capability_ms     a study of 1,000 values with its chart, tests of normality and intervals
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from gearpark.engines import quality as q
from gearpark.engines.quality import rules

POINTS, GROUPS, ROUNDS = 100_000, 20_000, 11
SEED = 20261201


def _loop(z: list[float]) -> dict[str, list[int]]:
    """Nelson's rules in one pass over a list."""
    found: dict[str, list[int]] = {f"nelson{number}": [] for number in range(1, 9)}
    side = run = up = down = turns = within = outside = 0
    step_before = 0.0
    last: deque[float] = deque(maxlen=5)
    before: float | None = None
    for place, value in enumerate(z, start=1):
        last.append(value)
        if abs(value) > 3:
            found["nelson1"].append(place)
        now = (value > 0) - (value < 0)
        run = run + 1 if now == side and now else int(now != 0)
        side = now
        if run >= 9:
            found["nelson2"].append(place)
        step = 0.0 if before is None else value - before
        up, down = (up + 1, 0) if step > 0 else (0, down + 1) if step < 0 else (0, 0)
        if up >= 5 or down >= 5:
            found["nelson3"].append(place)
        turns = turns + 1 if step * step_before < 0 else 0
        if turns >= 12:
            found["nelson4"].append(place)
        before, step_before = value, step
        for rule, k, m, line in (("nelson5", 2, 3, 2), ("nelson6", 4, 5, 1)):
            recent = list(last)[-m:]
            high, low = sum(v > line for v in recent), sum(v < -line for v in recent)
            if (value > line and high >= k) or (value < -line and low >= k):
                found[rule].append(place)
        within = within + 1 if abs(value) < 1 else 0
        outside = outside + 1 if abs(value) > 1 else 0
        if within >= 15:
            found["nelson7"].append(place)
        if outside >= 8:
            found["nelson8"].append(place)
    return found


def _median_s(work: Callable[[], Any], rounds: int) -> float:
    work()
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def run(quick: bool = False) -> dict[str, Any]:
    """All figures; ``quick``: a tenth of the points, three rounds."""
    points, groups, rounds = (POINTS // 10, GROUPS // 10, 3) if quick else (POINTS, GROUPS, ROUNDS)
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=points)
    listed, nelson = z.tolist(), q.rules_of("nelson")
    mine = {code: (np.flatnonzero(mask) + 1).tolist() for code, mask in rules.flags(z, nelson).items()}
    theirs = _loop(listed)
    fast, slow = (
        _median_s(lambda: rules.flags(z, nelson), rounds),
        _median_s(lambda: _loop(listed), min(rounds, 3)),
    )
    tails = [listed[i : i + 15] for i in range(min(1000, points - 15))]
    newest = _median_s(lambda: [q.newest(tail, nelson) for tail in tails], rounds) / len(tails)
    many = q.Subgroups.of(rng.normal(50, 0.01, (groups, 5)))
    study = q.Subgroups.of_size(rng.normal(50, 0.01, 1000), 5)
    return {
        "points": points,
        "identical": mine == theirs,
        "signals": sum(len(places) for places in mine.values()),
        "nelson_ms": round(fast * 1e3, 3),
        "loop_ms": round(slow * 1e3, 3),
        "nelson_vs_loop": round(slow / fast, 1),
        "newest_us": round(newest * 1e6, 1),
        "xbar_r_ms": round(_median_s(lambda: (q.xbar_chart(many), q.spread_chart(many)), rounds) * 1e3, 3),
        "passrate_us": round(_median_s(lambda: q.pass_rate(203_988, 12, target="0.9999"), rounds) * 1e6, 1),
        "capability_ms": round(_median_s(lambda: q.capability(study, q.Spec(49.95, 50.05)), rounds) * 1e3, 3),
    }
