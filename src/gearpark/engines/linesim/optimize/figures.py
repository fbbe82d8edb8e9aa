"""The optimum as JSON."""

from __future__ import annotations

from typing import Any

from ..experiment import estimate
from . import Found


def figures(found: Found) -> dict[str, Any]:
    """The answer as JSON. Throughputs an hour, money in CNY, shares 0..1."""
    before, after = (estimate(answer.per_h()) for answer in (found.comparison.a, found.comparison.b))
    gain = found.comparison.per_h
    return {
        "line": found.line.name,
        "model": found.line.document.hash(),
        "goal": found.task.goal,
        "engine": found.engine,
        "seed": found.seed,
        "best": found.changes,
        "throughput_per_h": after.mean,
        "throughput_ci_half": after.half,
        "now_per_h": before.mean,
        "now_ci_half": before.half,
        "gain_per_h": gain.mean,
        "gain_ci_half": gain.half,
        "investment": found.invested,
        "cost_a_year": found.a_year,
        "profit_a_year": found.profit,
        "certainty": found.task.certainty,
        "indifference": found.task.indifference,
        "reached": found.sure,
        "within": found.within,
        "all_designs": found.everything,
        "designs": found.designs,
        "ruled_out": found.ruled_out,
        "screened": found.compared,
        "searched": found.searched,
        "compared_with": found.against,
        "neighbours_compared": found.neighbours,
        "looks": [{"designs": look.designs, "left": look.left, "parts": look.parts} for look in found.looks],
        "runs": found.runs,
        "parts_simulated": found.parts,
        "not_told_apart": [
            {"design": r.changes, "difference": r.difference, "ci_half": r.half, "cost_a_year": r.a_year}
            for r in found.rivals
        ],
        "not_told_apart_count": found.rival_count,
    }
