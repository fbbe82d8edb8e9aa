"""Reference cases: a document of cases with expected values, computed anew from data and parameters, and judged.

A case passes when every expected value was computed and lies within the case's tolerance. A kind nobody knows, or an
expected key nobody computes, is unsupported; a missing file or a malformed case fails and says why. Where a publication
leaves a convention open (printed or exact constants, which estimator), the conventions are tried in order and the report
names the one that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gearpark.base.problems import Problem

from . import charting, lots, machines, statistics, studies
from .case import Case, Kind, Read
from .judging import Figures, Findings, judge

MAX_CASES = 10_000
KINDS: dict[str, Kind] = {
    "univariate": statistics.univariate,
    "anova_one_way": statistics.anova_one_way,
    "variance_homogeneity_and_anova": statistics.homogeneity,
    "pooled_repeatability": statistics.pooled_repeatability,
    "tolerance_factor_howe": statistics.tolerance_factor,
    "c_chart": charting.c_chart,
    "u_chart": charting.u_chart,
    "p_chart": charting.p_chart,
    "np_chart": charting.np_chart,
    "i_mr_chart": charting.i_mr_chart,
    "ewma_chart": charting.ewma_chart,
    "tabular_cusum": charting.tabular_cusum,
    "xbar_chart": charting.xbar_chart,
    "xbar_r_chart": charting.xbar_r_chart,
    "xbar_s_chart": charting.xbar_s_chart,
    "capability_from_moments": studies.capability_from_moments,
    "capability": studies.capability,
    "gauge_rr_crossed": studies.gauge_rr_crossed,
    "gauge_type_1": studies.gauge_type_1,
    "sampling_switching_rules": lots.switching,
    "sampling_plan_lookup": lots.plan_lookup,
    "oc_curve": lots.oc_curve,
    "binomial_demonstration": lots.demonstration,
    "cumulative_count_of_conforming_r": lots.ccc_r,
    "first_run_at_or_above_VB": machines.tool_life,
    "condition_rule_engine": machines.condition_rules,
    "average_run_length": machines.average_run_length,
    "oee": machines.oee,
}
NESTED = "nested_anova"  # the kind's name goes on with the factors


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. status: passed, failed, unsupported; convention: the one that held, "" when none was open.

    on_print  values that agree as far as they were printed, where the tolerance is finer than the print
    """

    id: str
    kind: str
    status: str
    compared: int = 0
    differences: tuple[dict[str, Any], ...] = ()
    unsupported: tuple[str, ...] = ()
    problem: str = ""
    convention: str = ""
    remarks: int = 0
    on_print: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": self.id, "kind": self.kind, "status": self.status}
        for key in ("differences", "unsupported", "problem", "convention", "on_print"):
            value = getattr(self, key)
            if value:
                found[key] = list(value) if isinstance(value, tuple) else value
        return found | {"values_compared": self.compared}


def kind_of(name: str) -> Kind | None:
    """The function of a kind."""
    if name in KINDS:
        return KINDS[name]
    return statistics.nested if name.startswith(NESTED) else None


def check_case(document: Any, read: Read) -> Outcome:
    """One case. ``read`` gives the text of a data file by the name the case uses, or raises a Problem."""
    given = document if isinstance(document, Mapping) else {}
    name, kind = str(given.get("id") or "(no id)"), str(given.get("kind") or "")
    try:
        case = Case.of(document, read)
        compute = kind_of(case.kind)
        if compute is None:
            return Outcome(name, kind, "unsupported", problem=f"No kind {case.kind!r} is known.")
        found = compute(case)
        variants = found if isinstance(found, list) else [("", found)]
        judged = [(label, judge(case.expected, figures, case.tolerance)) for label, figures in variants]
    except Problem as problem:
        return Outcome(name, kind, "failed", problem=f"{problem.sentence} [{problem.code}]")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        return Outcome(
            name, kind, "failed", problem=f"The case is malformed: {type(error).__name__}: {error}."
        )
    label, best = min(
        judged, key=lambda one: (len(one[1].differences), len(one[1].unsupported))
    )  # of equals the first
    return _outcome(name, kind, label if len(judged) > 1 else "", best)


def _outcome(name: str, kind: str, label: str, found: Findings) -> Outcome:
    status = "failed" if found.differences else "unsupported" if found.unsupported else "passed"
    problem = ""
    if status == "passed" and not found.compared:
        status, problem = "unsupported", "The case expects only remarks: nothing was compared."
    return Outcome(
        name,
        kind,
        status,
        found.compared,
        tuple(found.differences),
        tuple(found.unsupported),
        problem,
        label,
        found.remarks,
        tuple(found.on_print),
    )


def check(document: Any, read: Read) -> list[Outcome]:
    """Every case of a document (an object with ``cases``, or a list of cases)."""
    cases = document.get("cases") if isinstance(document, Mapping) else document
    if not isinstance(cases, list) or not cases:
        raise Problem("quality.case", "The document holds no list of cases.")
    if len(cases) > MAX_CASES:
        raise Problem("quality.too_many", f"At most {MAX_CASES} cases.", most=MAX_CASES, have=len(cases))
    return [check_case(case, read) for case in cases]


__all__ = ["KINDS", "Case", "Figures", "Outcome", "check", "check_case", "kind_of"]
