"""A study file: two models of one line, the year they work in, assumptions with their range, steps and investments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gearpark.base.problems import Problem

from .model import Document, Line, build_line, schema
from .model.document import refusal
from .model.fields import ANY, COUNT, MONEY, NAMES, NUMBER, TEXT, TIME, Field, note, pick
from .model.reading import Table, read_model
from .model.units import SECONDS

YEAR_FIGURES = ("lines", "shifts_a_day", "days", "wanted", "margin", "shift_cost")
MONEY_FIGURES = ("margin", "shift_cost")
MAX_RUNS = 400  # models a study may ask for
_DURATION = re.compile(rf"(\d[\d,]*\.?\d*|\.\d+)(\s*)({'|'.join(SECONDS)})\b")
_SHARE = re.compile(r"(\d[\d,]*\.?\d*|\.\d+)(\s*)(%)")

TABLES: dict[str, dict[str, Field]] = {
    "study": {
        "schema": Field("version of this format: 1", COUNT, required=True),
        "name": Field("name of the study", TEXT, required=True),
        "note": Field("what is asked", TEXT),
        "source": note(),
        "base": Field("model file as it was", TEXT, required=True),
        "target": Field("model file as it shall be", TEXT, required=True),
        "year": Field("how much a year works", table="year", required=True),
        "known": Field("outputs a shift that are known", table="known"),
        "assumptions": Field("assumptions by name", table="assumption", many=True),
        "steps": Field("from the base to the target, each on top of those before", table="step", listed=True),
        "investments": Field(
            "what could come next; the target's scenarios are taken in", table="investment", many=True
        ),
    },
    "year": {
        "lines": Field("equal lines", COUNT, required=True),
        "shift": Field("length of a shift", TIME, required=True),
        "shifts_a_day": Field("shifts a day", NUMBER, required=True),
        "days": Field("working days a year", NUMBER, required=True),
        "wanted": Field("pieces wanted a year of all lines", NUMBER, required=True),
        "margin": Field("contribution of one more good part, before the cost of the shift it is made in", MONEY),
        "shift_cost": Field("what a shift of one line costs, saved where fewer are needed", MONEY),
        "source": note(),
    },
    "known": {
        "base": Field("of the base", table="range"),
        "target": Field("of the target", table="range"),
    },
    "range": {
        "low": Field("pieces a shift, at least", NUMBER, required=True),
        "high": Field("pieces a shift, at most", NUMBER, required=True),
        "source": note(),
    },
    "assumption": {
        "title": Field("title", TEXT),
        "model": Field("the model it stands in", pick("base", "target", "both")),
        "set": Field("dotted paths of the figure in the model", NAMES),
        "year": Field("or the figure of the year it is", pick(*YEAR_FIGURES)),
        "low": Field("its low value", ANY),
        "high": Field("its high value", ANY),
        "times": Field("or two factors on what the model says, low and high", ANY),
        "source": note(),
    },
    "step": {
        "title": Field("title", TEXT, required=True),
        "set": Field("dotted paths and their new values; nothing (null) takes a field away", ANY, required=True),
        "cost": Field("investment a line", MONEY),
        "saves": Field("other savings a line and year", MONEY),
        "source": note(),
    },
    "investment": {
        "title": Field("title", TEXT),
        "set": Field("dotted paths and their new values", ANY),
        "times": Field("dotted paths and factors on what the model says", ANY),
        "shifts_a_day": Field("another shift model", NUMBER),
        "cost": Field("investment a line", MONEY),
        "saves": Field("other savings a line and year", MONEY),
        "source": note(),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Year:
    """What a year holds. wanted: pieces of all lines; margin: CNY of one more good part; shift_cost: CNY of a shift of
    one line."""

    lines: float
    shift_h: float
    shifts_a_day: float
    days: float
    wanted: float
    margin: float
    shift_cost: float = 0.0

    @property
    def shifts(self) -> float:
        """Shifts of a line in a year."""
        return self.shifts_a_day * self.days


@dataclass(frozen=True)
class Range:
    """Good parts a shift that are known."""

    low: float
    high: float
    source: str = ""


@dataclass(frozen=True)
class Assumption:
    """One assumption: figures of a model (a line for each end of its range), or a figure of the year."""

    name: str
    title: str
    source: str
    value: str
    low: str
    high: str
    year: str = ""
    ends: tuple[float, float] = (0.0, 0.0)  # of a figure of the year
    base: tuple[Line, Line] | None = None
    target: tuple[Line, Line] | None = None


@dataclass(frozen=True)
class Step:
    """The line after one more step of the retrofit; cost and saves (a year) of one line, CNY."""

    title: str
    line: Line
    cost: float
    saves: float
    source: str = ""


@dataclass(frozen=True)
class Investment:
    """A change of the target; ``line`` None: only the shift model changes."""

    name: str
    title: str
    line: Line | None
    shifts_a_day: float | None
    cost: float
    saves: float
    source: str = ""


@dataclass(frozen=True)
class Study:
    """A checked study: all models it asks for are built."""

    name: str
    note: str
    source: str
    base: Line
    target: Line
    year: Year
    known: Mapping[str, Range]
    assumptions: tuple[Assumption, ...]
    steps: tuple[Step, ...]
    investments: tuple[Investment, ...]


def study_schema() -> dict[str, Any]:
    """JSON Schema of a study file."""
    return schema("study", TABLES, "Gearpark line study")


def models_of(document: Document) -> tuple[str, str]:
    """Names of the two model files a study is about."""
    t = read_model(document, "study", TABLES)
    return t["base"], t["target"]


def build_study(document: Document, base: Document, target: Document) -> Study:
    """Check a study and build every model it asks for; the first thing wrong is a Problem naming its line."""
    t = read_model(document, "study", TABLES)
    runs = 2 * len(t.get("assumptions", {})) + len(t.get("steps", [])) + len(t.get("investments", {}))
    if runs > MAX_RUNS:
        raise refusal("twin.too_large", document, (), f"it asks for {runs} models; at most {MAX_RUNS}")
    lines = {"base": build_line(base), "target": build_line(target)}
    if lines["base"].run.time_s != lines["target"].run.time_s:
        raise refusal("twin.value", document, ("target",), "give both models the same time to run")
    year = _year(document, t["year"], lines["target"])
    known = t.get("known", Table(("known",), {}))
    return Study(
        name=t["name"],
        note=t.get("note", ""),
        source=t.get("source", ""),
        base=lines["base"],
        target=lines["target"],
        year=year,
        known={
            name: Range(known[name]["low"], known[name]["high"], known[name].get("source", ""))
            for name in lines
            if known[name]
        },
        assumptions=tuple(
            _assumption(document, name, one, lines, year) for name, one in t.get("assumptions", {}).items()
        ),
        steps=tuple(_steps(document, t.get("steps", []), lines["base"])),
        investments=(
            *_scenarios(lines["target"]),
            *(_investment(document, n, one, lines["target"]) for n, one in t.get("investments", {}).items()),
        ),
    )


def _year(document: Document, t: Table, target: Line) -> Year:
    for name in ("shift", "shifts_a_day", "days", "wanted"):
        if t[name] <= 0:
            raise refusal("twin.value", document, t.at(name), "it must be above zero")
    if t["shifts_a_day"] * t["shift"] > 86_400 or t["days"] > 366:
        raise refusal("twin.value", document, t.path, "a day has 24 h and a year 366 days at most")
    margin = t.get("margin", target.money.margin)
    return Year(
        t["lines"],
        t["shift"] / 3600.0,
        t["shifts_a_day"],
        t["days"],
        t["wanted"],
        margin,
        t.get("shift_cost", 0.0),
    )


def _assumption(document: Document, name: str, t: Table, lines: Mapping[str, Line], year: Year) -> Assumption:
    common = {"name": name, "title": t.get("title", name), "source": t.get("source", "illustrative")}
    if bool(t["set"]) == bool(t["year"]):
        raise refusal("twin.value", document, t.path, "write either set (paths in a model) or year")
    factors = _factors(document, t)
    if t["year"]:
        now = float(getattr(year, t["year"]))
        given = factors and (now * factors[0], now * factors[1])
        ends = given or tuple(_number(document, t, end) for end in ("low", "high"))
        unit = " CNY" if t["year"] in MONEY_FIGURES else ""
        value, low, high = (f"{x:,g}{unit}" for x in (now, *ends))
        return Assumption(**common, value=value, low=low, high=high, year=t["year"], ends=(ends[0], ends[1]))
    where = t.get("model", "target")
    made: dict[str, Any] = {}
    values: list[str] = []
    for model in ("base", "target") if where == "both" else (where,):
        found = lines[model].document
        with _refused_here(document, t):
            values += [_shown(found.at(p)) for text in t["set"] for p in found.paths(text)]
        pair = []
        for k, end in enumerate(("low", "high")):
            changes: dict[str, Any] = {}
            for text in t["set"]:
                changes |= _times(document, t, found, text, factors[k]) if factors else {text: t[end]}
            pair.append(_built(document, t, found, changes))
        made[model] = (pair[0], pair[1])
    low, high = (f"x {f:g}" for f in factors) if factors else (str(t["low"]), str(t["high"]))
    return Assumption(
        **common, value=", ".join(dict.fromkeys(filter(None, values))) or "-", low=low, high=high, **made
    )


def _shown(value: Any) -> str:
    """A figure of a model as it is told; of a chain of flow its times."""
    if isinstance(value, Mapping) and "value" in value:
        value = value["value"]
    text = "" if value is None else str(value)
    return ", ".join(m[0] for m in _DURATION.finditer(text)) if ">" in text else text


def _factors(document: Document, t: Table) -> tuple[float, float] | None:
    """The two factors of an assumption; None when it gives values."""
    given = t["times"]
    if given is None:
        for end in ("low", "high"):
            if t[end] is None:
                raise refusal("twin.field_missing", document, t.path, f"the field {end!r} is missing")
        return None
    pair = isinstance(given, list) and len(given) == 2
    if not pair or not all(isinstance(f, (int, float)) and f > 0 for f in given):
        raise refusal("twin.value", document, t.at("times"), "two factors above zero are expected")
    return float(given[0]), float(given[1])


def _number(document: Document, t: Table, end: str) -> float:
    kind = MONEY if t["year"] in MONEY_FIGURES else NUMBER
    try:
        found = float(kind.read(t[end]))
    except ValueError as error:
        raise refusal("twin.value", document, t.at(end), str(error)) from None
    if found <= 0:
        raise refusal("twin.value", document, t.at(end), "it must be above zero")
    return found


def _times(document: Document, t: Table, model: Document, text: str, factor: float) -> dict[str, Any]:
    """What the figures at a path of a model become ``factor`` times as large: paths and values."""
    with _refused_here(document, t):
        found = {path: value for path in model.paths(text) if (value := model.at(path)) is not None}
    try:
        if not found:
            raise ValueError("nothing stands there to multiply")
        return {".".join(p): _scaled(value, factor) for p, value in found.items()}
    except ValueError as error:
        raise refusal("twin.value", document, t.at("times"), f"{text}: {error}") from None


def _scaled(value: Any, factor: float) -> Any:
    """A figure times a factor: every duration of a law, or its share, or a count (rounded)."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return max(1, round(value * factor)) if isinstance(value, int) else value * factor
    if isinstance(value, Mapping) and "value" in value:
        return {**value, "value": _scaled(value["value"], factor)}
    text = str(value)
    pattern = _DURATION if _DURATION.search(text) else _SHARE
    if isinstance(value, (Mapping, list)) or not pattern.search(text):
        raise ValueError(f"{text!r} is nothing to multiply")
    return pattern.sub(lambda m: f"{float(m[1].replace(',', '')) * factor:.10g}{m[2]}{m[3]}", text)


