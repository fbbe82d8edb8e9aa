"""Orders from a sheet: checked by doing it and taking it back, then done, all rows or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.problems import words_of
from gearpark.kit.sheets import SheetRow, read_sheet
from gearpark.kit.tenant import acting, require

from ...models import WorkOrder
from ...types.lines import EDIT
from ...types.orders import NORMAL, OrderWanted
from .orders import FACTS, change_order, create_order

COLUMNS = ("number", "product", "line", "quantity", "due_on", "priority", "lot", "customer_ref", "note")
# columns that our own export carries and that follow from the parts
FOLLOWING = (
    "status",
    "good",
    "scrap",
    "open",
    "held",
    "source",
    "released_at",
    "started_at",
    "ended_at",
    "org",
)
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass(slots=True)
class SheetOrder:
    """One row of the sheet: what it would do, and what is wrong with it."""

    row: int
    number: str
    kind: str
    what: str
    errors: list[str] = field(default_factory=list)


def check_sheet(scope: Scope, data: bytes, file_name: str, now: datetime) -> list[SheetOrder]:
    """What a sheet would do. Everything is really done and taken back, so the database has its say too."""
    require(scope, EDIT)
    rows = _read(data, file_name)
    with acting(scope), transaction.atomic():
        found = [_apply(scope, row, now) for row in rows]
        transaction.set_rollback(True)
    return found


def import_sheet(scope: Scope, data: bytes, file_name: str, now: datetime) -> list[SheetOrder]:
    """Do what the sheet says, all rows or none; Problem ``work.sheet_wrong`` when a row is wrong."""
    require(scope, EDIT)
    rows = _read(data, file_name)
    with acting(scope):
        found = [_apply(scope, row, now) for row in rows]
        wrong = [item for item in found if item.errors]
        if wrong:
            first = wrong[0]
            raise Problem(
                "work.sheet_wrong",
                f"Row {first.row}: {first.errors[0]} Nothing was written.",
                status=422,
                row=first.row,
                why=first.errors[0],
            )
    return found


def _read(data: bytes, file_name: str) -> Sequence[SheetRow]:
    rows = read_sheet(data, file_name, known=(*COLUMNS, *FOLLOWING), needed=("product", "line", "quantity"))
    if not rows:
        raise Problem("sheet.empty", "The sheet has a head but no rows.")
    return rows


def _apply(scope: Scope, row: SheetRow, now: datetime) -> SheetOrder:
    values = row.values
    number = values.get("number", "")
    try:
        wanted = _wanted(values)
        with transaction.atomic():
            kind = _do(scope, wanted, now)
        return SheetOrder(row.number, number, kind, f"{wanted.quantity} × {wanted.product} @ {wanted.line}")
    except Problem as problem:
        return SheetOrder(row.number, number, WRONG, "", [words_of(problem)])


def _do(scope: Scope, wanted: OrderWanted, now: datetime) -> str:
    held = (
        WorkOrder.objects.of(scope).filter(org=scope.org, number=wanted.number).first()
        if wanted.number
        else None
    )
    if held is None:
        create_order(scope, wanted, at=now)
        return NEW
    changes: dict[str, Any] = {name: getattr(wanted, name) for name in FACTS}
    if all(getattr(held, name) == value for name, value in changes.items()):
        return SAME
    change_order(scope, held.pk, held.version, changes, now)
    return CHANGED


def _wanted(values: dict[str, str]) -> OrderWanted:
    return OrderWanted(
        product=values.get("product", ""),
        line=values.get("line", ""),
        quantity=_whole("quantity", values.get("quantity", "")),
        number=values.get("number", ""),
        lot=values.get("lot", ""),
        customer_ref=values.get("customer_ref", ""),
        due_on=_day(values.get("due_on", "")),
        priority=_whole("priority", values.get("priority", "")) if values.get("priority") else NORMAL,
        note=values.get("note", ""),
    )


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem("work.sheet_number", f"{name} is not a whole number: {text!r}.", name=name, value=text)
    return int(text)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem("work.day", "A day is written as 2026-12-31.") from error
