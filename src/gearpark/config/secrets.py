"""Secrets of one installation: made once, kept in ``<home>/secrets`` (mode 600), never logged or shown."""

from __future__ import annotations

import os
import secrets

from gearpark.base import home as homes

SECRET_BYTES = 48


def secret(name: str) -> str:
    """The secret called ``name``; generated on first use. Two processes that race get the same one."""
    path = homes.folder("secrets") / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        part = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(part, path)  # fails when another process was first: then its secret stands
        except FileExistsError:
            pass
        finally:
            part.unlink()
        return path.read_text(encoding="ascii").strip()
