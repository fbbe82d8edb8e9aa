"""Life data: how long parts of a design lived, on the test bench or in the field."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.life import LifeSource
from .lines import MAX_CODE, MAX_NAME
from .work import MAX_ACTOR, MAX_NOTE, choices


class LifeStudy(ScopedModel):
    """Lives of one design in one unit. ``rows`` is the checked list [time, upper bound or null, failed, count, note]."""

    name = models.CharField(_("study"), max_length=MAX_NAME)
    design = models.CharField(_("design"), max_length=MAX_NAME)
    product = models.CharField(_("product"), max_length=MAX_CODE, blank=True, default="")
    source = models.CharField(
        _("source"), max_length=8, choices=choices(LifeSource), default=LifeSource.BENCH.value
    )
    unit = models.CharField(_("unit of life"), max_length=20)
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    rows = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.CharField(max_length=MAX_ACTOR)
    changed_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_life_study"
        ordering = ["org", "name"]
        constraints = [models.UniqueConstraint(fields=["org", "name"], name="shopfloor_life_study_name")]

    def __str__(self) -> str:
        return self.name
