"""The park verifies firms and takes in lists of those nobody may trade with."""

from __future__ import annotations

from datetime import date, datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.sheets import read_sheet
from gearpark.kit.tenant import acting, require

from ..models import Blocked, Standing
from ..queries.firms import firm
from ..types import RUN

COLUMNS = ("name", "uscc", "reason")
MAX_NOTE = 400


def verify(scope: Scope, slug: str, note: str, valid_until: date, now: datetime) -> None:
    """Note that the firm's papers were looked at, until when, and which. Problem ``market.verify_wrong``."""
    require(scope, RUN)
    if not note.strip() or len(note) > MAX_NOTE or valid_until <= now.date():
        raise Problem(
            "market.verify_wrong", "Say which papers were seen, and until when they hold (after today)."
        )
    with acting(scope):
        found = firm(slug)
        row = Standing.objects.of(scope).filter(firm=found.slug).first() or Standing(
            org=scope.org, firm=found.slug
        )
        row.note, row.valid_until, row.verified_by, row.verified_at = (
            note.strip(),
            valid_until,
            scope.actor,
            now,
        )
        row.save()
        record(
            scope,
            "market.firm_verified",
            "market.firm",
            slug,
            None,
            {"note": note.strip(), "until": valid_until},
        )


def withdraw_verification(scope: Scope, slug: str) -> None:
    """The firm is no longer verified."""
    require(scope, RUN)
    with acting(scope):
        if Standing.objects.of(scope).filter(firm=slug).delete()[0]:
            record(scope, "market.verification_withdrawn", "market.firm", slug)


def keep_list(scope: Scope, source: str, data: bytes, file_name: str, now: datetime) -> int:
    """Take a list in; it replaces the one of the same source. Returns its lines. Problem ``market.list_wrong``."""
    require(scope, RUN)
    source = source.strip()[:80]
    rows = read_sheet(data, file_name, known=COLUMNS, needed=("name",))
    if not source or not rows:
        raise Problem(
            "market.list_wrong", "Name the list's source; its sheet has the columns name, uscc, reason."
        )
    with acting(scope):
        Blocked.objects.of(scope).filter(source=source).delete()
        Blocked.objects.of(scope).bulk_create(
            Blocked(
                org=scope.org, source=source, name=row.values["name"].strip()[:160], uscc=row.values.get("uscc", "").strip().upper()[:18],
                reason=row.values.get("reason", "")[:400], read_at=now,
            )
            for row in rows
        )  # fmt: skip
        record(scope, "market.list_kept", "market.list", source, None, {"lines": len(rows)})
    return len(rows)
