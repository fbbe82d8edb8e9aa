"""Organisation-scoped rows behind two locks.

First lock, in Python: the manager of a ``ScopedModel`` refuses every read that does not name a scope.
Second lock, in the database: row-level security (``rls`` in a migration), forced also for the tables' owner, under
a role that cannot bypass it. Both read the same ``Scope``; ``acting(scope)`` opens the transaction that carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Self, TypeVar

from django.db import connection, models, transaction
from django.db.migrations import RunSQL

from gearpark.base.problems import Forbidden, Problem
from gearpark.base.scope import Scope

ORG_LENGTH = 60
M = TypeVar("M", bound=models.Model)


class UnscopedRead(Problem):
    """A programming fault: rows of organisations were asked for without saying on whose behalf."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "kit.unscoped_read",
            f"{what} was read without a scope. Use .objects.of(scope) inside acting(scope).",
            status=500,
        )


class ScopedQuerySet(models.QuerySet[M]):
    """An ordinary query set; it exists only behind ``of(scope)``."""


class ScopedManager(models.Manager[M], Generic[M]):
    """``of(scope)`` is the only door. ``shared=True``: every organisation reads all rows (zones, plots, clusters)."""

    def __init__(self, *, shared: bool = False) -> None:
        super().__init__()
        self.shared = shared

    def deconstruct(self) -> Any:  # never part of migrations
        return super().deconstruct()

    def get_queryset(self) -> ScopedQuerySet[M]:
        raise UnscopedRead(self.model.__name__)

    def of(self, scope: Scope) -> ScopedQuerySet[M]:
        """The rows ``scope`` may touch. Raises UnscopedRead when no ``acting(scope)`` is open."""
        if current_scope() is None:
            raise UnscopedRead(f"{self.model.__name__} outside acting(scope)")
        rows: ScopedQuerySet[M] = ScopedQuerySet(self.model, using=self._db)
        if self.shared or scope.park_wide:
            return rows
        orgs = scope.orgs or frozenset((scope.org,))
        return rows.filter(org=next(iter(orgs))) if len(orgs) == 1 else rows.filter(org__in=sorted(orgs))


class ScopedModel(models.Model):
    """A row that belongs to one organisation, named by slug (no foreign key leaves its context)."""

    org = models.CharField(max_length=ORG_LENGTH, db_index=True)

    objects: ScopedManager[Self] = ScopedManager()

    class Meta:
        abstract = True


def current_scope() -> Scope | None:
    """The scope of the innermost open ``acting`` on this thread's connection."""
    held: list[Scope] = getattr(connection, "gearpark_scopes", [])
    return held[-1] if held else None


@contextmanager
def acting(scope: Scope) -> Iterator[Scope]:
    """One transaction (or savepoint) whose statements run under ``scope`` for row-level security."""
    outer = current_scope()
    held: list[Scope] = getattr(connection, "gearpark_scopes", [])
    connection.gearpark_scopes = held  # type: ignore[attr-defined]
    with transaction.atomic():
        if outer != scope:
            _tell_database(scope)
        held.append(scope)
        try:
            yield scope
        finally:
            held.pop()
    # after a rollback the savepoint has already put the outer values back; after success we do
    if outer != scope and connection.in_atomic_block:
        _tell_database(outer)


def _tell_database(scope: Scope | None) -> None:
    orgs = (scope.orgs or frozenset((scope.org,))) if scope else frozenset()
    park = scope is not None and scope.park_wide
    person = str(scope.person_id or 0) if scope else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gearpark.orgs', %s, true), set_config('gearpark.park', %s, true),"
            " set_config('gearpark.person', %s, true)",
            [",".join(sorted(orgs)), "on" if park else "off", person],
        )


@contextmanager
def identifying(setting: str, value: str) -> Iterator[None]:
    """Before a scope is known: let the database show the one row that proves who asks.

    ``setting`` is ``person`` (own memberships) or ``token`` (the token with this hash).
    """
    if setting not in ("person", "token"):
        raise ValueError(setting)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [f"gearpark.{setting}", value])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [f"gearpark.{setting}"])


PARK = "(SELECT current_setting('gearpark.park', true)) = 'on'"
OWN = "org = ANY ((SELECT string_to_array(current_setting('gearpark.orgs', true), ','))::text[])"
ANYONE = "(SELECT coalesce(current_setting('gearpark.orgs', true), '')) <> ''"


def party(column: str) -> str:
    """SQL condition: the organisation in ``column`` is one the scope acts for (``party("org")`` is ``OWN``)."""
    return f"{column} = ANY ((SELECT string_to_array(current_setting('gearpark.orgs', true), ','))::text[])"


def rls(
    table: str,
    *,
    park_reads: bool = True,
    park_writes: bool = True,
    everyone_reads: bool = False,
    also_reads: str = "",
    also_writes: str = "",
) -> RunSQL:
    """Migration operation: row-level security on ``table`` (which has a column ``org``), forced for the owner too.

    park_reads     the park administration reads every row (a sealed quotation is not even for its eyes)
    park_writes    the park administration may also write other organisations' rows (rights still decide above)
    everyone_reads any acting scope reads all rows
    also_reads     one more SQL condition under which a row may be read
    also_writes    one more SQL condition under which a row may be written (a deal's other party)
    """
    reads = " OR ".join(
        part
        for part in (ANYONE if everyone_reads else "", PARK if park_reads else "", OWN, also_reads)
        if part
    )
    writes = " OR ".join(part for part in (PARK if park_writes else "", OWN, also_writes) if part)
    return RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({reads})",
            f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK ({writes})",
            f"CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({writes}) WITH CHECK ({writes})",
            f"CREATE POLICY {table}_remove ON {table} FOR DELETE USING ({writes})",
        ],
        [
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "add", "change", "remove")),
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def frozen(table: str) -> RunSQL:
    """Migration operation: rows of ``table`` are never changed nor removed once written, whoever asks."""
    return RunSQL(
        [
            "CREATE OR REPLACE FUNCTION kit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME; END $$",
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION kit_refuse_change()",
        ],
        [f"DROP TRIGGER {table}_frozen ON {table}"],
    )


def require(scope: Scope, right: str) -> None:
    """Raise Forbidden ``kit.right_missing`` unless ``scope`` carries ``right``."""
    if not scope.may(right):
        raise Forbidden(
            "kit.right_missing",
            f"Your role does not include the right {right}. Nothing was changed; ask your organisation's administrator.",
            right=right,
        )


ScopeResolver = Callable[[Any], Scope | None]
