"""A potroom's hours for tests: simulated cells under the real controller, told as its process tells the bus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gearpark.base.wire import Observation
from gearpark.config.potline.brain import Brain
from gearpark.config.potline.chronicle import Name, Teller
from gearpark.config.potline.estimator import Estimator
from gearpark.engines.electrolysis.control.curve import resistance_curve
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters, estimate_parameters
from gearpark.engines.electrolysis.sim.live import LiveLine
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS

NAME = Name("qineng", "qn-p1")
SECOND_US = 1_000_000
Faults = Mapping[int, tuple[str, int]]  # second -> what, cell from 1


def told(
    start_us: int, seconds: int, folder: Path, *, cells: int = 12, faults: Faults | None = None
) -> list[Observation]:
    """What the controller tells of a line over some time. Faults: ``effect``, ``hands``, ``back``, ``silent`` (for 10 min), ``block``."""
    case = SCENARIOS["mixed"]
    p, q = cell_parameters().with_values(case.cell), control_parameters()
    line = LiveLine(p, q, case, cells, 5)
    line.warm_up(3600)
    brain, teller = Brain(q, resistance_curve(p), cells), Teller(NAME, cells, q["dose_kg"])
    estimator, made = Estimator(folder, p, estimate_parameters(), cells), []
    for second in range(seconds):
        what, cell = (faults or {}).get(second, ("", 0))
        if what == "effect":
            line.effect(cell - 1)
        elif what in ("hands", "back"):
            line.selector[cell - 1] = what == "hands"
        elif what == "block":
            line.block(cell - 1, seconds)
        elif what == "silent":
            line.silent_until[cell - 1] = line.t + 600
        line.second()
        view = {**line.arrays(), "Boot": 1, "Second": line.t}
        step = brain.cycle(view)
        if step is not None:
            line.accept(1, step.rows)
            made += teller.told(brain, view, start_us + second * SECOND_US)
            found = estimator.second(brain, view)
            if found is not None:
                made += teller.estimated(found, start_us + second * SECOND_US)
    return made
