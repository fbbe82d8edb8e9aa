"""Parts and facts as plain rows. Statements here run under row-level security and name the organisations as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...types.trace import FactKind, FactRow, PartRow

PART_COLUMNS = (
    "s.id, s.org, s.serial, p.code, p.name_en, p.name_zh, coalesce(o.number, ''), coalesce(l.asset, ''), s.lot,"
    " s.status, s.next_op, coalesce(r.station, ''), r.serial_id IS NOT NULL AND r.ended_at IS NULL, s.begun_at,"
    " s.done_at"
)
PART_JOINS = (
    " JOIN shopfloor_product p ON p.id = s.product_id LEFT JOIN shopfloor_order o ON o.id = s.order_id"
    " LEFT JOIN LATERAL (SELECT serial_id, station, line_id, ended_at FROM shopfloor_run WHERE serial_id = s.id"
    " ORDER BY begun_at DESC LIMIT 1) r ON true"
    " LEFT JOIN shopfloor_line l ON l.id = coalesce(r.line_id, o.line_id)"
)


def within(scope: Scope, column: str) -> tuple[str, list[Any]]:
    """SQL condition and parameters that keep ``column`` inside the scope's organisations."""
    if scope.park_wide:
        return "true", []
    return f"{column} = ANY (%s)", [sorted(scope.orgs or {scope.org})]


def ask(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def parts_by_id(scope: Scope, ids: Iterable[int]) -> dict[int, PartRow]:
    """Parts by id; what the scope does not see is left out."""
    inside, values = within(scope, "s.org")
    rows = ask(
        f"SELECT {PART_COLUMNS} FROM shopfloor_serial s{PART_JOINS} WHERE s.id = ANY (%s) AND {inside}",  # noqa: S608
        [list(ids), *values],
    )
    return {row[0]: PartRow(*row) for row in rows}


def known_part(scope: Scope, serial_id: int) -> PartRow:
    """The part of this id, or NotFound ``trace.serial_unknown``. Needs ``acting``."""
    found = parts_by_id(scope, [serial_id]).get(serial_id)
    if found is None:
        raise NotFound("trace.serial_unknown", "There is no such part that you may see.")
    return found


def facts_of(scope: Scope, serial_id: int) -> list[FactRow]:
    """Every fact of one part by time, measured values among them, also those declared wrong."""
    inside, values = within(scope, "f.org")
    told = ask(
        "SELECT f.thing_id, t.kind, t.key, f.at, f.op, f.station, f.value, t.unit, t.spec::text, f.data::text,"  # noqa: S608
        " coalesce(e.reason, '') FROM shopfloor_fact f JOIN shopfloor_thing t ON t.id = f.thing_id"
        " LEFT JOIN shopfloor_fact_error e ON e.serial_id = f.serial_id AND e.at = f.at AND e.thing_id = f.thing_id"
        f" WHERE f.serial_id = %s AND {inside}",
        [serial_id, *values],
    )
    measured = ask(
        "SELECT w.thing, t.kind, t.key, f.at, f.op, f.station, w.value, t.unit, t.spec::text, (f.data -> t.key)::text,"  # noqa: S608
        " coalesce(e.reason, '') FROM shopfloor_measured f CROSS JOIN LATERAL unnest(f.keys, f.values) w(thing, value)"
        " JOIN shopfloor_thing t ON t.id = w.thing"
        " LEFT JOIN shopfloor_fact_error e ON e.serial_id = f.serial_id AND e.at = f.at AND e.thing_id = w.thing"
        f" WHERE f.serial_id = %s AND {inside}",
        [serial_id, *values],
    )
    found = [fact_row(row) for row in (*told, *measured)]
    found.sort(key=lambda fact: (fact.at, fact.kind.value, fact.key))
    return found


def fact_row(row: Sequence[Any]) -> FactRow:
    thing, kind, key, at, op, station, value, unit, spec, data, wrong = row
    return FactRow(
        thing, FactKind(kind), key, at, op, station, value, unit, _object(spec), _object(data), wrong
    )


def _object(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {"value": found}


def stretch(column: str, since_at: datetime | None, until_at: datetime | None) -> tuple[str, list[datetime]]:
    """SQL condition (beginning with AND) for a half-open stretch of time."""
    sql = ""
    values: list[datetime] = []
    if since_at is not None:
        sql, values = sql + f" AND {column} >= %s", [*values, since_at]
    if until_at is not None:
        sql, values = sql + f" AND {column} < %s", [*values, until_at]
    return sql, values
