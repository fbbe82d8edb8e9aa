"""SQL pieces shared by reading and rolling up. Values are inlined as literals: they prune row groups at planning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .files import DataFile

GOOD = "status < 1073741824"  # severity bits 00 of an OPC UA StatusCode


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def scan(files: Iterable[DataFile]) -> str:
    """``read_parquet([...])`` of these files (at least one)."""
    listed = ", ".join(quoted(file.uri) for file in files)
    return f"read_parquet([{listed}], hive_partitioning=false)"


def moment(us: int) -> str:
    """A timestamp literal from microseconds."""
    return f"make_timestamptz({int(us)})"


def one_of(tags: Sequence[str]) -> str:
    if len(tags) == 1:
        return f"tag = {quoted(tags[0])}"
    return f"tag IN ({', '.join(map(quoted, tags))})"


def of_asset(asset: str) -> str:
    """The tags of one asset, as a range that row-group statistics can use ("0" follows "/")."""
    return f"tag >= {quoted(asset + '/')} AND tag < {quoted(asset + '0')}"


def bucket(start_us: int, width_us: int, column: str = '"at"') -> str:
    """Start of the bucket a time falls into; buckets of ``width_us`` are counted from ``start_us``."""
    return (
        f"make_timestamptz({int(start_us)} + {int(width_us)} * "
        f"((epoch_us({column}) - {int(start_us)}) // {int(width_us)}))"
    )


def from_points(source: str, where: str, start_us: int, width_us: int) -> str:
    """Aggregates of observations per tag and bucket: the columns of a roll-up table without org, day, revision.

    ``first`` and ``last`` compare (time, value), and sums are compensated, so that the order of rows has no say.
    """
    good = f"FILTER (WHERE {GOOD} AND num IS NOT NULL)"
    worded = f"FILTER (WHERE {GOOD} AND text IS NOT NULL)"
    return f"""
        SELECT tag, {bucket(start_us, width_us)} AS "bucket", count(*) AS "count",
            count(*) FILTER (WHERE {GOOD}) AS good_count, count(*) {good} AS number_count,
            favg(num) {good} AS "mean", min(num) {good} AS "min", max(num) {good} AS "max",
            arg_min(num, row("at", num)) {good} AS "first", arg_max(num, row("at", num)) {good} AS "last",
            arg_max(text, row("at", text)) {worded} AS last_text,
            min("at") {good} AS first_at, max("at") {good} AS last_at, max("at") {worded} AS text_at
        FROM {source} WHERE {where} GROUP BY 1, 2"""  # noqa: S608


def newest_revision(source: str, where: str) -> str:
    """Rows of a roll-up table, of each (tag, bucket) the one with the highest revision."""
    return f"""
        SELECT tag, "at" AS "bucket", "count", good_count, number_count, "mean", "min", "max", "first", "last",
            last_text, first_at, last_at, text_at
        FROM {source} WHERE {where}
        QUALIFY row_number() OVER (PARTITION BY tag, "at" ORDER BY revision DESC) = 1"""  # noqa: S608


def combine(inner: str, start_us: int, width_us: int) -> str:
    """Roll-up rows (as ``from_points`` names them) -> the same columns over wider buckets."""
    some = "FILTER (WHERE number_count > 0)"
    return f"""
        SELECT tag, {bucket(start_us, width_us, '"bucket"')} AS "bucket", sum("count")::BIGINT AS "count",
            sum(good_count)::BIGINT AS good_count, sum(number_count)::BIGINT AS number_count,
            fsum("mean" * number_count) {some} / sum(number_count) {some} AS "mean",
            min("min") AS "min", max("max") AS "max",
            arg_min("first", first_at) {some} AS "first", arg_max("last", last_at) {some} AS "last",
            arg_max(last_text, text_at) FILTER (WHERE text_at IS NOT NULL) AS last_text,
            min(first_at) AS first_at, max(last_at) AS last_at, max(text_at) AS text_at
        FROM ({inner}) GROUP BY 1, 2"""  # noqa: S608
