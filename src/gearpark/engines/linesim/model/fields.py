"""What a model file may hold: every field, its kind and meaning. The reader and the published schema both go by this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import units

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """How a figure or text is read, and how the schema describes it."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)) or value is None:
        raise units.BadFigure("twin.value", f"{value!r} is no text")
    return str(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise units.BadFigure("twin.value", f"{value!r} is neither true nor false")
    return value


def _names(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(_text(v) for v in listed)


def pick(*words: str) -> Kind:
    def read(value: Any) -> str:
        if value not in words:
            raise units.BadFigure("twin.value", f"{value!r} is not one of {', '.join(words)}")
        return str(value)

    return Kind(read, {"enum": list(words)})


def _duration(what: str) -> dict[str, Any]:
    return {"type": "string", "description": what, "examples": ["42 s", "1.5 min", "8 h"]}


_LAW = {
    "type": "string",
    "description": "a duration, or a law: const exp uniform triangular normal lognormal gamma erlang weibull geometric"
    " empirical",
    "examples": ["42 s", "triangular(40 s, 42 s, 50 s)", "lognormal(18 min, 80 %)"],
}
_SPREAD = {
    **_LAW,
    "description": f"{_LAW['description']}; a plain duration is the mean of an exponential law",
}
_SHARE = {"oneOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": "%$"}]}

