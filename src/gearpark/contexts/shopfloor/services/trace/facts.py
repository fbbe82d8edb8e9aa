"""Adding facts, one part or thousands at a time. Idempotent by natural key, in any order of arrival."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, Serial
from ...models.trace import MAX_KEY, MAX_UNIT
from ...types.trace import SPEC_KEYS, Fact, FactKind
from ...types.work import WORK

MAX_FACTS = 500_000  # of one call
MAX_DATA = 2_000  # characters of a fact's own data
MAX_SPEC = 400  # characters of what tells its thing apart
CHUNK = 40_000  # rows of one statement
MAX_TRIES = 5  # rounds when others add values of the same moment
ThingKey = tuple[str, str, str, str, str]  # org, kind, key, unit, spec as JSON
Moment = tuple[int, datetime]
Name = tuple[str, str]  # characteristic, unit


def add_facts(scope: Scope, serial_id: int, facts: Sequence[Fact]) -> int:
    """Add facts to one part; returns how many were new. Problems ``trace.fact_unreadable``, ``trace.serial_unknown``."""
    require(scope, WORK)
    with acting(scope):
        added = add_facts_of_many(scope, {serial_id: facts})
        if added and scope.person_id is not None:
            kinds = sorted({fact.kind.value for fact in facts})
            row = Serial.objects.of(scope).values_list("serial", "org").get(pk=serial_id)
            after = {"facts": added, "kinds": kinds}
            record(scope, "trace.facts_added", "serial", row[0], None, after, org=row[1])
        return added


def add_facts_of_many(scope: Scope, facts: Mapping[int, Sequence[Fact]]) -> int:
    """Add facts to many parts (serial id -> facts) in one transaction; returns how many were new."""
    require(scope, WORK)
    if sum(map(len, facts.values())) > MAX_FACTS:
        raise Problem("trace.too_many_facts", f"At most {MAX_FACTS} facts are taken at a time.", status=413)
    with acting(scope):
        orgs = _orgs(scope, [key for key, found in facts.items() if found])
        specs: dict[Any, str] = {}
        keyed = [
            (key, fact, _thing_key(orgs[key], fact, specs)) for key, found in facts.items() for fact in found
        ]
        things = _things({thing for _, _, thing in keyed})
        values = [(key, fact, things[thing]) for key, fact, thing in keyed if fact.kind is FactKind.VALUE]
        links = [(key, fact, things[thing]) for key, fact, thing in keyed if fact.kind is not FactKind.VALUE]
        return _add_links(links, orgs) + _add_values(values, orgs)


def _orgs(scope: Scope, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), CHUNK):
        rows = Serial.objects.of(scope).filter(pk__in=ids[start : start + CHUNK])
        found.update(rows.values_list("pk", "org"))
    if len(found) < len(set(ids)):
        raise NotFound("trace.serial_unknown", "There is no such part that you may see.")
    return found


def _thing_key(org: str, fact: Fact, specs: dict[Any, str]) -> ThingKey:
    """What the fact points at; Problem ``trace.fact_unreadable`` for what cannot be kept. ``specs`` saves repeats."""
    if not fact.key or len(fact.key) > MAX_KEY:
        raise _unreadable(fact, f"needs a name of at most {MAX_KEY} characters")
    if len(fact.unit) > MAX_UNIT or len(fact.station) > MAX_CODE:
        raise _unreadable(fact, "has a unit or a station that is too long")
    if fact.at.tzinfo is None:
        raise _unreadable(fact, "needs a time with its zone")
    if fact.value is None:
        if fact.kind is FactKind.VALUE:
            raise _unreadable(fact, "needs a number")
    elif not math.isfinite(fact.value):
        raise _unreadable(fact, "has a number that is none")
    spec = "{}"
    if fact.data and (names := SPEC_KEYS.get(fact.kind)):
        said = tuple(fact.data.get(name) for name in names)
        known = specs.get((fact.kind, said)) if all(map(_simple, said)) else None
        if known is None:
            kept = {name: value for name, value in zip(names, said, strict=True) if value is not None}
            known = _json(kept)
            if len(known) > MAX_SPEC:
                raise _unreadable(fact, f"is told apart by more than {MAX_SPEC} characters")
            if all(map(_simple, said)):
                specs[fact.kind, said] = known
        spec = known
    return org, fact.kind.value, fact.key, fact.unit, spec


def _simple(value: Any) -> bool:
    return value is None or isinstance(value, float | int | str)


def _unreadable(fact: Fact, wrong: str) -> Problem:
    return Problem(
        "trace.fact_unreadable", f"The fact {fact.kind.value} {fact.key[:40]!r} {wrong}.", status=422
    )


def _own(fact: Fact) -> dict[str, Any] | None:
    """The fact's data without what belongs to the thing."""
    if not fact.data:
        return None
    names = SPEC_KEYS.get(fact.kind, ())
    left = {name: value for name, value in fact.data.items() if name not in names}
    if left and len(_json(left)) > MAX_DATA:
        raise _unreadable(fact, f"carries more than {MAX_DATA} characters of data")
    return left or None


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _things(wanted: set[ThingKey]) -> dict[ThingKey, int]:
    """Ids of the things, made where missing. Two statements, so that what others made meanwhile is seen."""
    found: dict[ThingKey, int] = {}
    listed = sorted(wanted)
    with connection.cursor() as cursor:
        for start in range(0, len(listed), CHUNK):
            part = listed[start : start + CHUNK]
            columns = [list(column) for column in zip(*part, strict=True)]
            cursor.execute(
                "INSERT INTO shopfloor_thing (org, kind, key, unit, spec)"
                " SELECT w.org, w.kind, w.key, w.unit, w.spec FROM"
                " unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[]) w(org, kind, key, unit, spec)"
                " WHERE NOT EXISTS (SELECT 1 FROM shopfloor_thing t WHERE t.org = w.org AND t.kind = w.kind"
                " AND t.key = w.key AND t.unit = w.unit AND t.spec = w.spec)"
                " ON CONFLICT DO NOTHING",
                columns,
            )
            cursor.execute(
                "SELECT w.n, t.id FROM"
                " unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[]) WITH ORDINALITY"
                " w(org, kind, key, unit, spec, n) JOIN shopfloor_thing t ON t.org = w.org AND t.kind = w.kind"
                " AND t.key = w.key AND t.unit = w.unit AND t.spec = w.spec",
                columns,
            )
            found.update((part[number - 1], key) for number, key in cursor.fetchall())
    return found


