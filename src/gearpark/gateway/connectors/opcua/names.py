"""From a server's browse names to Gearpark's canonical signal names."""

from __future__ import annotations

import re

from gearpark.base.ids import SIGNAL

MAX_NAME = 60
# Last segments of the browse path -> canonical signal. Longest match wins.
CANONICAL: dict[tuple[str, ...], str] = {
    ("machineryitemstate",): "item_state",
    ("machineryitemstate", "currentstate"): "item_state",
    ("machineryoperationmode",): "operation_mode",
    ("machineryoperationmode", "currentstate"): "operation_mode",
    ("machinetool", "operationmode"): "controller_mode",
    ("packmlstate",): "packml_state",
    ("packmlstatus", "unitmodecurrent"): "packml_mode",
    ("packmlstatus", "statecurrent"): "packml_state",
    ("packml", "currentstate"): "packml_state",
    ("basestatemachine", "currentstate"): "packml_state",
    ("packmlstatemachine", "currentstate"): "packml_state",
    ("activeprogram", "name"): "program",
    ("activeprogram", "state", "currentstate"): "program_state",
    ("activeprogram", "state"): "program_state",
    ("production", "partcount"): "part_count",
    ("partsproduced",): "part_count",
    ("partsgood",): "good_count",
    ("partsscrap",): "scrap_count",
    ("feedoverride",): "feed_override",
    ("spindleoverride",): "spindle_override",
}
# Folders that only group: they add nothing to a name.
GROUPS = frozenset({
    "signals", "monitoring", "production", "machinetool", "machinerybuildingblocks", "status", "components",
    "equipment", "parameterset", "functionalgroup", "variables", "data",
})  # fmt: skip
STATES = frozenset(
    {"item_state", "operation_mode", "packml_state", "controller_mode", "program_state", "suspend_reason"}
)


def is_signal_property(path: list[str]) -> bool:
    """Properties that carry a signal, such as ActiveProgram/Name; all others only describe."""
    return len(path) > 1 and tuple(_bare(part) for part in path[-2:]) in CANONICAL


def is_said_already(path: list[str], taken: set[str]) -> bool:
    """True for a node that the table maps to a canonical signal another node of the machine carries already."""
    plain = tuple(_bare(part) for part in path)
    return any(CANONICAL.get(plain[-length:], "") in taken for length in range(1, min(3, len(plain)) + 1))


def _bare(part: str) -> str:
    return re.sub(r"[^a-z0-9]", "", part.lower())


def snake(text: str) -> str:
    """``SpindleSpeed`` -> ``spindle_speed``; anything not allowed in a signal name becomes one underscore."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"[^A-Za-z0-9.:@-]+", "_", spaced).strip("_").lower()[:MAX_NAME]


def canonical(path: list[str]) -> str:
    """Browse path below the machine -> canonical name, else the last segment in snake case ("" if nothing is left)."""
    plain = tuple(_bare(part) for part in path)
    for length in range(min(3, len(plain)), 0, -1):
        known = CANONICAL.get(plain[-length:])
        if known:
            return known
    last = [part for part in path if part]
    if last and snake(last[-1]) in ("current_state", "name", "value", "state", "id") and len(last) > 1:
        return snake("_".join(last[-2:]))
    return snake(last[-1]) if last else ""


def name_for(path: list[str], taken: set[str]) -> str:
    """A free, legal signal name for this path; parents are added in front until it is free."""
    made = canonical(path)
    parents = [snake(part) for part in path[:-1] if _bare(part) not in GROUPS]
    while made in taken and parents:
        made = f"{parents.pop()}_{made}"[:MAX_NAME]
    made = made or "signal"
    stem, number = made, 2
    while made in taken or not SIGNAL.fullmatch(made):
        made, number = f"{stem[: MAX_NAME - 4]}_{number}", number + 1
    taken.add(made)
    return made
