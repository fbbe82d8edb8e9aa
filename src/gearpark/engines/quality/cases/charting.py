"""Cases of control charts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from gearpark.base.problems import Problem

from .. import charts, counts, weighted
from ..capability import Spec, indices
from ..charts import Chart
from ..estimators import estimate
from ..rules import rules_of, signals
from ..subgroups import Subgroups
from .case import Case, left_out
from .judging import Figures
from .tables import SIZES, Table

QCC_RUN = 7  # run length the R package qcc calls a violation unless told otherwise
ESTIMATOR_WORDS = (
    (r"pooled.*/\s*c4.*", "pooled/c4"),
    (r"pooled.*", "pooled"),
    (r"r[_-]?bar.*|uwave-r", "r_bar/d2"),
    (r"s[_-]?bar.*|uwave-sd", "s_bar/c4"),
    (r"mr[_-]?bar.*|moving range.*|mr", "mr_bar/d2"),
    (r"mr[_-]?median.*|median mr.*", "mr_median/d4"),
    (r"(overall|sd|std|s)\b.*/\s*c4.*", "sd/c4"),
    (r"(overall|total|sd|std|s|sample)\b.*", "sd"),
    (r"within.*", "r_bar/d2"),
)


def estimator_of(words: str) -> str:
    """An estimator from what people write: ``R-bar/d2``, ``pooled_sd/c4(df+1=101)``, ``overall n-1``."""
    text = words.strip().lower()
    for pattern, name in ESTIMATOR_WORDS:
        if re.fullmatch(pattern, text):
            return name
    raise Problem("quality.estimator_unknown", f"No estimator {words!r}.", known="")


def _lines(chart: Chart) -> dict[str, Any]:
    """Centre and limits. A list is expected of all points; one number is meant at the average size where sizes vary."""
    low, middle, high = chart.limits.bounds([chart.limits.size])
    known: dict[str, Any] = dict.fromkeys(("center", "centre", "cl"), float(middle[0]))
    for key, values, average in (("ucl", chart.ucl, high), ("lcl", chart.lcl, low)):
        known[key] = _either(values, float(average[0]))
    return known


def _either(values: Any, average: float) -> Callable[[Any], Any]:
    return lambda expected: [float(value) for value in values] if isinstance(expected, list) else average


def _counted(
    case: Case, make: Callable[..., Chart], likely: tuple[str, ...], sized: bool
) -> list[tuple[str, Figures]]:
    table = case.table()
    bad = table.floats(case.column(table, likely))
    arguments: list[Any] = [bad]
    if sized:
        column = case.word("size_column") or table.has(*SIZES)
        size = case.number("size", "n", "sample_size", "subgroup")
        if column is None and size is None:
            raise Problem("quality.case", "The data name no sample sizes.")
        arguments.append(table.floats(column) if column else size)
    phase1 = case.phase1(table)
    given = {
        "width": case.number("L", "width", "nsigmas") or 3.0,
        "centre": case.number("center", "centre", "standard"),
    }

    def chart(out: tuple[int, ...] = ()) -> Chart:
        return make(*arguments, phase1=phase1, left_out=out, **given)

    whole = chart()
    revised = (r"revised_without_(\d+(?:_\d+)*)", lambda m, e: Figures(_lines(chart(left_out(m)))))
    first = [point for point in whole.beyond if phase1 is None or point <= phase1]
    later = [point for point in whole.beyond if phase1 is not None and point > phase1]
    variants = []
    for label, points in (("points of phase 1", first), ("all points", list(whole.beyond))):
        known = {
            **_lines(whole),
            **dict.fromkeys(("points_beyond", "phase1_beyond_limits"), points),
            "phase2_beyond_limits": later,
            "n": len(bad),
        }
        variants.append((label, Figures(known, [revised])))
    return variants if phase1 else variants[:1]


COUNTS = ("defects", "nonconformities", "count", "c", "x")
PIECES = ("nonconforming", "defective", "rejects", "d", "x", "defects")


def c_chart(case: Case) -> list[tuple[str, Figures]]:
    return _counted(case, counts.c_chart, COUNTS, sized=False)


def u_chart(case: Case) -> list[tuple[str, Figures]]:
    return _counted(case, counts.u_chart, COUNTS, sized=True)


def p_chart(case: Case) -> list[tuple[str, Figures]]:
    return _counted(case, counts.p_chart, PIECES, sized=True)


def np_chart(case: Case) -> list[tuple[str, Figures]]:
    return _counted(case, counts.np_chart, PIECES, sized=True)


def i_mr_chart(case: Case) -> list[tuple[str, Figures]]:
    """With exact constants, and with those of printed tables (d2 = 1.128); what the case says of them comes first."""
    table = case.table()
    values = table.floats(case.column(table, ("x", "value", "y")))
    phase1 = case.phase1(table)
    variants = []
    for label, printed in (("constants: exact", False), ("constants: printed tables", True)):

        def figures(printed: bool, out: tuple[int, ...] = ()) -> dict[str, Any]:
            single = charts.individuals_chart(values, phase1=phase1, printed=printed, left_out=out)
            moving = charts.moving_range_chart(values, phase1=phase1, printed=printed, left_out=out)
            return {
                **_lines(single),
                "sigma": single.limits.sigma,
                "mr_bar": float(moving.centre[-1]),
                "mr_ucl": float(moving.ucl[-1]),
                "mr_lcl": float(moving.lcl[-1]),
                "points_beyond": list(single.beyond),
                "mr_points_beyond": list(moving.beyond),
            }

        patterns = [
            (
                r"revised_without_(\d+(?:_\d+)*)",
                lambda m, e, p=printed, f=figures: Figures(f(p, left_out(m))),
            ),
        ]
        variants.append((label, Figures(figures(printed), patterns)))
    said = f"{case.params.get('constants', '')} {case.params.get('d2', '')} {case.words}"
    rounded = re.search(r"d2\s*=\s*1\.128\b|rounded|printed", said)
    return variants[::-1] if rounded else variants


def ewma_chart(case: Case) -> Figures:
    table = case.table()
    values = table.floats(case.column(table, ("x", "value", "y")))
    sigma, target = case.number("sigma"), case.number("target", "mean", "center")
    if sigma is None:
        sigma = estimate(Subgroups.of_size(values, 1), "mr_bar/d2").sigma
    if target is None:
        target = sum(values) / len(values)
    found = weighted.ewma(
        values,
        target=target,
        sigma=sigma,
        lam=case.number("lambda", "lam") or 0.2,
        width=case.number("L", "width", "nsigmas") or 3.0,
        asymptotic=(case.word("limits") or "exact").startswith("asym"),
    )

    def limit(line: Any) -> Callable[[Any], Any]:
        return lambda expected: [float(v) for v in line] if isinstance(expected, list) else float(line[-1])

    return Figures(
        {
            "z": [float(value) for value in found.z],
            **dict.fromkeys(("center", "centre"), found.target),
            "ucl": limit(found.ucl),
            "lcl": limit(found.lcl),
            "points_beyond": list(found.beyond),
            "sigma": sigma,
        }
    )


def tabular_cusum(case: Case) -> Figures:
    table = case.table()
    values = table.floats(case.column(table, ("x", "mean", "value", "y")))
    sigma = case.number("sigma") or 1.0
    k, h = case.number("k_data_units"), case.number("h_data_units")
    k = case.need("k") * sigma if k is None else k
    h = case.need("h") * sigma if h is None else h
    found = weighted.cusum(
        values, target=case.need("target"), k=k, h=h, headstart=case.number("headstart") or 0.0
    )
    return Figures(
        {
            "signals": list(found.signals),
            "first_signal": found.first_signal,
            **{key: [float(v) for v in found.high] for key in ("high", "c_plus", "s_hi")},
            **{key: [float(v) for v in found.low] for key in ("low", "c_minus", "s_lo")},
            "shift_began": found.shift_began,
            "new_mean": found.new_mean,
        }
    )


def subgroups_of(case: Case, table: Table, likely: tuple[str, ...] = ("value", "x", "diameter")) -> Subgroups:
    """Subgroups by column, else consecutive values ``subgroup`` at a time."""
    group = case.word("subgroup_column", "group") or table.has("sample", "subgroup", "day", "group", "batch")
    values = table.floats(case.column(table, likely, (group,) if group else ()))
    size = case.whole("subgroup", "subgroup_size")
    if group:
        found = Subgroups.by(values, table.text(group))
        if size and (found.sizes != size).any():
            raise Problem("quality.case", f"The subgroups do not all have {size} values.")
        return found
    if not size:
        raise Problem("quality.case", "The case names neither a column nor a size of subgroups.")
    return Subgroups.of_size(values, size)


def xbar_chart(case: Case) -> list[tuple[str, Figures]]:
    """Limits by any estimator the case names. What is published without one is tried with the estimator its words name."""
    table = case.table()
    groups = subgroups_of(case, table)
    size = int(groups.sizes[0])
    phase1 = case.phase1(table, size)
    first = groups if phase1 is None else groups.only([i < phase1 for i in range(len(groups))])

    def chart(estimator: str) -> Chart:
        return charts.xbar_chart(groups, estimator=estimator, phase1=phase1)

    def lines(estimator: str) -> dict[str, Any]:
        found = chart(estimator)
        later = [point for point in found.beyond if phase1 is not None and point > phase1]
        run = case.whole("run_length") or QCC_RUN
        return {
            **_lines(found),
            "sigma": found.limits.sigma,
            "points_beyond": [point for point in found.beyond if phase1 is None or point <= phase1],
            "phase2_beyond_limits": later,
            "runs_violations": len({s.at for s in signals(found.z, rules_of(f"run{run}"))}),
        }

    def index(match: re.Match[str], estimator: str) -> Figures:
        number = {name: None if value is None else float(value) for name, value in match.groupdict().items()}
        spec = Spec(number["lsl"], number["usl"], number["target"])
        return index_figures(first.grand_mean, estimate(first, estimator).sigma, spec, first.values.size)

    named = case.word("estimator")
    order = [estimator_of(named)] if named else ["r_bar/d2", "s_bar/c4", "pooled/c4"]
    if not named and re.search(r"\bpooled\b", case.words, re.IGNORECASE):
        order.insert(0, order.pop())
    variants = []
    for estimator in order:
        patterns = [
            (r"published.*", lambda m, e, s=estimator: Figures(lines(s))),
            (
                r"capability(?:_lsl(?P<lsl>-?[\d.]+))?(?:_usl(?P<usl>-?[\d.]+))?(?:_target(?P<target>-?[\d.]+))?",
                lambda m, e, s=estimator: index(m, s),
            ),
        ]
        by_name = Figures({}, [(r".+", lambda m, e: Figures(lines(estimator_of(m[0]))))])
        variants.append(
            (f"estimator: {estimator}", Figures({**lines(estimator), "estimators": by_name}, patterns))
        )
    return variants


def index_figures(mean: float, sigma: float, spec: Spec, n: int) -> Figures:
    """Indices, and their intervals by key (``cpk_ci95``). Pp, Ppk and Cm, Cmk are the same formulas on their sigma."""
    found = indices(mean, sigma, spec, n=n)
    known: dict[str, float | None] = {name: one.value for name, one in found.items()}
    known |= {name.replace("cp", "pp"): one.value for name, one in found.items()}
    known |= {"cm": known.get("cp"), "cmk": known.get("cpk"), "mean": mean, "sigma": sigma, "n": n}

    def interval(match: re.Match[str], expected: Any) -> list[float | None]:
        wider = indices(mean, sigma, spec, n=n, confidence=float(f"0.{match[2]}"))
        one = wider[match[1].replace("pp", "cp")]
        return [one.low, one.high]

    return Figures({k: v for k, v in known.items() if v is not None}, [(r"([cp]p[klum]?)_ci(\d+)", interval)])


def _pair(case: Case, estimator: str, letter: str) -> Figures:
    table = case.table()
    groups = subgroups_of(case, table, ("thickness", "value", "x", "diameter"))
    phase1 = case.phase1(table, int(groups.sizes[0]))
    where = charts.xbar_chart(groups, estimator=estimator, phase1=phase1)
    how = charts.spread_chart(groups, estimator=estimator, phase1=phase1)
    return Figures(
        {
            **dict.fromkeys(("xbarbar", "center", "centre", "x_center"), where.limits.centre),
            **dict.fromkeys((f"{letter}_bar", f"{letter}_center"), float(how.centre[0])),
            "sigma": where.limits.sigma,
            **dict.fromkeys(("x_ucl", "ucl"), float(where.ucl[0])),
            **dict.fromkeys(("x_lcl", "lcl"), float(where.lcl[0])),
            f"{letter}_ucl": float(how.ucl[0]),
            f"{letter}_lcl": float(how.lcl[0]),
            **{key: list(where.beyond) for key in ("x_beyond", "points_beyond")},
            f"{letter}_beyond": list(how.beyond),
        }
    )


def xbar_r_chart(case: Case) -> Figures:
    return _pair(case, "r_bar/d2", "r")


def xbar_s_chart(case: Case) -> Figures:
    return _pair(case, "s_bar/c4", "s")
