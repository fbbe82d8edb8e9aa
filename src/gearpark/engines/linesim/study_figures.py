"""A study's answer as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .study import Output, StudyAnswer


def study_figures(answer: StudyAnswer) -> dict[str, Any]:
    """All figures of a study as JSON; parts a shift of one line unless the name says otherwise."""
    year = asdict(answer.study.year)
    return {
        "study": answer.study.name,
        "source": answer.study.source,
        "seed": answer.seed,
        "replications": answer.replications,
        "year": year,
        "base": _output(answer.base),
        "target": _output(answer.target),
        "gain": asdict(answer.gain),
        "gain_per_year": answer.gain_per_year,
        "shifts_needed": answer.shifts_needed,
        "years": [asdict(row) for row in answer.years],
        "cost": answer.cost,
        "saves": answer.saves,
        **asdict(answer.paid),
        "steps": [_flat(row) for row in answer.steps],
        "investments": [_flat(row) for row in answer.investments],
        "sensitivities": [{**asdict(row), "swing": row.swing} for row in answer.sensitivities],
    }


def _flat(row: Any) -> dict[str, Any]:
    made = asdict(row)
    return {**made, **made.pop("paid")}


def _output(found: Output) -> dict[str, Any]:
    return {**asdict(found), "holds": found.holds}
