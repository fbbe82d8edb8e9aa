"""Orders people give on the potline's pages, handed to the controller of this installation."""

from __future__ import annotations

from gearpark.base import home
from gearpark.base.problems import Problem
from gearpark.contexts.potline.public import ModeOrdered

from .orders import give
from .status import read_status


def obey(event: ModeOrdered) -> None:
    """Write the order where the controller reads it. Problems ``potline.not_running``, ``potline.order``."""
    if read_status().get("line") != event.line:
        raise Problem(
            "potline.not_running", f"The controller of {event.line} does not run on this machine.", status=404
        )
    give(home.folder("potline"), event.mode.value, event.cells, event.by, event.why)
