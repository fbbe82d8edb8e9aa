"""Does a line template hang together? Every fault is a sentence that can be translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .faults import Fault
from .process import Characteristic, Kind, Titled
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


def faults(made: LineTemplate) -> list[Fault]:
    """What is wrong, in reading order; empty when nothing is."""
    if large := [*_sizes(made)]:
        return large  # nothing else is looked at: what follows compares rows with each other
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


def _twice(codes: Iterable[str], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield Fault("{0} {1!r} stands there twice", what, code)
        seen.add(code)


def _sizes(made: LineTemplate) -> Iterator[Fault]:
    if not 0 < len(made.devices) <= MAX_DEVICES:
        yield Fault("a line has 1 to {0} devices", MAX_DEVICES)
    for what, rows in _lists(made).items():
        if len(rows) > MAX_ROWS:
            yield Fault("there are more than {0} rows of {1}", MAX_ROWS, what)


def _lists(made: LineTemplate) -> dict[str, tuple[Titled, ...]]:
    """What the rows of a list are called -> the list."""
    return {
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


def _names(made: LineTemplate) -> Iterator[Fault]:
    if not CODE.fullmatch(made.code):
        yield Fault("the code {0!r} may hold small letters, digits and hyphens, at most 24", made.code)
    for device in made.devices:
        if not CODE.fullmatch(device.code):
            yield Fault(
                "the device code {0!r} may hold small letters, digits and hyphens, at most 24", device.code
            )
    yield from _twice((d.code for d in made.devices), "a device code")
    for what, rows in _lists(made).items():
        yield from _twice((row.code for row in rows), what)
        for row in rows:
            if not NAME.fullmatch(row.code):
                yield Fault(
                    "{0} {1!r}: a code holds letters, digits, '_', '.', '-', at most 40", what, row.code
                )
            if not row.title_en or not row.title_zh:
                yield Fault("{0} {1!r} needs a title in both languages", what, row.code)
    if not made.variants:
        yield Fault("there is no variant")


def _drawing(made: LineTemplate) -> Iterator[Fault]:
    shapes = made.devices
    for device in shapes:
        if not (0 <= device.place.x <= made.width and 0 <= device.place.y <= made.height):
            yield Fault("{0} stands outside the drawing", device.code)
    standing = [*made.stations, *made.buffers]
    for i, a in enumerate(standing):
        for b in standing[i + 1 :]:
            near_x = abs(a.place.x - b.place.x) < (a.place.width + b.place.width) / 2
            near_y = abs(a.place.y - b.place.y) < (a.place.height + b.place.height) / 2
            if near_x and near_y:
                yield Fault("{0} and {1} are drawn over each other", a.code, b.code)


def _stations(made: LineTemplate) -> Iterator[Fault]:
    roles = {
        Role.STATION: made.stations,
        Role.BUFFER: made.buffers,
    }
    for role, devices in roles.items():
        for device in devices:
            if made.types[device.type].role is not role:
                yield Fault("{0}: an asset of type {1} is no {2}", device.code, device.type, role)
    for transport in made.transports:
        role = made.types[transport.type].role
        if role not in (Role.CARRIER, Role.VEHICLE):
            yield Fault("{0}: an asset of type {1} moves nothing", transport.code, transport.type)
        if role is Role.VEHICLE and (transport.rail is None or not transport.rail.closed):
            yield Fault("{0}: a vehicle drives a closed rail", transport.code)
        if not 0 < transport.move_s <= MAX_CYCLE_S:
            yield Fault("{0}: move_s must be above 0", transport.code)
    for buffer in made.buffers:
        if not 0 < buffer.capacity <= 10_000:
            yield Fault("{0}: a buffer has room for 1 to 10000 parts", buffer.code)
    for group, members in made.groups.items():
        if len({(s.op, s.ideal_cycle_s, s.batch, s.type) for s in members}) > 1:
            yield Fault("the stations of group {0} differ in operation, cycle, charge or type", group)
        if not 0 < members[0].ideal_cycle_s <= MAX_CYCLE_S:
            yield Fault("group {0}: the cycle must be above 0 and at most a week", group)
        if not 1 <= members[0].batch <= MAX_BATCH:
            yield Fault("group {0}: a charge has 1 to {1} parts", group, MAX_BATCH)
    yield from _twice([str(m[0].op) for m in made.groups.values()], "the operation number of a station group")
    if made.output not in {s.code for s in made.stations}:
        yield Fault("the output {0!r} is no station", made.output)


def _flows(made: LineTemplate) -> Iterator[Fault]:
    places = {*made.groups, *(b.code for b in made.buffers)}
    carriers = {t.code: made.types[t.type].role for t in made.transports}
    for flow in made.flows:
        unknown = {flow.source, flow.target} - places - {STORE} | set(flow.by) - set(carriers)
        if unknown:
            yield Fault("a flow names {0!r}, which is no group, buffer or transport", sorted(unknown)[0])
            return
        ends_in_store = STORE in (flow.source, flow.target)
        wanted = Role.VEHICLE if ends_in_store else Role.CARRIER
        if not flow.by or any(carriers[code] is not wanted for code in flow.by):
            yield Fault("the flow {0} to {1} must be moved by a {2}", flow.source, flow.target, wanted)
    into = {f.target: f for f in made.flows}
    if len(into) != len(made.flows) or len({f.source for f in made.flows}) != len(made.flows):
        yield Fault("a place is fed or emptied by two flows")
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
        yield Fault(
            "the flows do not lead from the store through every place back to the store (left out: {0})",
            missing,
        )
        return
    buffers = {b.code for b in made.buffers}
    if walked[0] not in buffers or walked[-1] not in buffers:
        yield Fault("the first and the last place of the flow must be buffers")
    ops = [made.groups[place][0].op for place in walked if place in made.groups]
    if ops != sorted(ops):
        yield Fault("operation numbers must grow along the flow")
    if any(role is Role.VEHICLE for role in carriers.values()):
        lost = {STORE, walked[0], walked[-1]} - set(made.stops)
        if lost:
            yield Fault("the vehicles have no stop at {0!r}", sorted(lost)[0])


def _operations(made: LineTemplate) -> Iterator[Fault]:
    tools, gauges = ({t.code for t in rows} for rows in (made.tool_classes, made.gauge_classes))
    skills = {s.code for s in made.skills}
    ops = {o.op for o in made.operations}
    yield from _twice((str(o.op) for o in made.operations), "operation")
    for group, members in made.groups.items():
        if made.operations and not any(o.op == members[0].op and o.group == group for o in made.operations):
            yield Fault("group {0} has no operation {1}", group, members[0].op)
    for o in made.operations:
        for code, known, what in (
            *((t, tools, "tool class") for t in o.tool_classes),
            *((g, gauges, "gauge class") for g in o.gauge_classes),
            *((s, skills, "skill") for s in (o.skill,) if s),
        ):
            if code not in known:
                yield Fault("operation {0} names an unknown {1} {2!r}", o.op, what, code)
        shares = o.tool_shares
        if len(shares) != len(o.tool_classes) or any(s <= 0 for s in shares):
            yield Fault("operation {0}: each tool class needs a share above 0", o.op)
        elif shares and abs(sum(shares) - 1) > _SHARE_TOLERANCE:
            yield Fault("operation {0}: the shares of its tools do not sum to 1", o.op)
        if o.setup_s < 0:
            yield Fault("operation {0}: setup_s is below 0", o.op)
        if o.rework_to is not None and (o.rework_to not in ops or o.rework_to > o.op):
            yield Fault(
                "operation {0}: rework goes to an earlier operation or itself, not to {1}", o.op, o.rework_to
            )


def _characteristics(made: LineTemplate) -> Iterator[Fault]:
    groups, gauges = made.groups, {g.code for g in made.gauge_classes}
    seen: set[tuple[str, str]] = set()
    for c in made.characteristics:
        what = c.code
        if made.operation(c.op) is None:
            yield Fault("characteristic {0!r} is made by an unknown operation {1}", what, c.op)
        elif c.measured_at not in groups:
            yield Fault("characteristic {0!r} is measured at an unknown group {1!r}", what, c.measured_at)
        elif groups[c.measured_at][0].op < c.op:
            yield Fault("characteristic {0!r} is measured before it is made", what)
        elif (c.measured_at, c.signal) in seen:
            yield Fault("characteristic {0!r}: signal {1!r} carries two characteristics", what, c.signal)
        seen.add((c.measured_at, c.signal))
        if c.gauge and c.gauge not in gauges:
            yield Fault("characteristic {0!r} names an unknown gauge class {1!r}", what, c.gauge)
        yield from _limits(c, what)


def _limits(c: Characteristic, what: str) -> Iterator[Fault]:
    if c.kind is Kind.ATTRIBUTE:
        if (c.nominal, c.lsl, c.usl) != (None, None, None):
            yield Fault("characteristic {0!r} is an attribute and has no nominal value and no limits", what)
        return
    if c.lsl is None and c.usl is None:
        yield Fault("characteristic {0!r} has no limit", what)
    ordered = [v for v in (c.lsl, c.nominal, c.usl) if v is not None]
    if ordered != sorted(ordered) or (c.lsl is not None and c.lsl == c.usl):
        yield Fault("characteristic {0!r}: the limits and the nominal value are not in order", what)
    if not 0 <= c.decimals <= 6:
        yield Fault("characteristic {0!r}: decimals are between 0 and 6", what)


def _reasons(made: LineTemplate) -> Iterator[Fault]:
    parents = {r.code: r.parent for r in made.stop_reasons}
    for r in made.stop_reasons:
        if r.loss not in LOSSES:
            yield Fault("stop reason {0!r}: loss is {1!r}; it can be {2}", r.code, r.loss, ", ".join(LOSSES))
        if r.parent and r.parent not in parents:
            yield Fault("stop reason {0!r} stands below an unknown reason {1!r}", r.code, r.parent)
        above, steps = r.parent, 0
        while above in parents and steps <= len(parents):
            above, steps = parents[above], steps + 1
        if steps > len(parents):
            yield Fault("stop reason {0!r} stands below itself", r.code)
    known = {c.code for c in made.characteristics}
    for s in made.scrap_reasons:
        if s.op is not None and made.operation(s.op) is None:
            yield Fault("scrap reason {0!r} names an unknown operation {1}", s.code, s.op)
        for code in s.characteristics:
            if code not in known:
                yield Fault("scrap reason {0!r} names an unknown characteristic {1!r}", s.code, code)


def _rest(made: LineTemplate) -> Iterator[Fault]:
    for m in made.materials:
        if made.operation(m.op) is None:
            yield Fault("material {0!r} goes into an unknown operation {1}", m.code, m.op)
        if m.per_part <= 0 or m.lot_parts < 1:
            yield Fault("material {0!r}: per_part and lot_parts must be above 0", m.code)
    for c in made.containers:
        if c.parts < 1:
            yield Fault("container {0!r} holds no part", c.code)
    for tool in made.tool_classes:
        if tool.life_parts < 1 or tool.change_s < 0:
            yield Fault("tool class {0!r}: life_parts must be above 0", tool.code)
    for s in made.special_states:
        kind = made.types.get(s.type)
        if kind is None:
            yield Fault("special state {0!r}: the line has no asset of type {1!r}", s.code, s.type)
        elif s.signal not in {one.name for one in kind.signals}:
            yield Fault(
                "special state {0!r}: an asset of type {1} has no signal {2!r}", s.code, s.type, s.signal
            )
        if s.state not in STATES:
            yield Fault(
                "special state {0!r}: state is {1!r}; it can be {2}", s.code, s.state, ", ".join(STATES)
            )
    for loss in made.losses:
        for state in loss.states:
            if state not in STATES:
                yield Fault("loss {0!r} names an unknown state {1!r}", loss.code, state)
    for code, r in made.reliability.items():
        if min(r.mtbf_h, r.mttr_min, r.minor_mtbf_h, r.minor_s) <= 0:
            yield Fault("reliability of {0}: every figure must be above 0", code)
    known = made.commissioning
    if min(known.cycle_factor, known.mtbf_factor, known.scrap_factor) <= 0:
        yield Fault("commissioning: every factor must be above 0")
    if not 0 <= made.plan_per_shift <= 100_000:
        yield Fault("plan_per_shift is between 0 and 100000")
