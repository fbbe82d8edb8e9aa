"""Subcommands of ``gearpark`` that read and write files, one module an area.

A module offers ``add(commands)``: registers its parsers, each with ``set_defaults(run=function)``. What a command
needs is imported when it runs, so that ``gearpark --help`` stays quick.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from gearpark.base.problems import Problem


def areas() -> list[ModuleType]:
    """The modules of this folder, by name."""
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def emit(answer: dict[str, Any], as_json: bool) -> None:
    """Print an answer: one JSON object, or a line a key."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, default=str))
        return
    for key, value in answer.items():
        shown = (
            json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else value
        )
        print(f"{key}: {shown}")


def read_bytes(path: str | Path, most: int, refused: Callable[[str], Problem]) -> bytes:
    """A file of at most ``most`` bytes; ``refused`` makes the Problem of a sentence that says why not."""
    file = Path(path)
    try:
        if file.stat().st_size > most:
            raise refused(f"{path} is larger than {most:,} bytes.")
        return file.read_bytes()
    except OSError as error:
        raise refused(f"{path} cannot be read: {error.strerror or error}.") from error


def read_text(path: str | Path, most: int, refused: Callable[[str], Problem]) -> str:
    """The same as text: UTF-8, with or without a byte-order mark."""
    try:
        return read_bytes(path, most, refused).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"{path} is not UTF-8 text.") from error


def table(heads: list[str], rows: list[list[str]]) -> None:
    """Columns as wide as their widest cell, the first to the left, figures to the right."""
    widths = [max(len(row[k]) for row in [heads, *rows]) for k in range(len(heads))]
    for row in [heads, *rows]:
        first, *others = (
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())
