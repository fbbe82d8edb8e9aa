"""Downloads: CSV as a stream, XLSX written to disk row by row."""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook

from gearpark.base.problems import Problem

FLUSH_ROWS = 500


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def csv_response(name: str, head: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> HttpResponseBase:
    """A CSV download (UTF-8 with mark, so that spreadsheets read Chinese), written while it is read."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(head)
        held: list[str] = []
        for row in rows:
            held.append(writer.writerow([safe_cell(cell) for cell in row]))
            if len(held) >= FLUSH_ROWS:
                yield "".join(held)
                held.clear()
        yield "".join(held)

    response = StreamingHttpResponse(_in_thread(lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _in_thread(parts: Iterator[str]) -> AsyncIterator[str]:
    """Take a blocking iterator part by part in a thread: under ASGI Django would gather it whole in memory first."""
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        yield part


def xlsx_response(
    name: str, head: tuple[str, ...], rows: Iterator[tuple[Any, ...]], *, limit: int
) -> HttpResponseBase:
    """An XLSX download; a Problem when there are more than ``limit`` rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("tags")
    sheet.append(list(head))
    for number, row in enumerate(rows, 1):
        if number > limit:
            raise Problem(
                "telemetry.export_too_long",
                f"More than {limit} rows do not fit a sheet; take CSV or a shorter period.",
            )
        sheet.append([safe_cell(cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)
