"""Life data: Weibull fits with censoring, B-lives with bounds, two designs compared, tests without failure planned.

Lives are times in any one unit; shares and confidences 0..1. Censored: still alive when last seen. Interval: failed
between two inspections.
"""

from .compare import Comparison, Verdict, compare
from .demonstrate import Demonstration, demonstrated, ratio_sample_size, units_needed
from .lives import Life, PlotPoint, plot_points
from .reading import COLUMNS, NEEDED, analysed, compared, curve, life_from
from .weibull import Bounds, Fit, b_life, fisher_bounds, fit_mle, fit_ranks, likelihood_bounds, reliability_at

__all__ = [
    "COLUMNS",
    "NEEDED",
    "Bounds",
    "Comparison",
    "Demonstration",
    "Fit",
    "Life",
    "PlotPoint",
    "Verdict",
    "analysed",
    "b_life",
    "compare",
    "compared",
    "curve",
    "demonstrated",
    "fisher_bounds",
    "fit_mle",
    "fit_ranks",
    "life_from",
    "likelihood_bounds",
    "plot_points",
    "ratio_sample_size",
    "reliability_at",
    "units_needed",
]
