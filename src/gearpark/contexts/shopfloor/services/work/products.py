"""Products: what is made, on which kind of line, under which serials."""

from __future__ import annotations

import re
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import LineTemplate
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import MAX_CODE, MAX_NAME, Product, WorkOrder
from ...models.work import DEFAULT_PATTERN, MAX_REWORK_LOOPS
from ...queries.line_types import shape
from ...queries.work.products import product_row
from ...types.lines import EDIT
from ...types.orders import ProductWanted
from ...types.work import Tracking
from .serials import check_pattern

CODE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._/\-]{{0,{MAX_CODE - 1}}}")
GTIN_LENGTHS = (8, 12, 13, 14)
FACTS = (
    "code", "name_en", "name_zh", "line_type", "variant", "gtin", "drawing", "drawing_revision", "safety_part",
    "tracking", "serial_pattern", "rework_limit", "active",
)  # fmt: skip


def save_product(scope: Scope, wanted: ProductWanted, product_id: int | None = None, *, org: str = "") -> int:
    """Make a product, or change one. Problems ``work.product_*``, ``work.gtin``, ``work.pattern``, ``lines.*``."""
    require(scope, EDIT)
    with acting(scope):
        if product_id is None:
            row = Product(org=org or scope.org, illustrative=wanted.illustrative)
            before = None
        else:
            row = product_row(scope, product_id)
            before = {name: getattr(row, name) for name in FACTS}
        facts = _checked(wanted, shape(wanted.line_type, row.org))
        if before is not None:
            _fixed_once_used(scope, row, facts)
        if before == facts:
            return int(row.pk)
        twin = Product.objects.of(scope).filter(org=row.org, code=facts["code"]).exclude(pk=row.pk).first()
        if twin is not None:
            raise Problem(
                "work.product_twice",
                f"There is a product {facts['code']} already.",
                status=409,
                product=facts["code"],
            )
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "work.product_saved", "product", row.code, before, facts, org=row.org)
        return int(row.pk)


def gtin14(text: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits with a right check digit, as 14 digits; else Problem ``work.gtin``."""
    digits = text.strip()
    if not digits:
        return ""
    good = digits.isascii() and digits.isdigit() and len(digits) in GTIN_LENGTHS
    if good:
        full = digits.zfill(14)
        total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(full[:13]))
        good = (10 - total % 10) % 10 == int(full[13])
    if not good:
        raise Problem("work.gtin", "A GTIN has 8, 12, 13 or 14 digits and a right check digit.")
    return full


def _checked(wanted: ProductWanted, kind: LineTemplate) -> dict[str, Any]:
    if not CODE.fullmatch(wanted.code.strip()):
        raise Problem(
            "work.product_code",
            f"A product code has 1 to {MAX_CODE} letters, digits and . _ / -, and begins with a letter or digit.",
        )
    known = [variant.code for variant in kind.variants]
    if wanted.variant and wanted.variant not in known:
        raise Problem(
            "work.variant_unknown",
            f"Lines of type {kind.code} know the variants {', '.join(known)}, not {wanted.variant}.",
            known=", ".join(known),
            variant=wanted.variant,
        )
    if not wanted.name_en.strip():
        raise Problem("work.name_missing", "Give a name.")
    if not 0 <= wanted.rework_limit <= MAX_REWORK_LOOPS:
        raise Problem("work.rework_range", f"A part may be reworked 0 to {MAX_REWORK_LOOPS} times.")
    return {
        "code": wanted.code.strip(),
        "name_en": wanted.name_en.strip()[:MAX_NAME],
        "name_zh": wanted.name_zh.strip()[:MAX_NAME],
        "line_type": kind.code,
        "variant": wanted.variant,
        "gtin": gtin14(wanted.gtin),
        "drawing": wanted.drawing.strip()[:MAX_CODE],
        "drawing_revision": wanted.drawing_revision.strip()[:20],
        "safety_part": wanted.safety_part,
        "tracking": Tracking(wanted.tracking).value,
        "serial_pattern": check_pattern(wanted.serial_pattern.strip() or DEFAULT_PATTERN),
        "rework_limit": wanted.rework_limit,
        "active": wanted.active,
    }


def _fixed_once_used(scope: Scope, row: Product, facts: dict[str, Any]) -> None:
    """Line type and tracking stay once an order was made: what was made would read otherwise."""
    moved = [name for name in ("line_type", "tracking") if getattr(row, name) != facts[name]]
    if moved and WorkOrder.objects.of(scope).filter(product=row).exists():
        raise Problem(
            "work.product_used",
            "Line type and tracking stay as they are once an order was made; make a new product instead.",
            status=409,
        )
