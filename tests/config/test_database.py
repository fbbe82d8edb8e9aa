"""The embedded server: secrets, places, roles, and coming back after kill -9."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gearpark.base.problems import Problem
from gearpark.config import database, postgres
from gearpark.config.secrets import secret

LIMIT_S = 60.0


@pytest.fixture
def fresh_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gearpark-db-") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setenv("GEARPARK_HOME", f"{folder}/home")
        monkeypatch.delenv("DATABASE_URL", raising=False)
        yield Path(folder) / "home"


def _wait(condition) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end_s, "waited too long"
        time.sleep(0.05)


def _serve(home: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "gearpark.config.database", "serve"]
    return subprocess.Popen(line, env={**os.environ, "GEARPARK_HOME": str(home)}, stderr=subprocess.DEVNULL)


def _postmaster(home: Path) -> int:
    return int((home / "pg" / "data" / "postmaster.pid").read_text().split()[0])


def test_it_comes_back_after_kill_9_of_server_and_of_its_keeper(fresh_home: Path) -> None:
    keeper = _serve(fresh_home)
    try:
        _wait(database.ready)
        with database.dsn("owner").connect() as link:
            link.execute("CREATE TABLE kept (a int)")
            link.execute("INSERT INTO kept VALUES (42)")
        os.kill(_postmaster(fresh_home), signal.SIGKILL)
        assert keeper.wait(LIMIT_S) == 1
        keeper = _serve(fresh_home)
        _wait(database.ready)
        server = psutil.Process(_postmaster(fresh_home))
        keeper.kill()
        keeper.wait()
        _wait(lambda: not server.is_running())  # no orphan: it stops itself when its keeper dies
        keeper = _serve(fresh_home)
        _wait(database.ready)
        with database.dsn("app").connect() as link:
            assert link.execute("SELECT a FROM kept").fetchone() == (
                42,
            )  # rights on new tables come by default
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(LIMIT_S) == 0
        assert not database.ready()
    finally:
        keeper.kill()


def test_secrets_are_made_once_and_closed(fresh_home: Path) -> None:
    first = secret("test")
    assert len(first) >= 48
    assert secret("test") == first
    path = fresh_home / "secrets" / "test"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_home_that_others_cannot_enter_moves_the_servers_folder(
    fresh_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert postgres.place().data == fresh_home / "pg" / "data"
    fresh_home.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert postgres.place().data.is_relative_to(postgres.SHARED_ROOT)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.place().data == fresh_home / "pg" / "data"


def test_a_long_home_gets_a_short_socket(fresh_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEARPARK_HOME", str(fresh_home / ("long" * 30)))
    socket = postgres.place().socket / postgres.SOCKET_NAME
    assert len(os.fsencode(socket)) <= postgres.MAX_SOCKET_PATH


def test_database_url_names_the_owner_and_derives_the_app_role(
    fresh_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://own%40er:s3cret@db.example:5433/park?sslmode=require")
    owner, app = database.dsn("owner"), database.dsn("app")
    assert (owner.host, owner.port, owner.name, owner.user, owner.password) == (
        "db.example",
        5433,
        "park",
        "own@er",
        "s3cret",
    )
    assert (app.host, app.user, app.options) == ("db.example", database.APP, (("sslmode", "require"),))
    monkeypatch.setenv("DATABASE_URL", "mysql://x/y")
    with pytest.raises(Problem, match="database_url"):
        database.dsn("owner")


def test_a_server_of_your_own_works_with_an_owner_that_may_make_roles(
    fresh_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = database.Server(durable=False)
    server.start()
    try:
        where = postgres.place().socket
        with database.dsn("superuser").connect(name="postgres") as link:
            link.execute("DROP OWNED BY gearpark_app")
            link.execute("CREATE ROLE boss LOGIN CREATEROLE PASSWORD 'word'")
            link.execute("CREATE ROLE clerk LOGIN PASSWORD 'word'")
            link.execute("CREATE DATABASE park OWNER boss")
            link.execute("DROP DATABASE gearpark")
            link.execute("DROP ROLE gearpark_app")
        monkeypatch.setenv("DATABASE_URL", f"postgresql://clerk:word@localhost:5432/park?host={where}")
        with pytest.raises(Problem, match="database_roles"):
            database.ensure()
        monkeypatch.setenv("DATABASE_URL", f"postgresql://boss:word@localhost:5432/park?host={where}")
        assert not database.ready()
        database.ensure()
        database.ensure()
        assert database.ready()
        with database.dsn("app").connect() as link:
            assert link.execute("SELECT current_user").fetchone() == ("gearpark_app",)
    finally:
        server.stop()
