"""Who may be trusted: the park's verification of firms, and lists of those nobody may trade with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ORG_LENGTH, ScopedManager, ScopedModel

from .catalogue import MAX_ACTOR


class Standing(ScopedModel):
    """That the park has looked at a firm's papers; everybody reads it. ``org``: the park."""

    firm = models.CharField(_("firm"), max_length=ORG_LENGTH, unique=True)
    note = models.CharField(_("note"), max_length=400)
    valid_until = models.DateField(_("valid until"))
    verified_by = models.CharField(max_length=MAX_ACTOR)
    verified_at = models.DateTimeField()

    objects = ScopedManager(shared=True)

    class Meta:
        db_table = "market_standing"


class Blocked(ScopedModel):
    """A line of an imported list (sanctions, dishonest persons): by code, or by exact name where it has none."""

    source = models.CharField(_("source"), max_length=80)
    name = models.CharField(_("name"), max_length=160)
    uscc = models.CharField(max_length=18, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=400, blank=True, default="")
    read_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "market_blocked"
        ordering = ["source", "name"]
        indexes = [
            models.Index(fields=["uscc"], name="market_blocked_uscc"),
            models.Index(fields=["name"], name="market_blocked_name"),
        ]
