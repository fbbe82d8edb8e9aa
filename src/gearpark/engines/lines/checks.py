"""Does a line template hang together? Every fault is a sentence without its full stop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .process import Characteristic, Kind
from .types import STORE, LineTemplate, Role

MAX_DEVICES = 200
MAX_ROWS = 500  # of any other list of a template
MAX_CYCLE_S = 7 * 86_400.0
MAX_BATCH = 100
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
STATES = ("running", "starved", "blocked", "idle", "setup", "down", "planned_stop")
LOSSES = ("planned_stop", "down", "minor_stop", "setup", "starved", "blocked", "idle", "speed", "quality")
_SHARE_TOLERANCE = 1e-6


def faults(made: LineTemplate) -> list[str]:
    """What is wrong, in reading order; empty when nothing is."""
    return [
        *_names(made),
        *_drawing(made),
        *_stations(made),
        *_flows(made),
        *_operations(made),
        *_characteristics(made),
        *_reasons(made),
        *_rest(made),
    ]


def _twice(codes: Iterable[str], what: str) -> Iterator[str]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield f"{what} {code!r} stands there twice"
        seen.add(code)


def _names(made: LineTemplate) -> Iterator[str]:
    if not CODE.fullmatch(made.code):
        yield f"the code {made.code!r} may hold small letters, digits and hyphens, at most 24"
    if not 0 < len(made.devices) <= MAX_DEVICES:
        yield f"a line has 1 to {MAX_DEVICES} devices"
    for device in made.devices:
        if not CODE.fullmatch(device.code):
            yield f"the device code {device.code!r} may hold small letters, digits and hyphens, at most 24"
    yield from _twice((d.code for d in made.devices), "a device code")
    lists = {
        "variant": made.variants,
        "characteristic": made.characteristics,
        "tool class": made.tool_classes,
        "gauge class": made.gauge_classes,
        "skill": made.skills,
        "stop reason": made.stop_reasons,
        "scrap reason": made.scrap_reasons,
        "material": made.materials,
        "container": made.containers,
    }
    for what, rows in lists.items():
        yield from _twice((row.code for row in rows), what)
        if len(rows) > MAX_ROWS:
            yield f"there are more than {MAX_ROWS} rows of {what}"
        for row in rows:
            if not NAME.fullmatch(row.code):
                yield f"{what} {row.code!r}: a code holds letters, digits, '_', '.', '-', at most 40"
            if not row.title_en or not row.title_zh:
                yield f"{what} {row.code!r} needs a title in both languages"
    if not made.variants:
        yield "there is no variant"


def _drawing(made: LineTemplate) -> Iterator[str]:
    shapes = made.devices
    for device in shapes:
        if not (0 <= device.place.x <= made.width and 0 <= device.place.y <= made.height):
            yield f"{device.code} stands outside the drawing"
    standing = [*made.stations, *made.buffers]
    for i, a in enumerate(standing):
        for b in standing[i + 1 :]:
            near_x = abs(a.place.x - b.place.x) < (a.place.width + b.place.width) / 2
            near_y = abs(a.place.y - b.place.y) < (a.place.height + b.place.height) / 2
            if near_x and near_y:
                yield f"{a.code} and {b.code} are drawn over each other"


def _stations(made: LineTemplate) -> Iterator[str]:
    roles = {
        Role.STATION: made.stations,
        Role.BUFFER: made.buffers,
    }
    for role, devices in roles.items():
        for device in devices:
            if made.types[device.type].role is not role:
                yield f"{device.code}: an asset of type {device.type} is no {role}"
    for transport in made.transports:
        role = made.types[transport.type].role
        if role not in (Role.CARRIER, Role.VEHICLE):
            yield f"{transport.code}: an asset of type {transport.type} moves nothing"
        if role is Role.VEHICLE and (transport.rail is None or not transport.rail.closed):
            yield f"{transport.code}: a vehicle drives a closed rail"
        if not 0 < transport.move_s <= MAX_CYCLE_S:
            yield f"{transport.code}: move_s must be above 0"
    for buffer in made.buffers:
        if not 0 < buffer.capacity <= 10_000:
            yield f"{buffer.code}: a buffer has room for 1 to 10000 parts"
    for group, members in made.groups.items():
        if len({(s.op, s.ideal_cycle_s, s.batch, s.type) for s in members}) > 1:
            yield f"the stations of group {group} differ in operation, cycle, charge or type"
        if not 0 < members[0].ideal_cycle_s <= MAX_CYCLE_S:
            yield f"group {group}: the cycle must be above 0 and at most a week"
        if not 1 <= members[0].batch <= MAX_BATCH:
            yield f"group {group}: a charge has 1 to {MAX_BATCH} parts"
    yield from _twice([str(m[0].op) for m in made.groups.values()], "the operation number of a station group")
    if made.output not in {s.code for s in made.stations}:
        yield f"the output {made.output!r} is no station"


def _flows(made: LineTemplate) -> Iterator[str]:
    places = {*made.groups, *(b.code for b in made.buffers)}
    carriers = {t.code: made.types[t.type].role for t in made.transports}
    for flow in made.flows:
        unknown = {flow.source, flow.target} - places - {STORE} | set(flow.by) - set(carriers)
        if unknown:
            yield f"a flow names {sorted(unknown)[0]!r}, which is no group, buffer or transport"
            return
        ends_in_store = STORE in (flow.source, flow.target)
        wanted = Role.VEHICLE if ends_in_store else Role.CARRIER
        if not flow.by or any(carriers[code] is not wanted for code in flow.by):
            yield f"the flow {flow.source} to {flow.target} must be moved by a {wanted}"
    into = {f.target: f for f in made.flows}
    if len(into) != len(made.flows) or len({f.source for f in made.flows}) != len(made.flows):
        yield "a place is fed or emptied by two flows"
        return
    walked: list[str] = []
    here = STORE
    onward = {f.source: f.target for f in made.flows}
    while here in onward and len(walked) <= len(places):
        here = onward[here]
        if here == STORE:
            break
        walked.append(here)
    if here != STORE or set(walked) != places:
        missing = sorted(places - set(walked))
        yield f"the flows do not lead from the store through every place back to the store (left out: {missing})"
        return
    buffers = {b.code for b in made.buffers}
    if walked[0] not in buffers or walked[-1] not in buffers:
        yield "the first and the last place of the flow must be buffers"
    ops = [made.groups[place][0].op for place in walked if place in made.groups]
    if ops != sorted(ops):
        yield "operation numbers must grow along the flow"
    if any(role is Role.VEHICLE for role in carriers.values()):
        lost = {STORE, walked[0], walked[-1]} - set(made.stops)
        if lost:
            yield f"the vehicles have no stop at {sorted(lost)[0]!r}"


def _operations(made: LineTemplate) -> Iterator[str]:
    tools, gauges = ({t.code for t in rows} for rows in (made.tool_classes, made.gauge_classes))
    skills = {s.code for s in made.skills}
    ops = {o.op for o in made.operations}
    yield from _twice((str(o.op) for o in made.operations), "operation")
    for group, members in made.groups.items():
        if made.operations and not any(o.op == members[0].op and o.group == group for o in made.operations):
            yield f"group {group} has no operation {members[0].op}"
    for o in made.operations:
        for code, known, what in (
            *((t, tools, "tool class") for t in o.tool_classes),
            *((g, gauges, "gauge class") for g in o.gauge_classes),
            *((s, skills, "skill") for s in (o.skill,) if s),
        ):
            if code not in known:
                yield f"operation {o.op} names an unknown {what} {code!r}"
        shares = o.tool_shares
        if len(shares) != len(o.tool_classes) or any(s <= 0 for s in shares):
            yield f"operation {o.op}: each tool class needs a share above 0"
        elif shares and abs(sum(shares) - 1) > _SHARE_TOLERANCE:
            yield f"operation {o.op}: the shares of its tools do not sum to 1"
        if o.setup_s < 0:
            yield f"operation {o.op}: setup_s is below 0"
        if o.rework_to is not None and (o.rework_to not in ops or o.rework_to > o.op):
            yield f"operation {o.op}: rework goes to an earlier operation or itself, not to {o.rework_to}"


def _characteristics(made: LineTemplate) -> Iterator[str]:
    groups, gauges = made.groups, {g.code for g in made.gauge_classes}
    seen: set[tuple[str, str]] = set()
    for c in made.characteristics:
        what = f"characteristic {c.code!r}"
        if made.operation(c.op) is None:
            yield f"{what} is made by an unknown operation {c.op}"
        elif c.measured_at not in groups:
            yield f"{what} is measured at an unknown group {c.measured_at!r}"
        elif groups[c.measured_at][0].op < c.op:
            yield f"{what} is measured before it is made"
        elif (c.measured_at, c.signal) in seen:
            yield f"{what}: signal {c.signal!r} carries two characteristics"
        seen.add((c.measured_at, c.signal))
        if c.gauge and c.gauge not in gauges:
            yield f"{what} names an unknown gauge class {c.gauge!r}"
        yield from _limits(c, what)


def _limits(c: Characteristic, what: str) -> Iterator[str]:
    if c.kind is Kind.ATTRIBUTE:
        if (c.nominal, c.lsl, c.usl) != (None, None, None):
            yield f"{what} is an attribute and has no nominal value and no limits"
        return
    if c.lsl is None and c.usl is None:
        yield f"{what} has no limit"
    ordered = [v for v in (c.lsl, c.nominal, c.usl) if v is not None]
    if ordered != sorted(ordered) or (c.lsl is not None and c.lsl == c.usl):
        yield f"{what}: the limits and the nominal value are not in order"
    if not 0 <= c.decimals <= 6:
        yield f"{what}: decimals are between 0 and 6"


def _reasons(made: LineTemplate) -> Iterator[str]:
    parents = {r.code: r.parent for r in made.stop_reasons}
    for r in made.stop_reasons:
        if r.loss not in LOSSES:
            yield f"stop reason {r.code!r}: loss is {r.loss!r}; it can be {', '.join(LOSSES)}"
        if r.parent and r.parent not in parents:
            yield f"stop reason {r.code!r} stands below an unknown reason {r.parent!r}"
        above, steps = r.parent, 0
        while above in parents and steps <= len(parents):
            above, steps = parents[above], steps + 1
        if steps > len(parents):
            yield f"stop reason {r.code!r} stands below itself"
    known = {c.code for c in made.characteristics}
    for s in made.scrap_reasons:
        if s.op is not None and made.operation(s.op) is None:
            yield f"scrap reason {s.code!r} names an unknown operation {s.op}"
        for code in s.characteristics:
            if code not in known:
                yield f"scrap reason {s.code!r} names an unknown characteristic {code!r}"


def _rest(made: LineTemplate) -> Iterator[str]:
    for m in made.materials:
        if made.operation(m.op) is None:
            yield f"material {m.code!r} goes into an unknown operation {m.op}"
        if m.per_part <= 0 or m.lot_parts < 1:
            yield f"material {m.code!r}: per_part and lot_parts must be above 0"
    for c in made.containers:
        if c.parts < 1:
            yield f"container {c.code!r} holds no part"
    for tool in made.tool_classes:
        if tool.life_parts < 1 or tool.change_s < 0:
            yield f"tool class {tool.code!r}: life_parts must be above 0"
    for s in made.special_states:
        kind = made.types.get(s.type)
        if kind is None:
            yield f"special state {s.code!r}: the line has no asset of type {s.type!r}"
        elif s.signal not in {one.name for one in kind.signals}:
            yield f"special state {s.code!r}: an asset of type {s.type} has no signal {s.signal!r}"
        if s.state not in STATES:
            yield f"special state {s.code!r}: state is {s.state!r}; it can be {', '.join(STATES)}"
    for loss in made.losses:
        for state in loss.states:
            if state not in STATES:
                yield f"loss {loss.code!r} names an unknown state {state!r}"
    for code, r in made.reliability.items():
        if min(r.mtbf_h, r.mttr_min, r.minor_mtbf_h, r.minor_s) <= 0:
            yield f"reliability of {code}: every figure must be above 0"
    known = made.commissioning
    if min(known.cycle_factor, known.mtbf_factor, known.scrap_factor) <= 0:
        yield "commissioning: every factor must be above 0"
    if not 0 <= made.plan_per_shift <= 100_000:
        yield "plan_per_shift is between 0 and 100000"