TIME = Kind(units.time_s, _duration("a duration"))
LAW = Kind(units.law, _LAW)
WORK = Kind(units.work, _LAW)
SPREAD = Kind(units.spread, _SPREAD)
SHARE = Kind(units.share, _SHARE)
COUNT = Kind(units.count, {"type": "integer", "minimum": 1})
COUNT0 = Kind(lambda v: units.count(v, 0), {"type": "integer", "minimum": 0})
NUMBER = Kind(units.number, {"type": "number"})
POWER = Kind(units.power_kw, {"type": "string", "examples": ["18 kW"]})
MONEY = Kind(units.money, {"type": "string", "examples": ["120 CNY"]})
RATE = Kind(units.per_h, {"type": "string", "examples": ["9.5 /h", "76 /d"]})
TEXT = Kind(_text, {"type": "string"})
NAMES = Kind(_names, {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
TRUTH = Kind(_truth, {"type": "boolean"})
ANY = Kind(lambda v: v, {})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``kind`` reads a figure; ``table`` names a nested table. ``many``: a mapping of them by name;
    ``listed``: a list of them, or a single one. ``by_part``: one figure, or one a part type."""

    about: str
    kind: Kind | None = None
    table: str = ""
    many: bool = False
    listed: bool = False
    by_part: bool = False
    required: bool = False


def note() -> Field:
    return Field("where the figures come from", TEXT)


FAILURE = {
    "mtbf": Field("mean (or law of the) time to failure", SPREAD, required=True),
    "mttr": Field("mean (or law of the) time to repair", SPREAD, required=True),
    "name": Field("name of this way to fail", TEXT),
    "clock": Field("busy: only work counts; time: every hour on shift", pick("busy", "time")),
    "crew": Field("skill of who repairs; without it repair begins at once", TEXT),
    "restart": Field("the interrupted work begins anew", TRUTH),
    "source": note(),
}
TABLES: dict[str, dict[str, Field]] = {
    "model": {
        "schema": Field(f"version of this format: {SCHEMA}", COUNT, required=True),
        "name": Field("name of the line", TEXT, required=True),
        "note": Field("what is modelled", TEXT),
        "source": note(),
        "start": Field("where in the week time zero lies: Mon 06:30", TEXT),
        "run": Field("how long to run", table="run"),
        "parts": Field("part types by name", table="part", many=True),
        "supply": Field("the one supply, named supply", table="supply"),
        "supplies": Field("supplies by name", table="supply", many=True),
        "limit": Field("most parts inside the line at a time (CONWIP)", COUNT),
        "calendar": Field("calendar of every station and group that names none", TEXT),
        "calendars": Field("shift calendars by name", table="calendar", many=True),
        "people": Field("groups of people by name", table="group", many=True),
        "stations": Field("stations by name, in order of flow", table="station", many=True, required=True),
        "buffers": Field("buffers by name", table="buffer", many=True),
        "transports": Field("gantries, robots, vehicles by name", table="transport", many=True),
        "flow": Field("chains such as: supply > op10 > op20 by g1 in 22 s > exit; without it the stations' order", ANY),
        "money": Field("what a part and a year are worth", table="money"),
        "scenarios": Field("named changes", table="scenario", many=True),
        "optimize": Field("what may be changed, and to what end", table="optimize"),
    },
    "run": {
        "time": Field("simulated time of a replication, warm-up included", TIME),
        "warmup": Field("time before statistics begin, or auto", ANY),
        "replications": Field("number of replications", COUNT),
    },
    "part": {
        "share": Field("share of the mix; what is left goes to types without one", SHARE),
        "factor": Field("factor on the stations' cycles", NUMBER),
        "source": note(),
    },
    "supply": {
        "kind": Field("saturated: never empty; arrivals; orders", pick("saturated", "arrivals", "orders")),
        "every": Field("time between arrivals", WORK),
        "batch": Field("parts an arrival", COUNT),
        "parts": Field("part types it brings; all by default", NAMES),
        "lot": Field("parts of one type in a row", COUNT),
        "pick": Field("lots levelled to the shares, or drawn", pick("level", "random")),
        "full": Field("arrivals without room wait, or are lost", pick("wait", "lose")),
        "capacity": Field("parts that may wait at the supply", COUNT0),
        "orders": Field("orders in sequence of release", table="order", listed=True),
        "source": note(),
    },
    "order": {
        "name": Field("number of the order", TEXT),
        "part": Field("part type", TEXT),
        "quantity": Field("pieces", COUNT, required=True),
        "release": Field("when it may start", TIME),
    },
    "calendar": {
        "shifts": Field("such as Mon-Fri 06:30-14:30", NAMES, required=True),
        "breaks": Field("such as 10:00-10:20, on every day with a shift", NAMES),
        "source": note(),
    },
    "group": {
        "count": Field("people", COUNT, required=True),
        "skills": Field("what they can do; the group's name by default", NAMES),
        "calendar": Field("when they are there", TEXT),
        "source": note(),
    },
    "station": {
        "cycle": Field("working time of a part (of a batch)", WORK, by_part=True, required=True),
        "machines": Field("equal machines side by side", COUNT),
        "buffer": Field("room for parts before the station", COUNT0),
        "batch": Field("parts worked on at once, at most", COUNT),
        "batch_min": Field("parts that must be there to begin", COUNT),
        "operator": Field("skill of who attends the whole cycle", TEXT),
        "operators": Field("people needed at once", COUNT),
        "load": Field("loading before the cycle", table="attended"),
        "setup": Field("change-over between part types", table="attended"),
        "tools": Field("tools changed by count of cycles", table="tool", listed=True),
        "fail": Field("ways to fail", table="failure", listed=True),
        "scrap": Field("share of parts scrapped here", SHARE),
        "rework": Field("share of parts that go back", table="rework"),
        "assemble": Field("takes one of every flow that comes in; the first goes on", TRUTH),
        "calendar": Field("when it works", TEXT),
        "power": Field("electric power by state", table="power"),
        "fixed": Field("the part types' factors do not apply", TRUTH),
        "speed": Field("the cycle is divided by this number", NUMBER),
        "title": Field("title", TEXT),
        "source": note(),
    },
    "attended": {
        "time": Field("how long", LAW, required=True),
        "operator": Field("skill of who does it", TEXT),
        "source": note(),
    },
    "tool": {
        "name": Field("name of the tool", TEXT),
        "every": Field("cycles between changes", COUNT, required=True),
        "time": Field("how long", LAW, required=True),
        "operator": Field("skill of who changes it (one skill a station)", TEXT),
        "source": note(),
    },
    "failure": FAILURE,
    "rework": {
        "share": Field("share of parts", SHARE, required=True),
        "to": Field("station they go back to", TEXT, required=True),
        "max": Field("passes before scrap", COUNT),
        "source": note(),
    },
    "power": {name: Field(f"while {name}", POWER) for name in ("busy", "idle", "blocked", "down", "setup", "waiting", "off")}
    | {"source": note()},
    "buffer": {
        "capacity": Field("parts", COUNT, required=True),
        "source": note(),
    },
    "transport": {
        "count": Field("equal carriers", COUNT),
        "move": Field("time of a move whose flow tells none", WORK),
        "empty": Field("time to come empty from elsewhere", LAW),
        "operator": Field("skill of who drives", TEXT),
        "fail": Field("ways to fail", table="failure", listed=True),
        "calendar": Field("when it works", TEXT),
        "title": Field("title", TEXT),
        "source": note(),
    },
    "edge": {
        "from": Field("supply, station or buffer", TEXT, required=True),
        "to": Field("station, buffer, exit or scrap", TEXT, required=True),
        "by": Field("transports, any of them", NAMES),
        "in": Field("time of the move", WORK),
        "share": Field("share of the parts; what is left goes where none is told", SHARE),
        "parts": Field("part types that go this way", NAMES),
        "take": Field("quantity an assembly takes", COUNT),
        "give": Field("quantity a disassembly gives", COUNT),
        "rework": Field("counts as a rework pass", TRUTH),
        "source": note(),
    },
    "money": {
        "margin": Field("contribution of one more good part", MONEY),
        "hours": Field("planned hours a year", TIME),
        "source": note(),
    },
    "scenario": {
        "title": Field("title", TEXT),
        "set": Field("dotted paths and their new values", ANY, required=True),
        "cost": Field("investment", MONEY),
        "saves": Field("other savings a year", MONEY),
        "source": note(),
    },
    "optimize": {
        "goal": Field("throughput, profit (a year) or cost (a year, least that reaches an output)", TEXT),
        "vary": Field("dotted paths, wildcards allowed, and what they may become", table="vary", many=True, required=True),
        "totals": Field("bounds of sums", table="total", listed=True),
        "reach": Field("output to reach, for the goal cost", RATE),
        "invest": Field("most that may be invested", MONEY),
        "write_off_years": Field("years over which an investment counts", NUMBER),
        "indifference": Field("share of the output below which a difference does not matter", SHARE),
        "certainty": Field("with which the answer holds", SHARE),
        "parts": Field("most parts to simulate", COUNT),
        "source": Field("where the figures come from", TEXT),
    },
    "vary": {
        "from": Field("lowest value", NUMBER),
        "to": Field("highest value", NUMBER),
        "step": Field("between values; 1 by default", NUMBER),
        "values": Field("a list of values instead", ANY),
        "cost": Field("investment for each unit more than the model has (for each step along values)", MONEY),
        "yearly": Field("cost a year of each unit more; fewer save it", MONEY),
        "source": Field("where the figures come from", TEXT),
    },
    "total": {
        "of": Field("paths that are varied, wildcards allowed", NAMES, required=True),
        "most": Field("highest sum", NUMBER),
        "least": Field("lowest sum", NUMBER),
        "exactly": Field("the sum", NUMBER),
    },
}  # fmt: skip


def schema(
    table: str = "model",
    tables: Mapping[str, Mapping[str, Field]] = TABLES,
    title: str = "Gearpark line model",
) -> dict[str, Any]:
    """JSON Schema of a model file, or of another kind of file by its outermost ``table``."""
    made = {name: _table_schema(fields) for name, fields in tables.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **made.pop(table),
        "$defs": made,
    }


def _table_schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _field_schema(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
    }


def _field_schema(field: Field) -> dict[str, Any]:
    if field.table:
        one: dict[str, Any] = {"$ref": f"#/$defs/{field.table}"}
        if field.many:
            return {"type": "object", "additionalProperties": one, "description": field.about}
        if field.listed:
            return {"oneOf": [one, {"type": "array", "items": one}], "description": field.about}
        return {**one, "description": field.about}
    base = dict(field.kind.schema) if field.kind else {}
    sourced = {
        "type": "object",
        "properties": {"value": base, "source": {"type": "string"}},
        "required": ["value"],
    }
    choices = [base, sourced] if base else []
    if field.by_part:
        choices.append({"type": "object", "additionalProperties": base})
    return {"anyOf": choices, "description": field.about} if choices else {"description": field.about}
