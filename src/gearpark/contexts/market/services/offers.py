"""Offers: kept in revisions, checked by engineering, listed and withdrawn, priced for single buyers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor.public import lines
from gearpark.engines.products import ProductClass, kept, product_class, read_values
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ..models import ContractPrice, Offer, OfferRevision, Unindexed
from ..models.catalogue import MAX_PART_NO, MAX_TEXT, MAX_TITLE
from ..queries.checks import check
from ..queries.firms import firm
from ..queries.offers import info_of, own_rows
from ..queries.pricing import MAX_DAYS, kept_formula
from ..queries.trust import refuse_blocked
from ..types import (
    CURRENCIES,
    MALLS,
    SELL,
    UNITS,
    Finding,
    Formula,
    OfferDraft,
    OfferInfo,
    OfferState,
    Weight,
)

MAX_OFFERS = 200_000  # of a firm
MAX_TIERS = 10
MAX_AGREED = 2_000  # agreed prices on one offer


def save_offer(
    scope: Scope, draft: OfferDraft, key: int | None = None, *, base: int | None = None
) -> OfferInfo:
    """Check and keep an offer; a listed one stays listed while engineering finds no error in it.

    base  the revision people had before them; ``kit.conflict`` when another was kept since
    Problems: ``market.offer_wrong`` with everything that is wrong by field, ``market.part_no_taken``.
    """
    require(scope, SELL)
    with acting(scope):
        kind = product_class(draft.kind)
        fields = _checked(scope, draft, kind)
        row = _locked(scope, key) if key is not None else Offer(org=scope.org, revision=0)
        before = None if key is None else _document(row)
        if base is not None and base != row.revision:
            raise Problem(
                "kit.conflict",
                f"Somebody kept revision {row.revision} meanwhile; look at it first.",
                status=409,
            )
        for name, value in fields.items():
            setattr(row, name, value)
        row.revision += 1
        listed = row.state == OfferState.LISTED.value
        if listed and _errors(row.findings):
            raise Problem(
                "market.offer_refused",
                "The offer is listed, and with these values engineering would refuse it; withdraw it first or correct them.",
                findings=row.findings,
            )
        _store(row, key)
        _keep(scope, row)
        if listed:
            to_index(row)
        record(scope, "market.offer_saved", "market.offer", row.part_no, before, _document(row))
        return info_of(row)


def _store(row: Offer, key: int | None) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=key is None)
    except IntegrityError:
        raise Problem(
            "market.part_no_taken",
            f"There is an offer with the part number {row.part_no} already.",
            status=409,
            part_no=row.part_no,
        ) from None


def list_offer(scope: Scope, key: int, now: datetime) -> OfferInfo:
    """Show an offer in its malls. Problems ``market.offer_refused`` with the findings, ``market.no_mall``."""
    require(scope, SELL)
    with acting(scope):
        refuse_blocked(scope.org)
        row = _locked(scope, key)
        if not row.malls:
            raise Problem("market.no_mall", "Choose at least one mall in which the offer is shown.")
        if _errors(row.findings):
            raise Problem(
                "market.offer_refused",
                "Engineering refuses the offer; correct what it names, then list it.",
                findings=row.findings,
            )
        if row.state != OfferState.LISTED.value:
            row.state, row.listed_at = OfferState.LISTED.value, now
            row.save(update_fields=["state", "listed_at", "changed_at"])
            record(
                scope, "market.offer_listed", "market.offer", row.part_no, None, {"revision": row.revision}
            )
        to_index(row)
        return info_of(row)


def withdraw_offer(scope: Scope, key: int) -> OfferInfo:
    """Take an offer out of the malls; it can be listed again."""
    require(scope, SELL)
    with acting(scope):
        row = _locked(scope, key)
        if row.state == OfferState.LISTED.value:
            row.state = OfferState.WITHDRAWN.value
            row.save(update_fields=["state", "changed_at"])
            to_index(row)
            record(
                scope, "market.offer_withdrawn", "market.offer", row.part_no, None, {"revision": row.revision}
            )
        return info_of(row)


def agree_price(
    scope: Scope,
    key: int,
    buyer: str,
    price: Decimal,
    *,
    from_qty: Decimal,
    from_on: date,
    until_on: date | None,
) -> None:
    """Agree a price with one buyer; the same buyer, day and quantity again replaces it. Problem ``market.agreed_price``."""
    require(scope, SELL)
    with acting(scope):
        row = _locked(scope, key)
        if (
            not price.is_finite()
            or price <= 0
            or from_qty <= 0
            or (until_on is not None and until_on <= from_on)
        ):
            raise Problem(
                "market.agreed_price", "Give a price and quantity above 0, and an end after the beginning."
            )
        if firm(buyer).slug == scope.org:
            raise Problem("market.agreed_price", "A price is agreed with another firm.")
        rows = ContractPrice.objects.of(scope).filter(offer=row)
        if rows.count() >= MAX_AGREED:
            raise Problem("market.agreed_price", f"At most {MAX_AGREED} prices are agreed on one offer.")
        rows.filter(buyer=buyer, from_on=from_on, from_qty=from_qty).delete()
        made = ContractPrice(
            org=scope.org,
            offer=row,
            buyer=buyer,
            price=price,
            from_qty=from_qty,
            from_on=from_on,
            until_on=until_on,
        )
        made.save(force_insert=True)
        after = {
            "buyer": buyer,
            "price": price,
            "from_qty": from_qty,
            "from_on": from_on,
            "until_on": until_on,
        }
        record(scope, "market.price_agreed", "market.offer", row.part_no, None, after)


def end_price(scope: Scope, key: int, price_key: int) -> None:
    """Take back an agreed price."""
    require(scope, SELL)
    with acting(scope):
        row = _locked(scope, key)
        found = ContractPrice.objects.of(scope).filter(pk=price_key, offer=row, org=scope.org).first()
        if found is None:
            raise NotFound("market.agreed_price_unknown", "There is no such agreed price.")
        record(
            scope,
            "market.price_ended",
            "market.offer",
            row.part_no,
            {"buyer": found.buyer, "price": found.price},
        )
        found.delete()


def set_stock(scope: Scope, key: int, on_hand: Decimal) -> OfferInfo:
    """Count the stock anew. Problem ``market.stock_reserved`` when less is there than is promised."""
    require(scope, SELL)
    with acting(scope):
        row = _locked(scope, key)
        if not on_hand.is_finite() or on_hand < row.reserved:
            raise Problem(
                "market.stock_reserved",
                f"{row.reserved.normalize():f} {row.unit} are promised to buyers; the stock cannot be less.",
                reserved=f"{row.reserved.normalize():f}",
                unit=row.unit,
            )
        before, row.on_hand = row.on_hand, on_hand
        row.save(update_fields=["on_hand", "changed_at"])
        if row.state == OfferState.LISTED.value:
            to_index(row)
        record(
            scope,
            "market.stock_counted",
            "market.offer",
            row.part_no,
            {"on_hand": before},
            {"on_hand": on_hand},
        )
        return info_of(row)


def _locked(scope: Scope, key: int) -> Offer:
    row = own_rows(scope).filter(pk=key).select_for_update().first()
    if row is None:
        raise NotFound("market.offer_unknown", "Your firm has no such offer.")
    found: Offer = row
    return found


def _errors(findings: list[dict[str, Any]]) -> bool:
    return any(one["weight"] == Weight.ERROR.value for one in findings)


def to_index(row: Offer) -> None:
    """Mark it for the search index, in this transaction."""
    Unindexed._base_manager.bulk_create(
        [Unindexed(org=row.org, offer_id=row.pk)],
        update_conflicts=True,
        unique_fields=["offer_id"],
        update_fields=["org"],
    )


def _checked(scope: Scope, draft: OfferDraft, kind: ProductClass) -> dict[str, Any]:
    """Fields to keep. Problem ``market.offer_wrong`` names every field that cannot be kept."""
    values, wrong = read_values(kind, draft.values)
    faults = {f"values.{key}": problem.sentence for key, problem in wrong.items()}
    faults |= _plain_faults(draft, kind)
    if draft.line and not any(line.asset == draft.line and line.org == scope.org for line in lines(scope)):
        faults["line"] = f"Your firm has no line {draft.line!r}."
    if faults:
        raise Problem("market.offer_wrong", " ".join(faults.values()), fields=faults)
    findings = [_raw(found) for found in check(kind, values)]
    names = "part_no kind title_en title_zh text_en text_zh unit currency price vat_rate min_qty step_qty lead_days on_hand line shows"
    return {
        **{name: getattr(draft, name) for name in names.split()},
        "values": kept(values),
        "malls": sorted(set(draft.malls)),
        "tiers": [{"from_qty": str(tier.from_qty), "price": str(tier.price)} for tier in _ordered(draft)],
        "findings": findings,
        "formula": kept_formula(draft.formula) if draft.formula else None,
    }


def _ordered(draft: OfferDraft) -> list[Any]:
    return sorted(draft.tiers, key=lambda tier: tier.from_qty)


def _raw(found: Finding) -> dict[str, Any]:
    return {**asdict(found), "weight": found.weight.value}


def _plain_faults(draft: OfferDraft, kind: ProductClass) -> dict[str, str]:
    """What is wrong outside the attributes, by field."""
    amounts = [
        draft.vat_rate,
        draft.min_qty,
        draft.step_qty,
        draft.on_hand,
        *([] if draft.price is None else [draft.price]),
    ]
    finite = all(amount.is_finite() for amount in amounts)
    tests = (
        ("part_no", not draft.part_no.strip() or len(draft.part_no) > MAX_PART_NO, f"Give a part number of at most {MAX_PART_NO} characters."),
        ("title", not (draft.title_en.strip() or draft.title_zh.strip()), "Give a title in Chinese or English."),
        ("title", max(len(draft.title_en), len(draft.title_zh)) > MAX_TITLE, f"A title has at most {MAX_TITLE} characters."),
        ("text", max(len(draft.text_en), len(draft.text_zh)) > MAX_TEXT, f"A description has at most {MAX_TEXT} characters."),
        ("malls", not set(draft.malls) <= set(kind.malls), f"{kind.en} is traded in: {', '.join(kind.malls)}."),
        ("unit", draft.unit not in UNITS, f"The unit is one of {', '.join(UNITS)}."),
        ("currency", draft.currency not in CURRENCIES, f"The currency is one of {', '.join(CURRENCIES)}."),
        ("currency", draft.currency != "CNY" and not any(code in MALLS and MALLS[code].export for code in draft.malls), "Only an export mall takes foreign money."),
        ("formula", draft.formula is not None and not _sound(draft.formula), f"A formula names an index, 1 to {MAX_DAYS} days and finite amounts, K above 0."),
        ("formula", draft.formula is not None and (draft.price is not None or draft.currency != "CNY"), "A formula takes the place of the price, in CNY."),
        ("price", draft.price is not None and draft.price <= 0, "A price is above 0; leave it empty for a price on request."),
        ("vat_rate", not 0 <= draft.vat_rate < 1, "VAT is from 0 to below 100 %."),
        ("min_qty", draft.min_qty <= 0 or draft.step_qty <= 0, "Quantities are above 0."),
        ("on_hand", draft.on_hand < 0, "Stock is 0 or more."),
        ("tiers", len(draft.tiers) > MAX_TIERS or any(t.price <= 0 or t.from_qty <= 0 for t in draft.tiers), f"At most {MAX_TIERS} price tiers, each above 0."),
        ("tiers", len({t.from_qty for t in draft.tiers}) != len(draft.tiers), "Two price tiers begin at the same quantity."),
    ) if finite else (("price", True, "Give finite numbers."),)  # fmt: skip
    return {name: sentence for name, bad, sentence in tests if bad}


def _sound(formula: Formula) -> bool:
    amounts = (formula.k, formula.premium, formula.processing, formula.grade_premium, formula.freight)
    finite = all(amount.is_finite() for amount in amounts)
    return bool(formula.index) and 1 <= formula.days <= MAX_DAYS and finite and formula.k > 0


def _document(row: Offer) -> dict[str, Any]:
    names = (
        "part_no kind title_en title_zh text_en text_zh values malls unit currency price formula vat_rate tiers min_qty step_qty"
        " lead_days line shows revision"
    )
    return {name: getattr(row, name) for name in names.split()}


def _keep(scope: Scope, row: Offer) -> None:
    text = json.dumps(_document(row), cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    OfferRevision(
        org=row.org,
        offer=row,
        number=row.revision,
        document=json.loads(text),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        saved_by=scope.actor,
    ).save(force_insert=True)
