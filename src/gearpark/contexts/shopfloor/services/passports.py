"""Public links to a part's passport: given out, revoked. The link is signed; only its row is kept."""

from __future__ import annotations

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import Serial
from ..models.exchange import PassportLink
from ..models.work import MAX_ACTOR
from ..types.work import WORK


def give_link(scope: Scope, serial_id: int) -> None:
    """Let the part's passport be read by whoever has its address; doing it again changes nothing."""
    require(scope, WORK)
    with acting(scope):
        row = _part(scope, serial_id)
        _made, new = PassportLink.objects.of(scope).get_or_create(
            serial=row,
            revoked_at=None,
            defaults={"org": row.org, "made_by": scope.actor[:MAX_ACTOR], "made_at": now_utc()},
        )
        if new:
            record(scope, "trace.passport_given", "serial", row.serial, None, None, org=row.org)


def revoke_link(scope: Scope, serial_id: int) -> None:
    """End the part's address: it answers as if it had never been. A new one has another address."""
    require(scope, WORK)
    with acting(scope):
        row = _part(scope, serial_id)
        links = PassportLink.objects.of(scope).filter(serial=row, revoked_at=None)
        if links.update(revoked_at=now_utc(), revoked_by=scope.actor[:MAX_ACTOR]):
            record(scope, "trace.passport_revoked", "serial", row.serial, None, None, org=row.org)


def _part(scope: Scope, serial_id: int) -> Serial:
    row = Serial.objects.of(scope).filter(pk=serial_id).first()
    if row is None:
        raise NotFound("trace.serial_unknown", "There is no such part that you may see.")
    return row
