"""Types of calls, their reasons, alarms that call by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models.calls import CallReason, CallRule, CallType
from ...types.calls import STANDING


def call_type_rows(scope: Scope, orgs: Sequence[str] = ()) -> QuerySet[Any]:
    """Types of the scope in their order, with reasons (``shown_reasons``) and how many calls stand."""
    rows = CallType.objects.of(scope)
    rows = rows.filter(org__in=list(orgs)) if orgs else rows
    reasons = CallReason.objects.of(scope).order_by("code")
    standing = Count("calls", filter=Q(calls__status__in=[s.value for s in STANDING]))
    return rows.prefetch_related(Prefetch("reasons", reasons, "shown_reasons")).annotate(n_standing=standing)


def call_type(scope: Scope, key: int) -> Any:
    """One type with its reasons, or NotFound ``calls.type_unknown``."""
    row = call_type_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("calls.type_unknown", "There is no such type of call that you may see.")
    return row


def active_types(scope: Scope, org: str) -> list[Any]:
    """Types of one organisation that may be called."""
    return list(call_type_rows(scope, [org]).filter(active=True))


def reasons_of(scope: Scope, org: str, type_code: str) -> list[CallReason]:
    """Reasons a call of this type may be closed with."""
    return list(
        CallReason.objects.of(scope).filter(org=org, type__code=type_code, active=True).order_by("code")
    )


def call_rule_rows(scope: Scope) -> QuerySet[CallRule]:
    return CallRule.objects.of(scope).select_related("type", "line").order_by("org", "alarm", "id")
