"""Cases of capability and gauge studies."""

from __future__ import annotations

import re
from typing import Any

from gearpark.base.problems import Problem

from .. import grr
from ..capability import Spec
from ..distributions import Fitted
from ..estimators import estimate
from ..grr import Grr, Row
from ..subgroups import Subgroups
from ..univariate import summary
from .case import Case
from .charting import estimator_of, index_figures, subgroups_of
from .judging import Figures


def _spec(case: Case) -> Spec:
    return Spec(case.number("lsl", "LSL"), case.number("usl", "USL"), case.number("target"))


def capability_from_moments(case: Case) -> Figures:
    mean, sigma, spec = case.need("mean"), case.need("sigma", "sd", "std"), _spec(case)
    from ..capability import expected_ppm, indices

    n = case.whole("n")
    if n:
        return index_figures(mean, sigma, spec, n)
    known: dict[str, Any] = {name: one.value for name, one in indices(mean, sigma, spec).items()}
    known |= {name.replace("cp", "pp"): value for name, value in known.items()}
    known["expected_ppm"] = expected_ppm(Fitted("normal", (mean, sigma), 0.0), spec)
    return Figures(known)


def capability(case: Case) -> Figures:
    """``sigma`` says how: an estimator in words (``overall n-1``), or a number; nothing: overall."""
    table = case.table()
    said = case.params.get("sigma", case.params.get("estimator", "overall"))
    sized = any(name in case.params for name in ("subgroup", "subgroup_size", "subgroup_column"))
    if sized:
        groups = subgroups_of(case, table)
    else:
        groups = Subgroups.of_size(table.floats(case.column(table, ("value", "volume", "x", "y"))), 1)
    if isinstance(said, str) and not re.fullmatch(r"[\d.eE+-]+", said):
        name = estimator_of(said)
        single = (
            int(groups.sizes.max()) == 1 and name == "r_bar/d2"
        )  # within, of single values: moving ranges
        sigma = estimate(groups, "mr_bar/d2" if single else name).sigma
    else:
        sigma = float(said)
    mean = summary(groups.values).mean
    return index_figures(mean, sigma, _spec(case), int(groups.values.size))


def _components(found: Grr) -> dict[str, Any]:
    parts = found.parts
    known: dict[str, Any] = {
        "EV": found.ev,
        "AV": found.av,
        "GRR": found.grr,
        "PV": found.pv,
        "TV": found.tv,
        "ndc": found.ndc,
        "pct_contribution_grr": 100.0 * parts["grr"].of_variance,
        "pct_contribution_part": 100.0 * parts["part"].of_variance,
    }
    for key, name in (("EV", "repeatability"), ("AV", "reproducibility"), ("GRR", "grr"), ("PV", "part")):
        known[f"pct_{key}"] = 100.0 * parts[name].of_variation
        tolerance = parts[name].of_tolerance
        if tolerance is not None:
            known[f"pct_tolerance_{key}"] = 100.0 * tolerance
    for name, part in parts.items():
        known[f"var_{name}"] = part.variance
    known |= {
        "var_operator": known.get("var_appraiser", parts["reproducibility"].variance),
        "verdict": found.verdict,
    }
    return known


ROWS = {"operator": "appraiser", "appraiser": "appraiser", "part": "part", "interaction": "interaction"}
ROWS |= {"equipment": "equipment", "repeatability": "equipment", "error": "equipment", "total": "total"}


def _row(row: Row, f: str, pooled: Grr) -> dict[str, Any]:
    against = {"equipment": row.f_equipment, "interaction": row.f}
    again = next(one for one in pooled.table if one.source == row.source)
    against["pooled"] = again.f
    known: dict[str, Any] = {
        "df": row.df,
        "ss": row.ss,
        "ms": row.ms,
        "F": against[f],
        "F_vs_interaction_model_error": row.f_equipment,
        "F_vs_equipment": row.f_equipment,
        "F_vs_interaction": row.f,
        "F_pooled": again.f,
        "p": row.p_value,
    }
    return {key: value for key, value in known.items() if value is not None}


def gauge_rr_crossed(case: Case) -> list[tuple[str, Figures]]:
    """F of appraiser and part: against repeatability first (as AIAG prints), against interaction, against the pooled model."""
    table = case.table()
    part = table.find([case.word("part", "part_column"), "part"])
    who = table.find([case.word("appraiser", "operator_column"), "appraiser", "operator"])
    value = case.column(table, ("value", "measurement", "y", "x"), (part, who, "trial"))
    data = (table.decimals(value), table.text(part), table.text(who))
    tolerance = case.number("tolerance", "T")
    alpha = case.number("pooling_alpha", "alpha")
    options: dict[str, Any] = {"tolerance": tolerance} | ({} if alpha is None else {"pooling_alpha": alpha})
    chosen = grr.anova(*data, **options)
    full, pooled = grr.anova(*data, pooled=False, **options), grr.anova(*data, pooled=True, **options)

    def by_range(expected: Any) -> dict[str, Any]:
        found = grr.average_and_range(*data, tolerance=tolerance)
        return {
            **_components(found),
            "r_bar": found.r_bar,
            "x_diff": found.x_diff,
            "part_range": found.part_range,
        }

    variants = []
    for f in ("equipment", "interaction", "pooled"):
        rows = {row.source: row for row in full.table}
        known: dict[str, Any] = {
            "average_and_range": by_range,
            "anova_table": {name: _row(rows[source], f, pooled) for name, source in ROWS.items()},
            "anova_pooled": _components(pooled),
            "anova": _components(chosen),
        }
        for name in ("anova_interaction", "anova_unpooled", "anova_with_interaction", "anova_full"):
            known[name] = _components(full)
        variants.append((f"F against {f}", Figures({**known, **_components(chosen)})))
    return variants


def gauge_type_1(case: Case) -> Figures:
    from ..gauge import type1

    table = case.table()
    found = type1(
        table.floats(case.column(table, ("value", "x", "measurement"))),
        case.need("reference"),
        case.need("tolerance", "T"),
        share=case.number("share") or 0.2,
        sigmas=case.number("sigmas", "k") or 6.0,
        resolution=case.number("resolution"),
    )
    if found.bias.n < 2:
        raise Problem(
            "quality.too_few", "A type 1 study repeats its measurement.", least=2, have=found.bias.n
        )
    return Figures(
        {
            "n": found.bias.n,
            "mean": found.bias.mean,
            **dict.fromkeys(("sd", "s"), found.bias.sd),
            "bias": found.bias.bias,
            "t": found.bias.t,
            **dict.fromkeys(("p", "p_value"), found.bias.p_value),
            **dict.fromkeys(("cg", "Cg"), found.cg),
            **dict.fromkeys(("cgk", "Cgk"), found.cgk),
            "capable": found.capable,
        }
    )
