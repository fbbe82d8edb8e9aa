"""On whose behalf this context reads when no person asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ..types import EDIT, JOBS_RUN, JOBS_VIEW, PARK_ORG, VIEW


def process_scope(actor: str) -> Scope:
    """A process of the installation: reads and writes every organisation's telemetry rows."""
    return Scope(
        org=PARK_ORG,
        orgs=frozenset((PARK_ORG,)),
        park_wide=True,
        rights=frozenset((VIEW, EDIT, JOBS_VIEW, JOBS_RUN)),
        actor=f"process:{actor}",
    )


@contextmanager
def widened(actor: str = "telemetry") -> Iterator[Scope]:
    """Look beyond the asking organisation, for facts that are nobody's secret: names in use, shared gateways."""
    with acting(process_scope(actor)) as wide:
        yield wide
