"""Condition rules in words over the columns of a table, and when a worn tool first reaches its limit.

A rule is arithmetic and comparisons: ``process_K - air_K < 8.6 and rpm < 1380``. ``or`` and ``and`` may leave the left side
out (``torque*rpm < 3500 or > 9000``); a limit may differ by class (``wear > 11000 (L), 12000 (M)``), classes being values of
a text column. What stands in brackets or after ``in`` or a comma behind a finished comparison is a remark: it is kept and
shown, never computed. Names mean columns by their words: ``rpm`` is ``Rotational speed [rpm]``. Arithmetic is IEEE double,
left to right, never rounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gearpark.base.problems import Problem

MAX_RULE = 2000
MAX_DEPTH = 40
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(<=|>=|==|!=|[-+*/()<>,]))")
_COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
Columns = Mapping[str, NDArray[Any]]


def _wrong(rule: str, why: str) -> Problem:
    return Problem("quality.condition", f"The rule {rule!r} cannot be read: {why}.")


def words_of(name: str) -> set[str]:
    """The words of a column's name, lower case, units included."""
    return set(re.findall(r"[a-z0-9]+", name.lower().replace("_", " ")))


def column_for(name: str, columns: Sequence[str]) -> str:
    """The one column that is called so, or has all the words of the name."""
    if name in columns:
        return name
    wanted = words_of(name)
    found = [column for column in columns if wanted <= words_of(column)]
    if len(found) != 1:
        what = "no column" if not found else f"several columns ({', '.join(found)})"
        raise Problem("quality.columns", f"{name!r} names {what} of the table.", columns=", ".join(columns))
    return found[0]


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule's verdict a row, and the remarks in it that were not computed."""

    hits: NDArray[np.bool_]
    remarks: tuple[str, ...]


