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
    _silos(scope, code)
    return made.code


def _silos(scope: Scope, code: str) -> None:
    """Two silos of alumina and one of fluoride, counted at the start; all hoppers full."""
    half = CELLS // 2
    for name, material, capacity, reorder, first, last, counted in (
        ("al-1", potline.Material.ALUMINA, 3_000.0, 1_200.0, 1, half, 2_350.0),
        ("al-2", potline.Material.ALUMINA, 3_000.0, 1_200.0, half + 1, CELLS, 1_180.0),
        ("alf3-1", potline.Material.FLUORIDE, 200.0, 60.0, 1, CELLS, 134.0),
    ):
        potline.ensure_silo(
            scope, code, name, material, capacity_t=capacity, reorder_t=reorder, first=first, last=last, counted_t=counted
        )  # fmt: skip
