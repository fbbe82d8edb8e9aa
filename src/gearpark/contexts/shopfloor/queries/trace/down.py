"""Trace down: every part a cause touched, and every part those went into.

The touched parts are gathered in a temporary table of the transaction, level by level, so that each level is one
statement over whole sets; counting and paging then read that table, which keeps of each part what they ask for.
Nearly all of the parts are in the first level. It is not grouped before it is joined, for then one process would do
all of it; what it holds twice is deleted from the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...types.trace import Cause, FactKind, Group, PartRow, TraceDown
from ..setup import line as line_of
from .rows import PART_COLUMNS, PART_JOINS, ask, stretch, within
from .things import thing_ids

MAX_DEPTH = 12  # how many times a part may go into another one
PAGE = 100
MAX_PAGE = 50_000
OF_PART = "s.org, s.serial, s.lot, s.status, s.product_id, s.order_id, s.next_op"
SETTINGS = (  # of the transaction: sets of 100,000 parts stay in memory, and no compiling for a guessed high cost
    "work_mem = '64MB'",
    "jit = off",
)
ONCE = (  # a part touched again and again was touched when it was first
    "DELETE FROM trace_hit WHERE ctid = ANY (ARRAY (SELECT ctid FROM (SELECT ctid,"
    " row_number() OVER (PARTITION BY serial_id ORDER BY touched_at) AS n FROM trace_hit) h WHERE n > 1))"
)
NOT_WRONG = (
    " AND NOT EXISTS (SELECT 1 FROM shopfloor_fact_error e WHERE e.serial_id = f.serial_id AND e.at = f.at"
    " AND e.thing_id = f.thing_id)"
)


def trace_down(scope: Scope, cause: Cause, *, after: int = 0, limit: int = PAGE) -> TraceDown:
    """All parts the cause touched: counts of all, and the page of rows behind serial id ``after``.

    Problems ``trace.cause_empty``, ``shopfloor.line_unknown``.
    """
    with touched(scope, cause):
        groups, edges = _groups(), _edges()
        parts = part_page(after, min(limit, MAX_PAGE))
        total = sum(group.parts for group in groups)
        more = parts[-1].id if len(parts) == min(limit, MAX_PAGE) and parts else 0
        return TraceDown(cause, total, groups, tuple(parts), more, *edges)


def recall(scope: Scope, cause: Cause, *, after: int = 0, limit: int = PAGE) -> TraceDown:
    """The recall list of a cause: the same as ``trace_down``, always with the parts that touched parts went into."""
    deep = Cause(**{**_fields(cause), "deep": True})
    return trace_down(scope, deep, after=after, limit=limit)


def _fields(cause: Cause) -> dict[str, Any]:
    return {name: getattr(cause, name) for name in Cause.__dataclass_fields__}


@contextmanager
def touched(scope: Scope, cause: Cause) -> Iterator[None]:
    """Within the block the table ``trace_hit`` holds what the cause touched: serial_id, touched_at, depth, ``OF_PART``."""
    with acting(scope):
        statement, values = _first_level(scope, cause)
        with connection.cursor() as cursor:
            for setting in SETTINGS:
                cursor.execute(f"SET LOCAL {setting}")
            cursor.execute("DROP TABLE IF EXISTS trace_hit")
            # in one statement with its table: the only way of writing for which the planner asks all cores; and part
            # by part through the key, for it takes reading a million parts for as quick as looking up 100,000
            cursor.execute("SET LOCAL enable_hashjoin = off")
            cursor.execute(
                f"CREATE TEMPORARY TABLE trace_hit ON COMMIT DROP AS {_of_parts(statement)}", values
            )
            found = int(cursor.rowcount)
            cursor.execute("SET LOCAL enable_hashjoin = on")
            cursor.execute(ONCE)
        depth = 1
        while cause.deep and found and depth <= MAX_DEPTH:
            found = _next_level(scope, depth)
            depth += 1
        yield


def _first_level(scope: Scope, cause: Cause) -> tuple[str, list[Any]]:
    if cause.kind is FactKind.CHILD:
        inside, values = within(scope, "s.org")
        if not cause.key:
            raise _empty()
        return (
            f"SELECT s.id, s.begun_at, 0::smallint FROM shopfloor_serial s WHERE s.serial = %s AND {inside}",  # noqa: S608
            [cause.key, *values],
        )
    if cause.kind is FactKind.VALUE or (cause.kind is None and not cause.line):
        raise _empty()
    if cause.kind is None:
        if cause.since_at is None:
            raise _empty()
        ids = _machines(scope, cause.line)
    else:
        if not cause.key:
            raise _empty()
        ids = thing_ids(scope, cause.kind, cause.key, cause.version)
    inside, orgs = within(scope, "f.org")
    when, times = stretch("f.at", cause.since_at, cause.until_at)
    return (
        f"SELECT f.serial_id, f.at, 0::smallint FROM shopfloor_fact f WHERE f.thing_id = ANY (%s) AND {inside}{when}"  # noqa: S608
        f"{NOT_WRONG}",
        [ids, *orgs, *times],
    )


def _empty() -> Problem:
    return Problem(
        "trace.cause_empty",
        "Say what to trace: a lot, tool, gauge, program, machine, person or part, or a line and since when.",
    )


def _machines(scope: Scope, asset: str) -> list[int]:
    info = line_of(scope, asset)
    keys = [info.asset_of(station.code) for station in info.template.stations]
    return [key for name in keys for key in thing_ids(scope, FactKind.MACHINE, name)]


def _next_level(scope: Scope, depth: int) -> int:
    """Parts that parts of the level above went into, one by one or as a lot. Returns how many are new."""
    inside, orgs = within(scope, "t.org")
    # depth >= instead of =: the same rows, and the planner expects many without having counted the table
    of_lot = (
        "SELECT t.id FROM (SELECT DISTINCT org, lot FROM trace_hit WHERE depth >= %s AND lot <> '') h"  # noqa: S608
        f" JOIN shopfloor_thing t ON t.org = h.org AND t.kind = 'material' AND t.key = h.lot AND {inside}"
    )
    of_part = (
        "SELECT t.id FROM trace_hit h JOIN shopfloor_thing t ON t.org = h.org AND t.kind = 'child'"  # noqa: S608
        f" AND t.key = h.serial AND {inside} WHERE h.depth >= %s"
    )
    # fenced: such things touch a part or a few each, the planner takes them for average ones and reads every fact
    facts = (
        f"SELECT f.serial_id, f.at, f.thing_id FROM ({of_lot} UNION ALL {of_part}) t CROSS JOIN LATERAL"  # noqa: S608
        " (SELECT serial_id, at, thing_id FROM shopfloor_fact WHERE thing_id = t.id OFFSET 0) f"
    )
    new = (
        "SELECT f.serial_id, min(f.at), %s::smallint FROM f"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM trace_hit h WHERE h.serial_id = f.serial_id){NOT_WRONG} GROUP BY f.serial_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH f AS MATERIALIZED ({facts}) INSERT INTO trace_hit {_of_parts(new)}",
            [depth - 1, *orgs, *orgs, depth - 1, depth],
        )
        return int(cursor.rowcount)


def _of_parts(statement: str) -> str:
    return (
        f"SELECT h.serial_id, h.touched_at, h.depth, {OF_PART} FROM ({statement}) h (serial_id, touched_at, depth)"  # noqa: S608
        " JOIN shopfloor_serial s ON s.id = h.serial_id"
    )


def _groups() -> tuple[Group, ...]:
    """Counts by status, product, line and next operation, the biggest first."""
    rows = ask(
        "SELECT g.status, p.code, coalesce(l.asset, ''), g.next_op, g.depth, g.parts FROM"
        " (SELECT status, product_id, order_id, next_op, depth, count(*) AS parts FROM trace_hit"
        "  GROUP BY 1, 2, 3, 4, 5) g"
        " JOIN shopfloor_product p ON p.id = g.product_id LEFT JOIN shopfloor_order o ON o.id = g.order_id"
        " LEFT JOIN shopfloor_line l ON l.id = o.line_id",
        [],
    )
    merged: dict[tuple[Any, ...], int] = {}
    for status, product, line, next_op, depth, parts in rows:
        key = (status, product, line, next_op, depth)
        merged[key] = merged.get(key, 0) + parts
    return tuple(
        Group(status, product, line, next_op, depth, parts)
        for (status, product, line, next_op, depth), parts in sorted(
            merged.items(), key=lambda item: -item[1]
        )
    )


def _edges() -> tuple[datetime | None, datetime | None]:
    rows = ask("SELECT min(touched_at), max(touched_at) FROM trace_hit WHERE depth = 0", [])
    return rows[0][0], rows[0][1]


def part_page(after: int, limit: int) -> list[PartRow]:
    """Rows of ``trace_hit`` as parts, by serial id."""
    rows = ask(
        f"SELECT {PART_COLUMNS}, h.touched_at, h.depth FROM (SELECT * FROM trace_hit WHERE serial_id > %s"  # noqa: S608
        f" ORDER BY serial_id LIMIT %s) h JOIN shopfloor_serial s ON s.id = h.serial_id{PART_JOINS} ORDER BY s.id",
        [after, limit],
    )
    return [PartRow(*row) for row in rows]


def part_pages(limit: int = 5_000) -> Iterator[PartRow]:
    """All rows of ``trace_hit``, page by page; within ``touched``."""
    after = 0
    while page := part_page(after, limit):
        yield from page
        after = page[-1].id


def counts() -> tuple[dict[str, int], int]:
    """(parts by status, all parts) of ``trace_hit``; within ``touched``."""
    rows = ask("SELECT status, count(*) FROM trace_hit GROUP BY 1", [])
    found = dict(sorted(rows))
    return found, sum(found.values())
