"""Reads the fields of a document by their tables: every figure typed, every refusal with its line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from .document import Document, Path, refusal
from .fields import SCHEMA, TABLES, Field
from .units import BadFigure

Tables = Mapping[str, Mapping[str, Field]]
MAX_NAMED = 2_000  # stations, buffers and the like, each


class Table:
    """One table as read. ``t["cycle"]`` gives a field or its default None; ``path`` is where it stands."""

    def __init__(self, path: Path, values: Mapping[str, Any]) -> None:
        self.path, self.values = path, values

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def get(self, name: str, default: Any) -> Any:
        found = self.values.get(name)
        return default if found is None else found

    def at(self, name: str) -> Path:
        return (*self.path, name)


def read_table(document: Document, table: str, path: Path, raw: Any, tables: Tables = TABLES) -> Table:
    """The table at ``path``, all of its fields read; ``tables`` says what it may hold."""
    fields = tables[table]
    if not isinstance(raw, Mapping):
        raise refusal("twin.value", document, path, f"fields are expected here ({', '.join(fields)})")
    for name in raw:
        if name not in fields:
            close = difflib.get_close_matches(name, fields, 1)
            hint = f"; did you mean {close[0]}?" if close else f"; fields are {', '.join(fields)}"
            raise refusal("twin.field_unknown", document, (*path, name), f"there is no field {name!r}{hint}")
    values = {}
    for name, field in fields.items():
        if raw.get(name) is None:
            if field.required:
                raise refusal(
                    "twin.field_missing", document, path, f"the field {name!r} is missing ({field.about})"
                )
            continue
        values[name] = _read(document, field, (*path, name), raw[name], tables)
    return Table(path, values)


def _read(document: Document, field: Field, path: Path, raw: Any, tables: Tables) -> Any:
    if field.table and field.many:
        if not isinstance(raw, Mapping):
            raise refusal("twin.value", document, path, "a mapping of names is expected")
        if len(raw) > MAX_NAMED:
            raise refusal("twin.too_large", document, path, f"at most {MAX_NAMED:,} of a kind")
        return {
            name: read_table(document, field.table, (*path, name), one, tables) for name, one in raw.items()
        }
    if field.table and field.listed:
        listed = isinstance(raw, list)
        return [
            read_table(document, field.table, (*path, str(k)) if listed else path, one, tables)
            for k, one in enumerate(raw if listed else [raw])
        ]
    if field.table:
        return read_table(document, field.table, path, raw, tables)
    if isinstance(raw, Mapping) and "value" in raw:
        raw = raw["value"]  # {value: 42 s, source: ..., n: 312}
    if field.by_part and isinstance(raw, Mapping):
        return {name: _figure(document, field, (*path, name), one) for name, one in raw.items()}
    return _figure(document, field, path, raw)


def _figure(document: Document, field: Field, path: Path, raw: Any) -> Any:
    if field.kind is None:
        raise AssertionError(field.about)
    if isinstance(raw, Mapping) and "value" in raw:
        raw = raw["value"]
    try:
        return field.kind.read(raw)
    except BadFigure as error:
        raise refusal(error.code, document, path, str(error)) from None


def read_model(document: Document, table: str = "model", tables: Tables = TABLES) -> Table:
    """All fields of a model file (or of another kind of file, whose outermost ``table`` is told)."""
    version = document.raw.get("schema")
    if version != SCHEMA:
        told = "no version is given" if version is None else f"version {version!r} is not known here"
        raise refusal("twin.schema", document, ("schema",), f"{told}; write schema: {SCHEMA}")
    return read_table(document, table, (), document.raw, tables)
