"""The register of NC and robot programs: which content of which name is released."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..types.work import RoutingStatus
from .lines import MAX_CODE, MAX_NAME
from .work import MAX_ACTOR, MAX_NOTE, choices


class Program(ScopedModel):
    """One revision of a program, known by its SHA-256. One revision of a name is released at a time."""

    name = models.CharField(_("program"), max_length=MAX_NAME)
    revision = models.CharField(_("revision"), max_length=20)
    sha256 = models.CharField(_("hash (SHA-256)"), max_length=64)
    line_type = models.CharField(_("line type"), max_length=MAX_CODE, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=12, choices=choices(RoutingStatus), default=RoutingStatus.DRAFT.value
    )
    note = models.CharField(_("note"), max_length=MAX_NOTE, blank=True, default="")
    added_by = models.CharField(_("added by"), max_length=MAX_ACTOR)
    added_at = models.DateTimeField(_("added at"))
    released_by = models.CharField(_("released by"), max_length=MAX_ACTOR, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True)
    illustrative = models.BooleanField(_("illustrative"), default=False)

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_program"
        ordering = ["org", "name", "-added_at"]
        constraints = [
            models.UniqueConstraint(fields=["org", "name", "revision"], name="shopfloor_program_revision"),
            models.UniqueConstraint(
                fields=["org", "name"], condition=Q(status="released"), name="shopfloor_program_one_released"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="shopfloor_program_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.revision}"
