"""The business database: connection parameters, roles, and the embedded server as a foreground process.

Two roles, two doors. ``gearpark_owner`` owns the database and runs migrations; ``gearpark_app`` is what the web,
the jobs and the gateway's configuration use: it owns nothing, cannot bypass row-level security and holds only
SELECT, INSERT, UPDATE and DELETE. ``DATABASE_URL`` (the owner's) points to a server of your own; then the
app role is made there by ``ensure()``, or given by ``GEARPARK_APP_DATABASE_URL`` where the owner may not make roles.

``python -m gearpark.config.database serve`` runs the embedded server until SIGTERM or SIGINT.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

from gearpark.base.problems import Problem

from . import postgres
from .secrets import secret

log = logging.getLogger("gearpark.database")

DATABASE = "gearpark"
OWNER, APP, SUPERUSER = "gearpark_owner", "gearpark_app", "postgres"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
STALE_SERVER_TIMEOUT_S = 15.0  # how long a killed predecessor's children may hold the shared memory
POLL_S = 0.05
PR_SET_PDEATHSIG = 1
ENSURE_LOCK = 798_001  # advisory lock of ensure()
Role = Literal["owner", "app", "superuser"]


@dataclass(frozen=True, slots=True)
class Dsn:
    """What psycopg and Django need to reach the database as one role."""

    host: str
    port: int
    name: str
    user: str
    password: str
    options: tuple[tuple[str, str], ...] = ()

    def connect(self, *, name: str | None = None, timeout_s: int = 5) -> psycopg.Connection[Any]:
        """An autocommit connection."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=name or self.name,
            user=self.user,
            password=self.password,
            connect_timeout=timeout_s,
            autocommit=True,
            **dict(self.options),  # type: ignore[arg-type]
        )

    def django(self) -> dict[str, Any]:
        """The part of ``settings.DATABASES`` that names server and role."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": dict(self.options),
        }


def dsn(role: Role = "app") -> Dsn:
    """Connection parameters of ``role``; computed, no server is asked."""
    url = os.environ.get("DATABASE_URL")
    if url:
        if role == "superuser":
            raise Problem("config.database_role", "With DATABASE_URL there is no superuser door.")
        owner = _parse(url)
        if role == "owner":
            return owner
        given = os.environ.get("GEARPARK_APP_DATABASE_URL")
        if given:
            return _parse(given)
        return Dsn(owner.host, owner.port, owner.name, APP, secret("database-app"), owner.options)
    where = postgres.place()
    name = os.environ.get("GEARPARK_DB_NAME", DATABASE)
    user = {"owner": OWNER, "app": APP, "superuser": SUPERUSER}[role]
    return Dsn(str(where.socket), 5432, name, user, secret(f"database-{role}"))


def is_embedded() -> bool:
    """True when the database is the one Gearpark starts itself."""
    return not os.environ.get("DATABASE_URL")


def ready() -> bool:
    """True when the app role can connect to its database."""
    try:
        with dsn("app").connect(timeout_s=2):
            return True
    except psycopg.Error:
        return False


def ensure() -> dict[str, Dsn]:
    """Make roles, database and grants where missing, on a server that runs; returns the DSNs of owner and app.

    Raises Problem ``config.database_roles`` when the given owner may not make the app role.
    """
    owner, app = dsn("owner"), dsn("app")
    given = bool(os.environ.get("GEARPARK_APP_DATABASE_URL")) and not is_embedded()
    chief = dsn("superuser") if is_embedded() else owner
    with chief.connect(name="postgres" if is_embedded() else None) as link:
        link.execute("SELECT pg_advisory_lock(%s)", [ENSURE_LOCK])  # two starts at once: one after the other
        if is_embedded():
            _make_role(link, owner, "LOGIN")
            _make_database(link, owner)
        if not given:
            try:
                _make_role(link, app, "NOLOGIN")
            except psycopg.errors.InsufficientPrivilege as error:
                raise Problem(
                    "config.database_roles",
                    "The user of DATABASE_URL may not make roles. Make the role gearpark_app by hand "
                    "(LOGIN NOSUPERUSER NOBYPASSRLS) and set GEARPARK_APP_DATABASE_URL.",
                ) from error
        with owner.connect() as own:
            _grant(own, app.user)
        if not given:  # the door opens last: who can connect finds everything in place
            link.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(app.user)))
    return {"owner": owner, "app": app}


def _make_role(link: psycopg.Connection[Any], role: Dsn, login: str) -> None:
    """Make the role, or bring its password up to date; ``login`` (LOGIN or NOLOGIN) holds for a new role."""
    name, word = sql.Identifier(role.user), sql.Literal(role.password)
    if link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.user]).fetchone():
        link.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, word))
        return
    text = (
        "CREATE ROLE {} "
        + login
        + " NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
    )
    link.execute(sql.SQL(text).format(name, word))


def _make_database(link: psycopg.Connection[Any], owner: Dsn) -> None:
    if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner.name]).fetchone() is None:
        text = "CREATE DATABASE {} OWNER {}"
        link.execute(sql.SQL(text).format(sql.Identifier(owner.name), sql.Identifier(owner.user)))


def _grant(link: psycopg.Connection[Any], app: str) -> None:
    """Data rights for the app role on what the owner has made and will make; no TRUNCATE, no DDL."""
    who = sql.Identifier(app)
    for text in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
    ):
        link.execute(sql.SQL(text).format(who))


@contextmanager
def as_owner() -> Iterator[None]:
    """Within the block Django's default connection is the owner's (migrations, test set-up)."""
    from django.db import connections

    alias = connections["default"]
    _close(alias)
    held = alias.settings_dict
    alias.settings_dict = {**held, **dsn("owner").django(), "NAME": held["NAME"], "CONN_MAX_AGE": 0}
    try:
        yield
    finally:
        alias.close()
        alias.settings_dict = held


def migrate(verbosity: int = 0) -> None:
    """Bring the schema up to date, as the owner. Django must be set up."""
    from django.core.management import call_command

    with as_owner():
        call_command("migrate", verbosity=verbosity, interactive=False)


def _close(alias: Any) -> None:
    alias.close()
    if getattr(alias, "_connection_pools", None) and alias.alias in alias._connection_pools:
        alias.close_pool()


def _parse(url: str) -> Dsn:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or parts.hostname or "localhost"
    if parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2:
        raise Problem(
            "config.database_url", "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        )
    options = tuple(sorted((key, value) for key, value in query.items() if key in ("sslmode", "sslrootcert")))
    return Dsn(
        host,
        parts.port or 5432,
        parts.path[1:],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        options,
    )


class Server:
    """The embedded server as a child process of this one; dies with it."""

    def __init__(self, *, durable: bool = True) -> None:
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, wait until it answers, make roles and database. Raises Problem ``config.database_start``."""
        where = postgres.prepare(secret("database-superuser"))
        deadline = time.monotonic() + STALE_SERVER_TIMEOUT_S
        while True:
            self.process = subprocess.Popen(  # noqa: S603
                postgres.command(where, durable=self.durable),
                cwd="/",
                stdin=subprocess.DEVNULL,
                preexec_fn=_die_with_parent,
                **postgres.run_as(),
            )
            if self._answers():
                break
            # a predecessor killed a moment ago may still hold the data folder: its children need a moment to leave
            if time.monotonic() > deadline:
                raise Problem(
                    "config.database_start",
                    "The database did not start; its last words are in the log above.",
                )
            time.sleep(0.5)
        ensure()

    def stop(self) -> None:
        """Fast shutdown (SIGINT to PostgreSQL): open transactions roll back, data is safe."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(STOP_TIMEOUT_S)

    def _answers(self) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                with dsn("superuser").connect(name="postgres", timeout_s=2):
                    return True
            except psycopg.OperationalError:
                time.sleep(POLL_S)
        self.process.kill()
        self.process.wait()
        return False


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """SIGINT (fast shutdown) reaches PostgreSQL when its parent dies, even by kill -9.

    ``preexec_fn`` runs after the change of user, so the request survives until exec and over it.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def serve() -> int:
    """Run the embedded server in the foreground until SIGTERM/SIGINT; returns the exit status."""
    server = Server()
    leave = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: leave.set())
    server.start()
    log.info("database ready on %s", dsn("app").host)
    assert server.process is not None
    while not leave.wait(0.2):
        if server.process.poll() is not None:
            log.error("database ended with status %s", server.process.returncode)
            return 1
    server.stop()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """``serve`` | ``ensure`` | ``migrate`` | ``ready``."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words == ["serve"] and is_embedded():
            return serve()
        if words == ["ensure"]:
            ensure()
            return 0
        if words == ["migrate"]:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
            import django

            ensure()
            django.setup()
            migrate(verbosity=1)
            return 0
        if words == ["ready"]:
            return 0 if ready() else 1
    except Problem as problem:
        log.error("%s", problem)
        return 1
    log.error(
        "usage: python -m gearpark.config.database serve | ensure | migrate | ready (serve: without DATABASE_URL)"
    )
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
