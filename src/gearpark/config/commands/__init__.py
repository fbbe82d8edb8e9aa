"""Subcommands of ``gearpark`` that read and write files, one module an area.

A module offers ``add(commands)``: registers its parsers, each with ``set_defaults(run=function)``. What a command
needs is imported when it runs, so that ``gearpark --help`` stays quick.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from types import ModuleType
from typing import Any


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
