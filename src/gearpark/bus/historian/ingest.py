"""Data events -> lake batches in journal order; marks -> acknowledgements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from gearpark.base.limits import MAX_FUTURE_S, MAX_TEXT_VALUE
from gearpark.base.problems import Problem
from gearpark.base.wire import Quality, Status, Value, quality_of
from gearpark.bus.naming import is_control, tag_of
from gearpark.bus.nodes import Data, NodeKey
from gearpark.lake.schema import AT_MAX_US, AT_MIN_US
from gearpark.lake.writer import Batch, Outcome, Writer

from .quarantine import Quarantine

BAD_INVALID_TIMESTAMP = 0x80230000  # OPC UA: the source time is from the future; value kept, in no figure
COMMIT_POINTS = 200_000  # commit before the clock says so
MAX_UNCOMMITTED_POINTS = 600_000  # while the lake refuses commits: take no more, journals keep the rest
MAX_NAMES_PER_DEVICE = 20_000  # remembered
_ORG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
Mark = tuple[str, int]  # source, boot


class Ingest:
    """Not thread-safe. `boot` numbers the rows of other makers' nodes in this run: it must grow between runs."""

    def __init__(self, writer: Writer, quarantine: Quarantine, boot: int) -> None:
        self.writer, self.quarantine, self._boot = writer, quarantine, boot
        self._accepted: dict[Mark, int] = {}
        self._keys: dict[str, NodeKey] = {}  # source -> where to acknowledge
        self._answer: set[Mark] = set()  # sent again although stored: their mark is told again
        self.resend: dict[Mark, int] = {}  # a hole: send again from behind this seq
        self._foreign_seq: dict[str, int] = {}
        self._tags: dict[str, dict[str, str | None]] = {}  # device -> name -> tag
        self.counts: Counter[str] = Counter()

    def take(self, data: Data) -> None:
        """Put a data event into the next commit, or count why not."""
        if not _ORG.fullmatch(data.key.group):
            self.quarantine.points(
                data.key.group, data.key.node, data.device, "org_illegal", data.names, data.received_us
            )
            return
        if data.identity is not None:
            self._take_row(data)
        elif not (data.birth and data.journalled):
            self._take_foreign(data)

    def commit(self) -> dict[NodeKey, list[tuple[int, int]]]:
        """Commit to the lake; returns per node the (boot, seq) to acknowledge."""
        moved = self.writer.commit()
        marks = dict(moved)
        for source, boot in self._answer:
            marks[source, boot] = self.writer.mark(source, boot)
        self._answer.clear()
        answers: dict[NodeKey, list[tuple[int, int]]] = {}
        for (source, boot), seq in marks.items():
            key = self._keys.get(source)
            if key is not None and seq > 0:
                answers.setdefault(key, []).append((boot, seq))
        return answers

    def forget(self) -> None:
        """The writer forgot what was not committed: so do we."""
        self._accepted.clear()

    def node_of(self, source: str) -> NodeKey | None:
        return self._keys.get(source)

    # --- rows of Gearpark gateways -------------------------------------------------------------------------------

    def _take_row(self, data: Data) -> None:
        identity = data.identity
        assert identity is not None
        source, mark = data.key.node, (data.key.node, identity.boot)
        owner = self._keys.setdefault(source, data.key)
        if owner != data.key:
            self.quarantine.points(
                data.key.group, source, data.device, "node_of_other_org", data.names, data.received_us
            )
            return
        accepted = self._accepted.get(mark)
        if accepted is None:
            accepted = self._accepted[mark] = self.writer.mark(*mark)
        if identity.seq <= accepted:
            self.counts["duplicate_rows"] += 1
            self._answer.add(mark)
            return
        if identity.prev > accepted:
            self.counts["rows_past_a_hole"] += 1
            self.resend[mark] = accepted
            return
        if self.writer.pending_points > MAX_UNCOMMITTED_POINTS:
            self.counts["rows_refused"] += 1
            return
        if identity.seq > accepted + 1:
            self.counts["seqs_skipped"] += self.writer.skip_to(source, identity.boot, identity.seq)
        received_us = identity.taken_us or data.received_us
        if self._append(data, source, identity.boot, identity.seq, received_us):
            self._accepted[mark] = identity.seq

    # --- other makers' nodes -------------------------------------------------------------------------------------

    def _take_foreign(self, data: Data) -> None:
        """Births count as data here: report by exception means that nothing else may come for hours."""
        source = f"sparkplug:{data.key.group}.{data.key.node}"
        seq = self._foreign_seq.get(source, 0) + 1
        if self._append(data, source, self._boot, seq, data.received_us):
            self._foreign_seq[source] = seq

    # --- common --------------------------------------------------------------------------------------------------

    def _append(self, data: Data, source: str, boot: int, seq: int, received_us: int) -> bool:
        tags, at_us, values, statuses = self._usable(data, received_us)
        if not tags and data.identity is None:
            return False
        batch = Batch(
            org=data.key.group,
            source=source,
            boot=boot,
            seq=seq,
            tags=tags,
            at_us=at_us,
            nums=[value if type(value) is float else None for value in values],
            texts=[value if isinstance(value, str) else None for value in values],
            statuses=statuses if any(statuses) else None,
            received_us=received_us,
        )
        try:
            outcome = self.writer.append(batch)
        except Problem as problem:
            self.counts["rows_refused"] += 1
            if problem.code != "lake.writer_full":
                self.quarantine.points(
                    data.key.group, source, data.device, problem.code, data.names, received_us
                )
            return False
        if outcome is not Outcome.ACCEPTED:
            self.counts[f"lake_{outcome}"] += 1
            return outcome is Outcome.DUPLICATE
        self.counts["rows"] += 1
        self.counts["points"] += len(tags)
        return True

    def _usable(self, data: Data, received_us: int) -> tuple[list[str], list[int], list[Value], list[int]]:
        """Columns without what cannot be stored; that goes to quarantine, by reason."""
        device = data.device or data.key.node
        known = self._tags.setdefault(device, {})
        try:
            tags = [known[name] for name in data.names]
        except KeyError:
            tags = [self._tag(device, known, name) for name in data.names]
        latest_us = received_us + int(MAX_FUTURE_S * 1e6)
        clean = (
            None not in tags
            and None not in data.at_us
            and not data.transient
            and not data.unsupported
            and data.device
            and (not data.at_us or AT_MIN_US <= min(data.at_us) <= max(data.at_us) <= latest_us)  # type: ignore[type-var, operator]
            and not any(isinstance(value, str) and len(value) > MAX_TEXT_VALUE for value in data.values)
        )
        if clean:
            return tags, data.at_us, data.values, data.statuses  # type: ignore[return-value]
        return self._sift(data, tags, latest_us, received_us)

    def _sift(
        self, data: Data, tags: Sequence[str | None], latest_us: int, received_us: int
    ) -> tuple[list[str], list[int], list[Value], list[int]]:
        out: tuple[list[str], list[int], list[Value], list[int]] = ([], [], [], [])
        refused: dict[str, list[str]] = {}
        for position, (tag, name, at_us, value, status) in enumerate(
            zip(tags, data.names, data.at_us, data.values, data.statuses, strict=True)
        ):
            if position in data.transient or is_control(data.device, name):
                continue
            reason = _reason(tag, at_us, value)
            if reason:
                refused.setdefault(reason, []).append(name)
            if tag is None or at_us is None or not AT_MIN_US <= at_us < AT_MAX_US:
                continue
            kept, kept_status = (None, int(Status.BAD_OUT_OF_RANGE)) if reason else (value, status)
            if at_us > latest_us:
                self.counts["future_points"] += 1
                if quality_of(kept_status) is not Quality.BAD:
                    kept_status = BAD_INVALID_TIMESTAMP
            out[0].append(tag)
            out[1].append(at_us)
            out[2].append(kept)
            out[3].append(kept_status)
        if data.unsupported:
            refused["type_unsupported"] = list(data.unsupported)
        for reason, names in refused.items():
            self.quarantine.points(data.key.group, data.key.node, data.device, reason, names, received_us)
        return out

    @staticmethod
    def _tag(device: str, known: dict[str, str | None], name: str) -> str | None:
        """``asset/signal``, remembered; None when nothing legal is left of the name."""
        if name not in known:
            if len(known) >= MAX_NAMES_PER_DEVICE:
                known.clear()
            known[name] = tag_of(device, name)
        return known[name]


def _reason(tag: str | None, at_us: int | None, value: Value) -> str:
    if tag is None:
        return "name_illegal"
    if at_us is None:
        return "no_time"
    if not AT_MIN_US <= at_us < AT_MAX_US:
        return "time_out_of_range"
    if isinstance(value, str) and len(value) > MAX_TEXT_VALUE:
        return "text_too_long"
    return ""
