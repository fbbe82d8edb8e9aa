"""Orders people give on the potline's pages, handed to the controller of this installation."""

from __future__ import annotations

from gearpark.base import home
from gearpark.base.problems import Problem
from gearpark.contexts.potline.public import ModeOrdered, SetPointsOrdered

from .orders import give, give_set_points
from .status import read_status


def set_points(event: SetPointsOrdered) -> None:
    """Order set-points. Problems ``potline.not_running``, ``potline.order``."""
    _here(event.line)
    give_set_points(home.folder("potline"), event.set_points, event.by, event.why)


def obey(event: ModeOrdered) -> None:
    """Write the order where the controller reads it. Problems ``potline.not_running``, ``potline.order``."""
    _here(event.line)
    give(home.folder("potline"), event.mode.value, event.cells, event.by, event.why)


def _here(line: str) -> None:
    if read_status().get("line") != line:
        raise Problem(
            "potline.not_running", f"The controller of {line} does not run on this machine.", status=404
        )
