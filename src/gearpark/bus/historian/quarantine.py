"""What could not be stored, with the reason: one JSON object a line, one file a UTC day, bounded in size and age."""

from __future__ import annotations

import base64
import json
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gearpark.base.time import from_us

log = logging.getLogger(__name__)
MAX_FILE_BYTES = 20 << 20  # of one day; beyond it things are only counted
MAX_PAYLOAD_KEPT = 64 << 10
MAX_TAGS_KEPT = 50  # names in one line about points
KEEP_FILES = 14


class Quarantine:
    """Counts by reason since start in `counts`; lines in `folder/YYYY-MM-DD.jsonl`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: Counter[str] = Counter()

    def payload(self, topic: str, payload: bytes, reason: str, at_us: int) -> None:
        """A message that is not what its topic says."""
        self.counts["malformed"] += 1
        kept = base64.b64encode(payload[:MAX_PAYLOAD_KEPT]).decode()
        self._write(
            {"kind": "malformed", "topic": topic, "reason": reason, "bytes": len(payload), "payload": kept},
            at_us,
        )

    def points(
        self, org: str, source: str, device: str, reason: str, names: Sequence[str], at_us: int
    ) -> None:
        """Points of a readable message that cannot be stored."""
        self.counts[reason] += len(names)
        self._write(
            {
                "kind": reason,
                "org": org,
                "source": source,
                "device": device,
                "points": len(names),
                "names": list(names[:MAX_TAGS_KEPT]),
            },
            at_us,
        )

    def _write(self, line: dict[str, object], at_us: int) -> None:
        at = from_us(at_us)
        file = self.folder / f"{at:%Y-%m-%d}.jsonl"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                self._forget_old()
            elif file.stat().st_size > MAX_FILE_BYTES:
                self.counts["not_written"] += 1
                return
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"at": at.isoformat(), **line}, ensure_ascii=False) + "\n")
        except OSError as error:
            self.counts["not_written"] += 1
            log.warning("historian: quarantine not written: %s", error)

    def _forget_old(self) -> None:
        for old in sorted(self.folder.glob("*.jsonl"))[: -KEEP_FILES + 1]:
            old.unlink(missing_ok=True)
