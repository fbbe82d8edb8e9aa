"""Many rows changed by one statement; Django's ``bulk_update`` is too slow for parts by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

CHUNK = 5_000  # rows of one statement


def update_rows(rows: Iterable[models.Model], fields: Sequence[str]) -> None:
    """Write ``fields`` of ``rows`` (of one model, with primary keys). Row-level security binds as always."""
    wanted = list(rows)
    if not wanted:
        return
    meta = wanted[0]._meta
    columns = [meta.get_field(name) for name in fields]
    quote = connection.ops.quote_name
    names = [quote(str(field.column)) for field in columns]  # type: ignore[union-attr]
    kinds = [_array_of(field) for field in columns]  # type: ignore[arg-type]
    sets = ", ".join(f"{name} = v.{name}" for name in names)
    statement = (
        f"UPDATE {quote(meta.db_table)} AS t SET {sets}"  # noqa: S608 (names come from the model, values are parameters)
        f" FROM unnest(%s::bigint[], {', '.join(f'%s::{kind}[]' for kind in kinds)})"
        f" AS v(id, {', '.join(names)}) WHERE t.id = v.id"
    )
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            values: list[list[Any]] = [[row.pk for row in part]]
            values += [[getattr(row, field.attname) for row in part] for field in columns]  # type: ignore[union-attr]
            cursor.execute(statement, values)


def _array_of(field: models.Field[Any, Any]) -> str:
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return str(kind).split("(")[0].removesuffix(" CHECK").strip()
