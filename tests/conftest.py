"""Set-up of all tests: Django on a throw-away home with a real PostgreSQL, started only when a test asks for it.

Tests run under the application's role, the one that row-level security binds. Fixtures:

    park_scope, scope_of(org, *rights, park=False)      scopes
    acting_as(scope)                                    opens the transaction for the rest of the test
    organisation(slug, **fields)                        a stored organisation
    signed_in(org, role, sign_in=...)                   a Django client with a session
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

HOME = Path(tempfile.mkdtemp(prefix="gearpark-test-"))
HOME.chmod(0o711)  # the database's system user must be able to walk through
os.environ["GEARPARK_HOME"] = str(HOME)
os.environ["GEARPARK_NO_POOL"] = "1"
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "gearpark.config.settings"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.test import Client, TransactionTestCase  # noqa: E402
from tests.factories import registry as make  # noqa: E402

from gearpark.base.scope import Scope  # noqa: E402
from gearpark.config import database  # noqa: E402

# Seeds of tests make dozens of people with PINs; at its real cost the hash would take longer than what they test.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

# A parallel worker inherits its parent's environment, and its settings were read before this file: its own home counts.
settings.DATABASES["default"].update(database.dsn("app").django())


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[database.Server]:
    """The embedded PostgreSQL of this test process."""
    server = database.Server(durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_setup(
    postgres_server: database.Server, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """The schema, made by the owner; tests then connect as the application's role."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        database.migrate()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        from django.db import connection

        connection.close()


def _empty_all_tables(case: TransactionTestCase) -> None:
    """After a test that really commits: empty every table, past triggers and policies, as the superuser."""
    from django.db import connection

    connection.close()
    with database.dsn("superuser").connect(name=database.DATABASE) as link:
        link.execute("SET session_replication_role = replica")
        names = link.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND pg_relation_size(oid) > 0"
            " AND relnamespace = 'public'::regnamespace"
            " AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
        ).fetchall()
        if names:
            link.execute("TRUNCATE " + ", ".join(name for (name,) in names) + " RESTART IDENTITY CASCADE")


TransactionTestCase._fixture_teardown = _empty_all_tables  # type: ignore[method-assign]


@pytest.fixture
def scope_of() -> Callable[..., Scope]:
    return make.scope_of


@pytest.fixture
def park_scope() -> Scope:
    return make.scope_of("qijiang-park", park=True)


@pytest.fixture
def acting_as(db: None) -> Iterator[Callable[[Scope], Scope]]:
    """Open ``acting(scope)`` until the test ends."""
    from gearpark.kit.tenant import acting

    with ExitStack() as stack:
        yield lambda scope: stack.enter_context(acting(scope))


@pytest.fixture
def organisation(db: None) -> Callable[..., object]:
    return make.organisation


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    return make.signed_in