def _steps(document: Document, tables: list[Table], base: Line) -> list[Step]:
    made, here = [], base.document
    for t in tables:
        line = _built(document, t, here, _changes(document, t, "set"))
        made.append(Step(t["title"], line, t.get("cost", 0.0), t.get("saves", 0.0), t.get("source", "")))
        here = line.document
    return made


@contextmanager
def _refused_here(document: Document, t: Table) -> Iterator[None]:
    """What is wrong with a model is told at the place of the study that changes it."""
    try:
        yield
    except Problem as error:
        told = error.sentence.removesuffix(".")
        raise refusal(error.code, document, t.path, f"the model so changed is refused: {told}") from error


def _built(document: Document, t: Table, model: Document, changes: Mapping[str, Any]) -> Line:
    with _refused_here(document, t):
        return build_line(model.patched(changes))


def _changes(document: Document, t: Table, name: str) -> dict[str, Any]:
    changes = t.get(name, {})
    if not isinstance(changes, dict):
        raise refusal("twin.value", document, t.at(name), "dotted paths and their values are expected")
    return changes


def _scenarios(target: Line) -> list[Investment]:
    return [
        Investment(s.name, s.title, build_line(target.document.patched(s.changes)), None, s.cost, s.saves)
        for s in target.scenarios
    ]


def _investment(document: Document, name: str, t: Table, target: Line) -> Investment:
    changes = dict(_changes(document, t, "set"))
    for text, factor in _changes(document, t, "times").items():
        if not isinstance(factor, (int, float)) or factor <= 0:
            raise refusal("twin.value", document, t.at("times"), "a factor above zero is expected")
        changes |= _times(document, t, target.document, text, float(factor))
    line = _built(document, t, target.document, changes) if changes else None
    if line is None and t["shifts_a_day"] is None:
        raise refusal("twin.field_missing", document, t.path, "set, times or shifts_a_day is missing")
    return Investment(
        name,
        t.get("title", name),
        line,
        t["shifts_a_day"],
        t.get("cost", 0.0),
        t.get("saves", 0.0),
        t.get("source", ""),
    )
