"""``gearpark quality capability`` and ``grr``."""

from __future__ import annotations

import argparse
from typing import Any

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import anova, gauge
from gearpark.engines.quality import grr as studies
from gearpark.engines.quality.agreement import agreement
from gearpark.engines.quality.capability import quantile_indices
from gearpark.engines.quality.cases.tables import Table
from gearpark.engines.quality.grr import Grr
from gearpark.engines.quality.univariate import summary

from .charting import subgroups
from .inputs import answer, table_of

NAMES = {  # figures by sigma within and by overall sigma
    "within": {"cp": "cp", "cpl": "cpl", "cpu": "cpu", "cpk": "cpk"},
    "overall": {"cp": "pp", "cpl": "ppl", "cpu": "ppu", "cpk": "ppk", "cpm": "cpm"},
    "machine": {"cp": "cm", "cpl": "cml", "cpu": "cmu", "cpk": "cmk", "cpm": "cpm"},
}


def _shown(found: dict[str, q.Index], family: str) -> dict[str, Any]:
    """Values by their names, with intervals and one-sided bounds where there are any."""
    shown: dict[str, Any] = {}
    for name, index in found.items():
        if name not in NAMES[family]:
            continue
        name = NAMES[family][name]
        shown[name] = index.value
        if index.low is not None:
            shown |= {f"{name}_interval": [index.low, index.high], f"{name}_at_least": index.at_least}
    return shown


def capability(options: argparse.Namespace) -> int:
    """A study of a file, or indices of a mean and a sigma."""
    spec = q.Spec(options.lsl, options.usl, options.target)
    if options.file is None:
        if options.mean is None or options.sigma is None:
            raise Problem("quality.parameter", "Give a file, or --mean and --sigma.", name="mean, sigma")
        found = q.indices(options.mean, options.sigma, spec, n=options.n, confidence=options.confidence)
        names = {**NAMES["within"], "cpm": "cpm"}
        answer({names[name]: index.value for name, index in found.items()} | _intervals(found), options.json)
        return 0
    groups = subgroups(options, table_of(options.file))
    given = {"method": options.method, "alpha": options.alpha, "confidence": options.confidence}
    if options.machine:
        study = q.machine_capability(groups.values, spec, **given)
    else:
        study = q.capability(groups, spec, estimator=options.estimator, rules=options.rules, **given)
    within, overall = study.within, study.overall
    if options.anyway:
        asked = {"n": study.n, "confidence": options.confidence}
        within = within or q.indices(
            study.mean, study.sigma_within, spec, df=_df(groups, study.estimator), **asked
        )
        overall = overall or q.indices(study.mean, study.sigma_overall, spec, **asked)
    if options.machine:
        shown = _shown(overall, "machine")
    else:
        shown = _shown(within, "within") | _shown(overall, "overall")
    answer(shown | _told(study, groups), options.json)
    return 0


def _told(study: q.Capability, groups: q.Subgroups) -> dict[str, Any]:
    """What goes with the indices."""
    machine = study.study == "machine"
    fitted = study.distribution
    return {
        "refusals": study.refusals,
        "cautions": study.cautions,
        "n": study.n,
        "mean": study.mean,
        "sigma_within": None if machine else study.sigma_within,
        "estimator": study.estimator,
        "sigma_overall": study.sigma_overall,
        "lag1_autocorrelation": summary(groups.values).lag1,
        "method": study.method,
        "distribution": fitted,
        "quantiles": {str(share): fitted.ppf(share) for share in (0.00135, 0.5, 0.99865)},
        "ppm_within": study.ppm_within,
        "ppm_overall": study.ppm_overall,
        "observed_ppm": study.observed_ppm,
        "in_control": None if machine else study.in_control,
        "signals": study.signals,
        "normality": study.normality,
        "spec": study.spec,
        "confidence": study.confidence,
        "by_quantiles": {name: index.value for name, index in quantile_indices(fitted, study.spec).items()},
    }


def _df(groups: q.Subgroups, estimator: str) -> float:
    return q.estimate(groups, estimator).df


def _intervals(found: dict[str, q.Index]) -> dict[str, Any]:
    return {f"{n}_interval": [i.low, i.high] for n, i in found.items() if i.low is not None}


def grr(options: argparse.Namespace) -> int:
    """One study of a file."""
    table = table_of(options.file)
    made = {
        "crossed": _crossed,
        "type1": _type1,
        "bias": _bias,
        "linearity": _linearity,
        "attribute": _attribute,
        "nested": _nested,
        "one-way": _one_way,
        "pooled": _pooled,
    }[options.study](options, table)
    answer({"study": options.study, **made}, options.json)
    return 0


def _columns(options: argparse.Namespace, table: Table) -> tuple[str, str]:
    part = table.find([options.part, "part"])
    return part, table.find([options.appraiser, "appraiser", "operator", "rater"])