def _add_links(rows: Sequence[tuple[int, Fact, int]], orgs: Mapping[int, str]) -> int:
    """Numbers travel as array literals, words and times as a list of the different ones and places in it: adapting
    every value on its own would take longer than storing it."""
    added = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            moments, at = _coded([fact.at for _, fact, _ in part])
            firms, org = _coded([orgs[key] for key, _, _ in part])
            stations, station = _coded([fact.station for _, fact, _ in part])
            own = [None if (data := _own(fact)) is None else _json(data) for _, fact, _ in part]
            cursor.execute(
                "INSERT INTO shopfloor_fact (serial_id, at, thing_id, value, op, org, station, data)"
                " SELECT w.s, (%s::timestamptz[])[w.a], w.t, w.v, w.o, (%s::text[])[w.g], (%s::text[])[w.p], w.d"
                " FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::float8[], %s::int[], %s::int[], %s::int[],"
                " %s::jsonb[]) w(s, a, t, v, o, g, p, d) ON CONFLICT DO NOTHING",
                [
                    moments,
                    firms,
                    stations,
                    _literal([key for key, _, _ in part]),
                    at,
                    _literal([thing for _, _, thing in part]),
                    _literal([fact.value for _, fact, _ in part]),
                    _literal([fact.op for _, fact, _ in part]),
                    org,
                    station,
                    own if any(own) else None,
                ],
            )
            added += cursor.rowcount
    return added


def _literal(numbers: Iterable[float | None]) -> str:
    """A PostgreSQL array of numbers."""
    return "{" + ",".join(["NULL" if number is None else repr(number) for number in numbers]) + "}"


