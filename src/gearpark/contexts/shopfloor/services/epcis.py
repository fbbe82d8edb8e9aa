"""EPCIS events taken in: once each by their hash, refused ones kept with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.traceability import epcis_in, gs1
from gearpark.engines.traceability.epcis import Claim
from gearpark.engines.traceability.epcis_hash import event_hash
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import MAX_CODE, Product, Serial
from ..models.exchange import CapturedEvent
from ..models.trace import FactError
from ..models.work import MAX_ACTOR, MAX_NOTE, MAX_SERIAL
from ..types.trace import Fact, FactKind
from ..types.work import WORK, SerialStatus
from .trace.facts import add_facts_of_many

ERROR_MARK = "#error"  # an error declaration has the hash of the event it speaks of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event: ``taken``, ``known`` or ``refused`` (then ``code`` and ``why``)."""

    event_hash: str
    kind: str
    outcome: str
    facts: int = 0
    code: str = ""
    why: str = ""


def capture(scope: Scope, content: Any) -> list[Outcome]:
    """Take a document or one event. Events known already change nothing; a refused one may be sent again.

    Parts nobody knew are made when their product is known by GTIN or code. Problem ``trace.epcis_document``.
    """
    require(scope, WORK)
    events, spaces = epcis_in.events_in(content)
    with acting(scope):
        found = [_take(scope, event, spaces) for event in events]
        counts = {
            word: sum(1 for one in found if one.outcome == word) for word in ("taken", "known", "refused")
        }
        if counts["taken"] or counts["refused"]:
            record(scope, "trace.epcis_captured", "epcis", "events", None, counts)
        return found


def _take(scope: Scope, event: Mapping[str, Any], spaces: Mapping[str, str]) -> Outcome:
    kind = str(event.get("type", ""))[:40]
    try:
        key = event_hash(event, spaces) + (ERROR_MARK if event.get("errorDeclaration") else "")
    except (KeyError, TypeError, ValueError, AttributeError):
        return Outcome(
            "", kind, "refused", 0, "trace.epcis_event", "The event is refused: it has no shape to hash."
        )
    row = CapturedEvent.objects.of(scope).filter(org=scope.org, event_hash=key).first()
    if row is not None and not row.refused:
        return Outcome(key, kind, "known", row.facts)
    try:
        with acting(scope):
            told = epcis_in.told(event, spaces)
            facts = _store(scope, told)
        done = Outcome(key, kind, "taken", facts)
    except Problem as problem:
        told = None
        done = Outcome(key, kind, "refused", 0, problem.code, problem.sentence)
    row = row or CapturedEvent(org=scope.org, event_hash=key, document=dict(event))
    row.kind, row.event_at = kind, told.at if told else None
    row.captured_by, row.captured_at = scope.actor[:MAX_ACTOR], now_utc()
    row.facts, row.refused, row.why = done.facts, done.code[:MAX_CODE], done.why[:MAX_NOTE]
    row.save()
    return done


def _store(scope: Scope, told: epcis_in.Told) -> int:
    ids = _serials(scope, told)
    facts = {ids[serial]: [_fact(claim) for claim in claims] for serial, claims in told.claims.items()}
    added = add_facts_of_many(scope, facts)
    for serial, claims in told.claims.items():
        _declare(scope, ids[serial], [claim for claim in claims if claim.wrong])
    return added


def _fact(claim: Claim) -> Fact:
    if claim.kind not in set(FactKind):
        raise Problem(
            "trace.epcis_event", f"The event is refused: {claim.kind[:40]!r} is no kind of fact.", status=422
        )
    return Fact(
        FactKind(claim.kind),
        claim.key,
        claim.at,
        claim.op,
        claim.station,
        claim.value,
        claim.unit,
        claim.data,
    )


def _serials(scope: Scope, told: epcis_in.Told) -> dict[str, int]:
    """Ids of the event's parts; unknown ones are made."""
    rows = Serial.objects.of(scope).filter(org=scope.org, serial__in=list(told.claims))
    found = dict(rows.values_list("serial", "pk"))
    for serial in told.claims:
        if serial in found:
            continue
        if len(serial) > MAX_SERIAL:
            raise Problem(
                "trace.epcis_event",
                f"The event is refused: a serial is longer than {MAX_SERIAL}.",
                status=422,
            )
        made = Serial(
            org=scope.org,
            serial=serial,
            product=_product(scope, serial, *told.products.get(serial, ("", ""))),
            lot=told.lots.get(serial, "")[:MAX_CODE],
            status=SerialStatus.OPEN.value,
            begun_at=told.at,
        )
        made.save(force_insert=True)
        found[serial] = made.pk
    return found


def _product(scope: Scope, serial: str, gtin: str, code: str) -> Product:
    products = Product.objects.of(scope).filter(org=scope.org)
    row = None
    if gs1.is_key(gtin):
        keys = [gtin, gtin.lstrip("0"), *(gtin[-size:] for size in (13, 12, 8))]
        row = products.filter(gtin__in=keys).first()
    if row is None and code:
        row = products.filter(code=code).first()
    if row is None:
        raise Problem(
            "trace.epcis_product",
            f"Part {serial[:60]} is not known, and no product has GTIN {gtin or '–'} or code {code or '–'}. "
            "Make the product, then send the event again.",
            status=409,
        )
    return row


def _declare(scope: Scope, serial_id: int, wrong: Sequence[Claim]) -> None:
    """Error declarations of facts that were just stored."""
    for claim in wrong:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT t.id FROM shopfloor_thing t WHERE t.kind = %s AND t.key = %s AND (EXISTS (SELECT 1 FROM"
                " shopfloor_fact f WHERE f.serial_id = %s AND f.at = %s AND f.thing_id = t.id) OR EXISTS (SELECT 1 FROM"
                " shopfloor_measured m WHERE m.serial_id = %s AND m.at = %s AND t.id = ANY (m.keys)))",
                [claim.kind, claim.key, serial_id, claim.at, serial_id, claim.at],
            )
            things = [row[0] for row in cursor.fetchall()]
        FactError.objects.of(scope).bulk_create(
            [
                FactError(
                    org=scope.org, serial_id=serial_id, at=claim.at, thing_id=thing, reason=claim.wrong[:MAX_NOTE],
                    declared_by=scope.actor[:MAX_ACTOR], declared_at=now_utc(),
                )
                for thing in things
            ],
            ignore_conflicts=True,
        )  # fmt: skip
