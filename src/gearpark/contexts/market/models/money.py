"""The money journal: a mirror of what the licensed custodian holds. Entries are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from .deals import AMOUNT


class Account(ScopedModel):
    """An account of a firm (``org``) in one currency. ``kind``: ``custody``, ``held``, ``fee``, ``outside``."""

    kind = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    balance = models.DecimalField(default=0, **AMOUNT)

    objects = ScopedManager()

    class Meta:
        db_table = "market_account"
        constraints = [
            models.UniqueConstraint(fields=["org", "kind", "currency"], name="market_account_once"),
            models.CheckConstraint(
                condition=Q(kind="outside") | Q(balance__gte=0), name="market_account_covered"
            ),
        ]


class Entry(ScopedModel):
    """A booking; ``key`` makes it happen once. ``counter``: the other firm it concerns."""

    counter = models.CharField(max_length=ORG_LENGTH, blank=True, default="")
    key = models.CharField(max_length=120, unique=True)
    what = models.CharField(_("what"), max_length=20)
    order_id = models.BigIntegerField(null=True, db_index=True)
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    actor = models.CharField(max_length=160)

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_entry"
        ordering = ["-id"]


class Posting(ScopedModel):
    """One side of a booking on one account; the postings of an entry sum to 0 (checked when the transaction ends)."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount = models.DecimalField(**AMOUNT)

    objects = ScopedManager()

    class Meta:
        db_table = "market_posting"


class StatementLine(ScopedModel):
    """A line of a custodian's statement, matched with the entry it mirrors."""

    reference = models.CharField(max_length=120)
    booked_on = models.DateField()
    amount = models.DecimalField(**AMOUNT)
    currency = models.CharField(max_length=3)
    entry_id = models.BigIntegerField(null=True)
    read_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "market_statement_line"
        constraints = [models.UniqueConstraint(fields=["org", "reference"], name="market_statement_once")]
