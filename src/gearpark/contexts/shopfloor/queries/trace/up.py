"""Trace up: all that went into a part, through the parts and lots it is made of, level by level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...types.trace import FactKind, ThingUse, TraceUp
from .down import MAX_DEPTH, NOT_WRONG
from .rows import ask, known_part, parts_by_id, within

MAX_PARTS = 2_000  # a lot may be thousands of parts; more are not drawn
THING_VERSION = "coalesce(t.spec ->> 'hash', t.spec ->> 'revision', '')"


def trace_up(scope: Scope, serial_id: int) -> TraceUp:
    """Everything behind one part. NotFound ``trace.serial_unknown``."""
    with acting(scope):
        root = known_part(scope, serial_id)
        depth_of = {root.id: 0}
        edges: set[tuple[int, int]] = set()
        level, cut = [root.id], False
        for depth in range(1, MAX_DEPTH + 1):
            pairs = made_of(scope, level)
            edges.update(pairs)
            level = sorted({below for _, below in pairs} - set(depth_of))
            if not level:
                break
            room = MAX_PARTS - len(depth_of)
            cut = cut or len(level) > room
            level = level[:room]
            depth_of.update(dict.fromkeys(level, depth))
        rows = parts_by_id(scope, depth_of)
        shown = sorted(rows.values(), key=lambda row: (depth_of[row.id], row.id))
        kept = tuple((above, below) for above, below in sorted(edges) if below in rows)
        return TraceUp(tuple(shown), things_of(scope, rows), kept, cut)


def made_of(scope: Scope, ids: Iterable[int]) -> list[tuple[int, int]]:
    """(part, part that went into it) one level up: consumed one by one, or as members of a consumed lot.

    Parts that consumed a lot are never members of that lot: there the name means what it was made from.
    """
    listed = list(ids)
    inside, orgs = within(scope, "f.org")
    uses = ask(
        # fenced, or a planner without statistics starts from the dictionary
        "WITH f AS MATERIALIZED (SELECT serial_id, at, thing_id, org FROM shopfloor_fact WHERE serial_id = ANY (%s))"  # noqa: S608
        " SELECT f.serial_id, t.org, t.kind, t.key, t.id FROM f JOIN shopfloor_thing t ON t.id = f.thing_id"
        f" WHERE t.kind IN ('child', 'material') AND {inside}{NOT_WRONG}",
        [listed, *orgs],
    )
    children = [(serial, org, key) for serial, org, kind, key, _ in uses if kind == FactKind.CHILD]
    lots = [(serial, org, key, thing) for serial, org, kind, key, thing in uses if kind == FactKind.MATERIAL]
    pairs: list[tuple[int, int]] = []
    if children:
        pairs += ask(
            "SELECT w.part, s.id FROM unnest(%s::bigint[], %s::text[], %s::text[]) w(part, org, serial)"
            " JOIN shopfloor_serial s ON s.org = w.org AND s.serial = w.serial AND s.id <> w.part",
            _columns(children),
        )
    if lots:
        pairs += ask(
            "SELECT w.part, s.id FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])"
            " w(part, org, lot, thing) JOIN shopfloor_serial s ON s.org = w.org AND s.lot = w.lot"
            " WHERE s.lot > '' AND s.id <> w.part AND NOT EXISTS (SELECT 1 FROM shopfloor_fact f WHERE f.serial_id = s.id"
            " AND f.thing_id = w.thing) LIMIT %s",
            [*_columns(lots), MAX_PARTS * 10],
        )
    return pairs


def went_into(scope: Scope, ids: Iterable[int]) -> list[tuple[int, int]]:
    """(part, part it went into) one level down."""
    inside, orgs = within(scope, "s.org")
    return ask(
        "SELECT s.id, f.serial_id FROM shopfloor_serial s JOIN shopfloor_thing t ON t.org = s.org"  # noqa: S608
        " AND (t.kind = 'child' AND t.key = s.serial OR t.kind = 'material' AND s.lot > '' AND t.key = s.lot)"
        " JOIN shopfloor_fact f ON f.thing_id = t.id AND f.serial_id <> s.id"
        f" WHERE s.id = ANY (%s) AND {inside}{NOT_WRONG} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT %s",
        [list(ids), *orgs, MAX_PARTS],
    )


def things_of(scope: Scope, ids: Iterable[int]) -> tuple[ThingUse, ...]:
    """Things behind these parts, each once, with how many of the parts they touched."""
    inside, orgs = within(scope, "f.org")
    rows = ask(
        "WITH f AS MATERIALIZED (SELECT serial_id, at, thing_id, org FROM shopfloor_fact WHERE serial_id = ANY (%s))"  # noqa: S608
        f" SELECT t.kind, t.key, {THING_VERSION}, count(DISTINCT f.serial_id), min(f.at), max(f.at)"
        " FROM f JOIN shopfloor_thing t ON t.id = f.thing_id"
        f" WHERE {inside}{NOT_WRONG} GROUP BY 1, 2, 3 ORDER BY 1, 5, 2",
        [list(ids), *orgs],
    )
    return tuple(ThingUse(FactKind(row[0]), *row[1:]) for row in rows)


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