def _percent(found: Grr) -> dict[str, Any]:
    names = {"EV": "repeatability", "AV": "reproducibility", "GRR": "grr", "PV": "part", "TV": "total"}
    parts = found.parts
    return {
        **{short: parts[name].sd for short, name in names.items()},
        **{f"pct_{short}": 100.0 * parts[name].of_variation for short, name in names.items()},
        **{f"pct_contribution_{short}": 100.0 * parts[name].of_variance for short, name in names.items()},
        "pct_tolerance_GRR": None if parts["grr"].of_tolerance is None else 100.0 * parts["grr"].of_tolerance,
        **{f"var_{name}": part.variance for name, part in parts.items()},
        "ndc": found.ndc,
        "verdict": found.verdict,
    }


def _crossed(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    part, who = _columns(options, table)
    value = table.value_column(options.column, ("value", "measurement", "y", "x"), (part, who, "trial"))
    data = (table.decimals(value), table.text(part), table.text(who))
    found = studies.anova(*data, pooling_alpha=options.pooling_alpha, tolerance=options.tolerance)
    answer = {
        "anova": {**_percent(found), "pooled": found.pooled, "table": found.table},
        "parts": found.pieces,
        "appraisers": found.appraisers,
        "trials": found.trials,
    }
    if found.trials > 1:
        by_range = studies.average_and_range(*data, tolerance=options.tolerance)
        ranges = {"r_bar": by_range.r_bar, "x_diff": by_range.x_diff, "part_range": by_range.part_range}
        answer["average_and_range"] = {**_percent(by_range), **ranges}
    return answer


def _reference(options: argparse.Namespace) -> float:
    try:
        return float(options.reference)
    except (TypeError, ValueError) as error:
        raise Problem(
            "quality.parameter", "Give the reference value: --reference.", name="reference"
        ) from error


def _values(options: argparse.Namespace, table: Table) -> list[float]:
    return table.floats(table.value_column(options.column, ("value", "measurement", "x", "y")))


def _type1(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    if options.tolerance is None:
        raise Problem("quality.parameter", "Give the width of the tolerance: --tolerance.", name="tolerance")
    found = gauge.type1(
        _values(options, table),
        _reference(options),
        options.tolerance,
        share=options.share,
        sigmas=options.sigmas,
        resolution=options.resolution,
    )
    return {name: getattr(found, name) for name in type(found).__slots__}


def _bias(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    found = gauge.bias(_values(options, table), _reference(options))
    return {name: getattr(found, name) for name in type(found).__slots__} | {"significant": found.significant}


def _linearity(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    reference = table.find([options.reference, "reference", "master"])
    value = table.value_column(options.column, ("value", "measurement", "y", "x"), (reference, "part"))
    found = gauge.linearity(table.floats(reference), table.floats(value))
    return {name: getattr(found, name) for name in type(found).__slots__}


def _attribute(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    part, who = _columns(options, table)
    rating = table.find([options.column, "rating", "result", "value"])
    master = options.reference or table.has("reference", "master")
    reference = dict(zip(table.text(part), table.text(master), strict=True)) if master else None
    found = agreement(
        table.text(part), table.text(who), table.text(rating), reference=reference, bad=options.bad
    )
    return {name: getattr(found, name) for name in type(found).__slots__}


def _factors(options: argparse.Namespace) -> list[str]:
    names = [name.strip() for name in (options.factors or "").split(",") if name.strip()]
    if not names:
        raise Problem("quality.parameter", "Name the factors: --factors.", name="factors")
    return names


def _nested(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    names = _factors(options)
    value = table.value_column(options.column, ("value", "y"), tuple(names))
    levels = anova.nested(table.decimals(value), [(name, table.text(name)) for name in names])
    total = sum(level.variance for level in levels) or 1.0
    rows = [
        {
            "factor": level.factor,
            "df": level.df,
            "ss": level.ss,
            "ms": level.ms,
            "variance": level.variance,
            "share": level.variance / total,
        }
        for level in levels
    ]
    return {"levels": rows}


def _one_way(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    name = _factors(options)[0]
    values, keys = (
        table.decimals(table.value_column(options.column, ("value", "y"), (name,))),
        table.text(name),
    )
    return {
        "anova": anova.one_way(values, keys),
        "brown_forsythe": anova.brown_forsythe(values, keys),
        "bartlett": anova.bartlett(values, keys),
    }


def _pooled(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    if options.size is None:
        raise Problem(
            "quality.parameter",
            "Say how many values stand behind each standard deviation: --size.",
            name="size",
        )
    column = table.find([options.column, "sd", "std"])
    by = options.factors
    labels = table.text(by) if by else ["all"] * table.rows
    found = {}
    for label in dict.fromkeys(labels):
        chosen = [s for s, one in zip(table.floats(column), labels, strict=True) if one == label]
        sd, df = anova.pooled_sd(chosen, options.size)
        found[label] = {"pooled_sd": sd, "df": df}
    return {"groups": found}
