"""Who takes from where and puts where; the order of machines from the line's end."""

from __future__ import annotations

from collections import deque

from .. import plan as p


def sources_of(machine: p.Machine) -> list[str]:
    """Places a machine takes from."""
    if machine.carrier:
        return [f.source for f in machine.flows]
    return [name for name, _ in machine.takes] + ([machine.also] if machine.also else [])


def targets_of(machine: p.Machine) -> list[str]:
    """Places a machine puts parts to."""
    if machine.carrier:
        return [f.target for f in machine.flows]
    return [way.place for ways in machine.ways for way in ways] + [name for name, _ in machine.gives]


def downstream_first(plan: p.Plan) -> list[p.Machine]:
    """Machines by their distance from an exit, nearest first; among equals the later one of the plan first."""
    feeding: dict[str, list[int]] = {}
    for k, machine in enumerate(plan.machines):
        for name in targets_of(machine):
            feeding.setdefault(name, []).append(k)
    distance: dict[int, int] = {}
    queue = deque((place.name, 1) for place in plan.places if place.kind == "exit")
    seen = {name for name, _ in queue}
    while queue:
        name, far = queue.popleft()
        for k in feeding.get(name, []):
            if k not in distance:
                distance[k] = far
                for before in sources_of(plan.machines[k]):
                    if before not in seen:
                        seen.add(before)
                        queue.append((before, far + 1))
    last = len(plan.machines) + 1
    ranked = sorted(range(len(plan.machines)), key=lambda k: (distance.get(k, last), -k))
    return [plan.machines[k] for k in ranked]


def own_exit(plan: p.Plan) -> set[str]:
    """Places whose parts can leave by an exit as themselves, not as a piece that an assembly put into another part."""
    before: dict[str, list[str]] = {}
    for machine in plan.machines:
        if machine.carrier:
            hops = [(flow.source, flow.target) for flow in machine.flows]
        else:
            taken = [name for name, _ in machine.takes[:1]] + ([machine.also] if machine.also else [])
            hops = [(name, way.place) for name in taken for ways in machine.ways for way in ways]
        for source, target in hops:
            before.setdefault(target, []).append(source)
    found = {place.name for place in plan.places if place.kind == "exit"}
    todo = list(found)
    while todo:
        for name in before.get(todo.pop(), []):
            if name not in found:
                found.add(name)
                todo.append(name)
    return found


def has_loop(plan: p.Plan) -> bool:
    """True when a part can come back to a place it has left."""
    follows: dict[str, set[str]] = {}
    for machine in plan.machines:
        for before in sources_of(machine):
            follows.setdefault(before, set()).update(targets_of(machine))
    state: dict[str, int] = {}

    def visit(name: str) -> bool:
        state[name] = 1
        for after in follows.get(name, ()):
            if state.get(after) == 1 or (after not in state and visit(after)):
                return True
        state[name] = 2
        return False

    return any(name not in state and visit(name) for name in list(follows))
