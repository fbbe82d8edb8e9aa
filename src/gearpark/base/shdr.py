"""SHDR: the pipe-separated lines MTConnect adapters speak (``time|key|value|key|value``).

Source: MTConnect agent documentation (cppagent, "SHDR protocol"), checked against real adapter logs. Those are
dirty on purpose: ``Unavailable`` beside ``UNAVAILABLE``, seven-digit fractions, conditions with four extra fields,
``@ASSET@`` documents over several lines, ``* key: value`` commands of the adapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from .problems import Problem
from .time import to_us

MAX_LINE = 262_144  # characters of one line; longer is refused
MAX_MULTILINE = 2_000  # lines of one ``--multiline--`` block
CONDITION_LEVELS = frozenset({"NORMAL", "WARNING", "FAULT", "UNAVAILABLE"})
CONDITION_FIELDS = 4  # native code, native severity, qualifier, text
MULTILINE = "--multiline--"
UNAVAILABLE = "UNAVAILABLE"


class ConditionFields(NamedTuple):
    """The four fields that follow a condition's level."""

    native_code: str = ""
    native_severity: str = ""
    qualifier: str = ""
    text: str = ""


class ShdrItem(NamedTuple):
    """One key and its value. ``device`` is the part before ``:`` in keys such as ``OKUMA:avail``, else ""."""

    key: str
    value: str
    condition: ConditionFields | None = None
    device: str = ""

    @property
    def unavailable(self) -> bool:
        return self.value.upper() == UNAVAILABLE


class ShdrLine(NamedTuple):
    """One parsed line.

    at_us    source time, microseconds since 1970 UTC; None for commands and for lines without a time
    items    observations of the line, in order
    command  text after ``*`` (``PONG 10000``, ``adapterVersion: 1``), else ""
    asset    fields of an ``@ASSET@``-like line including its name, else ()
    """

    at_us: int | None
    items: list[ShdrItem]
    command: str = ""
    asset: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def _second_us(stamp: str) -> int:
    """``2016-10-31T09:24:46`` -> microseconds; cached, because lines come in bursts of one second."""
    return to_us(datetime.fromisoformat(stamp + "+00:00"))


def parse_time(text: str) -> int:
    """SHDR time -> microseconds UTC. ``Z``, an offset or nothing (then UTC, as agents read it); ``@duration`` is cut.

    Fractions finer than a microsecond are cut, never rounded. Raises ``shdr.time``.
    """
    bare, _, _ = text.partition("@")
    body = bare[:-1] if bare.endswith(("Z", "z")) else bare
    stamp, fraction = body[:19], body[19:]
    try:
        if not fraction:
            return _second_us(stamp)
        if fraction[0] in ".," and fraction[1:].isascii() and fraction[1:].isdigit():
            return _second_us(stamp) + int((fraction[1:] + "000000")[:6])
        at = datetime.fromisoformat(bare)
        return to_us(at)
    except (ValueError, Problem) as error:
        raise Problem(
            "shdr.time", f"{text[:60]!r} is not a time such as 2016-10-31T09:24:46.912Z."
        ) from error


def _split_key(key: str) -> tuple[str, str]:
    device, colon, name = key.partition(":")
    return (device, name) if colon and name else ("", key)


def _looks_like_condition(fields: list[str], at: int) -> bool:
    """Without a device model: a level, then four fields that cannot be two more key/value pairs."""
    if len(fields) - at != 2 + CONDITION_FIELDS or fields[at + 1].upper() not in CONDITION_LEVELS:
        return False
    return fields[at + 1].upper() != UNAVAILABLE or not fields[at + 2] or not fields[at + 4]


def _extra_fields(fields: list[str], at: int, extra: Mapping[str, int] | None) -> int:
    if extra is not None:
        wanted = extra.get(_split_key(fields[at])[1], extra.get(fields[at], 0))
        return min(wanted, max(0, len(fields) - at - 2))
    return CONDITION_FIELDS if _looks_like_condition(fields, at) else 0


def parse_line(text: str, extra: Mapping[str, int] | None = None) -> ShdrLine:
    """One line (or one joined multi-line block, see ``records``) -> ShdrLine.

    extra  how many fields stand between a key and its value or after it, by key: 4 for conditions
           (``mtconnect.extra_fields(device)`` makes it). None: conditions are recognised by their shape.
    Raises Problem: ``shdr.line_too_long``, ``shdr.empty``, ``shdr.time``, ``shdr.fields``.
    """
    if len(text) > MAX_LINE:
        raise Problem(
            "shdr.line_too_long", f"A line has {len(text)} characters; at most {MAX_LINE} are read."
        )
    line = text.strip("\r\n\ufeff \t")
    if not line:
        raise Problem("shdr.empty", "The line is empty.")
    if line[0] == "*":
        return ShdrLine(None, [], command=line[1:].strip())
    fields = line.split("|")
    if len(fields) < 3:
        raise Problem("shdr.fields", f"{line[:60]!r} has no key and value: write time|key|value.")
    at_us = parse_time(fields[0]) if fields[0].strip() else None
    if fields[1].startswith("@") and fields[1].endswith("@"):
        return ShdrLine(at_us, [], asset=tuple(fields[1:]))
    if len(fields) == 3:  # nine lines of ten
        device, key = _split_key(fields[1].strip())
        value = fields[2].strip()
        level = extra is not None and bool(extra.get(key, extra.get(fields[1], 0)))
        return ShdrLine(at_us, [ShdrItem(key, value, ConditionFields() if level else None, device)])
    return ShdrLine(at_us, _items(fields, extra))


def _items(fields: list[str], extra: Mapping[str, int] | None) -> list[ShdrItem]:
    items: list[ShdrItem] = []
    at = 1
    while at < len(fields):
        if not fields[at].strip() and not any(part.strip() for part in fields[at:]):
            break  # trailing pipes
        if at + 1 >= len(fields):
            raise Problem(
                "shdr.fields", f"Key {fields[at][:60]!r} has no value: keys and values come in pairs."
            )
        device, key = _split_key(fields[at].strip())
        if not key:
            raise Problem("shdr.fields", f"A value ({fields[at + 1][:60]!r}) has no key before it.")
        more = _extra_fields(fields, at, extra)
        condition = None
        if more:
            parts = [part.strip() for part in fields[at + 2 : at + 2 + more]]
            condition = ConditionFields(*(parts + [""] * CONDITION_FIELDS)[:CONDITION_FIELDS])
        items.append(ShdrItem(key, fields[at + 1].strip(), condition, device))
        at += 2 + more
    return items


def records(lines: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Join ``--multiline--TAG`` blocks: yields (first line number from 1, physical lines, text).

    Every physical line is in exactly one record. A block that never ends (or is too long) is handed out line by
    line at its end, so nothing is swallowed.
    """
    held: list[tuple[int, str]] = []
    marker = ""
    for number, line in enumerate(lines, start=1):
        if held:
            held.append((number, line))
            if line.strip() == marker:
                yield (
                    held[0][0],
                    len(held),
                    "".join(text if text.endswith("\n") else text + "\n" for _, text in held),
                )
                held = []
            elif len(held) > MAX_MULTILINE:
                yield from ((n, 1, text) for n, text in held)
                held = []
        elif MULTILINE in line and "|" in line:
            marker = MULTILINE + line.rsplit(MULTILINE, 1)[1].strip()
            held = [(number, line)]
        else:
            yield number, 1, line
    yield from ((n, 1, text) for n, text in held)
