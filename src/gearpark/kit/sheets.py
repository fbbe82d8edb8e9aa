"""Sheets that people upload: CSV (UTF-8 or GB 18030) and XLSX as rows of text with their line numbers."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from gearpark.base.problems import Problem

MAX_SHEET_BYTES = 5_000_000
MAX_SHEET_UNPACKED_BYTES = 60_000_000
MAX_SHEET_ROWS = 5_000
MAX_SHEET_COLUMNS = 60
MAX_CELL_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number as the spreadsheet shows it, and text by column name ("" for an empty cell)."""

    number: int
    values: dict[str, str]


def read_sheet(data: bytes, file_name: str, *, known: Sequence[str], needed: Sequence[str]) -> list[SheetRow]:
    """Rows of the first sheet. Column names are matched without case and blanks; empty rows are left out.

    Raises Problem ``sheet.*``: too big, unreadable, no such columns, too many rows. Nothing is guessed: an unknown
    column is refused with its name, because a mistyped head would otherwise lose data silently.
    """
    if len(data) > MAX_SHEET_BYTES:
        raise Problem(
            "sheet.too_big",
            f"The file has {len(data):,} bytes; at most {MAX_SHEET_BYTES:,} are read.",
            status=413,
        )
    lines = _xlsx_lines(data) if data[:2] == b"PK" else _csv_lines(data, file_name)
    numbered = ((number, cells) for number, cells in enumerate(lines, start=1) if any(cells))
    head = next(numbered, None)
    if head is None:
        raise Problem("sheet.empty", "The sheet is empty; its first row must name the columns.")
    names = _column_names(head[1], known, needed)
    rows: list[SheetRow] = []
    for number, cells in numbered:
        if len(rows) >= MAX_SHEET_ROWS:
            raise Problem(
                "sheet.too_many_rows", f"At most {MAX_SHEET_ROWS} rows are read; split the sheet.", status=413
            )
        padded = [*cells, *[""] * (len(names) - len(cells))]
        if any(padded[len(names) :]):
            raise Problem(
                "sheet.row_too_long", f"Row {number} has more cells than the head has columns.", row=number
            )
        rows.append(
            SheetRow(number, {name: _clean(cell) for name, cell in zip(names, padded, strict=False) if name})
        )
    return rows


def _column_names(cells: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> list[str]:
    by_key = {_key(name): name for name in known}
    names = [by_key.get(_key(cell), "") if cell else "" for cell in cells]
    unknown = [cell for cell, name in zip(cells, names, strict=True) if cell and not name]
    if unknown:
        raise Problem(
            "sheet.unknown_columns",
            f"Unknown columns: {', '.join(unknown[:10])}. The sheet may have: {', '.join(known)}.",
            columns=unknown[:MAX_SHEET_COLUMNS],
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    missing = [name for name in needed if name not in names]
    if twice or missing:
        what = (
            f"Columns that appear twice: {', '.join(twice)}."
            if twice
            else f"Columns missing: {', '.join(missing)}."
        )
        raise Problem("sheet.columns", what, missing=missing, twice=twice)
    return names


def _key(name: str) -> str:
    return "".join(name.lower().replace("_", " ").replace("-", " ").split())


def _clean(cell: str) -> str:
    text = cell.strip()
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":  # our own exports quote these
        text = text[1:]
    return text[: MAX_CELL_LENGTH + 1]


def _csv_lines(data: bytes, file_name: str) -> Iterator[list[str]]:
    if b"\x00" in data[:4096]:
        raise Problem("sheet.unreadable", f"{file_name} is neither CSV nor XLSX.")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Problem("sheet.unreadable", f"{file_name} is not text in UTF-8 or GB 18030.")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Problem("sheet.unreadable", f"{file_name} is not a well-formed CSV: {error}.") from error


def _xlsx_lines(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
        if unpacked > MAX_SHEET_UNPACKED_BYTES:
            raise Problem("sheet.too_big", "The workbook unpacks to more than is read.", status=413)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from _bounded([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
        book.close()
    except Problem:
        raise
    except Exception as error:  # openpyxl raises whatever the broken inside leads to
        raise Problem("sheet.unreadable", f"The workbook cannot be read: {type(error).__name__}.") from error


def _bounded(lines: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    for line in lines:
        cells = [str(cell) for cell in line]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MAX_SHEET_COLUMNS:
            raise Problem(
                "sheet.too_wide", f"A row has {len(cells)} cells; at most {MAX_SHEET_COLUMNS} are read."
            )
        yield [cell.strip() for cell in cells]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
