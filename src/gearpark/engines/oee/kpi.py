"""The KPI set of ISO 22400-2 from its elements.

Elements are whole numbers that add up: over units, over shifts, over days. A KPI is made of sums of elements, never of
other KPIs' means, so that the figure of a week is exact too. An element that nobody measured is None, and so is every
KPI that needs it.

    times, us       APT AUST ADET ADOT (unit or bottleneck), PBT = their sum, AUPT = APT + AUST, AUBT = AUPT + ADET,
                    AOET order execution time of the line, SAPT and SAUBT the same over all stations,
                    TTR restoring, TTF and TBF between failures, CMT and PMT corrective and planned maintenance,
                    IDEAL = PRI x PQ, GOOD_IDEAL = PRI x GQ
    pieces          PQ GQ SQ produced, good, scrap; PQ1 of the first operation; GP, IP good at first test, inspected;
                    RQ reworked
    events          FE failures
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .failures import Failures
from .types import Account, Element

Elements = Mapping[str, int | None]
ISO = "ISO 22400-2:2014"
HOUR_US = 3_600_000_000
ADDED = (
    "CAL", "OFF", "STOP", "UNKNOWN", "APT", "AUST", "ADET", "ADOT", "PBT", "AUPT", "AUBT", "AOET", "SAPT", "SAUBT",
    "IDEAL", "GOOD_IDEAL", "PQ", "GQ", "SQ", "PQ1", "GP", "IP", "RQ", "FE", "TTR", "TTF", "TBF", "CMT", "PMT",
)  # fmt: skip
TIMES = frozenset(ADDED) - {"PQ", "GQ", "SQ", "PQ1", "GP", "IP", "RQ", "FE"}


@dataclass(frozen=True, slots=True)
class Formula:
    """How a KPI is made: sum of ``above`` over sum of ``below`` (plus ``plus``), each a product of elements.

    unit   share (0..1, may exceed one where the standard lets it), ratio (machines at work at a time), per_h, time
    group  time, output, quality, care
    """

    code: str
    group: str
    unit: str
    text: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    plus: int = 0
    source: str = ISO


@dataclass(frozen=True, slots=True)
class Term:
    """One element inside a KPI: its amount and its unit (us, pieces, events)."""

    code: str
    amount: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure, opened: value, formula, and the elements above and below the line. ``over``: greater than one."""

    formula: Formula
    value: Fraction | None
    above: tuple[Term, ...]
    below: tuple[Term, ...]

    @property
    def code(self) -> str:
        return self.formula.code

    @property
    def lacking(self) -> tuple[str, ...]:
        """Elements nobody measured, for which there is no value."""
        return tuple(term.code for term in (*self.above, *self.below) if term.amount is None)

    @property
    def over(self) -> bool:
        return self.formula.unit == "share" and self.value is not None and self.value > 1


FORMULAS = (
    Formula("oee", "time", "share", "A × E × Q = PRI × GQ / PBT", ("GOOD_IDEAL",), ("PBT",)),
    Formula("availability", "time", "share", "APT / PBT", ("APT",), ("PBT",)),
    Formula("effectiveness", "time", "share", "PRI × PQ / APT", ("IDEAL",), ("APT",)),
    Formula("quality_ratio", "quality", "share", "GQ / PQ", ("GQ",), ("PQ",)),
    Formula("nee", "time", "share", "AUPT / PBT × E × Q", ("AUPT", "IDEAL", "GQ"), ("PBT", "APT", "PQ")),
    Formula("utilisation_efficiency", "time", "share", "APT / AUBT", ("APT",), ("AUBT",)),
    Formula("allocation_efficiency", "time", "share", "AUBT / PBT", ("AUBT",), ("PBT",)),
    Formula("technical_efficiency", "time", "share", "APT / (APT + ADET)", ("APT",), ("APT", "ADET")),
    Formula("setup_ratio", "time", "share", "AUST / AUPT", ("AUST",), ("AUPT",)),
    Formula("allocation_ratio", "output", "ratio", "ΣAUBT / AOET", ("SAUBT",), ("AOET",)),
    Formula("production_process_ratio", "output", "ratio", "ΣAPT / AOET", ("SAPT",), ("AOET",)),
    Formula("throughput_rate", "output", "per_h", "PQ / AOET", ("PQ",), ("AOET",)),
    Formula("equipment_load_ratio", "output", "share", "PQ / EPC, EPC = PBT / PRI", ("IDEAL",), ("PBT",)),
    Formula("first_pass_yield", "quality", "share", "GP / IP", ("GP",), ("IP",)),
    Formula("scrap_ratio", "quality", "share", "SQ / PQ", ("SQ",), ("PQ",)),
    Formula("rework_ratio", "quality", "share", "RQ / PQ", ("RQ",), ("PQ",)),
    Formula("fall_off_ratio", "quality", "share", "SQ / PQ1", ("SQ",), ("PQ1",)),
    Formula("mtbf", "care", "time", "ΣTBF / (FE + 1)", ("TBF",), ("FE",), 1),
    Formula("mtbf_plain", "care", "time", "ΣTBF / FE", ("TBF",), ("FE",), 0, "sum / events"),
    Formula("mttf", "care", "time", "ΣTTF / (FE + 1)", ("TTF",), ("FE",), 1),
    Formula("mttf_plain", "care", "time", "ΣTTF / FE", ("TTF",), ("FE",), 0, "sum / events"),
    Formula("mttr", "care", "time", "ΣTTR / (FE + 1)", ("TTR",), ("FE",), 1),
    Formula("mttr_plain", "care", "time", "ΣTTR / FE", ("TTR",), ("FE",), 0, "sum / events"),
    Formula("corrective_maintenance_ratio", "care", "share", "CMT / (CMT + PMT)", ("CMT",), ("CMT", "PMT")),
)
PRODUCTS = frozenset({"nee"})  # above and below are products, not sums
CODES = tuple(formula.code for formula in FORMULAS)


