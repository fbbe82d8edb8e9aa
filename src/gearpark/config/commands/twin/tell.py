"""What the commands of the twin share: model files in, counts of options, tables out."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gearpark.base.problems import Problem

from .. import read_text

if TYPE_CHECKING:
    from gearpark.engines.linesim.model import Document, Line

MAX_REPLICATIONS = 100_000


def count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_REPLICATIONS:
        raise argparse.ArgumentTypeError(f"from 1 to {MAX_REPLICATIONS:,}")
    return number


def sampling(parser: argparse.ArgumentParser) -> None:
    """Options of everything that simulates."""
    parser.add_argument("--replications", type=count, help="as the model says unless given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=count, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")


def read(path: str | Path) -> Document:
    """A file of the twin: a model or a study."""
    from gearpark.engines.linesim.model import read_document
    from gearpark.engines.linesim.model.document import MAX_BYTES

    text = read_text(path, MAX_BYTES, lambda why: Problem("twin.file_unreadable", why, line=0))
    return read_document(text, Path(path).name)


def load(path: str) -> Line:
    from gearpark.engines.linesim.model import build_line

    return build_line(read(path))


def with_half(mean: float | None, half: float | None) -> str:
    if mean is None:
        return "-"
    return f"{mean:.4g}" if half is None else f"{mean:.4g} ± {half:.2g}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:,.1f} s"
