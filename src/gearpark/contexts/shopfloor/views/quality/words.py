"""Words of the quality room in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ...types.quality import ChartKind, Population, StudyKind

KINDS = {
    ChartKind.I_MR: _("Single parts (I-MR)"),
    ChartKind.XBAR_R: _("Means and ranges (X̄-R)"),
    ChartKind.XBAR_S: _("Means and deviations (X̄-s)"),
    ChartKind.EWMA: _("EWMA"),
    ChartKind.CUSUM: _("CUSUM"),
}
RULES = {
    "limits": _("beyond the limits"),
    "nelson1": _("1: beyond 3 sigma"),
    "nelson2": _("2: nine on one side"),
    "nelson3": _("3: six rising or falling"),
    "nelson4": _("4: fourteen alternating"),
    "nelson5": _("5: two of three beyond 2 sigma"),
    "nelson6": _("6: four of five beyond 1 sigma"),
    "nelson7": _("7: fifteen within 1 sigma"),
    "nelson8": _("8: eight beyond 1 sigma"),
    "we1": _("WE 1: beyond 3 sigma"),
    "we2": _("WE 2: two of three beyond 2 sigma"),
    "we3": _("WE 3: four of five beyond 1 sigma"),
    "we4": _("WE 4: eight on one side"),
}
STUDIES = {
    StudyKind.GRR: _("Gauge R&R"),
    StudyKind.TYPE1: _("Type 1 (Cg, Cgk)"),
    StudyKind.LINEARITY: _("Linearity"),
    StudyKind.BIAS: _("Bias"),
    StudyKind.AGREEMENT: _("Attribute agreement"),
}
POPULATIONS = {
    Population.FIRST: _("First pass"),
    Population.AFTER_REWORK: _("After rework"),
    Population.SHIPPED: _("Shipped"),
}
VERDICTS = {
    "demonstrated": _("demonstrated"),
    "consistent": _("not yet shown"),
    "refuted": _("refuted"),
    "good": _("fit"),
    "conditional": _("conditionally fit"),
    "unfit": _("unfit"),
    "acceptable": _("acceptable"),
}
VERDICT_LOOKS = {
    "demonstrated": "ok",
    "consistent": "idle",
    "refuted": "down",
    "good": "ok",
    "acceptable": "ok",
    "conditional": "blocked",
    "unfit": "down",
}
SEVERITIES = {
    "normal": _("Normal"),
    "tightened": _("Tightened"),
    "reduced": _("Reduced"),
    "discontinued": _("Discontinued"),
}
SEVERITY_LOOKS = {"normal": "ok", "tightened": "blocked", "reduced": "idle", "discontinued": "down"}
REFUSALS = {
    "within:out_of_control": _("Cp and Cpk: the process is not in control."),
    "within:not_normal": _("Cp and Cpk: the values are not normal."),
    "overall:no_distribution": _("Pp and Ppk: no distribution fits the values."),
    "small_sample": _("Fewer than 50 values: the intervals are wide."),
    "normality_untested": _("Too few values to test for normality."),
}


def rule_words(code: str) -> str:
    """A rule's name."""
    return str(RULES.get(code, code))
