"""The audit trail takes entries and gives none back."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.registry import scope_of, signed_in

from gearpark.config import database
from gearpark.kit import audit
from gearpark.kit.models import AuditEntry
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kit_audit SET actor = 'nobody'",
        "DELETE FROM kit_audit",
        "TRUNCATE kit_audit",
        "DROP TABLE kit_audit",
    ],
)
def test_the_application_cannot_change_or_remove_entries(statement: str) -> None:
    scope = scope_of("qijiang-park", park=True)
    with acting(scope):
        audit.record(scope, "test", "thing", "1")
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                touched = cursor.rowcount
        except DatabaseError:
            touched = 0
        assert touched == 0
        assert AuditEntry.objects.of(scope).filter(actor="process:test").count() == 1


@pytest.mark.django_db(transaction=True)
def test_even_the_superuser_meets_the_trigger() -> None:
    scope = scope_of("firm-a")
    with acting(scope):
        audit.record(scope, "test", "thing", "1")
    with database.dsn("superuser").connect(name=database.DATABASE) as link:
        for statement in ("UPDATE kit_audit SET actor = 'x'", "DELETE FROM kit_audit", "TRUNCATE kit_audit"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                link.execute(statement)


def test_an_entry_is_undone_with_its_deed() -> None:
    scope = scope_of("firm-a")
    with acting(scope):
        with transaction.atomic():
            audit.record(scope, "test", "thing", "1")
            transaction.set_rollback(True)
        assert not AuditEntry.objects.of(scope).exists()


def test_a_firm_reads_only_its_own_entries() -> None:
    for org in ("firm-a", "firm-b"):
        scope = scope_of(org)
        with acting(scope):
            audit.record(scope, f"secret-of-{org}", "thing", "1")
    body = signed_in("firm-a").get("/audit/").content.decode()
    assert "secret-of-firm-a" in body
    assert "secret-of-firm-b" not in body


def test_big_values_are_cut_to_their_keys() -> None:
    scope = scope_of("firm-a")
    with acting(scope):
        audit.record(scope, "test", "thing", "1", after={"blob": "x" * (audit.MAX_AUDIT_JSON + 1)})
        assert AuditEntry.objects.of(scope).get().after == {"cut": True, "keys": ["blob"]}
