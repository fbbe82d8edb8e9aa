"""Loading SHDR recordings (plain or gzip) into the lake, every line accounted for, twice as good as once.

The unit of account is the observation: a line may hold several. ``read`` counts every observation of every line;
what is no observation (a blank or broken line, an adapter command, an asset document) counts as one. Each of them is
either stored, a duplicate, or rejected with a reason: ``read == stored + duplicates + rejected``. ``unavailable`` says
how many of the stored and duplicate ones carry no value (UNAVAILABLE in any case; stored without value, status
Bad_NoCommunication). ``lines`` counts physical lines; the lines of one ``--multiline--`` block are one asset document.

Reasons: unknown_key (not in the device model), not_a_number, text_too_long, time, no_time, future, too_old, fields,
line_too_long, empty, adapter_command, asset_document.
"""

from __future__ import annotations

import fcntl
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from gearpark.base import mtconnect, shdr
from gearpark.base.ids import asset_id
from gearpark.base.limits import MAX_FUTURE_S, MAX_PAST_YEARS
from gearpark.base.problems import Problem
from gearpark.base.time import from_us, to_us
from gearpark.base.wire import Status

from . import devices
from .merge import Columns, merge
from .reader import Reader

SOURCE = "recording"
FLUSH_ROWS = 1_000_000  # observations of one asset held in memory before they are written
_BAD = int(Status.BAD_NO_COMMUNICATION)
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class ImportResult:
    """Counts of one import; see the module for what is counted. ``content_hash`` is of the assets' whole history."""

    lines: int = 0
    read: int = 0
    stored: int = 0
    duplicates: int = 0
    unavailable: int = 0
    rejected_reasons: Counter[str] = field(default_factory=Counter)
    first_us: int | None = None
    last_us: int | None = None
    assets: list[str] = field(default_factory=list)
    content_hash: str = ""

    @property
    def rejected(self) -> int:
        return sum(self.rejected_reasons.values())

    def as_dict(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "read": self.read,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "unavailable": self.unavailable,
            "rejected": self.rejected,
            "rejected_reasons": dict(sorted(self.rejected_reasons.items())),
            "first_at": None if self.first_us is None else from_us(self.first_us).isoformat(),
            "last_at": None if self.last_us is None else from_us(self.last_us).isoformat(),
            "assets": self.assets,
            "content_hash": self.content_hash,
        }


def import_shdr(
    root: Path | str,
    files: Sequence[Path | str],
    devices_xml: Path | str | bytes,
    org: str,
    *,
    now: datetime,
    prefix: str = "",
    device: str = "",
) -> ImportResult:
    """Load recordings into the lake under ``root``.

    files        SHDR logs, plain or gzip, in any order
    devices_xml  MTConnect device model: a path (plain or gzip) or the bytes
    org          organisation slug that owns the data
    now          times later than ``now`` + 5 min are rejected as ``future``, older than 30 years as ``too_old``
    prefix       put before the device name in the asset id: ``nist-`` makes ``nist-mazak01``
    device       name of the device every line belongs to; "": from the file name (``Mazak01-2016...``), else from
                 keys (``Mazak01:avail``, ``Mazak01_asset_chg``), else the only device that knows all keys
    Raises Problem ``lake.device_unknown``, ``lake.file_unreadable``, ``mtconnect.*``, ``lake.disk_full``.
    """
    model = {d.name: d for d in mtconnect.read_devices(_bytes(devices_xml))}
    result = ImportResult()
    with _alone(Path(root)):
        pending: dict[str, Columns] = {}
        for path in files:
            lines = _lines(Path(path))
            default = _device_of(Path(path), lines, model, device)
            _take(lines, default, model, result, pending, to_us(now), org, prefix, Path(root))
        for asset, columns in pending.items():
            _store(Path(root), org, asset, columns, result, to_us(now))
        result.assets.sort()
        result.content_hash = Reader(root).content_hash(org, result.assets)
    return result


def _take(
    lines: list[str],
    default: mtconnect.MtcDevice,
    model: dict[str, mtconnect.MtcDevice],
    result: ImportResult,
    pending: dict[str, Columns],
    now_us: int,
    org: str,
    prefix: str,
    root: Path,
) -> None:
    """Parse one file's lines into the pending columns of its asset(s)."""
    sinks: dict[str, _Sink] = {}

    def sink_of(name: str) -> _Sink:
        found = model.get(name, default) if name else default
        if found.name not in sinks:
            asset = asset_of(found.name, prefix)
            devices.save(root, devices.document(org, asset, found))
            if asset not in result.assets:
                result.assets.append(asset)
            sinks[found.name] = _Sink(found, asset, pending.setdefault(asset, Columns()), now_us)
        return sinks[found.name]

    extra = mtconnect.extra_fields(default)
    main = sink_of("")
    reasons = result.rejected_reasons
    result.lines += len(lines)
    for _, _, text in shdr.records(lines):
        try:
            line = shdr.parse_line(text, extra)
        except Problem as problem:
            result.read += 1
            reasons[problem.code.rpartition(".")[2]] += 1
            continue
        if line.command or line.asset:
            result.read += 1
            reasons["adapter_command" if line.command else "asset_document"] += 1
            continue
        result.read += len(line.items)
        for item in line.items:
            sink = main if not item.device else sink_of(item.device)
            sink.put(line.at_us, item, result)
    for sink in sinks.values():
        if len(sink.columns) >= FLUSH_ROWS:
            _store(root, org, sink.asset, sink.columns, result, now_us)


