"""Quality engine: control charts, run rules, capability, gauge studies, acceptance sampling, high-yield quality.

Pure functions on numbers; nothing here reads or writes. Every limit names its estimator, its phase and the hash of its
data; every index that has no right to exist is refused with its reason. Points are counted from 1.
"""

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
from .guards import data_hash
from .highyield import PassRate, Verdict, failures_allowed, pass_rate, pieces_needed
from .limits import Limits
from .normality import Normality, normality
from .rules import NELSON, WESTERN_ELECTRIC, Signal, newest, reach, rules_of, signals
from .subgroups import Subgroups
from .weighted import Cusum, Ewma, cusum, ewma

__all__ = [
    "ESTIMATORS",
    "NELSON",
    "WESTERN_ELECTRIC",
    "BernoulliCusum",
    "Capability",
    "CccChart",
    "CccLimits",
    "Chart",
    "Cusum",
    "Estimate",
    "Ewma",
    "Index",
    "Limits",
    "Normality",
    "PassRate",
    "Signal",
    "Spec",
    "Subgroups",
    "Verdict",
    "bernoulli_cusum",
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
    "indices",
    "individuals_chart",
    "judged",
    "machine_capability",
    "moving_range_chart",
    "newest",
    "normality",
    "np_chart",
    "p_chart",
    "pass_rate",
    "pieces_needed",
    "reach",
    "rules_of",
    "signals",
    "spread_chart",
    "u_chart",
    "xbar_chart",
]
