"""Cases of acceptance sampling and of high-yield quality."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from gearpark.base.problems import Problem

from .. import acceptance, ccc
from ..acceptance import Lot, Scheme, Severity, SwitchingRules
from ..highyield import failure_lower, failure_upper, failures_allowed, pieces_needed
from ..plans import Plan, plan_for, plan_from
from .case import Case
from .judging import Figures

LETTER = {Severity.NORMAL: "N", Severity.TIGHTENED: "T", Severity.REDUCED: "R", Severity.DISCONTINUED: "D"}
ACCEPTED = {"A": True, "R": False}
GIVEN = frozenset(
    {"lots", "reduced_authorised", "acceptance_number", "accepted_tighter", "accepted_one_aql_tighter"}
)
GIVEN |= {"steady", "production_steady", "start"}


def _flags(value: Any, length: int) -> list[bool | None]:
    """Per lot: was it accepted one AQL tighter? A list, letters (A / R), one value for all, or nothing known."""
    if value is None or isinstance(value, bool):
        return [value] * length
    if isinstance(value, str):
        value = [ACCEPTED[letter] for letter in value.upper()]
    if len(value) != length:
        raise Problem("quality.case", "There is not one answer a lot.")
    return [bool(one) for one in value]


def _run(sequence: Any, rules: SwitchingRules) -> Figures:
    letters = str(sequence["lots"]).upper()
    if not letters or set(letters) - set(ACCEPTED):
        raise Problem("quality.case", f"Lots are written A (accepted) and R (not accepted), not {letters!r}.")
    numbers = sequence.get("acceptance_number", 0)
    numbers = numbers if isinstance(numbers, list) else [numbers] * len(letters)
    tighter = _flags(sequence.get("accepted_tighter", sequence.get("accepted_one_aql_tighter")), len(letters))
    steady = _flags(sequence.get("steady", sequence.get("production_steady", True)), len(letters))
    scheme = Scheme(Severity(sequence.get("start", "normal")))
    under, scores, afterwards = [], [], []
    for letter, number, harder, calm in zip(letters, numbers, tighter, steady, strict=True):
        under.append(LETTER[scheme.severity])
        lot = Lot(
            ACCEPTED[letter], int(number), harder, calm is not False, bool(sequence.get("reduced_authorised"))
        )
        # the score that a lot earned, also where it is spent at once by the switch to reduced
        scores.append(acceptance.score_after(scheme, lot, rules))
        scheme = acceptance.after(scheme, lot, rules)
        afterwards.append(str(scheme.severity))
    inputs = {key: sequence[key] for key in sequence if key in GIVEN}
    return Figures(
        {
            **inputs,
            "severity_of_each_lot": "".join(under),
            "score_after_each": scores,
            "severity_after": str(scheme.severity),
        },
        [(r"severity_after_lot_(\d+)", lambda m, e: afterwards[int(m[1]) - 1])],
    )


def switching(case: Case) -> Figures:
    rules = SwitchingRules.read({key: value for key, value in case.params.items() if isinstance(value, str)})
    return Figures({"sequences": lambda expected: [_run(sequence, rules) for sequence in expected]})


def plan_lookup(case: Case) -> list[tuple[str, Figures]]:
    """Plans out of the case's own table; severities it does not give, out of the product's.

    Where the sample is the whole lot: the table's n first.
    """
    document = json.loads(case.text()) if case.file else None

    def found(entry: Any, whole: bool) -> dict[str, Any]:
        lot, level, aql = int(entry["lot"]), str(entry.get("level", "II")), str(entry["aql"])
        severity = str(entry.get("severity", "normal"))
        plan = (
            plan_for(lot, level, aql, severity)
            if document is None or severity not in document
            else plan_from(document, lot, level, aql, severity)
        )
        inputs = {key: entry[key] for key in ("lot", "level", "aql", "severity") if key in entry}
        return {**inputs, **_of_plan(plan, plan.inspect if whole else plan.n)}

    def of(whole: bool) -> Figures:
        return Figures({"plans": lambda expected: [found(entry, whole) for entry in expected]})

    return [("n of the table", of(False)), ("n at most the lot", of(True))]


def _of_plan(plan: Plan, n: int) -> dict[str, Any]:
    share = float(plan.aql) / 100.0
    pa = (
        acceptance.pa_binomial(n, plan.ac, share)
        if share <= 0.1
        else acceptance.pa_poisson(n, plan.ac, share)
    )
    return {
        "code": plan.code,
        "plan_code": plan.plan_code,
        "n": n,
        "ac": plan.ac,
        "re": plan.re,
        "pa_at_aql": pa,
        "all_of_lot": plan.all_of_lot,
    }


def oc_curve(case: Case) -> Figures:
    n, c = int(case.need("n")), int(case.need("c", "ac"))

    def of_lot(match: re.Match[str], expected: Any) -> float:
        lot, p = int(match[1]), float(match[2])
        if match[3] == "binomial":
            return acceptance.pa_binomial(n, c, p)
        bad = lot * p
        if abs(bad - round(bad)) > 1e-6:
            raise Problem("quality.case", f"{p} of {lot} pieces is no whole number.")
        return acceptance.pa_hypergeometric(lot, round(bad), n, c)

    whole = [
        (r"pa_([\d.eE-]+)", lambda m, e: acceptance.pa_binomial(n, c, float(m[1]))),
        (
            r"aql_alpha([\d.]+)_pct",
            lambda m, e: 100.0 * acceptance.quality_at(n, c, 1.0 - float(m[1]) / 100.0),
        ),
        (
            r"(?:ltpd|rql)_beta([\d.]+)_pct",
            lambda m, e: 100.0 * acceptance.quality_at(n, c, float(m[1]) / 100.0),
        ),
        (r"lot(\d+)_p([\d.eE-]+)_(binomial|hypergeometric)", of_lot),
    ]
    return Figures({"n": n, "c": c, "aoql": lambda e: acceptance.outgoing_limit(n, c)[0]}, whole)


def demonstration(case: Case) -> Figures:
    """Bounds and sample sizes; where a key names no share of failures it is that of ``n_for_p_...`` or of ``target``."""
    share = case.number("p", "p0", "fail_share")
    target = case.number("target")
    if share is None and target is not None:
        share = 1.0 - target
    if share is None:
        named = next((k for k in case.expected if re.match(r"n_for_p_", k)), None)
        share = float(named.removeprefix("n_for_p_")) if named else 1e-4
    most = share

    def sizes(match: re.Match[str], expected: Any) -> Any:
        p = float(match[1])
        return {
            confidence: {x: pieces_needed(int(x), p, float(confidence)) for x in by_failures}
            for confidence, by_failures in expected.items()
        }

    def bound(upper: bool, pieces: int, failures: int, percent: str) -> float:
        make = failure_upper if upper else failure_lower
        return make(failures, pieces, float(percent) / 100.0) * 1e6

    def year(match: re.Match[str], expected: Any) -> Figures:
        pieces = int(match[1])
        known = {
            "max_failures_to_demonstrate": lambda by: {
                c: failures_allowed(pieces, most, float(c)) for c in by
            },
        }
        return Figures(
            known,
            [
                (r"bound_ppm_at_([\d.]+)", lambda m, by: {x: bound(True, pieces, int(x), m[1]) for x in by}),
                (r"lower_ppm_at_([\d.]+)", lambda m, by: {x: bound(False, pieces, int(x), m[1]) for x in by}),
            ],
        )

    names = r"([\d.]+)_(?:(zero)|(\d+))_failures?"
    return Figures(
        {},
        [
            (r"n_for_p_([\d.eE-]+)", sizes),
            (r"[a-z]+_(\d+)", year),
            (
                rf"bound_ppm_{names}",
                lambda m, by: {n: bound(True, int(n), 0 if m[2] else int(m[3]), m[1]) for n in by},
            ),
        ],
    )


def ccc_r(case: Case) -> Figures:
    p0, alpha = case.need("p0"), case.number("alpha") or 0.0027

    def of(r: str, expected: Any) -> Figures:
        found = ccc.ccc_limits(p0, alpha=alpha, r=int(r))
        low = found.lower_only
        return Figures(
            {
                "two_sided": {"lcl": found.lcl, "cl": found.centre, "ucl": found.ucl},
                "lower_only_limit": low,
                "anos": lambda by: {p: ccc.ccc_anos(float(p), low, int(r)) for p in by},
            }
        )

    return Figures(
        {
            "ccc1_closed_form": dict(zip(("lcl", "cl", "ucl"), ccc.ccc_closed_form(p0, alpha), strict=True)),
            "by_r": lambda by: Figures({r: of(r, entry) for r, entry in by.items()}),
            "p_chart_comparison": _p_chart(p0),
        }
    )


def _p_chart(p0: float) -> Figures:
    """What a p chart does at p0: one nonconforming piece in n against its limit."""

    def ucl(n: int) -> float:
        return p0 + 3.0 * math.sqrt(p0 * (1.0 - p0) / n)

    def alarm(n: int) -> float:
        return 1.0 - acceptance.pa_binomial(n, math.floor(n * ucl(n)), p0)

    return Figures(
        {"n_needed_for_positive_lcl": math.floor(9.0 * (1.0 - p0) / p0 + 1e-6) + 1},
        [
            (r"n(\d+)_ucl", lambda m, e: ucl(int(m[1]))),
            (r"n(\d+)_one_defective_signals", lambda m, e: 1.0 / int(m[1]) > ucl(int(m[1]))),
            (r"n(\d+)_false_alarm_per_point", lambda m, e: alarm(int(m[1]))),
        ],
    )
