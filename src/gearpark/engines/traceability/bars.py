"""GS1-128 bars as a drawing: what a logistic label carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import zxingcpp

from gearpark.base.problems import Problem

MAX_TEXT = 80
QUIET = 10  # modules of white at both ends


@dataclass(frozen=True, slots=True)
class Bars:
    """``width`` modules; ``path`` draws the dark ones one unit high (stretch it to any height)."""

    width: int
    path: str


@lru_cache(maxsize=500)
def bars(text: str) -> Bars:
    """A bracketed element string such as ``(00)095212340000000017`` as GS1-128. Problem ``trace.symbol``."""
    try:
        if not text or len(text) > MAX_TEXT:
            raise ValueError("length")
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128, gs1=True)
        dark = np.array(made.to_image(scale=1, add_quiet_zones=False))
    except (ValueError, RuntimeError) as error:
        raise Problem("trace.symbol", f"{text[:40]!r} does not go into a symbol.", status=422) from error
    row = (dark[dark.shape[0] // 2] if dark.ndim > 1 else dark) == 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8))).reshape(-1, 2)
    path = "".join(f"M{start + QUIET} 0h{end - start}v1h-{end - start}z" for start, end in edges)
    return Bars(len(row) + 2 * QUIET, path)
