"""A document checked and turned into a line."""

from __future__ import annotations

from typing import Any

from .. import plan as p
from . import clock
from .document import Document, refusal
from .flow import read_flow
from .line import Line, Money, Run, Scenario, StationInfo
from .machines import Machines, calendar_of
from .places import Places
from .reading import Table, read_model
from .task import task_of
from .units import BadFigure, time_s

DEFAULT_TIME_S = 40 * 3600.0
DEFAULT_REPLICATIONS = 20
MAX_REPLICATIONS = 100_000
MAX_MACHINES = 5_000


def build_line(document: Document) -> Line:
    """Check a model file and turn it into a line; the first thing wrong is a Problem naming its line."""
    model = read_model(document)
    types = tuple(model.get("parts", {})) or ("part",)
    calendars, start_s = _calendars(document, model)
    people = _people(document, model, calendars)
    edges = read_flow(document, model)
    supplies = dict(model.get("supplies", {}))
    if model["supply"] is not None or not supplies:
        supplies.setdefault("supply", model["supply"] or Table(("supply",), {}))
    places = Places(document, model, edges, supplies, types)
    skills = {skill for group in people for skill in group.skills}
    machines = Machines(document, model, places, types, skills, calendars)
    made = [*machines.stations(), *machines.carriers()]
    if len(made) > MAX_MACHINES:
        raise refusal("twin.too_large", document, ("stations",), f"at most {MAX_MACHINES:,} machines")
    plan = p.Plan(
        machines=made,
        places=places.all(),
        sources=_sources(document, model, places, supplies, types),
        people=people,
        calendars=list(calendars.values()),
        types=types,
        limit=model["limit"] or p.UNLIMITED,
        start_s=start_s,
    )
    return Line(
        name=model["name"],
        document=document,
        plan=plan,
        stations=tuple(_infos(model, plan)),
        buffers=tuple(model.get("buffers", {})),
        run=_run(document, model),
        money=_money(model),
        scenarios=_scenarios(document, model),
        optimize=task_of(document, model),
    )


def _calendars(document: Document, model: Table) -> tuple[dict[str, p.Calendar], float]:
    made, start_s = {}, 0.0
    for name, table in model.get("calendars", {}).items():
        try:
            made[name] = clock.weekly(name, table["shifts"], table.get("breaks", ()))
        except clock.BadClock as error:
            raise refusal("twin.calendar", document, table.at("shifts"), str(error)) from None
    if model["calendar"] and model["calendar"] not in made:
        raise refusal(
            "twin.name_unknown", document, ("calendar",), f"there is no calendar {model['calendar']!r}"
        )
    if model["start"]:
        try:
            start_s = clock.moment_s(model["start"])
        except clock.BadClock as error:
            raise refusal("twin.calendar", document, ("start",), str(error)) from None
    elif made:
        start_s = min(calendar.changes[0] for calendar in made.values())
    return made, start_s


def _people(document: Document, model: Table, calendars: dict[str, p.Calendar]) -> list[p.People]:
    return [
        p.People(name, t["count"], t.get("skills", (name,)), calendar_of(document, model, t, calendars))
        for name, t in model.get("people", {}).items()
    ]


def _mix(
    document: Document, model: Table, supply: Table, types: tuple[str, ...]
) -> tuple[tuple[int, float], ...]:
    parts = model.get("parts", {})
    wanted = supply.get("parts", types)
    for name in wanted:
        if name not in types:
            raise refusal(
                "twin.name_unknown", document, supply.at("parts"), f"there is no part type {name!r}"
            )
    given = {name: parts[name]["share"] for name in wanted if parts and parts[name]["share"] is not None}
    left = 1.0 - sum(given.values())
    open_ones = [name for name in wanted if name not in given]
    if left < -1e-9 or (not open_ones and abs(left) > 1e-9 and len(wanted) == len(types)):
        raise refusal(
            "twin.routing_sum", document, ("parts",), f"the shares of the mix sum to {1 - left:.6g}, not to 1"
        )
    shares = {name: given.get(name, left / max(1, len(open_ones))) for name in wanted}
    total = sum(shares.values())
    if total <= 0:
        raise refusal("twin.routing_sum", document, ("parts",), "no part type of this supply has a share")
    return tuple((types.index(name), share / total) for name, share in shares.items() if share > 0)


