"""The demo's potline: the simulated line of cells as its firm sees it."""

from __future__ import annotations

from gearpark.base.scope import Scope
from gearpark.config.processes import DEMO_POTLINE
from gearpark.contexts.potline import public as potline

CELLS = 300


def load_potline(scope: Scope) -> str:
    """Add the line where it is missing; returns its code."""
    org, code = DEMO_POTLINE
    made = potline.ensure_line(
        scope, org, code, cells=CELLS, name_en="Potline 1, 420 kA", name_zh="电解一系列 420 kA"
    )
    return made.code
