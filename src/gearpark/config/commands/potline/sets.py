"""Constants of cell and controller as the commands take them."""

from __future__ import annotations

import argparse
from typing import Any

from gearpark.base.problems import Problem

from .. import read_text


def add_sets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cell", metavar="FILE", help="TOML with constants of your cell")
    parser.add_argument("--control", metavar="FILE", help="TOML with constants of the controller")
    parser.add_argument("--json", action="store_true")


def _parameters(base: Any, path: str | None) -> Any:
    """``base``, overlaid with a file."""
    from gearpark.engines.electrolysis.parameters import MAX_FILE_BYTES, overlaid

    if path is None:
        return base
    text = read_text(path, MAX_FILE_BYTES, lambda why: Problem("electrolysis.file", why, path=path))
    return overlaid(base, text, path)


def sets_of(options: argparse.Namespace) -> tuple[Any, Any]:
    """Constants of cell and controller."""
    from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters

    return _parameters(cell_parameters(), options.cell), _parameters(control_parameters(), options.control)