def elements_of(
    account: Account,
    failed: Failures | None = None,
    *,
    stations: Iterable[Account] = (),
    execution_us: int | None = None,
    first_operation: int | None = None,
    first_pass: tuple[int, int] | None = None,
    reworked: int | None = None,
    maintenance_us: int | None = None,
) -> dict[str, int | None]:
    """Account of a unit, or of a line in bottleneck mode -> its elements.

    failed           failures of the same machines
    stations         accounts of all stations of the line (default: the unit alone)
    execution_us     clock time in which the line executed orders (default: the unit's own)
    first_operation  pieces of the first operation;  first_pass (good at first test, inspected);  reworked pieces
    maintenance_us   planned maintenance
    """
    times = account.times_us
    busy = times[Element.APT] + times[Element.AUST]
    work = list(stations) or [account]
    ideal = account.ideal_cycle_us is not None
    repair = failed.restore_us if failed else None
    return {
        "CAL": account.calendar_us,
        "OFF": account.outside_us,
        "STOP": times[Element.STOP],
        "UNKNOWN": times[Element.UNKNOWN],
        "APT": times[Element.APT],
        "AUST": times[Element.AUST],
        "ADET": times[Element.ADET],
        "ADOT": times[Element.ADOT],
        "PBT": account.busy_us,
        "AUPT": busy,
        "AUBT": busy + times[Element.ADET],
        "AOET": account.occupied_us if execution_us is None else execution_us,
        "SAPT": sum(one.times_us[Element.APT] for one in work),
        "SAUBT": sum(
            one.times_us[Element.APT] + one.times_us[Element.AUST] + one.times_us[Element.ADET]
            for one in work
        ),
        "IDEAL": account.ideal_us if ideal else None,
        "GOOD_IDEAL": account.good_ideal_us if ideal and account.counts.good >= 0 else None,
        "PQ": account.counts.produced,
        "GQ": account.counts.good if account.counts.good >= 0 else None,
        "SQ": account.counts.scrap,
        "PQ1": first_operation,
        "GP": first_pass[0] if first_pass else None,
        "IP": first_pass[1] if first_pass else None,
        "RQ": reworked,
        "FE": failed.events if failed else None,
        "TTR": repair,
        "TTF": busy if failed else None,
        "TBF": None if repair is None else busy + repair,
        "CMT": repair,
        "PMT": maintenance_us,
    }


def added(many: Iterable[Elements]) -> dict[str, int | None]:
    """Elements of several stretches or units together; what one of them does not know, nobody knows."""
    listed = list(many)
    return {
        code: None
        if any(one.get(code) is None for one in listed)
        else sum(int(one[code] or 0) for one in listed)
        for code in ADDED
    }


def kpis(elements: Elements) -> tuple[Kpi, ...]:
    """Every KPI of the set, in the order of ``FORMULAS``; None where the standard gives no value or nobody measured."""
    return tuple(_kpi(formula, elements) for formula in FORMULAS)


def kpi(code: str, elements: Elements) -> Kpi:
    """One KPI by its code."""
    return _kpi(FORMULAS[CODES.index(code)], elements)


def _kpi(formula: Formula, elements: Elements) -> Kpi:
    above, below = (
        tuple(Term(code, elements.get(code), _unit(code)) for code in codes)
        for codes in (formula.above, formula.below)
    )
    amounts = [term.amount for term in (*above, *below)]
    value: Fraction | None = None
    if None not in amounts:
        known = [int(amount or 0) for amount in amounts]
        top, bottom = known[: len(above)], known[len(above) :]
        if formula.code in PRODUCTS:
            value = _ratio(_product(top), _product(bottom))
        else:
            value = _ratio(sum(top), sum(bottom) + formula.plus)
        if value is not None and formula.unit == "per_h":
            value *= HOUR_US
    return Kpi(formula, value, above, below)


def _ratio(top: int, bottom: int) -> Fraction | None:
    return Fraction(top, bottom) if bottom > 0 else None


def _product(factors: Iterable[int]) -> int:
    made = 1
    for factor in factors:
        made *= factor
    return made


def _unit(code: str) -> str:
    return "us" if code in TIMES else ("events" if code == "FE" else "pieces")
