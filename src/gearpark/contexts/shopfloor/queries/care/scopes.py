"""On whose behalf the floor's loops work: every organisation, with the rights of care and calls and no other."""

from __future__ import annotations

from dataclasses import replace

from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import process_scope

from ...types.care import CARE
from ...types.lines import VIEW
from ...types.work import WORK


def loop_scope(name: str) -> Scope:
    """The scope of a loop; ``name`` stands in the audit log as ``process:<name>``."""
    return replace(process_scope(name), rights=frozenset((VIEW, WORK, CARE)))