class _Sink:
    """Where observations of one device go: checks them and appends to columns."""

    def __init__(self, device: mtconnect.MtcDevice, asset: str, columns: Columns, now_us: int) -> None:
        self.device = device
        self.asset = asset
        self.columns = columns
        self.latest_us = now_us + int(MAX_FUTURE_S * 1_000_000)
        self.oldest_us = now_us - MAX_PAST_YEARS * 31_557_600_000_000
        self.known: dict[str, tuple[str, mtconnect.MtcItem] | None] = {}

    def put(self, at_us: int | None, item: shdr.ShdrItem, result: ImportResult) -> None:
        reasons = result.rejected_reasons
        found = self.known.get(item.key, False)
        if found is False:
            found = self.known[item.key] = self._look_up(item.key)
        if found is None:
            reasons["unknown_key"] += 1
            return
        if at_us is None or not self.oldest_us <= at_us <= self.latest_us:
            reasons["no_time" if at_us is None else "future" if at_us > self.latest_us else "too_old"] += 1
            return
        tag, data_item = found  # type: ignore[misc]
        text: str | None = item.value
        if item.condition is not None and data_item.category == "CONDITION":
            text = mtconnect.condition_text(item.value, item.condition)
        elif item.condition is not None:  # a message: its native code comes before the text
            text = " ".join(part for part in (item.value, *item.condition) if part)
        try:
            value, status = mtconnect.value_of(data_item, text)
        except Problem as problem:
            reasons[problem.code.rpartition(".")[2]] += 1
            return
        if value is None:
            result.unavailable += 1
        result.first_us = at_us if result.first_us is None else min(result.first_us, at_us)
        result.last_us = at_us if result.last_us is None else max(result.last_us, at_us)
        self.columns.add(tag, at_us, value, status)

    def _look_up(self, key: str) -> tuple[str, mtconnect.MtcItem] | None:
        signal = self.device.signal_of(key)
        return None if signal is None else (f"{self.asset}/{signal}", self.device.items[signal])


def asset_of(name: str, prefix: str = "") -> str:
    """Device name -> asset id: lower case, everything else than letters and digits a hyphen."""
    return asset_id(re.sub(r"[^a-z0-9]+", "-", f"{prefix}{name}".lower()).strip("-"))


def _store(root: Path, org: str, asset: str, columns: Columns, result: ImportResult, now_us: int) -> None:
    if not len(columns):
        return
    stored = merge(root, org, asset, columns, source=SOURCE, received_us=now_us)
    result.stored += stored
    result.duplicates += len(columns) - stored
    columns.clear()


def _device_of(
    path: Path, lines: list[str], model: dict[str, mtconnect.MtcDevice], said: str
) -> mtconnect.MtcDevice:
    """Which device a file belongs to; the order of evidence is in ``import_shdr``."""
    by_name = {name.lower(): device for name, device in model.items()}
    if said:
        chosen = by_name.get(said.lower()) or next(
            (d for d in model.values() if said in (d.id, d.uuid)), None
        )
        if chosen is not None:
            return chosen
        raise _unknown(path, model, f"the device model has no {said!r}")
    stem = path.name.lower()
    fitting = [n for n in by_name if stem.startswith(n) and not stem[len(n) : len(n) + 1].isalnum()]
    if fitting:
        return by_name[max(fitting, key=len)]
    if len(model) == 1:
        return next(iter(model.values()))
    keys = {part for line in lines if "|" in line for part in line.split("|", 2)[1:2]}
    named = [n for n in model if any(re.match(rf"{re.escape(n)}[:_-]", key) for key in keys)]
    if len(named) == 1:
        return model[named[0]]
    knowing = Counter({n: sum(1 for key in keys if d.signal_of(key) is not None) for n, d in model.items()})
    ranked = knowing.most_common(2)
    if ranked and ranked[0][1] > ranked[1][1]:
        return model[ranked[0][0]]
    raise _unknown(path, model, "neither its name nor its keys tell the device")


def _unknown(path: Path, model: dict[str, mtconnect.MtcDevice], why: str) -> Problem:
    names = ", ".join(sorted(model))
    return Problem(
        "lake.device_unknown",
        f"{path.name}: {why}. Say which one it is with --device; the model has {names}.",
    )


def _bytes(source: Path | str | bytes) -> bytes:
    if isinstance(source, bytes):
        raw = source
    else:
        try:
            raw = Path(source).read_bytes()
        except OSError as error:
            raise _unreadable(Path(source), error) from error
    if raw[:2] != _GZIP:
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(
            Path("device model") if isinstance(source, bytes) else Path(source), error
        ) from error


def _lines(path: Path) -> list[str]:
    lines = _bytes(path).decode("utf-8", "replace").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _unreadable(path: Path, error: Exception) -> Problem:
    return Problem("lake.file_unreadable", f"{path.name} cannot be read: {error}. Nothing of it was stored.")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One import at a time: two would not see each other's rows as duplicates."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "import.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
