"""Parts as EPCIS events, and the events others sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.traceability import epcis, gs1
from gearpark.kit.tenant import acting

from ...models import Serial
from ...models.exchange import CapturedEvent
from ...types.trace import Passport
from .passport import passport

MAX_PARTS = 500  # of one document


def part_events(scope: Scope, serials: Sequence[str] = (), order: str = "") -> list[dict[str, Any]]:
    """Events of these parts, or of all parts of an order. NotFound ``trace.serial_unknown``, ``trace.too_many_parts``."""
    with acting(scope):
        rows = Serial.objects.of(scope).order_by("pk")
        rows = (
            rows.filter(order__number=order)
            if order
            else rows.filter(serial__in=list(serials)[: MAX_PARTS + 1])
        )
        keys = list(rows.values_list("pk", flat=True)[: MAX_PARTS + 1])
        if not keys:
            raise NotFound("trace.serial_unknown", "There is no such part that you may see.")
        if len(keys) > MAX_PARTS:
            raise Problem(
                "trace.too_many_parts", f"At most {MAX_PARTS} parts go into one document.", status=413
            )
        return [event for key in keys for event in epcis.events_of(part_told(passport(scope, key)))]


def part_told(story: Passport) -> epcis.Part:
    """A life story as the events' engine wants it."""
    part = story.part
    return epcis.Part(
        org=part.org,
        serial=part.serial,
        product=part.product,
        begun_at=part.begun_at,
        gtin=story.gtin if gs1.is_key(story.gtin) else "",
        order=part.order,
        lot=part.lot,
        passes=tuple(
            epcis.Pass(run.station, run.line, run.op, run.begun_at, run.ended_at, run.result, run.reason)
            for run in story.runs
        ),
        claims=tuple(
            epcis.Claim(
                fact.kind.value, fact.key, fact.at, fact.op, fact.station, fact.value, fact.unit,
                {**fact.spec, **fact.data}, fact.wrong,
            )
            for fact in story.facts
        ),
    )  # fmt: skip


def captured_rows(scope: Scope) -> QuerySet[CapturedEvent]:
    """Events others sent, newest first."""
    return CapturedEvent.objects.of(scope).defer("document").order_by("-captured_at", "-pk")
