"""People, places, sources and calendars laid out."""

from __future__ import annotations

import math

from .. import plan as p
from ..kernel import layout as at
from .draft import Draft
from .graph import own_exit, sources_of, targets_of

_PLACE_KINDS = {"buffer": at.BUFFER, "supply": at.SUPPLY, "exit": at.EXIT, "scrap": at.SCRAP}
_RULES = {"saturated": at.SATURATED, "arrivals": at.ARRIVALS, "orders": at.ORDERS}


def lay_people(d: Draft) -> None:
    plan, z, space = d.plan, d.z, d.space
    first = space.take(at.GR * len(plan.people))
    z[at.H_GROUPS], z[at.H_GROUP_COUNT] = first, len(plan.people)
    d.groups = {group.name: first + k * at.GR for k, group in enumerate(plan.people)}
    names = sorted({skill for group in plan.people for skill in group.skills})
    d.skills = {name: space.take(at.KR) for name in names}
    for group in plan.people:
        g = d.groups[group.name]
        z[g + at.G_FREE] = z[g + at.G_COUNT] = z[g + at.G_STRENGTH] = group.count
        z[g + at.G_SKILLS], z[g + at.G_SKILL_COUNT] = space.listed(d.skills[s] for s in group.skills)
    for name, k in d.skills.items():
        z[k + at.K_HEAD] = z[k + at.K_TAIL] = at.NONE
        able = sorted((g for g in plan.people if name in g.skills), key=lambda g: len(g.skills))
        z[k + at.K_GROUPS], z[k + at.K_GROUP_COUNT] = space.listed(d.groups[g.name] for g in able)


def lay_place(d: Draft, place: p.Place) -> None:
    z, h, plan = d.z, d.places[place.name], d.plan
    z[h + at.P_KIND] = _PLACE_KINDS[place.kind]
    z[h + at.P_CAP] = at.FOREVER if place.capacity == p.UNLIMITED else place.capacity
    z[h + at.P_HEAD] = z[h + at.P_TAIL] = z[h + at.P_SOURCE] = z[h + at.P_FEEDER] = at.NONE
    takers = [m for m in d.order if place.name in sources_of(m)]
    putters = [m for m in d.order if place.name in targets_of(m)]
    carriers = [m for m in putters if m.carrier]
    z[h + at.P_TAKERS], z[h + at.P_TAKER_COUNT] = d.space.listed(d.machines[m.name] for m in takers)
    z[h + at.P_PUTTERS], z[h + at.P_PUTTER_COUNT] = d.space.listed(d.machines[m.name] for m in putters)
    z[h + at.P_CARRIERS], z[h + at.P_CARRIER_COUNT] = d.space.listed(d.machines[m.name] for m in carriers)
    z[h + at.P_ONE] = d.machines[takers[0].name] if len(takers) == 1 else at.NONE
    z[h + at.P_SIMPLE] = int(all(not m.carrier and len(m.takes) == 1 for m in takers))
    waiting = [s for s in plan.sources if s.place == place.name and s.rule == "arrivals" and not s.loses]
    z[h + at.P_FED] = int(bool(carriers) or (bool(waiting) and place.capacity != p.UNLIMITED))


def lay_sources(d: Draft) -> None:
    z, space, plan = d.z, d.space, d.plan
    orders = [order for source in plan.sources for order in source.orders]
    first_order = space.take(at.OR_ * len(orders))
    z[at.H_ORDERS], z[at.H_ORDER_COUNT] = first_order, len(orders)
    handles, next_order, counted = [], first_order, own_exit(plan)
    for source in plan.sources:
        s = space.take(at.SR)
        handles.append(s)
        place = d.places[source.place]
        z[s + at.S_KIND] = at.IS_SOURCE
        z[s + at.S_RULE] = _RULES[source.rule]
        z[s + at.S_PLACE], z[s + at.S_BATCH], z[s + at.S_LOT] = place, source.batch, source.lot
        z[s + at.S_PICK] = at.PICK_RANDOM if source.pick == "random" else at.PICK_LEVEL
        z[s + at.S_LOSES] = int(source.loses)
        z[s + at.S_COUNTS] = int(source.place in counted)
        z[s + at.S_SLOT] = len(d.order) + len(d.entities)
        d.entities.append(s)
        if source.every is not None:
            z[s + at.S_DIST] = d.law(source.every)
        z[place + (at.P_FEEDER if source.rule == "arrivals" else at.P_SOURCE)] = s
        z[s + at.S_MIX], z[s + at.S_MIX_COUNT] = space.take(at.XR * len(source.mix)), len(source.mix)
        for k, (kind, share) in enumerate(source.mix):
            z[z[s + at.S_MIX] + k * at.XR + at.X_KIND] = kind
            d.r[z[s + at.S_MIX] + k * at.XR] = share
        z[s + at.S_ORDER] = z[s + at.S_READY] = next_order
        for order in sorted(source.orders, key=lambda o: o.release_s):
            z[next_order : next_order + 4] = [order.kind, order.quantity, order.quantity, order.quantity]
            d.r[next_order], d.r[next_order + 1] = order.release_s, math.inf
            next_order += at.OR_
        z[s + at.S_ORDER_END] = next_order
        d.stream(s, source.name, "arrival")
        d.stream(s + 1, source.name, "type")
    z[at.H_SOURCES], z[at.H_SOURCE_COUNT] = space.listed(handles)


def lay_calendars(d: Draft) -> None:
    """Calendars, with the changes still to come after the plan's start."""
    z, plan = d.z, d.plan
    handles = []
    for calendar in plan.calendars:
        c = d.space.take(at.CR)
        handles.append(c)
        z[c + at.C_KIND] = at.IS_CALENDAR
        first = d.space.take(len(calendar.changes))
        d.r[first : first + len(calendar.changes)] = calendar.changes
        passed = plan.start_s % calendar.period_s
        if passed < calendar.changes[0]:  # still in the period that began before
            passed += calendar.period_s
        pointer = sum(change <= passed for change in calendar.changes)
        z[c + at.C_ON] = pointer % 2  # the first change switches on
        base = -passed
        if pointer == len(calendar.changes):
            pointer, base = 0, base + calendar.period_s
        z[c + at.C_LO], z[c + at.C_COUNT], z[c + at.C_POINTER] = first, len(calendar.changes), pointer
        d.r[c + at.FC_PERIOD], d.r[c + at.FC_BASE] = calendar.period_s, base
        z[c + at.C_SLOT] = len(d.order) + len(d.entities)
        d.entities.append(c)
        machines = [d.machines[m.name] for m in d.order if m.calendar == calendar.name]
        groups = [d.groups[g.name] for g in plan.people if g.calendar == calendar.name]
        z[c + at.C_MACHINES], z[c + at.C_MACHINE_COUNT] = d.space.listed(machines)
        z[c + at.C_GROUPS], z[c + at.C_GROUP_COUNT] = d.space.listed(groups)
        if z[c + at.C_ON] == 0:
            for g in groups:
                z[g + at.G_FREE] = z[g + at.G_COUNT] = 0
    z[at.H_CALENDARS], z[at.H_CALENDAR_COUNT] = d.space.listed(handles)


def lay_parts(d: Draft) -> int:
    """Records of parts, all free; they come last, so that the streams' array need not reach so far."""
    first = d.space.take(at.QR * d.parts)
    for k in range(d.parts):
        d.z[first + k * at.QR + at.Q_NEXT] = first + (k + 1) * at.QR if k + 1 < d.parts else at.NONE
    d.z[at.H_FREE], d.z[at.H_FREE_COUNT] = first, d.parts
    return first
