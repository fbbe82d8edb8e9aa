"""Lot-by-lot inspection: schemes, verdicts, and the switch that acts on the next lot."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.engines.quality.acceptance import Lot, Scheme, Severity, after, resumed
from gearpark.engines.quality.plans import AQLS, Plan, aql_index, code_letter, plan_for
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Product
from ...models.lines import MAX_CODE, MAX_NAME
from ...models.quality import InspectedLot, SamplingScheme
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.quality.sampling import next_plan, scheme, scheme_info
from ...types.quality import SchemeInfo
from ...types.work import QUALITY, WORK

LEAST_LOT = 2


def save_scheme(
    scope: Scope,
    code: str,
    title: str,
    aql: str,
    *,
    level: str = "II",
    product: str = "",
    supplier: str = "",
    steady: bool = True,
    authorised: bool = False,
    active: bool = True,
    org: str = "",
) -> SchemeInfo:
    """Make a scheme, or change what may change; its switching state is never set by hand.

    Problems ``quality.plan_unknown``, ``quality.title_missing``, ``quality.scheme_fixed``, ``work.product_unknown``.
    """
    require(scope, QUALITY)
    owner = org or scope.org
    if not scope.sees(owner):
        raise NotFound("shopfloor.org_unknown", f"There is no organisation {owner!r} that you may act for.")
    if not code.strip() or not title.strip():
        raise Problem("quality.title_missing", "A scheme needs a code and a title.")
    known = AQLS[aql_index(aql)]
    code_letter(LEAST_LOT, level)
    with acting(scope):
        made_for = Product.objects.of(scope).filter(org=owner, code=product).first() if product else None
        if product and made_for is None:
            raise NotFound("work.product_unknown", f"There is no product {product!r} that you may see.")
        row = (
            SamplingScheme.objects.of(scope).filter(org=owner, code=code.strip()).select_for_update().first()
        )
        before = None
        if row is None:
            row = SamplingScheme(org=owner, code=code.strip()[:MAX_CODE], aql=known, level=level)
        else:
            before = {
                "title": row.title,
                "steady": row.steady,
                "authorised": row.authorised,
                "active": row.active,
            }
            if (row.aql, row.level) != (known, level) and InspectedLot.objects.of(scope).filter(
                scheme=row
            ).exists():
                raise Problem(
                    "quality.scheme_fixed",
                    "Lots were judged by this scheme, so AQL and level stay. Make a new scheme for the new ones.",
                    status=409,
                )
            row.aql, row.level = known, level
        row.title, row.product, row.supplier = title.strip()[:MAX_NAME], made_for, supplier.strip()[:MAX_NAME]
        row.steady, row.authorised, row.active = steady, authorised, active
        row.save()
        now = {"title": row.title, "steady": steady, "authorised": authorised, "active": active, "aql": known}
        record(scope, "quality.scheme_saved", "scheme", row.code, before, now, org=owner)
        return scheme_info(row)


def inspect_lot(
    scope: Scope, key: int, lot: str, size: int, found: int, now: datetime, note: str = ""
) -> tuple[SchemeInfo, bool]:
    """Judge a lot by what its sample showed; returns the scheme as it stands for the next one, and the verdict.

    A lot inspected again counts for nothing in the switching rules. Problems ``quality.discontinued``,
    ``quality.plan_unknown``, ``quality.found``, ``quality.lot_missing``, ``kit.conflict``.
    """
    require(scope, WORK)
    name = lot.strip()[:MAX_CODE]
    if not name:
        raise Problem("quality.lot_missing", "Name the lot.")
    with acting(scope):
        info = scheme(scope, key)
        row = SamplingScheme.objects.of(scope).select_for_update().get(pk=key)
        info = scheme_info(row)
        plan = next_plan(info, size)
        if not 0 <= found <= plan.inspect:
            raise Problem(
                "quality.found",
                f"The sample has {plan.inspect} pieces; {found} cannot be nonconforming.",
                most=plan.inspect,
            )
        attempt = InspectedLot.objects.of(scope).filter(scheme=row, lot=name).count() + 1
        accepted = found <= plan.ac
        standing = Scheme(
            Severity(row.severity), tuple(bool(item) for item in row.recent), row.rejected, row.score
        )
        judged = Lot(
            accepted=accepted,
            acceptance_number=plan.ac,
            accepted_tighter=_tighter(info, plan, size, found),
            steady=row.steady,
            authorised=row.authorised,
            resubmitted=attempt > 1,
        )
        moved = after(standing, judged)
        try:
            InspectedLot(
                org=row.org, scheme=row, lot=name, attempt=attempt, size=size, severity=row.severity,
                code=plan.plan_code, sample=plan.inspect, ac=plan.ac, re=plan.re, found=found, accepted=accepted,
                severity_after=moved.severity.value, note=note.strip()[:MAX_NOTE], by=scope.actor[:MAX_ACTOR], at=now,
            ).save()  # fmt: skip
        except IntegrityError as error:  # pragma: no cover - the scheme's row lock serialises lots
            raise Problem("kit.conflict", "Somebody else judged this lot just now.", status=409) from error
        _store(row, moved)
        outcome = {"lot": name, "found": found, "accepted": accepted, "next": moved.severity.value}
        record(scope, "quality.lot_inspected", "scheme", row.code, None, outcome, org=row.org)
        return scheme_info(row), accepted


def resume(scope: Scope, key: int, reason: str) -> SchemeInfo:
    """Go on after inspection was discontinued, under tightened inspection. Problem ``quality.not_discontinued``."""
    require(scope, QUALITY)
    if not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        scheme(scope, key)
        row = SamplingScheme.objects.of(scope).select_for_update().get(pk=key)
        if row.severity != Severity.DISCONTINUED:
            raise Problem("quality.not_discontinued", "Inspection was not discontinued.", status=409)
        _store(row, resumed(Scheme(Severity.DISCONTINUED)))
        record(
            scope,
            "quality.inspection_resumed",
            "scheme",
            row.code,
            None,
            {"reason": reason.strip()},
            org=row.org,
        )
        return scheme_info(row)


def _tighter(info: SchemeInfo, plan: Plan, size: int, found: int) -> bool | None:
    """Would the lot have been accepted one AQL tighter? Asked for acceptance numbers from 2 on."""
    place = aql_index(info.aql)
    if plan.ac < 2 or place == 0:
        return None
    return found <= plan_for(size, info.level, AQLS[place - 1], info.severity).ac


def _store(row: SamplingScheme, moved: Scheme) -> None:
    row.severity, row.recent = moved.severity.value, list(moved.recent)
    row.rejected, row.score = moved.rejected, moved.score
    row.save(update_fields=["severity", "recent", "rejected", "score"])
