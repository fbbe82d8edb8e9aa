"""Lines to observations, cheaply: nine of ten lines are ``time|key|value`` pairs of known keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gearpark.base import shdr
from gearpark.base.mtconnect import condition_text
from gearpark.base.problems import Problem
from gearpark.base.wire import Observation, SignalKind, Status

from ...link import Link, TagState

NO_COMMUNICATION = int(Status.BAD_NO_COMMUNICATION)
NUMBERS = frozenset({SignalKind.ANALOG, SignalKind.COUNTER})
MAX_UNMAPPED = 1_000  # distinct unknown keys remembered


@dataclass(frozen=True, slots=True)
class Known:
    """A wanted key."""

    tag: str
    numeric: bool
    condition: bool


class LineReader:
    """Keeps what decoding needs between lines. Commands (``* ...``) are collected in ``commands``."""

    def __init__(self, link: Link, tags: Mapping[str, TagState]) -> None:
        self.link = link
        self.keys = {
            state.signal.address: Known(
                name, state.signal.kind in NUMBERS, state.signal.kind == SignalKind.CONDITION
            )
            for name, state in tags.items()
        }
        self._plain = {key: known for key, known in self.keys.items() if not known.condition}
        self._extra = {
            key.rpartition(":")[2]: shdr.CONDITION_FIELDS
            for key, known in self.keys.items()
            if known.condition
        }
        self._stamp, self._stamp_us = "", 0
        self.commands: list[str] = []
        self.unmapped: set[str] = set()
        self.untimed = 0
        self._block: list[str] = []
        self._block_end = ""

    def read(self, lines: Iterable[str]) -> list[Observation]:
        """Observations of these lines, in order. What cannot be read is counted with its reason."""
        made: list[Observation] = []
        keep, plain = made.append, self._plain
        for line in lines:
            fields = line.split("|")
            length = len(fields)
            if length >= 3 and length & 1 and not self._block:
                stamp = fields[0]
                if stamp != self._stamp and not self._new_stamp(stamp):
                    self._slowly(line, made)
                    continue
                at_us, known = self._stamp_us, None
                for place in range(1, length, 2):
                    known = plain.get(fields[place])
                    if known is None:
                        break
                    value = fields[place + 1]
                    if known.numeric:
                        try:
                            keep(Observation(known.tag, at_us, float(value)))
                            continue
                        except ValueError:
                            pass
                    self._keep(known, at_us, value.strip(), made)
                if known is not None:
                    continue
                if place > 1:  # pairs before the unknown key are in already; the rest is read with care
                    line = "|".join((stamp, *fields[place:]))
            self._slowly(line, made)
        return made

    def _new_stamp(self, stamp: str) -> bool:
        try:
            self._stamp_us = shdr.parse_time(stamp)
        except Problem:
            return False
        self._stamp = stamp
        return True

    def _keep(self, known: Known, at_us: int, value: str, made: list[Observation]) -> None:
        if len(value) == 11 and value.upper() == shdr.UNAVAILABLE:
            made.append(Observation(known.tag, at_us, None, NO_COMMUNICATION))
        elif not known.numeric:
            made.append(Observation(known.tag, at_us, value))
        else:
            try:
                made.append(Observation(known.tag, at_us, float(value)))
            except ValueError:
                self.link.reject("text_for_number", f"{known.tag}={value[:40]!r}")

    def _slowly(self, line: str, made: list[Observation]) -> None:
        whole = self._joined(line)
        if whole is None:
            return
        has_condition = any(f"|{key}|" in whole or f":{key}|" in whole for key in self._extra)
        try:
            parsed = shdr.parse_line(whole, self._extra if has_condition else None)
        except Problem as problem:
            if problem.code != "shdr.empty":
                self.link.reject(problem.code, whole[:80])
            return
        if parsed.command:
            self.commands.append(parsed.command)
            return
        at_us = parsed.at_us
        if at_us is None:
            self.untimed += 1
            at_us = self.link.now_us()
        for item in parsed.items:
            self._item(item, at_us, made)

    def _item(self, item: shdr.ShdrItem, at_us: int, made: list[Observation]) -> None:
        known = self.keys.get(f"{item.device}:{item.key}") if item.device else None
        known = known or self.keys.get(item.key)
        if known is None:
            if len(self.unmapped) < MAX_UNMAPPED:
                self.unmapped.add(item.key)
            return
        if not known.condition or item.unavailable:
            self._keep(known, at_us, item.value, made)
            return
        made.append(Observation(known.tag, at_us, condition_text(item.value, item.condition)))

    def _joined(self, line: str) -> str | None:
        """Collect ``--multiline--TAG`` blocks; None while one is open."""
        if self._block:
            self._block.append(line)
            if line.strip() == self._block_end:
                whole, self._block = "\n".join(self._block), []
                return whole
            if len(self._block) > shdr.MAX_MULTILINE:
                self.link.reject("shdr.multiline_open", self._block[0][:80])
                self._block = []
            return None
        if shdr.MULTILINE in line and "|" in line:
            self._block_end = shdr.MULTILINE + line.rsplit(shdr.MULTILINE, 1)[1].strip()
            self._block = [line]
            return None
        return line
