"""``gearpark quality chart``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality.cases.charting import COUNTS, PIECES
from gearpark.engines.quality.cases.tables import SIZES, Table, read_json
from gearpark.engines.quality.multivariate import t2_individuals

from .inputs import answer, numbers_in, table_of, text_of

GROUP_NAMES = ("sample", "subgroup", "day", "group", "batch")


def subgroups(options: argparse.Namespace, table: Table) -> q.Subgroups:
    """Subgroups by the options: a column, a size, else single values."""
    by = options.subgroup_by
    values = table.floats(table.value_column(options.column, ("value", "x", "y"), (by,) if by else ()))
    if by:
        return q.Subgroups.by(values, table.text(by))
    return q.Subgroups.of_size(values, options.subgroup or 1)


def _one_or_all(values: Any) -> Any:
    return float(values[0]) if len(values) and (values == values[0]).all() else values


def panel(chart: q.Chart, rules: str) -> dict[str, Any]:
    """A chart as an answer; limits are one number where they are the same everywhere."""
    return {
        "plotted": chart.limits.plotted,
        "center": _one_or_all(chart.centre),
        "lcl": _one_or_all(chart.lcl),
        "ucl": _one_or_all(chart.ucl),
        "sigma": None if chart.limits.estimator == "model" else chart.limits.sigma,
        "estimator": chart.limits.estimator,
        "points": chart.values.size,
        "beyond": chart.beyond,
        "signals": chart.signals(rules),
        "values": chart.values,
        "labels": chart.labels,
        "limits": chart.limits.as_dict(),
    }


def _given(options: argparse.Namespace) -> dict[str, Any]:
    out = tuple(int(point) for point in numbers_in(options.leave_out))
    return {"phase1": options.phase1, "left_out": out, "width": options.width}


def _measured(options: argparse.Namespace, table: Table, kind: str) -> dict[str, Any]:
    given = _given(options) | {"sigma": options.sigma, "printed": options.printed_constants}
    if kind == "i-mr":
        values = table.floats(table.value_column(options.column, ("x", "value", "y")))
        given["estimator"] = options.estimator or "mr_bar/d2"
        where = q.individuals_chart(values, centre=options.target, **given)
        how = q.moving_range_chart(values, **given)
    else:
        if not options.subgroup_by and not options.subgroup:
            options.subgroup_by = table.has(*GROUP_NAMES)
        if not options.subgroup_by and not options.subgroup:
            raise Problem(
                "quality.parameter",
                "Say the subgroups: --subgroup-by COLUMN or --subgroup N.",
                name="subgroup",
            )
        groups = subgroups(options, table)
        given["estimator"] = options.estimator or ("r_bar/d2" if kind == "xbar-r" else "s_bar/c4")
        where = q.xbar_chart(groups, centre=options.target, **given)
        how = q.spread_chart(groups, **given)
    return panel(where, options.rules) | {"spread": panel(how, "limits")}


def _counted(options: argparse.Namespace, table: Table, kind: str) -> dict[str, Any]:
    plain_kind = kind.removeprefix("laney-")
    bad = table.floats(table.value_column(options.column, PIECES if plain_kind in {"p", "np"} else COUNTS))
    given = _given(options) | {"centre": options.target}
    if plain_kind == "c":
        return panel(q.c_chart(bad, **given), options.rules)
    said = options.size or table.has(*SIZES)
    if said is None:
        raise Problem("quality.parameter", "Say the sample sizes: --size COLUMN or --size N.", name="size")
    sizes: Any = float(said) if said.replace(".", "", 1).isdigit() else table.floats(said)
    make: dict[str, Callable[..., q.Chart]] = {"p": q.p_chart, "np": q.np_chart, "u": q.u_chart}
    if kind != plain_kind:
        given["laney"] = True
    return panel(make[plain_kind](bad, sizes, **given), options.rules)


def _remembering(options: argparse.Namespace, table: Table, kind: str) -> dict[str, Any]:
    values = table.floats(table.value_column(options.column, ("x", "value", "mean", "y")))
    used = values if options.phase1 is None else values[: options.phase1]
    base = q.Subgroups.of_size(used, 1)
    units = kind == "cusum" and options.k_units is not None and options.h_units is not None
    sigma = options.sigma
    if sigma is None:
        sigma = 1.0 if units else q.estimate(base, options.estimator or "mr_bar/d2").sigma
    target = base.grand_mean if options.target is None else options.target
    if kind == "ewma":
        found = q.ewma(
            values,
            target=target,
            sigma=sigma,
            lam=options.lam,
            width=options.width,
            asymptotic=options.asymptotic,
        )
        lines = {"lcl": _one_or_all(found.lcl), "ucl": _one_or_all(found.ucl)}
        return {"target": target, "sigma": sigma, **lines, "beyond": found.beyond, "z": found.z}
    k = options.k * sigma if options.k_units is None else options.k_units
    h = options.h * sigma if options.h_units is None else options.h_units
    sums = q.cusum(values, target=target, k=k, h=h)
    return {
        "target": target,
        "k": k,
        "h": h,
        "first_signal": sums.first_signal,
        "signals": sums.signals,
        "shift_began": sums.shift_began,
        "new_mean": sums.new_mean,
        "high": sums.high,
        "low": sums.low,
    }


def _t2(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    names = [name.strip() for name in (options.columns or "").split(",") if name.strip()] or table.numeric()
    rows = np.array([table.floats(name) for name in names]).T
    first, later = rows, None
    if options.phase1 is not None and options.phase1 < len(rows):
        first, later = rows[: options.phase1], rows[options.phase1 :]
    found = t2_individuals(first, later=later, alpha=options.alpha)
    return {
        "characteristics": names,
        "phase": found.phase,
        "ucl": found.ucl,
        "beyond": found.beyond,
        "mean": found.mean,
        "covariance": found.covariance,
        "values": found.values,
        "contributions": found.contributions,
    }


def _ccc(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    gaps = table.floats(table.value_column(options.column, ("gap", "count", "pieces", "x")))
    p0 = options.p0 if options.p0 is not None else len(gaps) / sum(gaps)
    limits = q.ccc_limits(p0, alpha=options.alpha, r=options.r)
    found = q.ccc_chart(gaps, limits)
    return {
        "limits": limits,
        "signals": found.signals,
        "improvements": found.improvements,
        "values": found.values,
    }


def _frozen(options: argparse.Namespace, table: Table) -> dict[str, Any]:
    """Points judged by limits frozen before."""

    document = read_json(text_of(options.limits))
    document = document.get("limits", document) if isinstance(document, dict) else document
    if not isinstance(document, dict):
        raise Problem("quality.limits_broken", "These limits were not written by this product.")
    document |= {key: float(document[key]) for key in ("centre", "sigma", "size", "width") if key in document}
    limits = q.Limits.read(document).frozen()
    if limits.plotted in {"mean", "range", "sd"}:
        groups = subgroups(options, table)
        points = {"mean": groups.means, "range": groups.ranges, "sd": groups.sds}[limits.plotted]
        return panel(q.judged(limits, points, groups.sizes, groups.labels), options.rules)
    likely = PIECES if limits.plotted in {"p", "np"} else COUNTS
    values = np.array(table.floats(table.value_column(options.column, likely)))
    sizes: Any = 1.0
    if limits.plotted in {"p", "np", "u"}:
        said = options.size or table.has(*SIZES) or str(limits.size)
        sizes = float(said) if said.replace(".", "", 1).isdigit() else np.array(table.floats(said))
    if limits.plotted in {"p", "u"}:
        values = values / sizes
    if limits.plotted == "moving_range":
        values = np.concatenate(([np.nan], np.abs(np.diff(values))))
    return panel(q.judged(limits, values, sizes), options.rules)


def chart(options: argparse.Namespace) -> int:
    """One chart of a file."""
    table = table_of(options.file)
    kind = options.kind or ("xbar-r" if options.subgroup_by or options.subgroup else "i-mr")
    if options.limits:
        found = _frozen(options, table)
    elif kind in {"i-mr", "xbar-r", "xbar-s"}:
        found = _measured(options, table, kind)
    elif kind in {"ewma", "cusum"}:
        found = _remembering(options, table, kind)
    elif kind == "t2":
        found = _t2(options, table)
    elif kind == "ccc":
        found = _ccc(options, table)
    else:
        found = _counted(options, table, kind)
    answer({"kind": kind, **found}, options.json)
    return 0
