"""Tables of the kit: the audit trail, and what people keep of their lists."""

from __future__ import annotations

from django.db import models

from .tenant import ScopedManager, ScopedModel


class AuditEntry(ScopedModel):
    """One thing somebody did. Append-only: triggers and missing rights refuse change and removal."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=160)
    person_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    objects = ScopedManager()

    class Meta:
        db_table = "kit_audit"
        indexes = [
            models.Index(fields=["org", "-at"], name="kit_audit_org_at"),
            models.Index(fields=["kind", "key"], name="kit_audit_kind_key"),
        ]


class ListChoice(ScopedModel):
    """What one person chose for one list: visible columns, and named views (filters and sort)."""

    person_id = models.BigIntegerField()
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=60, blank=True)  # "" holds the column choice
    query = models.CharField(max_length=2000, blank=True)
    columns = models.JSONField(default=list)

    objects = ScopedManager()

    class Meta:
        db_table = "kit_list_choice"
        constraints = [
            models.UniqueConstraint(fields=["org", "person_id", "page", "name"], name="kit_list_choice_once"),
        ]
