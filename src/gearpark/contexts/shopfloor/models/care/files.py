"""Small files that belong to a row: certificates and photos. In the database, so that they are scoped and backed up with it."""

from __future__ import annotations

from django.db import models

from gearpark.kit.tenant import ScopedManager, ScopedModel

from ..lines import MAX_NAME

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_ACTOR = 160


class CareFile(ScopedModel):
    """One file, checked by its first bytes before it came here. The same content is kept once in an organisation."""

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    name = models.CharField(max_length=MAX_NAME)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=MAX_ACTOR, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        db_table = "shopfloor_file"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["org", "sha256"], name="shopfloor_file_once"),
            models.CheckConstraint(
                condition=models.Q(size__lte=MAX_FILE_BYTES, size__gt=0), name="shopfloor_file_size"
            ),
        ]

    def __str__(self) -> str:
        return self.name
