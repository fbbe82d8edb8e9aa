"""On whose behalf care is done: a loop for every organisation, a person of the park for one of them."""

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


def within(scope: Scope, org: str) -> Scope:
    """The same person or process, looking at one organisation only: codes and serials are unique within one."""
    return scope if not scope.sees(org) else replace(scope, org=org, orgs=frozenset((org,)), park_wide=False)
