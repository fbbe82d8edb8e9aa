"""Quality engine: control charts, run rules, capability, gauge studies, acceptance sampling, high-yield quality.

Pure functions on numbers; nothing here reads or writes. Every limit names its estimator, its phase and the hash of its
data; every index that has no right to exist is refused with its reason. Points are counted from 1.
"""

from .acceptance import (
    STANDARD,
    Lot,
    Scheme,
    Severity,
    SwitchingRules,
    pa_binomial,
    pa_hypergeometric,
    quality_at,
    resumed,
)
from .acceptance import after as scheme_after
from .agreement import Agreement
from .agreement import agreement as attribute_agreement
from .arl import run_length, simulate
from .capability import (
    Capability,
    Index,
    Spec,
    capability,
    cpk_to_show,
    expected_ppm,
    indices,
    machine_capability,
)
from .ccc import BernoulliCusum, CccChart, CccLimits, bernoulli_cusum, ccc_anos, ccc_chart, ccc_limits
from .charts import Chart, individuals_chart, judged, moving_range_chart, spread_chart, xbar_chart
from .counts import c_chart, np_chart, p_chart, u_chart
from .estimators import ESTIMATORS, Estimate, estimate
from .gauge import Bias, Linearity, Type1, bias, linearity, type1
from .grr import Grr
from .grr import anova as grr_anova
from .grr import average_and_range as grr_average_and_range
from .guards import data_hash
from .highyield import PassRate, Verdict, failures_allowed, pass_rate, pieces_needed
from .limits import Limits
from .multivariate import T2, t2_individuals, t2_subgroups
from .normality import Normality, normality
from .plans import AQLS, LEVELS, Plan, plan, plan_for
from .rules import ALIASES, NELSON, SETS, WESTERN_ELECTRIC, Rule, Signal, newest, reach, rules_of, signals
from .subgroups import Subgroups
from .univariate import Summary, summary
from .weighted import Cusum, Ewma, cusum, ewma

__all__ = [
    "ALIASES",
    "AQLS",
    "ESTIMATORS",
    "LEVELS",
    "NELSON",
    "SETS",
    "STANDARD",
    "T2",
    "WESTERN_ELECTRIC",
    "Agreement",
    "BernoulliCusum",
    "Bias",
    "Capability",
    "CccChart",
    "CccLimits",
    "Chart",
    "Cusum",
    "Estimate",
    "Ewma",
    "Grr",
    "Index",
    "Limits",
    "Linearity",
    "Lot",
    "Normality",
    "PassRate",
    "Plan",
    "Rule",
    "Scheme",
    "Severity",
    "Signal",
    "Spec",
    "Subgroups",
    "Summary",
    "SwitchingRules",
    "Type1",
    "Verdict",
    "attribute_agreement",
    "bernoulli_cusum",
    "bias",
    "c_chart",
    "capability",
    "ccc_anos",
    "ccc_chart",
    "ccc_limits",
    "cpk_to_show",
    "cusum",
    "data_hash",
    "estimate",
    "ewma",
    "expected_ppm",
    "failures_allowed",
    "grr_anova",
    "grr_average_and_range",
    "indices",
    "individuals_chart",
    "judged",
    "linearity",
    "machine_capability",
    "moving_range_chart",
    "newest",
    "normality",
    "np_chart",
    "p_chart",
    "pa_binomial",
    "pa_hypergeometric",
    "pass_rate",
    "pieces_needed",
    "plan",
    "plan_for",
    "quality_at",
    "reach",
    "resumed",
    "rules_of",
    "run_length",
    "scheme_after",
    "signals",
    "simulate",
    "spread_chart",
    "summary",
    "t2_individuals",
    "t2_subgroups",
    "type1",
    "u_chart",
    "xbar_chart",
]