class _Reader:
    """Reads and computes a rule in one go; every method returns whole columns."""

    def __init__(self, rule: str, columns: Columns) -> None:
        if len(rule) > MAX_RULE:
            raise _wrong(rule[:40] + "...", f"it is longer than {MAX_RULE} characters")
        self.rule, self.columns = rule, columns
        self.tokens = self._split(rule)
        self.at = self.depth = 0
        self.left: Any = None
        self.remarks: list[str] = []
        self.rows = len(next(iter(columns.values())))

    def _split(self, rule: str) -> list[tuple[str, int]]:
        found, at = [], 0
        while at < len(rule.rstrip()):
            token = _TOKEN.match(rule, at)
            if token is None:
                raise _wrong(rule, f"{rule[at:].strip()[:20]!r} is unknown")
            found.append((token[1] or token[2] or token[3], token.start(token.lastindex or 0)))
            at = token.end()
        return found

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else ""

    def take(self) -> str:
        word = self.peek()
        self.at += 1
        return word

    def whole(self) -> NDArray[np.bool_]:
        found = self.either()
        if self.at < len(self.tokens):
            raise _wrong(self.rule, f"{self.peek()!r} is not expected")
        return found

    def either(self) -> NDArray[np.bool_]:
        found = self.both()
        while self.peek().lower() == "or":
            self.take()
            found = found | self.both()
        return found

    def both(self) -> NDArray[np.bool_]:
        found = self.test()
        while self.peek().lower() == "and":
            self.take()
            found = found & self.test()
        return found

    def test(self) -> NDArray[np.bool_]:
        if self.peek() == "(":
            start = (self.at, self.depth, self.left, len(self.remarks))
            try:
                return self.bracketed()
            except Problem:  # an arithmetic bracket
                self.at, self.depth, self.left, kept = start
                del self.remarks[kept:]
        if self.peek() not in _COMPARE:
            self.left = self.sum()
        elif self.left is None:
            raise _wrong(self.rule, "there is nothing to compare")
        word = self.take()
        if word not in _COMPARE:
            raise _wrong(self.rule, f"a comparison is expected, not {word!r}")
        found = self.compared(word)
        self.remark()
        return found

    def bracketed(self) -> NDArray[np.bool_]:
        self.deeper()
        self.take()
        found = self.either()
        if self.take() != ")":
            raise _wrong(self.rule, "a bracket is not closed")
        self.depth -= 1
        return found

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _wrong(self.rule, "it is nested too deeply")

    def compared(self, word: str) -> NDArray[np.bool_]:
        limit = self.sum()
        if not self.is_class():
            return np.broadcast_to(_COMPARE[word](self.left, limit), (self.rows,)).copy()
        by_class = {self.named_class(): limit}
        while self.peek() == "," and self.class_ahead():
            self.take()
            limit = self.sum()
            by_class[self.named_class()] = limit
        kinds = self.class_column(set(by_class))
        found = np.zeros(self.rows, dtype=bool)
        for kind, own in by_class.items():
            found |= (kinds == kind) & _COMPARE[word](self.left, own)
        return found

    def is_class(self) -> bool:
        name = self.peek(1)
        return self.peek() == "(" and self.peek(2) == ")" and bool(re.fullmatch(r"[A-Za-z_]\w*", name))

    def class_ahead(self) -> bool:
        """After the comma: a number and then a class in brackets."""
        return bool(re.fullmatch(r"[\d.eE]+", self.peek(1))) and self.peek(2) == "(" and self.peek(4) == ")"

    def named_class(self) -> str:
        self.take()
        name = self.take()
        self.take()
        return name

    def class_column(self, kinds: set[str]) -> NDArray[Any]:
        found = [
            c for c in self.columns.values() if c.dtype.kind in "UO" and kinds <= set(np.unique(c).tolist())
        ]
        if len(found) != 1:
            raise _wrong(self.rule, f"no single column holds the classes {', '.join(sorted(kinds))}")
        return found[0]

    def remark(self) -> None:
        """Words behind a finished comparison, up to the next ``and`` or ``or``."""
        if self.peek().lower() != "in" and self.peek() not in {",", "("}:
            return
        start, depth = self.at, 0
        while self.peek():
            word = self.peek().lower()
            if depth == 0 and (word in {"and", "or"} or (word == ")" and self.depth)):
                break
            depth += (word == "(") - (word == ")")
            self.at += 1
        end = self.tokens[self.at][1] if self.at < len(self.tokens) else len(self.rule)
        self.remarks.append(self.rule[self.tokens[start][1] : end].strip(" ,()"))

    def sum(self) -> Any:
        found = self.product()
        while self.peek() in {"+", "-"}:
            found = found + self.product() if self.take() == "+" else found - self.product()
        return found

    def product(self) -> Any:
        found = self.factor()
        while self.peek() in {"*", "/"}:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = found * self.factor() if self.take() == "*" else found / self.factor()
        return found

    def factor(self) -> Any:
        word = self.take()
        if word == "-":
            self.deeper()
            found = -self.factor()
            self.depth -= 1
            return found
        if word == "(":
            self.deeper()
            found = self.sum()
            if self.take() != ")":
                raise _wrong(self.rule, "a bracket is not closed")
            self.depth -= 1
            return found
        if re.fullmatch(r"[\d.].*", word or ""):
            return np.float64(word)
        if word.lower() == "pi":
            return math.pi
        if not word or not re.fullmatch(r"[A-Za-z_]\w*", word):
            raise _wrong(self.rule, f"a number or a name is expected, not {word!r}")
        column = self.columns[column_for(word, list(self.columns))]
        if column.dtype.kind not in "fiub":
            raise _wrong(self.rule, f"{word} holds no numbers")
        return column.astype(np.float64)


def condition(rule: str, columns: Columns) -> Condition:
    """A rule in words over columns of equal length (numbers as float arrays, classes as text arrays)."""
    if not columns:
        raise Problem("quality.too_few", "The table has no columns.", least=1, have=0)
    reader = _Reader(rule, columns)
    return Condition(reader.whole(), tuple(reader.remarks))


def first_at_or_above(values: Sequence[float | None], limit: float) -> int | None:
    """Place (from 0) of the first value that reaches the limit; missing values reach nothing."""
    return next((i for i, value in enumerate(values) if value is not None and value >= limit), None)


def drops(values: Sequence[float]) -> int:
    """How often a value falls below its forerunner: tool changes seen in a wear counter."""
    found = np.asarray(values, dtype=np.float64)
    return int((np.diff(found) < 0).sum())
