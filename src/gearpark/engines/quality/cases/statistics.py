"""Cases of plain statistics: univariate, analysis of variance, equality of variances, pooled repeatability, tolerances."""

from __future__ import annotations

import re
from typing import Any

from gearpark.base.problems import Problem

from .. import anova, tolerance
from ..univariate import summary
from .case import Case
from .judging import Figures
from .tables import Table


def univariate(case: Case) -> Figures:
    table = case.table()
    found = summary(table.decimals(case.column(table, ("y", "x", "value"))))
    return Figures(
        {
            "n": found.n,
            "mean": found.mean,
            **dict.fromkeys(("std_n_minus_1", "sd", "std"), found.sd),
            "lag1_autocorrelation": found.lag1,
            "minimum": found.minimum,
            "maximum": found.maximum,
        }
    )


def _long(case: Case, table: Table) -> tuple[list[str], list[str]]:
    """Values and their groups."""
    if case.word("layout") == "wide":
        pairs = [(v, name) for name in table.names for v in table.columns[name] if v]
        return [v for v, _ in pairs], [name for _, name in pairs]
    group = case.word("group", "factor", "group_column") or table.has("treatment", "group", "batch")
    value = case.column(table, ("y", "response", "value"), (group,) if group else ())
    if group is None:
        group = next((name for name in table.names if name != value), None)
    if group is None:
        raise Problem("quality.case", "The data name no groups.")
    return table.decimals(value), table.text(group)


def anova_one_way(case: Case) -> Figures:
    found = anova.one_way(*_long(case, case.table()))
    return Figures(
        {
            "between_df": found.between_df,
            "between_ss": found.between_ss,
            "between_ms": found.between_ms,
            **dict.fromkeys(("F", "f"), found.f),
            **dict.fromkeys(("p", "p_value"), found.p_value),
            "within_df": found.within_df,
            "within_ss": found.within_ss,
            "within_ms": found.within_ms,
            "r_squared": found.r_squared,
            "residual_sd": found.residual_sd,
        }
    )


def homogeneity(case: Case) -> Figures:
    values, keys = _long(case, case.table())
    forsythe, levene = anova.brown_forsythe(values, keys), anova.brown_forsythe(values, keys, centre="mean")
    whole, plain = anova.one_way(values, keys), summary(values)
    known: dict[str, Any] = {
        "brown_forsythe_W": forsythe.statistic,
        "brown_forsythe_df": list(forsythe.df),
        "brown_forsythe_p": forsythe.p_value,
        "levene_W": levene.statistic,
        "levene_p": levene.p_value,
        "anova_F": whole.f,
        "anova_p": whole.p_value,
        "anova_df": [whole.between_df, whole.within_df],
        "n": plain.n,
        **dict.fromkeys(("grand_mean", "mean"), plain.mean),
        **dict.fromkeys(("sd", "std"), plain.sd),
    }
    for key, take in (("T", "statistic"), ("df", "df"), ("p", "p_value")):
        # not asked for: not computed, since it refuses groups that do not vary
        known[f"bartlett_{key}"] = lambda expected, take=take: _bartlett(values, keys, take, expected)
    return Figures(known)


def _bartlett(values: list[str], keys: list[str], take: str, expected: Any) -> Any:
    found = getattr(anova.bartlett(values, keys), take)
    if isinstance(found, tuple):
        return list(found) if isinstance(expected, list) else found[0]
    return found


def nested(case: Case) -> list[tuple[str, Figures]]:
    """Factors from the kind's own name (``nested_anova_cassette_wafer_site``), ``factors``, or the columns before the value."""
    table = case.table()
    named = case.params.get("factors")
    factors = [table.find([str(name)]) for name in named] if isinstance(named, list) else []
    if not factors:
        factors = [name for name in table.names if name.lower() in case.kind.lower().split("_")[2:]]
    value = case.column(table, (), tuple(factors))
    factors = factors or table.names[: table.names.index(value)]
    numbers = table.decimals(value)
    levels = anova.nested(numbers, [(name, table.text(name)) for name in factors])
    plain = summary(numbers)
    variants = []
    for label in ("negative components are 0", "components as computed"):
        known: dict[str, Any] = {"n": plain.n, "mean": plain.mean, "sd": plain.sd}
        outer = ""
        for level in levels:
            component = level.variance if label.startswith("negative") else level.raw
            for name in (level.factor, f"{level.factor}_in_{outer}"):
                known |= {
                    f"ss_{name}": level.ss,
                    f"df_{name}": level.df,
                    f"ms_{name}": level.ms,
                    f"var_{name}": component,
                }
            outer = level.factor
        variants.append((label, Figures(known)))
    return variants


def pooled_repeatability(case: Case) -> Figures:
    table = case.table()
    sd = case.word("sd_column", "column") or next(
        (n for n in table.names if re.match(r"(sd|std|s)(_|$)", n)), None
    )
    column = table.find([sd or "sd"])
    said = re.search(r"(\d+)$", column)
    size = case.whole("size", "n_each", "repeats") or (int(said[1]) if said else None)
    if size is None:
        raise Problem(
            "quality.case", "The case does not say how many values stand behind each standard deviation."
        )
    sds = table.floats(column)

    def of(name: str, value: str) -> tuple[float, int]:
        labels = table.text(name)
        chosen = [s for s, label in zip(sds, labels, strict=True) if label == value]
        return anova.pooled_sd(chosen, size)

    def split(word: str) -> tuple[str, str]:
        for name in sorted(table.names, key=len, reverse=True):
            if word.startswith(name):
                return name, word[len(name) :].lstrip("_")
        raise Problem("quality.columns", f"{word!r} names no column.", columns=", ".join(table.names))

    def each(match: re.Match[str], expected: Any) -> int | None:
        free = {of(match[1], value)[1] for value in dict.fromkeys(table.text(match[1]))}
        return free.pop() if len(free) == 1 else None

    whole = anova.pooled_sd(sds, size)
    return Figures(
        {"rows": table.rows, "pooled_sd": whole[0], "df": whole[1]},
        [
            (r"pooled_sd_(\w+)", lambda match, expected: of(*split(match[1]))[0]),
            (r"df_each_(\w+)", each),
            (r"df_(\w+)", lambda match, expected: of(*split(match[1]))[1]),
        ],
    )


def tolerance_factor(case: Case) -> Figures:
    given = (int(case.need("n")), case.need("coverage", "p"), case.need("confidence", "gamma"))
    return Figures(
        {
            **dict.fromkeys(("k2", "k"), tolerance.howe(*given)),
            "k2_guenther": tolerance.guenther(*given),
            "k2_exact": tolerance.two_sided(*given),
            "k1": tolerance.one_sided(*given),
            "k1_natrella": tolerance.one_sided_natrella(*given),
        }
    )
