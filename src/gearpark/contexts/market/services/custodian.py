"""A custodian that carries out every instruction, for the demo and for trying things out. It moves no money.

``GEARPARK_CUSTODIAN=simulated`` switches it on; without it instructions wait for a real custodian's confirmations.
"""

from __future__ import annotations

import os
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting

from ..models import Instruction
from .money import ACTOR, SENT, confirm

EVERY_S = 2.0
BATCH = 200


def carry_out(now: datetime) -> int:
    """Confirm what was sent; returns how many."""
    if os.environ.get("GEARPARK_CUSTODIAN") != "simulated":
        return 0
    with acting(process_scope(ACTOR)) as wide:
        keys = list(Instruction.objects.of(wide).filter(state=SENT).values_list("key", flat=True)[:BATCH])
    done = 0
    for key in keys:
        try:
            done += confirm(key, f"SIM-{key}", now)
        except Problem:  # out of order: the next round has what comes before
            continue
    return done


LOOPS = (Loop("market.custodian", EVERY_S, carry_out),)
