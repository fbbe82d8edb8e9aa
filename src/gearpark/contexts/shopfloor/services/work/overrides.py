"""Overrides: a signed disposition lets one part start one operation in spite of named interlocks. Used once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Line, Override, Serial
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.interlocks import blocks_of, step_here
from ...queries.work.people import sign_ons
from ...queries.work.route import line_row, route_of, station_of
from ...types.work import QUALITY, Block
from .parts import locked_serial, signer


def sign_override(
    scope: Scope,
    serial_id: int,
    line_asset: str,
    station: str,
    codes: Sequence[str],
    reason: str,
    *,
    operator: int | None = None,
    at: datetime | None = None,
) -> int:
    """Sign that one part may start at one station though ``codes`` stand against it. Needs shopfloor.quality, a person.

    Only what stands now and may be signed away at all can be named: Problem ``work.not_signable``. ``operator`` is who
    will start it; None: who stands there now.
    """
    require(scope, QUALITY)
    person = signer(scope, reason)
    now = at or now_utc()
    with acting(scope):
        row = locked_serial(scope, serial_id)
        line = line_row(scope, line_asset)
        way = route_of(scope, row)
        step = step_here(row, way, station_of(line, station).group)
        if step is None:
            raise Problem("work.not_on_route", f"Part {row.serial} has no operation there on its route.", status=409,
                          serial=row.serial, group=station)  # fmt: skip
        who = operator or next((item.person_id for item in sign_ons(scope, line.asset, station)), None)
        found = blocks_of(scope, row, line, station, way, step, who, now, people=who is not None)
        signable = {block.code for block in found if block.signed}
        wanted = sorted(set(codes))
        if not wanted or not set(wanted) <= signable:
            raise Problem(
                "work.not_signable",
                f"Only what stands against the part now can be signed away: {', '.join(sorted(signable)) or '-'}.",
                status=409,
                signable=", ".join(sorted(signable)) or "-",
            )
        Override.objects.of(scope).filter(
            serial=row, line=line, station=station, op=step.op, used_at=None
        ).delete()
        made = Override(
            org=row.org,
            serial=row,
            line=line,
            station=station,
            op=step.op,
            codes=wanted,
            reason=reason.strip()[:MAX_NOTE],
            signed_by=scope.actor[:MAX_ACTOR],
            person_id=person,
            signed_at=now,
        )
        made.save(force_insert=True)
        after = {"station": f"{line_asset}/{station}", "op": step.op, "codes": wanted, "reason": made.reason}
        record(scope, "work.override_signed", "serial", row.serial, None, after, org=row.org)
        return int(made.pk)


def spent_override(
    scope: Scope, row: Serial, line: Line, station: str, op: int, found: Sequence[Block], at: datetime
) -> set[str]:
    """Codes a signed override lifts here; the override is spent on them when nothing else is left standing."""
    if not found:
        return set()
    signed = (
        Override.objects.of(scope)
        .filter(serial=row, line=line, station=station, op=op, used_at=None)
        .select_for_update()
        .first()
    )
    lifted = {block.code for block in found if block.signed} & set(signed.codes if signed else ())
    if signed is not None and lifted and all(block.code in lifted for block in found):
        signed.used_at = at
        signed.save(update_fields=["used_at"])
    return lifted
