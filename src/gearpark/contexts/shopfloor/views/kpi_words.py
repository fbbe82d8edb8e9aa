"""KPIs and their elements in the reader's words, values as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from gearpark.engines.oee import Elements, Kpi, Term, kpis
from gearpark.ui.numbers import percent, plain

from .words import duration

GROUPS = (
    ("time", gettext_lazy("Time")),
    ("output", gettext_lazy("Output")),
    ("quality", gettext_lazy("Quality")),
    ("care", gettext_lazy("Failures and maintenance")),
)
TITLES: dict[str, Any] = {
    "oee": "OEE",
    "availability": gettext_lazy("Availability"),
    "effectiveness": gettext_lazy("Effectiveness"),
    "quality_ratio": gettext_lazy("Quality ratio"),
    "nee": gettext_lazy("Net equipment effectiveness (NEE)"),
    "utilisation_efficiency": gettext_lazy("Utilisation efficiency"),
    "allocation_efficiency": gettext_lazy("Allocation efficiency"),
    "technical_efficiency": gettext_lazy("Technical efficiency"),
    "setup_ratio": gettext_lazy("Set-up ratio"),
    "allocation_ratio": gettext_lazy("Allocation ratio"),
    "production_process_ratio": gettext_lazy("Production process ratio"),
    "throughput_rate": gettext_lazy("Throughput rate"),
    "equipment_load_ratio": gettext_lazy("Equipment load ratio"),
    "first_pass_yield": gettext_lazy("First pass yield"),
    "scrap_ratio": gettext_lazy("Scrap ratio"),
    "rework_ratio": gettext_lazy("Rework ratio"),
    "fall_off_ratio": gettext_lazy("Fall-off ratio"),
    "mtbf": gettext_lazy("MTBF, mean time between failures"),
    "mtbf_plain": gettext_lazy("MTBF, sum over failures"),
    "mttf": gettext_lazy("MTTF, mean time to failure"),
    "mttf_plain": gettext_lazy("MTTF, sum over failures"),
    "mttr": gettext_lazy("MTTR, mean time to restore"),
    "mttr_plain": gettext_lazy("MTTR, sum over failures"),
    "corrective_maintenance_ratio": gettext_lazy("Corrective maintenance ratio"),
}
MEANINGS: dict[str, Any] = {
    "oee": gettext_lazy("what was made good against what the busy time could have given"),
    "availability": gettext_lazy("share of the planned busy time in production"),
    "effectiveness": gettext_lazy("pace against the ideal cycle"),
    "quality_ratio": gettext_lazy("good pieces of those made"),
    "nee": gettext_lazy("OEE that does not charge set-up"),
    "utilisation_efficiency": gettext_lazy("production of the time an order held the machine"),
    "allocation_efficiency": gettext_lazy("time an order held the machine, of the planned busy time"),
    "technical_efficiency": gettext_lazy("production against delays of the machine's own"),
    "setup_ratio": gettext_lazy("set-up of the processing time"),
    "allocation_ratio": gettext_lazy("stations held by orders at a time, on average"),
    "production_process_ratio": gettext_lazy("stations in production at a time, on average"),
    "throughput_rate": gettext_lazy("pieces an hour of order execution"),
    "equipment_load_ratio": gettext_lazy("pieces against the capacity of the busy time"),
    "first_pass_yield": gettext_lazy("parts good at the first test"),
    "scrap_ratio": gettext_lazy("scrap of pieces made"),
    "rework_ratio": gettext_lazy("pieces sent back of pieces made"),
    "fall_off_ratio": gettext_lazy("scrap against the pieces of the first operation"),
    "mtbf": gettext_lazy("as the standard divides: by failures plus one"),
    "mtbf_plain": gettext_lazy("as most people divide: by failures"),
    "mttf": gettext_lazy("as the standard divides: by failures plus one"),
    "mttf_plain": gettext_lazy("as most people divide: by failures"),
    "mttr": gettext_lazy("as the standard divides: by failures plus one"),
    "mttr_plain": gettext_lazy("as most people divide: by failures"),
    "corrective_maintenance_ratio": gettext_lazy("restoring after failures, of all maintenance"),
}
LESS_IS_BETTER = frozenset(
    {
        "setup_ratio", "scrap_ratio", "rework_ratio", "fall_off_ratio", "mttr", "mttr_plain",
        "corrective_maintenance_ratio",
    }
)  # fmt: skip
ELEMENTS: dict[str, Any] = {
    "CAL": gettext_lazy("Calendar time"),
    "OFF": gettext_lazy("Not planned (breaks, shift off)"),
    "STOP": gettext_lazy("Planned stops"),
    "UNKNOWN": gettext_lazy("Time without data"),
    "APT": gettext_lazy("Actual production time"),
    "AUST": gettext_lazy("Actual unit set-up time"),
    "ADET": gettext_lazy("Actual unit delay time"),
    "ADOT": gettext_lazy("Actual unit down time"),
    "PBT": gettext_lazy("Planned busy time"),
    "AUPT": gettext_lazy("Actual unit processing time"),
    "AUBT": gettext_lazy("Actual unit busy time"),
    "AOET": gettext_lazy("Actual order execution time of the line"),
    "SAPT": gettext_lazy("Production of all stations"),
    "SAUBT": gettext_lazy("Busy time of all stations"),
    "IDEAL": gettext_lazy("Ideal time of the pieces made (PRI × PQ)"),
    "GOOD_IDEAL": gettext_lazy("Ideal time of the good pieces (PRI × GQ)"),
    "PQ": gettext_lazy("Produced quantity"),
    "GQ": gettext_lazy("Good quantity"),
    "SQ": gettext_lazy("Scrap quantity"),
    "PQ1": gettext_lazy("Produced quantity of the first operation"),
    "GP": gettext_lazy("Good at the first test"),
    "IP": gettext_lazy("Inspected parts"),
    "RQ": gettext_lazy("Reworked quantity"),
    "FE": gettext_lazy("Failure events"),
    "TTR": gettext_lazy("Time to restore, sum"),
    "TTF": gettext_lazy("Time to failure, sum (production and set-up)"),
    "TBF": gettext_lazy("Time between failures, sum"),
    "CMT": gettext_lazy("Corrective maintenance time"),
    "PMT": gettext_lazy("Planned maintenance time"),
}
SYMBOLS = {"SAPT": "ΣAPT", "SAUBT": "ΣAUBT", "IDEAL": "PRI×PQ", "GOOD_IDEAL": "PRI×GQ",
           "TTR": "ΣTTR", "TTF": "ΣTTF", "TBF": "ΣTBF"}  # fmt: skip
STATE_OF = {
    "APT": "running", "AUST": "setup", "ADET": "down", "ADOT": "idle", "TTR": "down", "CMT": "down", "PMT": "planned_stop",
}  # fmt: skip
NEEDS: dict[str, Any] = {
    "RQ": gettext_lazy("no serial was followed on the line"),
    "GP": gettext_lazy("the output station counts nothing"),
    "IDEAL": gettext_lazy("no ideal cycle is known"),
    "GOOD_IDEAL": gettext_lazy("no ideal cycle is known"),
}
CHANGE_WORDS = {
    "made": pgettext_lazy("count", "Good pieces at the output"),
    "scrap": pgettext_lazy("count", "Scrapped pieces"),
    "produced": pgettext_lazy("count", "Pieces in planned, known time"),
    "outside": pgettext_lazy("count", "Pieces outside planned time"),
    "across_gap": pgettext_lazy("count", "Pieces counted across a gap"),
    "doubtful": pgettext_lazy("count", "Counter jumps left out"),
}


def kpi_title(code: str) -> str:
    return str(TITLES.get(code, code))


def short_title(code: str) -> str:
    """For table heads: abbreviations where the trade has them."""
    return {"nee": "NEE", "mtbf_plain": "MTBF", "mttr_plain": "MTTR"}.get(code) or kpi_title(code)


def value_text(unit: str, value: Fraction | float | None) -> tuple[str, str]:
    """(number, unit sign) of a KPI's value; times come in microseconds."""
    if value is None:
        return "–", ""
    number = float(value)
    if unit == "share":
        return percent(number, 1), "%"
    if unit == "per_h":
        return plain(number, 1), _("/h")
    if unit == "time":
        return duration(round(number)), ""
    return plain(number, 2), ""


