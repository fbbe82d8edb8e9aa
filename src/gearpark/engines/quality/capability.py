"""Process capability and performance: Cp, Cpk, Pp, Ppk, Cpm, Cm, Cmk, with intervals, and the refusal to give them.

Cp and Cpk (sigma within subgroups) need a process in control; Pp and Ppk (overall sigma) describe what was. All need a
normal characteristic or the quantiles of the distribution that fits (ISO 22514-2: 0.135 %, 50 %, 99.865 %). What fails
is refused with its reason; the figure is not shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy import special

from gearpark.base.problems import Problem

from .charts import SPREAD_OF, individuals_chart, moving_range_chart, spread_chart, xbar_chart
from .distributions import DISTRIBUTIONS, Fitted, best_fit, fit
from .estimators import estimate
from .guards import inside, spread
from .normality import Normality, normality
from .rules import Signal
from .subgroups import Subgroups

LOW, HIGH = 0.00135, 0.99865  # the quantiles that stand for -3 and +3 standard deviations
SMALL_SAMPLE = 50
# Names after ISO 22514-2, M(location, dispersion): location 1 mean, 2 median; dispersion 4 overall sigma, 6 quantiles
NORMAL_METHOD, QUANTILE_METHOD = "M(1,4)", "M(2,6)"


@dataclass(frozen=True, slots=True)
class Spec:
    """Specification limits, one of them may be missing; target None: the middle of two limits."""

    lsl: float | None = None
    usl: float | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.lsl, self.usl, self.target) if value is not None]
        if self.lsl is None and self.usl is None:
            raise Problem("quality.spec", "At least one specification limit is needed.")
        if not all(math.isfinite(value) for value in given):
            raise Problem("quality.spec", "Specification limits must be finite numbers.")
        if self.lsl is not None and self.usl is not None and self.lsl >= self.usl:
            raise Problem("quality.spec", "The lower specification limit must lie below the upper one.")

    @property
    def width(self) -> float | None:
        return None if self.lsl is None or self.usl is None else self.usl - self.lsl


@dataclass(frozen=True, slots=True)
class Index:
    """A capability index with its two-sided interval and its one-sided lower bound at the same confidence."""

    value: float
    low: float | None = None
    high: float | None = None
    at_least: float | None = None


Indices = dict[str, Index]
_NONE: Indices = {}


def _interval_cp(value: float, df: float, confidence: float) -> Index:
    """Chi-square interval of Cp."""

    def bound(share: float) -> float:
        return value * math.sqrt(float(special.chdtri(df, 1.0 - share)) / df)

    tail = (1.0 - confidence) / 2.0
    return Index(value, bound(tail), bound(1.0 - tail), bound(1.0 - confidence))


def _interval_cpk(value: float, n: float, df: float, confidence: float) -> Index:
    """Normal approximation after Bissell: variance 1 / 9n + Cpk^2 / 2 df."""
    error = math.sqrt(1.0 / (9.0 * n) + value * value / (2.0 * df))
    both, one = float(special.ndtri((1.0 + confidence) / 2.0)), float(special.ndtri(confidence))
    return Index(value, value - both * error, value + both * error, value - one * error)


def _interval_cpm(value: float, ratio: float, n: float, confidence: float) -> Index:
    """Chi-square interval of Cpm with Patnaik's degrees of freedom; ratio = (mean - target) / sigma."""
    df = n * (1.0 + ratio**2) ** 2 / (1.0 + 2.0 * ratio**2)
    return _interval_cp(value, df, confidence)


def indices(
    mean: float,
    sigma: float,
    spec: Spec,
    *,
    n: float | None = None,
    df: float | None = None,
    confidence: float = 0.95,
) -> Indices:
    """cp cpl cpu cpk cpm of a normal process with this mean and sigma; what a one-sided specification lacks is missing.

    n, df  values and degrees of freedom behind sigma; without n there are no intervals. Cpm exists with two limits.
    """
    mean, sigma = float(mean), spread(sigma)
    free = (n - 1.0 if n else None) if df is None else df
    found: Indices = {}
    if spec.width is not None:
        cp = spec.width / (6.0 * sigma)
        found["cp"] = _interval_cp(cp, free, confidence) if n and free else Index(cp)
    sides = {}
    if spec.lsl is not None:
        sides["cpl"] = (mean - spec.lsl) / (3.0 * sigma)
    if spec.usl is not None:
        sides["cpu"] = (spec.usl - mean) / (3.0 * sigma)
    for name, value in {**sides, "cpk": min(sides.values())}.items():
        found[name] = _interval_cpk(value, n, free, confidence) if n and free else Index(value)
    if spec.lsl is not None and spec.usl is not None:
        aim = (spec.lsl + spec.usl) / 2.0 if spec.target is None else spec.target
        ratio = (mean - aim) / sigma
        cpm = (spec.usl - spec.lsl) / (
            6.0 * sigma * math.sqrt(1.0 + ratio * ratio)
        )  # Chan, Cheng and Spiring 1988
        found["cpm"] = _interval_cpm(cpm, ratio, n, confidence) if n else Index(cpm)
    return found


