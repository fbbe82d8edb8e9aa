"""How the kernel is compiled: ``hot`` for the small functions, ``entry`` for the few that Python calls.

Compiled entries are kept on disk. numba would notice a change of the entry's own file only, so the folder is named by
a hash over all sources of this package.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

HERE = Path(__file__).parent
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}

hot: Callable[[Any], Any] = numba.njit(**OPTIONS)


def cache_folder() -> Path:
    """Folder of compiled code for exactly these sources: ``GEARPARK_JIT_CACHE``, else the user's cache folder."""
    digest = hashlib.blake2b(f"{platform.python_version()} {numba.__version__}".encode(), digest_size=8)
    for path in sorted(HERE.rglob("*.py")) + sorted(HERE.rglob("*.toml")):
        digest.update(path.read_bytes())
    named = os.environ.get("GEARPARK_JIT_CACHE") or os.environ.get("XDG_CACHE_HOME")
    root = Path(named) if named else Path.home() / ".cache"
    return root / "gearpark" / "electrolysis" / digest.hexdigest()


def entry(function: Any) -> Any:
    """A compiled function kept on disk between processes; without a writable folder it is compiled anew."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return numba.njit(**OPTIONS)(function)
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        return numba.njit(cache=True, **OPTIONS)(function)
    finally:
        settings.CACHE_DIR = before
