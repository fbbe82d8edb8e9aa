"""The public passport of a part: what whoever has the address may know, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry
from gearpark.kit.tenant import acting

from ...models import Serial
from ...models.exchange import PassportLink
from ...types.lines import VIEW
from ...types.trace import FactKind
from ...types.work import SerialStatus
from ..care.scopes import loop_scope
from ..line_types import shape
from .rows import facts_of

SALT = "gearpark.passport"
MAX_TOKEN = 400


@dataclass(frozen=True, slots=True)
class PublicPassport:
    """The public fields. ``verdict``: True passed, False not passed, None not finished yet."""

    serial: str
    product: str
    product_en: str
    product_zh: str
    gtin: str
    firm_en: str
    firm_zh: str
    made_at: datetime | None
    verdict: bool | None
    checks: int
    materials_en: tuple[str, ...]
    materials_zh: tuple[str, ...]


def token_of(org: str, link_id: int) -> str:
    return signing.Signer(salt=SALT).sign_object([org, link_id], compress=True)


def passport_link(scope: Scope, serial_id: int) -> str:
    """Path of the part's public passport, "" when none is given out."""
    with acting(scope):
        rows = PassportLink.objects.of(scope).filter(serial_id=serial_id, revoked_at=None)
        row = rows.values_list("org", "pk").first()
        return f"/p/{token_of(*row)}/" if row else ""


def public_passport(token: str) -> PublicPassport:
    """What the signed address shows. NotFound ``trace.passport_unknown``: forged, revoked or never given out."""
    try:
        if len(token) > MAX_TOKEN:
            raise signing.BadSignature
        org, key = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _unknown() from error
    scope = Scope(str(org), None, frozenset((str(org),)), False, frozenset((VIEW,)), "process:passport")
    with acting(scope):
        link = PassportLink.objects.of(scope).filter(pk=key, revoked_at=None).first()
        if link is None:
            raise _unknown()
        return _shown(scope, link.serial_id)


def _shown(scope: Scope, serial_id: int) -> PublicPassport:
    row = Serial.objects.of(scope).select_related("product", "order").get(pk=serial_id)
    firm = registry.organisation(scope, row.org)
    facts = [fact for fact in facts_of(scope, serial_id) if not fact.wrong]
    checks = sum(1 for fact in facts if fact.kind in (FactKind.VALUE, FactKind.TEST))
    kind = shape(row.product.line_type, row.org)
    return PublicPassport(
        serial=row.serial,
        product=row.product.code,
        product_en=row.product.name_en,
        product_zh=row.product.name_zh,
        gtin=row.product.gtin,
        firm_en=firm.name_en,
        firm_zh=firm.name_zh,
        made_at=row.done_at,
        verdict=_verdict(row.status),
        checks=checks,
        materials_en=tuple(item.title_en for item in kind.materials),
        materials_zh=tuple(item.title_zh for item in kind.materials),
    )


def _verdict(status: str) -> bool | None:
    if status in (SerialStatus.GOOD, SerialStatus.SHIPPED):
        return True
    return False if status == SerialStatus.SCRAP else None


def resolved(gtin: str, serial: str, scope: Scope | None) -> str:
    """Where a Digital Link leads: the part's page for those who may see it, its public passport for others.

    NotFound ``trace.passport_unknown``: no such part, or no passport given out. Who asks learns no difference.
    """
    keys = [gtin, gtin.lstrip("0"), *(gtin[-size:] for size in (13, 12, 8))]
    if scope is not None and scope.may(VIEW):
        with acting(scope):
            mine = Serial.objects.of(scope).filter(serial=serial, product__gtin__in=keys)
            if mine.exists():
                return f"/parts/{serial}/"
    wide = loop_scope("digital-link")
    with acting(wide):
        links = PassportLink.objects.of(wide).filter(
            serial__serial=serial, serial__product__gtin__in=keys, revoked_at=None
        )
        row = links.values_list("org", "pk").first()
    if row is None:
        raise _unknown()
    return f"/p/{token_of(*row)}/"


def _unknown() -> NotFound:
    return NotFound("trace.passport_unknown", "There is no passport at this address, or it was revoked.")