def quantile_indices(fitted: Fitted, spec: Spec) -> Indices:
    """cp cpl cpu cpk by the quantiles of a fitted distribution (no intervals)."""
    low, middle, high = fitted.ppf(LOW), fitted.ppf(0.5), fitted.ppf(HIGH)
    found: Indices = {}
    if spec.width is not None:
        found["cp"] = Index(spec.width / spread(high - low, "spread of the distribution"))
    sides = {}
    if spec.lsl is not None:
        sides["cpl"] = (middle - spec.lsl) / spread(middle - low, "lower spread of the distribution")
    if spec.usl is not None:
        sides["cpu"] = (spec.usl - middle) / spread(high - middle, "upper spread of the distribution")
    found.update({name: Index(value) for name, value in {**sides, "cpk": min(sides.values())}.items()})
    return found


def expected_ppm(fitted: Fitted, spec: Spec) -> float:
    """Pieces a million outside the specification, by the distribution."""
    below = 0.0 if spec.lsl is None else float(special.ndtr(fitted.score(spec.lsl)))
    above = 0.0 if spec.usl is None else float(special.ndtr(-fitted.score(spec.usl)))
    return (below + above) * 1e6


def cpk_to_show(target: float, n: int, confidence: float = 0.95) -> float:
    """The Cpk a sample of n must have so that its one-sided lower bound reaches the target."""
    inside(confidence, 0.5, 1.0, "confidence")
    z2 = float(special.ndtri(confidence)) ** 2
    a, b, c = 1.0 - z2 / (2.0 * (n - 1.0)), -2.0 * target, target * target - z2 / (9.0 * n)
    if n < 3 or a <= 0:
        raise Problem("quality.too_few", "So few values can show no Cpk at this confidence.", least=3, have=n)
    return (-b + math.sqrt(b * b - 4.0 * a * c)) / (2.0 * a)


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability study.

    within        cp cpl cpu cpk (and cpm) with sigma within subgroups; empty when refused
    overall       the same with overall sigma (Pp, Ppk; Cm, Cmk in a machine study); empty when refused
    refusals      family and reason: ``within:out_of_control``, ``within:not_normal``, ``overall:no_distribution`` ...
    cautions      ``small_sample`` (< 50 values), ``normality_untested``
    method        ISO 22514-2 name of the overall figures
    signals       out-of-control points of the chart behind the verdict
    """

    study: str
    spec: Spec
    n: int
    mean: float
    sigma_within: float
    sigma_overall: float
    estimator: str
    within: Indices
    overall: Indices
    refusals: tuple[str, ...]
    cautions: tuple[str, ...]
    method: str
    distribution: Fitted
    ppm_within: float | None
    ppm_overall: float | None
    observed_ppm: float
    normality: Normality
    in_control: bool
    signals: tuple[Signal, ...]
    confidence: float


def control_signals(groups: Subgroups, estimator: str, rules: str) -> tuple[Signal, ...]:
    """Signals of the chart of location by these rules, and points beyond the limits of the chart of spread.

    A chart is judged by the variation within; an overall estimator is replaced by the usual one within.
    """
    if int(groups.sizes.max()) > 1:
        within = estimator if estimator in SPREAD_OF else "r_bar/d2"
        where = xbar_chart(groups, estimator=within)
        how = spread_chart(groups, estimator=within)
    else:
        within = estimator if estimator.startswith("mr_") else "mr_bar/d2"
        values = groups.values.tolist()
        where = individuals_chart(values, estimator=within)
        how = moving_range_chart(values, estimator=within)
    return where.signals(rules) + how.signals("limits")


def _model(groups: Subgroups, method: str, verdict: Normality) -> Fitted | None:
    values = groups.values
    if method == "normal" or (method == "auto" and verdict.normal is not False):
        return Fitted(
            "normal", (groups.grand_mean, estimate(groups, "sd").sigma), verdict.anderson_darling or 0.0
        )
    if method == "auto":
        found: Fitted | None = best_fit(values, DISTRIBUTIONS[1:])  # the normal was rejected
    elif method == "johnson":
        found = best_fit(values, ("johnson-sb", "johnson-su"))
    else:
        found = fit(values, method)
    return found if found is not None and (found.fits or method != "auto") else None


def capability(
    groups: Subgroups,
    spec: Spec,
    *,
    estimator: str | None = None,
    method: str = "auto",
    rules: str = "limits",
    alpha: float = 0.05,
    confidence: float = 0.95,
    study: str = "process",
) -> Capability:
    """A study of measured values in subgroups (of one: individuals).

    method  ``auto``: normal while the test at ``alpha`` does not object, else the distribution that fits best;
            ``normal``: whatever the test says (it is still reported); ``johnson``; or a distribution by name
    study   ``process``, or ``machine`` (Cm, Cmk: consecutive pieces of one machine, overall sigma only)
    """
    if method not in {"auto", "normal", "johnson", *DISTRIBUTIONS}:
        fit(groups.values, method)  # raises with the list of names
    inside(confidence, 0.5, 1.0, "confidence")
    name = estimator or ("r_bar/d2" if int(groups.sizes.max()) > 1 else "mr_bar/d2")
    inner, outer = estimate(groups, name), estimate(groups, "sd")
    spread(outer.sigma)
    spread(inner.sigma)
    mean, verdict = groups.grand_mean, normality(groups.values, alpha=alpha)
    signals = control_signals(groups, name, rules) if study == "process" else ()
    model = _model(groups, method, verdict)
    refusals = _refused(study, bool(signals), verdict.normal is False and method != "normal", model is None)
    within = overall = _NONE
    if study == "process" and not any(one.startswith("within") for one in refusals):
        within = indices(mean, inner.sigma, spec, n=inner.n, df=inner.df, confidence=confidence)
    if model is not None and model.name == "normal":
        overall = indices(mean, outer.sigma, spec, n=outer.n, df=outer.df, confidence=confidence)
    elif model is not None:
        overall = quantile_indices(model, spec)
    cautions = ["small_sample"] if groups.values.size < SMALL_SAMPLE else []
    cautions += ["normality_untested"] if verdict.normal is None else []
    shown = model or Fitted("normal", (mean, outer.sigma), math.inf)
    return Capability(
        study=study,
        spec=spec,
        n=int(groups.values.size),
        mean=mean,
        sigma_within=inner.sigma,
        sigma_overall=outer.sigma,
        estimator=name,
        within=within,
        overall=overall,
        refusals=refusals,
        cautions=tuple(cautions),
        method=NORMAL_METHOD if shown.name == "normal" else QUANTILE_METHOD,
        distribution=shown,
        ppm_within=expected_ppm(Fitted("normal", (mean, inner.sigma), 0.0), spec) if within else None,
        ppm_overall=expected_ppm(model, spec) if model else None,
        observed_ppm=_outside(groups, spec) / groups.values.size * 1e6,
        normality=verdict,
        in_control=not signals,
        signals=signals,
        confidence=confidence,
    )


def _refused(study: str, out_of_control: bool, not_normal: bool, no_model: bool) -> tuple[str, ...]:
    found = []
    if study == "process":
        found += ["within:out_of_control"] if out_of_control else []
        found += ["within:not_normal"] if not_normal else []
    return (*found, "overall:no_distribution") if no_model else tuple(found)


def _outside(groups: Subgroups, spec: Spec) -> int:
    """How many values lie outside the specification."""
    below = 0 if spec.lsl is None else int((groups.values < spec.lsl).sum())
    return below + (0 if spec.usl is None else int((groups.values > spec.usl).sum()))


def machine_capability(values: Any, spec: Spec, **options: Any) -> Capability:
    """Cm and Cmk (``overall``) of consecutive pieces of one machine."""
    return capability(Subgroups.of_size(values, 1), spec, study="machine", estimator="sd", **options)
