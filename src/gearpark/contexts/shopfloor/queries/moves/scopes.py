"""On whose behalf logistics works when no person asks."""

from __future__ import annotations

from dataclasses import replace

from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import COMMAND, process_scope

from ...types.lines import EDIT, VIEW
from ...types.work import WORK

RIGHTS = frozenset((VIEW, WORK, EDIT, COMMAND, "telemetry.view"))


def loop_scope(name: str = "logistics") -> Scope:
    """Every organisation, for loops; ``name`` stands in the audit log."""
    return replace(process_scope(name), rights=RIGHTS)


def org_scope(org: str, name: str = "logistics") -> Scope:
    """One organisation, for what follows from an event of it."""
    return Scope(org=org, orgs=frozenset((org,)), rights=RIGHTS, actor=f"process:{name}")
