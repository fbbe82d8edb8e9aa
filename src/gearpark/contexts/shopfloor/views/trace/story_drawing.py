"""A part's life as a picture: what went in, the operations along its route, where it is now; values against limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...types.trace import FactKind, FactRow, Passport, RunRow
from ..words import duration
from .words import kind_word, number, when

STEP_W = 104  # drawing units a step takes
ROW_STEPS = 11  # steps of one row; a longer route goes on in the next
IN_H, LEVEL, ROW_H = 22, 44, 168  # height of a pill, spine below the pills, height of a row without pills
LOOK = {"good": "good", "scrap": "bad", "rework": "setup", "aborted": "no_data", "": "running"}
TOUCH = (FactKind.MACHINE, FactKind.PROGRAM, FactKind.TOOL, FactKind.GAUGE, FactKind.FIXTURE, FactKind.CARRIER,
         FactKind.INSTRUCTION, FactKind.OPERATOR)  # fmt: skip
INPUT = (FactKind.MATERIAL, FactKind.CHILD)
MAX_ENDS = 3  # parts it went into that are named in the picture
SCALE_BEYOND = 0.25  # how far the scale reaches past the limits, as a share of their distance


def steps_of(story: Passport, language: str) -> list[dict[str, Any]]:
    """Every pass by time, then the operations still to come, each with what touched the part meanwhile."""
    names = {
        step.op: (step.name_zh if language.startswith("zh") else "") or step.name_en for step in story.steps
    }
    facts = [fact for fact in story.facts if not fact.wrong]
    found = []
    for index, run in enumerate(story.runs):
        after = story.runs[index + 1].begun_at if index + 1 < len(story.runs) else None
        mine = [fact for fact in facts if _belongs(fact, run, after)]
        found.append(_step(run, names.get(run.op, ""), mine))
    done = {run.op for run in story.runs}
    last = max(done, default=-1)
    if story.part.status in ("open", "held"):
        found += [
            {"op": step.op, "name": names[step.op], "look": "coming", "station": step.group, "coming": True}
            for step in story.steps
            if step.op > last and step.op not in done
        ]
    return found


def loose(story: Passport, steps: Sequence[dict[str, Any]]) -> list[FactRow]:
    """Facts that stand and belong to no pass: what people or other systems told without a station."""
    shown = {id(fact) for step in steps for fact in step.get("facts", ())}
    return [fact for fact in story.facts if not fact.wrong and id(fact) not in shown]


def _belongs(fact: FactRow, run: RunRow, after: datetime | None) -> bool:
    if fact.station and fact.station != run.station:
        return False
    if not fact.station and fact.op != run.op:
        return False
    end = run.ended_at or after
    return fact.at >= run.begun_at and (end is None or fact.at <= end)


def _step(run: RunRow, name: str, facts: Sequence[FactRow]) -> dict[str, Any]:
    length = None if run.ended_at is None else round((run.ended_at - run.begun_at).total_seconds() * 1e6)
    values = [fact for fact in facts if fact.kind in (FactKind.VALUE, FactKind.TEST)]
    return {
        "op": run.op,
        "name": name,
        "look": LOOK.get(run.result, "no_data"),
        "result": run.result,
        "reason": run.reason,
        "station": run.station,
        "line": run.line,
        "attempt": run.attempt,
        "by": run.by if run.source != "line" else "",
        "begun": when(run.begun_at),
        "clock": when(run.begun_at)[11:],
        "day": when(run.begun_at)[5:10],
        "length": "" if length is None else duration(length),
        "inputs": things(fact for fact in facts if fact.kind in INPUT),
        "touches": [group for kind in TOUCH if (group := things(f for f in facts if f.kind is kind))],
        "values": len(values),
        "outside": sum(1 for fact in values if fact.inside is False),
        "facts": facts,
    }


def things(facts: Iterable[FactRow]) -> list[dict[str, Any]]:
    """Each thing once, in order of time."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in facts:
        version = str(fact.spec.get("hash") or fact.spec.get("revision") or "")
        word = kind_word(fact.kind)
        shown = {
            "kind": fact.kind.value,
            "word": word,
            "key": fact.key,
            "version": version[:8],
            "at": fact.at,
        }
        found.setdefault((fact.key, version), shown)
    return list(found.values())


