"""The wizard's last two steps: dry run and go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope

from .. import queries
from ..types import Diff, Look, LookCheck, Proposal
from .discovery import mark_applied
from .onboarding import apply_proposal, plan


def _found(look: Look) -> Proposal:
    if look.proposal is None:
        raise Problem(
            "telemetry.look_unknown", "This look at an address is over or not yours; start again.", status=404
        )
    return look.proposal


def check_look(scope: Scope, pk: int, now: datetime) -> LookCheck:
    """The dry run of a look with the kept choices. A choice that cannot be is a refusal, not an error page."""
    look = queries.look(scope, pk, now)
    try:
        return LookCheck(look, plan(scope, _found(look), look.choices))
    except Problem as problem:
        if problem.status >= 403:
            raise
        return LookCheck(look, Diff(connection="", refusals=(problem.sentence,)))


@transaction.atomic
def apply_look(scope: Scope, pk: int, now: datetime) -> str:
    """Go: write what the dry run showed. Returns the connection's key."""
    look = queries.look(scope, pk, now)
    done = apply_proposal(scope, _found(look), look.choices)
    mark_applied(scope, pk, done.connection)
    return done.connection
