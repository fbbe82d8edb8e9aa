"""Writer: checks a command, journals it, has the connector write it, and says what became of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.wire import Value
from gearpark.bus.signing import is_signed, key_of

from ..connectors import manifest, writing
from ..link import Link
from .ledger import SENT, Entry, Ledger
from .order import WriteOrder, parse_order, same

SETTLE_US = 2_000_000  # a write under way is given this long before its value is read back
MAX_FUTURE_DEADLINE_US = 24 * 3600 * 1_000_000
FINAL = frozenset({"done", "refused", "not_done"})
NOT_NOW = frozenset({"gateway.write_not_connected"})
log = logging.getLogger(__name__)


class Writer:
    """``write(args)`` on the gateway's loop. ``links()`` gives the running connections by id."""

    def __init__(
        self,
        path: Path,
        links: Callable[[], Mapping[str, Link]],
        token_file: Path | None,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._path, self._links, self._token_file, self._now_us = path, links, token_file, now_us
        self._ledger: Ledger | None = None
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # one write a connection at a time

    async def write(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Do one command, or say again what became of it. Problems only for what is no command of the core's."""
        order = parse_order(args)
        await self._signed(args)
        if self._ledger is None:
            self._ledger = await asyncio.to_thread(Ledger, self._path)
        async with self._locks[order.connection]:
            known = await asyncio.to_thread(self._ledger.get, order.id)
            if known is None:
                return await self._first(order, self._ledger)
            if known.fingerprint != order.fingerprint:
                raise Problem(
                    "gateway.command_reused",
                    "A command of this id was given before and said something else; nothing was written.",
                    status=409,
                )
            if known.state == SENT:
                return await self._read_back(order, known, self._ledger)
            return _answer(known, repeated=True)

    async def _signed(self, args: Mapping[str, Any]) -> None:
        """``gateway.command_signature`` unless the core signed it with this gateway's token."""
        token = ""
        if self._token_file is not None:
            try:
                token = (await asyncio.to_thread(self._token_file.read_text, "utf-8")).strip()
            except OSError as error:
                log.warning("the gateway's token cannot be read: %s", error)
        if not token or not is_signed(key_of(token), args):
            raise Problem(
                "gateway.command_signature",
                "The command does not carry the signature of this gateway's core; nothing was written.",
                status=403,
            )

    async def _first(self, order: WriteOrder, ledger: Ledger) -> dict[str, Any]:
        now_us = self._now_us()
        try:
            link = self._checked(order, now_us)
            sent = False

            async def ready(current: Value) -> None:
                nonlocal sent
                _expected(order, current)
                await asyncio.to_thread(ledger.add, _entry(order, SENT, self._now_us(), before=current))
                sent = True

            try:
                await writing(link.wanted.protocol).write(link, order.tag, order.value, ready)
            except Problem:
                raise
            except Exception as error:  # whatever the wire does: told to the machine, or not?
                if not sent:
                    raise _not_connected(order, str(error) or type(error).__name__) from error
                log.warning("write %s to %s has no answer: %s", order.id, order.tag, error)
                return {
                    "outcome": "unknown",
                    "code": "",
                    "detail": f"No answer: {error or type(error).__name__}",
                }
        except Problem as problem:
            if problem.code == "gateway.ledger":
                raise
            if problem.code in NOT_NOW:
                return {"outcome": "waiting", "code": problem.code, "detail": problem.sentence}
            return await self._refuse(order, problem, ledger)
        await asyncio.to_thread(ledger.finish, order.id, "done", "", "", self._now_us())
        log.info("wrote %r to %s for %s: %s", order.value, order.tag, order.who, order.why)
        return _answer(await self._entry(order, ledger))

    async def _refuse(self, order: WriteOrder, problem: Problem, ledger: Ledger) -> dict[str, Any]:
        """Keep the refusal, so that asking again never turns it into a write."""
        known = await asyncio.to_thread(ledger.get, order.id)
        now_us = self._now_us()
        if known is None:
            made = _entry(order, "refused", now_us, code=problem.code, detail=problem.sentence)
            await asyncio.to_thread(ledger.add, made)
        else:  # the machine itself said no
            await asyncio.to_thread(
                ledger.finish, order.id, "refused", problem.code, problem.sentence, now_us
            )
        log.info("refused to write %s: %s", order.tag, problem)
        return _answer(await self._entry(order, ledger))

    async def _entry(self, order: WriteOrder, ledger: Ledger) -> Entry:
        found = await asyncio.to_thread(ledger.get, order.id)
        assert found is not None
        return found

    async def _read_back(self, order: WriteOrder, known: Entry, ledger: Ledger) -> dict[str, Any]:
        """Sent once, answer lost: does the machine have the value?"""
        unknown = {
            "outcome": "unknown",
            "code": "",
            "detail": "The machine cannot be asked yet.",
            "before": known.before,
        }
        link = self._links().get(order.connection)
        if link is None or self._now_us() - known.at_us < SETTLE_US:
            return unknown
        try:
            value = await writing(link.wanted.protocol).read(link, order.tag)
        except Exception as error:
            return {**unknown, "detail": f"The machine cannot be asked yet: {error}"}
        if same(value, order.value):
            state, detail = "done", "No answer came; the value was read back."
        else:
            state, detail = "not_done", f"No answer came, and the signal reads {value!r}."
        await asyncio.to_thread(ledger.finish, order.id, state, "", detail, self._now_us())
        return _answer(await self._entry(order, ledger))

    def _checked(self, order: WriteOrder, now_us: int) -> Link:
        """The connection, if this may be written to it at all."""
        if now_us >= order.deadline_us:
            raise Problem("gateway.write_late", "The command came after its deadline; nothing was written.")
        if order.deadline_us > now_us + MAX_FUTURE_DEADLINE_US:
            raise Problem("gateway.write_late", "The deadline is more than a day ahead; nothing was written.")
        link = self._links().get(order.connection)
        if link is None:
            raise NotFound(
                "gateway.connection_unknown", f"No connection {order.connection!r} runs on this gateway."
            )
        if not manifest(link.wanted.protocol)["writes"]:
            raise Problem(
                "gateway.write_unsupported",
                f"A {link.wanted.protocol} connection can only be read; nothing was written.",
                protocol=link.wanted.protocol,
            )
        allowed = link.wanted.writable.get(order.tag)
        if allowed is None:
            raise Problem(
                "gateway.write_not_allowed",
                f"{order.tag} is not on this connection's list of writable signals; nothing was written.",
                status=403,
                tag=order.tag,
            )
        _within(order, *allowed)
        return link

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()


def _within(order: WriteOrder, low: float | None, high: float | None) -> None:
    value = order.value
    if low is None and high is None:
        return
    if isinstance(value, str) or (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}"
        raise Problem(
            "gateway.write_limits",
            f"{value!r} is outside what may be written to {order.tag} ({bounds}); nothing was written.",
            tag=order.tag,
            low=low,
            high=high,
        )


def _expected(order: WriteOrder, current: Value) -> None:
    fits = order.expected is None or same(current, order.expected)
    if fits and order.expected_range is not None:
        low, high = order.expected_range
        fits = isinstance(current, int | float) and low <= current <= high
    if not fits:
        raise Problem(
            "gateway.write_unexpected",
            f"{order.tag} reads {current!r} and not what the command expects; nothing was written.",
            status=409,
            tag=order.tag,
            current=current,
        )


def _not_connected(order: WriteOrder, why: str) -> Problem:
    return Problem(
        "gateway.write_not_connected",
        f"{order.connection} is not connected ({why}); nothing was written yet.",
        status=503,
    )


def _entry(
    order: WriteOrder, state: str, at_us: int, *, before: Value = None, code: str = "", detail: str = ""
) -> Entry:
    ended_us = 0 if state == SENT else at_us
    return Entry(
        order.id, order.fingerprint, order.tag, order.value, before, state, code, detail, at_us, ended_us
    )


def _answer(entry: Entry, *, repeated: bool = False) -> dict[str, Any]:
    return {
        "outcome": entry.state,
        "code": entry.code,
        "detail": entry.detail,
        "before": entry.before,
        "sent_us": entry.at_us,
        "ended_us": entry.ended_us,
        "repeated": repeated,
    }
