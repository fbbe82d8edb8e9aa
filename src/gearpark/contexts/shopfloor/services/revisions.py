"""Publishing a shift's figures: once when it has ended, and anew whenever anything they rest on changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.calendars import Shift
from gearpark.engines.oee import Change, differences
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting, require

from ..models import Line
from ..models.figures import FigureRevision
from ..queries import setup
from ..queries.document import document, inputs_changed
from ..queries.observed import short_hash
from ..queries.revisions import ended_shifts, lake_mark, newest_marks, newest_revision
from ..queries.said import said_of
from ..queries.shifts import chosen_shift
from ..queries.summary import of_shift
from ..types import LineFigures, LineInfo
from ..types.figures import LEAD, FiguresPublished, RevisionInfo, RevisionReason, Said

SETTLE = timedelta(seconds=90)  # after a shift's end: what is still under way arrives
WATCHED_DAYS = 3  # looked at every minute
LATE_DAYS = 31  # looked at every hour: a gateway cut off for a month still corrects its shifts
MAX_PER_RUN = 40  # figures made anew in one run; the rest follows in the next
WHY = {
    "data": RevisionReason.LATE_DATA,
    "bookings": RevisionReason.BOOKING,
    "setup": RevisionReason.SETUP,
    "orders": RevisionReason.PARTS,
    "parts": RevisionReason.PARTS,
}


def publish_due(scope: Scope, now: datetime, days: int = WATCHED_DAYS) -> int:
    """Publish every shift of the scope's lines that ended in the last days and has no revision, or another one, now.

    Cheap when nothing happened: a shift is computed again only when files of the lake, bookings, serials, plan or
    set-up differ from what its newest revision saw. Returns how many revisions were published.
    """
    made = looked = 0
    until_us = to_us(now - SETTLE)
    since_us = to_us(now - timedelta(days=days))
    with acting(scope):
        lines = setup.lines(scope)
        known = newest_marks(scope, lines, now - timedelta(days=days + 2))
    for line in lines:
        for shift in ended_shifts(line, since_us, until_us):
            with acting(scope):
                seen = known.get((line.id, shift.day, shift.code))
                marks = _marks(scope, line, shift, now)
                if (seen is not None and seen[2] == marks) or (seen is None and not marks["lake"]):
                    continue
                looked += 1
                made += publish(scope, line, shift, now, marks=marks) is not None
            if looked >= MAX_PER_RUN:
                return made
    return made


def publish(
    scope: Scope, line: LineInfo, shift: Shift, now: datetime, *, marks: dict[str, str] | None = None
) -> RevisionInfo | None:
    """Publish a shift that has ended; None when its newest revision stands. One transaction, one writer a line."""
    with acting(scope):
        Line.objects.of(scope).filter(pk=line.id).select_for_update().first()
        figures = of_shift(scope, line, shift, to_us(now))
        seen = marks or _marks(scope, line, shift, now)
        last = newest_revision(scope, line, shift.day, shift.code)
        if last is None and figures.fresh_us is None:
            return None  # nothing was ever heard of the line
        if last is not None and last.revision == figures.revision:
            FigureRevision.objects.of(scope).filter(pk=last.id).update(marks=seen)
            return None
        return _add(scope, figures, last, seen, now)


def publish_now(scope: Scope, asset: str, day: str, shift: str, now: datetime) -> RevisionInfo:
    """Publish one shift at once; the newest revision when it stands. Problems ``figures.shift_runs``,
    ``figures.nothing_heard``."""
    require(scope, LEAD)
    with acting(scope):
        line = setup.line(scope, asset)
        chosen = chosen_shift(line, to_us(now), day, shift)
        if to_us(now) < chosen.end_us:
            raise Problem(
                "figures.shift_runs", "The shift still runs; its figures are published when it has ended."
            )
        made = publish(scope, line, chosen, now) or newest_revision(scope, line, chosen.day, chosen.code)
        if made is None:
            raise NotFound("figures.nothing_heard", "Nothing was heard of this line in this shift.")
        return made


def _add(
    scope: Scope, figures: LineFigures, last: RevisionInfo | None, marks: dict[str, str], now: datetime
) -> RevisionInfo:
    line, shift = figures.line, figures.shift
    new = document(figures)
    reason = RevisionReason.FIRST if last is None else reason_of(inputs_changed(last.document, new))
    changes = () if last is None else differences(last.document, new)
    row = FigureRevision(
        org=line.org, line_id=line.id, on=shift.day, shift=shift.code, number=1 if last is None else last.number + 1,
        revision=figures.revision, reason=reason.value, mapping=figures.account.mapping,
        start_at=from_us(shift.start_us), document=new, changes=[_plain(change) for change in changes], marks=marks,
        published_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    tell(FiguresPublished(line.org, line.asset, shift.day, shift.code, row.number, row.revision, reason))
    found = newest_revision(scope, line, shift.day, shift.code)
    assert found is not None
    return found


def reason_of(changed: Sequence[str]) -> RevisionReason:
    """Kinds of input that changed -> why a revision is published."""
    reasons = {WHY[kind] for kind in changed if kind in WHY}
    return reasons.pop() if len(reasons) == 1 else RevisionReason.SEVERAL


def _marks(scope: Scope, line: LineInfo, shift: Shift, now: datetime) -> dict[str, str]:
    """What a shift's figures rest on, cheaply: file names, bookings and serials, plan and set-up."""
    said: Said = said_of(scope, [(line, shift)], to_us(now))[line.asset]
    plan = setup.plans(scope, [(line, shift)])[line.asset]
    booked = [(b.id, b.version) for b in said.bookings]
    return {
        "lake": lake_mark(line.org, shift),
        "said": short_hash((booked, said.orders, said.parts)),
        "setup": f"{line.revision} {line.calendar_revision} {plan}",
    }


def _plain(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "code": change.code,
        "reason": change.reason,
        "booked": change.booked,
        "before": change.before,
        "after": change.after,
    }
