"""``gearpark quality sampling`` and ``passrate``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gearpark.base.problems import Problem
from gearpark.engines import quality as q
from gearpark.engines.quality import acceptance
from gearpark.engines.quality.acceptance import Lot, Scheme, Severity
from gearpark.engines.quality.cases.tables import Table
from gearpark.engines.quality.plans import AQLS, Plan, aql_index, plan_for, plan_from

from .inputs import answer, numbers_in, table_of, text_of

CURVE = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3)
PASS = frozenset({"pass", "ok", "good", "1", "true", "a", "accepted", "conforming"})
FAIL = frozenset({"fail", "nok", "ng", "bad", "0", "false", "r", "rejected", "nonconforming"})


def sampling(options: argparse.Namespace) -> int:
    """A plan, its curve, or a series of lots through the switching rules."""
    if options.design:
        found = _designed(options)
    elif options.lots or options.file:
        found = _series(options)
    elif options.n is not None and options.c is not None:
        found = _curve(options.n, options.c, options)
    elif options.lot is not None and options.aql is not None:
        found = _planned(options)
    else:
        raise Problem(
            "quality.parameter",
            "Give --lot and --aql, or --n and --c, or --design, or lots.",
            name="lot, aql",
        )
    answer(found, options.json)
    return 0


def _designed(options: argparse.Namespace) -> dict[str, Any]:
    parts = numbers_in(options.design)
    if len(parts) != 4:
        raise Problem("quality.parameter", "A design needs AQL, ALPHA, LTPD, BETA as shares.", name="design")
    n, c = acceptance.design(*parts)
    return {"n": n, "c": c, **_curve(n, c, options)}


def _curve(n: int, c: int, options: argparse.Namespace) -> dict[str, Any]:
    if n < 1 or not c >= 0:
        raise Problem("quality.parameter", "A plan needs n >= 1 and c >= 0.", name="n, c")
    shares = numbers_in(options.at) or CURVE
    worst, at = acceptance.outgoing_limit(n, c, options.lot)
    found: dict[str, Any] = {
        "n": n,
        "c": c,
        "pa": {f"{p:g}": acceptance.pa_binomial(n, c, p) for p in shares},
        "aql_alpha5": acceptance.quality_at(n, c, 0.95),
        "ltpd_beta10": acceptance.quality_at(n, c, 0.10),
        "aoql": worst,
        "aoql_at": at,
    }
    if options.lot is not None and n <= options.lot:
        found["pa_of_lot"] = {
            f"{p:g}": acceptance.pa_hypergeometric(options.lot, round(p * options.lot), n, c) for p in shares
        }
    return found


def _of_table(options: argparse.Namespace, lot: int, severity: str) -> Plan:
    if not options.table:
        return plan_for(lot, options.level, options.aql, severity)
    try:
        document = json.loads(text_of(options.table))
    except ValueError as error:
        raise Problem("quality.file", f"{options.table} is no JSON.") from error
    return plan_from(document, lot, options.level, options.aql, severity)


def _planned(options: argparse.Namespace) -> dict[str, Any]:
    plan = _of_table(options, options.lot, options.severity)
    per_cent = float(plan.aql) <= 10.0
    share = float(plan.aql) / 100.0
    pa = (
        acceptance.pa_binomial(plan.n, plan.ac, share)
        if per_cent
        else acceptance.pa_poisson(plan.n, plan.ac, share)
    )
    return {
        "lot": options.lot,
        "level": options.level,
        "aql": plan.aql,
        "severity": plan.severity,
        "code": plan.code,
        "plan_code": plan.plan_code,
        "n": plan.n,
        "inspect": plan.inspect,
        "all_of_lot": plan.all_of_lot,
        "ac": plan.ac,
        "re": plan.re,
        "pa_at_aql": pa,
        "aql_means": "per cent nonconforming" if per_cent else "nonconformities per 100 units",
        "curve": _curve(plan.n, plan.ac, options) if per_cent else None,
    }


def _series(options: argparse.Namespace) -> dict[str, Any]:
    table = table_of(options.file) if options.file else None
    letters = [letter for letter in (options.lots or "").upper() if not letter.isspace()]
    if set(letters) - {"A", "R"}:
        raise Problem("quality.parameter", "Lots are written A (accepted) and R (not accepted).", name="lots")
    rows = table.rows if table else len(letters)
    scheme = Scheme()
    steps: list[dict[str, Any]] = []
    for number in range(rows):
        if table:
            lot, plan = _judged(options, table, number, scheme)
        else:
            lot, plan = Lot(letters[number] == "A", options.ac, None, True, options.authorised), None
        before = scheme
        scheme = acceptance.after(scheme, lot)
        step: dict[str, Any] = {
            "lot": number + 1,
            "severity": str(before.severity),
            "accepted": lot.accepted,
            "score": acceptance.score_after(before, lot),
        }
        steps.append(
            step
            | ({} if plan is None else {"code": plan.code, "n": plan.inspect, "ac": plan.ac, "re": plan.re})
        )
    return {
        "severity_of_each_lot": "".join(step["severity"][0].upper() for step in steps),
        "severity_next": str(scheme.severity),
        "score": scheme.score,
        "lots": steps,
    }


def _judged(options: argparse.Namespace, table: Table, row: int, scheme: Scheme) -> tuple[Lot, Plan | None]:
    """A lot of the file: by its result, or by its nonconforming pieces against the plan in force."""
    result = table.has("result", "accepted", "verdict")
    found = table.has("nonconforming", "defects", "d")
    if result is not None and found is None:
        return Lot(_passed(table.columns[result][row]), options.ac, None, True, options.authorised), None
    size = table.has("lot_size", "lot", "size", "n")
    if found is None or size is None or options.aql is None:
        raise Problem(
            "quality.columns",
            "Lots need a column result, or columns lot_size and nonconforming and the option --aql.",
            columns=", ".join(table.names),
        )
    severity = "tightened" if scheme.severity is Severity.DISCONTINUED else str(scheme.severity)
    lot, bad = int(table.floats(size)[row]), int(table.floats(found)[row])
    plan = _of_table(options, lot, severity)
    step = aql_index(options.aql)
    tighter = None
    if step > 0 and plan.severity == "normal" and not options.table:
        harder = plan_for(lot, options.level, AQLS[step - 1])
        tighter = bad <= harder.ac if harder.n == plan.n else None
    return Lot(bad <= plan.ac, plan.ac, tighter, True, options.authorised), plan


def _passed(word: str) -> bool:
    text = word.strip().lower()
    if text not in PASS | FAIL:
        raise Problem("quality.parameter", f"{word!r} is neither pass nor fail.", name="result", value=word)
    return text in PASS


def passrate(options: argparse.Namespace) -> int:
    """What good and bad pieces prove."""
    good, bad = options.good, options.bad
    if options.file:
        good, bad = _counted(table_of(options.file))
    if good is None and bad is None:
        raise Problem("quality.no_pieces", "No piece was judged: give --good and --bad, or a file.")
    found = q.pass_rate(good or 0, bad or 0, target=options.target, confidence=options.confidence)
    made = {name: getattr(found, name) for name in type(found).__slots__}
    if found.target is not None:
        share = float(1 - _decimal(options.target))
        made["pieces_for_no_failure"] = q.pieces_needed(0, share, options.confidence)
        if found.failures_allowed is not None:
            made["failures_left"] = max(0, found.failures_allowed - found.bad)
    answer(made, options.json)
    return 0


def _decimal(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text)


def _counted(table: Table) -> tuple[int, int]:
    good, bad = table.has("good", "passed", "ok"), table.has("bad", "failed", "nok", "scrap")
    if good and bad:
        return int(sum(table.floats(good))), int(sum(table.floats(bad)))
    result = table.has("result", "verdict", "pass")
    if result is None:
        raise Problem(
            "quality.columns",
            "The file needs columns good and bad, or result.",
            columns=", ".join(table.names),
        )
    passed = sum(_passed(word) for word in table.columns[result])
    return passed, table.rows - passed
