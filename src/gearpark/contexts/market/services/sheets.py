"""Offers by the sheet: one class, one row an offer; also with the heads that sellers use on large export malls."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.products import ProductClass, normal, product_class
from gearpark.kit.audit import record
from gearpark.kit.sheets import SheetRow, read_sheet
from gearpark.kit.tenant import acting, require

from ..models import Offer
from ..queries.offers import info_of, own_rows
from ..types import SELL, OfferDraft, OfferInfo, OfferState
from .offers import list_offer, save_offer

FIELDS = (
    "part_no", "title_zh", "title_en", "text_zh", "text_en", "malls", "unit", "currency", "price", "min_qty", "step_qty",
    "lead_days", "on_hand", "list",
)  # fmt: skip
ALSO = {  # heads of listing sheets elsewhere
    "product name": "title_en", "product title": "title_en", "产品名称": "title_zh", "model number": "part_no",
    "型号": "part_no", "product code": "part_no", "fob price": "price", "unit price": "price", "单价": "price",
    "min. order quantity": "min_qty", "moq": "min_qty", "最小起订量": "min_qty", "lead time": "lead_days",
    "交货期": "lead_days", "product description": "text_en", "产品描述": "text_zh", "stock": "on_hand", "库存": "on_hand",
    "单位": "unit", "币种": "currency",
}  # fmt: skip
YES = ("1", "yes", "true", "是")


@dataclass(frozen=True, slots=True)
class Rejected:
    """One thing wrong in one row; ``column`` empty when it concerns the row."""

    row: int
    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    listed: int
    rejected: tuple[Rejected, ...]


def columns_of(kind: ProductClass) -> list[str]:
    return [*FIELDS, *(attribute.key for attribute in kind.attributes)]


def import_offers(scope: Scope, kind_code: str, data: bytes, file_name: str, now: object) -> Imported:
    """Add offers, or change those of the same part number; a row with a fault is left out and told, the rest is kept."""
    require(scope, SELL)
    kind = product_class(kind_code)
    names = _heads(kind)
    rows = read_sheet(data, file_name, known=tuple(names), needed=())
    added = changed = listed = 0
    rejected: list[Rejected] = []
    with acting(scope):
        known = {row.part_no: row for row in own_rows(scope).filter(kind=kind.code)}
        for row in rows:
            values = {names[head]: value for head, value in row.values.items() if value}
            try:
                before = known.get(values.get("part_no", ""))
                made = save_offer(scope, _draft(kind, values, before), before.pk if before else None)
                added, changed = added + (before is None), changed + (before is not None)
                if values.get("list", "").lower() in YES and made.state is not OfferState.LISTED:
                    list_offer(scope, made.id, now)  # type: ignore[arg-type]
                    listed += 1
            except Problem as problem:
                rejected += _told(row, problem)
        after = {
            "file": file_name,
            "class": kind.code,
            "added": added,
            "changed": changed,
            "rejected": len(rejected),
        }
        record(scope, "market.offers_imported", "market.offer", kind.code, None, after)
    return Imported(added, changed, listed, tuple(rejected))


def _heads(kind: ProductClass) -> dict[str, str]:
    """Head as a sheet may write it -> our column."""
    made = {name: name for name in columns_of(kind)}
    made |= ALSO
    for attribute in kind.attributes:
        for title in (
            attribute.en,
            attribute.zh,
            f"{attribute.en} ({attribute.unit})",
            f"{attribute.zh}({attribute.unit})",
        ):
            made.setdefault(normal(title), attribute.key)
    return made


def _draft(kind: ProductClass, values: dict[str, str], before: Offer | None) -> OfferDraft:
    """The row over what is kept: an empty cell leaves what is there."""
    kept: OfferInfo | None = info_of(before) if before is not None else None
    own = {attribute.key for attribute in kind.attributes}
    stated = {key: str(value) for key, value in (kept.values.items() if kept else ())}

    def plain(name: str, default: str) -> str:
        return values.get(name) or (str(getattr(kept, name)) if kept else default)

    price = values.get("price") or (str(kept.price) if kept and kept.price is not None else "")
    lead = values.get("lead_days") or (str(kept.lead_days) if kept and kept.lead_days is not None else "")
    malls = (
        tuple(values["malls"].replace(";", " ").replace(",", " ").split())
        if "malls" in values
        else kept.malls
        if kept
        else kind.malls[:1]
    )
    return OfferDraft(
        part_no=plain("part_no", ""), kind=kind.code, title_en=plain("title_en", ""), title_zh=plain("title_zh", ""),
        text_en=plain("text_en", ""), text_zh=plain("text_zh", ""),
        values={**stated, **{key: value for key, value in values.items() if key in own}}, malls=malls,
        unit=plain("unit", kind.unit), currency=plain("currency", "CNY"), price=_number("price", price) if price else None,
        tiers=kept.tiers if kept else (), vat_rate=kept.vat_rate if kept else Decimal("0.13"),
        min_qty=_number("min_qty", plain("min_qty", "1")), step_qty=_number("step_qty", plain("step_qty", "1")),
        lead_days=int(_number("lead_days", lead)) if lead else None, on_hand=_number("on_hand", plain("on_hand", "0")),
        line=kept.line if kept else "", shows=kept.shows if kept else False,
    )  # fmt: skip


def _number(name: str, text: str) -> Decimal:
    try:
        made = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        made = Decimal("NaN")
    if not made.is_finite():
        raise Problem(
            "market.offer_wrong", f"{name}: {text!r} is no number.", fields={name: f"{text!r} is no number."}
        )
    return made


def _told(row: SheetRow, problem: Problem) -> list[Rejected]:
    fields = problem.details.get("fields")
    if not isinstance(fields, dict):
        return [Rejected(row.number, "", problem.sentence)]
    return [Rejected(row.number, name.removeprefix("values."), why) for name, why in fields.items()]
