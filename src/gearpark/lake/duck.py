"""One way to open DuckDB: in memory, bounded, quiet, UTC."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

MEMORY_LIMIT = "1GB"
THREADS = 2


def connect(*, threads: int = THREADS, spill: Path | None = None, metadata_cache: bool = False) -> Any:
    """A connection. ``spill``: folder for sorts larger than memory; ``metadata_cache``: keep Parquet footers."""
    config: dict[str, Any] = {"threads": threads, "memory_limit": MEMORY_LIMIT}
    if spill is not None:
        config["temp_directory"] = str(spill)
    duck = duckdb.connect(config=config)
    duck.execute("SET enable_progress_bar=false")
    duck.execute("SET GLOBAL TimeZone='UTC'")
    if metadata_cache:
        duck.execute("LOAD parquet")
        duck.execute("SET GLOBAL parquet_metadata_cache=true")
    return duck
