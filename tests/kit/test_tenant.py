"""The two locks around organisations' rows, on a real PostgreSQL under the application's role."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories.registry import organisation, scope_of

from gearpark.config import database
from gearpark.contexts.registry.models import Organisation
from gearpark.kit.tenant import UnscopedRead, acting, current_scope

pytestmark = pytest.mark.django_db


def _slugs() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug FROM registry_organisation")
        return {slug for (slug,) in cursor.fetchall()}


def test_first_lock_the_bare_manager_refuses() -> None:
    with acting(scope_of("a")):
        for read in (
            Organisation.objects.all,
            Organisation.objects.count,
            lambda: Organisation.objects.get(slug="a"),
        ):
            with pytest.raises(UnscopedRead):
                read()


def test_a_read_outside_acting_is_refused() -> None:
    with pytest.raises(UnscopedRead):
        Organisation.objects.of(scope_of("a"))


def test_second_lock_raw_sql_sees_only_own_rows() -> None:
    organisation("firm-a"), organisation("firm-b")
    with acting(scope_of("firm-a")):
        assert _slugs() == {"firm-a"}
        with connection.cursor() as cursor:
            cursor.execute("UPDATE registry_organisation SET name_en = 'taken' WHERE slug = 'firm-b'")
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM registry_organisation WHERE slug = 'firm-b'")
            assert cursor.rowcount == 0
    with acting(scope_of("qijiang-park", park=True)):
        assert {"firm-a", "firm-b"} <= _slugs()


def test_without_a_scope_raw_sql_sees_nothing() -> None:
    organisation("firm-a")
    assert _slugs() == set()


def test_a_row_cannot_be_given_to_another_organisation() -> None:
    with acting(scope_of("firm-a")), pytest.raises(DatabaseError), transaction.atomic():
        Organisation(org="firm-b", slug="firm-b", name_zh="x").save(force_insert=True)


def test_nested_scopes_are_put_back() -> None:
    organisation("firm-a"), organisation("firm-b")
    with acting(scope_of("firm-a")):
        with acting(scope_of("firm-b")):
            assert _slugs() == {"firm-b"}
        assert _slugs() == {"firm-a"}
        with pytest.raises(ZeroDivisionError), acting(scope_of("firm-b")):
            raise ZeroDivisionError
        assert _slugs() == {"firm-a"}
    assert current_scope() is None


def test_the_application_role_is_weak() -> None:
    with database.dsn("app").connect() as link:
        row = link.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False)
        owned = link.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user").fetchone()
        assert owned == (0,)
        for text in (
            "SET row_security = off; SELECT * FROM registry_organisation",
            "ALTER TABLE registry_organisation DISABLE ROW LEVEL SECURITY",
            "CREATE TABLE public.mine (a int)",
            "TRUNCATE registry_organisation",
            "SET ROLE gearpark_owner",
        ):
            with pytest.raises(psycopg.Error):
                link.execute(text)


def test_every_table_with_an_organisation_is_under_forced_row_level_security() -> None:
    with database.dsn("owner").connect() as link:
        rows = link.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, count(p.polname) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org' AND NOT a.attisdropped"
            " LEFT JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY 1, 2, 3"
        ).fetchall()
    assert len(rows) >= 10
    assert [name for name, on, forced, policies in rows if not (on and forced and policies >= 2)] == []


def test_the_owner_is_bound_too() -> None:
    with database.dsn("owner").connect() as link:
        assert link.execute("SELECT count(*) FROM registry_organisation").fetchone() == (0,)