def _coded(values: Sequence[Any]) -> tuple[list[Any], str]:
    """The different values, and for each value its place among them (from 1) as an array literal."""
    places: dict[Any, int] = {}
    found = [places.setdefault(value, len(places) + 1) for value in values]
    return list(places), _literal(found)


def _add_values(rows: Sequence[tuple[int, Fact, int]], orgs: Mapping[int, str]) -> int:
    """One row per part and moment; values of a moment that is known already make one more row."""
    groups: dict[Moment, dict[tuple[int | None, str], dict[Name, tuple[Fact, int]]]] = defaultdict(dict)
    for key, fact, thing in rows:
        place = groups[key, fact.at].setdefault((fact.op, fact.station), {})
        place.setdefault((fact.key, fact.unit), (fact, thing))
    added = 0
    for part in _chunks(groups):
        for _try in range(MAX_TRIES):
            known = _known_values(part)
            fresh = list(_fresh_rows(part, known, orgs))
            stored = _store_values(fresh) if fresh else set()
            added += sum(len(row[6]) for row in fresh if (row[0], row[1], row[2]) in stored)
            if len(stored) == len(fresh):
                break
        else:
            raise Problem("trace.busy", "Others are adding values of the same moment; try again.", status=409)
    return added


def _chunks(groups: Mapping[Moment, Any]) -> Iterator[dict[Moment, Any]]:
    items = list(groups.items())
    for start in range(0, len(items), CHUNK):
        yield dict(items[start : start + CHUNK])


def _known_values(moments: Iterable[Moment]) -> dict[Moment, tuple[int, set[Name]]]:
    """(serial, at) -> next free part and names with units that are stored already."""
    listed = list(moments)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.serial_id, m.at, m.part, array(SELECT ARRAY[t.key, t.unit] FROM shopfloor_thing t"
            " WHERE t.id = ANY (m.keys)) FROM unnest(%s::bigint[], %s::timestamptz[]) w(s, a)"
            " JOIN shopfloor_measured m ON m.serial_id = w.s AND m.at = w.a",
            [[key for key, _ in listed], [at for _, at in listed]],
        )
        found: dict[Moment, tuple[int, set[Name]]] = {}
        for serial, at, part, names in cursor.fetchall():
            free, known = found.get((serial, at), (0, set()))
            found[serial, at] = (max(free, part + 1), known | {(key, unit) for key, unit in names})
    return found


def _fresh_rows(
    groups: Mapping[Moment, Any], known: Mapping[Moment, tuple[int, set[Name]]], orgs: Mapping[int, str]
) -> Iterator[tuple[Any, ...]]:
    for (key, at), places in groups.items():
        free, names = known.get((key, at), (0, set()))
        for (op, station), found in places.items():
            new = [(fact, thing) for name, (fact, thing) in found.items() if name not in names]
            names = names | set(found)
            if not new:
                continue
            own = {fact.key: data for fact, _ in new if (data := _own(fact)) is not None}
            numbers = [float(fact.value) for fact, _ in new if fact.value is not None]
            things = [thing for _, thing in new]
            yield key, at, free, op, orgs[key], station, things, numbers, _json(own) if own else None
            free += 1


def _store_values(rows: Sequence[tuple[Any, ...]]) -> set[tuple[int, datetime, int]]:
    """Insert; returns the keys of rows that nobody else had stored meanwhile.

    Arrays of different lengths cannot be unnested side by side: they travel as texts.
    """
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[6] = [_literal(keys) for keys in columns[6]]
    columns[7] = [_literal(numbers) for numbers in columns[7]]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shopfloor_measured (serial_id, at, part, op, org, station, keys, values, data)"
            " SELECT w.s, w.a, w.p, w.o, w.g, w.t, w.k::bigint[], w.v::float8[], w.d FROM"
            " unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::jsonb[]) w(s, a, p, o, g, t, k, v, d)"
            " ON CONFLICT DO NOTHING RETURNING serial_id, at, part",
            columns,
        )
        return set(cursor.fetchall())
