"""Offers with their revisions, prices, files and the queue to the search index."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gearpark.base.limits import MAX_ASSET_ID_LENGTH
from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from ..types import FileKind, OfferState

MAX_PART_NO = 60
MAX_TITLE = 160
MAX_TEXT = 4_000
MAX_ACTOR = 160
MAX_NOTE = 200
PRICE: dict[str, Any] = {"max_digits": 16, "decimal_places": 4}
QUANTITY: dict[str, Any] = {"max_digits": 16, "decimal_places": 3}


class Offer(ScopedModel):
    """What a firm offers. Others read it while it is listed."""

    part_no = models.CharField(_("part number"), max_length=MAX_PART_NO)
    kind = models.CharField(_("product class"), max_length=40)
    title_en = models.CharField(_("title (English)"), max_length=MAX_TITLE, blank=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=MAX_TITLE, blank=True)
    text_en = models.TextField(max_length=MAX_TEXT, blank=True)
    text_zh = models.TextField(max_length=MAX_TEXT, blank=True)
    values = models.JSONField(default=dict)
    malls = ArrayField(models.CharField(max_length=40), default=list)
    unit = models.CharField(_("unit"), max_length=10)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    price = models.DecimalField(_("price"), null=True, **PRICE)
    formula = models.JSONField(null=True)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=4)
    tiers = models.JSONField(default=list)
    min_qty = models.DecimalField(default=1, **QUANTITY)
    step_qty = models.DecimalField(default=1, **QUANTITY)
    lead_days = models.PositiveIntegerField(_("lead time"), null=True)
    on_hand = models.DecimalField(_("on hand"), default=0, **QUANTITY)
    reserved = models.DecimalField(_("reserved"), default=0, **QUANTITY)
    line = models.CharField(max_length=MAX_ASSET_ID_LENGTH, blank=True, default="")
    shows = models.BooleanField(default=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[(s.value, s.value) for s in OfferState],
        default=OfferState.DRAFT.value,
    )
    findings = models.JSONField(default=list)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    listed_at = models.DateTimeField(null=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_offer"
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(fields=["org", "part_no"], name="market_offer_part_no"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")),
                name="market_offer_never_oversold",
            ),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gt=0), name="market_offer_price"),
            models.CheckConstraint(
                condition=Q(min_qty__gt=0) & Q(step_qty__gt=0), name="market_offer_quantities"
            ),
        ]
        indexes = [models.Index(fields=["state", "kind"], name="market_offer_state_kind")]

    def __str__(self) -> str:
        return f"{self.org} {self.part_no}"


class OfferRevision(ScopedModel):
    """What an offer said in one revision; it never changes."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    saved_by = models.CharField(max_length=MAX_ACTOR)
    saved_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "market_offer_revision"
        ordering = ["offer", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "number"], name="market_offer_revision_number")
        ]


class ContractPrice(ScopedModel):
    """A price agreed with one buyer; nobody else ever reads it."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="contract_prices")
    buyer = models.CharField(_("buyer"), max_length=ORG_LENGTH)
    price = models.DecimalField(_("price"), **PRICE)
    from_qty = models.DecimalField(default=1, **QUANTITY)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_contract_price"
        ordering = ["offer", "buyer", "-from_on", "from_qty"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "buyer", "from_on", "from_qty"], name="market_contract_price_once"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="market_contract_price_above_0"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gt=F("from_on")), name="market_contract_price_period"
            ),
        ]


class OfferFile(ScopedModel):
    """A picture, data sheet, drawing, CAD model or certificate of an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(_("kind"), max_length=12, choices=[(k.value, k.value) for k in FileKind])
    name = models.CharField(_("name"), max_length=120)
    media = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    standard = models.CharField(_("standard"), max_length=80, blank=True, default="")
    number = models.CharField(_("number"), max_length=80, blank=True, default="")
    expires_on = models.DateField(_("valid until"), null=True)
    added_by = models.CharField(max_length=MAX_ACTOR)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_offer_file"
        ordering = ["offer", "kind", "name"]
        constraints = [models.UniqueConstraint(fields=["offer", "sha256"], name="market_offer_file_once")]


class Unindexed(ScopedModel):
    """An offer whose change the search index has not taken in yet."""

    offer_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        db_table = "market_unindexed"


class SavedSearch(ScopedModel):
    """A person's search, kept; ``seen_at``: until when its hits were looked at."""

    person_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000)
    seen_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        db_table = "market_saved_search"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["org", "person_id", "name"], name="market_saved_search_name")
        ]
