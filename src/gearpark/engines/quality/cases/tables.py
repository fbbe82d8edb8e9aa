"""Tables of reference cases out of text: CSV, NIST StRD files, JSON. Numbers stay text, so that no digit is lost."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

MAX_ROWS = 2_000_000
MAX_COLUMNS = 2_000
INDEX = {
    "i",
    "index",
    "no",
    "number",
    "sample",
    "subgroup",
    "id",
    "udi",
    "row",
    "obs",
    "observation",
    "t",
    "seq",
}
INDEX |= {"wafer", "day", "batch", "lot", "case", "run", "time", "date", "sequence", "unit", "group", "shift"}
SIZES = ("inspected", "size", "n", "sample_size", "units", "area", "total", "subgroup_size", "pieces")


def is_number(text: str) -> bool:
    try:
        return np.isfinite(float(text))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text by name, all of one length."""

    columns: dict[str, list[str]]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def text(self, name: str) -> list[str]:
        return self.columns[self.find([name])]

    def decimals(self, name: str) -> list[str]:
        """A column's numbers as text, checked; empty cells are refused."""
        found = self.text(name)
        for row, value in enumerate(found, start=1):
            if not is_number(value):
                raise Problem(
                    "quality.not_a_number", f"Row {row} of column {name!r} is no number: {value!r}.", at=row
                )
        return found

    def floats(self, name: str) -> list[float]:
        return [float(value) for value in self.decimals(name)]

    def sparse(self, name: str) -> list[float | None]:
        """A column's numbers, empty cells as None."""
        return [float(value) if is_number(value) else None for value in self.text(name)]

    def numeric(self) -> list[str]:
        """Names of columns that hold numbers, and nothing but numbers and empty cells."""
        return [
            name
            for name, values in self.columns.items()
            if any(is_number(v) for v in values) and all(is_number(v) or not v for v in values)
        ]

    def find(self, names: Iterable[str | None]) -> str:
        """The first of these names that is a column (case does not matter)."""
        wanted = [name for name in names if name]
        by_lower = {name.lower(): name for name in self.columns}
        for name in wanted:
            if name.lower() in by_lower:
                return by_lower[name.lower()]
        raise Problem(
            "quality.columns",
            f"No column {' or '.join(wanted) or '(unnamed)'}; there are: {', '.join(self.columns)}.",
            columns=", ".join(self.columns),
        )

    def has(self, *names: str) -> str | None:
        by_lower = {name.lower(): name for name in self.columns}
        return next((by_lower[name.lower()] for name in names if name.lower() in by_lower), None)

    def value_column(
        self, named: str | None = None, likely: Sequence[str] = (), without: Sequence[str] = ()
    ) -> str:
        """The column of values: the one named, a likely name, or the only number column that is no index."""
        if named:
            return self.find([named])
        found = self.has(*likely)
        if found:
            return found
        taken = INDEX | {name.lower() for name in (*without, *SIZES)}
        left = [name for name in self.numeric() if name.lower() not in taken]
        if not left:
            left = [name for name in self.numeric() if name.lower() not in {n.lower() for n in without}][-1:]
        if not left:
            return self.find(likely)
        return left[0]

    def arrays(self) -> dict[str, Any]:
        """Columns as float arrays where all cells are numbers, else as text arrays."""
        numeric = {n for n in self.numeric() if all(self.columns[n])}
        return {
            name: np.array([float(v) for v in values]) if name in numeric else np.array(values)
            for name, values in self.columns.items()
        }


def _checked(columns: dict[str, list[str]]) -> Table:
    if not columns or not next(iter(columns.values())):
        raise Problem("quality.too_few", "The file holds no rows.", least=1, have=0)
    return Table(columns)


def read_csv(text: str) -> Table:
    """CSV with a header line; comma, semicolon or tab. A file of bare numbers is one column ``x``."""
    lines = text.lstrip("﻿").splitlines()
    first = next((line for line in lines if line.strip()), "")
    mark = max(",;\t", key=first.count)
    rows = [
        row
        for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=mark)
        if any(cell.strip() for cell in row)
    ]
    if len(rows) > MAX_ROWS:
        raise Problem("quality.too_many", f"At most {MAX_ROWS} rows.", most=MAX_ROWS, have=len(rows))
    if not rows:
        return _checked({})
    if all(is_number(cell) for cell in rows[0]):
        header = ["x"] if len(rows[0]) == 1 else [f"x{i}" for i in range(1, len(rows[0]) + 1)]
    else:
        header, rows = [cell.strip() for cell in rows[0]], rows[1:]
    if len(header) > MAX_COLUMNS or len(set(header)) != len(header):
        raise Problem("quality.columns", "Column names must differ.", columns=", ".join(header[:20]))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise Problem(
                "quality.columns", f"Row {number} has {len(row)} cells, the header {len(header)}.", columns=""
            )
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    return _checked(
        {name: [value.strip() for value in column] for name, column in zip(header, cells, strict=True)}
    )


def read_strd(text: str, skip: int | None = None) -> Table:
    """A NIST StRD file: ``skip`` header lines, else what its header says; one column ``y``, or ``treatment`` and ``y``."""
    lines = text.splitlines()
    if skip is None:
        said = re.search(r"Data\s+\(lines\s+(\d+)\s+to", text)
        marks = [i + 1 for i, line in enumerate(lines) if line.startswith("Data")]
        skip = int(said[1]) - 1 if said else (marks[-1] if marks else 0)
    rows = [line.split() for line in lines[skip:]]
    rows = [row for row in rows if row and all(is_number(cell) for cell in row)]
    if not rows:
        return _checked({})
    width = len(rows[0])
    if any(len(row) != width for row in rows):
        raise Problem("quality.columns", "The rows of the data file differ in length.", columns="")
    names = ["y"] if width == 1 else ["treatment", *(f"y{i}" if i else "y" for i in range(width - 1))]
    return _checked({name: [row[i] for row in rows] for i, name in enumerate(names)})


def read_json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str)
    except ValueError as error:
        raise Problem("quality.file", f"This is no JSON: {error}.") from error


def from_json(document: Any) -> Table:
    """A list of numbers, a list of objects, or an object of lists."""
    if isinstance(document, dict):
        columns = {
            key: [_cell(v) for v in values] for key, values in document.items() if isinstance(values, list)
        }
        if columns and len({len(values) for values in columns.values()}) == 1:
            return _checked(columns)
    elif isinstance(document, list) and document and all(isinstance(row, dict) for row in document):
        names = list(dict.fromkeys(name for row in document for name in row))
        return _checked({name: [_cell(row.get(name)) for row in document] for name in names})
    elif isinstance(document, list) and document and not any(isinstance(v, (list, dict)) for v in document):
        return _checked({"x": [_cell(value) for value in document]})
    elif isinstance(document, list) and document and all(isinstance(row, list) for row in document):
        pairs = [(str(i), _cell(v)) for i, row in enumerate(document, start=1) for v in row]
        return _checked({"subgroup": [i for i, _ in pairs], "x": [v for _, v in pairs]})
    raise Problem(
        "quality.file", "The JSON holds no table: a list of objects, of numbers, or an object of equal lists."
    )


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def read_table(name: str, text: str, *, skip: int | None = None) -> Table:
    """A table by the file's ending: .json, .dat (StRD), else CSV."""
    if name.lower().endswith(".json"):
        return from_json(read_json(text))
    if name.lower().endswith(".dat") or skip:
        return read_strd(text, skip)
    return read_csv(text)