def term_text(term: Term) -> str:
    if term.amount is None:
        return "–"
    return duration(term.amount) if term.unit == "us" else f"{term.amount:,}"


def kpi_row(found: Kpi, target: float | None = None) -> dict[str, Any]:
    """One KPI as the templates print it; ``target`` in the KPI's own unit (times in seconds)."""
    unit = found.formula.unit
    number, sign = value_text(unit, found.value)
    wanted = None if target is None else (target * 1e6 if unit == "time" else target)
    gap = None if found.value is None or wanted is None else float(found.value) - wanted
    better = None if gap is None else (gap <= 0 if found.code in LESS_IS_BETTER else gap >= 0)
    lacking = [str(NEEDS[code]) for code in found.lacking if code in NEEDS]
    return {
        "code": found.code,
        "group": found.formula.group,
        "title": kpi_title(found.code),
        "meaning": str(MEANINGS[found.code]),
        "number": number,
        "sign": sign,
        "unit": unit,
        "value": None if found.value is None else float(found.value),
        "share": float(found.value) if unit == "share" and found.value is not None else None,
        "formula": found.formula.text,
        "source": found.formula.source,
        "over": found.over,
        "above": [_term(term) for term in found.above],
        "below": [_term(term) for term in found.below],
        "plus": found.formula.plus,
        "lacking": lacking[0] if lacking else "",
        "target": "" if target is None else _target_text(unit, target),
        "target_share": target if unit == "share" else None,
        "target_input": "" if target is None else f"{target * _scale(unit):g}",
        "target_unit": {"share": "%", "time": _("min"), "per_h": _("/h")}.get(unit, ""),
        "met": better,
    }


def kpi_rows(elements: Elements, targets: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
    """Every KPI of the set."""
    wanted = targets or {}
    return [kpi_row(found, wanted.get(found.code)) for found in kpis(elements)]


def target_from(unit: str, text: str) -> float | None:
    """What a person typed (per cent, minutes, pieces an hour) -> the stored unit; None for nothing. ValueError."""
    words = text.strip().replace(",", ".")
    return None if not words else float(words) / _scale(unit)


def _scale(unit: str) -> float:
    return {"share": 100.0, "time": 1 / 60}.get(unit, 1.0)


def _target_text(unit: str, target: float) -> str:
    number, sign = value_text(unit, target * 1e6 if unit == "time" else target)
    return f"{number}{' ' if sign == '%' else ''}{sign}"


def _term(term: Term) -> dict[str, Any]:
    return {
        "code": term.code,
        "symbol": SYMBOLS.get(term.code, term.code),
        "title": str(ELEMENTS.get(term.code, term.code)),
        "amount": term_text(term),
        "state": STATE_OF.get(term.code, ""),
    }
