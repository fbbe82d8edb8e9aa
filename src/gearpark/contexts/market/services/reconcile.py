"""The custodian's statements held against the journal: every line matched by its reference, every difference told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.audit import record
from gearpark.kit.sheets import SheetRow, read_sheet
from gearpark.kit.tenant import acting, require

from ..models import Entry, Instruction, StatementLine
from ..types import CUSTODY

COLUMNS = ("reference", "booked_on", "amount", "currency")
ACTOR = "market-money"
Line = tuple[str, date, Decimal, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree. ``kind``: ``unknown``, ``amount``, ``missing``, ``wrong``."""

    kind: str
    reference: str
    ours: Decimal | None
    theirs: Decimal | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """``matched`` lines agree to the cent; ``read`` before counts lines that an earlier statement had."""

    lines: int
    matched: int
    before: int
    differences: tuple[Difference, ...]


def read_statement(scope: Scope, data: bytes, file_name: str, now: datetime) -> Reconciled:
    """Keep a statement's lines and tell what differs. A line read before changes nothing.

    ``missing``: confirmed by the custodian within the statement's days, but not on it.
    """
    require(scope, CUSTODY)
    rows = read_sheet(data, file_name, known=COLUMNS, needed=COLUMNS)
    lines = [(row.values["reference"], _line(row)) for row in rows]
    found = [Difference("wrong", reference, None, None) for reference, line in lines if line is None]
    sound = {line[0]: line for _reference, line in lines if line is not None}
    with acting(process_scope(ACTOR)) as wide:
        known = set(
            StatementLine.objects.of(wide).filter(reference__in=sound).values_list("reference", flat=True)
        )
        fresh = [line for reference, line in sound.items() if reference not in known]
        compared = _compared(wide, fresh, now)
        found += [one for one in compared if one is not None]
        days = [line[1] for line in sound.values()]
        if days:
            found += _missing(wide, min(days), max(days))
        after = {"lines": len(rows), "differences": len(found)}
        record(wide, "market.statement_read", "market.statement", file_name[:120], None, after)
    matched = sum(one is None for one in compared)
    before = len(rows) - len(fresh) - sum(line is None for _reference, line in lines)
    return Reconciled(len(rows), matched, before, tuple(found))


def _compared(wide: Scope, fresh: Sequence[Line], now: datetime) -> list[Difference | None]:
    """Keep new lines; each one's difference, None where it agrees to the cent."""
    told = {
        one.reference: one
        for one in Instruction.objects.of(wide).filter(reference__in=[line[0] for line in fresh])
    }
    keys = [one.key for one in told.values()]
    entries = dict(Entry.objects.of(wide).filter(key__in=keys).values_list("key", "pk"))
    made: list[Difference | None] = []
    kept = []
    for reference, on, amount, currency in fresh:
        ours = told.get(reference)
        if ours is None:
            made.append(Difference("unknown", reference, None, amount))
        elif ours.amount != amount or ours.currency != currency:
            made.append(Difference("amount", reference, ours.amount, amount))
        else:
            made.append(None)
        entry = entries.get(ours.key) if ours else None
        kept.append(
            StatementLine(
                org=wide.org, reference=reference, booked_on=on, amount=amount, currency=currency, entry_id=entry, read_at=now
            )
        )  # fmt: skip
    StatementLine.objects.of(wide).bulk_create(kept)
    return made


def _line(row: SheetRow) -> Line | None:
    try:
        amount = Decimal(row.values["amount"].replace(",", ""))
        on = date.fromisoformat(row.values["booked_on"])
    except (InvalidOperation, ValueError):
        return None
    reference = row.values["reference"].strip()
    return (
        (reference[:120], on, amount, row.values["currency"].strip())
        if reference and amount.is_finite()
        else None
    )


def _missing(wide: Scope, first: date, last: date) -> list[Difference]:
    rows = Instruction.objects.of(wide).filter(
        state="confirmed", confirmed_at__date__gte=first, confirmed_at__date__lte=last
    )
    on_paper = set(
        StatementLine.objects.of(wide)
        .filter(booked_on__gte=first, booked_on__lte=last)
        .values_list("reference", flat=True)
    )
    return [
        Difference("missing", one.reference, one.amount, None)
        for one in rows
        if one.reference not in on_paper
    ]


def checked_amount(text: str) -> Decimal:
    """An amount of the custodian's; Problem ``market.custodian_amount``."""
    try:
        made = Decimal(text)
    except InvalidOperation:
        made = Decimal("NaN")
    if not made.is_finite():
        raise Problem("market.custodian_amount", f"{text!r} is no amount.", status=422)
    return made