def _sources(
    document: Document, model: Table, places: Places, supplies: dict[str, Table], types: tuple[str, ...]
) -> list[p.Source]:
    return [
        _source(document, model, places.supply_place(name), name, t, types) for name, t in supplies.items()
    ]


def _source(
    document: Document, model: Table, place: str, name: str, t: Table, types: tuple[str, ...]
) -> p.Source:
    rule = t.get("kind", "orders" if t["orders"] else "arrivals" if t["every"] else "saturated")
    if rule == "arrivals" and t["every"] is None:
        raise refusal(
            "twin.field_missing", document, t.path, "arrivals need the field 'every', the time between them"
        )
    orders = []
    for k, order in enumerate(t.get("orders", [])):
        kind = order.get("part", types[0])
        if kind not in types:
            raise refusal("twin.name_unknown", document, order.at("part"), f"there is no part type {kind!r}")
        orders.append(
            p.Order(
                order.get("name", f"order {k + 1}"),
                types.index(kind),
                order["quantity"],
                order.get("release", 0.0),
            )
        )
    if rule == "orders" and not orders:
        raise refusal("twin.field_missing", document, t.path, "a supply by orders needs the field 'orders'")
    return p.Source(
        name=name,
        place=place,
        rule=rule,
        every=t["every"] if rule == "arrivals" else None,
        batch=t.get("batch", 1),
        mix=_mix(document, model, t, types),
        lot=t.get("lot", 1),
        pick=t.get("pick", "level"),
        loses=t["full"] == "lose",
        orders=tuple(orders) if rule == "orders" else (),
    )


def _run(document: Document, model: Table) -> Run:
    t = model.get("run", Table(("run",), {}))
    warm: float | None = None
    if t["warmup"] not in (None, "auto"):
        try:
            warm = time_s(t["warmup"])
        except BadFigure as error:
            raise refusal(error.code, document, ("run", "warmup"), str(error)) from None
    made = Run(t.get("time", DEFAULT_TIME_S), warm, t.get("replications", DEFAULT_REPLICATIONS))
    if made.time_s <= (warm or 0.0):
        raise refusal("twin.value", document, ("run", "time"), "the run must be longer than its warm-up")
    if made.replications > MAX_REPLICATIONS:
        raise refusal("twin.too_large", document, ("run", "replications"), f"at most {MAX_REPLICATIONS:,}")
    return made


def _money(model: Table) -> Money:
    t = model.get("money", Table(("money",), {}))
    return Money(t.get("margin", 0.0), t.get("hours", 0.0) / 3600.0)


def _scenarios(document: Document, model: Table) -> tuple[Scenario, ...]:
    made = []
    for name, t in model.get("scenarios", {}).items():
        changes: Any = t["set"]
        if not isinstance(changes, dict) or not changes:
            raise refusal("twin.value", document, t.at("set"), "dotted paths and their values are expected")
        made.append(Scenario(name, t.get("title", name), changes, t.get("cost", 0.0), t.get("saves", 0.0)))
    return tuple(made)


def _infos(model: Table, plan: p.Plan) -> list[StationInfo]:
    infos = []
    for name, t in [*model["stations"].items(), *model.get("transports", {}).items()]:
        members = tuple(m.name for m in plan.machines if m.station == name)
        power = t["power"]
        infos.append(
            StationInfo(
                name=name,
                machines=members,
                carrier=name not in model["stations"],
                power_kw=dict(power.values) if power else {},
                title=t.get("title", name),
            )
        )
    return infos