def route_picture(steps: Sequence[dict[str, Any]], story: Passport, status: str) -> dict[str, Any]:
    """Places of the steps in drawing units, row by row; at the end what became of the part."""
    rows = [steps[at : at + ROW_STEPS] for at in range(0, len(steps), ROW_STEPS)]
    width = max([len(row) for row in rows], default=1) * STEP_W + 130
    top = 0
    nodes: list[Any] = []
    spines: list[Any] = []
    previous_day = ""
    for row in rows:
        pills = max([len(step.get("inputs", ())) for step in row], default=0)
        spine = top + pills * IN_H + LEVEL
        for place, step in enumerate(row):
            day = step.get("day", "")
            nodes.append({
                **step, "number": len(nodes) + 1, "x": place * STEP_W + 40, "y": spine, "show_day": day and day != previous_day,
                "texts": [spine + 30 + 16 * n for n in range(4)], "feed": spine - 11, "cross": spine - 4,
                "pills": [
                    {**item, "y": spine - LEVEL - IN_H * (len(step["inputs"]) - 1 - n) + 4}
                    for n, item in enumerate(step.get("inputs", ()))
                ],
                "said": [(spine + 94 + 14 * n, line) for n, line in enumerate(_said(step))],
            })  # fmt: skip
            previous_day = day or previous_day
        done = [step for step in row if not step.get("coming")]
        spines.append({
            "y": spine, "begin": 40, "end": (len(row) - 1) * STEP_W + 40,
            "done": max(0, len(done) - 1) * STEP_W + 40, "more": len(rows) > 1 and row is not rows[-1],
        })  # fmt: skip
        top = spine + ROW_H - LEVEL
    return {
        "width": width,
        "height": max(top, 60),
        "nodes": nodes,
        "spines": spines,
        "end": _end(story, nodes, status),
    }


def _end(story: Passport, nodes: Sequence[dict[str, Any]], status: str) -> dict[str, Any] | None:
    """Where the part went: into others, out of the house, to scrap; nothing while it is under way."""
    part = story.part
    if not nodes or (part.status in ("open", "held") and not story.went_into):
        return None
    texts = [status, *[row.serial for row in story.went_into[:MAX_ENDS]]]
    if len(story.went_into) > MAX_ENDS:
        texts.append(f"+{len(story.went_into) - MAX_ENDS}")
    lines = [{"y": 4 + 15 * place, "text": text} for place, text in enumerate(texts)]
    return {"x": nodes[-1]["x"] + 70, "y": nodes[-1]["y"], "lines": lines}


def _said(step: dict[str, Any]) -> list[str]:
    """Short lines under a step: what touched the part, by number where there are several."""
    found = []
    words = {
        "tool": lambda n: ngettext("%(n)s tool", "%(n)s tools", n) % {"n": n},
        "gauge": lambda n: ngettext("%(n)s gauge", "%(n)s gauges", n) % {"n": n},
        "operator": lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": n},
    }
    for group in step.get("touches", ()):
        make = words.get(group[0]["kind"])
        if make:
            found.append(make(len(group)))
    if step.get("values"):
        found.append(ngettext("%(n)s value", "%(n)s values", step["values"]) % {"n": step["values"]})
    return found


def measured_bars(story: Passport) -> list[dict[str, Any]]:
    """Every measured value against its limits, the ones outside first; drawn in a box 100 wide."""
    rows = [_bar(fact) for fact in story.facts if fact.kind is FactKind.VALUE]
    return sorted(rows, key=lambda row: (not row["out"], row["wrong"] != "", row["at"], row["key"]))


def _bar(fact: FactRow) -> dict[str, Any]:
    lower, upper, nominal = (_limit(fact, name) for name in ("lower", "upper", "nominal"))
    row: dict[str, Any] = {
        "key": fact.key,
        "value": number(fact.value),
        "unit": fact.unit,
        "station": fact.station,
        "at": when(fact.at, seconds=True),
        "out": fact.inside is False and not fact.wrong,
        "inside": fact.inside,
        "wrong": fact.wrong,
        "lower": number(lower),
        "upper": number(upper),
        "limits": _limits(lower, upper),
        "thing": fact.thing_id,
        "moment": fact.at.isoformat(),
    }
    if fact.value is None or (lower is None and upper is None):
        return row
    span = (
        (upper - lower)
        if lower is not None and upper is not None
        else abs(upper if upper is not None else lower or 0.0)
    )
    span = span or 1.0
    low = lower - span * SCALE_BEYOND if lower is not None else min(0.0, fact.value, (upper or 0.0) - span)
    high = upper + span * SCALE_BEYOND if upper is not None else max(0.0, fact.value, (lower or 0.0) + span)
    low, high = min(low, fact.value), max(high, fact.value)

    def x(value: float) -> float:
        return round((value - low) / (high - low) * 100, 2)

    row["band"] = (x(lower) if lower is not None else 0.0, x(upper) if upper is not None else 100.0)
    row["band_width"] = round(row["band"][1] - row["band"][0], 2)
    row["tick"] = x(fact.value)
    row["nominal"] = x(nominal) if nominal is not None else None
    return row


def _limit(fact: FactRow, name: str) -> float | None:
    value = fact.spec.get(name)
    return float(value) if isinstance(value, int | float) else None


def _limits(lower: float | None, upper: float | None) -> str:
    if lower is not None and upper is not None:
        return _("%(lower)s to %(upper)s") % {"lower": number(lower), "upper": number(upper)}
    if upper is not None:
        return _("at most %(upper)s") % {"upper": number(upper)}
    return _("at least %(lower)s") % {"lower": number(lower)} if lower is not None else ""
